"""Small modals, each with the function that reads it back. What it is about travels in private_metadata, as an id."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.findings import Finding
from handlers.views import parts
from handlers.views.parts import Json

REFUSE, OVERRIDE, SECOND = "order.refuse", "order.override", "second.allow"
NUMBER, BOUGHT_AS, PROJECT = "order.number", "order.bought_as", "project.save"
HAND_OVER, NOT_NEEDED = "project.hand_over", "project.not_needed"
_MOST_STOPS = 10  # checkboxes hold ten


def refuse(order_id: str) -> Json:
    said = "The requester reads the reason and can correct it and order again. The draft is dropped."
    return _ask(REFUSE, "Refuse the order", "Refuse", order_id, [parts.section(said), _reason("Why?")])


def override(order_id: str, stops: Sequence[Finding]) -> Json:
    """`stops` are the findings that hold the order; only the first ten can be ticked at a time."""
    if not stops:
        return parts.modal("Go on all the same", [parts.section("Nothing stops this order that could be overridden.")])
    boxes = [_box(stop) for stop in stops[:_MOST_STOPS]]
    said = "Two approvers who had no hand in this must agree afterwards. Your reason stays with the order."
    ticks = parts.entry("stops", "Go on in spite of", parts.input_boxes(boxes))
    return _ask(OVERRIDE, "Go on all the same", "Override", order_id, [parts.section(said), ticks, _reason("Why?")])


def _box(stop: Finding) -> Json:
    return {
        "text": parts.mrkdwn(parts.foreign(stop.sentence, 75)),
        "description": parts.mrkdwn(parts.foreign(f"{stop.rule} {stop.subject}", 75)),
        "value": _mark(stop),
    }


def read_override(view: Mapping[str, Any], stops: Sequence[Finding]) -> tuple[str, tuple[str, ...], str]:
    """Order, keys of what was ticked, reason. `stops` as they are now: what is gone or changed since drops out."""
    said = parts.read(view)
    ticked = said["stops"].splitlines()
    return about(view), tuple(stop.key for stop in stops if _mark(stop) in ticked), said["reason"]


def _mark(stop: Finding) -> str:
    """A finding's key as short as an option's value must be; it may hold foreign text of any length."""
    return hashlib.sha256(stop.key.encode()).hexdigest()[:32]


def allow_second(form_id: str) -> Json:
    said = "There is an open order for the same addresses. Both will be paid for. Two approvers must still agree to it."
    return _ask(SECOND, "Allow a second order", "Allow", form_id, [parts.section(said), _reason("Why are two needed?")])


def number(order_id: str, callback_id: str = NUMBER) -> Json:
    """Asks for an order number; `BOUGHT_AS` is the same view where it resolves a doubtful purchase."""
    hint = "Digits only. It counts if OpenSRS shows it with the request file of this order."
    asked = parts.entry("number", "Order number in OpenSRS’s panel", parts.input_text(most=40), hint)
    return _ask(callback_id, "The order number", "Check it", order_id, [asked])


def read_text(view: Mapping[str, Any]) -> tuple[str, str]:
    """What it is about (an order or a form) and the one thing typed: reason or number."""
    said = parts.read(view)
    return about(view), said.get("reason", "") or said.get("number", "")


def project(channel: str, values: Mapping[str, str], clients: Sequence[str] = ()) -> Json:
    """`values`: what ProjectInput holds, each maybe empty; `clients` are the names there are."""
    value = values.get
    people = (
        ("owner", "Owner", "Asked when something must be decided.", False),
        ("stand_in", "Stand-in", "", True),
        ("engineer", "Engineer", "Named to the authority as technical contact, and reminded.", True),
    )
    texts = (
        ("targets", "Where certificates go", "The operator’s names of servers, one a line."),
        ("not_needed", "No certificate is needed, because", "Empty: you are reminded until one is ordered."),
    )
    known = f"Known: {parts.cut(', '.join(clients), 300)}" if clients else ""
    blocks = [
        parts.entry("name", "Project", parts.input_text(value("name", ""), most=200)),
        parts.entry("client_name", "Client", parts.input_text(value("client_name", ""), most=200), known),
        *(
            parts.entry(field, label, parts.input_user(value(field, "")), hint, optional=optional)
            for field, label, hint, optional in people
        ),
        parts.entry("kick_off", "Kick-off", parts.input_date(value("kick_off", "")), optional=True),
        parts.entry("sprint_weeks", "Weeks in a sprint", parts.input_text(value("sprint_weeks", "2"), most=10)),
        parts.entry("launch", "Launch", parts.input_date(value("launch", "")), optional=True),
        *(
            parts.entry(field, label, parts.input_text(value(field, ""), multiline=True, most=500), hint, optional=True)
            for field, label, hint in texts
        ),
    ]
    return _ask(PROJECT, "This channel’s project", "Save", channel, blocks)


def hand_over(channel: str, stand_in: str) -> Json:
    owner = parts.entry("owner", "New owner", parts.input_user())
    beside = parts.entry("stand_in", "Stand-in", parts.input_user(stand_in), optional=True)
    return _ask(HAND_OVER, "Hand it over", "Hand over", channel, [owner, beside])


def not_needed(channel: str) -> Json:
    said = "Then nobody is reminded any more. `/cert project` takes it back."
    return _ask(NOT_NEEDED, "No certificate needed", "Save", channel, [parts.section(said), _reason("Because …")])


def read_project(view: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The channel, and the values under the names that `project` takes."""
    return about(view), parts.read(view)


def about(view: Mapping[str, Any]) -> str:
    """The order, form or channel that a dialog is about."""
    return str(json.loads(view["private_metadata"])["about"])


def _ask(callback_id: str, title: str, submit: str, about: str, blocks: list[Json]) -> Json:
    return parts.modal(title, blocks, callback_id, submit, json.dumps({"about": about}))


def _reason(label: str) -> Json:
    return parts.entry("reason", label, parts.input_text(multiline=True, most=500))
