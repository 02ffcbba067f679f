"""The ways to the app: Socket Mode, signed HTTP, or a callable; each sends once and waits for the acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import http.client
import json
import time
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.sandbox.slack.shapes import Json

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

COMMAND, INTERACTIVE, EVENT = "slash_commands", "interactive", "events_api"
_SEND_SECONDS: Final = 10.0


class Missed(NamedTuple):
    """The app did not acknowledge in time, and why."""

    why: str


class Retry(NamedTuple):
    number: int
    reason: str


Reply = Json | None | Missed


class Link:
    """A way to the app; `cut` breaks the connection once the request is out."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def ready(self) -> bool:
        raise NotImplementedError

    def send(self, kind: str, payload: Json, retry: Retry | None, *, cut: bool = False) -> Reply:
        raise NotImplementedError


class InProcess(Link):
    """Calls `ws.deliver(kind, payload)`; an answer after the deadline counts as missed."""

    def ready(self) -> bool:
        return self._ws.deliver is not None

    def send(self, kind: str, payload: Json, retry: Retry | None, *, cut: bool = False) -> Reply:
        del retry  # a callable has nowhere to read it
        if self._ws.deliver is None or cut:
            return Missed("connection_failed")
        started = time.monotonic()
        reply = self._ws.deliver(kind, json.loads(json.dumps(payload)))
        return reply if time.monotonic() - started <= self._ws.ack_seconds else Missed("http_timeout")


class SignedHttp(Link):
    """Posts to `ws.request_url` as Slack does: forms for commands and interactions, JSON for events, signed."""

    def ready(self) -> bool:
        return bool(self._ws.request_url)

    def send(self, kind: str, payload: Json, retry: Retry | None, *, cut: bool = False) -> Reply:
        if kind == EVENT:
            body, media = json.dumps(payload), "application/json"
        else:
            form = payload if kind == COMMAND else {"payload": json.dumps(payload)}
            body, media = urlencode(form), "application/x-www-form-urlencoded"
        headers = self._signed(body) | {"Content-Type": media}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        try:
            return self._post(body, headers, cut=cut)
        except TimeoutError:
            return Missed("http_timeout")
        except (OSError, http.client.HTTPException):
            return Missed("connection_failed")

    def _signed(self, body: str) -> dict[str, str]:
        stamp = str(int(time.time()))
        digest = hmac.new(self._ws.signing_secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    def _post(self, body: str, headers: dict[str, str], *, cut: bool) -> Reply:
        target = urlsplit(self._ws.request_url or "")
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=self._ws.ack_seconds)
        try:
            connection.request("POST", target.path or "/", body.encode(), headers)
            if cut:
                return Missed("connection_failed")
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            return Missed("http_error")
        if "json" in (answer.getheader("Content-Type") or "") and text:
            found: Json = json.loads(text)
            return found
        return {"text": text} if text else None


class Socket(Link):
    """Socket Mode: tickets, connections, envelopes; each envelope goes to one connection."""

    def __init__(self, ws: Workspace) -> None:
        super().__init__(ws)
        self._tickets: set[str] = set()
        self._live: list[WebSocket] = []
        self._leaving: list[WebSocket] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._acks: dict[str, Json | None] = {}
        self._waiting: set[str] = set()
        self._turn = 0

    def ready(self) -> bool:
        return bool(self._live)

    def ticket(self) -> str:
        """The address for one connection."""
        made = self._ws.ids.new("L")
        self._tickets.add(made)
        return f"{self._ws.url.replace('http', 'ws', 1)}/link/?ticket={made}&app_id={self._ws.app_id}"

    async def serve(self, websocket: WebSocket) -> None:
        """One connection from hello to its end."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(1008)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        self._loop = asyncio.get_running_loop()
        count: Json = {"num_connections": len(self._live) + 1, "connection_info": {"app_id": self._ws.app_id}}
        await websocket.send_text(json.dumps({"type": "hello", "debug_info": {"host": "sandbox"}} | count))
        self._seen(websocket, live=True)
        while self._leaving:
            await self._close(self._leaving.pop())
        try:
            while True:
                self._acknowledged(await websocket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            self._seen(websocket, live=False)

    def _seen(self, websocket: WebSocket, *, live: bool) -> None:
        with self._ws.changed:
            self._live = [each for each in self._live if each is not websocket] + ([websocket] if live else [])
            self._ws.changed.notify_all()

    def _acknowledged(self, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            self._ws.violate(f"socket: not JSON: {text[:80]}")
            return
        envelope = ack.get("envelope_id")
        with self._ws.changed:
            if envelope in self._waiting:
                self._acks[envelope] = ack.get("payload")
                self._ws.changed.notify_all()

    def send(self, kind: str, payload: Json, retry: Retry | None, *, cut: bool = False) -> Reply:
        with self._ws.changed:
            if not self._live:
                return Missed("connection_failed")
            self._turn += 1
            websocket = self._live[self._turn % len(self._live)]
            envelope_id = self._ws.ids.new("E")
            self._waiting.add(envelope_id)
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != EVENT
        if retry:
            envelope |= {"retry_attempt": retry.number, "retry_reason": retry.reason}
        try:
            self._write(websocket, envelope)
        except (RuntimeError, WebSocketDisconnect, TimeoutError):
            return Missed("connection_failed")
        if cut:
            self._waiting.discard(envelope_id)
            self.disconnect("drop")
            return Missed("connection_failed")
        return self._wait(envelope_id, kind)

    def _wait(self, envelope_id: str, kind: str) -> Reply:
        with self._ws.changed:
            self._ws.changed.wait_for(lambda: envelope_id in self._acks, self._ws.ack_seconds)
            self._waiting.discard(envelope_id)
            if envelope_id not in self._acks:
                return Missed("http_timeout")
            payload = self._acks.pop(envelope_id)
        if payload and kind == EVENT:
            self._ws.violate("socket: an event was acknowledged with a payload")
        return payload

    def _write(self, websocket: WebSocket, envelope: Json) -> None:
        if self._loop is None:
            raise RuntimeError("nobody has connected yet")
        asyncio.run_coroutine_threadsafe(websocket.send_text(json.dumps(envelope)), self._loop).result(_SEND_SECONDS)

    def disconnect(self, reason: str) -> None:
        """`drop` closes every connection at once; any other reason asks the app to come back."""
        with self._ws.changed:
            gone, self._live = self._live, []
        for websocket in gone:
            if reason == "drop" and self._loop:
                asyncio.run_coroutine_threadsafe(self._close(websocket), self._loop).result(_SEND_SECONDS)
            else:
                self._leaving.append(websocket)  # closed once the app has come back
                self._write(websocket, {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})

    async def _close(self, websocket: WebSocket) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(1011)
