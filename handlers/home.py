"""App Home, and the clicks about a project: setting it up, handing it over, saying that it needs no certificate."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.domain.errors import DeskError
from handlers.errors import wording
from handlers.views import dialogs, home
from handlers.views.parts import Json

if TYPE_CHECKING:
    from bot.service.desk import Desk


def opened(event: Json, client: WebClient, desk: Desk) -> None:
    """Somebody looks at the app; its other tab holds the direct messages."""
    if event["tab"] == "home":
        _publish(client, desk, event["user"])


def _publish(client: WebClient, desk: Desk, user: str) -> None:
    """Everything as it stands now, or the one line why there is nothing for this person."""
    try:
        view = home.home(desk.see.home(user))
    except DeskError as error:
        view = home.nothing(wording(error))
    client.views_publish(user_id=user, view=view)


def project_form(desk: Desk, channel: str, user: str) -> Json:
    """The form of a channel's project, if this person may fill it in."""
    return dialogs.project(channel, asdict(desk.projects.shown(channel, user)), desk.projects.client_names())


def set_up(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    view = project_form(desk, action["value"], body["user"]["id"])
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def hand_over(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    shown = desk.projects.shown(action["value"], body["user"]["id"])
    client.views_open(trigger_id=body["trigger_id"], view=dialogs.hand_over(action["value"], shown.stand_in))
    ack()


def save_hand_over(ack: Ack, body: Json, view: Json, client: WebClient, desk: Desk) -> None:
    (channel, values), user = dialogs.read_project(view), body["user"]["id"]
    desk.projects.hand_over(channel, user, **values)
    ack()
    _publish(client, desk, user)


def not_needed(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    desk.projects.shown(action["value"], body["user"]["id"])  # who may not change it is told before they type
    client.views_open(trigger_id=body["trigger_id"], view=dialogs.not_needed(action["value"]))
    ack()


def save_not_needed(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    channel, reason = dialogs.read_text(view)
    desk.projects.not_needed(channel, body["user"]["id"], reason)
    ack()


def next_sprint(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
    desk.projects.next_sprint(action["value"], body["user"]["id"])
    ack()
