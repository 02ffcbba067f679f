"""Small modals, each with the function that reads it back. What it is about travels in private_metadata, as an id."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.domain.findings import Finding
from bot.shown.standing import Asked
from handlers.views import parts
from handlers.views.parts import Json
from handlers.views.words import DIALOG, PROJECT_FIELD, STANDING

REFUSE, OVERRIDE, SECOND = "order.refuse", "order.override", "second.allow"
NUMBER, BOUGHT_AS, PROJECT = "order.number", "order.bought_as", "project.save"
HAND_OVER, NOT_NEEDED = "project.hand_over", "project.not_needed"
ATTEST, _OTHER = "standing.attest", "other"
_MOST_STOPS = 10  # checkboxes hold ten


def _why(callback_id: str, about: str, *blocks: Json) -> Json:
    """Asks for a reason, after whatever else is asked."""
    title, submit, label, said = DIALOG[callback_id].split("|")
    why = parts.entry("reason", label, parts.input_text(multiline=True, most=500))
    return ask(callback_id, title, submit, about, [parts.section(said), *blocks, why])


refuse, allow_second, not_needed = (partial(_why, each) for each in (REFUSE, SECOND, NOT_NEEDED))


def override(order_id: str, stops: Sequence[Finding]) -> Json:
    """`stops` are the findings that hold the order; only the first ten can be ticked at a time."""
    if not stops:
        return parts.modal("Go on all the same", [parts.section("Nothing stops this order that could be overridden.")])
    boxes = [_box(stop) for stop in stops[:_MOST_STOPS]]
    return _why(OVERRIDE, order_id, parts.entry("stops", "Go on in spite of", parts.input_boxes(boxes)))


def _box(stop: Finding) -> Json:
    return {
        "text": parts.mrkdwn(parts.foreign(stop.sentence, 75)),
        "description": parts.mrkdwn(parts.foreign(f"{stop.rule} {stop.subject}", 75)),
        "value": _mark(stop),
    }


def ticked(values: str, stops: Sequence[Finding]) -> tuple[str, ...]:
    """Keys of what was ticked. `stops` as they are now: what is gone or changed since drops out."""
    return tuple(stop.key for stop in stops if _mark(stop) in values.splitlines())


def _mark(stop: Finding) -> str:
    """A finding's key as short as an option's value must be; it may hold foreign text of any length."""
    return hashlib.sha256(stop.key.encode()).hexdigest()[:32]


def number(order_id: str, callback_id: str = NUMBER) -> Json:
    """Asks for an order number; `BOUGHT_AS` is the same view where it resolves a doubtful purchase."""
    hint = "Digits only. It counts if OpenSRS shows it with the request file of this order."
    asked = parts.entry("number", "Order number in OpenSRS’s panel", parts.input_text(most=40), hint)
    return ask(callback_id, "The order number", "Check it", order_id, [asked])


_line, _lines = partial(parts.input_text, most=200), partial(parts.input_text, multiline=True, most=500)
_PROJECT: dict[str, Callable[[str], Json]] = {
    "name": _line, "client_name": _line, "names": _lines, "owner": parts.input_user, "stand_in": parts.input_user,
    "engineer": parts.input_user, "kick_off": parts.input_date, "sprint_weeks": _line, "launch": parts.input_date,
    "targets": _lines, "not_needed": _lines,
}  # fmt: skip
_WANTED = ("name", "client_name", "owner", "sprint_weeks")


def project(channel: str, values: Mapping[str, str], clients: Sequence[str] = ()) -> Json:
    """`values`: what ProjectInput holds, each maybe empty; `clients` are the names there are."""
    typed, blocks = {"sprint_weeks": "2", **values}, []
    for field, element in _PROJECT.items():
        label, _, hint = PROJECT_FIELD[field].partition("|")
        known = f"Known clients: {parts.cut(', '.join(clients), 300)}" if clients and field == "client_name" else hint
        blocks.append(parts.entry(field, label, element(typed.get(field, "")), known, optional=field not in _WANTED))
    return ask(PROJECT, "This channel’s project", "Save", channel, blocks)


def hand_over(channel: str, stand_in: str) -> Json:
    owner = parts.entry("owner", "New owner", parts.input_user())
    beside = parts.entry("stand_in", "Stand-in", parts.input_user(stand_in), optional=True)
    return ask(HAND_OVER, "Hand it over", "Hand over", channel, [owner, beside])


def attest(asked: Asked) -> Json:
    """The register's address, the exact name, and its own words to pick from; those read at second hand say so."""
    register, said = asked.register, STANDING
    where = f"<{register.search}|{parts.foreign(register.office)}>" if register.search else register.state
    good = ", ".join(parts.bold(word) for word in register.good)
    doubt = "" if register.verified else said["doubt"]
    picks = [parts.option(word, parts.cut(word, 74 - len(doubt)) + doubt) for word in register.words]
    every = [*picks, parts.option(_OTHER, said["other"])]
    text = said["ask"].format(name=parts.code(asked.organisation), where=where)
    blocks = [
        parts.section(f"{text} {said['good'].format(good=good)}" if good else text),
        parts.entry("word", said["word"], parts.input_select(every, "" if picks else _OTHER)),
        parts.entry("other", said["otherwise"], parts.input_text(most=75), optional=True),
        parts.entry("number", said["number"], parts.input_text(most=75), optional=True),
    ]
    return ask(ATTEST, said["title"], said["save"], asked.order_id, blocks)


def about(view: Mapping[str, Any]) -> str:
    """The order, form or channel that a dialog is about."""
    return str(json.loads(view["private_metadata"])["about"])


def ask(callback_id: str, title: str, submit: str, about: str, blocks: Iterable[Json]) -> Json:
    """A dialog that sends something; `about` is the id of what it is about."""
    return parts.modal(title, list(blocks), callback_id, submit, json.dumps({"about": about}))
