"""Doubtful purchases: two approvers say what happened, and the supplier must show it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import DecidedAlready, IllegalMove, NotAllowed, PeopleUnknown
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from tests.bot.service.conftest import Act, arm, at_supplier, foreign_csr
from tests.bot.service.test_buy import approved, cancel, darken, no_approval_stands, play, sent
from tests.builders import World
from tests.fakes import FIRST, REQUESTER, SECOND, THIRD


@pytest.fixture
def order(world: World) -> Order:
    """Nobody knows whether it was bought: it was, and the supplier has been silent since."""
    order = approved(world)
    after = play(world, order, arm("drop_after"), "0 buying 1 in-progress", darken, "62 doubtful 1 in-progress")
    world.standin.faults.clear()
    return after


@pytest.fixture
def in_panel(world: World) -> Order:
    """Submitted by hand before anybody approved it."""
    return play(world, world.waiting(), at_supplier("submit_in_panel"), "120 doubtful 0 in-progress")


def pending(world: World, order: Order) -> None:
    """The supplier shows the draft as if it had never been submitted."""
    held = world.standin.orders[order.supplier_id]
    held.notes[:] = [note for note in held.notes if note.type != "money_held"]
    held.submissions = 0
    world.standin.set_state(order.supplier_id, "pending")


def votes(world: World, order: Order, verb: str, *by: str) -> Order:
    """The votes and the job they start, while the regular looks are not due."""
    for user in by:
        getattr(world.desk.resolve, verb)(order.id, user)
    for job in world.jobs.claim(world.clock.now(), "w-9", 50):
        if job.kind == "resolve":
            world.desk.jobs["resolve"](job)
        world.jobs.finish(job, world.clock.now() + timedelta(hours=1))
    return world.order(order.id)


# -- not bought


def test_not_bought_by_two_approvers_holds_the_order_and_voids_its_approvals(world: World, order: Order) -> None:
    pending(world, order)
    one = votes(world, order, "not_bought", FIRST)
    assert (one.status, len(one.votes)) == (Status.DOUBTFUL, 1)
    with pytest.raises(DecidedAlready):
        world.desk.resolve.not_bought(order.id, FIRST)
    after = votes(world, order, "not_bought", SECOND)
    assert (after.status, no_approval_stands(after), sent(world)) == (Status.HELD, True, 1)


def test_not_bought_is_refused_while_any_known_id_is_live(world: World, order: Order) -> None:
    first = order.supplier_id
    other = world.waiting("shop.acme.com")
    with world.store.unit() as unit:  # a later id, whose draft is untouched
        unit.save_order(replace(order, supplier_ids=(*order.supplier_ids, "4711")))
    world.standin.orders[other.supplier_id].csr = order.csr
    world.standin.book["4711"] = replace(world.standin.orders[other.supplier_id], order_id="4711")
    assert world.standin.orders[first].state == "in-progress"
    assert votes(world, order, "not_bought", FIRST, SECOND).status is Status.DOUBTFUL


def another_csr(world: World, order: Order) -> None:
    world.standin.orders[order.supplier_id].csr = foreign_csr(world)


LIVE, OVER = ("in-progress", "awaiting-approval", "approver-confirmed", "completed"), ("cancelled", "in_limbo")


@pytest.mark.parametrize(("verb", "act"), [
    *[("not_bought", at_supplier("set_state", state)) for state in LIVE],
    *[("bought_outside", at_supplier("set_state", state)) for state in OVER],
    ("bought_outside", pending), ("bought_outside", another_csr), ("not_bought", darken), ("bought_outside", darken),
])  # fmt: skip
def test_what_the_supplier_does_not_show_is_not_resolved(world: World, order: Order, verb: str, act: Act) -> None:
    act(world, order)
    told = len(world.told(Told.DOUBTFUL))
    after = votes(world, order, verb, FIRST, SECOND)
    assert (after.status, after.votes) == (Status.DOUBTFUL, ())
    (said,) = world.told(Told.DOUBTFUL)[told:]
    assert ("does not answer" in said.fact("reason")) is (act is darken)


# -- who votes


def test_different_opinions_do_not_add_up_and_who_changes_their_mind_counts_once(world: World, order: Order) -> None:
    pending(world, order)
    votes(world, order, "bought_outside", FIRST)
    after = votes(world, order, "not_bought", FIRST)
    assert [(vote.by, vote.about) for vote in after.votes] == [(FIRST, "not_bought")]
    assert votes(world, order, "bought_outside", SECOND).status is Status.DOUBTFUL
    assert votes(world, order, "not_bought", THIRD).status is Status.HELD


@pytest.mark.parametrize("verb", ["not_bought", "bought_outside"])
@pytest.mark.parametrize(("user", "refusal"), [(REQUESTER, NotAllowed), (FIRST, PeopleUnknown)])
def test_only_approvers_vote_asked_afresh(
    world: World, order: Order, verb: str, user: str, refusal: type[Exception]
) -> None:
    world.people.silent = refusal is PeopleUnknown
    with pytest.raises(refusal):
        getattr(world.desk.resolve, verb)(order.id, user)


# -- bought outside


def test_submitted_before_the_approval_needs_two_approvers_whatever_is_shown(world: World, in_panel: Order) -> None:
    play(world, in_panel, "180 doubtful 0 in-progress")
    assert votes(world, in_panel, "bought_outside", FIRST).status is Status.DOUBTFUL
    with pytest.raises(IllegalMove):
        world.desk.resolve.bought_as(in_panel.id, FIRST, in_panel.supplier_id)
    after = votes(world, in_panel, "bought_outside", SECOND)
    assert (after.status, after.outside, sent(world)) == (Status.VALIDATING, True, 0)


def test_later_looks_that_surely_show_a_draft_end_the_doubt(world: World, order: Order) -> None:
    assert no_approval_stands(play(world, order, pending, "120 held 1 pending"))


@pytest.mark.parametrize("state", ["declined", "cancelled"])
def test_an_end_at_the_supplier_does_not_end_the_doubt(world: World, order: Order, state: str) -> None:
    play(world, order, at_supplier("set_state", state), f"180 doubtful 1 {state}")
    assert votes(world, order, "not_bought", FIRST, SECOND).status is Status.HELD


# -- bought, number N


def test_the_number_it_was_bought_under_is_taken(world: World) -> None:
    order = approved(world)
    play(world, order, arm("drop_after"), "0 buying 1 in-progress")
    number = world.standin.cancel_at_supplier(order.supplier_id, replacement=True).order_id
    play(world, order, "6 doubtful 1 cancelled")
    world.desk.resolve.bought_as(order.id, FIRST, number)
    after = world.later(order)
    assert (after.status, after.supplier_ids) == (Status.VALIDATING, (*order.supplier_ids, number))


def test_after_not_bought_a_fresh_draft_is_approved_and_bought_once(world: World, order: Order) -> None:
    pending(world, order)  # it never arrived
    world.standin.holds.clear()
    assert votes(world, order, "not_bought", FIRST, SECOND).status is Status.HELD
    world.desk.ask.check_again(order.id, REQUESTER)
    fresh = world.later(order)
    assert (fresh.status, no_approval_stands(fresh)) == (Status.AWAITING_APPROVAL, True)
    assert fresh.supplier_id != order.supplier_id
    assert world.standin.orders[order.supplier_id].state == "cancelled"
    world.approve(fresh)
    assert (world.later(order).status, len(world.standin.submitted())) == (Status.VALIDATING, 1)


@pytest.mark.parametrize("by", [(), (FIRST, SECOND)], ids=["by looks", "by votes"])
def test_a_cancel_wished_in_the_dark_is_done_once_it_was_not_bought(world: World, by: tuple[str, ...]) -> None:
    order = approved(world)
    play(world, order, arm("drop_before"), "0 buying 1 pending", darken, cancel(FIRST), "62 doubtful 1 pending")
    world.standin.faults.clear()
    votes(world, order, "not_bought", *by)
    play(world, order, "120 cancelled 1 cancelled")
