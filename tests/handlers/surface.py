"""The Slack edge in front of the workspace stand-in, in one process: a real Bolt app, a desk with a memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient

from bot.service.desk import Desk
from handlers import attach
from handlers.views.parts import actions, button
from tests.fakes import CHANNEL
from tests.handlers.desk import ORDER, FakeDesk
from tests.sandbox.slack import Message, Missed, OpenView, Outcome, Person, Submitted, Workspace

Json = dict[str, Any]
MANIFEST: Json = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text())


def view_of(what: Outcome | Submitted | Person) -> OpenView:
    """The view that somebody has before them, or that came of an act."""
    assert what.view is not None
    return what.view


class Surface:
    """`person` is a member of the project's channel. With `at_once` a listener has ended when its answer is there."""

    def __init__(
        self, ws: Workspace, person: Person | None = None, desk: Desk | None = None, *, at_once: bool = True
    ) -> None:
        self.ws, self.desk = ws, FakeDesk()
        self.person = person or ws.add_person(f"person{len(ws.people)}")
        self.channel = ws.find_channel(CHANNEL)
        ws.join(self.person, self.channel)
        self.app = App(
            client=WebClient(ws.bot_token, ws.api_url, timeout=2),
            signing_secret="unused by the socket",
            token_verification_enabled=False,
            process_before_response=at_once,
            raise_error_for_unhandled_request=True,
            listener_executor=ThreadPoolExecutor(4),
        )
        attach(self.app, desk or self.desk)  # type: ignore[arg-type]  # has every verb, checked at each call
        ws.deliver = self._deliver

    def _deliver(self, kind: str, payload: Json) -> Json | Missed | None:
        del kind
        answer = self.app.dispatch(BoltRequest(body=payload, mode="socket_mode"))
        if answer.status != 200:
            return Missed("http_error")
        if not answer.body:
            return None
        return dict(json.loads(answer.body)) if answer.body.startswith("{") else {"text": answer.body}

    def event(self, event: Json) -> BoltResponse:
        body = {"type": "event_callback", "team_id": self.ws.team_id, "event_id": self.ws.ids.new("Ev"), "event": event}
        return self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))

    def post(
        self, action: str, value: str = f"{ORDER}:7", thread_ts: str | None = None, *, directly: bool = False
    ) -> Message:
        """A message of the bot's with one button, in the channel or to this person directly, as they see it."""
        blocks, where = actions(button(action, "Press", value)), self.person.dm if directly else self.channel
        ts = self.app.client.chat_postMessage(channel=where.id, text="a card", blocks=blocks, thread_ts=thread_ts)["ts"]
        return next(each for each in self.ws.messages(where, thread_ts) if each.ts == ts)

    def click(self, action: str, value: str = f"{ORDER}:7") -> Outcome:
        """Press a button that stands under a message in the channel."""
        return self.person.click(self.post(action, value), "Press")

    def cert(self, text: str) -> Outcome:
        return self.person.command(self.channel, f"/cert {text}".strip())

    def open(self, view: Json) -> None:
        """The view is open on the person's screen."""
        trigger = self.ws.new_trigger(self.person.id, None, self.channel.id)
        self.app.client.views_open(trigger_id=trigger, view=view)

    def submit(self, view: Json, typed: Mapping[str, object] | None = None) -> Submitted:
        """Open the view, fill in the fields by their labels, and send it."""
        self.open(view)
        for label, value in (typed or {}).items():
            self.person.fill(label, value)
        return self.person.submit()

    def assert_asked(self, verb: str, **arguments: object) -> None:
        """The desk was asked for this verb once, for this person."""
        assert self.desk.calls(verb) == [{"user": self.person.id, **arguments}]
