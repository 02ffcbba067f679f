"""Company and contact are judged while they are typed by the same checks that stop an order later."""

import pytest

from bot.domain.findings import Verdict
from bot.domain.request import Level, Product
from bot.service import company, typed
from bot.service.prepare import run_checks
from tests.builders import World, a_client, a_product, an_order

OV = a_product("sslwebserver", level=Level.OV, brand="Thawte")
EV = a_product("sslwebserver_ev", level=Level.EV, brand="Thawte")
OTHER_BRAND = a_product("truebizid", level=Level.OV, brand="GeoTrust")
GOOD = typed.values_on_file(a_client())


@pytest.mark.parametrize("product", [OV, EV, OTHER_BRAND, None], ids=lambda p: p.code if p else "none")
def test_what_is_complete_has_no_problem(world: World, product: Product | None) -> None:
    assert company.problems(world.gear, GOOD, product) == {}


@pytest.mark.parametrize(("changes", "product", "wrong"), [
    ({"org.name": ""}, OV, {"org.name"}), ({"org.name": "N/A"}, OV, {"org.name"}),
    ({"org.street": ""}, OV, {"org.street"}), ({"org.city": "", "org.state": ""}, OV, {"org.city"}),
    ({"org.state": "IL"}, OV, {"org.state"}), ({"org.country": "UK"}, OV, {"org.country"}),
    ({"org.phone": "312 555 0123"}, OV, {"org.phone"}), ({"org.registration_number": ""}, OV, set()),
    ({"org.registration_number": ""}, EV, {"org.registration_number"}), ({"org.street": "P.O. Box 12"}, OV, set()),
    ({"org.street": "P.O. Box 12"}, EV, {"org.street"}),
    ({"contact.first_name": "", "contact.last_name": ""}, OV, {"contact.first_name", "contact.last_name"}),
    ({"contact.email": "ada@"}, OV, {"contact.email"}), ({"contact.phone": ""}, OV, {"contact.phone"}),
    ({"contact.title": ""}, OV, {"contact.title"}), ({"contact.title": ""}, OTHER_BRAND, set()),
], ids=lambda value: value.code if isinstance(value, Product) else str(sorted(value)))  # fmt: skip
def test_each_problem_stands_at_its_field(
    world: World, changes: dict[str, str], product: Product, wrong: set[str]
) -> None:
    assert set(company.problems(world.gear, GOOD | changes, product)) == wrong


@pytest.mark.parametrize("changes", [{}, {"org.state": "IL"}, {"contact.phone": "1"}], ids=str)
def test_the_form_and_the_order_are_of_one_mind(world: World, changes: dict[str, str]) -> None:
    request = typed.request_from(GOOD | changes, ("www.acme.com",), OV, world.gear.policy)
    found = run_checks(world.gear, an_order(request=request, csr=""), frozenset({"subject", "contacts"}))
    stops = [finding for finding in found if finding.verdict is Verdict.STOP]
    assert bool(stops) is bool(company.problems(world.gear, GOOD | changes, OV))
