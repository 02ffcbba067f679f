"""How a Slack client turns what a person does into payloads, and what it does with the app's answers."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypedDict

from tests.sandbox.slack.delivery import INTERACTIVE, Missed
from tests.sandbox.slack.fields import Entry, entered, locate, refuse
from tests.sandbox.slack.seen import OpenView, Outcome
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError
from tests.sandbox.slack.state import Channel, Message, View, nested, state_of
from tests.sandbox.slack.text import Reader

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

DOMAIN: Final = "sandbox"
TROUBLE: Final = "We had some trouble connecting. Try again?"
_OF_ACTIONS: Final = ("type", "action_id", "text", "value", "style", "placeholder")


class Profile(TypedDict, total=False):
    """What people write about themselves; without a `real_name` they go by their name."""

    real_name: str
    title: str
    phone: str


@dataclass(eq=False)
class Client:
    """One person's client; `stack` holds the open modals, `shown` the ephemeral messages."""

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

    def _inside(self, channel: Channel | Client | str) -> Channel:
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


def _errors_fit(view: View, errors: object) -> bool:
    places = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    return isinstance(errors, dict) and bool(errors) and errors.keys() <= places
