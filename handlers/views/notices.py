"""What the desk says unasked: one row of words for everything that can be told.

Pieces in brackets are left out where their facts are absent. Mentions are the notice's own and no others, because
whoever is named in a message is called. Channel messages carry no price, balance, contact or evidence.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime

from bot.domain.notices import Notice, Told
from bot.shown.card import CardFacts
from handlers.views import card, parts
from handlers.views.parts import Json, Message
from handlers.views.words import TURN, VOTE

_MOMENTS = ("since", "until", "at")


def notice(notice: Notice, facts: CardFacts | None) -> Message:
    """Fallback text and blocks; `facts` is the order as it stands when this is posted, None where there is none."""
    said = _facts(notice, facts)
    text = " ".join(_filled(words, said) for words in (WORDS[notice.told], _undelivered(notice)) if words)
    calls = card.people(notice.mentions)
    text = f"{calls} {text}" if calls else text
    return text, [parts.section(text), *parts.actions(*_buttons(notice, facts))]


def _undelivered(notice: Notice) -> str:
    """The words of what could not be posted, for the person who is told instead."""
    what = next((value for name, value in notice.facts if name == "what"), "")
    return WORDS[Told(what)] if notice.told is Told.UNDELIVERED and what in set(Told) else ""


_LISTED = {Told.HELD: "reason", Told.OVERRIDDEN: "what", Told.ISSUED: "warnings"}


def _facts(notice: Notice, facts: CardFacts | None) -> dict[str, str]:
    """Every fact made safe; `list` is the one that may have several lines."""
    said = {name: _safe(name, value) for name, value in notice.facts if value}
    lines = notice.fact(_LISTED.get(notice.told, "")).splitlines()[:6]
    said["list"] = "".join(f"\n• {parts.foreign(line)}" for line in lines if line.strip())
    said["about"] = next((VOTE[move] for move in VOTE if move == notice.fact("about")), "")
    said["how"] = TURN.get(notice.fact("dcv").lower(), "")
    if facts is not None:
        said.setdefault("names", parts.names(facts.order.request.names))
        said.setdefault("dates", card.dates(facts))
    return said


def _safe(name: str, value: str) -> str:
    if name == "names":
        return parts.names([each.strip() for each in value.split(",")])
    return _moment(value) if name in _MOMENTS else parts.foreign(value, 400).rstrip(".")


def _moment(text: str) -> str:
    """An ISO moment in the reader's time, an ISO date as a day, anything else as it is."""
    try:
        return parts.day(date.fromisoformat(text)) if len(text) == 10 else parts.when(datetime.fromisoformat(text))
    except ValueError:
        return parts.foreign(text, 80)


def _filled(words: str, facts: Mapping[str, str]) -> str:
    """The words with their facts; a piece in brackets is left out unless all of its facts are there."""
    pieces = [(piece, re.findall(r"\{(\w+)", piece)) for piece in re.split(r"\[(.*?)\]", words, flags=re.DOTALL)]
    return "".join(piece.format_map(facts) for piece, names in pieces if all(facts.get(name) for name in names))


WORDS: dict[Told, str] = {
    Told.OPENED: "I have the order[ for {names}]. I make the key and check everything now; nothing is bought yet.[ "
    "{dates}]",
    Told.HELD: "The order[ for {names}] is held: somebody must act before anything is ordered.[{list}][\n{dates}]",
    Told.MENDED: "What held the order[ for {names}] is gone; I go on with it.",
    Told.CHANGED: "The order[ for {names}] was changed; I prepare it anew.[ {before} → {after}.][{void:.0} Approvals "
    "given before no longer count.]",
    Told.OVERRIDDEN: "An approver lets the order[ for {names}] go on all the same.[ Reason: {reason}.][ In spite "
    "of:{list}]\nTwo other approvers must now agree.",
    Told.APPROVAL_WANTED: "Please review the order[ for {names}], then approve or refuse it.[ {dates}]",
    Told.APPROVED_ONE: "The order[ for {names}] has an approval[, {given} of {needed}]. One more approver, please.",
    Told.APPROVED: "The order[ for {names}] is approved[{own:.0} by its requester].[ {dates}]",
    Told.APPROVALS_VOID: "The approvals[ for {names}] no longer count, because something changed since.[ Reason: "
    "{reason}.]",
    Told.REFUSED: "An approver refused the order[ for {names}].[ Reason: {reason}.] Nothing was bought. You can "
    "correct it and order again from its card.",
    Told.BUY_BY_HAND: "Approved. Please add the service[ for {names}] in OpenSRS’s panel, from the draft exactly as "
    "it is. I see it within minutes and follow it from there.",
    Told.BLOCKED: "The order[ for {names}] is approved, but not bought yet[: {reason}]. It goes on by itself once "
    "that is lifted.",
    Told.BOUGHT: "Bought[: {names}]. Next the client shows control of the domain, and the authority checks.[ {dates}]",
    Told.FOUND_BOUGHT: "OpenSRS shows the order[ for {names}] as bought; I follow it from here.[ {reason}.][ {dates}]",
    Told.NO_ANSWER: "OpenSRS gave no clear answer when I bought[ {names}]. I look every five minutes, and buy nothing "
    "a second time in the dark.",
    Told.DOUBTFUL: "It is unclear whether the order[ for {names}] was bought[: {reason}]. Please look in OpenSRS’s "
    "panel, then say below what is there; two of you must agree. Until then I buy nothing.",
    Told.VOTED: "One approver has said what happened[ to {names}][: {about}]. Two must say the same before anything "
    "happens.",
    Told.NOT_BOUGHT: "The order[ for {names}] was surely not bought.[ Reason: {reason}.] It is held now; Check again "
    "on its card starts it anew.",
    Told.NUMBER_WANTED: "[The last number does not do: {reason}. ]Which order number did OpenSRS’s panel give[ "
    "{names}]? I follow it once I know.",
    Told.UNKNOWN_STATE: "OpenSRS shows a state that I do not know[ for {names}][: {state}]. I change nothing and keep "
    "looking.",
    Told.SUPPLIER_SILENT: "OpenSRS does not answer[ since {since}]. I try again every hour; Check again on the card "
    "tries at once, Cancel ends it.",
    Told.CLIENT_MUST_ACT: "The authority waits for the client now[: {how}][, for {names}]. Please ask them to do "
    "it.[\nName: `{where}`][\nType: {type}][\nValue: `{value}`][\n{dates}]",
    Told.PROGRESS: "News from OpenSRS[ about {names}]:[ from “{before}”][ to “{after}”].[ {dates}]",
    Told.DECLINED: "The authority declined the order[ for {names}].[ Reason: {reason}.] You can correct it and order "
    "again from its card.",
    Told.CANCELLED: "The order[ for {names}] is cancelled.[ Reason: {reason}.]",
    Told.CANCEL_RECORDED: "Cancelling[ {names}] is noted. I look first whether it was bought, then act on what I see.",
    Told.CANCEL_TOO_LATE: "It is too late to cancel[ {names}]: the authority goes on.[ Reason: {reason}.]",
    Told.ISSUED: "The certificate[ for {names}] is issued, matches our key[ and is good until {until}].[ "
    "Please look at this:{list}]",
    Told.NO_CERTIFICATE: "OpenSRS says it is done[ for {names}], but hands out no certificate[ since {since}]. Please "
    "look in the panel; I keep asking every hour.[ Reason: {reason}.]",
    Told.OTHER_KEY: "The certificate that came[ for {names}] belongs to another key, so I do not use it.[ Serial "
    "{serial}.][ Issuer {issuer}.][ {reason}.] Please have OpenSRS revoke it.",
    Told.AFTERMATH: "The order[ for {names}] is cancelled here, but OpenSRS goes on with it[ as {number}]. Please "
    "stop it in the panel.",
    Told.SECOND_WANTED: "Somebody wants a second order[ for {names}][ in the project {project}], beside this one. "
    "Both would be paid for; please allow it only with good reason.",
    Told.SECOND_ALLOWED: "A second order[ ({other})][ for {names}] is allowed.[ Reason: {reason}.]",
    Told.REMINDER: "The order[ for {names}] still waits for somebody to act[ since {since}].[ {reason}][ {dates}]",
    Told.SLOW: "This takes longer than usual[ for {names}]. Please ask the client whether the authority has written "
    "or called; OpenSRS’s support can say what holds it.[ {dates}]",
    Told.VALUE_OLD: "The value for the client’s DNS[ for {names}] grows old[: it dies on {until}]. Please have it set "
    "now.",
    Told.LAPSE_SOON: "Nobody has moved the order[ for {names}] for weeks. I cancel it[ on {until}] unless somebody "
    "does.",
    Told.VAULT_SHUT: "The vault does not open the key[ for {names}], so I stopped here. Please tell an admin.[ "
    "{reason}.]",
    Told.PROJECT_SET: "This channel has its project now[: {name}][, for the client {client}]. `/cert new` asks for a "
    "certificate.",
    Told.PAUSED: "Buying is paused.[ Reason: {reason}.] Approved orders wait until it is resumed.",
    Told.RESUMED: "Buying goes on. Waiting orders are checked again first.",
    Told.ANCHOR: "Today’s anchor of the audit[: `{anchor}`]. Please keep this message.",
    Told.UNDELIVERED: "I could not post this in the project’s channel; please invite me there:",
}

_SECOND = "second.allow"
_BUTTONS: dict[Told, tuple[card.Button, ...]] = {
    Told.APPROVAL_WANTED: (card.REVIEW, card.REFUSE),
    Told.APPROVED_ONE: (card.REVIEW, card.REFUSE),
    Told.DOUBTFUL: card.RESOLVE,
    Told.NUMBER_WANTED: (card.NUMBER,),
}


def _buttons(notice: Notice, facts: CardFacts | None) -> list[Json]:
    if notice.told is Told.SECOND_WANTED and notice.fact("form"):
        return [parts.button(_SECOND, "Allow a second order…", notice.fact("form"))]
    return card.buttons(facts, _BUTTONS.get(notice.told, ())) if facts else []
