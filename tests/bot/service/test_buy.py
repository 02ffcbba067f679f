"""Bought exactly once: the rows of `buying`, with every answer lost, late, twice or false."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.findings import Finding, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from tests.bot.service.conftest import Act, arm, at_supplier, foreign_csr
from tests.builders import ACCOUNT, World, a_supplier
from tests.fakes import FIRST, REQUESTER

DARK_BEFORE = ["drop_before", "html_502"]
DARK_AFTER = ["drop_after", "reset_mid_body", "truncated_xml", "missing_is_success"]
FINE = Finding("dns", "DNS-1", Verdict.FINE, "It answers.")


def approved(world: World, *names: str, by: tuple[str, ...] = (FIRST,)) -> Order:
    """An order that is approved; the purchase has not begun."""
    return world.approve(world.waiting(*names), *by)


@pytest.fixture
def order(world: World) -> Order:
    return approved(world)


def sent(world: World) -> int:
    """How many submissions reached the supplier, whatever became of them."""
    return world.calls("process_pending") - world.calls("process_pending", ">cancel<")


def no_approval_stands(order: Order) -> bool:
    return order.standing_approvals == () and order.approvals != ()


def play(world: World, order: Order, *story: Act | str) -> Order:
    """What is done, and what is so in between: minutes since the start, status, submissions, state at the supplier."""
    start = world.clock.now()
    for step in story:
        if not isinstance(step, str):
            step(world, order)
            continue
        minute = step.split()[0]
        world.run_jobs()
        if (rest := start + timedelta(minutes=float(minute)) - world.clock.now()) > timedelta(0):
            world.pass_time(seconds=rest.total_seconds())
        shown = getattr(world.standin.orders.get(order.supplier_id), "state", "gone")
        assert f"{minute} {world.order(order.id).status} {sent(world)} {shown}" == step
    return world.order(order.id)


def unseen(times: int) -> Act:
    """Once the attempt is on record, the supplier shows nothing so many times."""

    def from_now_on(world: World) -> None:
        world.standin.faults.arm("get_order_info", "drop_before", times)

    return lambda world, _: world.store.after.update(attempt=partial(from_now_on, world))


def finish_late(world: World, _: Order) -> None:
    world.standin.finish_late()


def cancel(by: str) -> Act:
    return lambda world, order: world.desk.ask.cancel(order.id, by)


# -- a clear answer


def test_an_approved_order_is_bought_and_the_attempt_was_on_record_before(world: World, order: Order) -> None:
    on_record: list[tuple[int, int]] = []
    world.store.after["attempt"] = lambda: on_record.append((len(world.order(order.id).attempts), sent(world)))
    after = play(world, order, "0 validating 1 in-progress")
    assert (on_record, after.supplier_ids) == ([(1, 0)], order.supplier_ids)
    assert after.attempts[0].answer == f"accepted as {order.supplier_id}"
    assert [notice.mentions for notice in world.told(Told.BOUGHT)] == [(REQUESTER,)]


@pytest.mark.parametrize(("looks_lost", "minutes"), [(0, 0), (1, 6)])
def test_a_new_id_with_our_csr_is_kept_too(world: World, order: Order, looks_lost: int, minutes: int) -> None:
    arm("different_order_id")(world, order)
    unseen(looks_lost)(world, order)
    assert (world.later(order).status is Status.BUYING) is bool(looks_lost)
    after = world.later(order, minutes=minutes)
    assert after.status is Status.VALIDATING
    assert after.supplier_ids == (order.supplier_id, world.standin.submitted()[0].order_id)


@pytest.mark.parametrize("whose", ["a stranger's", "the desk's"])
def test_an_answer_that_names_another_order_is_not_believed(world: World, whose: str) -> None:
    named = world.waiting("shop.acme.com").supplier_id
    order = approved(world)
    if whose == "a stranger's":
        named = world.standin.add_foreign_order("555", state="in-progress").order_id
    after = play(world, order, arm("other_order_id", order_id=named), "6 validating 1 in-progress")
    assert after.supplier_ids == order.supplier_ids


# -- a definite no, and no clear answer (R2)


def test_a_definite_refusal_holds_the_order_with_its_text_and_voids_the_approval(world: World, order: Order) -> None:
    refused = arm("code", code=465, text="Phone number is not valid")
    after = play(world, order, refused, "0 held 1 pending", "1800 held 1 pending")
    assert after.hold is not None
    assert "Phone number is not valid" in after.hold.reasons[0]
    assert no_approval_stands(after)


FOUND = "5 validating 1 in-progress"
REPEATED = "21 validating 2 in-progress"  # once, after a quarter of an hour
ANSWERS: dict[str, tuple[Act | str, ...]] = {
    "a no, but bought": (arm("code", code=465, text="No", stored=True), "6 validating 1 in-progress"),
    "a no, unseen": (arm("code", code=465, text="No"), unseen(2), "0 buying 1 pending", "11 held 1 pending"),
    **{lost: (arm(lost), "0 buying 1 in-progress", FOUND, "125 validating 1 in-progress") for lost in DARK_AFTER},
    **{lost: (arm(lost), "0 buying 1 pending", "14.98 buying 1 pending", REPEATED) for lost in DARK_BEFORE},
    "late": (arm("still_running"), "14 buying 1 pending", finish_late, "16 validating 1 in-progress"),
    "too late": (arm("still_running"), REPEATED, finish_late, "81 validating 2 in-progress"),
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_follows_an_answer(world: World, order: Order, answer: str) -> None:
    play(world, order, *ANSWERS[answer])


def test_after_one_repetition_it_is_doubtful_and_never_bought_again_unasked(world: World, order: Order) -> None:
    after = play(world, order, arm("drop_before", 9), "1800 held 2 pending")
    history = world.history(order)
    assert history.index("doubt") < history.index("still_pending")
    assert no_approval_stands(after)


def test_a_worker_that_slept_after_its_record_does_not_send(world: World, order: Order) -> None:
    world.store.after["attempt"] = lambda: world.clock.advance(timedelta(minutes=10))
    after = play(world, order, "10 buying 0 pending", "35 validating 1 in-progress")
    assert len(after.attempts) == 2


# -- deaths and rivals


class Meddled:
    """The supplier, where something else happens first when one of its verbs is called."""

    def __init__(self, supplier: object, **acts: Callable[[], object]) -> None:
        self.supplier, self.acts = supplier, acts

    def __getattr__(self, name: str) -> object:
        if name in self.acts:
            self.acts.pop(name)()
        return getattr(self.supplier, name)


def another_worker_for(world: World, order: Order, minutes: int) -> None:
    """The lease has run out: somebody else takes the purchase up, while the first worker's call is under way."""
    for _ in range(minutes // 5):
        world.clock.advance(timedelta(minutes=5))
        world.run_job("purchase", order)


def test_a_call_that_arrives_after_another_worker_repeated_it_buys_nothing(world: World, order: Order) -> None:
    world.restart(supplier=Meddled(world.gear.supplier, submit=lambda: another_worker_for(world, order, 20)))
    play(world, order, "0 validating 2 in-progress")


def test_a_late_no_to_the_first_call_does_not_end_the_second(world: World, order: Order) -> None:

    def meanwhile() -> None:
        arm("still_running")(world, order)
        another_worker_for(world, order, 20)
        arm("code", code=465, text="No")(world, order)

    world.restart(supplier=Meddled(world.gear.supplier, submit=meanwhile))
    play(world, order, "0 buying 2 pending", finish_late, "26 validating 2 in-progress")


# -- what a look shows (R4, R8)


@pytest.mark.parametrize(("act", "then"), [
    (at_supplier("decline", "no such company"), "declined 1 declined"),
    (at_supplier("cancel_at_supplier"), "doubtful 1 cancelled"),
    (at_supplier("cancel_at_supplier", replacement=True), "doubtful 1 cancelled"),
    (at_supplier("issue"), "issued 1 completed"),
], ids=["declined", "cancelled", "replaced", "completed"])  # fmt: skip
def test_what_became_of_a_lost_purchase(world: World, order: Order, act: Act, then: str) -> None:
    play(world, order, arm("drop_after"), "0 buying 1 in-progress", act, f"70 {then}", f"1270 {then}")


def darken(world: World, order: Order) -> None:
    arm("drop_before", 1000, command="get_order_info")(world, order)


UNDECIDED: dict[str, tuple[Act, str]] = {
    "no answer": (darken, "in-progress"), "unknown state": (at_supplier("set_state", "in_limbo"), "in_limbo"),
    "money held": (at_supplier("set_state", "pending"), "pending"),
    "not our request": (
        lambda world, order: setattr(world.standin.orders[order.supplier_id], "csr", foreign_csr(world)), "in-progress",
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", UNDECIDED)
def test_after_an_undecided_hour_it_is_doubtful_and_looking_goes_on(world: World, order: Order, why: str) -> None:
    act, shown = UNDECIDED[why]
    csr = world.standin.orders[order.supplier_id].csr
    play(
        world, order, arm("drop_after"), "0 buying 1 in-progress", act, f"59 buying 1 {shown}", f"61 doubtful 1 {shown}"
    )
    assert len(world.told(Told.DOUBTFUL)) == 1
    assert [notice.fact("state") for notice in world.told(Told.UNKNOWN_STATE)] == ["in_limbo"] * (shown == "in_limbo")
    looks = world.calls("get_order_info")
    play(world, order, f"180 doubtful 1 {shown}")
    assert world.calls("get_order_info") > looks
    world.standin.faults.clear()
    world.standin.orders[order.supplier_id].csr = csr
    play(world, order, at_supplier("set_state", "in-progress"), "60 validating 1 in-progress")


# -- cancelling around the attempt


def test_once_an_attempt_is_out_only_an_approver_cancels(world: World, order: Order) -> None:
    play(world, order, arm("drop_before"), "0 buying 1 pending")
    with pytest.raises(NotAllowed):
        world.desk.ask.cancel(order.id, REQUESTER)
    assert world.order(order.id).cancel_wanted_by == ""


@pytest.mark.parametrize(("trouble", "shown", "then"), [
    ("drop_before", "pending", "cancelled"), ("drop_after", "in-progress", "declined"),
])  # fmt: skip
def test_a_later_cancel_waits_for_the_answer(world: World, order: Order, trouble: str, shown: str, then: str) -> None:
    now = f"0 buying 1 {shown}"
    play(world, order, arm(trouble), now, cancel(FIRST), now, f"120 cancelled 1 {then}")
    assert world.standin.held_money == 0


def test_an_order_of_another_account_is_never_attempted(world: World, order: Order) -> None:
    world.restart(supplier=a_supplier(world.standin, world.clock, replace(ACCOUNT, environment="live")))
    assert play(world, order, "180 buying 0 pending").blocked
