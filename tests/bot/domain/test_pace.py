"""How long the desk waits, and what a business day is."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import DAY, HOUR, business_days_later, look_again
from bot.domain.request import Level


@given(st.sampled_from(list(Level)), st.timedeltas(timedelta(0), 90 * DAY), st.timedeltas(timedelta(0), 90 * DAY))
def test_looking_backs_off_and_never_ends(level: Level, one: timedelta, other: timedelta) -> None:
    young, old = sorted((one, other))
    assert timedelta(0) < look_again(level, young) <= look_again(level, old) <= 6 * HOUR


@pytest.mark.parametrize(("start", "days", "then"), [
    ("2026-11-23 15", 1, "2026-11-24 15"), ("2026-11-20 15", 1, "2026-11-23 15"),
    ("2026-11-21 15", 1, "2026-11-23 15"), ("2026-11-25 15", 1, "2026-11-27 15"),
    ("2026-11-23 15", 0, "2026-11-23 15"),
    ("2026-11-21 03", 1, "2026-11-24 03"),  # still Friday evening in Chicago
    ("2026-10-30 15", 1, "2026-11-02 16"),  # the clocks went back: the same local time
])  # fmt: skip
def test_business_days_are_monday_to_friday_without_holidays_in_the_desks_zone(
    start: str, days: int, then: str
) -> None:
    began, thanksgiving = datetime.fromisoformat(f"{start}+00:00"), date(2026, 11, 26)
    found = business_days_later(began, days, "America/Chicago", [thanksgiving])
    assert found == datetime.fromisoformat(f"{then}+00:00")
