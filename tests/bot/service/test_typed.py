"""From typed values to a request and back; every value that cannot be has a sentence at its own field."""

from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.request import Contact, Dcv, KeyType, Level, Organisation, Purpose, Request
from bot.service import typed
from tests.builders import COMPANY, CONTACT, STAFF, a_client, a_policy, a_product, a_request, an_order

OV = a_product("sslwebserver", level=Level.OV)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12).map(str.strip)


def of(kind: type, **known: str) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{f.name: st.just(known[f.name]) if f.name in known else TEXT for f in fields(kind)})


@given(of(Organisation, country="US"), of(Contact), st.none() | st.dates(), TEXT, st.data())
def test_a_request_typed_out_and_read_again_is_the_same(
    company: Organisation, contact: Contact, wanted: date | None, approver: str, data: st.DataObject
) -> None:
    purpose, dcv, key = (data.draw(st.sampled_from(kind)) for kind in (Purpose, Dcv, KeyType))
    request = Request(
        ("www.acme.com", "acme.com"), purpose, OV.code, Level.OV, wanted, company, contact, STAFF, STAFF, dcv,
        approver if dcv is Dcv.EMAIL else "", key,
    )  # fmt: skip
    assert typed.request_from(typed.values_of(an_order(request=request)), request.names, OV, a_policy()) == request


def test_a_domain_only_request_asks_the_agency_and_names_neither_company_nor_a_mailbox_without_mail() -> None:
    values = typed.values_on_file(a_client()) | {"dcv": "dns", "approver_email": "admin@acme.com"}
    request = typed.request_from(values, ("www.acme.com",), a_product(), a_policy())
    assert request == a_request(purpose=Purpose.PUBLIC, admin=STAFF, technical=STAFF)
    assert not any(name.startswith(("org.", "contact.")) for name in typed.values_of(an_order(request=request)))


def test_what_is_on_file_reads_as_it_was_filed() -> None:
    values = typed.values_on_file(a_client())
    assert (typed.organisation({**values, "org.country": " us "}), typed.contact(values)) == (COMPANY, CONTACT)
    assert typed.values_on_file(a_client(organisation=None, contact=None)) == {}


@pytest.mark.parametrize(("values", "wrong"), [
    ({"dcv": "dns", "approver_email": "ceo@acme.com", "wanted_by": "2026-12-10", "own_csr": "x" * 3000}, set()),
    ({"dcv": "email", "wanted_by": ""}, {"approver_email"}),
    ({"dcv": "email", "approver_email": "adminx@acme.com", "wanted_by": "2026-02-30"}, {"approver_email", "wanted_by"}),
    ({"own_csr": "x" * 3001, "names": "y" * 4000}, {"own_csr", "names"}),
], ids=lambda value: str(sorted(value)))  # fmt: skip
def test_what_a_form_can_tell_by_itself(values: dict[str, str], wrong: set[str]) -> None:
    assert set(typed.problems(values)) == wrong


def test_the_last_step_tells_the_company_only_where_it_is_checked() -> None:
    values = typed.values_of(an_order(request=a_request(organisation=COMPANY, admin=CONTACT)))
    told = (
        ("names", "Web addresses", "www.acme.com, acme.com"), ("names", "Wanted by", "no date given"),
        ("kind", "Kind", ""), ("company", "Company", "Acme LLC, Chicago, Illinois, US"),
        ("contact", "Contact", "Ada Acme, ada@acme.com, +1.3125550124"),
    )  # fmt: skip
    said = [typed.told(values, ("www.acme.com", "acme.com"), None, company=company) for company in (True, False)]
    assert said == [told, told[:3]]


def test_the_addresses_in_a_message_are_found_once_each() -> None:
    text = "Get SHOP.acme.com <http://shop.acme.com|shop.acme.com> and *.acme.com. Mail ada@acme.com, v1.2, etc."
    assert typed.names_in(text) == "shop.acme.com\n*.acme.com"
