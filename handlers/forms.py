"""Submitted views: read to typed values, one verb, and the next view as the answer. An empty answer closes the view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from slack_bolt import Ack

from bot.domain.findings import standing_stops
from bot.ports import Form
from bot.service.ask import ProjectInput
from handlers.views import dialogs, form, review
from handlers.views.parts import Json

if TYPE_CHECKING:
    from bot.service.desk import Desk


def draw_step(desk: Desk, of: Form, step: str, errors: Mapping[str, str] | None = None) -> Json:
    """A step of the form; the kinds on offer stand in the last one where they are no step of their own."""
    offering = step == "kind" or (step == "send" and "kind" not in desk.ask.steps(of))
    summary = desk.ask.summary(of) if step == "send" else None
    return form.form_view(of, step, desk.ask.offers(of) if offering else (), summary, errors)


def _user(body: Json) -> str:
    return str(body["user"]["id"])


def step(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    """Any step of the form: keep what was typed, then the next step; after the last one the order is placed."""
    (form_id, at), user = form.meta(view), _user(body)
    saved = desk.ask.save_step(form_id, user, form.read(view))
    after = desk.ask.next_step(saved, at)
    ack(response_action="update", view=draw_step(desk, saved, after) if after else _placed(desk, form_id, user))


def _placed(desk: Desk, form_id: str, user: str) -> Json:
    order = desk.ask.place(form_id, user)
    return form.placed_view(desk.see.order(order.id, user))


def approve(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    """The approval itself: bound to the digest that this very view showed."""
    order_id, digest = review.read(view)
    desk.decide.approve(order_id, _user(body), digest)
    ack()


def refuse(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    order_id, reason = dialogs.read_text(view)
    desk.decide.refuse(order_id, _user(body), reason)
    ack()


def override(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    user = _user(body)
    order = desk.see.order(dialogs.about(view), user).order
    order_id, keys, reason = dialogs.read_override(view, standing_stops(order.findings, order.overrides))
    desk.decide.override(order_id, user, keys, reason)
    ack()


def allow_second(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    form_id, reason = dialogs.read_text(view)
    desk.ask.allow_second(form_id, _user(body), reason)
    ack()


def order_number(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    order_id, number = dialogs.read_text(view)
    desk.resolve.order_number(order_id, _user(body), number)
    ack()


def bought_as(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    order_id, number = dialogs.read_text(view)
    desk.resolve.bought_as(order_id, _user(body), number)
    ack()


def save_project(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    channel, values = dialogs.read_project(view)
    desk.ask.set_up(channel, _user(body), ProjectInput(**values))
    ack()
