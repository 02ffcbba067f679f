"""How long the desk waits, and what a business day is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import business_days_later, look_again
from bot.domain.request import Level

CHICAGO = "America/Chicago"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@given(st.sampled_from(list(Level)), st.timedeltas(timedelta(0), 90 * DAY), st.timedeltas(timedelta(0), 90 * DAY))
def test_looking_backs_off_and_never_ends(level: Level, one: timedelta, other: timedelta) -> None:
    young, old = sorted((one, other))
    assert timedelta(0) < look_again(level, young) <= look_again(level, old) <= 6 * HOUR


@pytest.mark.parametrize(
    ("start", "days", "then"),
    [((2026, 11, 23, 15), 1, (2026, 11, 24, 15)), ((2026, 11, 20, 15), 1, (2026, 11, 23, 15)),
     ((2026, 11, 21, 15), 1, (2026, 11, 23, 15)), ((2026, 11, 25, 15), 1, (2026, 11, 27, 15)),
     ((2026, 11, 23, 15), 0, (2026, 11, 23, 15)),
     ((2026, 11, 21, 3), 1, (2026, 11, 24, 3)),  # still Friday evening in Chicago
     ((2026, 10, 30, 15), 1, (2026, 11, 2, 16))],  # the clocks went back: the same local time
)  # fmt: skip
def test_business_days_are_monday_to_friday_without_holidays_in_the_desks_zone(
    start: tuple[int, int, int, int], days: int, then: tuple[int, int, int, int]
) -> None:
    thanksgiving = (date(2026, 11, 26),)
    found = business_days_later(datetime(*start, tzinfo=UTC), days, CHICAGO, thanksgiving)
    assert found == datetime(*then, tzinfo=UTC)
