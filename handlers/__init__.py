"""The Slack edge: every command, view, button and event that the desk listens to, as one table.

Listeners name what they take as Bolt does (ack, body, client, …), and `desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from slack_bolt import App, BoltContext

from bot.shown.form import STEPS
from handlers import attest, buttons, clients, commands, errors, events, forms, home

if TYPE_CHECKING:
    from bot.service.desk import Desk


class Route(NamedTuple):
    """`kind` is Bolt's word for what comes, `id` the command, callback, action or event."""

    kind: str
    id: str
    listener: Callable[..., None]


ROUTES = (
    Route("command", "/cert", commands.cert),
    *(Route("view", f"new.{step}", forms.step) for step in STEPS),
    Route("view", "review.approve", forms.approve),
    Route("view", "order.refuse", forms.refuse),
    Route("view", "order.override", forms.override),
    Route("view", "second.allow", forms.allow_second),
    Route("view", "order.number", forms.order_number),
    Route("view", "order.bought_as", forms.bought_as),
    Route("view", "project.save", forms.save_project),
    Route("view", "project.hand_over", home.save_hand_over),
    Route("view", "project.not_needed", home.save_not_needed),
    Route("shortcut", "new_from_message", commands.from_message),
    Route("action", "form.back", buttons.back),
    Route("action", "form.open", buttons.open_group),
    Route("action", "form.apex", buttons.add_apex),
    Route("action", "form.ask_client", buttons.ask_client),
    Route("action", "form.continue", buttons.continue_draft),
    Route("action", "order.more", buttons.more),
    Route("action", "order.plan_b", buttons.plan_b),
    Route("action", "order.renew", buttons.renew),
    Route("action", "order.review", buttons.review),
    Route("action", "order.show", buttons.show),
    Route("action", "order.refuse", buttons.refuse),
    Route("action", "order.change", buttons.change),
    Route("action", "order.reorder", buttons.reorder),
    Route("action", "order.check", buttons.check),
    Route("action", "order.look", buttons.look),
    Route("action", "order.override", buttons.override),
    Route("action", "order.cancel", buttons.cancel),
    Route("action", "order.cancel_bought", buttons.cancel_bought),
    Route("action", "order.number", buttons.order_number),
    Route("action", "order.resolve.not_bought", buttons.not_bought),
    Route("action", "order.resolve.outside", buttons.bought_outside),
    Route("action", "order.resolve.number", buttons.bought_as),
    Route("view", "client.sent", clients.text_sent),
    Route("view", "client.paste", clients.answers),
    Route("view", "supplier.ask", clients.done),
    Route("view", "order.switch", clients.switch),
    Route("view", "order.paste", clients.certificate),
    Route("action", "client.text", clients.text),
    Route("action", "client.sent", clients.sent),
    Route("action", "client.questions", clients.questions),
    Route("action", "client.paste", clients.ask_answers),
    Route("action", "supplier.ask", clients.ask_support),
    Route("action", "order.resend", clients.resend),
    Route("action", "order.switch", clients.ask_switch),
    Route("action", "order.paste", clients.ask_certificate),
    Route("action", "order.give_up", clients.give_up),
    Route("action", "order.to_agency", clients.to_agency),
    Route("action", "standing.attest", attest.ask),
    Route("view", "standing.attest", attest.save),
    Route("action", "second.wish", buttons.wish_second),
    Route("action", "second.allow", buttons.allow_second),
    Route("action", "project.set_up", home.set_up),
    Route("action", "project.hand_over", home.hand_over),
    Route("action", "project.not_needed", home.not_needed),
    Route("action", "project.next_sprint", home.next_sprint),
    Route("action", "help.new", buttons.help_new),
    Route("action", "help.list", buttons.help_list),
    Route("event", "app_home_opened", home.opened),
    *(Route("event", name, events.person_changed) for name in ("team_join", "user_change")),
    *(
        Route("event", name, events.members_changed)
        for name in ("member_joined_channel", "member_left_channel", "channel_left", "group_left")
    ),
)


def attach(app: App, desk: Desk) -> None:
    """Make a Bolt app listen to everything in ROUTES, with the desk at hand and errors answered where they arise."""
    actions = {route.id: route.listener for route in ROUTES if route.kind == "action"}

    def lend(context: BoltContext, next_: Callable[[], None]) -> None:
        context["desk"], context["listeners"] = desk, actions
        next_()

    app.use(lend)
    register: dict[str, Callable[[str], Callable[[Any], Any]]] = {
        "command": app.command, "view": app.view, "action": app.action, "event": app.event, "shortcut": app.shortcut,
    }  # fmt: skip
    for route in ROUTES:
        register[route.kind](route.id)(route.listener)
    app.error(errors.answer)
