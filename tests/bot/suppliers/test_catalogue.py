import re
from decimal import Decimal

import pytest

from bot.domain.errors import BadInput
from bot.domain.request import Level, Product, Standing
from bot.suppliers import catalogue

GOOD = {
    "title": '"Some kind"', "brand": '"Brand"', "level": '"OV"', "wildcard": "false", "extra_names": "4",
    "price": "449.00", "days": "[2, 5]", "standing": '"confirmed"',
}  # fmt: skip
TRADE_WORDS = re.compile(r"\b(CSR|DCV|SAN|CAA|RDAP|OV|EV|DV)\b")


def written(**changes: str | None) -> str:
    fields = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return "[products.some_kind]\n" + "\n".join(f"{name} = {value}" for name, value in fields.items())


@pytest.mark.parametrize(("price", "read"), [("449.00", Decimal(449)), ("99", Decimal(99)), (None, None)])
def test_an_accounts_own_file_gives_prices_and_standing(price: str | None, read: Decimal | None) -> None:
    expected = Product("some_kind", "Some kind", "Brand", Level.OV, wildcard=False, extra_names=4, price=read,
                       days=(2, 5), standing=Standing.CONFIRMED)  # fmt: skip
    assert catalogue.load(written(price=price)) == (expected,)


WRONG: dict[str, list[str | None]] = {
    "title": [None, '""', "7", f'"{"x" * 76}"'], "brand": [None, '" "'], "level": [None, '"ov"', "[]"],
    "wildcard": [None, '"no"', "0"], "extra_names": [None, "-1", "true", "1.5"],
    "price": ["0", "-1", "nan", "inf", "9.999", '"dear"', "true", "1e9"],
    "days": [None, "5", "[5, 2]", "[1]", "[0.5, 1]"], "standing": [None, '"maybe"'], "colour": ['"red"'],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "places"),
    [
        *((written(**{field: value}), f"some_kind.{field}") for field, values in WRONG.items() for value in values),
        (written(days="5", level='"X"') + "\n[products]\nother = 1", "other some_kind.days some_kind.level"),
        *((text, "products") for text in ("", "[products]", "products = 1", "[kinds.a]")),
        *((text, "catalogue") for text in ("not toml", "[products.a]\n[products.a]")),
    ],
)
def test_everything_wrong_is_named_at_its_place(text: str, places: str) -> None:
    with pytest.raises(BadInput) as caught:
        catalogue.load(text)
    assert " ".join(sorted(caught.value.fields)) == places
    assert all(caught.value.fields.values())


def test_the_standard_catalogue_confirms_nothing_knows_no_price_and_speaks_plainly() -> None:
    products = catalogue.standard()
    titles = [product.title for product in products]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if TRADE_WORDS.search(title)] == []
    for product in products:
        assert (product.price, product.standing is Standing.CONFIRMED) == (None, False)
        assert (product.wildcard, product.level is Level.EV) == ("wildcard" in product.code, "_ev" in product.code)
        assert not (product.wildcard and product.level is Level.EV)
