"""Submitted views: read to typed values, one verb, and the next view as the answer. An empty answer closes the view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def new_form(desk: Desk, user: str, channel: str = "", names: str = "", **why: str) -> Json:
    """A new form at its first step, for a channel; or for an order, with `changes`, `corrects` or `renews`."""
    return first_step(desk, desk.fill.open_form(user, channel, names, **why))


def user_of(body: Json) -> str:
    return str(body["user"]["id"])


def submits(verb: Callable[[Desk], Callable[..., object]]) -> Callable[..., None]:
    """A dialog whose fields are named as its verb names them, and which closes when it is done."""

    def listener(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
        verb(desk)(dialogs.about(view), user_of(body), **form.read(view))
        ack()

    return listener


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


def override(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    user, said = user_of(body), form.read(view)
    order = desk.see.order(dialogs.about(view), user).order
    keys = dialogs.ticked(said["stops"], standing_stops(order.findings, order.overrides))
    desk.decide.override(order.id, user, keys, said["reason"])
    ack()


def save_project(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    desk.projects.set_up(dialogs.about(view), user_of(body), ProjectInput(**form.read(view)))
    ack()
