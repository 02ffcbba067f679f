"""How many points of each way are tried (CHAOS_ROUNDS: a number, or `all`), and the last line: how it went."""

from __future__ import annotations

import os
from collections import Counter

import pytest

SHORT = "3"
TALLY = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Counter[str]:
    """What the last line will tell: points, runs, points not met again, failed."""
    return pytestconfig.stash.setdefault(TALLY, Counter())


@pytest.fixture(scope="session")
def rounds() -> int | None:
    """How many points to try; None for every one."""
    wanted = os.environ.get("CHAOS_ROUNDS", SHORT)
    return None if wanted == "all" else int(wanted)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The very last line."""
    if found := config.stash.get(TALLY, None):
        print("chaos:", ", ".join(f"{number} {what}" for what, number in found.items()))
