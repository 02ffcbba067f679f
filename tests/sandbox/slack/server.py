"""The workspace's address on loopback: the Web API, uploads, response URLs and the socket, with their faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from tests.sandbox.core import Entry, Fault
from tests.sandbox.slack.methods import GENERAL_ERRORS, Method, methods
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError
from tests.sandbox.slack.webapi import ROUTES, need_scope

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

_JSON_ARGS: Final = ("blocks", "files", "metadata", "view")
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_BOOLEAN_ARGS: Final = "include_all_metadata include_num_members reply_broadcast".split()
_DELAY_SECONDS: Final = 30
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


class Call(NamedTuple):
    """One request to the Web API."""

    method: str
    token: str
    query: str
    media: str
    body: str


class Api:
    """Judges a call (token, method, arguments, scope) before it is carried out."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def answer(self, call: Call) -> Json:
        try:
            with self._ws.changed:
                return {"ok": True} | self._carried_out(call)
        except ApiError as error:
            method = methods().get(call.method)
            if error.error not in (method.errors if method else GENERAL_ERRORS):
                raise LookupError(f"{call.method} does not answer {error.error}") from error
            return {"ok": False, "error": error.error} | error.more

    def _carried_out(self, call: Call) -> Json:
        method = methods().get(call.method)
        if method is None:
            self._ws.violate(f"unknown method: {call.method}")
            raise ApiError("unknown_method", req_method=call.method)
        args = self._arguments(call, method)
        self._check_token(call, args.pop("token", ""))
        args.pop("team_id", "")  # Slack's own libraries add it to every call
        if call.method != "apps.connections.open":
            need_scope(self._ws, *method.scopes)
        self._check_arguments(call.method, method, args)
        return ROUTES[call.method](self._ws, args)

    def _arguments(self, call: Call, method: Method) -> Json:
        """Query, form and JSON body merged; a JSON body counts only where the method takes one."""
        args: Json = dict(parse_qsl(call.query, keep_blank_values=True))
        if "json" not in call.media:
            args |= parse_qsl(call.body, keep_blank_values=True)
        elif not method.json:
            self._ws.violate(f"{call.method} takes no JSON body")
        elif call.body:
            args |= json.loads(call.body)
        for key in args.keys() & set(_JSON_ARGS):
            args[key] = _decoded(args[key])
        for key in args.keys() & set(_BOOLEAN_ARGS):
            args[key] = _FLAGS.get(str(args[key]).lower(), args[key])
        return args

    def _check_token(self, call: Call, in_body: str) -> None:
        token = call.token.removeprefix("Bearer ") or in_body
        if not token:
            raise ApiError("not_authed")
        if token not in (self._ws.bot_token, self._ws.app_token):
            raise ApiError("invalid_auth")
        if (token == self._ws.app_token) != (call.method == "apps.connections.open"):
            raise ApiError("not_allowed_token_type")

    def _check_arguments(self, name: str, method: Method, args: Json) -> None:
        if unknown := sorted(args.keys() - method.args):
            self._ws.violate(f"{name}: unknown arguments {unknown}")
            raise ApiError("invalid_arg_name", response_metadata={"messages": unknown})
        if missing := [each for each in method.required if args.get(each) in (None, "")]:
            self._ws.violate(f"{name}: missing arguments {missing}")
            raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing: {missing}"]})


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ApiError("invalid_arguments") from None


def _json(value: Json, status: int = 200) -> Response:
    return Response(json.dumps(value), status, media_type="application/json")


def _in_trouble(fault: Fault | None) -> Response | None:
    """The answer that a fault gives instead of carrying the call out."""
    match fault.kind if fault else "", fault.how if fault else {}:
        case "rate_limited", how:
            answer = _json({"ok": False, "error": "ratelimited"}, 429)
            answer.headers["Retry-After"] = str(how.get("after", 1))
            return answer
        case "server_error", _:
            return Response("Internal Server Error", 500)
        case "html", _:
            return Response(_SIGN_IN, 200, media_type="text/html")
        case "error", how:
            return _json({"ok": False, "error": how["error"]})
        case "drop_before", _:
            return HangUp()
    return None


class Server:
    """The routes; every request and its answer is recorded."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._api = Api(ws)
        routes = [
            Route("/api/{method}", self._call, methods=["GET", "POST"]),
            Route("/upload/{file}", self._upload, methods=["POST"]),
            Route("/response/{secret}", self._respond, methods=["POST"]),
            Route("/files-pri/{file}/{rest:path}", self._download, methods=["GET"]),
        ]
        self.app = Starlette(routes=[*routes, WebSocketRoute("/link/", ws.socket.serve)])

    def _record(self, request: Request, body: str, answer: Response, reply: str = "") -> Response:
        reply = "" if isinstance(answer, HangUp) else reply or bytes(answer.body).decode()
        path, headers = str(request.url.path), dict(request.headers)
        status = 0 if isinstance(answer, HangUp) else answer.status_code
        entry = Entry(self._ws.clock(), "app", request.method, path, headers, body, status, reply)
        with self._ws.changed:
            self._ws.recorder.add(entry)
            self._ws.changed.notify_all()
        return answer

    async def _call(self, request: Request) -> Response:
        body = (await request.body()).decode()
        headers, query = request.headers, request.url.query
        name = request.path_params["method"]
        call = Call(name, headers.get("authorization", ""), query, headers.get("content-type", ""), body)
        answer = await run_in_threadpool(self._met, name, lambda: _json(self._api.answer(call)))
        return self._record(request, body, answer)

    def _met(self, where: str, carry_out: Callable[[], Response]) -> Response:
        """What comes of a request here, with the trouble that is armed for it."""
        fault = self._ws.faults.take(where)
        if trouble := _in_trouble(fault):
            return trouble
        if fault and fault.kind == "delay":
            if reached := fault.how.get("reached"):
                reached.set()
            fault.how["released"].wait(_DELAY_SECONDS)
        answer = carry_out()
        return HangUp() if fault and fault.kind == "drop_after" else answer

    async def _upload(self, request: Request) -> Response:
        content = await request.body()
        file = self._ws.files.get(request.path_params["file"])
        answer = Response("not what was announced", 400)
        if file and file.content is None and len(content) == file.length:
            file.content, answer = content, Response(f"OK - {len(content)}")
        return self._record(request, f"{len(content)} bytes", answer)

    async def _download(self, request: Request) -> Response:
        """A file for the bot's token, with its scope; for anybody else the page to sign in, as if all were well."""
        token = request.headers.get("authorization", "")
        file = self._ws.files.get(request.path_params["file"])

        def carry_out() -> Response:
            if token != f"Bearer {self._ws.bot_token}" or "files:read" not in self._ws.scopes:
                return Response(_SIGN_IN, 200, media_type="text/html")
            if file is None or file.content is None:
                return Response("Not found", 404, media_type="text/html")
            return Response(file.content, 200, media_type=file.mimetype)

        answer = await run_in_threadpool(self._met, "download", carry_out)
        return self._record(request, "", answer, f"{len(answer.body)} bytes")

    async def _respond(self, request: Request) -> Response:
        body = (await request.body()).decode()
        secret = request.path_params["secret"]
        answer = await run_in_threadpool(self._met, "response_url", lambda: self._responded(secret, body))
        return self._record(request, body, answer)

    def _responded(self, secret: str, body: str) -> Response:
        try:
            self._ws.respond(secret, json.loads(body))
        except ApiError as error:
            gone = error.error in ("used_url", "expired_url")
            return _json({"ok": False, "error": error.error}, 404 if gone else 400)
        return Response("ok")
