"""The faults: what happens to a call, a connection or a reply when a test wants trouble."""

import select
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.sandbox.core import Faults
from tests.sandbox.opensrs.wire import HEAD, Value

How = Mapping[str, Any]
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_ENTITIES = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">'
BOMB = (
    HEAD.replace('SYSTEM "ops.dtd"', f"[{_ENTITIES}]") + "<OPS_envelope><header><version>0.9</version></header><body>"
    '<data_block><dt_assoc><item key="is_success">&c;</item></dt_assoc></data_block></body></OPS_envelope>'
).encode()
GARBAGE = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"


class Gate:
    """Where held replies wait: until released, until the client goes away, or for some seconds."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wakers: set[socket.socket] = set()
        self._open = False

    def hold(self, connection: socket.socket, seconds: float | None) -> None:
        """Wait here."""
        ours, waker = socket.socketpair()
        with ours, waker:
            with self._changed:
                if self._open:
                    return
                self._wakers.add(waker)
                self._changed.notify_all()
            select.select([connection, ours], [], [], seconds)
            with self._changed:
                self._wakers.discard(waker)
                self._changed.notify_all()

    def wait_for(self, count: int, seconds: float = 10) -> bool:
        """Wait until so many replies are held; False when that did not happen in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._wakers) == count, seconds)

    def release(self, *, for_good: bool = False) -> None:
        """Let all held replies go; `for_good`: nothing will be held any more."""
        with self._changed:
            self._open = self._open or for_good
            for waker in self._wakers:
                waker.send(b"x")


class Sent(NamedTuple):
    """What goes over the wire; `reset`: half of it, then the connection is torn."""

    body: bytes
    status: int = 200
    content_type: str = "text/xml"
    reset: bool = False


class Call(NamedTuple):
    """One authenticated or refused request, not yet executed."""

    run: Callable[..., dict[str, Value]]  # run(**trouble) executes the command
    refuse: Callable[[int, str], dict[str, Value]]
    write: Callable[[dict[str, Value]], bytes]
    hold: Callable[[float | None], None]
    later: Callable[[Callable[[], object]], None]

    def answer(self, **trouble: Any) -> Sent:
        """Execute and write the reply."""
        return Sent(self.write(self.run(**trouble)))


# Faults of the connection: each says what is sent; None hangs up.


def _timeout_before(call: Call, how: How) -> None:
    call.hold(how.get("seconds"))


def _timeout_after(call: Call, how: How) -> Sent | None:
    sent = call.answer(**how)
    call.hold(how.get("seconds"))
    return None if how.get("drop") else sent


def _still_running(call: Call, how: How) -> None:
    call.later(lambda: call.run(**how))
    if how.get("hold"):
        call.hold(how.get("seconds"))


def _drop_after(call: Call, how: How) -> None:
    call.run(**how)


def _truncated_xml(call: Call, how: How) -> Sent:
    body = call.answer(**how).body
    return Sent(body[: len(body) // 2])


def _instead(body: bytes, status: int = 200, content_type: str = "text/xml") -> Callable[[Call, How], Sent]:
    """A fixed answer; the command takes effect only with stored=True."""

    def trouble(call: Call, how: How) -> Sent:
        if how.get("stored"):
            call.run(**how)
        return Sent(body, status, content_type)

    return trouble


def _code(call: Call, how: How) -> Sent:
    if how.get("stored"):
        call.run(**how)
    return Sent(call.write(call.refuse(int(how["code"]), str(how.get("text", "Trouble, made on purpose")))))


def _ip_denied(call: Call, how: How) -> Sent | None:
    answers = {"envelope400": (400, "access denied, invalid IP"), "envelope401": (401, "Authentication Failed")}
    answer = answers.get(how.get("answer", "closed"))
    return Sent(call.write(call.refuse(*answer))) if answer else None


# Faults of the reply: each changes it in place; the second group what `get_cert` answers.


def _add_unknown(reply: dict[str, Value]) -> None:
    reply["novelty"] = {"deep": ["1", {"deeper": "2"}]}
    attributes = reply.get("attributes")
    if isinstance(attributes, dict):
        attributes["novelty"] = ["1", {"key": "Zürich & <co>"}]


def _drop_verdict(reply: dict[str, Value]) -> None:
    del reply["is_success"]


def _only_leaf(data: dict[str, Value]) -> dict[str, Value]:
    end = "-----END CERTIFICATE-----\n"
    return {"certificate": str(data.get("certificate", "")).split(end)[0] + end}


def _nested_oddly(data: dict[str, Value]) -> dict[str, Value]:
    return {"result": [{"bundle": [{"text": value} for value in data.values()]}]}


def _reshaped(reshape: Callable[[dict[str, Value]], None]) -> Callable[[Call, How], Sent]:
    def trouble(call: Call, how: How) -> Sent:
        reply = call.run(**how)
        reshape(reply)
        return Sent(call.write(reply))

    return trouble


def _other_cert_data(change: Callable[[dict[str, Value]], dict[str, Value]]) -> Callable[[Call, How], Sent]:
    def reshape(reply: dict[str, Value]) -> None:
        attributes = reply.get("attributes")
        if isinstance(attributes, dict) and isinstance(data := attributes.get("cert_data"), dict):
            attributes["cert_data"] = change(data)

    return _reshaped(reshape)


TROUBLE: dict[str, Callable[[Call, How], Sent | None]] = {
    "timeout_before": _timeout_before,
    "timeout_after": _timeout_after,
    "still_running": _still_running,
    "drop_before": lambda _call, _how: None,
    "drop_after": _drop_after,
    "reset_mid_body": lambda call, how: call.answer(**how)._replace(reset=True),
    "empty_body": _instead(b""),
    "html_502": _instead(HTML, 502, "text/html"),
    "html_200": _instead(HTML, 200, "text/html"),
    "xml_bomb": _instead(BOMB),
    "truncated_xml": _truncated_xml,
    "code": _code,
    "ip_denied": _ip_denied,
    # An answer about another order: a read looks at it, a write names it.
    "other_order_id": lambda call, how: call.answer(**how, other_order_id=how.get("order_id", "1")),
    "different_order_id": lambda call, how: call.answer(**how, new_id=True),
    "unknown_attributes": _reshaped(_add_unknown),
    "missing_is_success": _reshaped(_drop_verdict),
    "no_ca_certs": _other_cert_data(_only_leaf),
    "odd_nesting": _other_cert_data(_nested_oddly),
    "garbage_certificate": _other_cert_data(lambda data: data | {"certificate": GARBAGE}),
}


class Troubles(Faults):
    """Faults of the kinds this stand-in knows."""

    def arm(self, where: str, kind: str, times: int = 1, **how: Any) -> None:
        """`where` is a command name in lower case, or "*"; ValueError for a kind nobody knows."""
        if kind not in TROUBLE:
            raise ValueError(f"unknown trouble: {kind}; known: {', '.join(TROUBLE)}")
        super().arm(where, kind, times, **how)
