"""Bought exactly once: the rows of `buying`, with every answer lost, late, twice or false."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import IllegalMove, NotAllowed, Stale
from bot.domain.findings import Finding, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.domain.request import Request
from bot.domain.supply import Accepted
from bot.ports import Case, Supplier
from tests import fakes
from tests.bot.service.conftest import MakeDesk
from tests.builders import ACCOUNT, World, a_supplier
from tests.fakes import APPROVERS, COLLEAGUE, FIRST, REQUESTER, SECOND

DARK_BEFORE = ["drop_before", "html_502"]
DARK_AFTER = ["drop_after", "reset_mid_body", "truncated_xml", "missing_is_success"]
FINE = Finding("dns", "DNS-1", Verdict.FINE, "It answers.")


def approved(world: World, *names: str, by: tuple[str, ...] = (FIRST,)) -> Order:
    """An order that is approved; the purchase has not begun."""
    return world.approve(world.waiting(*names), *by)


@pytest.fixture
def order(world: World) -> Order:
    return approved(world)


def bought(world: World) -> int:
    return len(world.standin.submitted())


def lose_answer(world: World, trouble: str) -> None:
    """The attempt is made, and its answer is not heard."""
    world.standin.faults.arm("process_pending", trouble)
    world.run_jobs()


def sent(world: World) -> int:
    """How many submissions reached the supplier, whatever became of them."""
    return world.calls("process_pending") - world.calls("process_pending", ">cancel<")


def no_approval_stands(order: Order) -> bool:
    return order.standing_approvals == () and order.approvals != ()


# -- a clear answer


def test_an_approved_order_is_bought_and_the_attempt_was_on_record_before(world: World, order: Order) -> None:
    on_record: list[tuple[int, int]] = []
    world.store.after["attempt"] = lambda: on_record.append((len(world.order(order.id).attempts), sent(world)))
    after = world.later(order)
    assert on_record == [(1, 0)]
    assert (after.status, after.supplier_ids, sent(world), bought(world)) == (
        Status.VALIDATING, order.supplier_ids, 1, 1,
    )  # fmt: skip
    assert after.attempts[0].answer == f"accepted as {order.supplier_id}"
    assert [notice.mentions for notice in world.told(Told.BOUGHT)] == [(REQUESTER,)]


def test_a_new_id_with_our_csr_is_kept_beside_the_old_one(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "different_order_id")
    after = world.later(order)
    assert (after.status, len(after.supplier_ids)) == (Status.VALIDATING, 2)
    assert after.supplier_ids[0] == order.supplier_id
    assert world.standin.submitted()[0].order_id == after.supplier_id


def test_an_answer_that_names_a_foreign_order_is_not_believed(world: World, order: Order) -> None:
    world.standin.add_foreign_order("555", state="in-progress")
    world.standin.faults.arm("process_pending", "other_order_id", order_id="555")
    after = world.later(order, minutes=6)
    assert (after.status, after.supplier_id, sent(world)) == (Status.VALIDATING, order.supplier_id, 1)


def test_an_answer_that_names_another_order_of_the_desk_is_not_believed(world: World) -> None:
    other = world.waiting("shop.acme.com")
    order = approved(world)
    world.standin.faults.arm("process_pending", "other_order_id", order_id=other.supplier_id)
    after = world.later(order, minutes=6)
    assert (after.status, after.supplier_ids) == (Status.VALIDATING, order.supplier_ids)
    assert world.order(other.id).supplier_ids == other.supplier_ids


def test_a_new_id_that_cannot_be_read_at_first_is_found_by_a_later_look(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "different_order_id")
    world.store.after["attempt"] = lambda: world.standin.faults.arm("get_order_info", "drop_before")
    assert world.later(order).status is Status.BUYING
    after = world.later(order, minutes=6)
    assert (after.status, after.supplier_id) == (Status.VALIDATING, world.standin.submitted()[0].order_id)


# -- a definite no


def test_a_definite_refusal_holds_the_order_with_its_text_and_voids_the_approval(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "code", code=465, text="Phone number is not valid")
    after = world.later(order)
    assert (after.status, bought(world)) == (Status.HELD, 0)
    assert after.hold is not None
    assert "Phone number is not valid" in after.hold.reasons[0]
    assert no_approval_stands(after)
    world.pass_time(hours=30)
    assert sent(world) == 1


def test_a_refusal_of_what_was_bought_all_the_same_is_judged_by_the_look(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "code", code=465, text="No", stored=True)
    assert (world.later(order, minutes=6).status, sent(world)) == (Status.VALIDATING, 1)


def test_after_a_refusal_nobody_sees_the_draft_nothing_is_decided(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "code", code=465, text="No")
    world.store.after["attempt"] = lambda: world.standin.faults.arm("get_order_info", "drop_before", 2)
    assert world.later(order).status is Status.BUYING
    assert (world.later(order, minutes=11).status, sent(world)) == (Status.HELD, 1)


# -- no clear answer (R2)


@pytest.mark.parametrize("trouble", DARK_AFTER)
def test_a_lost_yes_is_found_by_looking_and_never_repeated(world: World, order: Order, trouble: str) -> None:
    lose_answer(world, trouble)
    assert world.order(order.id).status is Status.BUYING
    assert world.later(order, minutes=5).status is Status.VALIDATING
    world.pass_time(hours=2)
    assert (sent(world), bought(world)) == (1, 1)


@pytest.mark.parametrize("trouble", DARK_BEFORE)
def test_a_lost_question_is_repeated_once_after_a_quarter_of_an_hour_and_two_looks(world: World, trouble: str) -> None:
    order = approved(world)
    lose_answer(world, trouble)
    looked = world.calls("get_order_info")
    assert (world.later(order, minutes=14, seconds=59).status, sent(world)) == (Status.BUYING, 1)
    assert world.calls("get_order_info") - looked >= 2
    assert (world.later(order, minutes=6).status, sent(world), bought(world)) == (Status.VALIDATING, 2, 1)


def test_after_one_repetition_it_is_doubtful_and_never_bought_again_unasked(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "drop_before", 9)
    after = world.later(order, hours=30)
    assert (sent(world), bought(world)) == (2, 0)
    history = world.history(order)
    assert history.index("doubt") < history.index("still_pending")
    assert (after.status, no_approval_stands(after)) == (Status.HELD, True)


def test_what_the_supplier_finishes_late_is_found_before_the_repetition(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "still_running")
    world.pass_time(minutes=14)
    world.standin.finish_late()
    assert (world.later(order, minutes=2).status, sent(world)) == (Status.VALIDATING, 1)


def test_what_the_supplier_finishes_after_the_repetition_buys_nothing_more(world: World, order: Order) -> None:
    world.standin.faults.arm("process_pending", "still_running")
    assert (world.later(order, minutes=21).status, sent(world)) == (Status.VALIDATING, 2)
    world.standin.finish_late()
    world.pass_time(hours=1)
    assert bought(world) == 1


def test_looking_now_hurries_no_repetition(world: World, order: Order) -> None:
    lose_answer(world, "drop_before")
    for _ in range(14):
        world.pass_time(minutes=1)
        world.desk.follow.look_now(order.id, COLLEAGUE)
        world.run_jobs()
    assert sent(world) == 1


def test_a_worker_that_slept_after_its_record_does_not_send(world: World, order: Order) -> None:
    world.store.after["attempt"] = lambda: world.clock.advance(timedelta(minutes=10))
    assert (world.later(order).status, sent(world)) == (Status.BUYING, 0)
    assert (world.later(order, minutes=25).status, sent(world), len(world.order(order.id).attempts)) == (
        Status.VALIDATING,
        1,
        2,
    )


DEATHS: dict[str, tuple[Callable[[World], None], int]] = {
    "before the record": (lambda world: world.store.before.update(attempt=fakes.die), 1),
    "between record and call": (lambda world: world.store.after.update(attempt=fakes.die), 1),
    "before the answer is stored": (lambda world: world.store.before.update(answered=fakes.die), 1),
    "after the answer is stored": (lambda world: world.store.after.update(answered=fakes.die), 1),
    "before the move": (lambda world: world.store.before.update(accepted=fakes.die), 1),
}


@pytest.mark.parametrize("where", DEATHS)
def test_a_process_that_dies_anywhere_leaves_one_purchase(world: World, where: str) -> None:
    arrange, calls = DEATHS[where]
    order = approved(world)
    arrange(world)
    world.run_until_dead()
    world.restart()
    assert (world.later(order, minutes=30).status, bought(world), sent(world)) == (Status.VALIDATING, 1, calls)


class Meanwhile:
    """The supplier, where something happens once between the worker's decision and the supplier's doing."""

    def __init__(self, supplier: Supplier, act: Callable[[], None]) -> None:
        self.supplier, self.acts = supplier, [act]

    def __getattr__(self, name: str) -> object:
        return getattr(self.supplier, name)

    def submit(self, order_id: str, request: Request) -> Accepted:
        if self.acts:
            self.acts.pop()()
        return self.supplier.submit(order_id, request)


def another_worker_for(world: World, order: Order, minutes: int) -> None:
    """The lease has run out: somebody else takes the purchase up, while the first worker's call is under way."""
    for _ in range(minutes // 5):
        world.clock.advance(timedelta(minutes=5))
        world.run_job("purchase", order)


def test_a_call_that_arrives_after_another_worker_repeated_it_buys_nothing(world: World, order: Order) -> None:
    world.restart(supplier=Meanwhile(world.gear.supplier, lambda: another_worker_for(world, order, 20)))
    assert (world.later(order).status, sent(world), bought(world)) == (Status.VALIDATING, 2, 1)


def test_a_late_no_to_the_first_call_does_not_end_the_second(world: World, order: Order) -> None:

    def meanwhile() -> None:
        world.standin.faults.arm("process_pending", "still_running")
        another_worker_for(world, order, 20)
        world.standin.faults.arm("process_pending", "code", code=465, text="No")

    world.restart(supplier=Meanwhile(world.gear.supplier, meanwhile))
    assert (world.later(order).status, sent(world)) == (Status.BUYING, 2)
    world.standin.finish_late()
    assert (world.later(order, minutes=6).status, bought(world)) == (Status.VALIDATING, 1)


def test_of_two_workers_one_buys(make: MakeDesk) -> None:
    check = fakes.FakeCheck("dns", FINE)
    world = make(checks=(check,))
    order = approved(world)
    world.clock.advance(timedelta(hours=2))

    class Rival(fakes.FakeCheck):
        def look(self, case: Case) -> list[Finding]:
            rival = World(**{name: getattr(world, name) for name in World.__dataclass_fields__})
            rival.restart(checks=(check,))
            rival.run_job("purchase", order)
            return super().look(case)

    world.restart(checks=(Rival("dns", FINE),))
    with pytest.raises(Stale):
        world.run_job("purchase", order)
    assert (world.order(order.id).status, sent(world), bought(world)) == (Status.VALIDATING, 1, 1)


# -- what a look shows (R4, R8)


@pytest.mark.parametrize(("act", "then"), [
    (lambda world, supplier_id: world.standin.decline(supplier_id, "no such company"), Status.DECLINED),
    (lambda world, supplier_id: world.standin.cancel_at_supplier(supplier_id), Status.DOUBTFUL),
    (lambda world, supplier_id: world.standin.cancel_at_supplier(supplier_id, replacement=True), Status.DOUBTFUL),
    (lambda world, supplier_id: world.standin.issue(supplier_id), Status.ISSUED),
], ids=["declined", "cancelled", "replaced", "completed"])  # fmt: skip
def test_what_became_of_a_lost_purchase(world: World, act: Callable[[World, str], object], then: Status) -> None:
    order = approved(world)
    lose_answer(world, "drop_after")
    act(world, order.supplier_id)
    assert (world.later(order, minutes=70).status, sent(world)) == (then, 1)
    world.pass_time(hours=20)
    assert sent(world) == 1


def darken(world: World, _order: Order) -> None:
    world.standin.faults.arm("get_order_info", "drop_before", 1000)


UNDECIDED: dict[str, Callable[[World, Order], object]] = {
    "no answer": darken, "unknown state": lambda world, order: world.standin.set_state(order.supplier_id, "in_limbo"),
    "money held": lambda world, order: world.standin.set_state(order.supplier_id, "pending"),
    "not our request": lambda world, order: setattr(world.standin.orders[order.supplier_id], "csr", foreign_csr(world)),
}  # fmt: skip


def foreign_csr(world: World) -> str:
    return world.standin.add_foreign_order("999").csr


@pytest.mark.parametrize("why", UNDECIDED)
def test_after_an_hour_without_a_deciding_look_it_is_doubtful_and_looking_goes_on(world: World, why: str) -> None:
    order = approved(world)
    lose_answer(world, "drop_after")
    csr = world.standin.orders[order.supplier_id].csr
    UNDECIDED[why](world, order)
    assert world.later(order, minutes=59).status is Status.BUYING
    assert (world.later(order, minutes=2).status, len(world.told(Told.DOUBTFUL))) == (Status.DOUBTFUL, 1)
    looks = world.calls("get_order_info")
    world.pass_time(hours=3)
    assert world.calls("get_order_info") > looks
    assert (world.order(order.id).status, sent(world)) == (Status.DOUBTFUL, 1)
    world.standin.faults.clear()
    world.standin.orders[order.supplier_id].csr = csr
    world.standin.set_state(order.supplier_id, "in-progress")
    assert world.later(order, hours=1).status is Status.VALIDATING


def test_an_unknown_state_is_shown_raw_and_told_the_approvers_once(world: World, order: Order) -> None:
    lose_answer(world, "drop_after")
    world.standin.set_state(order.supplier_id, "in_limbo")
    assert world.later(order, hours=3).raw_state == "in_limbo"
    told = world.told(Told.UNKNOWN_STATE)
    assert [(notice.fact("state"), set(notice.mentions)) for notice in told] == [("in_limbo", set(APPROVERS))]


@pytest.mark.parametrize("act", ["cancel", "change", "approve"])
def test_a_doubtful_order_can_only_be_resolved(world: World, order: Order, act: str) -> None:
    lose_answer(world, "drop_after")
    darken(world, order)
    world.pass_time(minutes=70)
    acts: dict[str, Callable[[], object]] = {
        "cancel": lambda: world.desk.ask.cancel(order.id, FIRST),
        "change": lambda: world.desk.ask.open_form(REQUESTER, order.project_id, changes=order.id),
        "approve": lambda: world.desk.decide.approve(order.id, SECOND, world.order(order.id).digest),
    }
    with pytest.raises(IllegalMove) as caught:
        acts[act]()
    assert caught.value.status is Status.DOUBTFUL


# -- cancelling around the attempt


def test_once_an_attempt_is_out_only_an_approver_cancels(world: World, order: Order) -> None:
    lose_answer(world, "drop_before")
    with pytest.raises(NotAllowed):
        world.desk.ask.cancel(order.id, REQUESTER)
    assert world.order(order.id).cancel_wanted_by == ""


@pytest.mark.parametrize(("trouble", "calls"), [("drop_before", 1), ("drop_after", 1)])
def test_a_cancel_after_the_attempt_is_done_when_the_answer_is_known(world: World, trouble: str, calls: int) -> None:
    order = approved(world)
    lose_answer(world, trouble)
    world.desk.ask.cancel(order.id, FIRST)
    assert world.order(order.id).status is Status.BUYING
    assert (world.later(order, hours=2).status, sent(world)) == (Status.CANCELLED, calls)
    assert world.standin.orders[order.supplier_id].state in ("cancelled", "declined")
    assert world.standin.held_money == 0


def test_an_order_of_another_account_is_never_attempted(world: World, order: Order) -> None:
    live = a_supplier(world.standin, world.clock, replace(ACCOUNT, environment="live"))
    world.restart(supplier=live)
    world.pass_time(hours=3)
    assert sent(world) == 0
    assert world.order(order.id).blocked
