from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.checks.duplicates import Duplicates
from bot.domain.order import OPEN, Certificate, Order, Second, Status
from bot.domain.request import Kind
from bot.ports import Case
from tests.bot.checks.spoilt import REQUEST, case, judged, table
from tests.builders import an_order
from tests.fakes import NOW

SECOND = Second("another data centre", "U9", "o-1")


def other(order_id: str, status: Status, days: int = 0, **changes: Any) -> Order:
    """An order for the same names; if `days` are given, with a certificate that has so many left."""
    left = Certificate("", (), "0A", "CA", REQUEST.names, NOW, NOW + timedelta(days=days)) if days else None
    return an_order(status, **{"id": order_id, "request": REQUEST, "certificate": left, **changes})


def beside(*others: Order, **changes: Any) -> Case:
    return case(around={"others": others, "order_id": "o-0"}, **changes)


@table({
    "": [
        beside(), beside(other("o-0", Status.PREPARING)), beside(other("o-1", Status.ENDED, 61)),
        beside(other("o-1", Status.BUYING, request=replace(REQUEST, names=("other.com",)))),
        *(beside(other("o-1", status)) for status in (Status.CANCELLED, Status.REFUSED, Status.ENDED)),
        beside(other("o-0", Status.PREPARING, second=SECOND), other("o-1", Status.BUYING)),
        beside(other("o-1", Status.BUYING, second=SECOND)), beside(other("o-1", Status.LIVE, 60)),
        beside(other("o-1", Status.LIVE, 90), kind=Kind.RENEW, renews="o-1"),
    ],
    "DUP-1 stop": [
        beside(other("o-1", Status.HELD, request=replace(REQUEST, names=REQUEST.names[::-1]))),
        *(beside(other("o-1", status)) for status in OPEN),
    ],
    "DUP-2 warn": [beside(other("o-1", Status.ISSUED, 61)), beside(other("o-1", Status.LIVE, 61))],
    "DUP-1 stop, DUP-2 warn": [beside(other("o-1", Status.HELD), other("o-2", Status.LIVE, 90))],
})  # fmt: skip
def test_not_twice_the_same(said: str, given: Case) -> None:
    assert judged(Duplicates(), given) == said
