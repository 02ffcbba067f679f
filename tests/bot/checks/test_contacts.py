from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.contacts import Contacts, as_phone
from bot.domain.findings import Mender, Verdict
from bot.domain.request import Level, Product
from tests.bot.checks.cases import CONTACT, PRODUCT, STOP, WARN, case, company, contact, judged, product

EV_KIND = product(level=Level.EV, brand="GeoTrust")
SECTIGO = product(brand="Sectigo")

TABLE: list[tuple[str, Product | None, dict[str, Any], set[tuple[str, Verdict]]]] = [
    ("all there", PRODUCT, {}, set()),
    ("all there, long check", EV_KIND, {"level": Level.EV}, set()),
    ("domain only, no company", PRODUCT, {"level": Level.DV, "organisation": None}, set()),
    ("nobody to ask", PRODUCT, {"admin": None}, {("CONTACT-1", STOP)}),
    ("nobody to ask, domain only", None, {"admin": None, "level": Level.DV}, {("CONTACT-1", STOP)}),
    ("no company", PRODUCT, {"organisation": None}, {("CONTACT-1", STOP)}),
    ("no company, long check", EV_KIND, {"organisation": None, "level": Level.EV}, {("CONTACT-1", STOP)}),
    ("no last name", PRODUCT, {"admin": contact(last_name="")}, {("CONTACT-2", STOP)}),
    ("no street", PRODUCT, {"organisation": company(street=" ")}, {("CONTACT-2", STOP)}),
    ("no company phone", PRODUCT, {"organisation": company(phone="")}, {("CONTACT-2", STOP)}),
    ("no title at Thawte", PRODUCT, {"admin": contact(title="")}, {("CONTACT-2", STOP)}),
    ("no title at Sectigo", SECTIGO, {"admin": contact(title="")}, set()),
    ("no title, long check", EV_KIND, {"admin": contact(title=""), "level": Level.EV}, {("CONTACT-2", STOP)}),
    ("no title, domain only", PRODUCT, {"admin": contact(title=""), "level": Level.DV}, set()),
    ("a dash for a name", PRODUCT, {"admin": contact(first_name="-")}, {("CONTACT-3", STOP)}),
    ("n/a for a mail", PRODUCT, {"admin": contact(email="n/a")}, {("CONTACT-3", STOP), ("CONTACT-5", STOP)}),
    ("zeros for a phone", PRODUCT, {"admin": contact(phone="+1.0000000000")}, {("CONTACT-3", STOP)}),
    ("phone with blanks", PRODUCT, {"admin": contact(phone="+1 312 555 0123")}, {("CONTACT-4", STOP)}),
    ("phone without country", PRODUCT, {"organisation": company(phone="3125550123")}, {("CONTACT-4", STOP)}),
    ("phone with extension", PRODUCT, {"admin": contact(phone="+1.4165550123x1902")}, set()),
    ("phone of 21", PRODUCT, {"admin": contact(phone="+123.45678901234x1234")}, {("CONTACT-4", STOP)}),
    ("phone of another country", PRODUCT, {"admin": contact(phone="+49.3012345678")}, set()),
    ("mail without domain", PRODUCT, {"admin": contact(email="ada@acme")}, {("CONTACT-5", STOP)}),
    ("mail with a blank", PRODUCT, {"admin": contact(email="a da@acme.com")}, {("CONTACT-5", STOP)}),
    ("mail of 255", PRODUCT, {"admin": contact(email="a@" + "b" * 249 + ".com")},
     {("CONTACT-5", STOP), ("CONTACT-6", STOP)}),
    ("first name of 65", PRODUCT, {"admin": contact(first_name="A" * 65)}, {("CONTACT-6", STOP)}),
    ("last name of 64", PRODUCT, {"admin": contact(last_name="A" * 64)}, {("CONTACT-6", STOP)}),
    ("street of 65", PRODUCT, {"organisation": company(street="A" * 65)}, {("CONTACT-6", STOP)}),
    ("box", PRODUCT, {"organisation": company(street="P.O. Box 12")}, {("CONTACT-7", WARN)}),
    ("box, long check", EV_KIND, {"organisation": company(street="PO Box 12"), "level": Level.EV},
     {("CONTACT-7", STOP)}),
    ("box in German", PRODUCT, {"organisation": company(street="Postfach 100")}, {("CONTACT-7", WARN)}),
    ("a street with box in its name", PRODUCT, {"organisation": company(street="1 Boxwood Lane")}, set()),
    ("accounts without mail", PRODUCT, {"billing": contact(email="")}, {("CONTACT-2", STOP)}),
    ("engineer with a bad phone", PRODUCT, {"technical": contact(phone="call me")}, {("CONTACT-4", STOP)}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_the_supplier_needs_of_people(
    kind: Product | None, changes: dict[str, Any], said: set[tuple[str, Verdict]]
) -> None:
    assert judged(Contacts(), case(kind, **changes)) == said


def test_the_desk_s_own_people_are_mended_by_its_engineer() -> None:
    spoilt = contact(phone="", email="nowhere")
    found = Contacts().look(case(technical=spoilt, billing=spoilt, admin=CONTACT))
    assert {finding.mender for finding in found} == {Mender.ENGINEER}
    subjects = {f"{who}.{what}" for who in ("Engineer", "Accounts") for what in ("phone", "email")}
    assert {finding.subject for finding in found} == subjects


PHONES = [
    ("+1 312 555 0123", "+1.3125550123"),
    ("+1 (312) 555-0123", "+1.3125550123"),
    ("+13125550123", "+1.3125550123"),
    ("+49 30 1234567", "+49.301234567"),
    ("+44-20-7946-0000", "+44.2079460000"),
    ("+1 416 555 0123 ext. 12", "+1.4165550123x12"),
    ("+1.4165550123x1902", "+1.4165550123x1902"),
    ("+4930123456", "+4930123456"),  # nobody can say where the country's code ends
    ("312 555 0123", "312 555 0123"),
    ("call me", "call me"),
]


@pytest.mark.parametrize(("typed", "meant"), PHONES)
def test_a_phone_number_is_put_into_the_supplier_s_form(typed: str, meant: str) -> None:
    assert as_phone(typed) == meant


def test_the_advice_shows_the_number_in_the_right_form() -> None:
    (found,) = Contacts().look(case(admin=contact(phone="+1 312 555 0123")))
    assert found.advice == "Write it as +1.3125550123."


@given(st.text(max_size=30))
def test_putting_a_number_into_form_twice_changes_nothing(typed: str) -> None:
    assert as_phone(as_phone(typed)) == as_phone(typed)
