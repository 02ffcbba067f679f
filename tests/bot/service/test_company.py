"""Company and contact are judged while they are typed by the same checks that stop an order later."""

import pytest

from bot.domain.findings import Verdict
from bot.domain.request import Level, Product
from bot.service import company, typed
from bot.service.check import run_checks
from tests.builders import World, a_client, a_product, an_order

OV = a_product("sslwebserver", level=Level.OV, brand="Thawte")
EV = a_product("sslwebserver_ev", level=Level.EV, brand="Thawte")
OTHER_BRAND = a_product("truebizid", level=Level.OV, brand="GeoTrust")
GOOD = typed.values_on_file(a_client())


@pytest.mark.parametrize(("changes", "product", "wrong"), [
    ({}, OV, set()), ({}, EV, set()), ({}, None, set()), ({"contact.title": ""}, OTHER_BRAND, set()),
    ({"org.registration_number": "", "org.street": "P.O. Box 12"}, OV, set()),
    ({"org.registration_number": "", "org.street": "P.O. Box 12"}, EV, {"org.registration_number", "org.street"}),
    ({"org.name": "N/A", "org.city": "", "org.state": "", "org.phone": "1"}, OV, {"org.name", "org.city", "org.phone"}),
    ({"org.state": "IL"}, OV, {"org.state"}), ({"org.country": "UK"}, OV, {"org.country"}),
    ({"contact.first_name": "", "contact.email": "a@"}, OV, {"contact.first_name", "contact.email"}),
], ids=lambda value: getattr(value, "code", "") or str(sorted(value or ())))  # fmt: skip
def test_each_problem_stands_at_its_field(
    world: World, changes: dict[str, str], product: Product | None, wrong: set[str]
) -> None:
    assert set(company.problems(world.gear, GOOD | changes, product)) == wrong


@pytest.mark.parametrize("changes", [{}, {"org.state": "IL"}, {"contact.phone": "1"}], ids=str)
def test_the_form_and_the_order_are_of_one_mind(world: World, changes: dict[str, str]) -> None:
    request = typed.request_from(GOOD | changes, ("www.acme.com",), OV, world.gear.policy)
    found = run_checks(world.gear, an_order(request=request, csr=""), frozenset({"subject", "contacts"}))
    stops = [finding for finding in found if finding.verdict is Verdict.STOP]
    assert bool(stops) is bool(company.problems(world.gear, GOOD | changes, OV))
