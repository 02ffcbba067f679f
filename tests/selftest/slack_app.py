"""An app of the tests' own for the workspace stand-in: its manifest is certdesk's, its answers are what a test says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack import Channel, OpenView, Person, Workspace

Json = dict[str, Any]


def manifest() -> Json:
    made: Json = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text())
    return made


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def card(text: str, *buttons: str) -> list[Json]:
    pressed = [{"type": "button", "text": plain(each), "action_id": each.lower(), "value": "1"} for each in buttons]
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return [section, *([{"type": "actions", "block_id": "act", "elements": pressed}] if pressed else [])]


def modal(*elements: Json, **more: object) -> Json:
    blocks = [
        {"type": "input", "block_id": f"b{place}", "label": plain(each["type"]), "element": each, "optional": True}
        for place, each in enumerate(elements)
    ]
    return {"type": "modal", "title": plain("T"), "submit": plain("Go"), "blocks": blocks} | more


def error_of(call: Any, /, *args: Any, **how: Any) -> str:  # noqa: ANN401 - any method of the client
    with pytest.raises(SlackApiError) as caught:
        call(*args, **how)
    return str(caught.value.response["error"])


def without(ws: Workspace, scope: str) -> None:
    ws.manifest["oauth_config"]["scopes"]["bot"].remove(scope)


@dataclass
class Desk:
    """The app in the same process: remembers what it was told, does and answers what the test put there."""

    ws: Workspace
    answers: list[Json | None] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)
    act: Callable[[Json], object] = lambda _payload: None

    def __call__(self, _kind: str, payload: Json) -> Json | None:
        self.told.append(payload)
        act, self.act = self.act, lambda _payload: None
        act(payload)
        return self.answers.pop(0) if self.answers else None

    @property
    def client(self) -> WebClient:
        return WebClient(self.ws.bot_token, base_url=self.ws.api_url, retry_handlers=[])

    def opens(self, view: Json, how: str = "views.open") -> None:
        self.act = lambda payload: self.client.api_call(how, json={"trigger_id": payload["trigger_id"], "view": view})

    def opened(self, pm: Person, channel: Channel, view: Json) -> OpenView:
        """The view as it stands before them."""
        self.opens(view)
        pm.command(channel, "/cert")
        assert pm.view
        return pm.view
