import re
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from bot.clock import RandomIds, SystemClock

DAY = 86_400


def test_time_is_aware_and_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


@pytest.mark.parametrize(("text", "days"), [("0", 0), ("86400\n", 1), ("-172800.5", -2)])
def test_the_file_moves_the_clock(tmp_path: Path, text: str, days: int) -> None:
    (tmp_path / "offset").write_text(text)
    moved = SystemClock(tmp_path / "offset").now() - SystemClock().now()
    assert abs(moved - timedelta(days=days)) < timedelta(seconds=5)


def test_the_file_is_read_at_each_call(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    file.write_text("0")
    clock = SystemClock(file)
    before = clock.now()
    file.write_text(str(DAY))
    assert clock.now() - before >= timedelta(days=1)


BAD = ["", "soon", "nan", "inf", "-1e30", "1 2", "é"]


@pytest.mark.parametrize("text", BAD)
def test_the_last_good_value_stays(tmp_path: Path, text: str) -> None:
    file = tmp_path / "offset"
    file.write_text(str(DAY))
    clock = SystemClock(file)
    file.write_text(text)
    assert clock.now() - SystemClock().now() > timedelta(hours=23)
    file.unlink()
    assert clock.now() - SystemClock().now() > timedelta(hours=23)


@pytest.mark.parametrize("text", [None, *BAD])
def test_a_clock_without_a_good_value_does_not_start(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "offset"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ValueError, match="offset file"):
        SystemClock(file)


def test_ids_are_short_readable_and_differ() -> None:
    made = {RandomIds().new("o") for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"o-[a-z2-9]{8}", new) for new in made)
