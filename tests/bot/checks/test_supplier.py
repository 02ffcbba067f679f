from decimal import Decimal

from bot.checks.supplier import Supply
from bot.domain.request import Product, Standing
from bot.domain.supply import Funds
from bot.ports import Case
from tests.bot.checks.spoilt import EV, PRODUCT, case, judged, product, table

ENDED = product(standing=Standing.ENDED)


def paid(price: str, kind: Product = PRODUCT) -> Case:
    """At this price, from a hundred dollars."""
    return case(kind, {"funds": Funds(Decimal("100.00"), Decimal(0)), "price": price})


@table({
    "": [case(), paid("99.00"), paid("100"), case(around={"price": "100.01"})],
    "SUPPLY-1 stop": [case(None), case(ENDED)],
    "SUPPLY-1 warn": [case(product(standing=Standing.UNCONFIRMED))],
    "SUPPLY-2 stop": [case(product(level=EV))],
    "SUPPLY-3 stop": [paid("100.01")],
    "SUPPLY-3 unknown": [paid(""), paid("unknown"), paid("NaN")],
    "SUPPLY-1 stop, SUPPLY-3 stop": [paid("200", ENDED)],
})  # fmt: skip
def test_what_is_sold_and_what_can_be_paid(said: str, given: Case) -> None:
    assert judged(Supply(), given) == said
