"""How many points of each way are tried (CHAOS_ROUNDS: a number, or `all`), and the last line: how it went."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

SHORT = "3"


@dataclass
class Tally:
    """What was found and done."""

    points: int = 0
    runs: int = 0
    not_met: int = 0
    failed: int = 0

    def add(self, points: int, runs: int, not_met: int = 0, failed: int = 0) -> None:
        """Count on."""
        self.points, self.runs = self.points + points, self.runs + runs
        self.not_met, self.failed = self.not_met + not_met, self.failed + failed

    def line(self) -> str:
        """All of it in one line."""
        missed = f", {self.not_met} points not met again" if self.not_met else ""
        return f"chaos: {self.points} points, {self.runs} runs{missed}, {self.failed} failed"


KEPT = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Tally:
    """What the last line will tell."""
    return pytestconfig.stash.setdefault(KEPT, Tally())


@pytest.fixture(scope="session")
def rounds() -> int | None:
    """How many points to try; None for every one."""
    wanted = os.environ.get("CHAOS_ROUNDS", SHORT)
    return None if wanted == "all" else int(wanted)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The very last line."""
    found = config.stash.get(KEPT, None)
    if found is not None:
        print(found.line())
