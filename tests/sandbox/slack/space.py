"""The workspace's state and the rules that keep it whole, with no server and no delivery in it."""

import copy
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tests.sandbox.slack.shapes import Json, Problem, objects
from tests.sandbox.slack.state import Channel, File, Group, Ids, Message, View, with_ids
from tests.sandbox.slack.surfaces import check_message, check_view
from tests.sandbox.slack.text import Reader, mrkdwn_in

if TYPE_CHECKING:
    from tests.sandbox.slack.people import Person

TRIGGER_SECONDS: Final = 3.0
RESPONSE_URL_SECONDS: Final = 1800.0
RESPONSE_URL_USES: Final = 5
STACK_DEPTH: Final = 3


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.error, self.more = error, more


@dataclass
class Trigger:
    """Permission to open one view within three seconds, for one person."""

    person: str
    view: str | None
    at: float
    used: bool = False


@dataclass
class ResponseUrl:
    """An address for up to five answers within thirty minutes; `message` is what was clicked on."""

    person: str
    channel: Channel
    at: float
    message: Message | None = None
    left: int = RESPONSE_URL_USES


def thread_of(thread: Message | str | None) -> str | None:
    """The ts of the thread that a message, or its ts, stands for."""
    return thread.thread_ts or thread.ts if isinstance(thread, Message) else thread


def _told(problems: list[Problem]) -> Json:
    """Problems the way Slack tells them."""
    lines = [f"[ERROR] {each.message} [json-pointer:{each.pointer}]" for each in problems]
    return {"errors": [each._asdict() for each in problems], "response_metadata": {"messages": lines}}


class Changes(threading.Condition):
    """The workspace's one lock, which also counts what happened under it."""

    count = 0

    def notify_all(self) -> None:
        """Something changed."""
        self.count += 1
        super().notify_all()

    def beyond(self, count: int, seconds: float) -> int:
        """The count once it is another one, or after so many seconds."""
        with self:
            self.wait_for(lambda: self.count != count, seconds)
            return self.count


class Space:
    """People, conversations, messages and views; every change is made and seen under `changed`."""

    def __init__(self, manifest: Json, clock: Callable[[], float]) -> None:
        self.manifest, self.clock = manifest, clock
        self.changed = Changes()
        self.ids = Ids()
        self.team_id, self.app_id, self.bot_id = self.ids.new("T"), self.ids.new("A"), self.ids.new("B")
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, Group] = {}
        self.posts: dict[str, list[Message]] = {}
        self.views: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.files: dict[str, File] = {}
        self.violations: list[str] = []
        self.bot_user_id = ""

    @contextmanager
    def change(self) -> Iterator[None]:
        """What happens under it happens at once, and wakes everybody who waits."""
        with self.changed:
            yield
            self.changed.notify_all()

    def setting(self, *path: str, default: Any = None) -> Any:  # noqa: ANN401 - a manifest holds any JSON
        """A value of the manifest, or the default."""
        found: Any = self.manifest
        for key in path:
            found = found.get(key, {}) if isinstance(found, dict) else {}
        return default if found == {} else found

    @property
    def scopes(self) -> list[str]:
        return list(self.setting("oauth_config", "scopes", "bot", default=[]))

    def violate(self, sentence: str) -> None:
        """Remember something that the app must never do."""
        with self.change():
            self.violations.append(sentence)

    def name_of(self, some_id: str) -> str | None:
        """The name behind an id of a person, channel or group."""
        if found := self.people.get(some_id) or self.channels.get(some_id):
            return found.name
        return group.handle if (group := self.groups.get(some_id)) else None

    def reader(self, tz: str = "Europe/Berlin") -> Reader:
        return Reader(self.name_of, tz, self.clock())

    def find_channel(self, where: "Channel | Person | str") -> Channel:
        """A channel by itself, its id or name, or the direct message with a person; AssertionError if there is none."""
        if isinstance(where, Channel):
            return where
        if not isinstance(where, str):
            return self.open_im(where.id)
        for each in self.channels.values():
            if where in (each.id, each.name):
                return each
        raise AssertionError(f"no channel {where!r}, there are {[each.name for each in self.channels.values()]}")

    def channels_of(self, person: "Person") -> list[Channel]:
        """The channels somebody is in, without direct messages."""
        return [each for each in self.channels.values() if person.id in each.members and not each.im]

    def open_im(self, person: str) -> Channel:
        with self.changed:
            for each in self.channels.values():
                if each.im == person:
                    return each
            made = Channel(self.ids.new("D"), "directmessage", [person, self.bot_user_id], private=True, im=person)
            self.channels[made.id] = made
            return made

    # Messages ---------------------------------------------------------------------------------------------------------

    def _beside(self, message: Message) -> list[Message]:
        """The list in which the message is kept."""
        if message.ephemeral_to:
            return self.people[message.ephemeral_to].shown
        return self.posts.setdefault(message.channel, [])

    def add_post(self, message: Message) -> Message:
        with self.change():
            message.blocks = with_ids(message.blocks, self.ids)
            self._beside(message).append(message)
            return message

    def post_as_bot(self, channel: Channel, content: Json, **more: Any) -> Message:
        """A new message of the app's."""
        made = Message(self.ids.ts(self.clock()), channel.id, self.bot_user_id, bot_id=self.bot_id, **content, **more)
        return self.add_post(made)

    def find_post(self, channel: str, ts: str) -> Message | None:
        return next((each for each in self.posts.get(channel, []) if each.ts == ts), None)

    def edit_post(self, message: Message, content: Json) -> Message:
        """New content in place; a message deleted meanwhile stays deleted."""
        with self.change():
            kept = next((each for each in self._beside(message) if each.ts == message.ts), message)
            for key, value in content.items():
                setattr(kept, key, with_ids(value, self.ids) if key == "blocks" else value)
            kept.edited = True
            return kept

    def drop_post(self, message: Message) -> None:
        with self.change():
            beside = self._beside(message)
            beside[:] = [each for each in beside if each.ts != message.ts]

    def snapshot(self, message: Message, tz: str = "Europe/Berlin") -> Message:
        """A copy that later edits do not reach, readable in the zone."""
        return replace(message, reader=self.reader(tz), blocks=copy.deepcopy(message.blocks))

    def messages(self, channel: "Channel | Person | str", thread: Message | str | None = None) -> list[Message]:
        """What everybody in the channel sees, oldest first; of a thread the parent and its replies."""
        with self.changed:
            posts = self.posts.get(self.find_channel(channel).id, [])
            ts = thread_of(thread)
            if ts is None:
                found = [each for each in posts if each.thread_ts in (None, each.ts) or each.broadcast]
            else:
                found = [each for each in posts if ts in (each.ts, each.thread_ts)]
            return [self.snapshot(each) for each in found]

    def _judge_texts(self, texts: Iterable[str], where: str) -> None:
        for strange in [each for text in texts for each in self.reader().strange(text)]:
            self.violate(f"{where}: {strange} means nothing to Slack")

    def judge_message(self, message: Json, where: str) -> None:
        """ApiError and a violation when text or blocks break a rule."""
        self._judge_texts([str(message.get("text") or ""), *mrkdwn_in(message.get("blocks"))], where)
        problems = check_message(message)
        if not problems:
            return
        self.violate(f"{where}: {problems}")
        codes = [each.code for each in problems]
        long = [code for code in ("msg_too_long", "msg_blocks_too_long") if code in codes]
        textless = [(each.pointer, each.code) for each in problems] == [("/text", "missing_key")]
        raise ApiError(long[0] if long else "no_text" if textless else "invalid_blocks", **_told(problems))

    # Views ------------------------------------------------------------------------------------------------------------

    def judge_view(self, view: object, where: str, kind: str = "modal") -> Json:
        """The view with its missing ids; ApiError and a violation when it breaks a rule."""
        problems = check_view(view)
        if isinstance(view, dict) and view.get("type") != kind:
            problems.append(Problem("/type", "bad_value", f"a view of type {kind} is wanted"))
        if "files:read" not in self.scopes and any(each.get("type") == "file_input" for each in objects(view)):
            problems.append(Problem("/blocks", "missing_scope", "file_input needs the scope files:read"))
        if problems or not isinstance(view, dict):
            self.violate(f"{where}: {problems}")
            large = any(each.code == "view_too_large" for each in problems)
            raise ApiError("view_too_large" if large else "invalid_arguments", **_told(problems))
        self._judge_texts(mrkdwn_in(view), where)
        return view | {"blocks": with_ids(view["blocks"], self.ids)}

    def new_view(self, body: Json, below: View | None = None) -> View:
        """A view that is kept; the caller puts it on the person's stack or Home."""
        view_id = self.ids.new("V")
        root, previous = (below.root, below.id) if below else (view_id, None)
        self.views[view_id] = View(view_id, body, self.ids.new("h"), root, previous)
        return self.views[view_id]

    def replace_view(self, view: View, body: Json) -> None:
        with self.change():
            view.replace(body, self.ids.new("h"))

    def show_view(self, person: "Person", body: Json, *, push: bool) -> View:
        """Open (what was open goes) or push a modal."""
        with self.change():
            if push and len(person.stack) >= STACK_DEPTH:
                raise ApiError("push_limit_reached")
            if not push:
                self.close_views(person, person.stack)
            person.stack.append(self.new_view(body, person.stack[-1] if push else None))
            return person.stack[-1]

    def close_views(self, person: "Person", views: list[View]) -> None:
        with self.change():
            gone = {each.id for each in views}
            person.stack[:] = [each for each in person.stack if each.id not in gone]
            for each in gone:
                self.views.pop(each, None)

    def view_json(self, view: View) -> Json:
        return copy.deepcopy(view.as_json(self.team_id, self.app_id, self.bot_id))

    # Triggers and response URLs ---------------------------------------------------------------------------------------

    def new_trigger(self, person: str, view: str | None = None, _channel: str | None = None) -> str:
        with self.changed:
            trigger_id = f"{self.ids.new('')}.{self.team_id}"
            self.triggers[trigger_id] = Trigger(person, view, self.clock())
            return trigger_id

    def take_trigger(self, trigger_id: object) -> Trigger:
        """The trigger, used up; ApiError when unknown, used before or older than three seconds."""
        with self.changed:
            trigger = self.triggers.get(str(trigger_id))
            if trigger is None:
                raise ApiError("invalid_trigger_id")
            if trigger.used:
                raise ApiError("exchanged_trigger_id")
            trigger.used = True
            if self.clock() - trigger.at > TRIGGER_SECONDS:
                raise ApiError("expired_trigger_id")
            return trigger
