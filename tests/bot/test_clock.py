"""Business time moves by the seconds in a file, and ids are such that people can read them and nobody guesses them."""

import re
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from bot.clock import RandomIds, SystemClock


def ahead(clock: SystemClock) -> float:
    """Days before the system's own time."""
    return (clock.now() - SystemClock().now()) / timedelta(days=1)


def test_the_file_moves_the_clock_at_each_call(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    file.write_text("0")
    clock = SystemClock(file)
    for text, days in (("0", 0), ("86400\n", 1), ("-172800.5", -2)):
        file.write_text(text)
        assert ahead(clock) == pytest.approx(days, abs=0.001)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "-1e30", "1 2", "é"])
def test_without_a_good_value_the_last_one_stays_and_no_clock_starts(tmp_path: Path, text: str) -> None:
    file = tmp_path / "offset"
    file.write_text("86400")
    clock = SystemClock(file)
    for spoil in (lambda: file.write_text(text), file.unlink):
        spoil()
        assert ahead(clock) == pytest.approx(1, abs=0.001)
        with pytest.raises(ValueError, match="offset file"):
            SystemClock(file)


def test_ids_are_short_readable_and_differ() -> None:
    made = {RandomIds().new("o") for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"o-[a-z2-9]{8}", new) for new in made)
