"""`/cert` and its words, as one table. Answers are seen by the one who typed; slash commands do not work in threads."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from slack_bolt import Ack, BoltContext
from slack_sdk import WebClient

from bot.service.typed import names_in
from handlers.errors import SCREEN, show_view
from handlers.forms import new_form, user_of
from handlers.home import project_form
from handlers.views import lists
from handlers.views.card import card
from handlers.views.parts import Json, Message, code, modal, section

if TYPE_CHECKING:
    from bot.service.desk import Desk


@dataclass(frozen=True, slots=True)
class Call:
    """One `/cert`: who typed it where, the first word in small letters and the rest as typed."""

    desk: Desk
    client: WebClient
    context: BoltContext
    user: str
    channel: str
    trigger: str
    word: str
    rest: str

    def opens(self, view: Json) -> Message:
        """Answer with a modal, and no message."""
        self.client.views_open(trigger_id=self.trigger, view=view)
        return "", []


def cert(ack: Ack, command: Json, client: WebClient, context: BoltContext, desk: Desk) -> None:
    """Slack escapes what was typed into a command; from here on it is plain text, and the views escape it again."""
    word, _, rest = html.unescape(command.get("text", "")).strip().partition(" ")
    call = Call(
        desk, client, context, command["user_id"], command["channel_id"], command["trigger_id"],
        word.lower() or "help", rest.strip(),
    )  # fmt: skip
    text, blocks = SUBCOMMANDS.get(call.word, _something_else)(call)
    ack(text=text, blocks=blocks)


def from_message(ack: Ack, shortcut: Json, client: WebClient, desk: Desk) -> None:
    """The shortcut on any message: the form, with the addresses that the message mentions."""
    names = names_in(shortcut["message"].get("text", ""))
    show_view(client, shortcut, new_form(desk, user_of(shortcut), shortcut["channel"]["id"], names))
    ack()


def _new(call: Call) -> Message:
    names = "\n".join(call.rest.replace(",", " ").split())
    return call.opens(new_form(call.desk, call.user, call.channel, names))


def _show(call: Call, order_id: str) -> Message:
    return card(call.desk.see.order(order_id, call.user), private=True)


def _check_again(call: Call, order_id: str) -> Message:
    call.desk.ask.check_again(order_id, call.user)
    return _show(call, order_id)


def _check(call: Call) -> Message:
    """An order by its id; addresses are looked at without one, in a view that is there at once."""
    if "." not in call.rest:
        return _with_order(_check_again)(call)
    looking = modal("One moment", [section(f"Looking at {code(call.rest)}…")])
    view = call.client.views_open(trigger_id=call.trigger, view=looking)["view"]["id"]
    call.context[SCREEN] = view
    call.desk.probe.begin(call.channel, call.user, call.rest, view)
    return "", []


def _cancel(call: Call, order_id: str) -> Message:
    call.desk.ask.cancel(order_id, call.user)
    return _show(call, order_id)


def _pause(call: Call) -> Message:
    call.desk.buy.pause(call.user)
    return lists.told("paused")


def _resume(call: Call) -> Message:
    call.desk.buy.resume(call.user)
    return lists.told("resumed")


def _with_order(act: Callable[[Call, str], Message]) -> Callable[[Call], Message]:
    """An order by its id or by an address of it; where several fit, which one is asked."""

    def found(call: Call) -> Message:
        orders = call.desk.see.find(call.rest, call.user, call.channel)
        return act(call, orders[0].order.id) if len(orders) == 1 else lists.orders(orders, call.rest)

    return found


def _something_else(call: Call) -> Message:
    """An address: what there is for it, or the offer to order. Any other word: the nearest one, and help."""
    if "." in call.word:
        return lists.orders(call.desk.see.find(call.word, call.user, call.channel), call.word)
    return lists.help_text(call.word, next(iter(get_close_matches(call.word, SUBCOMMANDS, 1)), ""))


SUBCOMMANDS: dict[str, Callable[[Call], Message]] = {
    "help": lambda _call: lists.help_text(),
    "new": _new,
    "project": lambda call: call.opens(project_form(call.desk, call.channel, call.user)),
    "list": lambda call: lists.orders(call.desk.see.open_orders(call.user, call.channel)),
    "show": _with_order(_show),
    "check": _check,
    "cancel": _with_order(_cancel),
    "renew": _with_order(lambda call, order: call.opens(new_form(call.desk, call.user, renews=order))),
    "history": _with_order(lambda call, order: lists.history(order, call.desk.see.history(order, call.user))),
    "pause": _pause,
    "resume": _resume,
}
