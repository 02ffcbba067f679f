"""How many points are tried (CHAOS_ROUNDS: a number, or `all`), and the line at the end that says how it went."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

SHORT = "6"


@dataclass
class Tally:
    """What was found and done."""

    points: int = 0
    runs: int = 0
    not_met: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def line(self) -> str:
        """All of it in one line."""
        missed = f", {len(self.not_met)} points not met again" if self.not_met else ""
        return f"chaos: {self.points} points, {self.runs} runs{missed}, {len(self.failed)} failed"


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
