"""The table of ORDER: what stands in it must behave so, what does not is refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.errors import IllegalMove
from bot.domain.findings import Override
from bot.domain.order import OPEN, Approval, Attempt, Move, Order, Second, Status, Vote, Work, advance, work_started
from bot.domain.request import Dcv, KeyType, Kind
from bot.domain.supply import Draft, Seen, Sight
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
TRIED = Attempt(0, 1, NOW)
ANSWERS = {Move.ACCEPTED, Move.REJECTED, Move.NO_ANSWER, Move.FOUND_DECLINED}


def standing(status: Status, move: Move) -> Order:
    """An order in this status, with an attempt out where the move is about one."""
    return an_order(status, attempts=(TRIED,) if status is Status.BUYING and move in ANSWERS else ())


@pytest.mark.parametrize(("status", "move"), [(status, move) for status in Status for move in Move])
def test_every_pair_is_as_the_design_says(status: Status, move: Move) -> None:
    if (status, move) in ROWS:
        assert advance(standing(status, move), move, LATER).status is ROWS[status, move]
    else:
        with pytest.raises(IllegalMove) as caught:
            advance(standing(status, move), move, LATER)
        assert (caught.value.order_id, caught.value.status, caught.value.move) == ("o-1", status, move)


@pytest.mark.parametrize("move", [*sorted(ANSWERS), Move.CANCEL, Move.HOLD, Move.DRAFT_DIFFERS, Move.APPROVER_LOST])
def test_once_an_attempt_is_out_its_answer_and_nothing_else_leads_on(move: Move) -> None:
    out, earlier_round = (an_order(Status.BUYING, round=number, attempts=(TRIED,)) for number in (0, 1))
    may, may_not = (out, earlier_round) if move in ANSWERS else (earlier_round, out)
    assert advance(may, move, LATER).status is ROWS[Status.BUYING, move]
    with pytest.raises(IllegalMove):
        advance(may_not, move, LATER)


def test_one_repetition_at_most() -> None:
    order = an_order(Status.BUYING)
    for number in (1, 2):
        order = advance(order, Move.ATTEMPT, LATER, attempts=(*order.attempts, Attempt(0, number, LATER)))
    with pytest.raises(IllegalMove):
        advance(order, Move.ATTEMPT, LATER)


BACK = (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL)
APPROVABLE = (Status.AWAITING_APPROVAL, Status.BUYING, Status.DOUBTFUL)


@pytest.mark.parametrize(("status", "move"), [(status, move) for status, move in ROWS if status in APPROVABLE])
def test_every_way_back_voids_the_approvals_and_nothing_else_does(status: Status, move: Move) -> None:
    votes, looks = (Vote(Move.NOT_BOUGHT, FIRST, NOW, 0),), (Seen(NOW, Sight.PENDING),)
    order = replace(standing(status, move), votes=votes, looks=looks, outside=True)
    order = replace(order, approvals=(Approval(order.digest, FIRST, NOW),))
    after = advance(order, move, LATER)
    found = (after.round, after.standing_approvals, after.votes, after.looks, after.tries, after.outside)
    entered = after.status is not status
    kept = (0, order.approvals, votes, looks, order.tries, True)
    assert found == ((1, (), (), (), (), False) if entered and after.status in BACK else kept)
    assert (after.attempts, after.since) == (order.attempts, LATER if entered else NOW)


COVERED: dict[str, Any] = {
    "names": ("shop.acme.com",), "purpose": "internal", "product": "ssl123", "level": "EV", "organisation": COMPANY,
    "admin": CONTACT, "billing": CONTACT, "technical": CONTACT, "dcv": Dcv.EMAIL, "approver_email": "admin@acme.com",
    "key_type": KeyType.P256, "own_csr": "OWN", "kind": Kind.RENEW, "renews": "77", "period": 2,
}  # fmt: skip
AROUND: list[tuple[str, Any]] = [
    *(("request", a_request(**{name: value})) for name, value in COVERED.items()), ("csr", "ANOTHER CSR"),
    ("account", replace(an_order().account, environment="live")), ("second", Second("two sites", SECOND, "o-0")),
    ("overrides", (Override("names|NAME-1||", "NAME-1", "they insist", SECOND, NOW),)), ("draft", None),
    *(("draft", draft) for draft in (Draft("1002", NOW, Decimal(49)), Draft("1001", NOW, Decimal(50)))),
    ("draft", Draft("1001", NOW)),
]  # fmt: skip
UNCOVERED: dict[str, Any] = {
    "version": 7, "since": LATER, "told": ("x",), "raw_state": "odd", "looks": (Seen(NOW, Sight.LIVE),),
    "blocked": "paused", "newest_note": "hello", "attempts": (TRIED,), "cancel_wanted_by": SECOND, "findings": (),
    "status": Status.BUYING,
}  # fmt: skip


@pytest.mark.parametrize(("name", "value", "stands"), [
    *((name, value, False) for name, value in AROUND), *((name, value, True) for name, value in UNCOVERED.items()),
])  # fmt: skip
def test_an_approval_stands_while_nothing_it_covers_changes(name: str, value: object, *, stands: bool) -> None:
    order = an_order(Status.AWAITING_APPROVAL)
    changed = replace(order, approvals=(Approval(order.digest, FIRST, NOW),), **{name: value})  # type: ignore[arg-type] # a table of changes
    assert bool(changed.standing_approvals) is stands


def test_fields_cannot_flow_into_each_other() -> None:
    one, other = a_request(renews="1", own_csr="23"), a_request(renews="12", own_csr="3")
    assert an_order(request=one).digest != an_order(request=other).digest


def test_work_starts_on_entering_and_again_after_a_change() -> None:
    assert work_started(Status.PREPARING, Status.PREPARING, Move.CHANGE) == (Work.PREPARE,)
    assert work_started(Status.PREPARING, Status.PREPARING, Move.SAVE_LOST) == ()
    assert work_started(Status.AWAITING_APPROVAL, Status.BUYING, Move.APPROVED) == (Work.PURCHASE, Work.REMIND)
    assert all(status.starts for status in OPEN)
    assert all(Work.DROP_DRAFT in ROWS[way].starts for way in ROWS if way[1] in {Move.CANCEL, Move.REFUSE, Move.LAPSE})
