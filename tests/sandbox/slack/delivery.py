"""The ways to the app: Socket Mode, signed HTTP, or a callable; each sends once and waits for the acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from urllib.parse import urlencode

import requests
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.sandbox.slack.shapes import Json

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

COMMAND, INTERACTIVE, EVENT = "slash_commands", "interactive", "events_api"
_SEND_SECONDS: Final = 10.0


class Missed(NamedTuple):
    """The app did not acknowledge in time, and why."""

    why: str


Reply = Json | None | Missed


class Link(Protocol):
    """A way to the app. `retry` is why the last delivery of the same failed, as Slack tells it."""

    def ready(self) -> bool: ...

    def send(self, kind: str, payload: Json, retry: str = "") -> Reply: ...


class InProcess:
    """Calls `ws.deliver(kind, payload)`; an answer after the deadline counts as missed."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def ready(self) -> bool:
        return self._ws.deliver is not None

    def send(self, kind: str, payload: Json, retry: str = "") -> Reply:
        del retry  # a callable has nowhere to read it
        if self._ws.deliver is None:
            return Missed("connection_failed")
        started = time.monotonic()
        reply = self._ws.deliver(kind, json.loads(json.dumps(payload)))
        return reply if time.monotonic() - started <= self._ws.ack_seconds else Missed("http_timeout")


class SignedHttp:
    """Posts to `ws.request_url` as Slack does: forms for commands and interactions, JSON for events, signed."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def ready(self) -> bool:
        return bool(self._ws.request_url)

    def send(self, kind: str, payload: Json, retry: str = "") -> Reply:
        body, media = json.dumps(payload), "application/json"
        if kind != EVENT:
            body = urlencode(payload if kind == COMMAND else {"payload": body})
            media = "application/x-www-form-urlencoded"
        headers = self._signed(body) | {"Content-Type": media}
        if retry:
            headers |= {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": retry}
        try:
            with requests.Session() as session:
                session.trust_env = False  # loopback needs no proxy
                answer = session.post(
                    self._ws.request_url or "", body.encode(), headers=headers, timeout=self._ws.ack_seconds
                )
        except requests.RequestException as error:
            return Missed("http_timeout" if isinstance(error, requests.Timeout) else "connection_failed")
        if not answer.ok:
            return Missed("http_error")
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.json() if answer.text and is_json else {"text": answer.text} if answer.text else None

    def _signed(self, body: str) -> dict[str, str]:
        stamp = str(int(time.time()))
        digest = hmac.new(self._ws.signing_secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


class Socket:
    """Socket Mode: tickets, connections, envelopes; each envelope goes to one connection."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._tickets: set[str] = set()
        self._live: list[WebSocket] = []
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
        with self._ws.change():
            self._live.append(websocket)
        try:
            while True:
                self._acknowledged(await websocket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            with self._ws.change():
                self._live.remove(websocket)

    def _acknowledged(self, text: str) -> None:
        ack = json.loads(text)
        with self._ws.change():
            if ack.get("envelope_id") in self._waiting:
                self._acks[ack["envelope_id"]] = ack.get("payload")

    def send(self, kind: str, payload: Json, retry: str = "") -> Reply:
        with self._ws.changed:
            if not self._live:
                return Missed("connection_failed")
            self._turn += 1
            websocket = self._live[self._turn % len(self._live)]
            envelope_id = self._ws.ids.new("E")
            self._waiting.add(envelope_id)
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope |= {"accepts_response_payload": kind != EVENT}
        envelope |= {"retry_attempt": 1, "retry_reason": retry} if retry else {}
        try:
            self._soon(websocket.send_text(json.dumps(envelope)))
        except (RuntimeError, WebSocketDisconnect, TimeoutError):
            return Missed("connection_failed")
        return self._wait(envelope_id, kind)

    def drop(self) -> None:
        """Close every connection at once, as when a network fails; the app comes back by itself."""
        for websocket in [*self._live]:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                self._soon(websocket.close(1011))

    def _soon(self, act: Coroutine[Any, Any, None]) -> None:
        """Let the connections' own thread do it, and wait for that."""
        if self._loop:
            asyncio.run_coroutine_threadsafe(act, self._loop).result(_SEND_SECONDS)

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
