from decimal import Decimal

import pytest

from bot.checks.supplier import Supply
from bot.domain.findings import Verdict
from bot.domain.request import Level, Product, Standing
from bot.domain.supply import Funds
from tests.bot.checks.cases import PRODUCT, STOP, UNKNOWN, WARN, case, judged, product

HUNDRED = Funds(Decimal("100.00"), Decimal(0))

TABLE: list[tuple[str, Product | None, Funds | None, str, set[tuple[str, Verdict]]]] = [
    ("sold", PRODUCT, None, "", set()),
    ("not in the catalogue", None, None, "", {("SUPPLY-1", STOP)}),
    ("ended", product(standing=Standing.ENDED), None, "", {("SUPPLY-1", STOP)}),
    ("unconfirmed", product(standing=Standing.UNCONFIRMED), None, "", {("SUPPLY-1", WARN)}),
    ("another level", product(level=Level.EV), None, "", {("SUPPLY-2", STOP)}),
    ("money enough", PRODUCT, HUNDRED, "99.00", set()),
    ("money exactly enough", PRODUCT, HUNDRED, "100", set()),
    ("a cent short", PRODUCT, HUNDRED, "100.01", {("SUPPLY-3", STOP)}),
    ("short, but nobody asked the balance", PRODUCT, None, "100.01", set()),
    ("price unknown", PRODUCT, HUNDRED, "", {("SUPPLY-3", UNKNOWN)}),
    ("price in words", PRODUCT, HUNDRED, "unknown", {("SUPPLY-3", UNKNOWN)}),
    ("price that is no number", PRODUCT, HUNDRED, "NaN", {("SUPPLY-3", UNKNOWN)}),
    ("ended and short", product(standing=Standing.ENDED), HUNDRED, "200", {("SUPPLY-1", STOP), ("SUPPLY-3", STOP)}),
]


@pytest.mark.parametrize(("kind", "funds", "price", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_sold_and_what_can_be_paid(
    kind: Product | None, funds: Funds | None, price: str, said: set[tuple[str, Verdict]]
) -> None:
    assert judged(Supply(), case(kind, {"funds": funds, "price": price})) == said
