"""Clicks: each names one order (or form) and calls one verb, or opens the view that asks for the rest.

The card shows the outcome by itself; whether somebody may is the desk's to say, at the click.
"""

from __future__ import annotations

from contextlib import suppress
from inspect import signature
from typing import TYPE_CHECKING

from slack_bolt import Ack, BoltContext, Respond
from slack_sdk import WebClient

from bot.domain.errors import BadInput
from bot.domain.findings import standing_stops
from bot.domain.order import Status
from handlers.errors import SCREEN, in_modal
from handlers.forms import draw_step, first_step, user_of
from handlers.views import dialogs, form, lists
from handlers.views.card import card
from handlers.views.parts import Json, modal, section
from handlers.views.review import waiting

if TYPE_CHECKING:
    from bot.service.desk import Desk
    from bot.shown.form import Form


def order_of(action: Json) -> str:
    """The order that a button was drawn for, without the version it was drawn from."""
    return str(action["value"]).partition(":")[0]


def show_view(client: WebClient, body: Json, view: Json) -> str:
    """Open a modal, from within a modal on top of it; answers its id."""
    open_view = client.views_push if in_modal(body) else client.views_open
    return str(open_view(trigger_id=body["trigger_id"], view=view)["view"]["id"])


# One verb -------------------------------------------------------------------------------------------------------------


def check(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
    desk.ask.check_again(order_of(action), user_of(body))
    ack()


def look(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
    desk.follow.look_now(order_of(action), user_of(body))
    ack()


def cancel(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
    desk.ask.cancel(order_of(action), user_of(body))
    ack()


def cancel_bought(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
    desk.follow.cancel_bought(order_of(action), user_of(body))
    ack()


def not_bought(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
    desk.resolve.not_bought(order_of(action), user_of(body))
    ack()


def bought_outside(ack: Ack, body: Json, action: Json, desk: Desk) -> None:
    desk.resolve.bought_outside(order_of(action), user_of(body))
    ack()


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
    context[SCREEN] = show_view(client, body, waiting(order_of(action)))
    desk.decide.begin_review(order_of(action), user_of(body), context[SCREEN])
    ack()


def show(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    _, blocks = card(desk.see.order(order_of(action), user_of(body)), private=True)
    show_view(client, body, modal("Order", blocks))
    ack()


def change(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    opened = desk.fill.open_form(user_of(body), "", changes=order_of(action))
    show_view(client, body, first_step(desk, opened))
    ack()


def reorder(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    opened = desk.fill.open_form(user_of(body), "", corrects=order_of(action))
    show_view(client, body, first_step(desk, opened))
    ack()


def renew(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    opened = desk.fill.open_form(user_of(body), "", renews=order_of(action))
    show_view(client, body, first_step(desk, opened))
    ack()


def plan_b(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    """The same names with the cheapest kind for which only the domain is checked; beside what is bought, a new form."""
    user = user_of(body)
    order = desk.see.order(order_of(action), user).order
    changes = "" if order.status is Status.VALIDATING else order.id
    draft = desk.fill.open_form(user, order.project_id, "\n".join(order.request.names), changes=changes)
    kinds = [each.product.code for each in desk.fill.offers(draft) if not each.product.level.company_checked]
    draft = desk.fill.save_step(draft.id, user, {"purpose": order.request.purpose, "product": next(iter(kinds), "")})
    show_view(client, body, draw_step(desk, draft, "send"))
    ack()


def refuse(ack: Ack, body: Json, action: Json, client: WebClient) -> None:
    show_view(client, body, dialogs.refuse(order_of(action)))
    ack()


def override(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    order = desk.see.order(order_of(action), user_of(body)).order
    show_view(client, body, dialogs.override(order.id, standing_stops(order.findings, order.overrides)))
    ack()


def order_number(ack: Ack, body: Json, action: Json, client: WebClient) -> None:
    show_view(client, body, dialogs.number(order_of(action)))
    ack()


def bought_as(ack: Ack, body: Json, action: Json, client: WebClient) -> None:
    show_view(client, body, dialogs.number(order_of(action), dialogs.BOUGHT_AS))
    ack()


# The form and its second order ----------------------------------------------------------------------------------------


def _kept(body: Json, desk: Desk) -> tuple[Form, str]:
    """The form on the screen and its step, with what was typed kept even where it is wrong: no button submits."""
    view, user = body["view"], user_of(body)
    form_id, at = form.meta(view)
    with suppress(BadInput):
        desk.fill.save_step(form_id, user, form.read(view))
    return desk.fill.form(form_id, user), at


def _anew(client: WebClient, body: Json, view: Json) -> None:
    """Draw other values into inputs that are there: Slack keeps what stands in an input while the input stays."""
    for each in (modal("One moment", [section("…")]), view):
        client.views_update(view_id=body["view"]["id"], view=each)


def back(ack: Ack, body: Json, client: WebClient, desk: Desk) -> None:
    """One step back."""
    draft, at = _kept(body, desk)
    client.views_update(view_id=body["view"]["id"], view=draw_step(desk, draft, desk.fill.previous_step(draft, at)))
    ack()


def open_group(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    """Change in the last step: the row becomes inputs."""
    draft, at = _kept(body, desk)
    draft = desk.fill.open_group(draft.id, user_of(body), action["value"].partition(":")[2])
    client.views_update(view_id=body["view"]["id"], view=draw_step(desk, draft, at))
    ack()


def add_apex(ack: Ack, body: Json, client: WebClient, desk: Desk) -> None:
    draft, at = _kept(body, desk)
    draft = desk.fill.add_apex(draft.id, user_of(body))
    _anew(client, body, draw_step(desk, draft, at))
    ack()


def ask_client(ack: Ack, body: Json, client: WebClient, desk: Desk) -> None:
    """From now on nothing about the company is required; what is left empty becomes a question for the client."""
    draft, at = _kept(body, desk)
    draft = desk.fill.save_step(draft.id, user_of(body), {"ask_client": "yes"})
    client.views_update(view_id=body["view"]["id"], view=draw_step(desk, draft, at))
    ack()


def continue_draft(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    """The draft that was begun before takes the place of the empty one."""
    draft = desk.fill.form(action["value"], user_of(body))
    _anew(client, body, draw_step(desk, draft, draft.step or "names", view_id=body["view"]["id"]))
    ack()


def wish_second(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    desk.ask.wish_second(action["value"], user_of(body))
    said = section("The approvers are asked, in the thread of the order that exists. You are told what they decide.")
    client.views_update(view_id=body["view"]["id"], view=modal("Asked", [said]))
    ack()


def allow_second(ack: Ack, body: Json, action: Json, client: WebClient) -> None:
    show_view(client, body, dialogs.allow_second(action["value"]))
    ack()


# Help -----------------------------------------------------------------------------------------------------------------


def help_new(ack: Ack, body: Json, action: Json, client: WebClient, desk: Desk) -> None:
    """The button's value is an address to order for, or the bare word `new`."""
    names = action["value"] if "." in action["value"] else ""
    opened = desk.fill.open_form(user_of(body), body.get("channel", {}).get("id", ""), names)
    show_view(client, body, first_step(desk, opened))
    ack()


def help_list(ack: Ack, body: Json, respond: Respond, desk: Desk) -> None:
    text, blocks = lists.orders(desk.see.open_orders(user_of(body), body["channel"]["id"]))
    ack()
    respond(text, blocks, response_type="ephemeral", replace_original=False)
