"""When an order can be there: never in the past, in the agency's own days, and None where nobody can say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.approval import Buying
from bot.domain.order import OPEN, Attempt, Status
from bot.service.ask import CLIENT
from bot.shown.forecast import expected, kept, slips
from tests.builders import a_policy, a_product, an_order
from tests.fakes import NOW

COMPANY = a_product(days=(2, 5))
FRIDAY_NIGHT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)  # Friday, nine in the evening in Chicago
THANKSGIVING = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("status", "now", "changes", "day"),
    [
        (Status.PREPARING, NOW, {}, date(2026, 11, 30)),
        (Status.HELD, NOW, {}, date(2026, 12, 1)),
        (Status.AWAITING_APPROVAL, NOW, {}, date(2026, 11, 30)),
        (Status.AWAITING_APPROVAL, FRIDAY_NIGHT, {}, date(2026, 12, 7)),
        (Status.BUYING, FRIDAY_NIGHT, {"attempts": (Attempt(0, 1, NOW),)}, date(2026, 12, 4)),
        (Status.BUYING, FRIDAY_NIGHT, {}, date(2026, 12, 7)),
        (Status.DOUBTFUL, NOW, {}, date(2026, 12, 1)),
        (Status.VALIDATING, NOW + timedelta(days=2), {}, date(2026, 11, 30)),
        (Status.VALIDATING, NOW + timedelta(days=2), {"sent_at": NOW + timedelta(days=1)}, date(2026, 12, 1)),
        (Status.VALIDATING, NOW + timedelta(days=7), {}, date(2026, 11, 30)),
        (Status.VALIDATING, NOW + timedelta(days=8), {}, date(2026, 12, 2)),
        (Status.VALIDATING, NOW, {"account": CLIENT}, None),
        (Status.HELD, NOW, {"account": CLIENT}, None),
    ],
)
def test_the_day_follows_from_the_kind_the_status_and_who_must_act(
    status: Status, now: datetime, changes: dict[str, Any], day: date | None
) -> None:
    order = an_order(status, **changes)
    assert expected(order, COMPANY, a_policy(buying=Buying.BY_HAND), now) == day


def test_holidays_do_not_count() -> None:
    policy = a_policy(holidays=frozenset({THANKSGIVING}))
    assert expected(an_order(Status.PREPARING), COMPANY, policy, NOW) == date(2026, 12, 1)


@pytest.mark.parametrize("status", Status)
def test_no_day_is_in_the_past_and_what_is_over_has_none(status: Status) -> None:
    for age in range(0, 60, 3):
        now = NOW + timedelta(days=age)
        day = expected(an_order(status), COMPANY, a_policy(), now)
        assert day is None if status not in OPEN else day is not None and day >= now.date()
    assert expected(an_order(status), None, a_policy(), NOW) is None


@pytest.mark.parametrize(
    ("day", "launch", "late"),
    [(THANKSGIVING, date(2026, 11, 25), True), (THANKSGIVING, THANKSGIVING, False), (THANKSGIVING, None, False),
     (None, THANKSGIVING, False)],
)  # fmt: skip
def test_it_slips_when_it_comes_after_the_launch(day: date | None, launch: date | None, *, late: bool) -> None:
    assert slips(day, launch) is late


@pytest.mark.parametrize(("came", "early", "late"), [(24, "2", ""), (26, "", ""), (29, "", "3")])
def test_what_was_promised_is_compared_with_what_came(came: int, early: str, late: str) -> None:
    said = kept(THANKSGIVING, date(2026, 11, came))
    assert said == {"promised": "2026-11-26", "early": early, "late": late}
    assert kept(None, THANKSGIVING) == {}
