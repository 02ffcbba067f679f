"""What covers what, and which kinds are suggested (G8)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.request import Level, Purpose, Standing
from bot.shown.offer import Suggestion, covers, suggest
from tests.builders import a_product

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
DV = a_product("rapidssl", price=Decimal(19))
OV = a_product("sslwebserver", level=Level.OV, price=Decimal(199), extra_names=4, days=(2, 5))
EV = a_product("truebizid_ev", level=Level.EV, price=Decimal(299), extra_names=4, days=(3, 7))
STAR_DV = a_product("rapidssl_wildcard", wildcard=True, price=Decimal(149))
STAR_OV = a_product("sslwebserver_wildcard", wildcard=True, level=Level.OV, price=Decimal(449), days=(2, 5))
ALL = (EV, STAR_OV, OV, STAR_DV, DV)


def offers(
    *names: str, purpose: Purpose = Purpose.PUBLIC, by: date | None = None, **more: Any
) -> tuple[Suggestion, ...]:
    return suggest(names, purpose, by, more.get("products", ALL), MONDAY, "America/Chicago", more.get("holidays", ()))


def best(found: tuple[Suggestion, ...]) -> list[str]:
    return [offer.product.code for offer in found if offer.preselected]


@pytest.mark.parametrize(("name", "host", "good"), [
    ("acme.com", "acme.com", True), ("acme.com", "www.acme.com", False), ("*.acme.com", "www.acme.com", True),
    ("*.acme.com", "acme.com", False), ("*.acme.com", "a.b.acme.com", False), ("*.acme.com", "*.acme.com", True),
    ("*.acme.com", "www.acme.org", False), ("*.b.acme.com", "a.b.acme.com", True), ("*.acme.com", "com", False),
])  # fmt: skip
def test_a_wildcard_covers_exactly_one_label(name: str, host: str, *, good: bool) -> None:
    assert covers(name, host) is good


@pytest.mark.parametrize(("names", "codes"), [
    (("acme.com",), ["rapidssl", "sslwebserver", "truebizid_ev"]),
    (("acme.com", "www.acme.com"), ["sslwebserver", "truebizid_ev"]),
    (("*.acme.com",), ["rapidssl_wildcard", "sslwebserver_wildcard"]), (("*.acme.com", "acme.com"), []),
])  # fmt: skip
def test_only_kinds_that_can_hold_all_names_are_offered_cheapest_first(
    names: tuple[str, ...], codes: list[str]
) -> None:
    assert [offer.product.code for offer in offers(*names)] == codes


def test_what_is_no_longer_sold_is_not_offered_and_an_unknown_price_comes_last() -> None:
    ended, unpriced = a_product("old", standing=Standing.ENDED), a_product("unpriced", price=None)
    codes = [offer.product.code for offer in offers("acme.com", products=(ended, unpriced, OV))]
    assert codes == ["sslwebserver", "unpriced"]


@pytest.mark.parametrize(("names", "purpose", "code"), [
    (("acme.com",), Purpose.CUSTOMERS, "sslwebserver"), (("acme.com",), Purpose.INTERNAL, "rapidssl"),
    (("acme.com",), Purpose.API, "rapidssl"), (("*.acme.com",), Purpose.PUBLIC, "sslwebserver_wildcard"),
])  # fmt: skip
def test_one_kind_is_preselected_by_purpose(names: tuple[str, ...], purpose: Purpose, code: str) -> None:
    assert best(offers(*names, purpose=purpose)) == [code]


def test_a_kind_that_comes_in_time_is_preferred() -> None:
    found = offers("acme.com", purpose=Purpose.CUSTOMERS, by=date(2026, 11, 25))
    assert {offer.product.code: offer.in_time for offer in found} == {
        "rapidssl": True, "sslwebserver": False, "truebizid_ev": False,
    }  # fmt: skip
    assert best(found) == ["rapidssl"]


def test_time_is_told_in_business_days() -> None:
    by_code = {o.product.code: o.ready_by for o in offers("acme.com", holidays=(date(2026, 11, 26),))}
    assert by_code["sslwebserver"] == date(2026, 12, 1)  # five days from Monday, without Thanksgiving and the weekend
    assert all(offer.in_time is None for offer in offers("acme.com"))


def test_the_name_below_a_wildcard_is_said_not_to_be_covered() -> None:
    (offer, _) = offers("*.acme.com")
    assert (offer.covered, offer.not_covered) == (("*.acme.com",), ("acme.com",))
