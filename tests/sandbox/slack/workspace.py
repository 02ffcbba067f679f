"""The Slack workspace stand-in: put it together, start it, script what happens in it, look at what people see."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Final, Self, TypeVar, Unpack

from tests.sandbox.core import Entry, Faults, Recorder, Serving, control
from tests.sandbox.slack.control import CONTROL_NAMES, Control
from tests.sandbox.slack.delivery import EVENT, InProcess, Link, Missed, Reply, Retry, SignedHttp, Socket
from tests.sandbox.slack.methods import event_scopes
from tests.sandbox.slack.people import KINDS, Person, Profile
from tests.sandbox.slack.server import Server
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import RESPONSE_URL_SECONDS, ApiError, ResponseUrl, Space
from tests.sandbox.slack.state import Channel, Group, Message

Found = TypeVar("Found")
_GLANCE_SECONDS: Final = 0.1  # for predicates about things outside the workspace, which notify nobody


class Workspace(Space):
    """A workspace with one installed app; `delivery` is `socket`, `http` or `callable`."""

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
        links: dict[str, Link] = {"socket": self.socket, "http": SignedHttp(self), "callable": InProcess(self)}
        self.link = links[delivery]
        self._servings: list[Serving] = []
        self.bot = self.add_person(str(self.setting("features", "bot_user", "display_name", default="bot")), "bot")
        self.bot_user_id = self.bot.id
        for event in self.setting("settings", "event_subscriptions", "bot_events", default=[]):
            if event not in event_scopes() or not self._subscribed(event):
                self.violate(f"manifest: the event {event} is unknown or lacks its scope")

    # Life -------------------------------------------------------------------------------------------------------------

    def start(self, port: int = 0, control_port: int = 0) -> Self:
        self._servings.append(Serving(Server(self).app, port=port).start())
        self._servings.append(Serving(control(Control(self), CONTROL_NAMES), port=control_port).start())
        return self

    def stop(self) -> None:
        for each in reversed(self._servings):
            each.stop()

    def __enter__(self) -> Self:
        return self if self._servings else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The workspace's address; without a server (in-process tests) one that leads nowhere."""
        return self._servings[0].url if self._servings else "http://127.0.0.1:0"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def control_url(self) -> str:
        return self._servings[1].url

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

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect (`warning`, `refresh_requested`) or cut its sockets (`drop`)."""
        self.socket.disconnect(reason)

    # To the app -------------------------------------------------------------------------------------------------------

    def hand_over(self, kind: str, payload: Json, retry: Retry | None = None) -> Reply:
        """Deliver once (or twice, late, or with a cut connection, as a fault says) and wait for the acknowledgement."""
        fault = self.delivery_faults.take(kind)
        trouble = fault.kind if fault else ""
        if trouble == "lost":
            return Missed("connection_failed")
        reply = self.link.send(kind, payload, retry, cut=trouble == "disconnect")
        if trouble == "duplicate":
            self.link.send(kind, payload, Retry(1, "http_timeout") if kind == EVENT else None)
        if trouble == "late":
            reply = Missed("http_timeout")
        path = str(payload.get("command") or payload.get("event", payload).get("type", ""))
        status = 0 if isinstance(reply, Missed) else 200
        answer = reply.why if isinstance(reply, Missed) else json.dumps(reply)
        self.recorder.add(Entry(self.clock(), "slack", kind, path, {}, json.dumps(payload), status, answer))
        return reply

    def _subscribed(self, event: str) -> bool:
        wanted = self.setting("settings", "event_subscriptions", "bot_events", default=[])
        scopes = event_scopes().get(event, "").split()
        return event in wanted and (not scopes or bool(set(scopes) & set(self.scopes)))

    def emit(self, name: str, event: Json, channel: Channel | None = None) -> Reply:
        """Send an event if the manifest subscribes to it; a failed one once more (Slack: twice more, later)."""
        if not self._subscribed(name) or not self.link.ready():
            return None
        seen = channel is None or channel.im or self.bot_user_id in channel.members
        if not seen and event.get("user") != self.bot_user_id:
            return None
        who = {"team_id": self.team_id, "user_id": self.bot_user_id, "is_bot": True, "is_enterprise_install": False}
        payload = {
            "type": "event_callback", "token": "verification", "team_id": self.team_id, "api_app_id": self.app_id,
            "event": {"type": name.partition(".")[0], "event_ts": self.ids.ts(self.clock())} | event,
            "event_id": self.ids.new("Ev"), "event_time": int(self.clock()),
            "authorizations": [who | {"enterprise_id": None}],
            "is_ext_shared_channel": bool(channel and self.is_shared(channel)),
        }  # fmt: skip
        reply = self.hand_over(EVENT, payload)
        return self.hand_over(EVENT, payload, Retry(1, reply.why)) if isinstance(reply, Missed) else reply

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
            if payload.get("delete_original") and target.message:
                self.drop_post(target.message)
                return
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
        id: str | None = None, **profile: Unpack[Profile],  # noqa: A002 - the word of the workspace's callers
    ) -> Person:  # fmt: skip
        """A person of one of `KINDS`; a `stranger` belongs to another workspace (Slack Connect)."""
        if kind not in KINDS:
            raise AssertionError(f"no kind {kind!r}, there are {sorted(KINDS)}")
        team = self.ids.new("T") if kind == "stranger" else self.team_id
        with self.changed:
            mail, known_as = email or f"{name}@agency.example", id or self.ids.new("U")
            made = Person(self, known_as, name, kind, tz, mail, team, profile)
            self.people[known_as] = made
        self.emit("team_join", {"user": made.as_json()})
        return made

    def add_channel(
        self, name: str, members: Iterable[Person] = (), *, private: bool = False, bot: bool = True,
        shared: bool = False, id: str | None = None,  # noqa: A002 - as above
    ) -> Channel:  # fmt: skip
        inside = [self._admitted(each) for each in members] + ([self.bot_user_id] if bot else [])
        with self.changed:
            made = Channel(id or self.ids.new("C"), name, inside, private, shared)
            self.channels[made.id] = made
            return made

    def add_group(self, handle: str, members: Iterable[Person], id: str | None = None) -> Group:  # noqa: A002 - as above
        with self.changed:
            made = Group(id or self.ids.new("S"), handle, [each.id for each in members])
            self.groups[made.id] = made
            return made

    def set_group(self, group: Group, members: Iterable[Person]) -> None:
        with self.changed:
            before, group.members = group.members, [each.id for each in members]
        added = [each for each in group.members if each not in before]
        removed = [each for each in before if each not in group.members]
        changes = {"added_users": added, "removed_users": removed, "team_id": self.team_id}
        self.emit("subteam_members_changed", {"subteam_id": group.id} | changes)

    def join(self, person: Person, channel: Channel) -> None:
        """Somebody (also `ws.bot`) comes into the channel."""
        with self.changed:
            if person.id not in channel.members:
                channel.members.append(self._admitted(person))
        self._membership("member_joined_channel", person, channel)

    def _admitted(self, person: Person) -> str:
        """Their id; AssertionError for a second channel of a guest who has one."""
        if person.kind == "single_guest" and self.channels_of(person):
            raise AssertionError(f"{person.name} is a guest of one channel")
        return person.id

    def leave(self, person: Person, channel: Channel) -> None:
        with self.changed:
            channel.members.remove(person.id)
        self._membership("member_left_channel", person, channel)

    def _membership(self, name: str, person: Person, channel: Channel) -> None:
        kind = {"channel": channel.id, "channel_type": "G" if channel.private else "C", "team": person.team_id}
        self.emit(name, {"user": person.id} | kind, channel)

    def kick_bot(self, channel: Channel) -> None:
        with self.changed:
            channel.members.remove(self.bot_user_id)
        self.emit("group_left" if channel.private else "channel_left", {"channel": channel.id})

    def archive(self, channel: Channel) -> None:
        with self.changed:
            channel.archived = True
        self.emit("group_archive" if channel.private else "channel_archive", {"channel": channel.id}, channel)

    def deactivate(self, person: Person) -> None:
        with self.changed:
            person.kind = "deactivated"
        self.emit("user_change", {"user": person.as_json()})
