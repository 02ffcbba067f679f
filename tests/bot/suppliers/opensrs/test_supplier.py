from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from bot.domain.errors import Lost, Refused, Unusable
from bot.domain.request import Dcv, Kind, Request
from bot.domain.supply import Look, State
from bot.suppliers import catalogue
from bot.suppliers.opensrs.supplier import OpenSRS
from bot.suppliers.opensrs.wire import Fields
from tests.bot.suppliers.opensrs.canned import Canned, client_on, no, yes
from tests.bot.suppliers.orders import AGENCY, BY_MAIL, COMPANY_CHECKED, DOMAIN_ONLY, SEVERAL
from tests.builders import ACCOUNT
from tests.fakes import NOW, FakeClock

CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----\n"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
DONE = Look("7", NOW, State.COMPLETED, "completed", product_id="70")
CERT = {"certificate": PEM}


def supplier(*answers: bytes | Exception) -> tuple[OpenSRS, Canned]:
    transport = Canned(list(answers))
    return OpenSRS(client_on(transport), ACCOUNT, AGENCY, catalogue.standard(), FakeClock()), transport


def drafted(request: Request) -> Fields:
    opensrs, transport = supplier(yes(order_id="7", state="pending"))
    assert opensrs.draft(request, CSR) == "7"
    ((action, attributes),) = transport.calls
    assert action == "SW_REGISTER"
    return attributes


def test_a_draft_asks_for_exactly_what_was_ordered() -> None:
    asked = dict(drafted(COMPANY_CHECKED))
    assert isinstance(asked.pop("contact_set"), Mapping)
    assert asked == {
        "handle": "save", "reg_type": "new", "product_type": "sslwebserver_wildcard", "period": "1", "csr": CSR.strip(),
        "domain": "*.acme.test", "server_type": "other", "server_count": "1", "dv_auth_method": "dns",
    }  # fmt: skip


def test_more_names_an_approver_and_the_order_renewed_go_along_only_where_they_belong() -> None:
    assert drafted(SEVERAL)["additional_domains"] == ["www.acme.test", "shop.acme.test"]
    by_mail = drafted(BY_MAIL)
    assert (by_mail["dv_auth_method"], by_mail["approver_email"]) == ("email", "admin@acme.test")
    assert "approver_email" not in drafted(replace(BY_MAIL, dcv=Dcv.DNS))
    renewal = drafted(replace(COMPANY_CHECKED, kind=Kind.RENEW, renews="4711"))
    assert (renewal["reg_type"], renewal["order_id"]) == ("renew", "4711")


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
    ("request_", "sent"),
    [
        (DOMAIN_ONLY, {"dv_auth_method": "DNS"}),
        (BY_MAIL, {"dv_auth_method": "Email", "approver_email": "admin@acme.test"}),
        (replace(DOMAIN_ONLY, dcv=Dcv.FILE), {"dv_auth_method": "File"}),
    ],
)
def test_buying_is_one_process_pending_and_the_answers_id_counts(request_: Request, sent: dict[str, str]) -> None:
    opensrs, transport = supplier(yes(order_id="8", state="in-progress"))
    accepted = opensrs.submit("7", request_)
    assert (accepted.order_id, accepted.raw_state) == ("8", "in-progress")
    assert transport.calls == [("PROCESS_PENDING", {"order_id": "7", **sent})]


ACTS: list[tuple[Callable[[OpenSRS], object], str, dict[str, str]]] = [
    (lambda o: o.cancel_draft("7"), "PROCESS_PENDING", {"command": "cancel"}),
    (lambda o: o.cancel("7"), "CANCEL_ORDER", {}),
    (lambda o: o.resend("7"), "RESEND_APPROVE_EMAIL", {}),
    (lambda o: o.switch_dcv("7", "dns", "a@b.test"), "UPDATE_DV_AUTH", {"dv_auth_method": "DNS"}),
    (lambda o: o.switch_dcv("7", "email", ""), "UPDATE_DV_AUTH", {"dv_auth_method": "email"}),
]


@pytest.mark.parametrize(("act", "command", "facts"), ACTS)
def test_every_act_is_one_command_about_its_order(
    act: Callable[[OpenSRS], object], command: str, facts: dict[str, str]
) -> None:
    opensrs, transport = supplier(yes(order_id="7", state="declined"))
    act(opensrs)
    assert transport.calls == [(command, {"order_id": "7", **facts})]
    with pytest.raises(Lost, match="another order"):
        act(supplier(yes(order_id="8"))[0])


NAMING: list[Callable[[OpenSRS], object]] = [
    lambda o: o.draft(DOMAIN_ONLY, CSR), lambda o: o.submit("7", DOMAIN_ONLY), lambda o: o.look("7"),
]  # fmt: skip


@pytest.mark.parametrize("act", NAMING)
@pytest.mark.parametrize("answer", [yes(), yes(order_id=""), yes(domain="acme.test")])
def test_a_yes_without_an_order_number_is_no_clear_answer(act: Callable[[OpenSRS], object], answer: bytes) -> None:
    with pytest.raises(Lost):
        act(supplier(answer)[0])


@pytest.mark.parametrize("answer", [yes(order_id="8", state="completed"), *map(no, ("401", "435", "465"))])
def test_a_look_at_another_order_or_none_says_nothing(answer: bytes) -> None:
    with pytest.raises(Lost):
        supplier(answer)[0].look("7")


@pytest.mark.parametrize(
    "data",
    [
        CERT,
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
    ("look", "answer", "sent"),
    [
        (replace(DONE, product_id=""), yes(cert_data=CERT), 0),
        (DONE, yes(product_id="70"), 1),
        (DONE, yes(product_id="70", cert_data={"certificate": "soon"}), 1),
        (DONE, yes(product_id="71", cert_data=CERT), 1),
    ],
    ids=["no product", "no data", "no certificate in it", "another product"],
)
def test_without_a_certificate_the_answer_is_unusable(look: Look, answer: bytes, sent: int) -> None:
    opensrs, transport = supplier(answer)
    with pytest.raises(Unusable):
        opensrs.fetch(look)
    assert len(transport.sent) == sent


@pytest.mark.parametrize("mailbox", ["admin@acme.test", "", "eve@agency.test"])
def test_the_mail_is_sent_unless_it_would_go_to_another_mailbox(mailbox: str) -> None:
    opensrs, transport = supplier(yes(order_id="7", approver_email=mailbox), yes(order_id="7"))
    if "eve" in mailbox:
        with pytest.raises(Refused, match=mailbox) as caught:
            opensrs.switch_dcv("7", "email", "admin@acme.test")
        assert caught.value.field == "approver_email"
    else:
        opensrs.switch_dcv("7", "email", "admin@acme.test")
        assert transport.calls.pop() == ("UPDATE_DV_AUTH", {"order_id": "7", "dv_auth_method": "email"})
    assert [action for action, _ in transport.calls][:1] == ["GET_ORDER_INFO"]
    assert len(transport.sent) == (1 if "eve" in mailbox else 2)


@pytest.mark.parametrize("answer", [yes(), yes(balance="lots", hold_balance="0")])
def test_without_readable_amounts_nothing_is_said_of_funds(answer: bytes) -> None:
    opensrs, transport = supplier(answer)
    with pytest.raises(Unusable):
        opensrs.funds()
    assert transport.calls == [("GET_BALANCE", {})]
