"""What everybody reads in the story is kept as a snapshot, so that a change of wording is seen in review."""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.sandbox.story import tell

VARIES = (  # what differs from run to run, and what stands for it
    (r"\bo-[a-z0-9]{8}\b", "o-ORDER"), (r"\b\d\d:\d\d\b", "hh:mm"), (r"\b(?=[0-9A-F]*\d)[0-9A-F]{30,}\b", "SERIAL"),
    (r"\b[0-9a-f]{40,}\b", "TOKEN"), (r"\bCA\d{10}\b", "CA-NUMBER"),
    (r"Digest:\s+[0-9a-f]{16}", "Digest: DIGEST"), (r"\d+ s\n", "n s\n"), (r"/\S*/export", "export"),
    (r"\n    │ [^\n]*desk: (?:checked|looked|news from the supplier)(?=\n)", ""),
)  # fmt: skip


def told(text: str) -> str:
    """The transcript without ids and times, its lines joined again where they were wrapped, people in order."""
    joined = re.sub(r"(?<=\S)\n    │ (?=\S)", lambda gap: gap[0], text)
    for varies, stands in VARIES:
        joined = re.sub(varies, stands, joined)
    return re.sub(r"@\w+(?:, @\w+)+", lambda people: ", ".join(sorted(people[0].split(", "))), joined)


def test_the_story_reads_as_it_was_read_last(capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion) -> None:
    failed = tell()
    said = capsys.readouterr()
    assert (failed, said.err) == (0, "")
    assert told(said.out) == snapshot
