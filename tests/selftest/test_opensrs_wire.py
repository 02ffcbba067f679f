"""The stand-in for OpenSRS on the wire: envelopes, signatures, connections, trouble."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

import pytest
from defusedxml import EntitiesForbidden
from defusedxml.ElementTree import ParseError

from tests.sandbox.opensrs import DEFAULT_KEY, OpenSRS
from tests.sandbox.opensrs.trouble import TROUBLE
from tests.selftest.opensrs_client import CSR, HEAD, PERSON, Client, envelope, order, signed

LOOK = envelope("GET_ORDER_INFO", {"order_id": "7"})


WRONGLY_SIGNED = {
    "one newline more": signed(LOOK + b"\n"),
    "wrong key": signed(LOOK, key="f" * 112),
    "wrong user": signed(LOOK, username="somebody"),
    "upper case": {name: value.upper() if name == "X-Signature" else value for name, value in signed(LOOK).items()},
    "none": {"Content-Type": "text/xml"},
}


@pytest.mark.parametrize("headers", WRONGLY_SIGNED.values(), ids=WRONGLY_SIGNED.keys())
def test_a_wrong_signature_is_code_401_with_status_200(client: Client, headers: dict[str, str]) -> None:
    reply = client.post(LOOK, headers)
    assert (reply.status, reply.code) == (200, "401")
    # A client of the vendor's searches the text for exactly this.
    assert b'<item key="response_code">401</item>' in reply.body


ENVELOPES = [  # what is written instead of what, and the code that answers it
    (b"GET_ORDER_INFO", b"get_Order_info", "405"), (b"TRUST_SERVICE", b"trust_service", "405"),
    (b'<!DOCTYPE OPS_envelope SYSTEM "ops.dtd">\n', b"", "405"), (b' encoding="UTF-8" standalone="no"', b"", "405"),
    (b'"', b"'", "405"), (b"><", b">\n  <", "405"),
    (b'key="order_id"', b'class="x" key="order_id"', "405"), (HEAD.encode(), b"\n" + HEAD.encode(), "400"),
    (HEAD.encode(), b"", "400"), (b"</OPS_envelope>", b"</OPS_", "400"), (b"XCP", b"XMP", "400"),
    (b"0.9", b"1.0", "400"), (b' key="order_id"', b"", "400"), (b"GET_ORDER_INFO", b"GET_ORDERS", "430"),
    (b"TRUST_SERVICE", b"DOMAIN", "430"),
    (b'SYSTEM "ops.dtd"', b'[<!ENTITY x "7">]', "400"), (b"</item></dt_assoc>", b"<b/></item></dt_assoc>", "400"),
    (b"GET_ORDER_INFO", b"<dt_array/>", "400"), (b"GET_ORDER_INFO", b"RESEND_APPROVER_EMAIL", "430"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "instead", "code"), ENVELOPES)
def test_an_envelope_is_read_generously_not_guessed(client: Client, written: bytes, instead: bytes, code: str) -> None:
    assert written in LOOK
    assert client.post(LOOK.replace(written, instead)).code == code


def test_an_array_may_come_in_any_order_but_not_with_gaps(supplier: OpenSRS, client: Client) -> None:
    body = envelope("sw_register", order(additional_domains=["a.example.com", "b.example.com"]))
    turned = body.replace(b'"0">a', b'"9">a').replace(b'"1">b', b'"0">b').replace(b'"9">a', b'"1">a')
    order_id = client.post(turned).attributes["order_id"]
    assert supplier.orders[order_id].additional_domains == ("b.example.com", "a.example.com")
    assert client.post(body.replace(b'"1">b', b'"2">b')).code == "400"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_what_is_written_survives_the_wire(client: Client, encoding: str) -> None:
    person = PERSON | {"last_name": 'Zürich & <co> "quoted"'}
    body = envelope("sw_register", order(contact_set={"organization": person})).decode()
    shown = client.look(client.post(body.encode(encoding, "xmlcharrefreplace")).attributes["order_id"])
    assert (shown["contact_set"]["organization"], shown["csr"]) == (person, CSR.strip())


def test_only_xml_posted_to_the_root_with_its_length_is_taken(client: Client) -> None:
    assert client.post(LOOK, path="/xml").status == 404
    assert client.post(LOOK, method="GET").status == 501
    for name, value, status in (("Content-Type", "application/json", 415), ("Content-Length", "x", 411)):
        assert client.post(LOOK, signed(LOOK) | {name: value}).status == status


def test_every_request_is_recorded_without_its_secrets(supplier: OpenSRS, client: Client) -> None:
    client.post(LOOK, signed(LOOK) | {"X-Extra": DEFAULT_KEY})
    entry = supplier.recorder.find("get_order_info")[0]
    assert (entry.status, "7" in entry.body, "405" in entry.reply) == (200, True, True)
    assert DEFAULT_KEY not in str(entry)
    assert signed(LOOK)["X-Signature"] not in str(entry)


def submit(client: Client, order_id: str) -> str:
    """What the caller of process_pending sees: a code, a status or the class of the error."""
    try:
        reply = client("process_pending", order_id=order_id)
        return reply.code if reply.status == 200 else str(reply.status)
    except (OSError, HTTPException, ParseError, EntitiesForbidden, AssertionError) as error:
        return type(error).__name__


TROUBLES: list[tuple[str, dict[str, Any], str, int]] = [  # armed, how, what the caller sees, orders bought
    ("drop_before", {}, "RemoteDisconnected", 0), ("drop_after", {}, "RemoteDisconnected", 1),
    ("ip_denied", {}, "RemoteDisconnected", 0), ("still_running", {}, "RemoteDisconnected", 0),
    ("reset_mid_body", {}, "ConnectionResetError", 1), ("empty_body", {}, "ParseError", 0),
    ("html_502", {"stored": True}, "502", 1), ("html_200", {}, "AssertionError", 0),
    ("truncated_xml", {}, "ParseError", 1), ("xml_bomb", {}, "EntitiesForbidden", 0),
    ("code", {"code": 705, "stored": True}, "705", 1), ("code", {"code": 310}, "310", 0),
    ("different_order_id", {}, "200", 1), ("other_order_id", {"order_id": "7"}, "200", 1),
    ("missing_is_success", {}, "200", 1),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "how", "seen", "bought"), TROUBLES)
def test_trouble_shows_as_said_and_leaves_the_books_as_said(
    supplier: OpenSRS, client: Client, kind: str, how: dict[str, Any], seen: str, bought: int
) -> None:
    order_id = client.save()
    supplier.faults.arm("process_pending", kind, **how)
    assert submit(client, order_id) in (seen, "IncompleteRead" if kind == "reset_mid_body" else seen)
    assert len(supplier.submitted()) == bought
    assert len(supplier.finish_late()) == (kind == "still_running")
    assert client("get_balance").data["is_success"] == "1"


def test_every_kind_of_trouble_is_in_these_tests(supplier: OpenSRS) -> None:
    assert TROUBLE.keys() == {row[0] for row in TROUBLES} | {"timeout_after", "garbage_certificate"}
    with pytest.raises(KeyError, match="earthquake"):
        supplier.faults.arm("*", "earthquake")


def test_a_held_reply_waits_for_its_release_and_then_comes(supplier: OpenSRS, client: Client) -> None:
    order_id = client.save()
    supplier.faults.arm("*", "timeout_after")
    with ThreadPoolExecutor() as pool:
        call = pool.submit(submit, client, order_id)
        assert supplier.gate.wait_for(1)
        assert (call.done(), len(supplier.submitted())) == (False, 1)
        supplier.release()
        assert call.result() == "200"
