"""The top level is a closed list: nothing else belongs there, and nothing of it may be missing."""

from tests.house.files import project_files

TOP_LEVEL = {
    "pyproject.toml", "bot", "handlers", "tests", "manifest.yml", "Procfile",
    "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile",
    "requirements.txt", ".env.example", ".gitignore", ".ci", "docs",
}  # fmt: skip


def test_the_top_level_holds_what_it_must_and_nothing_else() -> None:
    assert {path.parts[0] for path in project_files()} == TOP_LEVEL
