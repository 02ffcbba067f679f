"""The workspace's address on loopback: the Web API, uploads, response URLs and the socket, with their faults."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from tests.sandbox.core import Entry
from tests.sandbox.slack.methods import GENERAL_ERRORS, Method, methods
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError
from tests.sandbox.slack.webapi import ROUTES, need_scope

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

Act = Callable[[Request, bytes], Response]
_JSON_ARGS: Final = ("blocks", "metadata", "view")
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_BOOLEAN_ARGS: Final = ("include_all_metadata", "reply_broadcast")
_SIGN_IN: Final = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to continue</body></html>"


class HangUp(Response):
    """No answer: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, send
        # The server's request cycle owns the transport; `receive` is its bound method.
        cycle = getattr(receive, "__self__", None)
        if cycle is None:
            raise RuntimeError("only uvicorn's connections can be cut")
        cycle.transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ApiError("invalid_arguments") from None


def _json(value: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(value), status, headers, "application/json")


def _page(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html")


_TROUBLE: Final[Mapping[str, Callable[[Mapping[str, Any]], Response]]] = {
    "rate_limited": lambda how: _json(
        {"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(how.get("after", 1))}
    ),
    "server_error": lambda _: Response("Internal Server Error", 500),
    "html": lambda _: _page(_SIGN_IN),
    "error": lambda how: _json({"ok": False, "error": how["error"]}),
    "drop_before": lambda _: HangUp(),
}


class Server:
    """The routes. A call is judged (token, method, arguments, scope) before it is carried out; all is recorded."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        routes = [
            Route("/api/{method}", self._served(self._called), methods=["GET", "POST"]),
            Route("/files-pri/{file}/{rest:path}", self._served(self._fetched, "download"), methods=["GET"]),
            Route("/response/{secret}", self._served(self._responded, "response_url"), methods=["POST"]),
        ]
        self.app = Starlette(routes=[*routes, WebSocketRoute("/link/", ws.socket.serve)])

    def _served(self, act: Act, where: str = "") -> Callable[[Request], Awaitable[Response]]:
        """An endpoint; `where` is its name for faults. Of files only the size is recorded."""

        async def endpoint(request: Request) -> Response:
            content = await request.body()
            answer = await run_in_threadpool(self._met, where or request.path_params["method"], act, request, content)
            reply = f"{len(answer.body)} bytes" if where == "download" else bytes(answer.body).decode()
            said = (request.url.path, dict(request.headers), content.decode())
            status = 0 if isinstance(answer, HangUp) else answer.status_code
            with self._ws.change():
                self._ws.recorder.add(Entry(self._ws.clock(), "app", request.method, *said, status, reply))
            return answer

        return endpoint

    def _met(self, where: str, act: Act, request: Request, content: bytes) -> Response:
        """What comes of a request, with the trouble that is armed for it."""
        fault = self._ws.faults.take(where)
        if fault is None:
            return act(request, content)
        if fault.kind != "drop_after":
            return _TROUBLE[fault.kind](fault.how)
        act(request, content)
        return HangUp()

    # The Web API ------------------------------------------------------------------------------------------------------

    def _called(self, request: Request, content: bytes) -> Response:
        name = request.path_params["method"]
        try:
            with self._ws.changed:
                return _json({"ok": True} | self._carried_out(name, request, content.decode()))
        except ApiError as error:
            method = methods().get(name)
            if error.error not in (method.errors if method else GENERAL_ERRORS):
                raise LookupError(f"{name} does not answer {error.error}") from error
            return _json({"ok": False, "error": error.error} | error.more)

    def _carried_out(self, name: str, request: Request, body: str) -> Json:
        method = methods().get(name)
        if method is None:
            self._ws.violate(f"unknown method: {name}")
            raise ApiError("unknown_method", req_method=name)
        args = self._arguments(name, method, request, body)
        self._check_token(name, request.headers.get("authorization", ""), args.pop("token", ""))
        args.pop("team_id", "")  # Slack's own libraries add it to every call
        if name != "apps.connections.open":
            need_scope(self._ws, *method.scopes)
        self._check_arguments(name, method, args)
        return ROUTES[name](self._ws, args)

    def _arguments(self, name: str, method: Method, request: Request, body: str) -> Json:
        """Query, form and JSON body merged; a JSON body counts only where the method takes one."""
        args: Json = dict(parse_qsl(request.url.query, keep_blank_values=True))
        if "json" not in request.headers.get("content-type", ""):
            args |= parse_qsl(body, keep_blank_values=True)
        elif not method.json:
            self._ws.violate(f"{name} takes no JSON body")
        elif body:
            args |= json.loads(body)
        for key in args.keys() & set(_JSON_ARGS):
            args[key] = _decoded(args[key])
        for key in args.keys() & set(_BOOLEAN_ARGS):
            args[key] = _FLAGS.get(str(args[key]).lower(), args[key])
        return args

    def _check_token(self, name: str, header: str, in_body: str) -> None:
        token = header.removeprefix("Bearer ") or in_body
        if not token:
            raise ApiError("not_authed")
        if token not in (self._ws.bot_token, self._ws.app_token):
            raise ApiError("invalid_auth")
        if (token == self._ws.app_token) != (name == "apps.connections.open"):
            raise ApiError("not_allowed_token_type")

    def _check_arguments(self, name: str, method: Method, args: Json) -> None:
        if unknown := sorted(args.keys() - method.args):
            self._ws.violate(f"{name}: unknown arguments {unknown}")
            raise ApiError("invalid_arg_name", response_metadata={"messages": unknown})
        if missing := [each for each in method.required if args.get(each) in (None, "")]:
            self._ws.violate(f"{name}: missing arguments {missing}")
            raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing: {missing}"]})

    # Files and response URLs ------------------------------------------------------------------------------------------

    def _fetched(self, request: Request, _content: bytes) -> Response:
        """A file for the bot's token, with its scope; for anybody else the page to sign in, as if all were well."""
        token, file = request.headers.get("authorization"), self._ws.files.get(request.path_params["file"])
        if token != f"Bearer {self._ws.bot_token}" or "files:read" not in self._ws.scopes:
            return _page(_SIGN_IN)
        if file is None:
            return _page("Not found", 404)
        return Response(file.content, 200, media_type=file.mimetype)

    def _responded(self, request: Request, content: bytes) -> Response:
        try:
            self._ws.respond(request.path_params["secret"], json.loads(content))
        except ApiError as error:
            gone = error.error in ("used_url", "expired_url")
            return _json({"ok": False, "error": error.error}, 404 if gone else 400)
        return Response("ok")
