"""What a person saw of a company's standing: the dialog that asks, and what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.buttons import order_of, show_view
from handlers.forms import user_of
from handlers.views import attest
from handlers.views.parts import Json

if TYPE_CHECKING:
    from bot.service.desk import Desk


def ask(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    show_view(client, body, attest.attest(desk.attest.asked(order_of(action), user_of(body))))
    ack()


def save(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    order_id, said = attest.read(view)
    desk.attest.attest(order_id, user_of(body), **said)
    ack()
