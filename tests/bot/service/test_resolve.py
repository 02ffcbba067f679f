"""Doubtful purchases: two approvers say what happened, and the supplier must show it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import BadInput, DecidedAlready, IllegalMove, NotAllowed, PeopleUnknown, UnknownOrder
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from tests.bot.service.conftest import MakeDesk
from tests.bot.service.test_buy import approved, darken, foreign_csr, lose_answer, no_approval_stands, sent
from tests.builders import World
from tests.fakes import COLLEAGUE, FIRST, OUTSIDER, REQUESTER, SECOND, THIRD


def doubtful(world: World) -> Order:
    """Nobody knows whether it was bought: it was, and the supplier has been silent since."""
    order = approved(world)
    lose_answer(world, "drop_after")
    darken(world, order)
    world.pass_time(minutes=62)
    world.standin.faults.clear()
    assert world.order(order.id).status is Status.DOUBTFUL
    return world.order(order.id)


@pytest.fixture
def order(world: World) -> Order:
    return doubtful(world)


def pending(world: World, order: Order) -> None:
    """The supplier shows the draft as if it had never been submitted."""
    held = world.standin.orders[order.supplier_id]
    held.notes[:] = [note for note in held.notes if note.type != "money_held"]
    world.standin.set_state(order.supplier_id, "pending")


def votes(world: World, order: Order, verb: str, *by: str) -> Order:
    for user in by:
        getattr(world.desk.resolve, verb)(order.id, user)
    world.run_jobs()
    return world.order(order.id)


def run_resolve(world: World, order: Order, verb: str, *by: str) -> Order:
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
    one = run_resolve(world, order, "not_bought", FIRST)
    assert (one.status, len(one.votes)) == (Status.DOUBTFUL, 1)
    after = run_resolve(world, order, "not_bought", SECOND)
    assert after.status is Status.HELD
    assert no_approval_stands(after)
    assert sent(world) == 1


@pytest.mark.parametrize("state", ["in-progress", "awaiting-approval", "approver-confirmed", "completed"])
def test_not_bought_is_refused_while_it_is_live(world: World, order: Order, state: str) -> None:
    world.standin.set_state(order.supplier_id, state)
    told = len(world.told(Told.DOUBTFUL))
    after = run_resolve(world, order, "not_bought", FIRST, SECOND)
    assert (after.status, after.votes) == (Status.DOUBTFUL, ())
    assert len(world.told(Told.DOUBTFUL)) == told + 1


def test_not_bought_is_refused_while_any_known_id_is_live(world: World, order: Order) -> None:
    first = order.supplier_id
    other = world.waiting("shop.acme.com")
    with world.store.unit() as unit:  # a later id, whose draft is untouched
        unit.save_order(replace(order, supplier_ids=(*order.supplier_ids, "4711")))
    world.standin.orders[other.supplier_id].csr = order.csr
    world.standin.book["4711"] = replace(world.standin.orders[other.supplier_id], order_id="4711")
    assert world.standin.orders[first].state == "in-progress"
    assert run_resolve(world, order, "not_bought", FIRST, SECOND).status is Status.DOUBTFUL


@pytest.mark.parametrize("verb", ["not_bought", "bought_outside"])
def test_nothing_is_resolved_while_the_supplier_is_silent(world: World, order: Order, verb: str) -> None:
    darken(world, order)
    after = run_resolve(world, order, verb, FIRST, SECOND)
    assert after.status is Status.DOUBTFUL
    assert "does not answer" in world.told(Told.DOUBTFUL)[-1].fact("reason")


# -- who votes


def test_one_approver_is_not_two(world: World, order: Order) -> None:
    pending(world, order)
    run_resolve(world, order, "not_bought", FIRST)
    with pytest.raises(DecidedAlready):
        world.desk.resolve.not_bought(order.id, FIRST)
    assert world.order(order.id).status is Status.DOUBTFUL


def test_different_opinions_do_not_add_up(world: World, order: Order) -> None:
    pending(world, order)
    run_resolve(world, order, "not_bought", FIRST)
    assert run_resolve(world, order, "bought_outside", SECOND).status is Status.DOUBTFUL


def test_who_changes_their_mind_counts_once(world: World, order: Order) -> None:
    pending(world, order)
    run_resolve(world, order, "bought_outside", FIRST)
    after = run_resolve(world, order, "not_bought", FIRST)
    assert [(vote.by, vote.about) for vote in after.votes] == [(FIRST, "not_bought")]
    assert run_resolve(world, order, "not_bought", THIRD).status is Status.HELD


@pytest.mark.parametrize(
    ("user", "refusal"), [(COLLEAGUE, NotAllowed), (REQUESTER, NotAllowed), (OUTSIDER, UnknownOrder)]
)
def test_only_approvers_vote(world: World, order: Order, user: str, refusal: type[Exception]) -> None:
    for verb in (world.desk.resolve.not_bought, world.desk.resolve.bought_outside):
        with pytest.raises(refusal):
            verb(order.id, user)
    assert world.order(order.id).votes == ()


def test_who_votes_is_asked_afresh(world: World, order: Order) -> None:
    world.people.silent = True
    with pytest.raises(PeopleUnknown):
        world.desk.resolve.not_bought(order.id, FIRST)


@pytest.mark.parametrize("verb", ["not_bought", "bought_outside"])
def test_only_a_doubtful_order_is_voted_about(world: World, verb: str) -> None:
    order = world.waiting()
    with pytest.raises(IllegalMove):
        getattr(world.desk.resolve, verb)(order.id, FIRST)


# -- bought outside


def test_submitted_before_the_approval_needs_two_approvers_whatever_the_looks_show(world: World) -> None:
    order = world.waiting()
    world.standin.submit_in_panel(order.supplier_id)
    assert world.later(order, hours=5).status is Status.DOUBTFUL
    assert votes(world, order, "bought_outside", FIRST).status is Status.DOUBTFUL
    after = votes(world, order, "bought_outside", SECOND)
    assert (after.status, after.outside, sent(world)) == (Status.VALIDATING, True, 0)


def test_submitted_before_the_approval_one_approver_does_not_get_it_through_by_its_number(world: World) -> None:
    order = world.waiting()
    world.standin.submit_in_panel(order.supplier_id)
    world.pass_time(hours=2)
    with pytest.raises(IllegalMove):
        world.desk.resolve.bought_as(order.id, FIRST, order.supplier_id)
    assert world.later(order).status is Status.DOUBTFUL


NOT_OURS: dict[str, Callable[[World, Order], object]] = {
    "pending": pending,
    "of another request": lambda world, order: setattr(
        world.standin.orders[order.supplier_id], "csr", foreign_csr(world)
    ),
    "cancelled": lambda world, order: world.standin.set_state(order.supplier_id, "cancelled"),
    "unknown": lambda world, order: world.standin.set_state(order.supplier_id, "in_limbo"),
}


@pytest.mark.parametrize("what", NOT_OURS)
def test_bought_outside_must_be_live_with_our_csr(world: World, order: Order, what: str) -> None:
    NOT_OURS[what](world, order)
    after = run_resolve(world, order, "bought_outside", FIRST, SECOND)
    assert (after.status, after.votes) == (Status.DOUBTFUL, ())


def test_a_later_clear_look_ends_the_doubt(world: World, order: Order) -> None:
    assert world.later(order, minutes=31).status is Status.VALIDATING


def test_later_looks_that_surely_show_a_draft_end_the_doubt(world: World, order: Order) -> None:
    pending(world, order)
    after = world.later(order, hours=2)
    assert after.status is Status.HELD
    assert no_approval_stands(after)


@pytest.mark.parametrize("state", ["declined", "cancelled"])
def test_an_end_at_the_supplier_does_not_end_the_doubt(world: World, order: Order, state: str) -> None:
    world.standin.set_state(order.supplier_id, state)
    assert world.later(order, hours=3).status is Status.DOUBTFUL
    assert votes(world, order, "not_bought", FIRST, SECOND).status is Status.HELD


# -- bought, number N


def replaced(world: World) -> tuple[Order, str]:
    """Doubtful, because the supplier cancelled it and went on with another one: its number."""
    order = approved(world)
    lose_answer(world, "drop_after")
    number = world.standin.cancel_at_supplier(order.supplier_id, replacement=True).order_id
    assert world.later(order, minutes=6).status is Status.DOUBTFUL
    return world.order(order.id), number


def test_bought_under_another_number_with_our_csr(world: World) -> None:
    order, number = replaced(world)
    world.desk.resolve.bought_as(order.id, FIRST, number)
    after = world.later(order)
    assert (after.status, after.supplier_id) == (Status.VALIDATING, number)
    assert set(after.supplier_ids) == {*order.supplier_ids, number}


def test_a_number_with_another_request_file_is_not_taken(world: World) -> None:
    order, _ = replaced(world)
    world.standin.add_foreign_order("777", state="in-progress")
    world.desk.resolve.bought_as(order.id, FIRST, "777")
    after = world.later(order)
    assert (after.status, after.supplier_ids) == (Status.DOUBTFUL, order.supplier_ids)
    assert world.told(Told.NUMBER_WANTED)[-1].mentions == (FIRST,)


def test_a_number_that_another_order_has_is_not_taken(world: World) -> None:
    order, _ = replaced(world)
    other = world.waiting("shop.acme.com")
    with pytest.raises(BadInput):
        world.desk.resolve.bought_as(order.id, FIRST, other.supplier_id)


def test_after_not_bought_a_fresh_draft_is_approved_and_bought_once(make: MakeDesk) -> None:
    world = make()
    order = doubtful(world)
    world.standin.orders[order.supplier_id].submissions = 0  # it never arrived
    pending(world, order)
    world.standin.holds.clear()
    held = votes(world, order, "not_bought", FIRST, SECOND)
    assert held.status is Status.HELD
    world.desk.ask.check_again(order.id, REQUESTER)
    fresh = world.later(order)
    assert (fresh.status, no_approval_stands(fresh)) == (Status.AWAITING_APPROVAL, True)
    assert fresh.supplier_id != order.supplier_id
    assert world.standin.orders[order.supplier_id].state == "cancelled"
    world.approve(fresh)
    assert (world.later(order).status, len(world.standin.submitted())) == (Status.VALIDATING, 1)


@pytest.mark.parametrize("how", ["looks", "votes"])
def test_a_cancel_wished_in_the_dark_is_done_once_it_surely_was_not_bought(world: World, how: str) -> None:
    order = approved(world)
    lose_answer(world, "drop_before")
    darken(world, order)
    world.desk.ask.cancel(order.id, FIRST)
    assert world.later(order, minutes=62).status is Status.DOUBTFUL
    world.standin.faults.clear()
    if how == "votes":
        run_resolve(world, order, "not_bought", FIRST, SECOND)
    assert (world.later(order, hours=2).status, sent(world)) == (Status.CANCELLED, 1)
    assert world.standin.orders[order.supplier_id].state == "cancelled"


def test_once_resolved_as_not_bought_the_next_purchase_is_an_ordinary_one(world: World) -> None:
    order = world.waiting()
    world.standin.submit_in_panel(order.supplier_id)
    world.pass_time(hours=2)
    world.standin.set_state(order.supplier_id, "cancelled")
    world.standin.orders[order.supplier_id].submissions = 0
    held = votes(world, order, "not_bought", FIRST, SECOND)
    assert (held.status, held.outside) == (Status.HELD, False)
