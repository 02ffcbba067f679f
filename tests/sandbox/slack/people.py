"""People of the workspace: what they do in a Slack client, the payloads it makes of it, and what they see there."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tests.sandbox.slack.delivery import COMMAND, INTERACTIVE, Missed, Reply
from tests.sandbox.slack.fields import Entry, entered, incomplete, locate, refuse
from tests.sandbox.slack.seen import OpenView, Outcome, Submitted
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError, thread_of
from tests.sandbox.slack.state import Channel, Message, View, nested, state_of
from tests.sandbox.slack.text import Reader

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

KINDS: Final = {
    "member": "", "admin": "is_admin", "guest": "is_restricted", "single_guest": "is_restricted is_ultra_restricted",
    "stranger": "", "deactivated": "", "bot": "is_bot",
}  # fmt: skip
_FLAGS: Final = ("is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted")
DOMAIN: Final = "sandbox"
TROUBLE: Final = "We had some trouble connecting. Try again?"
_OF_ACTIONS: Final = ("type", "action_id", "text", "value", "style", "placeholder")


@dataclass(eq=False)
class Person:
    """Somebody in the workspace, at their client; `stack` holds the open modals, `shown` the ephemeral messages.

    `profile`: title, phone, real_name; without a real name they go by their name.
    """

    space: Workspace = field(repr=False)
    id: str
    name: str
    kind: str
    tz: str
    email: str
    team_id: str
    profile: dict[str, str]
    stack: list[View] = field(default_factory=list)
    shown: list[Message] = field(default_factory=list)
    home: View | None = None

    @property
    def view(self) -> OpenView | None:
        """The modal on top."""
        with self.space.changed:
            return OpenView(self, self.stack[-1]) if self.stack else None

    @property
    def ephemerals(self) -> list[Message]:
        with self.space.changed:
            return [self.space.snapshot(each, self.tz) for each in self.shown]

    def reader(self) -> Reader:
        return self.space.reader(self.tz)

    def _inside(self, channel: Channel | Person | str) -> Channel:
        found = self.space.find_channel(channel)
        if self.id not in found.members or self.kind == "deactivated":
            raise refuse(f"{self.name} is not in #{found.name}, or no longer active")
        return found

    def _top(self) -> View:
        with self.space.changed:
            if not self.stack:
                raise refuse(f"{self.name} has no modal open")
            return self.stack[-1]

    def _escaped(self, text: str) -> str:
        """What Slack makes of typed text: entities, and mentions of names it knows."""
        signs = {"@" + each.name: f"<@{each.id}>" for each in self.space.people.values()}
        signs |= {"@" + each.handle: f"<!subteam^{each.id}>" for each in self.space.groups.values()}
        signs |= {"#" + each.name: f"<#{each.id}|{each.name}>" for each in self.space.channels.values()}
        names = r"[@#]\w[\w-]*(?:\.[\w-]+)*"
        return re.sub(names, lambda found: signs.get(found[0], found[0]), html.escape(text, quote=False))

    def _envelope(self, payload: Json) -> Json:
        who = {"id": self.id, "username": self.name, "name": self.name, "team_id": self.team_id}
        team = {
            "team": {"id": self.space.team_id, "domain": DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        return {"user": who, "api_app_id": self.space.app_id, "token": "verification"} | team | payload

    def _interact(self, payload: Json, view: str | None = None) -> Outcome:
        before, trigger = self._before(), self.space.new_trigger(self.id, view)
        stamp = {"trigger_id": trigger, "action_ts": self.space.ids.ts(self.space.clock())}
        missed = isinstance(self.space.hand_over(INTERACTIVE, self._envelope(payload) | stamp), Missed)
        return self._outcome(before, TROUBLE if missed else "", acked=not missed)

    def _before(self) -> frozenset[str]:
        with self.space.changed:
            return frozenset([each.id for each in self.stack] + [each.ts for each in self.shown])

    def _outcome(self, before: frozenset[str], text: str, *, acked: bool = True) -> Outcome:
        return Outcome(acked, text, self, before)

    # Using elements ---------------------------------------------------------------------------------------------------

    def _use(self, where: Message | View, wanted: str, option: object) -> Outcome:
        """Press a button, or with an option choose it elsewhere."""
        block, element = locate(self.reader(), where.blocks, wanted, buttons=option is None)
        if isinstance(where, View):
            return self._act_in_view(where, block, element, self._enter(where, block, element, option))
        return self._act_in_message(where, block, element, entered(Entry(self.space, element, self.id), option))

    def _act_in_message(self, message: Message, block: Json, element: Json, held: object) -> Outcome:
        where = self._inside(message.channel)
        box: Json = {"type": "message", "message_ts": message.ts, "channel_id": where.id}
        box |= {"is_ephemeral": message.ephemeral_to is not None}
        box |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
        stateful = element["type"] not in ("button", "overflow")
        values = {(block["block_id"], element["action_id"]): state_of(element, held)} if stateful else {}
        payload = self._action(block, element, held) | {
            "container": box,
            "channel": {"id": where.id, "name": where.name},
            "response_url": self.space.new_response_url(self.id, where, message),
            "state": {"values": nested(values)},
        }
        return self._interact(payload | ({} if message.ephemeral_to else {"message": message.as_json()}))

    def _act_in_view(self, view: View, block: Json, element: Json, held: object) -> Outcome:
        payload = self._action(block, element, held)
        payload |= {"container": {"type": "view", "view_id": view.id}, "view": self.space.view_json(view)}
        return self._interact(payload, view.id)

    def _enter(self, view: View, block: Json, element: Json, value: object) -> object:
        held = entered(Entry(self.space, element, self.id), value)
        with self.space.changed:
            if (block["block_id"], element["action_id"]) in view.values:
                view.values[block["block_id"], element["action_id"]] = state_of(element, held)
                view.errors.pop(block["block_id"], None)
        return held

    def _action(self, block: Json, element: Json, held: object) -> Json:
        action: Json = {key: element[key] for key in _OF_ACTIONS if key in element}
        action |= {"block_id": block["block_id"], "action_ts": self.space.ids.ts(self.space.clock())}
        if element["type"] == "overflow":
            action["selected_option"] = held
        elif element["type"] != "button":
            action |= state_of(element, held)
        return {"type": "block_actions", "actions": [action]}

    # Submissions ------------------------------------------------------------------------------------------------------

    def _follow(self, view: View, reply: Reply) -> None:
        """Do what a submission's answer says; ApiError when there is none, or (a violation) none that Slack knows."""
        if isinstance(reply, Missed):
            raise ApiError(reply.why)
        action, where = (reply or {}).get("response_action"), "view_submission answered"
        if not reply:
            self.space.close_views(self, [view])
        elif action == "clear":
            self.space.close_views(self, self.stack)
        elif action == "update":
            self.space.replace_view(view, self.space.judge_view(reply.get("view"), where))
        elif action == "push":
            self.space.show_view(self, self.space.judge_view(reply.get("view"), where), push=True)
        elif action == "errors" and _errors_fit(view, reply.get("errors")):
            with self.space.change():
                view.errors = reply["errors"]
        else:
            self.space.violate(f"view_submission answered with {reply}")
            raise ApiError("invalid_response")

    # What they see ----------------------------------------------------------------------------------------------------

    def as_json(self) -> Json:
        """The user object of `users.info`; the mail address only with the scope for it.

        Slack calls somebody of another workspace a stranger only while they share no channel with the app.
        """
        profile: Json = {"real_name": self.name, "title": "", "phone": "", **self.profile}
        profile |= {"display_name": self.name, "team": self.team_id}
        if "users:read.email" in self.space.scopes and self.kind != "stranger":
            profile["email"] = self.email
        found: Json = {"id": self.id, "team_id": self.team_id, "name": self.name, "real_name": profile["real_name"]}
        found |= {"profile": profile, "is_bot": self.kind == "bot", "is_app_user": False}
        if self.kind == "deactivated":
            return found | {"deleted": True}
        flags = dict.fromkeys(_FLAGS, False) | dict.fromkeys(KINDS[self.kind].split(), True)
        offset = datetime.fromtimestamp(self.space.clock(), ZoneInfo(self.tz)).utcoffset() or timedelta()
        zone = {"tz": self.tz, "tz_label": self.tz, "tz_offset": int(offset.total_seconds())}
        if self.kind == "stranger":
            flags["is_stranger"] = not any(self.id in each.members for each in self.space.channels_of(self.space.bot))
        return found | {"deleted": False} | flags | zone

    @property
    def dm(self) -> Channel:
        """Their direct message with the bot."""
        return self.space.open_im(self.id)

    def messages(self, channel: Channel | Person | str, thread: Message | str | None = None) -> list[Message]:
        """What this person sees there, their ephemeral messages included, oldest first."""
        where = self._inside(channel)
        ts = thread_of(thread)
        own = [each for each in self.ephemerals if each.channel == where.id and each.thread_ts == ts]
        posts = [self.space.snapshot(each, self.tz) for each in self.space.messages(where, thread)]
        return sorted(posts + own, key=lambda each: float(each.ts))

    # What they do -----------------------------------------------------------------------------------------------------

    def command(self, channel: Channel | str, text: str) -> Outcome:
        """Type a slash command, for instance `/cert new acme.com`."""
        where = self._inside(channel)
        name, _, rest = text.partition(" ")
        before = self._before()
        known = {each["command"]: each for each in self.space.setting("features", "slash_commands", default=[])}
        if name not in known or "commands" not in self.space.scopes:
            return self._outcome(before, f"{name} is not a valid command.", acked=False)
        named = "directmessage" if where.im else "privategroup" if where.private else where.name
        payload = {
            "command": name, "text": self._escaped(rest) if known[name].get("should_escape") else rest,
            "response_url": self.space.new_response_url(self.id, where),
            "trigger_id": self.space.new_trigger(self.id),
            "user_id": self.id, "user_name": self.name, "team_id": self.team_id, "team_domain": DOMAIN,
            "channel_id": where.id, "channel_name": named, "api_app_id": self.space.app_id, "token": "verification",
            "is_enterprise_install": "false",
        }  # fmt: skip
        reply = self.space.hand_over(COMMAND, payload)
        if isinstance(reply, Missed):
            error = "operation_timeout" if reply.why == "http_timeout" else "dispatch_failed"
            return self._outcome(before, f'{name} failed with the error "{error}"', acked=False)
        if not reply:
            return self._outcome(before, "")
        try:
            made = self.space.answer(self.id, where, reply)
        except ApiError as error:
            return self._outcome(before, f"failed with the error {error.error}")
        return self._outcome(before, self.space.snapshot(made, self.tz).plain)

    def say(self, channel: Channel | Person | str, text: str, thread: Message | str | None = None) -> Message:
        """Write a message; `@name` and `#channel` become mentions."""
        where, ws, ts = self._inside(channel), self.space, thread_of(thread)
        message = ws.add_post(Message(ws.ids.ts(ws.clock()), where.id, self.id, self._escaped(text), thread_ts=ts))
        if ts and (parent := ws.find_post(where.id, ts)):
            parent.thread_ts = ts
        return ws.snapshot(message, self.tz)

    def click(self, message: Message, wanted: str) -> Outcome:
        """Press a button of a message, seen now or earlier."""
        return self._use(message, wanted, None)

    def choose(self, message: Message, wanted: str, option: object) -> Outcome:
        """Choose in a select, an overflow menu or another field of a message."""
        return self._use(message, wanted, option)

    def shortcut(self, message: Message, callback_id: str) -> Outcome:
        """A shortcut on a message that others see, too."""
        shortcuts = self.space.setting("features", "shortcuts", default=[])
        known = ("message", callback_id) in [(each["type"], each["callback_id"]) for each in shortcuts]
        if not known or message.ephemeral_to or "commands" not in self.space.scopes:
            raise refuse(f"no shortcut {callback_id!r} in the manifest, no scope for it, or not for this message")
        where = self._inside(message.channel)
        payload: Json = {"type": "message_action", "callback_id": callback_id, "message_ts": message.ts}
        payload |= {"message": message.as_json(), "response_url": self.space.new_response_url(self.id, where)}
        return self._interact(payload | {"channel": {"id": where.id, "name": where.name}})

    def open_home(self) -> OpenView:
        """Open the app's Home; waits until there is one, at most as long as for an acknowledgement."""
        if not self.space.setting("features", "app_home", "home_tab_enabled", default=False):
            raise refuse("the manifest enables no Home tab")
        event: Json = {"user": self.id, "channel": self.dm.id, "tab": "home"}
        if self.home:
            event["view"] = self.space.view_json(self.home)
        self.space.emit("app_home_opened", event)
        with self.space.changed:
            self.space.changed.wait_for(lambda: self.home, self.space.ack_seconds)
            if self.home is None:
                raise AssertionError(f"no Home was published for {self.name}")
            return OpenView(self, self.home)

    def click_home(self, wanted: str, option: object = None) -> Outcome:
        """Press a button of Home, or choose an option there."""
        if self.home is None:
            raise refuse("there is no Home yet")
        return self._use(self.home, wanted, option)

    def press(self, wanted: str, option: object = None) -> Outcome:
        """Press a button inside the modal on top, or choose an option of a select there."""
        return self._use(self._top(), wanted, option)

    def fill(self, wanted: str, value: object) -> None:
        """Enter a value into a field of the modal on top; one outside an input block tells the app at once."""
        view = self._top()
        block, element = locate(self.reader(), view.blocks, wanted, buttons=False)
        held = self._enter(view, block, element, value)
        if block["type"] != "input":
            self._act_in_view(view, block, element, held)

    def submit(self, seen: OpenView | None = None) -> Submitted:
        """Press the submit button of the modal on top, or of one seen earlier (two clicks may be faster than Slack)."""
        view = seen.behind if seen else self._top()
        if "submit" not in view.body:
            raise refuse("this view cannot be submitted")
        view.errors = incomplete(view)
        if view.errors:
            return self._submitted(view)
        payload = {"type": "view_submission", "view": self.space.view_json(view), "response_urls": []}
        payload |= {"trigger_id": self.space.new_trigger(self.id, view.id)}
        reply = self.space.hand_over(INTERACTIVE, self._envelope(payload))
        try:
            self._follow(view, reply)
        except ApiError as error:
            return Submitted({"": f"{TROUBLE} ({error.error})"}, closed=False, view=self.view)
        return self._submitted(view)

    def _submitted(self, view: View) -> Submitted:
        with self.space.changed:
            closed = view.id not in self.space.views
            return Submitted(OpenView(self, view).errors, closed=closed, view=self.view)

    def close(self, *, everything: bool = False) -> None:
        """Leave the modal on top (or, with its cross, all of them)."""
        self.space.close_views(self, self.stack if everything else [self._top()])


def _errors_fit(view: View, errors: object) -> bool:
    places = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    return isinstance(errors, dict) and bool(errors) and errors.keys() <= places
