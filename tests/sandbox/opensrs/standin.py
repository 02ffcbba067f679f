"""The whole stand-in: books, people, wire and front put together."""

import dataclasses
import functools
import hmac
import socket
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Self

from tests.sandbox.core import Entry, Recorder
from tests.sandbox.opensrs import wire
from tests.sandbox.opensrs.books import Order
from tests.sandbox.opensrs.ca import pem
from tests.sandbox.opensrs.chosen import CODES
from tests.sandbox.opensrs.commands import COMMANDS
from tests.sandbox.opensrs.people import People
from tests.sandbox.opensrs.rules import RefusedError, Request, refused
from tests.sandbox.opensrs.server import Front
from tests.sandbox.opensrs.trouble import TROUBLE, Call, Gate, Sent, Troubles
from tests.sandbox.opensrs.wire import Value

_NAMED = {command.__name__: (command, set(takes.split())) for command, takes in COMMANDS.items()}


class OpenSRS(People):
    """One reseller account of the supplier, on loopback. The acts of people outside are methods (see `People`)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.recorder, self.faults, self.gate = Recorder(), Troubles(), Gate()
        self.recorder.hide(self.key)
        self.roots_pem = pem(self.authority.root)
        self.url = ""
        self._front: Front | None = None
        self._late: list[Callable[[], object]] = []

    def start(self) -> Self:
        """Listen; sets `url`."""
        self._front = Front(self._answer)
        self.url = self._front.url
        return self

    def stop(self) -> None:
        """Let held replies go, end every connection and thread."""
        self.gate.release(for_good=True)
        if self._front:
            self._front.stop()
        self._front = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def orders(self) -> dict[str, Order]:
        """All orders by id."""
        with self.lock:
            return dict(self.book)

    @property
    def held_money(self) -> Decimal:
        """What is held for orders at the CA."""
        return sum(self.holds.values(), Decimal(0))

    @property
    def entries(self) -> list[Entry]:
        """Every request so far."""
        return self.recorder.entries

    def release(self) -> None:
        """Let all held replies go."""
        self.gate.release()

    def finish_late(self) -> list[object]:
        """Commands still running after their connection ended take effect now; answers their replies."""
        waiting, self._late = self._late, []
        return [act() for act in waiting]

    def _answer(self, headers: Mapping[str, str], body: bytes, connection: socket.socket) -> Sent | None:
        asked = _read(body)
        name = asked.name if isinstance(asked, Request) else "unknown"
        fault = self.faults.take(name)
        peer, text = ":".join(map(str, connection.getpeername())), body.decode(errors="replace")
        entry = Entry(self.time(), peer, name, "/", dict(headers), text, 0, "")
        call = Call(
            run=functools.partial(self._run, self._denied(headers, body) or asked, name),
            refuse=functools.partial(failure, name),
            write=self._write,
            hold=functools.partial(self.gate.hold, connection),
            later=self._late.append,
        )
        sent = TROUBLE[fault.kind](call, fault.how) if fault else call.answer()
        status, reply = (sent.status, sent.body.decode(errors="replace")) if sent else (0, "")
        self.recorder.add(dataclasses.replace(entry, status=status, reply=reply))
        return sent

    def _write(self, reply: dict[str, Value]) -> bytes:
        with self.lock:
            return wire.write(reply, self.chance)

    def _denied(self, headers: Mapping[str, str], body: bytes) -> RefusedError | None:
        given = {name.lower(): value for name, value in headers.items()}
        signed = hmac.compare_digest(given.get("x-signature", "").encode(), wire.signature(body, self.key).encode())
        right = signed and given.get("x-username") == self.username
        return None if right else refused("authentication", "Authentication Failed")

    def _run(self, asked: Request | RefusedError, name: str, /, **trouble: Any) -> dict[str, Value]:
        """Execute; every refusal becomes a reply with is_success 0."""
        try:
            if isinstance(asked, RefusedError):
                raise asked
            with self.lock:
                return self._execute(asked, trouble)
        except RefusedError as error:
            problems = error.problems
            reply = failure(name, CODES[problems[0].kind], "\n".join(problem.text for problem in problems))
            details: list[Value] = [
                {"field_name": each.field, "error_code": str(CODES[each.kind]), "error_detail": each.text}
                for each in problems
                if each.field
            ]
            return reply | ({"error_details": details} if details else {})

    def _execute(self, asked: Request, trouble: dict[str, Any]) -> dict[str, Value]:
        if asked.name not in _NAMED or asked.object != ("balance" if asked.name == "get_balance" else "trust_service"):
            raise refused("unknown_action", f"Invalid command: {asked.name} {asked.object}")
        command, takes = _NAMED[asked.name]
        for unknown in sorted(set(asked.fields) - takes):
            raise refused("invalid", f"Unknown attribute: {unknown}", unknown)
        other = trouble.get("other_order_id")
        fields = asked.fields | ({"order_id": other} if asked.name == "get_order_info" and other in self.book else {})
        attributes = command(self, dataclasses.replace(asked, fields=fields, trouble=trouble))
        if other:
            attributes["order_id"] = other
        return {
            "protocol": "XCP", "action": f"{asked.name}: reply" if asked.name == "update_dv_auth" else "REPLY",
            "object": asked.object.upper(), "is_success": "1", "response_code": "200",
            "response_text": "Command completed successfully.", "attributes": attributes,
        }  # fmt: skip


def _read(body: bytes) -> Request | RefusedError:
    try:
        data = wire.read(body)
    except wire.UnreadableError as error:
        return refused("unreadable", str(error))
    action, object_, fields = data.get("action"), data.get("object"), data.get("attributes") or {}
    if not (isinstance(action, str) and isinstance(object_, str) and isinstance(fields, dict)):
        return refused("unreadable", "action, object or attributes are of the wrong shape")
    return Request(action.lower(), object_.lower(), fields)


def failure(name: str, code: int, text: str) -> dict[str, Value]:
    """A reply with is_success 0 and no attributes."""
    return {
        "protocol": "XCP", "action": f"{name.upper()}:REPLY", "object": "TRUST_SERVICE", "is_success": "0",
        "response_code": str(code), "response_text": text,
    }  # fmt: skip
