"""The stand-in for OpenSRS on the wire: envelopes, signatures, connections, trouble."""

import signal
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from defusedxml import EntitiesForbidden
from defusedxml.ElementTree import ParseError

from tests.sandbox.opensrs import DEFAULT_KEY, OpenSRS
from tests.sandbox.opensrs.trouble import TROUBLE
from tests.selftest.opensrs_client import CSR, HEAD, Client, envelope, order, signed

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
    (b"</version>", b"</version><msg_id>1</msg_id><msg_type>standard</msg_type>", "405"),
    (b"</dt_assoc></data", b'<item key="registrant_ip"/></dt_assoc></data', "405"),
    (b"</dt_assoc></data", b'<item key="registrant_ip">2001:db8::7</item></dt_assoc></data', "405"),
    (b"</dt_assoc></data", b'<item key="registrant_ip">here</item></dt_assoc></data', "465"),
    (b'key="order_id"', b'class="x" key="order_id"', "405"), (HEAD.encode(), b"\n" + HEAD.encode(), "400"),
    (HEAD.encode(), b"", "400"), (b"</OPS_envelope>", b"</OPS_", "400"), (b"XCP", b"XMP", "400"),
    (b"0.9", b"1.0", "400"), (b' key="order_id"', b"", "400"), (b"GET_ORDER_INFO", b"GET_ORDERS", "430"),
    (b"GET_ORDER_INFO", b"RESEND_APPROVER_EMAIL", "430"), (b"GET_ORDER_INFO", b"QUERY_QPPROVER_LIST", "430"),
    (b"TRUST_SERVICE", b"DOMAIN", "430"),
    (b"</dt_assoc></data", b'<item key="registrant_ip"><dt_array/></item></dt_assoc></data', "400"),
    (b'SYSTEM "ops.dtd"', b'[<!ENTITY x "7">]', "400"),
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


def test_what_is_written_survives_the_wire(client: Client) -> None:
    text = 'Zürich & <co> "quoted"'
    body = envelope("sw_register", order(special_instructions=text))
    for written in (body, body.decode().encode("ascii", "xmlcharrefreplace")):
        shown = client.look(client.post(written).attributes["order_id"])
        assert (shown["special_instructions"], shown["csr"]) == (text, CSR.strip())


def test_the_order_of_items_changes_from_reply_to_reply(client: Client) -> None:
    bodies = {client("get_balance").body for _ in range(6)}
    assert len(bodies) > 1
    assert len({bytes(sorted(body)) for body in bodies}) == 1


def test_the_front_takes_only_signed_xml_posted_to_the_root(client: Client) -> None:
    headers = signed(LOOK)
    assert client.post(LOOK, headers, path="/resellers").status == 404
    assert client.post(b"", headers, method="GET").status == 501
    for name, value, status in (("Content-Type", "application/json", 415), ("Content-Length", "x", 411)):
        assert client.post(LOOK, headers | {name: value}).status == status


def test_a_request_of_http_1_0_without_host_is_answered_with_1_1(client: Client) -> None:
    lines = [f"{name}: {value}" for name, value in signed(LOOK).items()]
    head = "\r\n".join(["POST / HTTP/1.0", *lines, f"Content-Length: {len(LOOK)}", "", ""])
    answer = client.raw(head.encode() + LOOK)
    told, _, body = answer.decode().partition("\r\n\r\n")
    wanted = {"HTTP/1.1 200 OK", "Server: OpenSRS/XML-RSA Server", f"Content-Length: {len(body.encode())}"}
    assert wanted <= set(told.split("\r\n"))
    assert "Transfer-Encoding" not in told


def test_a_connection_carries_a_hundred_commands(supplier: OpenSRS) -> None:
    codes = []
    with closing(HTTPConnection(urlsplit(supplier.url).netloc, timeout=10)) as connection:
        for _ in range(101):
            connection.request("POST", "/", LOOK, signed(LOOK))
            codes.append(b'"response_code">350<' in connection.getresponse().read())
    assert codes == [False] * 100 + [True]


def test_tls_and_plain_http_lead_to_one_account(supplier: OpenSRS, client: Client) -> None:
    secure, place = Client(supplier, tls=True), ("127.0.0.1", int(urlsplit(supplier.tls_url).port or 0))
    with socket.create_connection(place):  # silent: holds up nobody
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(socket.create_connection(place), server_hostname="localhost")
        assert client.look(secure.save())["state"] == "pending"
    supplier.faults.arm("get_order_info", "reset_mid_body")
    with pytest.raises((OSError, HTTPException)):
        secure.post(LOOK)
    assert (secure.post(LOOK, signed(LOOK + b" ")).code, secure.post(LOOK).code) == ("401", "405")


def test_it_runs_as_a_program_and_ends_cleanly_on_ctrl_c() -> None:
    program = [sys.executable, "-W", "error", "-m", "tests.sandbox.opensrs"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        shown = dict(running.stdout.readline().strip().partition(": ")[::2] for _ in range(7))
        assert "BEGIN CERTIFICATE" in Path(shown["TLS root"]).read_text()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=10)
    assert (running.returncode, out, err) == (0, "stopped\n", "")
    assert [shown[name].rpartition(":")[0] for name in ("plain", "TLS")] == ["http://127.0.0.1", "https://localhost"]


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
    ("timeout_before", {"seconds": 0}, "RemoteDisconnected", 0),
    ("timeout_after", {"seconds": 0, "drop": True}, "RemoteDisconnected", 1),
    ("timeout_after", {"seconds": 0}, "200", 1), ("still_running", {}, "RemoteDisconnected", 0),
    ("reset_mid_body", {}, "ConnectionResetError", 1), ("empty_body", {}, "ParseError", 0),
    ("html_502", {"stored": True}, "502", 1), ("html_200", {}, "AssertionError", 0),
    ("truncated_xml", {}, "ParseError", 1), ("xml_bomb", {}, "EntitiesForbidden", 0),
    ("code", {"code": 705, "stored": True}, "705", 1), ("code", {"code": 310}, "310", 0),
    ("different_order_id", {}, "200", 1), ("other_order_id", {"order_id": "7"}, "200", 1),
    ("missing_is_success", {}, "200", 1), ("unknown_attributes", {}, "200", 1),
    ("ip_denied", {}, "RemoteDisconnected", 0), ("ip_denied", {"answer": "envelope400"}, "400", 0),
    ("ip_denied", {"answer": "envelope401"}, "401", 0),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "how", "seen", "bought"), TROUBLES)
def test_trouble_shows_as_said_and_leaves_the_books_as_said(
    supplier: OpenSRS, client: Client, kind: str, how: dict[str, Any], seen: str, bought: int
) -> None:
    order_id = client.save()
    supplier.faults.arm("process_pending", kind, **how)
    assert submit(client, order_id) in (seen, "IncompleteRead" if kind == "reset_mid_body" else seen)
    assert len(supplier.submitted()) == bought
    assert client("get_balance").data["is_success"] == "1"


def test_every_kind_of_trouble_is_named_in_these_tests() -> None:
    text = Path(__file__).read_text()
    assert [kind for kind in TROUBLE if f'"{kind}"' not in text] == []
    with pytest.raises(ValueError, match="unknown trouble"):
        OpenSRS().faults.arm("*", "earthquake")


def test_a_held_reply_waits_for_its_release(supplier: OpenSRS, client: Client) -> None:
    order_id = client.save()
    supplier.faults.arm("*", "timeout_after")
    with ThreadPoolExecutor() as pool:
        call = pool.submit(submit, client, order_id)
        assert supplier.gate.wait_for(1)
        assert (call.done(), len(supplier.submitted()), len(supplier.recorder.find("process_pending"))) == (False, 1, 1)
        supplier.release()
        assert call.result() == "200"


ODD_WAYS = [
    ("no_ca_certs", 1, {"certificate"}),
    ("odd_nesting", 3, {"result"}),
    ("garbage_certificate", 3, {"certificate", "ca_certificates"}),
]


@pytest.mark.parametrize(("kind", "blocks", "names"), ODD_WAYS)
def test_a_certificate_can_come_in_odd_ways(client: Client, kind: str, blocks: int, names: set[str]) -> None:
    product = client.stand_in.issue(client.bought())
    client.stand_in.faults.arm("get_cert", kind)
    reply = client("get_cert", product_id=product.product_id, return_ca_certs="1")
    assert reply.body.count(b"BEGIN CERTIFICATE") == blocks
    assert set(reply.attributes["cert_data"]) == names
