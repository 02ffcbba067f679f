"""Submitted views: read to typed values, one verb, and the next view as the answer. An empty answer closes the view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from slack_bolt import Ack

from bot.domain.findings import standing_stops
from bot.service.project import ProjectInput
from bot.shown.form import Form
from handlers.views import dialogs, form, review
from handlers.views.parts import Json

if TYPE_CHECKING:
    from bot.service.desk import Desk


def draw_step(desk: Desk, of: Form, step: str, errors: Mapping[str, str] | None = None, view_id: str = "") -> Json:
    """A step of the form, on record as what stands on the screen."""
    return form.form_view(desk.fill.show(of, step, view_id), errors)


def first_step(desk: Desk, of: Form) -> Json:
    """The step that a form opens at."""
    return draw_step(desk, of, desk.fill.steps(of)[0])


def user_of(body: Json) -> str:
    return str(body["user"]["id"])


def step(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    """Any step of the form: keep what was typed, then the next step; after the last one the order is placed."""
    (form_id, at), user = form.meta(view), user_of(body)
    saved = desk.fill.save_step(form_id, user, form.read(view))
    after = desk.fill.next_step(saved, at)
    shown = draw_step(desk, saved, after, view_id=view["id"]) if after else _placed(desk, form_id, user)
    ack(response_action="update", view=shown)


def _placed(desk: Desk, form_id: str, user: str) -> Json:
    order = desk.ask.place(form_id, user)
    return form.placed_view(desk.see.order(order.id, user))


def approve(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    """The approval itself: bound to the digest that this very view showed."""
    order_id, digest = review.read(view)
    desk.decide.approve(order_id, user_of(body), digest)
    ack()


def refuse(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    order_id, reason = dialogs.read_text(view)
    desk.decide.refuse(order_id, user_of(body), reason)
    ack()


def override(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    user = user_of(body)
    order = desk.see.order(dialogs.about(view), user).order
    order_id, keys, reason = dialogs.read_override(view, standing_stops(order.findings, order.overrides))
    desk.decide.override(order_id, user, keys, reason)
    ack()


def allow_second(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    form_id, reason = dialogs.read_text(view)
    desk.ask.allow_second(form_id, user_of(body), reason)
    ack()


def order_number(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    order_id, number = dialogs.read_text(view)
    desk.resolve.order_number(order_id, user_of(body), number)
    ack()


def bought_as(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    order_id, number = dialogs.read_text(view)
    desk.resolve.bought_as(order_id, user_of(body), number)
    ack()


def save_project(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    channel, values = dialogs.read_project(view)
    desk.projects.set_up(channel, user_of(body), ProjectInput(**values))
    ack()
