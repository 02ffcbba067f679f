"""What the documents say is so: links lead somewhere, every target of make is explained."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.house.files import ROOT, project_files

PAGES = [path for path in project_files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def links(text: str) -> list[str]:
    """Targets of relative links outside code."""
    return [target for target in LINK.findall(FENCE.sub("", text)) if not re.match(r"[a-z]+:|#", target)]


def test_a_link_is_seen_in_prose_and_not_in_code() -> None:
    text = "[a](b.md#c) and [web](https://example.com)\n```\n[x](y)\n```\n[here](#there)"
    assert links(text) == ["b.md#c"]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    folder = (ROOT / page).parent
    broken = [link for link in links((ROOT / page).read_text()) if not (folder / link.partition("#")[0]).exists()]
    assert broken == []


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert {line.split()[0] for line in shown.splitlines() if line.startswith(" ")} == targets - {"ready"}
    assert subprocess.run(["make", "-s"], cwd=ROOT, check=True, capture_output=True, text=True).stdout == shown
