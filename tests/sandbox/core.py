"""What every stand-in needs: a record of requests, switchable faults, a loopback server, a control address."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import ipaddress
import json
import re
import socket
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote_plus, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp

# The gap between words may be url-encoded, and a cut-off request may lack the END line.
_GAP = r"(?: |\+|%20)"
_PRIVATE_KEY = re.compile(
    rf"-----BEGIN(?:{_GAP}[A-Z0-9]+)*{_GAP}PRIVATE{_GAP}KEY-----.*?"
    rf"(?:-----END(?:{_GAP}[A-Z0-9]+)*{_GAP}PRIVATE{_GAP}KEY-----|\Z)",
    re.DOTALL,
)
_BEARER = re.compile(r"(?i)(?<=bearer )[^\s\"',]+")
_SIGNATURE_HEADER = "x-signature"
_KEPT_ENTRIES = 20_000


@dataclasses.dataclass(frozen=True)
class Entry:
    """One request and its answer; `verb` is the HTTP method or the command of the imitated protocol."""

    at: float
    peer: str
    verb: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    reply: str


def fingerprint(secret: str) -> str:
    """What is kept instead of a secret: equal secrets can be seen to be equal."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


class Recorder:
    """Remembers requests without their secrets; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=_KEPT_ENTRIES)
        self._hidden: dict[str, str] = {}

    def hide(self, secret: str) -> None:
        """From now on the literal text (also url-encoded) is stored as its fingerprint only."""
        if not secret:
            msg = "an empty secret would match everywhere"
            raise ValueError(msg)
        with self._lock:
            self._hidden |= dict.fromkeys((secret, quote_plus(secret)), fingerprint(secret))

    def scrub(self, text: str) -> str:
        """The text with private keys, bearer tokens and hidden secrets replaced by fingerprints."""
        for secret in sorted(self._hidden.copy(), key=len, reverse=True):
            text = text.replace(secret, self._hidden[secret])
        text = _PRIVATE_KEY.sub(lambda found: fingerprint(found[0]), text)
        return _BEARER.sub(lambda found: found[0] if found[0].startswith("sha256:") else fingerprint(found[0]), text)

    def add(self, entry: Entry) -> Entry:
        """Store the entry, scrubbed; returns what was stored."""
        headers = {
            name: fingerprint(value) if name.lower() == _SIGNATURE_HEADER else self.scrub(value)
            for name, value in entry.headers.items()
        }
        path, body, reply = map(self.scrub, (entry.path, entry.body, entry.reply))
        kept = dataclasses.replace(entry, path=path, headers=headers, body=body, reply=reply)
        with self._lock:
            self._entries.append(kept)
        return kept

    @property
    def entries(self) -> list[Entry]:
        """A snapshot, oldest first."""
        with self._lock:
            return list(self._entries)

    def find(self, path_or_verb: str) -> list[Entry]:
        """The entries with this path or this verb, oldest first."""
        return [entry for entry in self.entries if path_or_verb in (entry.path, entry.verb)]


@dataclasses.dataclass(frozen=True)
class Fault:
    """Trouble to make once: its kind, and how."""

    kind: str
    how: Mapping[str, Any]


class Faults:
    """Trouble armed by a test, used up in the order it was armed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[tuple[str, Fault]] = []

    def arm(self, where: str, kind: str, times: int = 1, **how: Any) -> None:
        """The next `times` requests to `where` ("*" for any) meet this trouble."""
        with self._lock:
            self._armed += [(where, Fault(kind, how))] * times

    def take(self, where: str) -> Fault | None:
        """The trouble that this request meets, if any; it is used up by asking."""
        with self._lock:
            for place, (armed_at, fault) in enumerate(self._armed):
                if armed_at in (where, "*"):
                    del self._armed[place]
                    return fault
        return None

    def clear(self) -> None:
        """Forget all trouble not yet met."""
        with self._lock:
            self._armed.clear()


def loopback(host: str) -> str:
    """The host, if it is a literal loopback address; ValueError otherwise."""
    if not ipaddress.ip_address(host).is_loopback:
        msg = f"a stand-in listens on loopback only, not on {host}"
        raise ValueError(msg)
    return host


class Serving:
    """An ASGI application served on loopback by a thread of its own; port 0 chooses a free port."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self.port = port  # real once started
        self._config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="wsproto",
            ws_ping_interval=None,  # clients ping by themselves; these would draw from the chance that tests repeat
            timeout_graceful_shutdown=1,
        )
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen; when this returns, connections are accepted."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._server = uvicorn.Server(self._config)
        # A daemon, so that a forgotten stand-in cannot keep a test run from ending.
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name=f"serving-{self.port}", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening, close every connection and wait for the thread; harmless when not started."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join()
        self._server = self._thread = None

    @property
    def url(self) -> str:
        """The address with scheme, host and port, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _plain(value: object) -> object:
    """What JSON lacks: dataclasses become objects, sets lists, bytes and everything else text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (set, frozenset, deque)):
        return list(value)
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _answer(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value, default=_plain), status, media_type="application/json")


def foreign(request: Request) -> bool:
    """Whether a page of another origin, or a rebound name, is speaking."""
    here = request.headers.get("host", "")
    origin = request.headers.get("origin")
    try:
        host = urlsplit(f"//{here}").hostname or ""
        known = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
    return not known or (origin is not None and origin != f"{request.url.scheme}://{here}")


def control(target: object, names: tuple[str, ...]) -> Starlette:
    """The control address of a stand-in, to be served on a port of its own.

    `GET /` lists the names. `POST /<name>` with a JSON object of keyword arguments calls `target.name(**arguments)` and
    answers its result as JSON; a name that is no method answers its value. Errors: 400 with the message, 403 for a
    foreign Host or Origin, 404 for a name not listed.
    """

    async def act(request: Request) -> Response:
        if foreign(request):
            return _answer({"error": "foreign Host or Origin"}, 403)
        name = request.path_params.get("name")
        if name is None:
            return _answer(names)
        if name not in names:
            return _answer({"error": f"no such name: {name}"}, 404)
        try:
            arguments = json.loads(await request.body() or b"{}")
            found: Callable[..., object] | object = getattr(target, name)
            value = await asyncio.to_thread(found, **arguments) if callable(found) else found
            return _answer(value)
        except Exception as error:  # noqa: BLE001 - the outermost loop: any error of a test's act is told to the test
            return _answer({"error": f"{type(error).__name__}: {error}"}, 400)

    return Starlette(routes=[Route("/", act, methods=["GET"]), Route("/{name}", act, methods=["POST"])])
