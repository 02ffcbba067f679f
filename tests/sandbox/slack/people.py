"""People of the workspace: what they do in a Slack client, the payloads it makes of it, and what they see there."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypedDict
from zoneinfo import ZoneInfo

from tests.sandbox.slack.delivery import COMMAND, INTERACTIVE, Missed
from tests.sandbox.slack.fields import Entry, entered, incomplete, locate, refuse
from tests.sandbox.slack.seen import OpenView, Outcome, Submitted
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError, thread_of
from tests.sandbox.slack.state import Channel, Message, View, nested, state_of
from tests.sandbox.slack.text import Reader

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

KINDS: Final = {
    "member": "", "admin": "is_admin", "owner": "is_admin is_owner", "guest": "is_restricted",
    "single_guest": "is_restricted is_ultra_restricted", "stranger": "", "deactivated": "", "bot": "is_bot",
}  # fmt: skip
_FLAGS: Final = ("is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted")
DOMAIN: Final = "sandbox"
TROUBLE: Final = "We had some trouble connecting. Try again?"
_OF_ACTIONS: Final = ("type", "action_id", "text", "value", "style", "placeholder")


class Profile(TypedDict, total=False):
    """What people write about themselves; without a `real_name` they go by their name."""

    real_name: str
    title: str
    phone: str


@dataclass(eq=False)
class Person:
    """Somebody in the workspace, at their client; `stack` holds the open modals, `shown` the ephemeral messages."""

    _ws: Workspace = field(repr=False)
    id: str
    name: str
    kind: str
    tz: str
    email: str
    team_id: str
    profile: Profile
    stack: list[View] = field(default_factory=list)
    shown: list[Message] = field(default_factory=list)
    home: View | None = None

    @property
    def view(self) -> OpenView | None:
        """The modal on top."""
        with self._ws.changed:
            return OpenView(self, self.stack[-1]) if self.stack else None

    @property
    def ephemerals(self) -> list[Message]:
        with self._ws.changed:
            return [self._ws.snapshot(each, self.tz) for each in self.shown]

    def reader(self) -> Reader:
        return self._ws.reader(self.tz)

    def _inside(self, channel: Channel | Person | str) -> Channel:
        found = self._ws.find_channel(channel)
        if self.id not in found.members or self.kind == "deactivated":
            raise refuse(f"{self.name} is not in #{found.name}, or no longer active")
        return found

    def _top(self) -> View:
        with self._ws.changed:
            if not self.stack:
                raise refuse(f"{self.name} has no modal open")
            return self.stack[-1]

    def _escaped(self, text: str) -> str:
        """What Slack makes of typed text: entities, and mentions of names it knows."""
        signs = {"@" + each.name: f"<@{each.id}>" for each in self._ws.people.values()}
        signs |= {"@" + each.handle: f"<!subteam^{each.id}>" for each in self._ws.groups.values()}
        signs |= {"#" + each.name: f"<#{each.id}|{each.name}>" for each in self._ws.channels.values()}
        names = r"[@#]\w[\w-]*(?:\.[\w-]+)*"
        return re.sub(names, lambda found: signs.get(found[0], found[0]), html.escape(text, quote=False))

    def _envelope(self, payload: Json) -> Json:
        who = {"id": self.id, "username": self.name, "name": self.name, "team_id": self.team_id}
        team = {"team": {"id": self._ws.team_id, "domain": DOMAIN}, "enterprise": None, "is_enterprise_install": False}
        return {"user": who, "api_app_id": self._ws.app_id, "token": "verification"} | team | payload

    def _interact(self, payload: Json, channel: str | None, view: str | None = None, asked: str = "") -> Outcome:
        if not self._ws.setting("settings", "interactivity", "is_enabled", default=False):
            return self._outcome(None, "This app is not configured to handle interactive responses.", acked=False)
        before, trigger = self._before(), self._ws.new_trigger(self.id, view, channel)
        stamp = {"trigger_id": trigger, "action_ts": self._ws.ids.ts(self._ws.clock())}
        missed = isinstance(self._ws.hand_over(INTERACTIVE, self._envelope(payload) | stamp), Missed)
        return self._outcome(before, TROUBLE if missed else "", acked=not missed, asked=asked)

    def _before(self) -> frozenset[str]:
        with self._ws.changed:
            return frozenset([each.id for each in self.stack] + [each.ts for each in self.shown])

    def _outcome(self, before: frozenset[str] | None, text: str, *, acked: bool = True, asked: str = "") -> Outcome:
        return Outcome(acked, text, asked, self, self._before() if before is None else before)

    # Using elements ---------------------------------------------------------------------------------------------------

    def _use(self, where: Message | View, wanted: str, option: object, *, confirm: bool) -> Outcome:
        """Press a button, or with an option choose it elsewhere; `confirm` answers the dialog, if there is one."""
        block, element = locate(
            self.reader(), where.blocks, wanted, lambda kind: (kind == "button") == (option is None)
        )
        dialog = element.get("confirm", {})
        asked = "\n".join(self.reader().of(dialog[key]) for key in ("title", "text", "confirm") if dialog)
        if not confirm and not dialog:
            raise refuse("there is no dialog to dismiss")
        if not confirm:
            return self._outcome(None, "", acked=False, asked=asked)
        if isinstance(where, View):
            held = None if option is None else self._enter(where, block, element, option)
            return self._act_in_view(where, block, element, held, asked)
        held = None if option is None else entered(Entry(self._ws, element, self.id), option)
        return self._act_in_message(where, block, element, held, asked)

    def _act_in_message(self, message: Message, block: Json, element: Json, held: object, asked: str) -> Outcome:
        where = self._inside(message.channel)
        box: Json = {"type": "message", "message_ts": message.ts, "channel_id": where.id}
        box |= {"is_ephemeral": message.ephemeral_to is not None}
        box |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
        stateful = element["type"] not in ("button", "overflow")
        values = {(block["block_id"], element["action_id"]): state_of(element, held)} if stateful else {}
        payload = self._action(block, element, held) | {
            "container": box,
            "channel": {"id": where.id, "name": where.name},
            "response_url": self._ws.new_response_url(self.id, where, message),
            "state": {"values": nested(values)},
        }
        payload |= {} if message.ephemeral_to else {"message": message.as_json()}
        return self._interact(payload, where.id, asked=asked)

    def _act_in_view(self, view: View, block: Json, element: Json, held: object, asked: str = "") -> Outcome:
        payload = self._action(block, element, held)
        payload |= {"container": {"type": "view", "view_id": view.id}, "view": self._ws.view_json(view)}
        return self._interact(payload, view.channel, view.id, asked)

    def _enter(self, view: View, block: Json, element: Json, value: object) -> object:
        held = entered(Entry(self._ws, element, self.id), value)
        with self._ws.changed:
            if (block["block_id"], element["action_id"]) in view.values:
                view.values[block["block_id"], element["action_id"]] = state_of(element, held)
                view.errors.pop(block["block_id"], None)
        return held

    def _action(self, block: Json, element: Json, held: object) -> Json:
        action: Json = {key: element[key] for key in _OF_ACTIONS if key in element}
        action |= {"block_id": block["block_id"], "action_ts": self._ws.ids.ts(self._ws.clock())}
        if element["type"] == "overflow":
            action["selected_option"] = held
        elif element["type"] != "button":
            action |= state_of(element, held)
        return {"type": "block_actions", "actions": [action]}

    # Submissions ------------------------------------------------------------------------------------------------------

    def _follow(self, view: View, reply: Json) -> None:
        """Do what a submission's answer says; ApiError and a violation when Slack would not understand it."""
        action = reply.get("response_action")
        with self._ws.changed:
            if not reply:
                self._ws.close_views(self, [view])
            elif action == "clear":
                self._ws.close_views(self, self.stack)
            elif action == "update":
                self._ws.replace_view(view, self._ws.judge_view(reply.get("view"), "response_action update"))
            elif action == "push":
                body = self._ws.judge_view(reply.get("view"), "response_action push")
                self._ws.show_view(self, body, view.channel, push=True)
            elif action == "errors" and _errors_fit(view, reply.get("errors")):
                view.errors = reply["errors"]
                self._ws.changed.notify_all()
            else:
                self._ws.violate(f"view_submission answered with {reply}")
                raise ApiError("invalid_response")

    # What they see ----------------------------------------------------------------------------------------------------

    def as_json(self) -> Json:
        """The user object of `users.info`; the mail address only with the scope for it.

        Slack calls somebody of another workspace a stranger only while they share no channel with the app.
        """
        profile: Json = {"real_name": self.name, "title": "", "phone": "", **self.profile}
        profile |= {"display_name": self.name, "team": self.team_id}
        if "users:read.email" in self._ws.scopes and self.kind != "stranger":
            profile["email"] = self.email
        found: Json = {"id": self.id, "team_id": self.team_id, "name": self.name, "real_name": profile["real_name"]}
        found |= {"profile": profile, "is_bot": self.kind == "bot", "is_app_user": False}
        if self.kind == "deactivated":
            return found | {"deleted": True}
        flags = dict.fromkeys(_FLAGS, False) | dict.fromkeys(KINDS[self.kind].split(), True)
        offset = datetime.fromtimestamp(self._ws.clock(), ZoneInfo(self.tz)).utcoffset() or timedelta()
        zone = {"tz": self.tz, "tz_label": self.tz, "tz_offset": int(offset.total_seconds())}
        if self.kind == "stranger":
            flags["is_stranger"] = not any(self.id in each.members for each in self._ws.channels_of(self._ws.bot))
        return found | {"deleted": False} | flags | zone

    @property
    def dm(self) -> Channel:
        """Their direct message with the bot."""
        return self._ws.open_im(self.id)

    def messages(self, channel: Channel | Person | str, thread: Message | str | None = None) -> list[Message]:
        """What this person sees there, their ephemeral messages included, oldest first."""
        where = self._inside(channel)
        ts = thread_of(thread)
        own = [each for each in self.ephemerals if each.channel == where.id and each.thread_ts == ts]
        posts = [self._ws.snapshot(each, self.tz) for each in self._ws.messages(where, thread)]
        return sorted(posts + own, key=lambda each: float(each.ts))

    # What they do -----------------------------------------------------------------------------------------------------

    def command(self, channel: Channel | str, text: str) -> Outcome:
        """Type a slash command, for instance `/cert new acme.com`."""
        where = self._inside(channel)
        name, _, rest = text.partition(" ")
        known = {each["command"]: each for each in self._ws.setting("features", "slash_commands", default=[])}
        if name not in known or "commands" not in self._ws.scopes:
            return self._outcome(None, f"{name} is not a valid command.", acked=False)
        named = "directmessage" if where.im else "privategroup" if where.private else where.name
        payload = {
            "command": name, "text": self._escaped(rest) if known[name].get("should_escape") else rest,
            "response_url": self._ws.new_response_url(self.id, where),
            "trigger_id": self._ws.new_trigger(self.id, None, where.id),
            "user_id": self.id, "user_name": self.name, "team_id": self.team_id, "team_domain": DOMAIN,
            "channel_id": where.id, "channel_name": named, "api_app_id": self._ws.app_id, "token": "verification",
            "is_enterprise_install": "false",
        }  # fmt: skip
        before = self._before()
        reply = self._ws.hand_over(COMMAND, payload)
        if isinstance(reply, Missed):
            error = "operation_timeout" if reply.why == "http_timeout" else "dispatch_failed"
            return self._outcome(before, f'{name} failed with the error "{error}"', acked=False)
        if not reply:
            return self._outcome(before, "")
        try:
            made = self._ws.answer(self.id, where, reply)
        except ApiError as error:
            return self._outcome(before, f"failed with the error {error.error}")
        return self._outcome(before, self._ws.snapshot(made, self.tz).plain)

    def say(self, channel: Channel | Person | str, text: str, thread: Message | str | None = None) -> Message:
        """Write a message; `@name` and `#channel` become mentions."""
        where, ws, ts = self._inside(channel), self._ws, thread_of(thread)
        message = ws.add_post(Message(ws.ids.ts(ws.clock()), where.id, self.id, self._escaped(text), thread_ts=ts))
        if ts and (parent := ws.find_post(where.id, ts)):
            parent.thread_ts = ts
        event = message.as_json() | {"channel": where.id, "team": self.team_id, "event_ts": message.ts}
        kind = {"channels": "channel", "groups": "group"}.get(where.kind, "im")
        ws.emit(f"message.{where.kind}", event | {"channel_type": kind}, where)
        if f"<@{ws.bot_user_id}>" in message.text:
            ws.emit("app_mention", event | {"type": "app_mention"}, where)
        return ws.snapshot(message, self.tz)

    def click(self, message: Message, wanted: str, *, confirm: bool = True) -> Outcome:
        """Press a button of a message, seen now or earlier; `confirm` answers its dialog."""
        return self._use(message, wanted, None, confirm=confirm)

    def choose(self, message: Message, wanted: str, option: object, *, confirm: bool = True) -> Outcome:
        """Choose in a select, an overflow menu or another field of a message."""
        return self._use(message, wanted, option, confirm=confirm)

    def shortcut(self, message: Message | None, callback_id: str) -> Outcome:
        """A shortcut on a message, or a global one."""
        kind = "message" if message else "global"
        shortcuts = self._ws.setting("features", "shortcuts", default=[])
        known = any((each["callback_id"], each["type"]) == (callback_id, kind) for each in shortcuts)
        if not known or "commands" not in self._ws.scopes:
            raise refuse(f"the manifest has no {kind} shortcut {callback_id!r}, or no scope for it")
        if message and message.ephemeral_to:
            raise refuse("a message that only one person sees has no shortcuts")
        payload: Json = {"type": "shortcut", "callback_id": callback_id}
        where = None
        if message:
            where = self._inside(message.channel)
            url = self._ws.new_response_url(self.id, where)
            payload |= {"type": "message_action", "message_ts": message.ts, "message": message.as_json()}
            payload |= {"response_url": url, "channel": {"id": where.id, "name": where.name}}
        return self._interact(payload, where.id if where else None)

    def open_home(self) -> OpenView:
        """Open the app's Home; waits until there is one, at most as long as for an acknowledgement."""
        if not self._ws.setting("features", "app_home", "home_tab_enabled", default=False):
            raise refuse("the manifest enables no Home tab")
        event: Json = {"user": self.id, "channel": self.dm.id, "tab": "home"}
        if self.home:
            event["view"] = self._ws.view_json(self.home)
        self._ws.emit("app_home_opened", event)
        with self._ws.changed:
            self._ws.changed.wait_for(lambda: self.home, self._ws.ack_seconds)
            if self.home is None:
                raise AssertionError(f"no Home was published for {self.name}")
            return OpenView(self, self.home)

    def click_home(self, wanted: str, option: object = None, *, confirm: bool = True) -> Outcome:
        """Press a button of Home, or choose an option there."""
        if self.home is None:
            raise refuse("there is no Home yet")
        return self._use(self.home, wanted, option, confirm=confirm)

    def press(self, wanted: str, option: object = None, *, confirm: bool = True) -> Outcome:
        """Press a button inside the modal on top, or choose an option of a select there."""
        return self._use(self._top(), wanted, option, confirm=confirm)

    def fill(self, wanted: str, value: object) -> None:
        """Enter a value into a field of the modal on top; fields that dispatch tell the app at once."""
        view = self._top()
        block, element = locate(self.reader(), view.blocks, wanted, lambda kind: kind != "button")
        held = self._enter(view, block, element, value)
        if block["type"] != "input" or block.get("dispatch_action"):
            self._act_in_view(view, block, element, held)

    def submit(self, seen: OpenView | None = None) -> Submitted:
        """Press the submit button of the modal on top, or of one seen earlier (two clicks may be faster than Slack)."""
        view = seen.behind if seen else self._top()
        if "submit" not in view.body or view.body.get("submit_disabled"):
            raise refuse("this view cannot be submitted")
        view.errors = incomplete(view)
        if view.errors:
            return self._submitted(view)
        payload = {"type": "view_submission", "view": self._ws.view_json(view), "response_urls": []}
        trigger = self._ws.new_trigger(self.id, view.id, view.channel)
        reply = self._ws.hand_over(INTERACTIVE, self._envelope(payload) | {"trigger_id": trigger})
        if isinstance(reply, Missed):
            return Submitted({"": TROUBLE}, closed=False, view=self.view)
        try:
            self._follow(view, reply or {})
        except ApiError as error:
            return Submitted({"": f"{TROUBLE} ({error.error})"}, closed=False, view=self.view)
        return self._submitted(view)

    def _submitted(self, view: View) -> Submitted:
        with self._ws.changed:
            closed = view.id not in self._ws.views
            return Submitted(OpenView(self, view).errors, closed=closed, view=self.view)

    def close(self, *, everything: bool = False) -> None:
        """Leave the modal on top (or, with its cross, all of them)."""
        top = self._top()
        gone = self.stack[::-1] if everything or top.body.get("clear_on_close") else [top]
        told = [self._ws.view_json(each) for each in gone if each.body.get("notify_on_close")]
        self._ws.close_views(self, gone)
        for each in told:
            payload = {"type": "view_closed", "view": each, "is_cleared": len(gone) > 1}
            self._ws.hand_over(INTERACTIVE, self._envelope(payload))


def _errors_fit(view: View, errors: object) -> bool:
    places = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    return isinstance(errors, dict) and bool(errors) and errors.keys() <= places
