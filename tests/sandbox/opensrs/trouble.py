"""The faults: what happens to a call, a connection or a reply when a test wants trouble."""

import select
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.sandbox.core import Faults
from tests.sandbox.opensrs.wire import HEAD, Value

How = Mapping[str, Any]
Reply = dict[str, Value]
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_ENTITIES = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">'
BOMB = (
    HEAD.replace('SYSTEM "ops.dtd"', f"[{_ENTITIES}]") + "<OPS_envelope><header><version>0.9</version></header><body>"
    '<data_block><dt_assoc><item key="is_success">&c;</item></dt_assoc></data_block></body></OPS_envelope>'
).encode()
GARBAGE = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"
_MOMENT = 0.05


class Gate:
    """Where held replies wait: until released, or until the client goes away."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held = self._releases = 0
        self._open = False

    def hold(self, connection: socket.socket) -> None:
        """Wait here."""
        with self._changed:
            self._held, turn = self._held + 1, self._releases
            self._changed.notify_all()
        while not self._open and turn == self._releases and not select.select([connection], [], [], _MOMENT)[0]:
            pass
        with self._changed:
            self._held -= 1
            self._changed.notify_all()

    def wait_for(self, count: int, seconds: float = 10) -> bool:
        """Wait until so many replies are held; False when that did not happen in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._held == count, seconds)

    def release(self, *, for_good: bool = False) -> None:
        """Let all held replies go; `for_good`: nothing will be held any more."""
        self._releases, self._open = self._releases + 1, self._open or for_good


class Sent(NamedTuple):
    """What goes over the wire; `reset`: half of it, then the connection is torn."""

    body: bytes
    status: int = 200
    content_type: str = "text/xml"
    reset: bool = False


class Call(NamedTuple):
    """One authenticated or refused request, not yet executed."""

    run: Callable[..., Reply]  # run(**trouble) executes the command
    refuse: Callable[[int, str], Reply]
    write: Callable[[Reply], bytes]
    hold: Callable[[], None]
    later: Callable[[Callable[[], object]], None]

    def answer(self, **trouble: Any) -> Sent:
        """Execute and write the reply."""
        return Sent(self.write(self.run(**trouble)))


# Each says what is sent; None hangs up.


def _timeout_after(call: Call, how: How) -> Sent:
    sent = call.answer(**how)
    call.hold()
    return sent


def _still_running(call: Call, how: How) -> None:
    call.later(lambda: call.run(**how))
    if how.get("hold"):
        call.hold()


def _drop_after(call: Call, how: How) -> None:
    call.run(**how)


def _truncated_xml(call: Call, how: How) -> Sent:
    body = call.answer(**how).body
    return Sent(body[: len(body) // 2])


def _instead(answer: Callable[[Call, How], Sent]) -> Callable[[Call, How], Sent]:
    """Another answer; the command takes effect only with stored=True."""

    def trouble(call: Call, how: How) -> Sent:
        if how.get("stored"):
            call.run(**how)
        return answer(call, how)

    return trouble


def _code(call: Call, how: How) -> Sent:
    return Sent(call.write(call.refuse(int(how["code"]), str(how.get("text", "Trouble, made on purpose")))))


def _reshaped(reshape: Callable[[Any], object]) -> Callable[[Call, How], Sent]:
    def trouble(call: Call, how: How) -> Sent:
        reply = call.run(**how)
        reshape(reply)
        return Sent(call.write(reply))

    return trouble


TROUBLE: dict[str, Callable[[Call, How], Sent | None]] = {
    "timeout_after": _timeout_after,
    "still_running": _still_running,  # takes effect when the test calls `finish_late`, or never
    "drop_before": lambda _call, _how: None,
    "ip_denied": lambda _call, _how: None,
    "drop_after": _drop_after,
    "reset_mid_body": lambda call, how: call.answer(**how)._replace(reset=True),
    "truncated_xml": _truncated_xml,
    "empty_body": _instead(lambda _call, _how: Sent(b"")),
    "html_502": _instead(lambda _call, _how: Sent(HTML, 502, "text/html")),
    "html_200": _instead(lambda _call, _how: Sent(HTML, 200, "text/html")),
    "xml_bomb": _instead(lambda _call, _how: Sent(BOMB)),
    "code": _instead(_code),
    # An answer about another order: a read looks at it, a write names it.
    "other_order_id": lambda call, how: call.answer(**how, other_order_id=how.get("order_id", "1")),
    "different_order_id": lambda call, how: call.answer(**how, new_id=True),
    "missing_is_success": _reshaped(lambda reply: reply.pop("is_success")),
    "garbage_certificate": _reshaped(lambda reply: reply["attributes"]["cert_data"].update(certificate=GARBAGE)),
}


class Troubles(Faults):
    """Faults of the kinds this stand-in knows."""

    def arm(self, where: str, kind: str, times: int = 1, **how: Any) -> None:
        """`where` is a command name in lower case, or "*"; KeyError for a kind nobody knows."""
        TROUBLE[kind]
        super().arm(where, kind, times, **how)
