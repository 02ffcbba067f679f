"""The Slack edge: every command, view, button and event that the desk listens to, as one table.

Listeners name what they take as Bolt does (ack, body, client, …), and `desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from slack_bolt import App, BoltContext

from bot.shown.form import STEPS
from handlers import buttons, clients, commands, errors, forms, home, people
from handlers.buttons import asks, opens
from handlers.forms import first_step, new_form, submits
from handlers.views import client_text, dialogs
from handlers.views.review import evidence

if TYPE_CHECKING:
    from bot.service.desk import Desk


class Route(NamedTuple):
    """`kind` is Bolt's word for what comes, `id` the command, callback, action or event."""

    kind: str
    id: str
    listener: Callable[..., None]


ROUTES = (
    Route("command", "/cert", commands.cert),
    Route("shortcut", "new_from_message", commands.from_message),
    *(Route("view", f"new.{step}", forms.step) for step in STEPS),
    Route("view", "review.approve", forms.approve),
    Route("view", "order.refuse", submits(lambda desk: desk.decide.refuse)),
    Route("view", "order.override", forms.override),
    Route("view", "second.allow", submits(lambda desk: desk.ask.allow_second)),
    Route("view", "order.number", submits(lambda desk: desk.resolve.order_number)),
    Route("view", "order.bought_as", submits(lambda desk: desk.resolve.bought_as)),
    Route("view", "project.save", forms.save_project),
    Route("view", "project.hand_over", home.save_hand_over),
    Route("view", "project.not_needed", submits(lambda desk: desk.projects.not_needed)),
    Route("view", "client.sent", clients.text_sent),
    Route("view", "client.paste", clients.answers),
    Route("view", "supplier.ask", clients.done),
    Route("view", "order.switch", clients.switch),
    Route("view", "order.paste", clients.certificate),
    Route("view", "standing.attest", submits(lambda desk: desk.attest.attest)),
    Route("action", "form.back", buttons.back),
    Route("action", "form.open", buttons.open_group),
    Route("action", "form.apex", buttons.add_apex),
    Route("action", "form.ask_client", buttons.ask_client),
    Route("action", "form.continue", buttons.continue_draft),
    Route("action", "order.more", buttons.more),
    Route("action", "order.plan_b", buttons.plan_b),
    Route("action", "order.review", buttons.review),
    Route("action", "order.show", buttons.show),
    Route("action", "order.renew", opens(lambda desk, order, by: new_form(desk, by, renews=order))),
    Route("action", "order.change", opens(lambda desk, order, by: new_form(desk, by, changes=order))),
    Route("action", "order.reorder", opens(lambda desk, order, by: new_form(desk, by, corrects=order))),
    Route("action", "order.refuse", opens(lambda _desk, order, _by: dialogs.refuse(order))),
    Route("action", "order.override", buttons.override),
    Route("action", "order.check", asks(lambda desk: desk.ask.check_again)),
    Route("action", "order.look", asks(lambda desk: desk.follow.look_now)),
    Route("action", "order.cancel", asks(lambda desk: desk.ask.cancel)),
    Route("action", "order.cancel_bought", asks(lambda desk: desk.follow.cancel_bought)),
    Route("action", "order.number", opens(lambda _desk, order, _by: dialogs.number(order))),
    Route("action", "order.resolve.not_bought", asks(lambda desk: desk.resolve.not_bought)),
    Route("action", "order.resolve.outside", asks(lambda desk: desk.resolve.bought_outside)),
    Route("action", "order.resolve.number", opens(lambda _desk, order, _by: dialogs.number(order, dialogs.BOUGHT_AS))),
    Route("action", "client.text", opens(lambda desk, of, by: client_text.text(desk.clients.text(of, by)))),
    Route("action", "client.questions", opens(lambda desk, of, by: client_text.questions(desk.clients.text(of, by)))),
    Route("action", "client.sent", asks(lambda desk: desk.clients.sent)),
    Route("action", "client.paste", opens(lambda _desk, order, _by: client_text.answers(order))),
    Route("action", "supplier.ask", opens(lambda desk, of, by: client_text.support(desk.clients.support(of, by)))),
    Route("action", "order.resend", asks(lambda desk: desk.clients.resend)),
    Route("action", "order.switch", clients.ask_switch),
    Route("action", "order.paste", opens(lambda _desk, order, _by: client_text.certificate(order, clients.KINDS))),
    Route("action", "order.give_up", asks(lambda desk: desk.clients.give_up)),
    Route("action", "order.to_agency", opens(lambda desk, of, by: first_step(desk, desk.clients.to_agency(of, by)))),
    Route("action", "standing.attest", opens(lambda desk, of, by: dialogs.attest(desk.attest.asked(of, by)))),
    Route("action", "second.wish", buttons.wish_second),
    Route("action", "second.allow", opens(lambda _desk, draft, _by: dialogs.allow_second(draft))),
    Route("action", "project.set_up", opens(home.project_form)),
    Route("action", "project.hand_over", home.hand_over),
    Route("action", "project.not_needed", home.not_needed),
    Route("action", "project.next_sprint", asks(lambda desk: desk.projects.next_sprint)),
    Route("action", "watch.evidence", opens(lambda desk, thing, by: evidence(desk.watch.evidence(thing, by)))),
    Route("action", "help.new", buttons.help_new),
    Route("action", "help.list", buttons.help_list),
    Route("event", "app_home_opened", home.opened),
    *(Route("event", name, people.person_changed) for name in ("team_join", "user_change")),
    *(
        Route("event", name, people.members_changed)
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
