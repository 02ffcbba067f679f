from dataclasses import replace

import pytest

from bot.domain.request import Request
from bot.suppliers.opensrs.contacts import contact_set
from tests.bot.suppliers.orders import ACME, ADMIN, AT_LENGTH, COMPANY_CHECKED, DOMAIN_ONLY, OLD_SECTIGO
from tests.builders import AGENCY, COMPANY

FIELDS = set("first_name last_name title org_name email phone address1 city state postal_code country".split())


@pytest.mark.parametrize(("request_", "more"), [
    (DOMAIN_ONLY, set()), (OLD_SECTIGO, {"organization"}), (COMPANY_CHECKED, {"organization"}),
    (AT_LENGTH, {"organization", "signer"}),
])  # fmt: skip
def test_the_level_decides_who_is_named_and_every_field_is_filled(request_: Request, more: set[str]) -> None:
    contacts = contact_set(replace(request_, admin=replace(ADMIN, title="")), AGENCY)
    assert set(contacts) == {"admin", "billing", "tech"} | more
    assert all(fields.keys() >= FIELDS and all(fields.values()) for fields in contacts.values())


def test_clients_people_stand_at_the_clients_address_and_ours_at_ours() -> None:
    contacts = contact_set(COMPANY_CHECKED, AGENCY)
    assert (contacts["admin"]["address1"], contacts["admin"]["address2"]) == ("Ring 1", "Haus 5")
    assert {role: fields["org_name"] for role, fields in contacts.items()} == {
        "admin": ACME.name, "organization": ACME.name, "billing": AGENCY.name, "tech": AGENCY.name,
    }  # fmt: skip
    assert contacts["organization"] == {**contacts["admin"], "phone": ACME.phone}
    alone = contact_set(replace(COMPANY_CHECKED, billing=None, technical=None), AGENCY)
    assert alone["billing"] == alone["tech"] == contacts["admin"]


@pytest.mark.parametrize(
    ("country", "state", "sent"),
    [("US", "District of Columbia", "DC"), ("US", "IL", "IL"), ("CA", "ontario", "ON"), ("GE", "Georgia", "Georgia")],
)
def test_states_are_two_letters_where_the_supplier_wants_them(country: str, state: str, sent: str) -> None:
    asked = replace(DOMAIN_ONLY, organisation=replace(COMPANY, country=country, state=state))
    assert contact_set(asked, AGENCY)["admin"]["state"] == sent
