from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.domain.errors import Lost, Refused, Unusable
from bot.domain.request import Contact, Dcv, Kind, Organisation, Request
from bot.domain.supply import Account, Look, State, Task
from bot.suppliers import catalogue
from bot.suppliers.opensrs.contacts import contact_set, phone
from bot.suppliers.opensrs.look import read_look, state
from bot.suppliers.opensrs.supplier import OpenSRS
from bot.suppliers.opensrs.wire import Fields, Value
from tests.bot.suppliers.opensrs.canned import Canned, client_on, no, yes
from tests.bot.suppliers.orders import (
    ACME,
    ADMIN,
    AGENCY,
    AT_LENGTH,
    BY_MAIL,
    COMPANY_CHECKED,
    DOMAIN_ONLY,
    EVERY_KIND,
    SEVERAL,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----\n"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
DONE = Look("7", NOW, State.COMPLETED, "completed", product_id="70")


class Frozen:
    def now(self) -> datetime:
        return NOW


def supplier(*answers: bytes | Exception) -> tuple[OpenSRS, Canned]:
    transport = Canned(list(answers))
    account = Account("opensrs", "agency", "live")
    return OpenSRS(client_on(transport), account, AGENCY, catalogue.standard(), Frozen()), transport


def drafted(request: Request) -> Fields:
    opensrs, transport = supplier(yes(order_id="7", state="pending"))
    assert opensrs.draft(request, CSR) == "7"
    ((action, attributes),) = transport.calls
    assert action == "SW_REGISTER"
    return attributes


def shown(**attributes: Value) -> Look:
    return read_look("7", attributes, NOW)


def test_a_draft_asks_for_exactly_what_was_ordered() -> None:
    asked = dict(drafted(COMPANY_CHECKED))
    assert isinstance(asked.pop("contact_set"), Mapping)
    assert asked == {
        "handle": "save",
        "reg_type": "new",
        "product_type": "sslwebserver_wildcard",
        "period": "1",
        "domain": "*.acme.test",
        "csr": CSR.strip(),
        "server_type": "other",
        "server_count": "1",
        "dv_auth_method": "dns",
    }


def test_more_names_an_approver_and_the_order_renewed_go_along_only_where_they_belong() -> None:
    assert drafted(SEVERAL)["additional_domains"] == ["www.acme.test", "shop.acme.test"]
    by_mail = drafted(BY_MAIL)
    assert (by_mail["dv_auth_method"], by_mail["approver_email"]) == ("email", "admin@acme.test")
    assert "approver_email" not in drafted(replace(BY_MAIL, dcv=Dcv.DNS))
    renewal = drafted(replace(COMPANY_CHECKED, kind=Kind.RENEW, renews="4711"))
    assert (renewal["reg_type"], renewal["order_id"]) == ("renew", "4711")


@pytest.mark.parametrize("request_", EVERY_KIND.values(), ids=EVERY_KIND.keys())
def test_a_draft_never_goes_to_the_authority(request_: Request) -> None:
    assert drafted(request_)["handle"] == "save"


@pytest.mark.parametrize(
    ("request_", "roles"),
    [
        (DOMAIN_ONLY, {"admin", "billing", "tech"}),
        (replace(DOMAIN_ONLY, product="comodo_ssl"), {"admin", "billing", "tech", "organization"}),
        (COMPANY_CHECKED, {"admin", "billing", "tech", "organization"}),
        (AT_LENGTH, {"admin", "billing", "tech", "organization", "signer"}),
    ],
)
def test_the_level_decides_who_is_named_and_every_field_is_filled(request_: Request, roles: set[str]) -> None:
    contacts = contact_set(request_, AGENCY)
    assert set(contacts) == roles
    wanted = {"first_name", "last_name", "title", "org_name", "email", "phone", "address1", "city", "state",
              "postal_code", "country"}  # fmt: skip
    for fields in contacts.values():
        assert wanted <= fields.keys()
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


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (replace(DOMAIN_ONLY, admin=None, billing=None, technical=None), "contact.email"),
        (replace(COMPANY_CHECKED, organisation=None), "org.name"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_sent(request_: Request, field: str) -> None:
    opensrs, transport = supplier(yes(order_id="7"))
    with pytest.raises(Refused) as caught:
        opensrs.draft(request_, CSR)
    assert (caught.value.field, transport.sent) == (field, [])


@pytest.mark.parametrize(
    ("written", "country", "sent"),
    [
        ("+1.3125550100", "US", "+1.3125550100"),
        ("+1.3125550100x12", "US", "+1.3125550100x12"),
        ("+1 (312) 555-0100", "US", "+1.3125550100"),
        ("+13125550100", "DE", "+1.3125550100"),
        ("(312) 555-0100", "US", "+1.3125550100"),
        ("1-312-555-0100", "CA", "+1.3125550100"),
        ("+44 20 7946 0958", "GB", "+44.2079460958"),
        ("+353 1 555 0100", "IE", "+353.15550100"),
        ("020 7946 0958", "GB", "020 7946 0958"),
        ("555-0100", "US", "555-0100"),
    ],
)
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


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (DOMAIN_ONLY, {"order_id": "7", "dv_auth_method": "DNS"}),
        (BY_MAIL, {"order_id": "7", "dv_auth_method": "Email", "approver_email": "admin@acme.test"}),
        (replace(DOMAIN_ONLY, dcv=Dcv.FILE), {"order_id": "7", "dv_auth_method": "File"}),
    ],
)
def test_buying_is_one_process_pending_and_the_answers_id_counts(request_: Request, sent: dict[str, str]) -> None:
    opensrs, transport = supplier(yes(order_id="8", state="in-progress"))
    accepted = opensrs.submit("7", request_)
    assert (accepted.order_id, accepted.raw_state) == ("8", "in-progress")
    assert transport.calls == [("PROCESS_PENDING", sent)]


@pytest.mark.parametrize(
    ("act", "call"),
    [
        (lambda o: o.cancel_draft("7"), ("PROCESS_PENDING", {"order_id": "7", "command": "cancel"})),
        (lambda o: o.cancel("7"), ("CANCEL_ORDER", {"order_id": "7"})),
        (lambda o: o.resend("7"), ("RESEND_APPROVE_EMAIL", {"order_id": "7"})),
        (
            lambda o: o.switch_dcv("7", "dns", "a@b.test"),
            ("UPDATE_DV_AUTH", {"order_id": "7", "dv_auth_method": "DNS"}),
        ),
        (lambda o: o.switch_dcv("7", "email", ""), ("UPDATE_DV_AUTH", {"order_id": "7", "dv_auth_method": "email"})),
    ],
    ids=["cancel_draft", "cancel", "resend", "switch to dns", "switch to mail"],
)
def test_every_act_is_one_command_about_its_order(
    act: Callable[[OpenSRS], object], call: tuple[str, dict[str, str]]
) -> None:
    opensrs, transport = supplier(yes(order_id="7", state="declined"))
    act(opensrs)
    assert transport.calls == [call]
    with pytest.raises(Lost, match="another order"):
        act(supplier(yes(order_id="8"))[0])


@pytest.mark.parametrize("answer", [yes(), yes(order_id=""), yes(domain="acme.test")])
def test_a_yes_without_an_order_number_is_no_clear_answer(answer: bytes) -> None:
    opensrs, _ = supplier(answer)
    for act in (
        lambda: opensrs.draft(DOMAIN_ONLY, CSR),
        lambda: opensrs.submit("7", DOMAIN_ONLY),
        lambda: opensrs.look("7"),
    ):
        with pytest.raises(Lost):
            act()


def test_a_look_at_another_order_is_no_answer() -> None:
    with pytest.raises(Lost, match="another order"):
        supplier(yes(order_id="8", state="completed"))[0].look("7")


def test_only_an_unknown_order_is_a_clear_no_to_a_look() -> None:
    with pytest.raises(Refused) as caught:
        supplier(no("405"))[0].look("7")
    assert caught.value.unknown_id
    for code in ("401", "435", "465"):
        with pytest.raises(Lost):
            supplier(no(code))[0].look("7")


def test_a_look_carries_everything_under_our_names() -> None:
    notes = [
        {"date": "2026-11-23T10:00:00.000-05:00", "type": "money_held", "note": "held"},
        {"date": "2026-11-24 -05:00", "type": "odd", "note": "later"},
        {"date": "soon", "type": "odd", "note": "undated"},
    ]
    opensrs, _ = supplier(
        yes(order_id="7", state="In_Progress", product_type="ssl123", period="1", domain="a.test", reg_type="renewal",
            server_type="other", server_count="1", price="99.0", csr=CSR, supplier_order_id="900", product_id="70",
            contact_set={"admin": {"email": "a@b.test"}, "tech": ""}, notes_list=notes, surprise={"a": "b"})
    )  # fmt: skip
    look = opensrs.look("7")
    assert (look.state, look.raw_state, look.at, look.price) == (State.IN_PROGRESS, "In_Progress", NOW, Decimal("99.0"))
    assert dict(look.fields) == {
        "product": "ssl123",
        "period": "1",
        "domain": "a.test",
        "server_type": "other",
        "server_count": "1",
        "registration": "renewal",
        "contacts.admin.email": "a@b.test",
    }
    assert (look.product_id, look.supplier_order_id, look.csr) == ("70", "900", CSR.strip())
    assert (look.money_held, look.newest_note) == (True, "later")
    assert [note.at is None for note in look.notes] == [False, False, True]


def test_what_is_missing_or_odd_is_left_out() -> None:
    look = shown(order_id="7", notes_list=["a", {"note": "b"}], contact_set="none", price="many", dv_auth=["x"])
    assert (look.state, look.raw_state, look.csr, look.price, look.fields) == (State.UNKNOWN, "", "", None, ())
    assert [note.text for note in look.notes] == ["b"]
    assert look.tasks == ()
    assert dict(shown(reg_type="renew").fields) == {"registration": "renewal"}


@pytest.mark.parametrize("known", [word for word in State if word is not State.UNKNOWN])
def test_states_are_read_in_any_spelling(known: State) -> None:
    for raw in (known.value, known.value.replace("-", "_"), known.value.upper(), f" {known.value.title()}"):
        assert state(raw) is known


@pytest.mark.parametrize("raw", ["", "unknown", "processing", "active", "pending!"])
def test_other_words_are_no_state(raw: str) -> None:
    assert state(raw) is State.UNKNOWN


RECORD: Value = {"record_type": "TXT", "domain": "acme.test", "value": "20261123abc"}


@pytest.mark.parametrize(
    ("attributes", "dcv", "tasks"),
    [
        ({"dv_auth_details": RECORD}, "dns", (Task("txt", "acme.test", "20261123abc"),)),
        ({"AuthData": [RECORD, RECORD]}, "dns", (Task("txt", "acme.test", "20261123abc"),) * 2),
        ({"dv_auth": {"filename": "a.txt", "contents": "b"}}, "file", (Task("file", "a.txt", "b"),)),
        ({"some_auth": {"token": "t"}}, "", (Task("shown", "token", "t"),)),
        ({"dv_auth_method": "DNS"}, "dns", ()),
        ({"dv_auth_method": "Email", "approver_email": "a@b.test"}, "email", (Task("mail", "a@b.test"),)),
        ({"approver_email": "a@b.test", "state": "awaiting-approval"}, "email", (Task("mail", "a@b.test"),)),
        ({"approver_email": "a@b.test", "state": "in-progress"}, "", ()),
        ({"approver_email": "a@b.test", "state": "awaiting-approval", "dv_auth": RECORD}, "dns",
         (Task("txt", "acme.test", "20261123abc"),)),
        ({}, "", ()),
    ],
)  # fmt: skip
def test_what_shows_control_is_read_as_data(attributes: Fields, dcv: str, tasks: tuple[Task, ...]) -> None:
    look = shown(**attributes)
    assert (look.dcv, look.tasks) == (dcv, tasks)


@pytest.mark.parametrize(
    "data",
    [
        {"certificate": PEM},
        {"certificate": "-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----"},
        {"a": [{"b": {"c": PEM}}], "pkcs7_cert": "-----BEGIN PKCS7-----\nMII\n-----END PKCS7-----"},
        {"certificate": PEM, "ca_certificates": f"{PEM}{PEM}"},
        PEM,
    ],
)
def test_every_certificate_is_found_once_wherever_it_is(data: object) -> None:
    opensrs, transport = supplier(yes(product_id="70", cert_data=data))
    assert opensrs.fetch(DONE) == (PEM,)
    assert transport.calls == [("GET_CERT", {"product_id": "70", "return_ca_certs": "1"})]


@pytest.mark.parametrize(
    ("look", "answer"),
    [
        (replace(DONE, product_id=""), yes(cert_data={"certificate": PEM})),
        (DONE, yes(product_id="70")),
        (DONE, yes(product_id="70", cert_data={"certificate": "soon"})),
        (DONE, yes(product_id="71", cert_data={"certificate": PEM})),
    ],
    ids=["no product", "no data", "no certificate in it", "another product"],
)
def test_without_a_certificate_the_answer_is_unusable(look: Look, answer: bytes) -> None:
    with pytest.raises(Unusable):
        supplier(answer)[0].fetch(look)


@pytest.mark.parametrize("mailbox", ["admin@acme.test", ""])
def test_the_mail_is_used_when_it_goes_to_the_mailbox_wanted_or_none_is_shown(mailbox: str) -> None:
    opensrs, transport = supplier(yes(order_id="7", approver_email=mailbox), yes(order_id="7"))
    opensrs.switch_dcv("7", "email", "admin@acme.test")
    assert transport.calls[-1] == ("UPDATE_DV_AUTH", {"order_id": "7", "dv_auth_method": "email"})


def test_a_mail_that_would_go_to_another_mailbox_is_not_sent() -> None:
    opensrs, transport = supplier(yes(order_id="7", approver_email="eve@agency.test"), yes(order_id="7"))
    with pytest.raises(Refused, match="eve@agency.test") as caught:
        opensrs.switch_dcv("7", "email", "admin@acme.test")
    assert caught.value.field == "approver_email"
    assert [action for action, _ in transport.calls] == ["GET_ORDER_INFO"]


def test_funds_are_exact_amounts() -> None:
    opensrs, transport = supplier(yes(balance="1000.10", hold_balance="0.20"))
    funds = opensrs.funds()
    assert (funds.balance, funds.held) == (Decimal("1000.10"), Decimal("0.20"))
    assert transport.calls == [("GET_BALANCE", {})]
    for answer in (yes(), yes(balance="lots", hold_balance="0")):
        with pytest.raises(Unusable):
            supplier(answer)[0].funds()
