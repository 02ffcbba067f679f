from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.errors import DeskError, Lost, Refused, Unusable
from bot.domain.request import Dcv, Kind, Request, Standing
from bot.domain.supply import Accepted, Look, State
from bot.suppliers.opensrs.contacts import contact_set
from bot.suppliers.opensrs.supplier import OpenSRS
from tests.bot.suppliers.opensrs.canned import Canned, client_on, no, yes
from tests.bot.suppliers.orders import BY_MAIL, COMPANY_CHECKED, DOMAIN_ONLY, SEVERAL
from tests.builders import ACCOUNT, AGENCY, a_product
from tests.fakes import NOW, FakeClock

CSR = "-----BEGIN CERTIFICATE REQUEST-----\r\nMIIC\r\n-----END CERTIFICATE REQUEST-----"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
DONE = Look("7", NOW, State.COMPLETED, "completed", product_id="70")
CERT = {"certificate": PEM}
Act = Callable[[OpenSRS], object]


def supplier(*answers: bytes | Exception) -> tuple[OpenSRS, Canned]:
    transport = Canned(list(answers))
    return OpenSRS(client_on(transport), ACCOUNT, AGENCY, [a_product()], FakeClock()), transport


WILDCARD = {"product_type": "sslwebserver_wildcard", "domain": "*.acme.test", "dv_auth_method": "dns"}
SHOP = {"product_type": "rapidssl", "domain": "shop.acme.test", "dv_auth_method": "dns"}


@pytest.mark.parametrize(("request_", "asked"), [
    (COMPANY_CHECKED, WILDCARD), (replace(BY_MAIL, dcv=Dcv.DNS), SHOP),
    (BY_MAIL, {**SHOP, "dv_auth_method": "email", "approver_email": "admin@acme.test"}),
    (SEVERAL, {"product_type": "truebizid", "domain": "acme.test", "dv_auth_method": "dns",
               "additional_domains": ["www.acme.test", "shop.acme.test"]}),
    (replace(COMPANY_CHECKED, kind=Kind.RENEW, renews="4711"), {**WILDCARD, "reg_type": "renew", "order_id": "4711"}),
])  # fmt: skip
def test_a_draft_asks_for_exactly_what_was_ordered(request_: Request, asked: dict[str, object]) -> None:
    opensrs, transport = supplier(yes(order_id="7", state="pending"))
    assert opensrs.draft(request_, CSR) == "7"
    always = {
        "handle": "save", "reg_type": "new", "period": "1", "csr": CSR.replace("\r", ""), "server_type": "other",
        "server_count": "1", "contact_set": contact_set(request_, AGENCY),
    }  # fmt: skip
    assert transport.calls == [("SW_REGISTER", {**always, **asked})]


@pytest.mark.parametrize(("request_", "field"), [
    (replace(DOMAIN_ONLY, admin=None, billing=None), "contact.email"),
    (replace(COMPANY_CHECKED, organisation=None), "org.name"),
])  # fmt: skip
def test_what_is_missing_is_named_before_anything_is_sent(request_: Request, field: str) -> None:
    opensrs, transport = supplier(yes(order_id="7"))
    with pytest.raises(Refused) as caught:
        opensrs.draft(request_, CSR)
    assert (caught.value.field, transport.sent) == (field, [])


@pytest.mark.parametrize(("request_", "sent"), [
    (DOMAIN_ONLY, {"dv_auth_method": "DNS"}), (replace(DOMAIN_ONLY, dcv=Dcv.FILE), {"dv_auth_method": "File"}),
    (BY_MAIL, {"dv_auth_method": "Email", "approver_email": "admin@acme.test"}),
])  # fmt: skip
def test_buying_is_one_process_pending_and_the_answers_id_counts(request_: Request, sent: dict[str, str]) -> None:
    opensrs, transport = supplier(yes(order_id="8", state="in-progress"))
    assert opensrs.submit("7", request_) == Accepted("8", "in-progress")
    assert transport.calls == [("PROCESS_PENDING", {"order_id": "7", **sent})]


ACTS: list[tuple[Act, str, dict[str, str]]] = [
    (lambda o: o.cancel_draft("7"), "PROCESS_PENDING", {"command": "cancel"}),
    (lambda o: o.cancel("7"), "CANCEL_ORDER", {}),
    (lambda o: o.resend("7"), "RESEND_APPROVE_EMAIL", {}),
    (lambda o: o.switch_dcv("7", "dns", "a@b.test"), "UPDATE_DV_AUTH", {"dv_auth_method": "DNS"}),
    (lambda o: o.switch_dcv("7", "email", ""), "UPDATE_DV_AUTH", {"dv_auth_method": "email"}),
]


@pytest.mark.parametrize(("act", "command", "facts"), ACTS)
def test_every_act_is_one_command_about_its_order(act: Act, command: str, facts: dict[str, str]) -> None:
    opensrs, transport = supplier(yes(order_id="7", state="declined"))
    act(opensrs)
    assert transport.calls == [(command, {"order_id": "7", **facts})]
    with pytest.raises(Lost, match="another order"):
        act(supplier(yes(order_id="8"))[0])


def look(opensrs: OpenSRS) -> Look:
    return opensrs.look("7")


def fetch(opensrs: OpenSRS) -> tuple[str, ...]:
    return opensrs.fetch(DONE)


NAMING: list[Act] = [lambda o: o.draft(DOMAIN_ONLY, CSR), lambda o: o.submit("7", DOMAIN_ONLY), look]


@pytest.mark.parametrize(("act", "answer", "means"), [
    *((act, answer, Lost) for act in NAMING for answer in (yes(), yes(order_id=""), yes(domain="acme.test"))),
    *((look, answer, Lost) for answer in (yes(order_id="8"), *map(no, ("401", "435", "465")))),
    *((fetch, yes(product_id="70", **found), Unusable) for found in ({}, {"cert_data": {"certificate": "soon"}})),
    (fetch, yes(product_id="71", cert_data=CERT), Unusable),
    (lambda o: o.fetch(replace(DONE, product_id="")), yes(cert_data=CERT), Unusable),
    *((lambda o: o.funds(), answer, Unusable) for answer in (yes(), yes(balance="lots", hold_balance="0"))),
])  # fmt: skip
def test_a_yes_that_does_not_say_what_was_asked_is_none(act: Act, answer: bytes, means: type[DeskError]) -> None:
    opensrs, transport = supplier(answer)
    with pytest.raises(means):
        act(opensrs)
    assert len(transport.sent) <= 1


@pytest.mark.parametrize("data", [
    CERT, {"certificate": PEM.replace("\n", " ")}, {"certificate": PEM, "ca_certificates": f"{PEM}{PEM}"}, PEM,
    {"a": [{"b": {"c": PEM}}], "pkcs7_cert": "-----BEGIN PKCS7-----\nMII\n-----END PKCS7-----"},
])  # fmt: skip
def test_every_certificate_is_found_once_wherever_it_is(data: object) -> None:
    opensrs, transport = supplier(yes(product_id="70", cert_data=data))
    assert fetch(opensrs) == (PEM,)
    assert transport.calls == [("GET_CERT", {"product_id": "70", "return_ca_certs": "1"})]


@pytest.mark.parametrize("mailbox", ["admin@acme.test", ""])
def test_the_mail_is_sent_unless_it_would_go_to_another_mailbox(mailbox: str) -> None:
    opensrs, transport = supplier(yes(order_id="7", approver_email=mailbox), yes(order_id="7"))
    opensrs.switch_dcv("7", "email", "admin@acme.test")
    switch = ("UPDATE_DV_AUTH", {"order_id": "7", "dv_auth_method": "email"})
    assert transport.calls == [("GET_ORDER_INFO", {"order_id": "7"}), switch]
    opensrs, transport = supplier(yes(order_id="7", approver_email="eve@agency.test"))
    with pytest.raises(Refused, match="eve@agency.test") as caught:
        opensrs.switch_dcv("7", "email", "admin@acme.test")
    assert (caught.value.field, len(transport.sent)) == ("approver_email", 1)


def test_ended_products_are_not_on_offer() -> None:
    products = [a_product(), a_product("quickssl", standing=Standing.ENDED)]
    assert OpenSRS(client_on(Canned([])), ACCOUNT, AGENCY, products, FakeClock()).products() == (a_product(),)
