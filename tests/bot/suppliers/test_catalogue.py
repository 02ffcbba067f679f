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


def test_an_accounts_own_file_gives_prices_and_standing() -> None:
    expected = Product("some_kind", "Some kind", "Brand", Level.OV, wildcard=False, extra_names=4,
                       price=Decimal("449.00"), days=(2, 5), standing=Standing.CONFIRMED)  # fmt: skip
    assert catalogue.load(written()) == (expected,)
    assert catalogue.load(written(price="99"))[0].price == Decimal(99)
    assert catalogue.load(written(price=None))[0].price is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((name, None) for name in GOOD if name != "price"),
        ("title", '""'), ("title", "7"), ("title", f'"{"x" * 76}"'), ("brand", '" "'),
        ("level", '"ov"'), ("level", "[]"), ("wildcard", '"no"'), ("wildcard", "0"),
        ("extra_names", "-1"), ("extra_names", "true"), ("extra_names", "1.5"),
        ("price", "0"), ("price", "-1"), ("price", "nan"), ("price", "inf"), ("price", "9.999"), ("price", '"449"'),
        ("price", "true"), ("price", "1e9"), ("days", "5"), ("days", "[5, 2]"), ("days", "[1]"), ("days", "[0.5, 1]"),
        ("standing", '"maybe"'), ("colour", '"red"'),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_with_its_field(field: str, value: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        catalogue.load(written(**{field: value}))
    assert set(caught.value.fields) == {f"some_kind.{field}"}
    assert caught.value.fields[f"some_kind.{field}"]


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        catalogue.load(written(days="5", level='"X"') + "\n[products]\nother = 1")
    assert set(caught.value.fields) == {"some_kind.days", "some_kind.level", "other"}


@pytest.mark.parametrize(
    "text", ["", "[products]", "products = 1", "not toml", "[products.a]\n[products.a]", "[kinds.a]"]
)
def test_a_file_that_is_no_catalogue_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        catalogue.load(text)
    assert set(caught.value.fields) == {"catalogue"}


def test_the_standard_catalogue_claims_no_price_and_confirms_nothing() -> None:
    products = catalogue.standard()
    assert {product.price for product in products} == {None}
    assert {product.standing for product in products} == {Standing.UNCONFIRMED, Standing.ENDED}


def test_wildcards_are_marked_and_never_vetted_at_length() -> None:
    for product in catalogue.standard():
        assert product.wildcard == ("wildcard" in product.code)
        assert not (product.wildcard and product.level is Level.EV)
        assert (product.level is Level.EV) == ("_ev" in product.code)


def test_titles_are_distinct_and_in_plain_words() -> None:
    titles = [product.title for product in catalogue.standard()]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if TRADE_WORDS.search(title)] == []
