"""The workspace in a browser: channels, threads, modals and Home of one person a window, live, on loopback alone."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.sandbox.core import foreign
from tests.sandbox.page.outside import Outside
from tests.sandbox.page.surface import Modal, Posted, Surface, templates
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.seen import Outcome
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError
from tests.sandbox.slack.state import Channel, Message, View
from tests.sandbox.slack.text import elements
from tests.sandbox.world import World

_HERE: Final = Path(__file__).parent
_HOME, _DM, _COOKIE = "home", "certdesk", "certdesk_page"
_ROLES: Final = {"guest": "guest", "stranger": "from a partner", "deactivated": "no longer active"}
_KEPT: Final = 5_000  # messages as they were seen, so that a button that has gone can still be clicked
_QUIET_SECONDS: Final = 10.0
_POLICY: Final = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class Page:
    """The pages of one world. `key` opens them: it is in the address that is printed, then in a cookie."""

    def __init__(self, world: World) -> None:
        self.world, self.ws, self.key, self.news = world, world.slack, secrets.token_urlsafe(16), ""
        self.outside = Outside(world)
        self._seen: dict[str, Message] = {}
        self._read: Counter[tuple[str, str]] = Counter()
        self._general: dict[str, str] = {}
        routes = [
            Route("/", self._enter),
            Route("/-/world", self._world, methods=["GET", "POST"]),
            Route("/-/news", self._news),
            Route("/-/act/{person}", self._act, methods=["POST"]),
            Route("/-/{name}", self._static),
            Route("/{person}/{place}", self._page),
        ]
        self.app = Starlette(routes=routes)
        self.app.add_middleware(BaseHTTPMiddleware, dispatch=self._guarded)

    async def _guarded(self, request: Request, go_on: RequestResponseEndpoint) -> Response:
        """Nobody from elsewhere, nobody without the key."""
        given = request.query_params.get("key") or request.cookies.get(_COOKIE, "")
        if foreign(request) or not secrets.compare_digest(given.encode(), self.key.encode()):
            return Response("This page opens with the address that `make demo` printed.", 403)
        answer = await go_on(request)
        answer.headers["Content-Security-Policy"] = _POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def _enter(self, _request: Request) -> Response:
        first = next(each for each in self.ws.people.values() if each.kind == "member")
        answer = RedirectResponse(f"/{first.name}/{self._places(first)[-1]['path']}", 303)
        answer.set_cookie(_COOKIE, self.key, httponly=True, samesite="strict")
        return answer

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = name in ("page.css", "page.js")
        return FileResponse(_HERE / name) if found else Response("Not found", 404)

    async def _news(self, _request: Request) -> Response:
        """A line whenever anything changed."""

        async def stream() -> AsyncIterator[str]:
            count = -1
            while True:
                count = await asyncio.to_thread(self.ws.changed.beyond, count, _QUIET_SECONDS)
                yield f"data: {count}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def _world(self, request: Request) -> Response:
        if request.method == "POST":
            said = await request.json()
            return JSONResponse(await run_in_threadpool(self.outside.act, said))
        return HTMLResponse(await run_in_threadpool(self.outside.html))

    # What one person sees ---------------------------------------------------------------------------------------------

    def _who(self, request: Request) -> Person | None:
        name = request.path_params["person"]
        return next((each for each in self.ws.people.values() if each.name == name and each.kind != "bot"), None)

    async def _page(self, request: Request) -> Response:
        who, place = self._who(request), request.path_params["place"]
        if who is None or place not in [each["path"] for each in self._places(who)]:
            return Response("There is nobody of that name, or no such place for them.", 404)
        if place == _HOME and "x-live" not in request.headers:
            await run_in_threadpool(self._open_home, who)
        return HTMLResponse(await run_in_threadpool(self.html, who, place, request.query_params.get("thread", "")))

    def _open_home(self, who: Person) -> None:
        try:
            who.open_home()
        except AssertionError:
            self.news = "certdesk did not fill its Home in time."

    def html(self, who: Person, place: str, thread: str = "") -> str:
        """The whole page of a person at a place, with a thread beside it."""
        with self.ws.changed:
            channel = None if place == _HOME else self._channel(who, place)
            shown: Json = {"posts": [], "replies": []}
            if channel:
                shown["posts"] = [self._posted(who, channel, each) for each in who.messages(channel)]
                shown["replies"] = [self._posted(who, channel, each) for each in who.messages(channel, thread or "-")]
                self._mark_read(who, channel, thread)
            return templates().get_template("page.html").render(
                me=who, place=place, thread=thread, **shown, **self._around(who, channel), role=self._role,
                where_for=lambda person: place if self._goes(person, place) else self._places(person)[-1]["path"],
                name_of=self.ws.name_of, modal=self._modal(who), news=self.news, trouble=self._trouble(),
                home=Surface(self.ws, who, who.home.blocks, "click_home", who.home.id) if who.home else None,
                shortcuts=[s for s in self.ws.setting("features", "shortcuts", default=[]) if s["type"] == "message"],
            )  # fmt: skip

    def _around(self, who: Person, channel: Channel | None) -> Json:
        members = [self.ws.name_of(each) or "" for each in channel.members] if channel and not channel.im else []
        title = "Home" if channel is None else "certdesk" if channel.im else f"#{channel.name}"
        now = datetime.fromtimestamp(self.ws.clock(), ZoneInfo(who.tz))
        people = [each for each in self.ws.people.values() if each.kind != "bot" and len(self._places(each)) > 2]
        return {
            "title": title, "members": ", ".join(members), "now": now, "people": people, "places": self._places(who),
            "commands": self._commands(),
        }  # fmt: skip

    def _commands(self) -> list[str]:
        """What the composer completes: the words of the manifest's usage hints."""
        known = self.ws.setting("features", "slash_commands", default=[])
        hints = [(each["command"], hint.split()[0]) for each in known for hint in each["usage_hint"].split("|")]
        return [f"{command} {word}" for command, word in hints]

    def _role(self, who: Person) -> str:
        return _ROLES.get(who.kind) or who.profile.get("title", "")

    def _trouble(self) -> str:
        if self.ws.link.ready():
            return ""
        return "certdesk is not running or has lost its connection; what you do now does not reach it."

    def _places(self, who: Person) -> list[dict[str, Any]]:
        channels = [each for each in self.ws.channels.values() if who.id in each.members and not each.im]
        found = [{"path": _HOME, "label": "Home", "unread": 0}, {"path": _DM, "label": "certdesk", "unread": 0}]
        found[1]["unread"] = self._unread(who, who.dm)
        rows = [{"path": c.name, "label": f"# {c.name}", "unread": self._unread(who, c)} for c in channels]
        return [*found, *rows]

    def _goes(self, who: Person, place: str) -> bool:
        return place in [each["path"] for each in self._places(who)]

    def _channel(self, who: Person, place: str) -> Channel:
        return who.dm if place == _DM else self.ws.find_channel(place)

    def _unread(self, who: Person, channel: Channel) -> int:
        last = self._read[who.id, channel.id]
        return sum(1 for each in self.ws.messages(channel) if float(each.ts) > last and each.user != who.id)

    def _mark_read(self, who: Person, channel: Channel, thread: str) -> None:
        now = self.ws.clock() + 1
        self._read[who.id, channel.id] = int(now)
        if thread:
            self._read[who.id, f"{channel.id} {thread}"] = int(now)

    def _posted(self, who: Person, channel: Channel, message: Message) -> Posted:
        replies = [m for m in self.ws.posts.get(channel.id, []) if m.thread_ts == message.ts != m.ts]
        last = self._read[who.id, f"{channel.id} {message.ts}"]
        surface = Surface(self.ws, who, message.blocks, "click", self._kept(message))
        at = datetime.fromtimestamp(float(message.ts), ZoneInfo(who.tz))
        return Posted(message, surface, at, len(replies), any(float(each.ts) > last for each in replies))

    def _kept(self, message: Message) -> str:
        """The mark of a message as it stands now."""
        mark = hashlib.sha256(json.dumps([message.channel, message.as_json()]).encode()).hexdigest()[:12]
        self._seen.setdefault(f"m{mark}", message)
        while len(self._seen) > _KEPT:
            self._seen.pop(next(iter(self._seen)))
        return f"m{mark}"

    def _modal(self, who: Person) -> Modal | None:
        if not who.stack:
            return None
        view = who.stack[-1]
        surface = Surface(self.ws, who, view.blocks, "press", view.id, view.values, view.errors)
        return Modal(view, surface, self._general.get(view.id, ""))

    # What they do -----------------------------------------------------------------------------------------------------

    async def _act(self, request: Request) -> Response:
        who = self._who(request)
        said = await request.json()
        if who is None:
            return JSONResponse({"toast": "There is nobody of that name."}, 404)
        try:
            toast = await run_in_threadpool(_ACTS[said["act"]], self, who, said)
        except (AssertionError, ApiError) as refused:
            toast = _reason(refused)
        return JSONResponse({"toast": toast})

    def say(self, who: Person, said: Json) -> str:
        """A message, or a slash command."""
        channel, text, thread = self._channel(who, said["place"]), str(said["text"]).strip(), said.get("thread")
        if text.startswith("/"):
            return "Commands are for the channel, not for a thread." if thread else _told(who.command(channel, text))
        if text:
            who.say(channel, text, thread or None)
        return ""

    def click(self, who: Person, said: Json) -> str:
        message = self._seen[said["seen"]]
        return _told(who.choose(message, said["name"], said["value"]) if "value" in said
                     else who.click(message, said["name"]))  # fmt: skip

    def click_home(self, who: Person, said: Json) -> str:
        return _told(who.click_home(_now(who.home, said), said.get("value")))

    def press(self, who: Person, said: Json) -> str:
        self._fill(who, said.get("fields", {}))
        return _told(who.press(_now(who.stack[-1] if who.stack else None, said), said.get("value")))

    def shortcut(self, who: Person, said: Json) -> str:
        return _told(who.shortcut(self._seen[said["seen"]], said["value"]))

    def dismiss(self, who: Person, said: Json) -> str:
        gone = self._seen[said["seen"]] if said.get("seen") else None
        with self.ws.changed:
            who.shown[:] = [each for each in who.shown if gone and each.ts != gone.ts]
            self.ws.changed.notify_all()
        return ""

    def fill(self, who: Person, said: Json) -> str:
        """What stands in fields now; what cannot be is said when the form is sent."""
        self._fill(who, said["fields"])
        return ""

    def submit(self, who: Person, said: Json) -> str:
        top = who.stack[-1] if who.stack else None
        if top is None or top.id != said["view"]:
            return "This form is no longer open."
        self._general.pop(top.id, None)
        if wrong := self._fill(who, said["fields"]):
            with self.ws.changed:
                top.errors = wrong
                self.ws.changed.notify_all()
            return ""
        done = who.submit()
        with self.ws.changed:
            if general := done.errors.get(""):
                self._general[top.id] = general
            self.ws.changed.notify_all()
        return ""

    def close(self, who: Person, said: Json) -> str:
        who.close(everything=bool(said.get("everything")))
        return ""

    def _fill(self, who: Person, fields: Mapping[str, Any]) -> dict[str, str]:
        """Enter what differs from what is held; what the client would refuse, by block."""
        view, wrong = who.stack[-1] if who.stack else None, {}
        for block, element in elements(view.blocks) if view else ():
            name = f"{block['block_id']}.{element['action_id']}"
            if view and name in fields and self._differs(who, view, block, element, fields[name]):
                try:
                    who.fill(name, _entered(element["type"], fields[name]))
                except AssertionError as refused:
                    wrong[block["block_id"]] = _reason(refused)
        return wrong

    def _differs(self, who: Person, view: View, block: Json, element: Json, given: object) -> bool:
        if element["type"] == "file_input":
            return bool(given)
        held = Surface(self.ws, who, view.blocks, "press", view.id, view.values).picked(block, element)
        if element["type"] == "checkboxes":
            return sorted(held) != sorted(given if isinstance(given, list) else [])
        return "".join(held) != (given or "")


def _now(view: View | None, said: Json) -> str:
    """What was clicked; by its label where the view was drawn anew in that moment and its blocks have other ids."""
    ids = {block["block_id"] for block in view.blocks} if view else set()
    return str(said["name"] if said["name"].partition(".")[0] in ids else said.get("label", said["name"]))


def _entered(kind: str, given: Any) -> object:  # noqa: ANN401 - JSON from the page
    if kind == "file_input":
        return {each["name"]: base64.b64decode(each["data"]) for each in given}
    return given or ([] if kind == "checkboxes" else None)


def _told(outcome: Outcome) -> str:
    return "" if outcome.acked else outcome.text


def _reason(refused: Exception) -> str:
    said = str(refused).split(": ", 1)[-1]
    return said[:1].upper() + said[1:]


_ACTS: Final[Mapping[str, Callable[[Page, Person, Json], str]]] = {
    act.__name__: act
    for act in (Page.say, Page.click, Page.click_home, Page.press, Page.shortcut, Page.dismiss, Page.fill, Page.submit,
                Page.close)
}  # fmt: skip
