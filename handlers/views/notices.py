"""What the desk says unasked, in the words of the table.

Pieces in brackets are left out where their facts are absent. Mentions are the notice's own and no others, because
whoever is named in a message is called. Channel messages carry no price, balance, contact or evidence.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from bot.domain.notices import Notice, Told
from bot.shown.card import CardFacts
from handlers.views import card, parts
from handlers.views.parts import Json, Message
from handlers.views.words import BUTTON, TOLD, TURN, VOTE, counted

_DATED = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
_DAYS = ("days", "early", "late")


def notice(notice: Notice, facts: CardFacts | None) -> Message:
    """Fallback text and blocks; `facts` is the order as it stands when this is posted, None where there is none."""
    said = _facts(notice, facts)
    text = " ".join(_filled(words, said) for words in (TOLD[notice.told], _undelivered(notice)) if words)
    where = f"{parts.channel(notice.project_id)}:" if notice.person and notice.project_id else ""
    text = " ".join(filter(None, (where, "" if where else card.people(notice.mentions), text)))
    return text, [parts.section(text), *parts.actions(*_buttons(notice, facts))]


def _undelivered(notice: Notice) -> str:
    """The words of what could not be posted, for the person who is told instead."""
    what = next((value for name, value in notice.facts if name == "what"), "")
    return TOLD[Told(what)] if notice.told is Told.UNDELIVERED and what in set(Told) else ""


_OTHERS_WROTE = ("reason", "what", "advice", "before", "after")  # may hold what guests must not read
_LISTED = {Told.HELD: "reason", Told.OVERRIDDEN: "what", Told.ISSUED: "warnings"}


def _facts(notice: Notice, facts: CardFacts | None) -> dict[str, str]:
    """Every fact made safe; `list` is the one that may have several lines."""
    tell = parts.foreign if notice.person else parts.public
    said = {name: _safe(name, value, tell if name in _OTHERS_WROTE else parts.foreign) for name, value in notice.facts}
    lines = notice.fact(_LISTED.get(notice.told, "")).splitlines()[:6]
    said["list"] = "".join(f"\n• {tell(line)}" for line in lines if line.strip())
    said["about"] = next((VOTE[move] for move in VOTE if move == notice.fact("about")), "")
    said["how"] = TURN.get((notice.fact("dcv") or notice.fact("how")).lower(), said.get("how", ""))
    if facts is not None:
        said.setdefault("names", parts.names(facts.order.request.names))
        said.setdefault("dates", card.dates(facts))
    return said


def _safe(name: str, value: str, tell: Callable[[str, int], str]) -> str:
    """A moment in the reader's time, an ISO date as a day, days counted, anything else as it is."""
    if name == "names":
        return parts.names([each.strip() for each in value.split(",")])
    if name in _DAYS and value.isdecimal():
        return counted(int(value[:6]), "day")
    with suppress(ValueError):
        if _DATED.fullmatch(value):
            at = datetime.fromisoformat(value)
            return parts.day(at.date()) if len(value) == 10 else parts.when(at)
    return tell(value, 400).rstrip(".")


def _filled(words: str, facts: Mapping[str, str]) -> str:
    """The words with their facts; a piece in brackets is left out unless all of its facts are there."""
    pieces = [(piece, re.findall(r"\{(\w+)", piece)) for piece in re.split(r"\[(.*?)\]", words, flags=re.DOTALL)]
    return "".join(piece.format_map(facts) for piece, names in pieces if all(facts.get(name) for name in names))


_SECOND, _EVIDENCE = "second.allow", "watch.evidence"
_WITHOUT_ORDER = ("help.new", "project.not_needed", "project.next_sprint")
_BUTTONS: dict[Told, tuple[card.Button, ...]] = {
    Told.APPROVAL_WANTED: (card.REVIEW, card.REFUSE),
    Told.APPROVED_ONE: (card.REVIEW, card.REFUSE),
    Told.DOUBTFUL: card.RESOLVE,
    Told.NUMBER_WANTED: (card.NUMBER,),
    Told.SLIPS: (card.PLAN_B,),
    Told.SLOW: (card.Button("client.text"), card.Button("supplier.ask")),
    Told.CHASE: (card.Button("client.text"),),
}


def _buttons(notice: Notice, facts: CardFacts | None) -> list[Json]:
    if notice.told is Told.SECOND_WANTED and notice.fact("form"):
        return [parts.button(_SECOND, BUTTON[_SECOND], notice.fact("form"))]
    if notice.told is Told.NO_ORDER and notice.project_id:
        return [parts.button(each, BUTTON[each], notice.project_id) for each in _WITHOUT_ORDER]
    if thing := notice.fact("thing"):
        return [parts.button(_EVIDENCE, BUTTON[_EVIDENCE], thing)]
    wanted = _BUTTONS.get(notice.told)
    return card.buttons(facts, wanted) if facts and wanted else []
