import logging
import traceback
from collections.abc import Callable
from typing import TypeAlias

import pytest
import requests

from bot.domain.errors import Lost, Refused, SupplierError
from bot.suppliers.opensrs import wire
from bot.suppliers.opensrs.client import BIGGEST_ANSWER, TIMEOUTS, OpenSRSClient
from tests.bot.suppliers.opensrs.canned import KEY, URL, USERNAME, Canned, client_on, envelope, no, yes

Call: TypeAlias = Callable[[OpenSRSClient], wire.Fields]
PRIVATE = "private@client.test"


def write(client: OpenSRSClient) -> wire.Fields:
    return client.ask("PROCESS_PENDING", {"order_id": "7"})


def draft(client: OpenSRSClient) -> wire.Fields:
    return client.ask("SW_REGISTER", {"email": PRIVATE}, harmless=True)


CALLS = (write, draft)
SURELY_NOT = "401 405 410 415 420 430 435 440 445 447 460 463 465 470 480 501 599".split()
PERHAPS_LATER = "300 310 350 404 436 437 485 486 555 702 703 704 705 720".split()
NOBODY_KNOWS = ["", "200", "210", "220", "250", "400", "468", "541", "550", "558", "999", "4O5"]
EVERY_CODE = [
    *((code, call, Refused) for code in SURELY_NOT for call in CALLS),
    *((code, call, Lost) for code in PERHAPS_LATER for call in CALLS),
    *((code, call, means) for code in NOBODY_KNOWS for call, means in ((write, Lost), (draft, Refused))),
]
NO_ANSWERS: dict[str, bytes | Exception] = {
    **{kind.__name__: kind() for kind in (
        requests.ConnectTimeout, requests.ConnectionError, requests.ReadTimeout,
        requests.exceptions.ChunkedEncodingError, requests.exceptions.SSLError,
    )},
    "nothing": b"",
    "a page": b"<html><body>Bad Gateway</body></html>",
    "half an envelope": yes(order_id="7")[:-40],
    "no is_success": envelope({"response_code": "200", "attributes": {"order_id": "7"}}),
    "a strange is_success": envelope({"is_success": "yes", "response_code": "200"}),
    "more than two megabytes": yes(order_id="7", note="x" * BIGGEST_ANSWER),
}  # fmt: skip


@pytest.mark.parametrize(("code", "call", "meaning"), EVERY_CODE)
def test_every_code_is_a_clear_no_or_no_clear_answer(code: str, call: Call, meaning: type[SupplierError]) -> None:
    transport = Canned([no(code)])
    with pytest.raises(meaning, match="it will not"):
        call(client_on(transport))
    assert len(transport.sent) == 1


ELSEWHERE = (201, 204, 302, 307, 401, 403, 404, 500, 502, 503)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("answer", "status", "why"), [
    *((answer, 200, "API key.*allow-list|did not say") for answer in NO_ANSWERS.values()),
    *((yes(order_id="7"), status, str(status)) for status in ELSEWHERE),
], ids=[*NO_ANSWERS, *map(str, ELSEWHERE)])  # fmt: skip
def test_without_an_answer_nobody_knows_and_nothing_is_repeated_or_redirected(
    call: Call, answer: bytes | Exception, status: int, why: str
) -> None:
    transport = Canned([answer], status=status)
    with pytest.raises(Lost, match=why):
        call(client_on(transport))
    assert [request.url for request in transport.sent] == [URL]


def test_a_yes_is_a_yes_whatever_the_code_says() -> None:
    said = {"is_success": "1", "response_code": "465", "attributes": {"order_id": "7"}}
    assert write(client_on(Canned([envelope(said)]))) == {"order_id": "7"}


def test_a_request_is_signed_and_sent_once_on_a_connection_of_its_own() -> None:
    transport = Canned([yes()])
    client_on(transport).ask("SW_REGISTER", {"org_name": "Müller"})
    (sent,), (options,) = transport.sent, transport.options
    assert isinstance(sent.body, bytes)
    assert sent.headers.items() >= {
        "X-Username": USERNAME, "X-Signature": wire.signature(sent.body, KEY), "Content-Type": "text/xml",
        "Content-Length": str(len(sent.body)), "Connection": "close",
    }.items()  # fmt: skip
    assert (sent.method, options["timeout"]) == ("POST", TIMEOUTS)


@pytest.mark.parametrize(("code", "text", "detail", "said"), [
    ("465", "Invalid\n data", "key too small", "Invalid data; key too small"),
    ("501", "Permission denied", "Permission denied", "Permission denied"),
    ("465", "na " * 1000, "", ("na " * 167)[:500]),
])  # fmt: skip
def test_a_refusal_names_its_field_says_nothing_twice_and_is_cut(code: str, text: str, detail: str, said: str) -> None:
    rows = [{"field_name": "csr", "error_code": code, "error_detail": detail}]
    with pytest.raises(Refused) as caught:
        write(client_on(Canned([no(code, text, rows)])))
    refused = caught.value
    assert (refused.text, refused.field, refused.funds, refused.unknown_id) == (said, "csr", False, False)


@pytest.mark.parametrize(("code", "text"), [("401", "Failed"), ("410", "who?"), ("400", "access denied, invalid IP")])
def test_a_locked_door_points_at_key_and_allow_list(code: str, text: str) -> None:
    with pytest.raises(Refused, match="API key.*allow-list"):
        write(client_on(Canned([no(code, text)])))


@pytest.mark.parametrize("text", ["bell\x07", "nul\x00", "half\ud800", "nobody\uffff"])
def test_what_cannot_be_written_is_refused_before_anything_is_sent(text: str) -> None:
    transport = Canned([yes()])
    with pytest.raises(Refused, match="control character"):
        client_on(transport).ask("SW_REGISTER", {"org_name": text})
    assert transport.sent == []


@pytest.mark.parametrize(
    "answer", [*NO_ANSWERS.values(), no("401", f"bad key {KEY}"), no("465", f"signature {'ab' * 16} wrong, key {KEY}")]
)
def test_no_secret_stands_in_errors_chains_logs_or_reprs(
    answer: bytes | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    transport = Canned([answer])
    client = client_on(transport)
    with pytest.raises(SupplierError) as caught:
        draft(client)
    signature = transport.sent[0].headers["X-Signature"]
    shown = "".join(traceback.format_exception(caught.value)) + repr(client) + caplog.text
    assert [secret for secret in (KEY, signature, "ab" * 16, PRIVATE) if secret in shown] == []
    chained = caught.value.__context__
    while chained is not None:
        assert not isinstance(chained, requests.RequestException)  # it would hold request, headers and body
        chained = chained.__context__
