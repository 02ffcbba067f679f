"""The faults: what happens to a call, a connection or a reply when a test wants trouble."""

from __future__ import annotations

import select
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sandbox.core import Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.sandbox.opensrs.wire import Value

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
BOMB = b"""<?xml version='1.0' encoding="UTF-8" standalone="no" ?>
<!DOCTYPE OPS_envelope [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<OPS_envelope><header><version>0.9</version></header><body><data_block><dt_assoc><item key="is_success">&c;</item>
</dt_assoc></data_block></body></OPS_envelope>"""


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


@dataclass(frozen=True)
class Sent:
    """What goes over the wire; `reset`: half of it, then the connection is torn."""

    body: bytes
    status: int = 200
    content_type: str = "text/xml"
    reset: bool = False


@dataclass(frozen=True)
class Call:
    """One authenticated or refused request, not yet executed."""

    run: Callable[..., dict[str, Value]]  # run(**trouble) executes the command
    refuse: Callable[[int, str], dict[str, Value]]
    write: Callable[[dict[str, Value]], bytes]
    hold: Callable[[float | None], None]
    later: Callable[[Callable[[], object]], None]


def _sent(call: Call, reply: dict[str, Value]) -> Sent:
    return Sent(call.write(reply))


def _timeout_before(call: Call, how: Mapping[str, Any]) -> None:
    call.hold(how.get("seconds"))


def _timeout_after(call: Call, how: Mapping[str, Any]) -> Sent | None:
    reply = call.run(**how)
    call.hold(how.get("seconds"))
    return None if how.get("drop") else _sent(call, reply)


def _still_running(call: Call, how: Mapping[str, Any]) -> None:
    call.later(lambda: call.run(**how))
    if how.get("hold"):
        call.hold(how.get("seconds"))


def _drop_before(call: Call, how: Mapping[str, Any]) -> None:
    del call, how


def _drop_after(call: Call, how: Mapping[str, Any]) -> None:
    call.run(**how)


def _reset_mid_body(call: Call, how: Mapping[str, Any]) -> Sent:
    return Sent(call.write(call.run(**how)), reset=True)


def _instead(
    body: bytes, content_type: str = "text/xml", status: int = 200
) -> Callable[[Call, Mapping[str, Any]], Sent]:
    """A fixed answer; the command takes effect only with stored=True."""

    def trouble(call: Call, how: Mapping[str, Any]) -> Sent:
        if how.get("stored"):
            call.run(**how)
        return Sent(body, status, content_type)

    return trouble


def _truncated_xml(call: Call, how: Mapping[str, Any]) -> Sent:
    body = call.write(call.run(**how))
    return Sent(body[: len(body) // 2])


def _code(call: Call, how: Mapping[str, Any]) -> Sent:
    if how.get("stored"):
        call.run(**how)
    return _sent(call, call.refuse(int(how["code"]), str(how.get("text", "Trouble, made on purpose"))))


def _ip_denied(call: Call, how: Mapping[str, Any]) -> Sent | None:
    answers = {"envelope400": (400, "access denied, invalid IP"), "envelope401": (401, "Authentication Failed")}
    answer = answers.get(how.get("answer", "closed"))
    return _sent(call, call.refuse(*answer)) if answer else None


def _other_order_id(call: Call, how: Mapping[str, Any]) -> Sent:
    """An answer about another order: a read looks at it, a write names it."""
    return _sent(call, call.run(**how, other_order_id=how.get("order_id", "1")))


def _different_order_id(call: Call, how: Mapping[str, Any]) -> Sent:
    return _sent(call, call.run(**how, new_id=True))


def _reshaped(reshape: Callable[[dict[str, Value]], None]) -> Callable[[Call, Mapping[str, Any]], Sent]:
    def trouble(call: Call, how: Mapping[str, Any]) -> Sent:
        reply = call.run(**how)
        reshape(reply)
        return _sent(call, reply)

    return trouble


def _add_unknown(reply: dict[str, Value]) -> None:
    reply["novelty"] = {"deep": ["1", {"deeper": "2"}]}
    attributes = reply.get("attributes")
    if isinstance(attributes, dict):
        attributes["novelty"] = ["1", {"key": "Zürich & <co>"}]


def _cert_data(reply: dict[str, Value]) -> dict[str, Value]:
    attributes = reply.get("attributes")
    found = attributes.get("cert_data") if isinstance(attributes, dict) else None
    return found if isinstance(found, dict) else {}


def _only_leaf(reply: dict[str, Value]) -> None:
    data = _cert_data(reply)
    for name in set(data) - {"certificate"}:
        del data[name]
    end = "-----END CERTIFICATE-----\n"
    data["certificate"] = str(data.get("certificate", "")).split(end)[0] + end


def _nest_oddly(reply: dict[str, Value]) -> None:
    data = _cert_data(reply)
    kept = dict(data)
    data.clear()
    data["result"] = [{"bundle": [{"text": value} for value in kept.values()]}]


def _garble(reply: dict[str, Value]) -> None:
    _cert_data(reply)["certificate"] = (
        "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"
    )


def _drop_verdict(reply: dict[str, Value]) -> None:
    del reply["is_success"]


TROUBLE: dict[str, Callable[[Call, Mapping[str, Any]], Sent | None]] = {
    "timeout_before": _timeout_before,
    "timeout_after": _timeout_after,
    "still_running": _still_running,
    "drop_before": _drop_before,
    "drop_after": _drop_after,
    "reset_mid_body": _reset_mid_body,
    "empty_body": _instead(b""),
    "html_502": _instead(HTML, "text/html", 502),
    "html_200": _instead(HTML, "text/html"),
    "xml_bomb": _instead(BOMB),
    "truncated_xml": _truncated_xml,
    "code": _code,
    "ip_denied": _ip_denied,
    "other_order_id": _other_order_id,
    "different_order_id": _different_order_id,
    "unknown_attributes": _reshaped(_add_unknown),
    "missing_is_success": _reshaped(_drop_verdict),
    "no_ca_certs": _reshaped(_only_leaf),
    "odd_nesting": _reshaped(_nest_oddly),
    "garbage_certificate": _reshaped(_garble),
}


class Troubles(Faults):
    """Faults of the kinds this stand-in knows."""

    def arm(self, where: str, kind: str, times: int = 1, **how: Any) -> None:
        """`where` is a command name in lower case, or "*"; ValueError for a kind nobody knows."""
        if kind not in TROUBLE:
            msg = f"unknown trouble: {kind}; known: {', '.join(TROUBLE)}"
            raise ValueError(msg)
        super().arm(where, kind, times, **how)
