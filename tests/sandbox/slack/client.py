"""How a Slack client turns what a person does into payloads, and what it does with the app's answers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tests.sandbox.slack.blocks import options_of
from tests.sandbox.slack.delivery import INTERACTIVE, Missed
from tests.sandbox.slack.fields import Entry, entered, locate, refuse
from tests.sandbox.slack.seen import OpenView, Outcome, Submitted
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError
from tests.sandbox.slack.state import Channel, Message, View, nested, state_of
from tests.sandbox.slack.text import Reader, elements

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

DOMAIN: Final = "sandbox"
TROUBLE: Final = "We had some trouble connecting. Try again?"


class Client:
    """One person's client; `stack` holds the open modals, `shown` the ephemeral messages."""

    kind = "member"

    def __init__(self, ws: Workspace, id: str, name: str, tz: str, team_id: str) -> None:  # noqa: A002 - as callers say
        self._ws = ws
        self.id, self.name, self.tz, self.team_id = id, name, tz, team_id
        self.stack: list[View] = []
        self.shown: list[Message] = []
        self.home: View | None = None

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
        return re.sub(
            r"[@#]\w[\w-]*(?:\.[\w-]+)*", lambda found: signs.get(found[0], found[0]), html.escape(text, quote=False)
        )

    def _envelope(self, payload: Json) -> Json:
        who = {"id": self.id, "username": self.name, "name": self.name, "team_id": self.team_id}
        team = {"team": {"id": self._ws.team_id, "domain": DOMAIN}, "enterprise": None, "is_enterprise_install": False}
        return {"user": who, "api_app_id": self._ws.app_id, "token": "verification"} | team | payload

    def _interact(
        self, payload: Json, *, view: View | None = None, channel: Channel | None = None, asked: str = ""
    ) -> Outcome:
        if not self._ws.setting("settings", "interactivity", "is_enabled", default=False):
            return self._outcome(None, "This app is not configured to handle interactive responses.", acked=False)
        before = self._before()
        where = channel.id if channel else view.channel if view else None
        trigger = self._ws.new_trigger(self.id, view.id if view else None, where)
        stamp = {"trigger_id": trigger, "action_ts": self._ws.ids.ts(self._ws.clock())}
        reply = self._ws.hand_over(INTERACTIVE, self._envelope(payload) | stamp)
        missed = isinstance(reply, Missed)
        return self._outcome(before, TROUBLE if missed else "", acked=not missed, asked=asked)

    def _before(self) -> frozenset[str]:
        with self._ws.changed:
            return frozenset([each.id for each in self.stack] + [each.ts for each in self.shown])

    def _outcome(self, before: frozenset[str] | None, text: str, *, acked: bool = True, asked: str = "") -> Outcome:
        return Outcome(acked, text, asked, self, self._before() if before is None else before)

    # Using elements ---------------------------------------------------------------------------------------------------

    def _use_in_message(self, message: Message, found: tuple[Json, Json], option: object, *, confirm: bool) -> Outcome:
        where = self._inside(message.channel)
        block, element = found
        if not self._confirmed(element, confirm=confirm):
            return self._outcome(None, "", acked=False, asked=self._dialog(element))
        box: Json = {"type": "message", "message_ts": message.ts, "channel_id": where.id}
        box |= {"is_ephemeral": message.ephemeral_to is not None}
        if message.thread_ts:
            box["thread_ts"] = message.thread_ts
        held = (
            None if option is None else entered(Entry(self._ws, element, self._suggester(box, block, element)), option)
        )
        payload = self._action(block, element, held) | {
            "container": box,
            "channel": {"id": where.id, "name": where.name},
            "response_url": self._ws.new_response_url(self.id, where, message),
        }
        if not message.ephemeral_to:
            payload["message"] = message.as_json()
        key = (block["block_id"], element["action_id"])
        stateful = element["type"] not in ("button", "overflow")
        payload["state"] = {"values": nested({key: state_of(element, held)} if stateful else {})}
        return self._interact(payload, channel=where, asked=self._dialog(element))

    def _use_in_view(self, view: View, wanted: str, option: object, *, confirm: bool) -> Outcome:
        block, element = locate(self.reader(), view.blocks, wanted, lambda kind: (kind == "button") == (option is None))
        if not self._confirmed(element, confirm=confirm):
            return self._outcome(None, "", acked=False, asked=self._dialog(element))
        held = None if option is None else self._enter(view, block, element, option)
        return self._act_in_view(view, block, element, held)

    def _enter(self, view: View, block: Json, element: Json, value: object) -> object:
        box = {"type": "view", "view_id": view.id}
        held = entered(Entry(self._ws, element, self._suggester(box, block, element)), value)
        with self._ws.changed:
            if (block["block_id"], element["action_id"]) in view.values:
                view.fill(block, element, held)
                view.errors.pop(block["block_id"], None)
        return held

    def _act_in_view(self, view: View, block: Json, element: Json, held: object) -> Outcome:
        payload = self._action(block, element, held)
        payload |= {"container": {"type": "view", "view_id": view.id}, "view": self._ws.view_json(view)}
        return self._interact(payload, view=view, asked=self._dialog(element))

    def _action(self, block: Json, element: Json, held: object) -> Json:
        kept = {
            key: element[key]
            for key in ("type", "action_id", "text", "value", "style", "placeholder")
            if key in element
        }
        action = kept | {"block_id": block["block_id"], "action_ts": self._ws.ids.ts(self._ws.clock())}
        if element["type"] == "overflow":
            action["selected_option"] = held
        elif element["type"] != "button":
            action |= state_of(element, held)
        return {"type": "block_actions", "actions": [action]}

    def _confirmed(self, element: Json, *, confirm: bool) -> bool:
        if not confirm and "confirm" not in element:
            raise refuse("there is no dialog to dismiss")
        return confirm

    def _dialog(self, element: Json) -> str:
        """The confirmation dialog as text, empty where there is none."""
        dialog = element.get("confirm")
        return "\n".join(map(self.reader().of, (dialog[key] for key in ("title", "text", "confirm")))) if dialog else ""

    def _suggester(self, container: Json, block: Json, element: Json) -> Callable[[str], list[Json]]:
        def suggest(typed: str) -> list[Json]:
            asked = {"block_id": block["block_id"], "action_id": element["action_id"], "value": typed}
            payload = self._envelope({"type": "block_suggestion", "container": container}) | asked
            if container["type"] == "view":
                payload["view"] = self._ws.view_json(self._ws.views[container["view_id"]])
            reply = self._ws.hand_over(INTERACTIVE, payload)
            if isinstance(reply, Missed) or not reply:
                return []
            return options_of(reply)

        return suggest

    # Submissions ------------------------------------------------------------------------------------------------------

    def _response_urls(self, view: View) -> list[Json]:
        found = []
        for block, element in elements(view.blocks):
            if not element.get("response_url_enabled"):
                continue
            value = view.values[block["block_id"], element["action_id"]]
            channel = value.get("selected_conversation") or value.get("selected_channel")
            if channel:
                url = self._ws.new_response_url(self.id, self._ws.channels[channel])
                ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                found.append(ids | {"channel_id": channel, "response_url": url})
        return found

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
            elif action == "errors" and self._errors_fit(view, reply.get("errors")):
                view.errors = reply["errors"]
                self._ws.changed.notify_all()
            else:
                self._ws.violate(f"view_submission answered with {reply}")
                raise ApiError("invalid_response")

    def _errors_fit(self, view: View, errors: object) -> bool:
        places = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        return isinstance(errors, dict) and bool(errors) and errors.keys() <= places

    def _submitted(self, view: View) -> Submitted:
        with self._ws.changed:
            closed = view.id not in self._ws.views
            return Submitted(OpenView(self, view).errors, closed=closed, view=self.view)
