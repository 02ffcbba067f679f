"""Between approval and attempt (R3, R13), the switches, and buying by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.approval import Buying
from bot.domain.client import PersonKind
from bot.domain.errors import BadInput, NotAllowed, UnknownOrder
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from tests import fakes
from tests.bot.service.conftest import MakeDesk
from tests.bot.service.test_buy import approved, bought, foreign_csr, lose_answer, no_approval_stands, sent
from tests.builders import World
from tests.fakes import ADMIN, APPROVERS, COLLEAGUE, ENGINEER, FIRST, OUTSIDER, REQUESTER, SECOND

STOP = Finding("dns", "DNS-1", Verdict.STOP, "The name does not answer.", mender=Mender.CLIENT)
FINE = Finding("dns", "DNS-1", Verdict.FINE, "It answers.")

Act = Callable[[World, Order], object]


@pytest.fixture
def order(world: World) -> Order:
    return approved(world)


# -- R3: look first

CHANGED: dict[str, Act] = {
    "another price": lambda world, _: world.standin.set_price("rapidssl", "59.00"),
    "gone": lambda world, order: world.standin.delete_draft(order.supplier_id),
    "another request file": lambda world, order: world.standin.change_draft(order.supplier_id, csr=foreign_csr(world)),
    "another product": lambda world, order: world.standin.change_draft(order.supplier_id, product_type="ssl123"),
}
LOST: dict[str, Act] = {
    "declined": lambda world, order: world.standin.set_state(order.supplier_id, "declined"),
    "cancelled": lambda world, order: world.standin.cancel_at_supplier(order.supplier_id),
    "cancelled with a replacement": lambda world, order: world.standin.cancel_at_supplier(
        order.supplier_id, replacement=True
    ),
    "live with another request file": lambda world, order: (
        world.standin.change_draft(order.supplier_id, csr=foreign_csr(world)),
        world.standin.submit_in_panel(order.supplier_id),
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_draft_that_is_not_the_approved_one_is_held_and_not_bought(world: World, order: Order, what: str) -> None:
    CHANGED[what](world, order)
    after = world.later(order)
    assert (after.status, sent(world)) == (Status.HELD, 0)
    assert no_approval_stands(after)
    assert [REQUESTER in n.mentions or ENGINEER in n.mentions for n in world.told(Told.HELD)] == [True]


@pytest.mark.parametrize("what", LOST)
def test_anything_else_before_the_attempt_is_doubtful(world: World, order: Order, what: str) -> None:
    LOST[what](world, order)
    assert (world.later(order).status, sent(world)) == (Status.DOUBTFUL, 0)
    assert (world.later(order, hours=20).status, sent(world)) == (Status.DOUBTFUL, 0)


def test_a_draft_that_is_live_already_is_followed_and_the_approvers_are_told(world: World, order: Order) -> None:
    world.standin.submit_in_panel(order.supplier_id)
    assert (world.later(order).status, sent(world)) == (Status.VALIDATING, 0)
    (notice,) = world.told(Told.FOUND_BOUGHT)
    assert set(notice.mentions) >= APPROVERS


def test_a_supplier_that_does_not_answer_is_not_asked_to_buy(world: World, order: Order) -> None:
    world.standin.faults.arm("get_order_info", "drop_before", 5)
    assert (world.later(order).status, sent(world)) == (Status.BUYING, 0)
    assert (world.later(order, minutes=10).status, sent(world)) == (Status.VALIDATING, 1)


# -- R13: fresh checks, approvers who still are, enough money


@pytest.mark.parametrize(("check", "age", "looks_again"), [
    ("dns", timedelta(minutes=59), False), ("dns", timedelta(minutes=61), True), ("names", timedelta(days=300), False),
])  # fmt: skip
def test_old_findings_are_looked_at_again_before_buying(
    make: MakeDesk, check: str, age: timedelta, *, looks_again: bool
) -> None:
    asked = fakes.FakeCheck(check, replace(FINE, check=check))
    world = make(checks=(asked,))
    order = approved(world)
    world.clock.advance(age)
    before = len(asked.cases)
    world.run_job("purchase", order)
    assert len(asked.cases) - before == looks_again
    assert world.order(order.id).status is Status.VALIDATING


def test_a_new_stop_holds_the_order_and_voids_the_approval(make: MakeDesk) -> None:
    check = fakes.FakeCheck("dns", FINE)
    world = make(checks=(check,))
    order = approved(world)
    world.clock.advance(timedelta(hours=2))
    check.findings = [STOP]
    world.run_job("purchase", order)
    after = world.order(order.id)
    assert (after.status, sent(world)) == (Status.HELD, 0)
    assert after.hold is not None
    assert after.hold.who is Mender.CLIENT
    assert no_approval_stands(after)


def test_short_funds_hold_the_order(world: World, order: Order) -> None:
    world.standin.set_balance("48.99")
    after = world.later(order)
    assert (after.status, sent(world)) == (Status.HELD, 0)
    assert no_approval_stands(after)
    assert [n.mentions for n in world.told(Told.HELD)] == [(ENGINEER,)]


def resign(world: World) -> None:
    world.people.approving = APPROVERS - {FIRST}


def leave(world: World) -> None:
    world.people.persons[FIRST] = replace(world.people.persons[FIRST], kind=PersonKind.DEACTIVATED)


def move_away(world: World) -> None:
    world.people.persons[FIRST] = replace(world.people.persons[FIRST], team="T2")


@pytest.mark.parametrize("act", [resign, leave, move_away])
def test_an_approver_who_no_longer_is_one_does_not_count(world: World, act: Callable[[World], None]) -> None:
    order = approved(world)
    act(world)
    after = world.later(order)
    assert (after.status, sent(world)) == (Status.AWAITING_APPROVAL, 0)
    assert no_approval_stands(after)
    assert world.told(Told.APPROVALS_VOID)
    world.approve(after, SECOND)
    assert world.later(order).status is Status.VALIDATING


def test_while_the_workspace_does_not_say_who_approves_nothing_is_bought(world: World, order: Order) -> None:
    world.people.silent = True
    assert (world.later(order, minutes=30).status, sent(world)) == (Status.BUYING, 0)
    world.people.silent = False
    assert world.later(order, minutes=2).status is Status.VALIDATING


# -- the switches


def switch_off(world: World) -> None:
    world.restart(buying=Buying.OFF)


def switch_on(world: World) -> None:
    world.restart(buying=Buying.AUTO)


def pause(world: World) -> None:
    world.desk.buy.pause(ADMIN)


def resume(world: World) -> None:
    world.desk.buy.resume(ADMIN)


@pytest.mark.parametrize(("stop", "go"), [(switch_off, switch_on), (pause, resume)], ids=["off", "paused"])
def test_what_is_not_to_be_bought_now_waits_says_why_and_goes_on_after_its_checks(
    make: MakeDesk, stop: Callable[[World], None], go: Callable[[World], None]
) -> None:
    check = fakes.FakeCheck("dns", FINE)
    world = make(checks=(check,))
    order = approved(world)
    stop(world)
    assert (world.later(order, hours=3).status, sent(world), len(world.told(Told.BLOCKED))) == (Status.BUYING, 0, 1)
    assert world.order(order.id).blocked
    looked = len(check.cases)
    go(world)
    assert (world.later(order, minutes=6).status, world.order(order.id).blocked) == (Status.VALIDATING, "")
    assert len(check.cases) > looked


@pytest.mark.parametrize("user", [FIRST, REQUESTER, COLLEAGUE])
def test_only_an_admin_pauses(world: World, user: str) -> None:
    for act in (world.desk.buy.pause, world.desk.buy.resume):
        with pytest.raises(NotAllowed):
            act(user)
    assert world.told(Told.PAUSED, Told.RESUMED) == []


def test_a_pause_does_not_repeat_what_is_in_the_dark(world: World, order: Order) -> None:
    lose_answer(world, "drop_before")
    pause(world)
    assert (world.later(order, hours=1).status, sent(world)) == (Status.BUYING, 1)
    resume(world)
    assert (world.later(order, minutes=21).status, sent(world)) == (Status.VALIDATING, 2)


def test_over_the_days_limit_nothing_more_is_bought_that_day(make: MakeDesk) -> None:
    world = make(limit_day=Decimal(97))
    one, other = approved(world, "www.acme.com"), approved(world, "shop.acme.com")
    world.pass_time(hours=14)  # eleven at night in Chicago
    assert sorted([world.order(one.id).status, world.order(other.id).status]) == [Status.BUYING, Status.VALIDATING]
    waiting = next(o for o in (world.order(one.id), world.order(other.id)) if o.status is Status.BUYING)
    assert "limit" in waiting.blocked
    assert (world.later(waiting, hours=2).status, sent(world)) == (Status.VALIDATING, 2)


def test_exactly_the_days_limit_may_be_spent(make: MakeDesk) -> None:
    world = make(limit_day=Decimal(98))
    for name in ("www.acme.com", "shop.acme.com"):
        approved(world, name)
    world.pass_time(hours=1)
    assert sent(world) == 2


# -- by hand


def asked(make: MakeDesk) -> tuple[World, Order]:
    """An approved order whose engineer has been asked to buy it."""
    world = make(buying=Buying.BY_HAND)
    order = approved(world)
    world.run_jobs()
    return world, world.order(order.id)


def test_by_hand_the_engineer_is_asked_once_and_the_desk_sends_nothing(make: MakeDesk) -> None:
    world, order = asked(make)
    world.pass_time(hours=3)
    assert [notice.mentions for notice in world.told(Told.BUY_BY_HAND)] == [(ENGINEER,)]
    assert (world.order(order.id).status, sent(world)) == (Status.BUYING, 0)


def test_by_hand_a_draft_that_turns_live_is_followed(make: MakeDesk) -> None:
    world, order = asked(make)
    world.standin.submit_in_panel(order.supplier_id)
    assert (world.later(order, minutes=6).status, bought(world)) == (Status.VALIDATING, 1)


def replaced(make: MakeDesk) -> tuple[World, Order, str]:
    """Bought in the panel, which made a new order of the draft: its number."""
    world, order = asked(make)
    number = world.standin.submit_in_panel(order.supplier_id, new_id=True).order_id
    world.pass_time(minutes=16)
    return world, world.order(order.id), number


def test_by_hand_a_cancelled_draft_makes_the_desk_ask_the_engineer_for_the_number_once(make: MakeDesk) -> None:
    world, order, _ = replaced(make)
    assert order.status is Status.BUYING
    assert [notice.mentions for notice in world.told(Told.NUMBER_WANTED)] == [(ENGINEER,)]


def test_by_hand_the_right_number_goes_on_with_both_ids(make: MakeDesk) -> None:
    world, order, number = replaced(make)
    world.desk.resolve.order_number(order.id, FIRST, f" {number} ")
    after = world.later(order)
    assert (after.status, after.supplier_ids) == (Status.VALIDATING, (*order.supplier_ids, number))


@pytest.mark.parametrize("arrange", [
    lambda world: world.standin.add_foreign_order("777", state="in-progress").order_id, lambda _: "888",
    lambda world: world.order("o-2").supplier_id,
], ids=["another's", "none", "the draft's own"])  # fmt: skip
def test_by_hand_a_wrong_number_is_not_taken_and_the_giver_is_told(
    make: MakeDesk, arrange: Callable[[World], str]
) -> None:
    world, order, _ = replaced(make)
    assert order.id == "o-2"
    world.desk.resolve.order_number(order.id, FIRST, arrange(world))
    assert (world.later(order).status, world.order(order.id).supplier_ids) == (Status.BUYING, order.supplier_ids)
    assert world.told(Told.NUMBER_WANTED)[-1].mentions == (FIRST,)


def test_by_hand_a_number_of_another_order_is_refused_at_its_field(make: MakeDesk) -> None:
    world, order, _ = replaced(make)
    other = world.waiting("shop.acme.com")
    with pytest.raises(BadInput) as caught:
        world.desk.resolve.order_number(order.id, FIRST, other.supplier_id)
    assert caught.value.fields.keys() == {"number"}


@pytest.mark.parametrize("text", ["", "12a", "1" * 21, "-1"])
def test_by_hand_a_number_has_digits_only(make: MakeDesk, text: str) -> None:
    world, order, _ = replaced(make)
    with pytest.raises(BadInput):
        world.desk.resolve.order_number(order.id, FIRST, text)


def test_by_hand_only_an_approver_gives_the_number(make: MakeDesk) -> None:
    world, order, number = replaced(make)
    with pytest.raises(NotAllowed):
        world.desk.resolve.order_number(order.id, COLLEAGUE, number)
    with pytest.raises(UnknownOrder):
        world.desk.resolve.order_number(order.id, OUTSIDER, number)


def test_by_hand_a_cancel_looks_first_and_ends_a_pending_draft(make: MakeDesk) -> None:
    world, order = asked(make)
    world.desk.ask.cancel(order.id, REQUESTER)
    assert world.later(order, minutes=6).status is Status.CANCELLED
    assert world.standin.orders[order.supplier_id].state == "cancelled"


def test_by_hand_a_cancel_comes_too_late_for_what_is_live(make: MakeDesk) -> None:
    world, order = asked(make)
    world.standin.submit_in_panel(order.supplier_id)
    world.desk.ask.cancel(order.id, REQUESTER)
    assert (world.later(order, hours=3).status, bought(world)) == (Status.VALIDATING, 1)
    assert world.standin.orders[order.supplier_id].state == "in-progress"


@pytest.mark.parametrize("block", [switch_off, pause], ids=["off", "paused"])
def test_by_hand_a_cancel_is_done_while_nothing_may_be_bought(make: MakeDesk, block: Callable[[World], None]) -> None:
    world, order = asked(make)
    block(world)
    world.desk.ask.cancel(order.id, REQUESTER)
    assert world.later(order, minutes=6).status is Status.CANCELLED


def test_by_hand_a_cancel_is_done_although_the_desk_may_buy_now(make: MakeDesk) -> None:
    world, order = asked(make)
    world.desk.ask.cancel(order.id, REQUESTER)
    switch_on(world)
    assert (world.later(order, minutes=6).status, sent(world)) == (Status.CANCELLED, 0)


@pytest.mark.parametrize("what", CHANGED)
def test_by_hand_a_draft_that_is_no_longer_the_approved_one_is_held(make: MakeDesk, what: str) -> None:
    world, order = asked(make)
    CHANGED[what](world, order)
    after = world.later(order, minutes=6)
    assert after.status is Status.HELD
    assert no_approval_stands(after)


def test_by_hand_nothing_is_asked_of_the_engineer_for_a_changed_draft(make: MakeDesk) -> None:
    world = make(buying=Buying.BY_HAND)
    order = approved(world)
    world.standin.set_price("rapidssl", "59.00")
    assert world.later(order).status is Status.HELD
    assert world.told(Told.BUY_BY_HAND) == []
