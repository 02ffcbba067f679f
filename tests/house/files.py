"""Which files are the project's: what git tracks, plus what it would track once added."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def project_files() -> tuple[Path, ...]:
    """Paths relative to ROOT, sorted. Ignored and deleted files are left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()))


def python_files(*folders: str) -> list[Path]:
    """Python files below the folders, relative to ROOT."""
    return [path for path in project_files() if path.suffix == ".py" and path.parts[0] in folders]


def module_name(path: Path) -> str:
    """bot/store/__init__.py → bot.store"""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = [  # of the product, those that may be imported alone
    module_name(path)
    for path in python_files("bot", "handlers")
    if path.name != "__main__.py" and "migrations" not in path.parts
]
