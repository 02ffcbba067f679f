"""The table of ORDER: what stands in it must behave so, what does not is refused."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import IllegalMove
from bot.domain.findings import Override
from bot.domain.order import (
    ENDS,
    MOST_ATTEMPTS,
    MOVES,
    ON_ENTER,
    OPEN,
    Approval,
    Attempt,
    Move,
    Order,
    Second,
    Status,
    Vote,
    Work,
    advance,
    diagram,
    work_started,
)
from bot.domain.request import Dcv, KeyType, Kind
from bot.domain.supply import Seen, Sight
from tests.builders import COMPANY, CONTACT, a_request, an_order
from tests.fakes import FIRST, NOW, SECOND

LATER = NOW + timedelta(minutes=1)

# status > then: moves. Typed from the design's table.
TABLE = """
preparing > awaiting_approval: ready
preparing > held: hold
preparing > preparing: save_lost change
preparing > cancelled: cancel
preparing > validating: client_orders
held > preparing: mended change fill_in attest override
held > held: remind
held > cancelled: lapse cancel
awaiting_approval > awaiting_approval: approve rechecked remind
awaiting_approval > buying: approved
awaiting_approval > refused: refuse
awaiting_approval > preparing: change
awaiting_approval > cancelled: cancel
awaiting_approval > held: draft_differs hold
awaiting_approval > doubtful: bought_in_panel
buying > cancelled: cancel
buying > held: hold draft_differs rejected
buying > awaiting_approval: approver_lost
buying > buying: blocked attempt no_answer cancel_later number_wanted remind unknown_state
buying > validating: accepted found_live order_number
buying > doubtful: doubt found_cancelled
buying > declined: found_declined
doubtful > validating: found_live bought_outside bought_as
doubtful > held: still_pending not_bought
doubtful > doubtful: vote remind unknown_state
validating > validating: progress unknown_state resend switch_dcv nudge remind no_certificate other_key cancel_later
validating > declined: found_declined
validating > cancelled: cancelled_there gave_up
validating > issued: issue paste
issued > live: proven elsewhere
issued > issued: install_failed reissued burnt renewal
issued > ended: revoked renewal_proven coverage_over
live > live: reissued served_differs burnt renewal
live > ended: revoked renewal_proven coverage_over
refused > refused: reorder
declined > declined: reorder
cancelled > cancelled: aftermath
"""
ROWS = {
    (Status(status), Move(move)): Status(then)
    for way, _, moves in (line.partition(": ") for line in TABLE.strip().splitlines())
    for status, _, then in [way.partition(" > ")]
    for move in moves.split()
} | {(status, Move.VAULT_SHUT): status for status in Status}
PAIRS = [(status, move) for status in Status for move in Move]
TRIED = Attempt(0, 1, NOW)
ANSWERS = {Move.ACCEPTED, Move.REJECTED, Move.NO_ANSWER, Move.FOUND_DECLINED}


def standing(status: Status, move: Move) -> Order:
    """An order in this status, with an attempt out where the move is about one."""
    return an_order(status, attempts=(TRIED,) if (status, move) in {(Status.BUYING, m) for m in ANSWERS} else ())


@pytest.mark.parametrize(("status", "move"), PAIRS)
def test_every_pair_is_as_the_design_says(status: Status, move: Move) -> None:
    if (status, move) in ROWS:
        assert advance(standing(status, move), move, LATER).status is ROWS[status, move]
    else:
        with pytest.raises(IllegalMove) as caught:
            advance(standing(status, move), move, LATER)
        assert (caught.value.order_id, caught.value.status, caught.value.move) == ("o-1", status, move)


def test_the_table_has_no_row_more() -> None:
    assert MOVES.keys() == ROWS.keys()


@pytest.mark.parametrize("move", [Move.CANCEL, Move.HOLD, Move.DRAFT_DIFFERS, Move.APPROVER_LOST], ids=str)
def test_once_an_attempt_is_out_only_its_answer_leads_back(move: Move) -> None:
    with pytest.raises(IllegalMove):
        advance(an_order(Status.BUYING, attempts=(TRIED,)), move, LATER)
    earlier_round = an_order(Status.BUYING, round=1, attempts=(TRIED,))
    assert advance(earlier_round, move, LATER).status is not Status.BUYING


@pytest.mark.parametrize("move", sorted(ANSWERS))
def test_nothing_is_answered_that_was_not_asked(move: Move) -> None:
    with pytest.raises(IllegalMove):
        advance(an_order(Status.BUYING), move, LATER)
    with pytest.raises(IllegalMove):
        advance(an_order(Status.BUYING, round=1, attempts=(TRIED,)), move, LATER)


def test_one_repetition_at_most() -> None:
    order = an_order(Status.BUYING)
    for number in (1, 2):
        order = advance(order, Move.ATTEMPT, LATER, attempts=(*order.attempts, Attempt(0, number, LATER)))
    assert MOST_ATTEMPTS == 2
    with pytest.raises(IllegalMove):
        advance(order, Move.ATTEMPT, LATER)


WAYS_BACK = [
    (status, move)
    for (status, move), after in ROWS.items()
    if status in (Status.BUYING, Status.DOUBTFUL) and after in (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL)
] + [(Status.AWAITING_APPROVAL, move) for move in (Move.CHANGE, Move.HOLD, Move.DRAFT_DIFFERS)]


@pytest.mark.parametrize(("status", "move"), WAYS_BACK)
def test_every_way_back_voids_the_approvals(status: Status, move: Move) -> None:
    order = standing(status, move)
    approved = replace(
        order, approvals=(Approval(order.digest, FIRST, NOW),), votes=(Vote(Move.NOT_BOUGHT, FIRST, NOW, 0),),
        looks=(Seen(NOW, Sight.PENDING),), outside=True,
    )  # fmt: skip
    assert approved.standing_approvals
    back = advance(approved, move, LATER)
    assert (back.standing_approvals, back.votes, back.looks, back.tries) == ((), (), (), ())
    assert back.attempts == approved.attempts
    assert not back.outside
    assert back.round == order.round + 1


@pytest.mark.parametrize(("status", "move"), [
    (Status.AWAITING_APPROVAL, Move.APPROVE), (Status.AWAITING_APPROVAL, Move.APPROVED),
    (Status.AWAITING_APPROVAL, Move.RECHECKED), (Status.BUYING, Move.BLOCKED), (Status.DOUBTFUL, Move.VOTE),
])  # fmt: skip
def test_what_is_no_way_back_keeps_the_approvals(status: Status, move: Move) -> None:
    order = an_order(status)
    approved = replace(order, approvals=(Approval(order.digest, FIRST, NOW),))
    assert advance(approved, move, LATER).standing_approvals == approved.approvals


def test_the_time_in_a_status_starts_when_it_is_entered() -> None:
    order = an_order(Status.AWAITING_APPROVAL)
    assert advance(order, Move.APPROVE, LATER).since == NOW
    assert advance(order, Move.APPROVED, LATER).since == LATER


def test_a_move_brings_its_changes() -> None:
    after = advance(an_order(Status.AWAITING_APPROVAL), Move.REFUSE, LATER, reason="too dear")
    assert (after.status, after.reason) == (Status.REFUSED, "too dear")


COVERED: dict[str, Any] = {
    "names": ("shop.acme.com",), "purpose": "internal", "product": "ssl123", "level": "EV", "organisation": COMPANY,
    "admin": CONTACT, "billing": CONTACT, "technical": CONTACT, "dcv": Dcv.EMAIL, "approver_email": "admin@acme.com",
    "key_type": KeyType.P256, "own_csr": "OWN", "kind": Kind.RENEW, "renews": "77", "period": 2,
}  # fmt: skip
AROUND: dict[str, Any] = {
    "csr": "ANOTHER CSR", "account": replace(an_order().account, environment="live"),
    "overrides": (Override("names|NAME-1||", "NAME-1", "they insist", SECOND, NOW),),
    "second": Second("two sites", SECOND, "o-0"),
}  # fmt: skip
UNCOVERED: dict[str, Any] = {
    "version": 7, "since": LATER, "told": ("x",), "raw_state": "odd", "looks": (Seen(NOW, Sight.LIVE),),
    "blocked": "paused", "newest_note": "hello", "attempts": (TRIED,), "cancel_wanted_by": SECOND, "findings": (),
    "status": Status.BUYING,
}  # fmt: skip


def approved_order() -> Order:
    order = an_order(Status.AWAITING_APPROVAL)
    return replace(order, approvals=(Approval(order.digest, FIRST, NOW),))


@given(st.lists(st.sampled_from(sorted(COVERED)), unique=True), st.lists(st.sampled_from(sorted(AROUND)), unique=True))
def test_any_covered_field_changed_voids_the_approval(inside: list[str], around: list[str]) -> None:
    order = approved_order()
    request = replace(order.request, **{name: COVERED[name] for name in inside})
    changed = replace(order, request=request, **{name: AROUND[name] for name in around})
    assert bool(changed.standing_approvals) is not bool(inside or around)


@pytest.mark.parametrize("changes", [{"id": "1002"}, {"price": Decimal(50)}, {"price": None}], ids=str)
def test_another_draft_or_price_voids_the_approval(changes: dict[str, Any]) -> None:
    order = approved_order()
    assert order.draft is not None
    assert replace(order, draft=replace(order.draft, **changes)).standing_approvals == ()
    assert replace(order, draft=None).digest != order.digest


@given(st.dictionaries(st.sampled_from(sorted(UNCOVERED)), st.none(), min_size=1))
def test_what_an_approval_does_not_cover_leaves_it_standing(names: dict[str, None]) -> None:
    changed = replace(approved_order(), **{name: UNCOVERED[name] for name in names})
    assert changed.standing_approvals == approved_order().approvals


@given(st.text(max_size=8), st.text(max_size=8))
def test_fields_cannot_flow_into_each_other(one: str, other: str) -> None:
    split = [
        an_order(request=a_request(renews=one, own_csr=other)), an_order(request=a_request(renews=other, own_csr=one)),
    ]  # fmt: skip
    assert (split[0].digest == split[1].digest) is (one == other)


def test_every_status_says_who_moves_next() -> None:
    assert {status: status.next_actor.value for status in Status} == {
        Status.PREPARING: "desk", Status.HELD: "requester", Status.AWAITING_APPROVAL: "approver", Status.BUYING: "desk",
        Status.DOUBTFUL: "approver", Status.VALIDATING: "authority", Status.ISSUED: "engineer", Status.LIVE: "desk",
        Status.REFUSED: "requester", Status.DECLINED: "requester", Status.CANCELLED: "nobody", Status.ENDED: "nobody",
    }  # fmt: skip
    assert [str(status) for status in OPEN] == "preparing held awaiting_approval buying doubtful validating".split()


def test_ending_an_order_that_has_a_draft_drops_it() -> None:
    ends = {after for (_, move), after in ROWS.items() if move in (Move.CANCEL, Move.REFUSE, Move.LAPSE)}
    assert all(Work.DROP_DRAFT in ON_ENTER[status] for status in ends)


@pytest.mark.parametrize("status", [status for status in Status if status in OPEN])
def test_no_open_status_is_left_without_work(status: Status) -> None:
    assert ON_ENTER[status]


def test_work_starts_on_entering_and_again_after_a_change() -> None:
    assert work_started(Status.PREPARING, Status.PREPARING, Move.CHANGE) == (Work.PREPARE,)
    assert work_started(Status.PREPARING, Status.PREPARING, Move.SAVE_LOST) == ()
    assert Work.PURCHASE in work_started(Status.AWAITING_APPROVAL, Status.BUYING, Move.APPROVED)
    assert work_started(Status.LIVE, Status.ENDED, Move.REVOKED) == ()


def test_the_diagram_draws_every_move_once() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", diagram(), re.MULTILINE)
    wanted = [(s.value, a.value, m.value) for (s, m), a in ROWS.items() if m is not Move.VAULT_SHUT]
    assert sorted(drawn) == sorted(wanted)
    assert [f"{status} --> [*]" in diagram() for status in ENDS] == [True, True]
