"""App Home, and the clicks about a project: setting it up, handing it over, saying that it needs no certificate."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.domain.errors import DeskError
from handlers.buttons import opens
from handlers.errors import wording
from handlers.forms import user_of
from handlers.views import dialogs, home
from handlers.views.parts import Json, read

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


@opens
def hand_over(desk: Desk, channel: str, user: str) -> Json:
    return dialogs.hand_over(channel, desk.projects.shown(channel, user).stand_in)


@opens
def not_needed(desk: Desk, channel: str, user: str) -> Json:
    desk.projects.shown(channel, user)  # who may not change it is told before they type
    return dialogs.not_needed(channel)


def save_hand_over(ack: Ack, body: Json, view: Json, client: WebClient, desk: Desk) -> None:
    user = user_of(body)
    desk.projects.hand_over(dialogs.about(view), user, **read(view))
    ack()
    _publish(client, desk, user)
