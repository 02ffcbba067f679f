"""The order’s card: one message that shows the present state in at most eight lines, with the buttons of that state.

Its reader may be a guest of the channel: no price, balance, contact or supplier's id stands on it.
"""

from collections.abc import Callable
from typing import NamedTuple

from bot.domain.approval import Buying
from bot.domain.findings import Mender, standing_stops
from bot.domain.order import Actor, Order, Status
from bot.domain.request import Dcv
from bot.domain.supply import State
from bot.shown.card import CardFacts, proof
from bot.shown.forecast import slips
from handlers.views import parts, words
from handlers.views.parts import Json, Message
from handlers.views.words import counted

_MOST_DETAILS = 4  # with headline, asked, next and dates: eight lines
_MOST_PEOPLE = 5


def card(facts: CardFacts, *, private: bool = False) -> Message:
    """Fallback text and blocks. `private`: nobody else reads it, so that what others wrote stands there whole."""
    details = _details(facts, parts.foreign if private else parts.public)
    lines = [headline(facts), _asked(facts), _next(facts), *details[:_MOST_DETAILS], dates(facts)]
    if private and facts.order.newest_note:
        lines.append(words.LINE["note"].format(parts.foreign(facts.order.newest_note)))
    text = "\n".join(line for line in lines if line)
    return headline(facts), [parts.section(text), *parts.actions(*buttons(facts))]


def headline(facts: CardFacts) -> str:
    """The state in words, then the names."""
    emoji, _, said = _state(facts).partition(" ")
    return f"{emoji} {parts.bold(said)}   {parts.names(facts.order.request.names)}"


def _state(facts: CardFacts) -> str:
    order = facts.order
    if order.hold and order.status is Status.HELD:
        things = counted(len(order.hold.reasons), "thing")
        return f"{words.STATE[f'held {order.hold.who}']}: {things} before we can order"
    if order.status is Status.BUYING and not order.tries and (order.blocked or facts.buying is Buying.BY_HAND):
        return words.STATE["stopped" if order.blocked else "by hand"]
    if order.by_client and order.status is Status.VALIDATING:
        return words.STATE["with client"]
    given = len(order.standing_approvals)
    count = f": {given} of {facts.needed} given" if order.status is Status.AWAITING_APPROVAL and given else ""
    return words.STATE[order.status] + count


def _asked(facts: CardFacts) -> str:
    order = facts.order
    test = ["*TEST account, nothing real is bought*"] if order.account.is_test else []
    level = words.LEVEL[facts.product.level if facts.product else order.request.level].capitalize()
    yes = [(parts.mention(each.by), ", its requester" if each.own else "") for each in order.standing_approvals]
    deeds = (f"asked by {parts.mention(order.requester)}", *(f"approved by {by}{own}" for by, own in yes))
    return " · ".join([*test, level, *deeds, f"order {parts.code(order.id)}"])


def _next(facts: CardFacts) -> str:
    if facts.next_actor is Actor.NOBODY:
        return ""
    order = facts.order
    who = people(facts.next_people) or words.ACTOR[facts.next_actor]
    if facts.next_actor is Actor.CLIENT and facts.client:
        who = parts.foreign(facts.client, 80)
    doing = words.DOING[_doing(facts)].format(client=parts.foreign(facts.client, 80))
    return f"*Next:* {who}: {doing} · since {parts.when(max(order.since, order.sent_at or order.since))}"


def _doing(facts: CardFacts) -> str:
    """The row of what the one who is next does."""
    order = facts.order
    if order.status is Status.BUYING and (order.blocked or facts.next_actor is Actor.ENGINEER):
        return "stopped" if order.blocked else "number" if "number" in order.told else "by hand"
    if facts.to_send:
        return "send"
    if facts.next_actor is Actor.CLIENT:
        return "by client" if order.by_client else "sent"
    return order.status


def people(users: tuple[str, ...]) -> str:
    """The first few as mentions, the rest as a number."""
    shown = ", ".join(parts.mention(user) for user in users[:_MOST_PEOPLE])
    rest = len(users) - _MOST_PEOPLE
    return f"{shown} and {rest} more" if rest > 0 else shown


def _details(facts: CardFacts, told: Callable[[str], str]) -> list[str]:
    """What is particular about the state; the first few are shown."""
    order = facts.order
    reasons = order.hold.reasons if order.hold and order.status is Status.HELD else ()
    numbered = [f"{place}. {told(reason)}" for place, reason in enumerate(reasons, 1)]
    if len(numbered) > _MOST_DETAILS:
        rest = counted(len(numbered) - _MOST_DETAILS + 1, "more reason")
        return [*numbered[: _MOST_DETAILS - 1], f"… and {rest} in the thread"]
    return [*numbered, *_checklist(facts), *_particulars(order, told)]


def _checklist(facts: CardFacts) -> list[str]:
    """What the authority wants, as far as it is seen: the proof of control, and what happens out of our sight."""
    order = facts.order
    if order.status is not Status.VALIDATING or order.by_client:
        return []
    done = {State.APPROVER_CONFIRMED: "seen", State.COMPLETED: "seen", State.AWAITING_APPROVAL: "awaited"}
    lines = [words.CHECKLIST[f"{order.request.dcv} {done.get(proof(order), 'to come')}"]]
    if order.request.level.company_checked:
        days = "{} to {}".format(*facts.product.days) if facts.product else "some"
        lines.append(words.CHECKLIST["company"].format(days=days))
    return lines


_OVER = (Status.REFUSED, Status.DECLINED, Status.CANCELLED, Status.ENDED)
_AT_SUPPLIER, _IN_HAND = (Status.BUYING, Status.DOUBTFUL, Status.VALIDATING), (Status.ISSUED, Status.LIVE)


def _particulars(order: Order, told: Callable[[str], str]) -> list[str]:
    """What else is to say in this status, the most pressing first."""
    raw = order.status is not Status.VALIDATING or proof(order) is State.UNKNOWN  # else the checklist says it
    every = tuple(Status)
    silent = f" since {parts.when(order.drafting_at)}" if order.drafting_at else " now"
    votes = (f"{parts.mention(vote.by)}: {words.VOTE.get(vote.about, '?')}" for vote in order.votes[-4:])
    rows = (
        ("wish", _AT_SUPPLIER, parts.mention(order.cancel_wanted_by)),
        ("second", every, "yes" if order.second else ""),
        ("overridden", every, counted(len(order.overrides), "stop") if order.overrides else ""),
        ("silent", (Status.PREPARING,), silent if order.lost_saves else ""),
        ("blocked", (Status.BUYING,), told(order.blocked[:1].upper() + order.blocked[1:])),
        ("votes", (Status.DOUBTFUL,), ", ".join(votes)),
        ("state", _AT_SUPPLIER, parts.code(order.raw_state, 80) if raw and not order.by_client else ""),
        ("reason", _OVER, told(order.reason)),
        ("odd", _IN_HAND, parts.foreign(", ".join(order.certificate.warnings)) if order.certificate else ""),
    )
    return [words.LINE[line].format(said) for line, statuses, said in rows if said and order.status in statuses]


def dates(facts: CardFacts) -> str:
    """When it can be ready against the launch; for a certificate in hand how long it lives."""
    order, launch = facts.order, facts.launch
    if order.certificate:
        return f"Valid until {parts.when(order.certificate.not_after, parts.DATE)}."
    if facts.expected is None:
        return f"Launch {parts.day(launch)}." if launch and order.status not in _OVER else ""
    held = "Once that is done: ready" if order.status is Status.HELD else "Ready"
    left = (launch - facts.expected).days if launch else 0
    against = words.LINE["late" if left < 0 else "early" if left else "just"]
    said = against.format(counted(abs(left), "day"), parts.day(launch)) if launch else ""
    return f"{held} about {parts.day(facts.expected)}{said}."


class Button(NamedTuple):
    """One row of the table. `when` may hide it; `text` is where its words stand, if not under the action."""

    action: str
    style: str = ""
    when: Callable[[CardFacts], bool] = lambda _facts: True
    text: str = ""


_CHANGE, _CHECK, _LOOK = Button("order.change"), Button("order.check"), Button("order.look")
_CANCEL, _CANCEL_BOUGHT = Button("order.cancel", "danger"), Button("order.cancel_bought", "danger")
_AGAIN = Button("order.reorder", "primary")
REVIEW, REFUSE, NUMBER = Button("order.review", "primary"), Button("order.refuse"), Button("order.number")
RESOLVE = (Button("order.resolve.not_bought"), Button("order.resolve.outside"), Button("order.resolve.number"))


def _is(test: Callable[[Order], object]) -> Callable[[CardFacts], bool]:
    return lambda facts: bool(test(facts.order))


def _unsettled(order: Order) -> bool:
    return any(stop.check == "standing" for stop in standing_stops(order.findings, order.overrides))


_OURS, _CLIENTS = _is(lambda order: not order.by_client), _is(lambda order: order.by_client)
_WAITS = _is(lambda order: order.hold and order.hold.who is Mender.CLIENT)
_BY_MAIL = _is(lambda order: not order.by_client and order.request.dcv is Dcv.EMAIL)
_BY_RECORD = _is(lambda order: not order.by_client and order.request.dcv is not Dcv.EMAIL)
_TEXT, _PASTE, _SWITCH = Button("client.text"), Button("order.paste"), Button("order.switch")
_RENEW, _MENU = Button("order.renew"), "order.more"


def _by_hand(facts: CardFacts) -> bool:
    return facts.buying is Buying.BY_HAND and not facts.order.tries


def _unsent(facts: CardFacts) -> bool:
    return facts.order.sent_at is None and (facts.order.status is not Status.HELD or _WAITS(facts))


def _late(facts: CardFacts) -> bool:
    """Too late for the launch, where a quicker kind can be ordered instead or beside it."""
    return facts.order.request.level.company_checked and slips(facts.expected, facts.launch)


PLAN_B, _SENT = Button("order.plan_b", when=_late), Button("client.sent", when=_unsent)
BUTTONS: dict[Status, tuple[Button, ...]] = {
    Status.PREPARING: (_CHANGE, _CHECK, _CANCEL),
    Status.HELD: (_CHANGE._replace(text="fill_in", style="primary"), Button("standing.attest", when=_is(_unsettled)),
                  _TEXT._replace(when=_WAITS), Button("client.paste", when=_WAITS), _SENT, _CHECK,
                  Button("order.override", when=_is(lambda order: standing_stops(order.findings, order.overrides))),
                  PLAN_B, _CANCEL),
    Status.AWAITING_APPROVAL: (REVIEW, REFUSE, _CHANGE, _CHECK, PLAN_B, _CANCEL),
    Status.BUYING: (_LOOK, NUMBER._replace(when=_by_hand), _CANCEL._replace(when=_is(lambda order: not order.tries)),
                    _CANCEL_BOUGHT._replace(when=_is(lambda order: order.tries))),
    Status.DOUBTFUL: (*RESOLVE, _LOOK),
    Status.VALIDATING: (_TEXT, _SENT, _LOOK._replace(when=_OURS), _PASTE,
                        Button("order.resend", when=_BY_MAIL), _SWITCH._replace(when=_BY_RECORD, text="use_mail"),
                        _SWITCH._replace(when=_BY_MAIL, text="use_record"), Button("supplier.ask", when=_OURS),
                        PLAN_B, Button("order.to_agency", when=_CLIENTS), Button("order.give_up", "danger", _CLIENTS),
                        _CANCEL_BOUGHT._replace(when=_OURS)),
    **dict.fromkeys((*_IN_HAND, Status.ENDED), (_RENEW,)),
    **dict.fromkeys((Status.REFUSED, Status.DECLINED, Status.CANCELLED), (_AGAIN,)),
}  # fmt: skip
_MOST_BUTTONS = 5


def buttons(facts: CardFacts, wanted: tuple[Button, ...] | None = None) -> list[Json]:
    """The buttons of the order's status, or the wanted ones, each with the order and the version it was drawn from.

    At most five stand in the row; the rest goes into a menu, but nothing that is asked twice: a menu asks nothing.
    """
    order, rows = facts.order, [row for row in (wanted or BUTTONS[facts.order.status]) if row.when(facts)]
    room = _MOST_BUTTONS - sum(row.action in words.SURE for row in rows)
    harmless = [row for row in rows if row.action not in words.SURE]
    menu = harmless[room - (len(harmless) == room + 1) :] if len(rows) > _MOST_BUTTONS else []  # of two at least
    about = f"{order.id}:{order.version}"
    shown = [
        parts.button(row.action, _text(row), about, row.style, _confirm(row, order)) for row in rows if row not in menu
    ]
    return [*shown, parts.overflow(_MENU, [(f"{row.action}|{about}", _text(row)) for row in menu])] if menu else shown


def _text(row: Button) -> str:
    return words.BUTTON[row.text or row.action]


def _confirm(row: Button, order: Order) -> Json | None:
    question, _, yes = words.SURE.get(row.action, "").partition("|")
    about = parts.code(order.request.common_name, 120)
    return parts.confirmation("Are you sure?", f"{about}: {question}", yes) if yes else None
