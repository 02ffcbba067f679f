from dataclasses import replace
from datetime import timedelta

import pytest

from bot.checks.duplicates import Duplicates
from bot.domain.findings import Verdict
from bot.domain.order import OPEN, Certificate, Order, Second, Status
from bot.domain.request import Kind
from tests.bot.checks.cases import NOW, REQUEST, STOP, WARN, case, judged, order


def certificate(days: int) -> Certificate:
    """One with so many days left."""
    return Certificate("", (), "0A", "CA", REQUEST.names, NOW, NOW + timedelta(days=days))


OTHER_NAMES = replace(REQUEST, names=("other.com",))
REORDERED = replace(REQUEST, names=REQUEST.names[::-1])
SECOND = Second("another data centre", "U9", "o-1")

TABLE: list[tuple[str, tuple[Order, ...], set[tuple[str, Verdict]]]] = [
    ("alone", (), set()),
    ("itself", (order("o-0", Status.PREPARING),), set()),
    ("other names", (order("o-1", Status.BUYING, request=OTHER_NAMES),), set()),
    ("the same in another order", (order("o-1", Status.HELD, request=REORDERED),), {("DUP-1", STOP)}),
    *((f"{status}", (order("o-1", status),), {("DUP-1", STOP)}) for status in OPEN),
    *((f"{status}", (order("o-1", status),), set()) for status in (Status.CANCELLED, Status.REFUSED, Status.ENDED)),
    ("a second one, allowed", (order("o-0", Status.PREPARING, second=SECOND), order("o-1", Status.BUYING)), set()),
    ("beside an allowed second one", (order("o-1", Status.BUYING, second=SECOND),), set()),
    ("issued, 61 days left", (order("o-1", Status.ISSUED, certificate(61)),), {("DUP-2", WARN)}),
    ("live, 61 days left", (order("o-1", Status.LIVE, certificate(61)),), {("DUP-2", WARN)}),
    ("live, 60 days left", (order("o-1", Status.LIVE, certificate(60)),), set()),
    ("over", (order("o-1", Status.ENDED, certificate(61)),), set()),
    ("open and live", (order("o-1", Status.HELD), order("o-2", Status.LIVE, certificate(90))),
     {("DUP-1", STOP), ("DUP-2", WARN)}),
]  # fmt: skip


@pytest.mark.parametrize(("others", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_not_twice_the_same(others: tuple[Order, ...], said: set[tuple[str, Verdict]]) -> None:
    assert judged(Duplicates(), case(around={"others": others, "order_id": "o-0"})) == said


def test_a_renewal_may_come_early() -> None:
    others = (order("o-1", Status.LIVE, certificate(90)),)
    assert judged(Duplicates(), case(around={"others": others}, kind=Kind.RENEW, renews="o-1")) == set()
