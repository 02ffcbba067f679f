"""R2, R3 and R4: what looks prove, and when a second call is allowed."""

from datetime import timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.order import Attempt, Move, Order, Status
from bot.domain.purchase import before_attempt, judge, sight
from bot.domain.supply import Draft, Look, Note, Seen, Sight, State
from tests.builders import a_look, an_order
from tests.fakes import NOW

MINUTE = timedelta(minutes=1)
HELD = (Note(NOW, "money_held", "Order [1001] 49.0 held."),)
RETURNED = (Note(NOW, "money_returned", "Order [1001] 49.0 returned."),)
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
    (a_look(State.UNKNOWN), True, Sight.UNCLEAR), (a_look(notes=RETURNED), True, Sight.PENDING),
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
    unpriced = an_order(Status.BUYING, draft=Draft("1001", NOW))
    assert before_attempt(unpriced, a_look(price=None), ours=True) is None
    assert before_attempt(unpriced, a_look(), ours=True) is Move.DRAFT_DIFFERS


LOOKS = st.lists(st.tuples(st.integers(-10, 45), st.sampled_from(list(Sight))), max_size=8).map(
    lambda found: [Seen(NOW + at * MINUTE, proves) for at, proves in sorted(found, key=lambda pair: pair[0])]
)


@given(LOOKS, st.integers(0, 20))
def test_a_second_call_is_never_made_in_the_dark(seen: list[Seen], after_last: int) -> None:
    now = max((look.at for look in seen), default=NOW) + after_last * MINUTE
    if judge(tried(0), tuple(seen), now) is Move.ATTEMPT:
        unbroken = list(takewhile(lambda look: look.sight is Sight.PENDING and look.at > NOW, reversed(seen)))
        assert unbroken[0].at - unbroken[-1].at >= 5 * MINUTE
        assert now >= NOW + 15 * MINUTE


@pytest.mark.parametrize(("attempts", "looks", "now", "verdict"), [
    ((0,), "10 pending, 15 pending", 15, Move.ATTEMPT), ((0,), "9 pending, 14 pending", 15, None),
    ((0,), "11 pending, 15 pending", 15, None), ((0,), "5 pending, 12 unclear, 15 pending", 15, None),
    ((0,), "5 pending, 10 pending, 15 unclear", 15, None), ((0,), "15 pending", 15, None),
    ((0,), "-5 pending, 15 pending", 15, None), ((0,), "0 pending, 15 pending", 15, None), ((0,), "", 30, None),
    ((-30, 0), "10 pending, 15 pending", 15, Move.DOUBT),  # one repetition, then doubt
    ((-30, 0), "59 unclear", 59, None), ((-30, 0), "59 unclear", 60, Move.DOUBT),  # an hour from the newest attempt
    ((0,), "-1 live, 0 live", 1, None),  # looks before the attempt prove nothing about it
    ((0,), "1 live", 1, Move.FOUND_LIVE), ((0,), "1 live, 2 unclear", 2, None),
    ((0,), "1 declined", 1, Move.FOUND_DECLINED), ((0,), "10 pending, 15 cancelled", 15, Move.FOUND_CANCELLED),
])  # fmt: skip
def test_what_the_looks_since_the_newest_attempt_allow(
    attempts: tuple[float, ...], looks: str, now: float, verdict: Move | None
) -> None:
    pairs = [look.split() for look in looks.split(", ") if look]
    seen = tuple(Seen(NOW + int(at) * MINUTE, Sight(proves)) for at, proves in pairs)
    assert judge(tried(*attempts), seen, NOW + now * MINUTE) is verdict
