"""R2, R3 and R4: what looks prove, and when a second call is allowed."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.order import Attempt, Move, Order, Status
from bot.domain.purchase import before_attempt, judge, pending_for_sure, sight
from bot.domain.supply import Look, Note, Seen, Sight, State
from tests.builders import a_look, an_order
from tests.fakes import NOW

MINUTE = timedelta(minutes=1)
HELD = (Note(NOW, "money_held", "Order [1001] 49.0 held."),)
CHARGED = (Note(NOW, "money_charged", "Order [1001] 49.0 charged."),)
LIVE = (State.IN_PROGRESS, State.AWAITING_APPROVAL, State.APPROVER_CONFIRMED, State.COMPLETED)


def tried(*minutes: float, **changes: Any) -> Order:
    """An order with attempts so many minutes after NOW."""
    attempts = tuple(Attempt(0, number, NOW + at * MINUTE) for number, at in enumerate(minutes, 1))
    return an_order(Status.BUYING, attempts=attempts, **changes)


@pytest.mark.parametrize(("look", "ours", "proves"), [
    *[(a_look(state), True, Sight.LIVE) for state in LIVE], *[(a_look(state), False, Sight.UNCLEAR) for state in LIVE],
    (a_look(), True, Sight.PENDING), (a_look(), False, Sight.UNCLEAR), (a_look(notes=HELD), True, Sight.UNCLEAR),
    (a_look(notes=CHARGED), True, Sight.UNCLEAR), (a_look(State.DECLINED), True, Sight.DECLINED),
    (a_look(State.DECLINED), False, Sight.UNCLEAR), (a_look(State.CANCELLED), True, Sight.CANCELLED),
    (a_look(State.UNKNOWN), True, Sight.UNCLEAR), (a_look(State.UNKNOWN, notes=HELD), True, Sight.UNCLEAR),
])  # fmt: skip
def test_what_one_look_proves(look: Look, proves: Sight, *, ours: bool) -> None:
    assert sight(look, ours=ours) is proves


@pytest.mark.parametrize(("look", "ours", "instead"), [
    (a_look(), True, None), (a_look(), False, Move.DRAFT_DIFFERS),
    (a_look(price=Decimal("49.01")), True, Move.DRAFT_DIFFERS), (a_look(price=None), True, Move.DRAFT_DIFFERS),
    *[(a_look(state), True, Move.FOUND_LIVE) for state in LIVE],
    *[(a_look(state), False, Move.DOUBT) for state in LIVE],
    *[(a_look(state), True, Move.DOUBT) for state in (State.DECLINED, State.CANCELLED, State.UNKNOWN)],
    (a_look(notes=HELD), True, Move.DOUBT),
])  # fmt: skip
def test_nothing_is_attempted_but_the_very_draft_that_was_approved(
    look: Look, instead: Move | None, *, ours: bool
) -> None:
    assert before_attempt(an_order(Status.BUYING), look, ours=ours) is instead


def test_an_unknown_price_is_as_approved_only_while_it_is_unknown() -> None:
    draft = an_order(Status.BUYING).draft
    assert draft is not None
    unpriced = an_order(Status.BUYING, draft=type(draft)(draft.id, NOW))
    assert before_attempt(unpriced, a_look(price=None), ours=True) is None
    assert before_attempt(unpriced, a_look(), ours=True) is Move.DRAFT_DIFFERS


def may_repeat(seen: list[Seen], attempted: datetime, now: datetime) -> bool:
    """R2 in other words: a quarter of an hour is over, and of the looks since there are two pending ones, the last of
    all and one at least five minutes before it, with nothing else between them.
    """
    since = [look for look in seen if look.at > attempted]
    if now < attempted + 15 * MINUTE or not since:
        return False
    last = since[-1]
    unbroken = []
    for look in reversed(since):
        if look.sight is not Sight.PENDING:
            break
        unbroken.append(look)
    return any(last.at - look.at >= 5 * MINUTE for look in unbroken)


LOOKS = st.lists(st.tuples(st.integers(-10, 45), st.sampled_from(list(Sight))), max_size=8).map(
    lambda found: [Seen(NOW + at * MINUTE, proves) for at, proves in sorted(found, key=lambda pair: pair[0])]
)


@given(LOOKS, st.integers(0, 20))
def test_a_second_call_is_never_made_in_the_dark(seen: list[Seen], after_last: int) -> None:
    now = max((look.at for look in seen), default=NOW) + after_last * MINUTE
    if judge(tried(0), tuple(seen), now) is Move.ATTEMPT:
        assert may_repeat(seen, NOW, now)


@given(LOOKS, st.sampled_from(list(Sight)), st.integers(0, 59))
def test_the_look_of_this_moment_decides(seen: list[Seen], proves: Sight, minute: int) -> None:
    now = NOW + minute * MINUTE
    looks = (*[look for look in seen if look.at < now], Seen(now, proves))
    verdict = judge(tried(-1), looks, now)
    clear = {Sight.LIVE: Move.FOUND_LIVE, Sight.DECLINED: Move.FOUND_DECLINED,
             Sight.CANCELLED: Move.FOUND_CANCELLED}  # fmt: skip
    if proves in clear:
        assert verdict is clear[proves]
    elif may_repeat(list(looks), NOW - MINUTE, now):
        assert verdict is Move.ATTEMPT
    else:
        assert verdict is (Move.DOUBT if minute == 59 else None)


@pytest.mark.parametrize(("looks", "now", "sure"), [
    ([(10, "pending"), (15, "pending")], 15, True), ([(9, "pending"), (14, "pending")], 14.9, False),
    ([(11, "pending"), (15, "pending")], 15, False), ([(5, "pending"), (10, "unclear"), (15, "pending")], 15, False),
    ([(5, "pending"), (10, "pending"), (15, "unclear")], 15, False), ([(15, "pending")], 15, False),
    ([(-5, "pending"), (15, "pending")], 15, False), ([(0, "pending"), (15, "pending")], 15, False), ([], 30, False),
])  # fmt: skip
def test_surely_pending(looks: list[tuple[int, str]], now: float, *, sure: bool) -> None:
    seen = tuple(Seen(NOW + at * MINUTE, Sight(proves)) for at, proves in looks)
    assert pending_for_sure(seen, NOW, NOW + now * MINUTE) is sure


@pytest.mark.parametrize(("attempts", "verdict"), [((0,), Move.ATTEMPT), ((-30, 0), Move.DOUBT)])
def test_one_repetition_then_doubt(attempts: tuple[float, ...], verdict: Move) -> None:
    seen = (Seen(NOW + 10 * MINUTE, Sight.PENDING), Seen(NOW + 15 * MINUTE, Sight.PENDING))
    assert judge(tried(*attempts), seen, NOW + 15 * MINUTE) is verdict


def test_the_hour_counts_from_the_newest_attempt() -> None:
    blind = (Seen(NOW + 59 * MINUTE, Sight.UNCLEAR),)
    assert judge(tried(-30, 0), blind, NOW + 59 * MINUTE) is None
    assert judge(tried(-30, 0), blind, NOW + 60 * MINUTE) is Move.DOUBT


def test_looks_before_the_attempt_prove_nothing_about_it() -> None:
    before = (Seen(NOW - MINUTE, Sight.LIVE), Seen(NOW, Sight.LIVE))
    assert judge(tried(0), before, NOW + MINUTE) is None
