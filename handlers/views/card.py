"""The order’s card: one message that shows the present state in at most eight lines, with the buttons of that state.

Its reader may be a guest of the channel: no price, balance, contact or supplier's id stands on it.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from bot.domain.approval import Buying
from bot.domain.order import Actor, Order, Status
from bot.shown.card import CardFacts
from handlers.views import parts, words
from handlers.views.parts import Json, Message
from handlers.views.words import counted

_MOST_DETAILS = 4  # with headline, asked, next and dates: eight lines
_MOST_PEOPLE = 5


def card(facts: CardFacts) -> Message:
    """Fallback text and blocks."""
    lines = [headline(facts), _asked(facts), _next(facts), *_details(facts)[:_MOST_DETAILS], dates(facts)]
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
    given = len(order.standing_approvals)
    count = f": {given} of {facts.needed} given" if order.status is Status.AWAITING_APPROVAL and given else ""
    return words.STATE[order.status] + count


def _asked(facts: CardFacts) -> str:
    order = facts.order
    test = ["*TEST account, nothing real is bought*"] if order.account.is_test else []
    level = words.LEVEL[facts.product.level if facts.product else order.request.level].capitalize()
    deeds = [f"asked by {parts.mention(order.requester)}"]
    deeds += [
        f"approved by {parts.mention(each.by)}" + (", its requester" if each.own else "")
        for each in order.standing_approvals
    ]
    return " · ".join([*test, level, *deeds, f"order {parts.code(order.id)}"])


def _next(facts: CardFacts) -> str:
    if facts.next_actor is Actor.NOBODY:
        return ""
    order, by_hand = facts.order, facts.order.status is Status.BUYING and facts.next_actor is Actor.ENGINEER
    who = people(facts.next_people) or words.ACTOR[facts.next_actor]
    doing = words.DOING["by hand" if by_hand and not order.blocked else order.status]
    return f"*Next:* {who}: {doing} · since {parts.when(order.since)}"


def people(users: tuple[str, ...]) -> str:
    """The first few as mentions, the rest as a number."""
    shown = ", ".join(parts.mention(user) for user in users[:_MOST_PEOPLE])
    rest = len(users) - _MOST_PEOPLE
    return f"{shown} and {rest} more" if rest > 0 else shown


def _details(facts: CardFacts) -> list[str]:
    """What is particular about the state; the first few are shown."""
    order = facts.order
    reasons = order.hold.reasons if order.hold and order.status is Status.HELD else ()
    numbered = [f"{place}. {parts.foreign(reason)}" for place, reason in enumerate(reasons, 1)]
    if len(numbered) > _MOST_DETAILS:
        rest = counted(len(numbered) - _MOST_DETAILS + 1, "more reason")
        return [*numbered[: _MOST_DETAILS - 1], f"… and {rest} in the thread"]
    return numbered + [line for status, line in _particulars(order) if line and order.status in status]


_OVER = (Status.REFUSED, Status.DECLINED, Status.CANCELLED, Status.ENDED)
_AT_SUPPLIER = (Status.BUYING, Status.DOUBTFUL, Status.VALIDATING)


def _particulars(order: Order) -> list[tuple[tuple[Status, ...], str]]:
    """(statuses it is shown in, line or nothing)."""
    since = f" since {parts.when(order.drafting_at)}" if order.drafting_at else ""
    votes = ", ".join(f"{parts.mention(vote.by)}: {words.VOTE.get(vote.about, '?')}" for vote in order.votes[-4:])
    wish = f"Cancelling was asked for by {parts.mention(order.cancel_wanted_by)}; done when it is clear what happened."
    warnings = parts.foreign(", ".join(order.certificate.warnings)) if order.certificate else ""
    return [
        (tuple(Status), "*Allowed as a second order for these addresses.*" if order.second else ""),
        (
            tuple(Status),
            f"{counted(len(order.overrides), 'stop')} overridden by an approver." if order.overrides else "",
        ),
        ((Status.PREPARING,), f"OpenSRS is silent{since}; the desk keeps trying." if order.lost_saves else ""),
        ((Status.BUYING,), parts.foreign(order.blocked[:1].upper() + order.blocked[1:])),
        (_AT_SUPPLIER, wish if order.cancel_wanted_by else ""),
        ((Status.DOUBTFUL,), f"Said so far: {votes}. Two approvers must agree." if votes else ""),
        (_AT_SUPPLIER, f"State at OpenSRS: {parts.code(order.raw_state, 80)}" if order.raw_state else ""),
        ((*_OVER, Status.VALIDATING), f"OpenSRS says: {parts.foreign(order.newest_note)}" if order.newest_note else ""),
        (_OVER, f"Reason: {parts.foreign(order.reason)}" if order.reason else ""),
        ((Status.ISSUED, Status.LIVE), f"Look at: {warnings}" if warnings else ""),
    ]


def dates(facts: CardFacts) -> str:
    """When it can be ready against the launch; for a certificate in hand how long it lives."""
    order, launch = facts.order, facts.launch
    if order.certificate:
        return f"Valid until {parts.when(order.certificate.not_after, parts.DATE)}."
    if facts.expected:
        held = "Once that is done: ready" if order.status is Status.HELD else "Ready"
        return f"{held} about {parts.day(facts.expected)}{_against(facts.expected, launch)}."
    return f"Launch {parts.day(launch)}." if launch and order.status not in _OVER else ""


def _against(expected: date, launch: date | None) -> str:
    if launch is None:
        return ""
    left = (launch - expected).days
    if left < 0:
        return f", *{counted(-left, 'day')} after the launch* on {parts.day(launch)}"
    return (
        f", {counted(left, 'day')} before the launch on {parts.day(launch)}" if left else ", on the day of the launch"
    )


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


def _untried(facts: CardFacts) -> bool:
    return not facts.order.tries


def _tried(facts: CardFacts) -> bool:
    return bool(facts.order.tries)


def _by_hand(facts: CardFacts) -> bool:
    return facts.buying is Buying.BY_HAND and not facts.order.tries


BUTTONS: dict[Status, tuple[Button, ...]] = {
    Status.PREPARING: (_CHANGE, _CHECK, _CANCEL),
    Status.HELD: (_CHANGE._replace(text="fill_in", style="primary"), _CHECK, Button("order.override"), _CANCEL),
    Status.AWAITING_APPROVAL: (REVIEW, REFUSE, _CHANGE, _CHECK, _CANCEL),
    Status.BUYING: (_LOOK, NUMBER._replace(when=_by_hand), _CANCEL._replace(when=_untried),
                    _CANCEL_BOUGHT._replace(when=_tried)),
    Status.DOUBTFUL: (*RESOLVE, _LOOK),
    Status.VALIDATING: (_LOOK, _CANCEL_BOUGHT),
    Status.ISSUED: (),
    Status.LIVE: (),
    Status.REFUSED: (_AGAIN,),
    Status.DECLINED: (_AGAIN,),
    Status.CANCELLED: (_AGAIN,),
    Status.ENDED: (),
}  # fmt: skip


def buttons(facts: CardFacts, wanted: tuple[Button, ...] | None = None) -> list[Json]:
    """The buttons of the order's status, or the wanted ones, each with the order and the version it was drawn from."""
    order = facts.order
    return [
        parts.button(
            row.action,
            words.BUTTON[row.text or row.action],
            f"{order.id}:{order.version}",
            row.style,
            _confirm(row, order),
        )
        for row in (BUTTONS[order.status] if wanted is None else wanted)
        if row.when(facts)
    ]


def _confirm(row: Button, order: Order) -> Json | None:
    question, _, yes = words.SURE.get(row.action, "").partition("|")
    about = parts.code(order.request.common_name, 120)
    return parts.confirmation("Are you sure?", f"{about}: {question}", yes) if yes else None
