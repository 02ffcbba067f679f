from bot.checks.contacts import Contacts, as_phone
from bot.domain.findings import Mender
from bot.ports import Case
from tests.bot.checks.spoilt import DV, EV, case, company, contact, judged, product, table

LONG_CHECK = product(level=EV, brand="GeoTrust")


def admin(**changes: str) -> Case:
    return case(admin=contact(**changes))


def of(**changes: str) -> Case:
    return case(organisation=company(**changes))


@table({
    "": [
        case(), case(LONG_CHECK, level=EV), case(level=DV, organisation=None), of(street="1 Boxwood Lane"),
        case(product(brand="Sectigo"), admin=contact(title="")), case(level=DV, admin=contact(title="")),
        admin(phone="+1.4165550123x1902"), admin(phone="+49.3012345678"),
    ],
    "CONTACT-1 stop": [
        case(admin=None), case(None, admin=None, level=DV), case(organisation=None),
        case(LONG_CHECK, organisation=None, level=EV),
    ],
    "CONTACT-2 stop": [
        admin(last_name=""), of(street=" "), of(phone=""), admin(title=""),
        case(LONG_CHECK, admin=contact(title=""), level=EV), case(billing=contact(email="")),
    ],
    "CONTACT-3 stop": [admin(first_name="-"), admin(phone="+1.0000000000")],
    "CONTACT-3 stop, CONTACT-5 stop": [admin(email="n/a")],
    "CONTACT-4 stop": [
        admin(phone="+1 312 555 0123"), of(phone="3125550123"), admin(phone="+123.45678901234x1234"),
        case(technical=contact(phone="call me")),
    ],
    "CONTACT-5 stop": [admin(email="ada@acme"), admin(email="a da@acme.com")],
    "CONTACT-5 stop, CONTACT-6 stop": [admin(email="a@" + "b" * 249 + ".com")],
    "CONTACT-6 stop": [admin(first_name="A" * 65), admin(last_name="A" * 64), of(street="A" * 65)],
    "CONTACT-7 warn": [of(street="P.O. Box 12"), of(street="Postfach 100")],
    "CONTACT-7 stop": [case(LONG_CHECK, organisation=company(street="PO Box 12"), level=EV)],
})  # fmt: skip
def test_what_the_supplier_needs_of_people(said: str, given: Case) -> None:
    assert judged(Contacts(), given) == said


def test_the_desk_s_own_people_are_mended_by_its_engineer() -> None:
    spoilt = contact(phone="", email="nowhere")
    found = Contacts().look(case(technical=spoilt, billing=spoilt))
    assert {(finding.subject, finding.mender) for finding in found} == {
        (f"{who}.{what}", Mender.ENGINEER) for who in ("Engineer", "Accounts") for what in ("phone", "email")
    }


@table({
    "+1.3125550123": ["+1 312 555 0123", "+1 (312) 555-0123", "+13125550123"], "+49.301234567": ["+49 30 1234567"],
    "+44.2079460000": ["+44-20-7946-0000"], "+1.4165550123x12": ["+1 416 555 0123 ext. 12"],
    # nobody can say where this country's code ends
    **{kept: [kept] for kept in ("+1.4165550123x1902", "+4930123456", "312 555 0123", "call me")},
})  # fmt: skip
def test_a_phone_number_is_put_into_the_supplier_s_form(said: str, given: str) -> None:
    assert as_phone(given) == said
