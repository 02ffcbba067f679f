"""The Slack workspace stand-in: put it together, start it, script what happens in it, look at what people see."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Final, Self, TypeVar

from tests.sandbox.core import Entry, Faults, Recorder, Serving
from tests.sandbox.slack.delivery import EVENT, InProcess, Link, Missed, Reply, Socket
from tests.sandbox.slack.methods import event_scopes
from tests.sandbox.slack.people import KINDS, Person
from tests.sandbox.slack.server import Server
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import RESPONSE_URL_SECONDS, ApiError, ResponseUrl, Space
from tests.sandbox.slack.state import Channel, Group, Message

Found = TypeVar("Found")
_GLANCE_SECONDS: Final = 0.1  # for predicates about things outside the workspace, which notify nobody


class Workspace(Space):
    """A workspace with one installed app; `delivery` is `socket` or `callable`, `link` can be set to another way."""

    def __init__(
        self,
        manifest: Json,
        *,
        clock: Callable[[], float] = time.time,
        ack_seconds: float = 3.0,
        delivery: str = "socket",
    ) -> None:
        super().__init__(manifest, clock)
        self.ack_seconds = ack_seconds
        self.bot_token, self.app_token = f"xoxb-{self.ids.new('1')}", f"xapp-1-{self.ids.new('2')}"
        self.signing_secret = self.ids.new("secret")
        self.recorder, self.faults, self.delivery_faults = Recorder(), Faults(), Faults()
        for secret in (self.bot_token, self.app_token, self.signing_secret):
            self.recorder.hide(secret)
        self.request_url: str | None = None
        self.deliver: Callable[[str, Json], Reply] | None = None
        self.socket = Socket(self)
        self.link: Link = InProcess(self) if delivery == "callable" else self.socket
        self._serving = Serving(Server(self).app)
        self.bot = self.add_person(str(self.setting("features", "bot_user", "display_name", default="bot")), "bot")
        self.bot_user_id = self.bot.id
        for event in self.setting("settings", "event_subscriptions", "bot_events", default=[]):
            if event not in event_scopes() or not self._subscribed(event):
                self.violate(f"manifest: the event {event} is unknown or lacks its scope")

    # Life -------------------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        self._serving.start()
        return self

    def stop(self) -> None:
        self._serving.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self._serving.url

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    # Waiting ----------------------------------------------------------------------------------------------------------

    def wait_for(self, predicate: Callable[[], Found | None], timeout: float = 10) -> Found:
        """What the predicate returns once truthy, looked at after every change; AssertionError when it never is."""
        until = time.monotonic() + timeout
        with self.changed:
            while not (found := predicate()) and (left := until - time.monotonic()) > 0:
                self.changed.wait(min(left, _GLANCE_SECONDS))
            if found:
                return found
            last = [each for posts in self.posts.values() for each in posts[-3:]]
            shown = "\n".join(f"#{self.name_of(each.channel)} {self.snapshot(each).plain}" for each in last)
            raise AssertionError(
                f"nothing within {timeout} s; the last messages:\n{shown}\nviolations: {self.violations}"
            )

    def wait_for_bot(self, timeout: float = 10) -> None:
        """Until the app can be reached."""
        self.wait_for(self.link.ready, timeout)

    # To the app -------------------------------------------------------------------------------------------------------

    def hand_over(self, kind: str, payload: Json, retry: str = "") -> Reply:
        """Deliver once (with the fault `duplicate` twice) and wait for the acknowledgement."""
        reply = self.link.send(kind, payload, retry)
        if self.delivery_faults.take(kind):
            self.link.send(kind, payload, retry)
        path = str(payload.get("command") or payload.get("event", payload).get("type", ""))
        status, answer = (0, reply.why) if isinstance(reply, Missed) else (200, json.dumps(reply))
        self.recorder.add(Entry(self.clock(), "slack", kind, path, {}, json.dumps(payload), status, answer))
        return reply

    def _subscribed(self, event: str) -> bool:
        wanted = self.setting("settings", "event_subscriptions", "bot_events", default=[])
        scopes = event_scopes().get(event, "").split()
        return event in wanted and (not scopes or bool(set(scopes) & set(self.scopes)))

    def emit(self, name: str, event: Json, channel: Channel | None = None) -> None:
        """Send an event if the manifest subscribes to it; a failed one once more (Slack: twice more, later)."""
        seen = channel is None or self.bot_user_id in channel.members
        if not self._subscribed(name) or not self.link.ready() or not seen:
            return
        who = {"team_id": self.team_id, "user_id": self.bot_user_id, "is_bot": True, "is_enterprise_install": False}
        payload = {
            "type": "event_callback", "token": "verification", "team_id": self.team_id, "api_app_id": self.app_id,
            "event": {"type": name, "event_ts": self.ids.ts(self.clock())} | event,
            "event_id": self.ids.new("Ev"), "event_time": int(self.clock()),
            "authorizations": [who | {"enterprise_id": None}],
        }  # fmt: skip
        reply = self.hand_over(EVENT, payload)
        if isinstance(reply, Missed):
            self.hand_over(EVENT, payload, reply.why)

    # Response URLs ----------------------------------------------------------------------------------------------------

    def new_response_url(self, person: str, channel: Channel, message: Message | None = None) -> str:
        with self.changed:
            secret = self.ids.new("R")
            self.response_urls[secret] = ResponseUrl(person, channel, self.clock(), message)
            return f"{self.url}/response/{secret}"

    def respond(self, secret: str, payload: Json) -> None:
        """An answer to a response URL: five within thirty minutes."""
        with self.changed:
            target = self.response_urls.get(secret)
            if target is None or self.clock() - target.at > RESPONSE_URL_SECONDS:
                raise ApiError("expired_url")
            if target.left == 0:
                raise ApiError("used_url")
            target.left -= 1
            self.answer(target.person, target.channel, payload, target.message)

    def answer(self, person: str, channel: Channel, payload: Json, original: Message | None = None) -> Message:
        """A command's or a response URL's message: ephemeral unless `in_channel`; may replace what was clicked."""
        self.judge_message(payload, "response")
        if not payload.get("text") and not payload.get("blocks"):
            raise ApiError("no_text")
        content: Json = {"text": payload.get("text") or "", "blocks": payload.get("blocks") or []}
        if payload.get("replace_original") and original:
            return self.edit_post(original, content)
        to = None if payload.get("response_type") == "in_channel" else person
        return self.post_as_bot(channel, content, ephemeral_to=to, thread_ts=payload.get("thread_ts"))

    # What happens in the workspace ------------------------------------------------------------------------------------

    def add_person(
        self, name: str, kind: str = "member", tz: str = "Europe/Berlin", email: str | None = None,
        id: str | None = None, **profile: str,  # noqa: A002 - the word of the workspace's callers
    ) -> Person:  # fmt: skip
        """A person of one of `KINDS`; a `stranger` belongs to another workspace (Slack Connect)."""
        if kind not in KINDS:
            raise AssertionError(f"no kind {kind!r}, there are {sorted(KINDS)}")
        team = self.ids.new("T") if kind == "stranger" else self.team_id
        mail, known_as = email or f"{name}@agency.example", id or self.ids.new("U")
        made = Person(self, known_as, name, kind, tz, mail, team, profile)
        with self.change():
            self.people[known_as] = made
        self.emit("team_join", {"user": made.as_json()})
        return made

    def add_channel(
        self, name: str, members: Iterable[Person] = (), *, private: bool = False, bot: bool = True,
        id: str | None = None,  # noqa: A002 - as above
    ) -> Channel:  # fmt: skip
        inside = [each.id for each in members] + ([self.bot_user_id] if bot else [])
        made = Channel(id or self.ids.new("C"), name, inside, private)
        with self.change():
            self.channels[made.id] = made
        return made

    def add_group(self, handle: str, members: Iterable[Person]) -> Group:
        made = Group(self.ids.new("S"), handle, [])
        self.groups[made.id] = made
        self.set_group(made, members)
        return made

    def set_group(self, group: Group, members: Iterable[Person]) -> None:
        with self.change():
            group.members = [each.id for each in members]

    def join(self, person: Person, channel: Channel) -> None:
        """Somebody (also `ws.bot`) comes into the channel."""
        with self.change():
            if person.id not in channel.members:
                channel.members.append(person.id)
        kind = {"channel": channel.id, "channel_type": "G" if channel.private else "C", "team": person.team_id}
        self.emit("member_joined_channel", {"user": person.id} | kind, channel)

    def archive(self, channel: Channel) -> None:
        with self.change():
            channel.archived = True

    def deactivate(self, person: Person) -> None:
        with self.change():
            person.kind = "deactivated"
        self.emit("user_change", {"user": person.as_json()})
