"""Real programs that tests start: which this machine has, and the line that brings the others."""

import os
import shutil
from pathlib import Path

from tests.sandbox import postgres

PACKAGES = {"openssl": "openssl", "chromium-headless-shell": "chromium-headless-shell"}  # program: Debian's package
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


def find(program: str) -> Path | None:
    """Where the program is. People's PATH often lacks the folders of servers, so those are looked into as well."""
    found = shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin")))
    return Path(found) if found else None


def lacking() -> dict[str, str]:
    """Programs this machine has not, each with the package that brings it."""
    missing = {program: package for program, package in PACKAGES.items() if find(program) is None}
    if postgres.binaries() is None:
        missing["postgres"] = "postgresql"
    return missing


def report(missing: dict[str, str]) -> str:
    """One sentence for people: what is lacking and how to get it."""
    if not missing:
        return "This machine has every program the tests start."
    packages = " ".join(sorted(missing.values()))
    return f"This machine lacks {', '.join(missing)}: apt-get install -y --no-install-recommends {packages}"
