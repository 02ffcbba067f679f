"""Clicks: each names one order (or channel, or form) and calls one verb, or opens the view that asks for the rest.

The card shows the outcome by itself; whether somebody may is the desk's to say, at the click.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from inspect import signature
from typing import TYPE_CHECKING

from slack_bolt import Ack, BoltContext, Respond
from slack_sdk import WebClient

from bot.domain.errors import BadInput
from bot.domain.findings import standing_stops
from bot.domain.order import Status
from handlers.errors import SCREEN, show_view
from handlers.forms import draw_step, new_form, user_of
from handlers.views import dialogs, form, lists
from handlers.views.card import card
from handlers.views.parts import Json, modal, section
from handlers.views.review import waiting

if TYPE_CHECKING:
    from bot.service.desk import Desk
    from bot.shown.form import Form

_BLANK = modal("One moment", [section("…")])  # shown between: Slack keeps what stands in an input that stays


def about(action: Json) -> str:
    """The order, channel or form that a button was drawn for, without the version it was drawn from."""
    return str(action["value"]).partition(":")[0]


def asks(verb: Callable[[Desk], Callable[[str, str], object]]) -> Callable[..., None]:
    """A button that is all its verb needs."""

    def listener(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
        verb(desk)(about(action), user_of(body))
        ack()

    return listener


def opens(draw: Callable[[Desk, str, str], Json]) -> Callable[..., None]:
    """A button that opens a view, drawn for what the button is about and for who pressed it."""

    def listener(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
        show_view(client, body, draw(desk, about(action), user_of(body)))
        ack()

    return listener


def more(
    ack: Ack, body: Json, action: Json, client: WebClient, context: BoltContext, respond: Respond, desk: Desk
) -> None:
    """What is picked from a card's menu does what its button would: the value is `action|order:version`."""
    picked, _, value = action["selected_option"]["value"].partition("|")
    given = {
        "ack": ack, "body": body, "action": {"action_id": picked, "value": value}, "client": client,
        "context": context, "respond": respond, "desk": desk,
    }  # fmt: skip
    listener = context["listeners"][picked]
    listener(**{name: given[name] for name in signature(listener).parameters})


# A view ---------------------------------------------------------------------------------------------------------------


def review(ack: Ack, body: Json, action: Json, client: WebClient, context: BoltContext, desk: Desk) -> None:
    """The view opens at once, because a trigger lives three seconds; a job reads the draft and fills it."""
    context[SCREEN] = show_view(client, body, waiting(about(action)))
    desk.decide.begin_review(about(action), user_of(body), context[SCREEN])
    ack()


@opens
def show(desk: Desk, order_id: str, user: str) -> Json:
    return modal("Order", card(desk.see.order(order_id, user), private=True)[1])


@opens
def plan_b(desk: Desk, order_id: str, user: str) -> Json:
    """The same names with the cheapest kind for which only the domain is checked; beside what is bought, a new form."""
    order = desk.see.order(order_id, user).order
    changes = "" if order.status is Status.VALIDATING else order.id
    draft = desk.fill.open_form(user, order.project_id, "\n".join(order.request.names), changes=changes)
    kinds = [each.product.code for each in desk.fill.offers(draft) if not each.product.level.company_checked]
    draft = desk.fill.save_step(draft.id, user, {"purpose": order.request.purpose, "product": next(iter(kinds), "")})
    return draw_step(desk, draft, "send")


@opens
def override(desk: Desk, order_id: str, user: str) -> Json:
    order = desk.see.order(order_id, user).order
    return dialogs.override(order.id, standing_stops(order.findings, order.overrides))


# The form and its second order ----------------------------------------------------------------------------------------


def _redraws(draw: Callable[[Desk, str, Form, str, str], Json], *before: Json) -> Callable[..., None]:
    """A button in the form: what was typed is kept even where it is wrong, because no button submits."""

    def listener(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
        view, user = body["view"], user_of(body)
        form_id, at = form.meta(view)
        with suppress(BadInput):
            desk.fill.save_step(form_id, user, form.read(view))
        drawn = draw(desk, user, desk.fill.form(form_id, user), at, action["value"])
        _update(client, body, *before, drawn)
        ack()

    return listener


def _update(client: WebClient, body: Json, *views: Json) -> None:
    """The view that was clicked in becomes these, one after the other."""
    for view in views:
        client.views_update(view_id=body["view"]["id"], view=view)


@_redraws
def back(desk: Desk, _user: str, draft: Form, at: str, _value: str) -> Json:
    return draw_step(desk, draft, desk.fill.previous_step(draft, at))


@_redraws
def open_group(desk: Desk, user: str, draft: Form, at: str, value: str) -> Json:
    """Change in the last step: the row becomes inputs."""
    return draw_step(desk, desk.fill.open_group(draft.id, user, value.partition(":")[2]), at)


@_redraws
def ask_client(desk: Desk, user: str, draft: Form, at: str, _value: str) -> Json:
    """From now on nothing about the company is required; what is left empty becomes a question for the client."""
    return draw_step(desk, desk.fill.save_step(draft.id, user, {"ask_client": "yes"}), at)


add_apex = _redraws(
    lambda desk, user, draft, at, _value: draw_step(desk, desk.fill.add_apex(draft.id, user), at), _BLANK
)


def continue_draft(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    """The draft that was begun before takes the place of the empty one."""
    draft = desk.fill.form(action["value"], user_of(body))
    _update(client, body, _BLANK, draw_step(desk, draft, draft.step or "names", view_id=body["view"]["id"]))
    ack()


def wish_second(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    desk.ask.wish_second(action["value"], user_of(body))
    said = section("The approvers are asked, in the thread of the order that exists. You are told what they decide.")
    _update(client, body, modal("Asked", [said]))
    ack()


# Help -----------------------------------------------------------------------------------------------------------------


def help_new(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    """The button's value is an address to order for, or the bare word `new`."""
    names = action["value"] if "." in action["value"] else ""
    show_view(client, body, new_form(desk, user_of(body), body.get("channel", {}).get("id", ""), names))
    ack()


def help_list(ack: Ack, body: Json, respond: Respond, desk: Desk) -> None:
    text, blocks = lists.orders(desk.see.open_orders(user_of(body), body["channel"]["id"]))
    ack()
    respond(text, blocks, response_type="ephemeral", replace_original=False)
