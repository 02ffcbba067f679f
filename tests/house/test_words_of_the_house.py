"""Words that stand in no file of the project: promises to do it later, registries' hosts, paths of one machine."""

import re
from pathlib import Path

import pytest

from tests.house.files import ROOT, project_files

THIS_FILE = Path(__file__).relative_to(ROOT)
UNWANTED = {
    "work put off": r"\b(TODO|FIXME|XXX)\b",
    "a package registry": r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian|security\.debian",
    "one machine's path": r"(?<![\w.~-])/(work|farm|root|Users|opt/(wheels|pypi))/\w",
    "a name that excludes nothing": r"^(from|import) \S*\b(utils|helpers|common)\b",
    "a pretended object": r"\bMagicMock\b|\bmock\.patch\b",
}
EMPTY_NAMES = {"utils", "helpers", "common", "manager"}


def offences(text: str) -> list[str]:
    """Which unwanted things stand in the text, with their line."""
    return [
        f"{number}: {what}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in UNWANTED.items()
        if re.search(pattern, line)
    ]


def text_of(path: Path) -> str:
    """A file's text, empty for what is no text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_unwanted_word_stands_anywhere() -> None:
    found = {str(path): offences(text_of(path)) for path in project_files() if path != THIS_FILE}
    assert {path: lines for path, lines in found.items() if lines} == {}


HOST = "files.python" + "hosted.org"  # in two pieces, so that no address stands here either
UNWANTED_LINES = [
    "# TODO: later", f"index = {HOST}/simple", "cd /root/thing", "from x import y  # XXX",
    "import bot.utils", "mock.patch('bot.clock')",
]  # fmt: skip
OTHER_LINES = ["cat ./work/x", "a = 'network/work/a'", "TODOS", "https://example.com/work/1"]


@pytest.mark.parametrize("line", [*UNWANTED_LINES, *OTHER_LINES])
def test_an_unwanted_word_is_seen_and_others_are_left_alone(line: str) -> None:
    assert len(offences(line)) == (line in UNWANTED_LINES)


def test_no_file_has_a_name_that_excludes_nothing_or_is_a_lock_that_names_hosts() -> None:
    locks = {"uv.lock", "poetry.lock", "pylock.toml"}
    assert [str(path) for path in project_files() if path.stem in EMPTY_NAMES or path.name in locks] == []
