"""The whole stand-in: books, people, wire, fronts and control address put together."""

from __future__ import annotations

import functools
import hmac
import ssl
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cryptography.hazmat.primitives import serialization

from tests.sandbox.core import Entry, Recorder, Serving, control
from tests.sandbox.opensrs import wire
from tests.sandbox.opensrs.ca import Authority, Subject, key_number, pem
from tests.sandbox.opensrs.chosen import SEEN_CODES
from tests.sandbox.opensrs.commands import ATTRIBUTES, COMMANDS
from tests.sandbox.opensrs.people import People
from tests.sandbox.opensrs.rules import Problem, RefusedError, Request, refused
from tests.sandbox.opensrs.server import Front
from tests.sandbox.opensrs.trouble import TROUBLE, Call, Gate, Sent, Troubles

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from tests.sandbox.opensrs.books import Order
    from tests.sandbox.opensrs.wire import Value

CONNECTION_LIMIT = 100
_READS = ("get_order_info", "get_cert")
CONTROL = tuple(  # what the control address offers
    "orders submitted held_money balance entries arm release finish_late ca_accepts ca_asks approve issue decline "
    "cancel_at_supplier submit_in_panel change_draft delete_draft add_foreign_order set_state set_dv_method "
    "dns_record_seen set_price set_balance disable reissue revoke issue_for_other_key issue_otherwise roots_pem "
    "intermediate_pem".split()
)


class OpenSRS(People):
    """One reseller account of the supplier, on loopback. The acts of people outside are methods (see `People`)."""

    def __post_init__(self, balance: str) -> None:
        super().__post_init__(balance)
        self._moves_when_looked_at = {"by_hand": False, "after_looks": True}[self.vetting_moves]
        self.recorder, self.faults, self.gate = Recorder(), Troubles(), Gate()
        self.recorder.hide(self.key)
        self.roots_pem, self.intermediate_pem = pem(self.authority.root), pem(self.authority.intermediate)
        self._fronts: list[Front] = []
        self._control: Serving | None = None
        self._late: list[Callable[[], object]] = []
        self._control_port = 0
        self.url = self.tls_url = self.tls_root_pem = ""

    def start(self, port: int = 0, control_port: int = 0, tls_port: int = 0) -> Self:
        """Listen; sets `url` and, with tls=True, `tls_url` and `tls_root_pem`."""
        self.gate = Gate()
        self._fronts = [Front(self._answer, port, None)]
        if self.tls:
            context, self.tls_root_pem = server_context()
            self._fronts.append(Front(self._answer, tls_port, context))
            self.tls_url = f"https://localhost:{self._fronts[1].server_port}/"
        for front in self._fronts:
            front.start()
        self._control_port = control_port
        self.url = self._fronts[0].url
        return self

    @property
    def control_url(self) -> str:
        """The control address; it listens from the first time somebody asks for it."""
        with self.lock:
            self._control = self._control or Serving(control(self, CONTROL), port=self._control_port).start()
            return self._control.url

    def stop(self) -> None:
        """Let held replies go, end every connection and thread."""
        self.gate.release(for_good=True)
        for front in self._fronts:
            front.stop()
        if self._control:
            self._control.stop()
        self._fronts, self._control = [], None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def orders(self) -> dict[str, Order]:
        """All orders by id."""
        with self.lock:
            return dict(self.book)

    @property
    def balance(self) -> Decimal:
        """The funds, held money included."""
        return self.funds

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
        asked = self._read(body)
        name = asked.name if isinstance(asked, Request) else ""
        fault = self.faults.take(name)
        entry = Entry(
            self.clock(), ":".join(map(str, connection.getpeername())), name, "/", dict(headers),
            body.decode(errors="replace"), 0, "",
        )  # fmt: skip
        call = self._call(asked, headers, body, connection, count)
        if fault and fault.kind in ("timeout_before", "timeout_after", "still_running"):
            self.recorder.add(entry)
            return TROUBLE[fault.kind](call, fault.how)
        sent = TROUBLE[fault.kind](call, fault.how) if fault else Sent(call.write(call.run()))
        self.recorder.add(replace_answer(entry, sent))
        return sent

    def _call(
        self, asked: Request | RefusedError, headers: Mapping[str, str], body: bytes, connection: socket.socket,
        count: int,
    ) -> Call:  # fmt: skip
        name = asked.name if isinstance(asked, Request) else "unknown"
        denied = self._denied(headers, body, count)
        return Call(
            run=functools.partial(self._run, denied or asked, name),
            refuse=lambda code, text: failure(name, code, text),
            write=self._write,
            hold=lambda seconds: self.gate.hold(connection, seconds),
            later=self._late.append,
        )

    def _write(self, reply: dict[str, Value]) -> bytes:
        with self.lock:
            return wire.write(reply, self.chance)

    @staticmethod
    def _read(body: bytes) -> Request | RefusedError:
        try:
            data = wire.read(body)
        except wire.UnreadableError as error:
            return refused("unreadable", str(error))
        texts = [data.get(name, "") for name in ("action", "object", "registrant_ip")]
        fields = data.get("attributes") or {}
        if not all(isinstance(value, str) for value in texts) or not isinstance(fields, dict):
            return refused("unreadable", "action, object or attributes are of the wrong shape")
        action, object_, address = map(str, texts)
        return Request(action.lower(), object_.lower(), fields, address)

    def _denied(self, headers: Mapping[str, str], body: bytes, count: int) -> RefusedError | None:
        given = {name.lower(): value for name, value in headers.items()}
        signed = hmac.compare_digest(given.get("x-signature", "").encode(), wire.signature(body, self.key).encode())
        if not signed or given.get("x-username") != self.username:
            return refused("authentication", "Authentication Failed")
        return (
            refused("connection_used_up", "Too many commands on this connection") if count > CONNECTION_LIMIT else None
        )

    def _run(self, asked: Request | RefusedError, name: str, /, **trouble: Any) -> dict[str, Value]:
        """Execute; every refusal becomes a reply with is_success 0."""
        try:
            if isinstance(asked, RefusedError):
                raise asked
            with self.lock:
                return self._execute(asked, trouble)
        except RefusedError as error:
            codes = SEEN_CODES | self.chosen.codes
            listed = [problem for problem in error.problems if problem.field]
            reply = failure(name, codes[error.problems[0].kind], "\n".join(problem.text for problem in error.problems))
            return reply | ({"error_details": [detail(problem, codes) for problem in listed]} if listed else {})

    def _execute(self, asked: Request, trouble: dict[str, Any]) -> dict[str, Value]:
        command = COMMANDS.get((asked.name, asked.object))
        if command is None:
            raise refused("unknown_action", f"Invalid command: {asked.name} {asked.object}")
        for unknown in sorted(set(asked.fields) - set(ATTRIBUTES.get(asked.name, "order_id").split())):
            raise refused("invalid", f"Unknown attribute: {unknown}", unknown)
        other = trouble.get("other_order_id")
        fields = asked.fields | ({"order_id": other} if asked.name in _READS and other in self.book else {})
        attributes = command(self, Request(asked.name, asked.object, fields, asked.address, trouble))
        if other:
            attributes["order_id"] = other
        if self._moves_when_looked_at and asked.name == "get_order_info":
            self.looked(str(fields["order_id"]))
        named = asked.name in self.chosen.named_replies
        return {
            "protocol": "XCP", "action": f"{asked.name}: reply" if named else "REPLY", "object": asked.object.upper(),
            "is_success": "1", "response_code": "200", "response_text": "Command completed successfully.",
            "attributes": attributes,
        }  # fmt: skip


def failure(name: str, code: int, text: str) -> dict[str, Value]:
    """A reply with is_success 0 and no attributes."""
    return {
        "protocol": "XCP", "action": f"{name.upper()}:REPLY", "object": "TRUST_SERVICE", "is_success": "0",
        "response_code": str(code), "response_text": text,
    }  # fmt: skip


def detail(problem: Problem, codes: Mapping[str, int]) -> dict[str, Value]:
    """One entry of error_details."""
    code = str(codes[problem.kind])
    return {"field_name": problem.field, "error_code": code, "error_detail": problem.text}


def replace_answer(entry: Entry, sent: Sent | None) -> Entry:
    """The entry with what was answered; status 0 when nothing was."""
    if sent is None:
        return entry
    reply = sent.body.decode(errors="replace")
    return Entry(entry.at, entry.peer, entry.verb, entry.path, entry.headers, entry.body, sent.status, reply)


def server_context() -> tuple[ssl.SSLContext, str]:
    """TLS for localhost on the real clock, and the root that vouches for it."""
    authority, key = Authority(time.time), key_number(4)
    certificate = authority.issue(Subject(("localhost",), "DV", {}), key.public_key(), authority.coverage_end())
    key_text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_text(key_text + pem(certificate) + pem(authority.intermediate))
        context.load_cert_chain(path)
    return context, pem(authority.root)
