"""What covers what, and which kinds are suggested (G8)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.request import Level, Purpose, Standing
from bot.shown.offer import Suggestion, covers, suggest
from tests.builders import a_product

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
DV = a_product("rapidssl", price=Decimal(19))
OV = a_product("sslwebserver", level=Level.OV, price=Decimal(199), extra_names=4, days=(2, 5))
EV = a_product("truebizid_ev", level=Level.EV, price=Decimal(299), extra_names=4, days=(3, 7))
STAR_DV = a_product("rapidssl_wildcard", wildcard=True, price=Decimal(149))
STAR_OV = a_product("sslwebserver_wildcard", wildcard=True, level=Level.OV, price=Decimal(449), days=(2, 5))
ENDED, UNPRICED = a_product("old", standing=Standing.ENDED), a_product("unpriced", price=None)
ALL = (EV, STAR_OV, OV, STAR_DV, DV)


def offers(
    *names: str, purpose: Purpose = Purpose.PUBLIC, by: date | None = None, **more: Any
) -> tuple[Suggestion, ...]:
    products, now, holidays = more.get("products", ALL), more.get("now", MONDAY), more.get("holidays", ())
    return suggest(names, purpose, by, products, now, "America/Chicago", holidays)


@pytest.mark.parametrize(("name", "host", "good"), [
    ("acme.com", "acme.com", True), ("acme.com", "www.acme.com", False), ("*.acme.com", "www.acme.com", True),
    ("*.acme.com", "acme.com", False), ("*.acme.com", "a.b.acme.com", False), ("*.acme.com", "*.acme.com", True),
    ("*.acme.com", "www.acme.org", False), ("*.b.acme.com", "a.b.acme.com", True), ("*.acme.com", "com", False),
])  # fmt: skip
def test_a_wildcard_covers_exactly_one_label(name: str, host: str, *, good: bool) -> None:
    assert covers(name, host) is good


PARTS = st.lists(st.sampled_from(["a", "b", "www"]), min_size=1, max_size=4)
NAMES = st.builds(lambda star, parts: ["*"] * star + parts, st.booleans(), PARTS)


@given(NAMES, NAMES)
def test_covering_is_matching_part_by_part(name: list[str], host: list[str]) -> None:
    good = len(name) == len(host) and name[1:] == host[1:] and name[0] in {"*", host[0]}
    assert covers(".".join(name), ".".join(host)) is good


@pytest.mark.parametrize(("names", "more", "codes"), [
    (("acme.com",), {}, ["rapidssl", "sslwebserver", "truebizid_ev"]),
    (("acme.com", "www.acme.com"), {}, ["sslwebserver", "truebizid_ev"]), (("*.acme.com", "acme.com"), {}, []),
    (("*.acme.com",), {}, ["rapidssl_wildcard", "sslwebserver_wildcard"]),
    (("acme.com",), {"products": (ENDED, UNPRICED, OV)}, ["sslwebserver", "unpriced"]),
])  # fmt: skip
def test_kinds_still_sold_that_can_hold_all_names_are_offered_cheapest_first(
    names: tuple[str, ...], more: dict[str, Any], codes: list[str]
) -> None:
    assert [offer.product.code for offer in offers(*names, **more)] == codes


@pytest.mark.parametrize(("names", "purpose", "by", "code", "why"), [
    ("acme.com", Purpose.CUSTOMERS, None, "sslwebserver", "customers"),
    ("acme.com", Purpose.INTERNAL, None, "rapidssl", "enough"), ("acme.com", Purpose.API, None, "rapidssl", "enough"),
    ("*.acme.com", Purpose.PUBLIC, None, "sslwebserver_wildcard", "usual"),
    ("acme.com www.acme.com", Purpose.PUBLIC, None, "sslwebserver", "only"),  # no simpler kind holds two
    ("acme.com", Purpose.CUSTOMERS, date(2026, 11, 25), "rapidssl", "late"),  # the others would come too late
])  # fmt: skip
def test_one_kind_is_suggested_by_purpose_and_by_the_day_wanted_and_says_why(
    names: str, purpose: Purpose, by: date | None, code: str, why: str
) -> None:
    offered = offers(*names.split(), purpose=purpose, by=by)
    assert [(offer.product.code, offer.why) for offer in offered if offer.why] == [(code, why)]


def test_what_is_on_offer_says_what_it_leaves_out_and_when_it_comes() -> None:
    def told(names: str, **more: Any) -> list[Any]:
        return [(offer.not_covered, offer.ready_by.day, offer.in_time) for offer in offers(names, **more)]

    assert told("*.acme.com", by=date(2026, 11, 25)) == [(("acme.com",), 24, True), (("acme.com",), 30, False)]
    # five days from Monday, without Thanksgiving and the weekend
    assert told("acme.com", holidays=(date(2026, 11, 26),), products=(OV,)) == [((), 1, None)]
    # Friday evening in Chicago is Saturday elsewhere; nobody approves before Monday, and the day is the agency's
    assert told("acme.com", now=datetime(2026, 11, 28, 2, tzinfo=UTC), products=(DV,)) == [((), 1, None)]
