from dataclasses import replace

import pytest

from bot.domain.request import Contact, Organisation, Request
from bot.suppliers.opensrs.contacts import contact_set, phone
from tests.bot.suppliers.orders import ACME, ADMIN, AGENCY, AT_LENGTH, COMPANY_CHECKED, DOMAIN_ONLY

ALWAYS = {"admin", "billing", "tech"}
FIELDS = set("first_name last_name title org_name email phone address1 city state postal_code country".split())


@pytest.mark.parametrize(
    ("request_", "roles"),
    [
        (DOMAIN_ONLY, ALWAYS),
        (replace(DOMAIN_ONLY, product="comodo_ssl"), ALWAYS | {"organization"}),
        (COMPANY_CHECKED, ALWAYS | {"organization"}),
        (AT_LENGTH, ALWAYS | {"organization", "signer"}),
    ],
)
def test_the_level_decides_who_is_named_and_every_field_is_filled(request_: Request, roles: set[str]) -> None:
    contacts = contact_set(request_, AGENCY)
    assert set(contacts) == roles
    for fields in contacts.values():
        assert fields.keys() >= FIELDS
        assert all(fields.values())


def test_clients_people_stand_at_the_clients_address_and_ours_at_ours() -> None:
    contacts = contact_set(COMPANY_CHECKED, AGENCY)
    assert (contacts["admin"]["org_name"], contacts["admin"]["state"]) == (ACME.name, "Zürich")
    assert (contacts["tech"]["org_name"], contacts["tech"]["state"]) == (AGENCY.name, "IL")
    assert (contacts["tech"]["address1"], contacts["tech"]["address2"]) == ("1 Main St", "Suite 5")
    assert contacts["billing"]["title"] == "Billing contact"
    assert contacts["organization"] | {"phone": ""} == contacts["admin"] | {"phone": ""}
    assert (contacts["organization"]["phone"], contacts["admin"]["phone"]) == ("+41.445550100", ADMIN.phone)


def test_without_billing_and_technical_the_admin_stands_in() -> None:
    contacts = contact_set(replace(COMPANY_CHECKED, billing=None, technical=None), AGENCY)
    assert contacts["billing"]["email"] == contacts["tech"]["email"] == ADMIN.email


PHONES = [
    ("+1.3125550100", "US", "+1.3125550100"), ("+1.3125550100x12", "US", "+1.3125550100x12"),
    ("+1 (312) 555-0100", "US", "+1.3125550100"), ("+13125550100", "DE", "+1.3125550100"),
    ("(312) 555-0100", "US", "+1.3125550100"), ("1-312-555-0100", "CA", "+1.3125550100"),
    ("+44 20 7946 0958", "GB", "+44.2079460958"), ("+353 1 555 0100", "IE", "+353.15550100"),
    ("020 7946 0958", "GB", "020 7946 0958"), ("555-0100", "US", "555-0100"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "country", "sent"), PHONES)
def test_a_phone_number_gets_the_suppliers_form(written: str, country: str, sent: str) -> None:
    assert phone(written, country) == sent


@pytest.mark.parametrize(
    ("country", "state_", "sent"),
    [("US", "District of Columbia", "DC"), ("US", "IL", "IL"), ("CA", "ontario", "ON"), ("DE", "Bayern", "Bayern")],
)
def test_states_are_two_letters_where_the_supplier_wants_them(country: str, state_: str, sent: str) -> None:
    company = Organisation("A", "B 1", "C", state_, "1", country, "+1.3125550100")
    contact = Contact("A", "B", "a@b.test", "+1.3125550100")
    asked = contact_set(replace(DOMAIN_ONLY, organisation=company, admin=contact), AGENCY)
    assert asked["admin"]["state"] == sent
