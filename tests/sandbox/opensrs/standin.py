"""The whole stand-in: books, people, wire, fronts and control address put together."""

import dataclasses
import functools
import hmac
import inspect
import socket
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Self

from tests.sandbox.core import Entry, Recorder, Serving, control
from tests.sandbox.opensrs import wire
from tests.sandbox.opensrs.books import Order
from tests.sandbox.opensrs.ca import pem
from tests.sandbox.opensrs.chosen import CODES
from tests.sandbox.opensrs.commands import COMMANDS, coverage
from tests.sandbox.opensrs.people import People
from tests.sandbox.opensrs.rules import RefusedError, Request, check_address, refused
from tests.sandbox.opensrs.server import Front, tls_for_localhost
from tests.sandbox.opensrs.trouble import TROUBLE, Call, Gate, Sent, Troubles
from tests.sandbox.opensrs.wire import Value

CONNECTION_LIMIT = 100
_ACTS = [name for name, act in vars(People).items() if inspect.isfunction(act) and not name.startswith("_")]
# What the control address offers: the acts of people, the faults, and what there is to see.
CONTROL = (*_ACTS, *"arm release finish_late orders held_money funds entries roots_pem".split())


class OpenSRS(People):
    """One reseller account of the supplier, on loopback. The acts of people outside are methods (see `People`)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.recorder, self.faults, self.gate = Recorder(), Troubles(), Gate()
        self.recorder.hide(self.key)
        self.roots_pem = pem(self.authority.root)
        self._front: Front | None = None
        self._control: Serving | None = None
        self._late: list[Callable[[], object]] = []
        self._tls: Front | None = None
        self._control_port = self._tls_port = 0
        self.url = self.tls_root_pem = ""

    def start(self, port: int = 0, control_port: int = 0, tls_port: int = 0) -> Self:
        """Listen; sets `url`. The other two listen from the first time somebody asks for their address."""
        self.gate, self._control_port, self._tls_port = Gate(), control_port, tls_port
        self._front = Front(self._answer, port)
        self._front.start()
        self.url = self._front.url
        return self

    @property
    def control_url(self) -> str:
        """The control address."""
        with self.lock:
            self._control = self._control or Serving(control(self, CONTROL), port=self._control_port).start()
            return self._control.url

    @property
    def tls_url(self) -> str:
        """The same account over TLS; also sets `tls_root_pem`, the root to trust."""
        with self.lock:
            if not self._tls:
                context, self.tls_root_pem = tls_for_localhost()
                self._tls = Front(self._answer, self._tls_port, context)
                self._tls.start()
            return self._tls.url

    def stop(self) -> None:
        """Let held replies go, end every connection and thread."""
        self.gate.release(for_good=True)
        for each in (self._front, self._tls, self._control):
            if each:
                each.stop()
        self._front = self._tls = self._control = None

    def __enter__(self) -> Self:
        return self if self._front else self.start()

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

    def arm(self, where: str, kind: str, times: int = 1, how: Mapping[str, Any] | None = None) -> None:
        """Arm a fault from the control address."""
        self.faults.arm(where, kind, times, **(how or {}))

    def release(self) -> None:
        """Let all held replies go."""
        self.gate.release()

    def finish_late(self) -> list[object]:
        """Commands still running after their connection ended take effect now; answers their replies."""
        waiting, self._late = self._late, []
        return [act() for act in waiting]

    def _answer(self, headers: Mapping[str, str], body: bytes, connection: socket.socket, count: int) -> Sent | None:
        asked = _read(body)
        name = asked.name if isinstance(asked, Request) else ""
        fault = self.faults.take(name)
        peer, text = ":".join(map(str, connection.getpeername())), body.decode(errors="replace")
        entry = Entry(self.clock(), peer, name, "/", dict(headers), text, 0, "")
        call = Call(
            run=functools.partial(self._run, self._denied(headers, body, count) or asked, name or "unknown"),
            refuse=functools.partial(failure, name or "unknown"),
            write=self._write,
            hold=functools.partial(self.gate.hold, connection),
            later=self._late.append,
        )
        waits = fault is not None and fault.kind in ("timeout_before", "timeout_after", "still_running")
        if waits:  # recorded first, for whoever looks while it waits
            self.recorder.add(entry)
        sent = TROUBLE[fault.kind](call, fault.how) if fault else call.answer()
        if not waits:
            status, reply = (sent.status, sent.body.decode(errors="replace")) if sent else (0, "")
            self.recorder.add(dataclasses.replace(entry, status=status, reply=reply))
        return sent

    def _write(self, reply: dict[str, Value]) -> bytes:
        with self.lock:
            return wire.write(reply, self.chance)

    def _denied(self, headers: Mapping[str, str], body: bytes, count: int) -> RefusedError | None:
        given = {name.lower(): value for name, value in headers.items()}
        signed = hmac.compare_digest(given.get("x-signature", "").encode(), wire.signature(body, self.key).encode())
        if not signed or given.get("x-username") != self.username:
            return refused("authentication", "Authentication Failed")
        used_up = refused("connection_used_up", "Too many commands on this connection")
        return used_up if count > CONNECTION_LIMIT else None

    def _run(self, asked: Request | RefusedError, name: str, /, **trouble: Any) -> dict[str, Value]:
        """Execute; every refusal becomes a reply with is_success 0."""
        try:
            if isinstance(asked, RefusedError):
                raise asked
            with self.lock:
                return self._execute(asked, trouble)
        except RefusedError as error:
            codes = CODES | dict(self.chosen.codes)
            reply = failure(name, codes[error.problems[0].kind], "\n".join(problem.text for problem in error.problems))
            details: list[Value] = [
                {"field_name": each.field, "error_code": str(codes[each.kind]), "error_detail": each.text}
                for each in error.problems
                if each.field
            ]
            return reply | ({"error_details": details} if details else {})

    def _execute(self, asked: Request, trouble: dict[str, Any]) -> dict[str, Value]:
        check_address(asked.address)
        command = COMMANDS.get(asked.name)
        if command is None or asked.object != ("balance" if asked.name == "get_balance" else "trust_service"):
            raise refused("unknown_action", f"Invalid command: {asked.name} {asked.object}")
        for unknown in sorted(set(asked.fields) - set(coverage()[asked.name]["takes"].split())):
            raise refused("invalid", f"Unknown attribute: {unknown}", unknown)
        other = trouble.get("other_order_id")
        fields = asked.fields | ({"order_id": other} if asked.name == "get_order_info" and other in self.book else {})
        attributes = command(self, dataclasses.replace(asked, fields=fields, trouble=trouble))
        if other:
            attributes["order_id"] = other
        return {
            "protocol": "XCP", "action": f"{asked.name}: reply" if asked.name in self.chosen.named_replies else "REPLY",
            "object": asked.object.upper(), "is_success": "1", "response_code": "200",
            "response_text": "Command completed successfully.", "attributes": attributes,
        }  # fmt: skip


def _read(body: bytes) -> Request | RefusedError:
    try:
        data = wire.read(body)
    except wire.UnreadableError as error:
        return refused("unreadable", str(error))
    texts = [data.get(name, "") for name in ("action", "object", "registrant_ip")]
    fields = data.get("attributes") or {}
    if not all(isinstance(value, str) for value in texts) or not isinstance(fields, dict):
        return refused("unreadable", "action, object, registrant_ip or attributes are of the wrong shape")
    action, object_, address = map(str, texts)
    return Request(action.lower(), object_.lower(), fields, address)


def failure(name: str, code: int, text: str) -> dict[str, Value]:
    """A reply with is_success 0 and no attributes."""
    return {
        "protocol": "XCP", "action": f"{name.upper()}:REPLY", "object": "TRUST_SERVICE", "is_success": "0",
        "response_code": str(code), "response_text": text,
    }  # fmt: skip
