"""When an order can be there: never in the past, in the agency's own days, and None where nobody can say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.approval import Buying
from bot.domain.order import OPEN, Attempt, Status
from bot.service.ask import CLIENT
from bot.shown.forecast import expected, kept, slips
from tests.builders import a_policy, a_product, an_order
from tests.fakes import NOW

FRIDAY_NIGHT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)  # Friday, nine in the evening in Chicago
MONDAY = date(2026, 11, 30)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("status", "now", "changes", "day"), [
    (Status.PREPARING, NOW, {}, MONDAY), (Status.PREPARING, FRIDAY_NIGHT, {}, MONDAY + 7 * DAY),
    (Status.HELD, NOW, {}, MONDAY + DAY), (Status.DOUBTFUL, NOW, {}, MONDAY + DAY),
    (Status.AWAITING_APPROVAL, NOW, {}, MONDAY), (Status.AWAITING_APPROVAL, FRIDAY_NIGHT, {}, MONDAY + 7 * DAY),
    (Status.BUYING, FRIDAY_NIGHT, {"attempts": (Attempt(0, 1, NOW),)}, MONDAY + 4 * DAY),
    (Status.BUYING, FRIDAY_NIGHT, {}, MONDAY + 7 * DAY), (Status.VALIDATING, NOW + 2 * DAY, {}, MONDAY),
    (Status.VALIDATING, NOW + 2 * DAY, {"sent_at": NOW + DAY}, MONDAY + DAY),
    (Status.VALIDATING, NOW + 7 * DAY, {}, MONDAY), (Status.VALIDATING, NOW + 8 * DAY, {}, MONDAY + 2 * DAY),
    (Status.VALIDATING, NOW, {"account": CLIENT}, None),
])  # fmt: skip
def test_the_day_follows_from_the_kind_the_status_and_who_must_act(
    status: Status, now: datetime, changes: dict[str, Any], day: date | None
) -> None:
    policy = a_policy(buying=Buying.BY_HAND)
    assert expected(an_order(status, **changes), a_product(days=(2, 5)), policy, now) == day


@pytest.mark.parametrize("status", Status)
def test_no_day_is_in_the_past_and_what_is_over_has_none(status: Status) -> None:
    for age in range(0, 60, 3):
        day = expected(an_order(status), a_product(), a_policy(), NOW + age * DAY)
        assert day is None if status not in OPEN else day is not None and day >= (NOW + age * DAY).date()


def test_what_comes_is_compared_with_the_launch_and_with_what_was_promised() -> None:
    days = [MONDAY - DAY, MONDAY, MONDAY + 3 * DAY]
    assert [slips(day, MONDAY) for day in (None, *days)] == [False, False, False, True]
    assert slips(MONDAY, None) is False
    assert [tuple(kept(MONDAY, day).values()) for day in days] == [
        ("2026-11-30", "1", ""), ("2026-11-30", "", ""), ("2026-11-30", "", "3"),
    ]  # fmt: skip
    assert kept(None, MONDAY) == {}
