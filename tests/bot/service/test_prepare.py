"""Preparing: key before CSR, checks, a draft that is never lost sight of and never edited (R6, R9, R10)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.notices import Told
from bot.domain.order import Hold, Order, Status
from bot.domain.request import KeyType
from bot.vault import LocalVault, new_master_key
from tests import fakes
from tests.bot.service.conftest import Act, MakeDesk, arm, asked, at_supplier, course, foreign_csr, keeps, says
from tests.bot.service.test_buy import sent
from tests.builders import ACCOUNT, World, a_request, a_supplier
from tests.fakes import APPROVERS, COLLEAGUE, FIRST, REQUESTER

WAITS, HELD = "awaiting_approval approval_wanted:approvers", "held held:engineer"
VOIDED = "awaiting_approval changed approval_wanted:approvers"
STOP = Finding("dns", "DNS-1", Verdict.STOP, "The name does not answer.", "Have it set.", mender=Mender.ENGINEER)
FINE = Finding("dns", "DNS-1", Verdict.FINE, "It answers.")


def silent(times: int, trouble: str = "drop_before") -> Act:
    """So many drafts asked for get no answer."""
    return arm(trouble, times, command="sw_register")


def shown(state: str) -> Act:
    """How the supplier shows the draft there was."""

    def check(world: World, order: Order) -> None:
        assert world.standin.orders[order.supplier_id].state == state

    return check


def check_again(world: World, order: Order) -> None:
    world.desk.ask.check_again(order.id, COLLEAGUE)


def cancel(world: World, order: Order) -> None:
    world.desk.ask.cancel(order.id, REQUESTER)


def rename(world: World, order: Order) -> None:
    world.change(order, COLLEAGUE, names="shop.acme.com")


@pytest.fixture
def check() -> fakes.FakeCheck:
    return fakes.FakeCheck("dns", FINE)


@pytest.fixture
def checked(make: MakeDesk, check: fakes.FakeCheck) -> World:
    """Where one check alone says whether the order may go on, and two approve it."""
    return make(checks=(check,), limit_order=Decimal(1))


@pytest.fixture
def placed(world: World) -> Order:
    return world.place()


@pytest.fixture
def order(world: World) -> Order:
    return world.waiting()


# -- the straight way


def test_what_waits_for_approval_is_a_draft_that_reads_back_as_asked(world: World, order: Order) -> None:
    assert order.draft is not None
    assert (order.draft.id, order.draft.price) == (order.supplier_id, Decimal("49.0"))
    assert world.standin.orders[order.supplier_id].state == "pending"
    assert world.standin.held_money == 0
    assert world.calls("sw_register", ">save<") == world.calls("sw_register") == 1
    (notice,) = world.told(Told.APPROVAL_WANTED)
    assert set(notice.mentions) == APPROVERS


def test_the_key_is_sealed_and_committed_before_the_csr_leaves(world: World, placed: Order) -> None:
    seen: list[tuple[str, int]] = []

    def look() -> None:
        key_id = world.order(placed.id).key_id
        with world.store.unit() as unit:
            seen.append((unit.sealed_key(key_id), world.calls("sw_register")))

    world.store.after["saving draft"] = look
    world.run_jobs()
    ((sealed, asked),) = seen
    assert asked == 0
    assert "PRIVATE KEY" not in sealed
    key = world.gear.vault.open(sealed, placed.id)
    assert world.gear.pki.same_csr(world.gear.pki.make_csr(key, placed.request), world.order(placed.id).csr)


# -- what stops it


def test_a_check_that_stops_holds_the_order_with_who_must_do_what(checked: World, check: fakes.FakeCheck) -> None:
    check.findings = [STOP]
    hold = Hold(Mender.ENGINEER, ("The name does not answer. Have it set.",))
    course(checked, checked.place(), f"0m {HELD}", asked("sw_register", 0), keeps(hold=hold))


def test_when_the_world_mends_itself_the_order_goes_on_and_says_so_once(make: MakeDesk) -> None:
    check = fakes.FakeCheck("dns", STOP)
    world = make(checks=(check,))
    course(
        world, world.place(), f"7h {HELD}", lambda *_: setattr(check, "findings", [FINE]),
        "19h awaiting_approval mended:requester approval_wanted:approvers",
    )  # fmt: skip


@pytest.mark.parametrize(("says_now", "then", "standing"), [(STOP, HELD, 0), (FINE, "awaiting_approval", 1)])
def test_checking_again_holds_and_voids_only_where_a_check_newly_stops(
    checked: World, check: fakes.FakeCheck, says_now: Finding, then: str, standing: int
) -> None:
    order = checked.approve(checked.waiting(), FIRST)
    assert order.standing_approvals
    check.findings = [says_now]
    after = course(checked, order, check_again, f"0m {then}")
    looks = [case for case in check.cases if case.csr]  # the watch looks without the request file
    assert (len(after.standing_approvals), len(looks)) == (standing, 2)


DIFFERENCES: dict[str, dict[str, Any]] = {
    "product": {"product_type": "ssl123"}, "domain": {"domain": "other.acme.com"},
    "contacts.admin.email": {"contacts": {"admin": {"email": "else@acme.com"}}}, "state": {"state": "in-progress"},
}  # fmt: skip


@pytest.mark.parametrize("field", [*DIFFERENCES, "csr"])
def test_a_draft_that_reads_back_otherwise_is_held_and_the_field_is_named(
    world: World, placed: Order, field: str
) -> None:
    changes = DIFFERENCES.get(field) or {"csr": foreign_csr(world)}
    world.store.after["draft saved"] = lambda: vars(list(world.standin.orders.values())[-1]).update(changes)
    course(world, placed, f"0m {HELD}", says(reason=f"*: {field} is *"), "10m held", asked("sw_register", 1))


def test_a_read_back_without_an_answer_is_tried_again_without_a_second_draft(world: World, placed: Order) -> None:
    lost = arm("drop_before", 3, command="get_order_info")
    course(world, placed, lost, "0m preparing", f"10m {WAITS}", asked("sw_register", 1))


# -- the save


def test_a_refused_save_holds_the_order_and_names_the_field(world: World, placed: Order) -> None:
    world.standin.disable("rapidssl")
    course(world, placed, "0m held held:requester", says(reason="*product_type*"), keeps(supplier_ids=(), orphans=()))


def test_while_the_supplier_is_silent_somebody_may_try_now_or_cancel(world: World, placed: Order) -> None:
    course(
        world, placed, silent(5), "30m preparing supplier_silent", asked("sw_register", 4), check_again,
        "30m preparing", asked("sw_register", 5), cancel, "3h cancelled cancelled", asked("sw_register", 5),
    )  # fmt: skip


def test_a_save_that_arrived_without_an_answer_leaves_an_orphan_that_is_never_bought(
    world: World, placed: Order
) -> None:
    order = course(world, placed, silent(1, "drop_after"), f"2m {WAITS}")
    assert (len(order.orphans), len(world.standin.orders)) == (1, 2)
    world.approve(order)
    world.run_jobs()
    assert [bought.order_id for bought in world.standin.submitted()] == [order.supplier_id]


@pytest.mark.parametrize(("moment", "what", "early", "possible"), [
    ("after", "saving draft", "preparing", 1), ("before", "draft saved", "preparing", 1),
    ("after", "key made", WAITS, 0), ("after", "draft saved", WAITS, 0), ("before", "ready", WAITS, 0),
])  # fmt: skip
def test_a_process_that_dies_while_preparing_goes_on_with_the_same_key(
    *, world: World, placed: Order, moment: str, what: str, early: str, possible: int
) -> None:
    getattr(world.store, moment)[what] = fakes.die
    world.run_until_dead()
    key = world.order(placed.id).key_id
    world.restart()
    order = course(world, placed, f"0m {early}", *([f"2m {WAITS}"] if possible else []), keeps(key_id=key))
    assert len(order.orphans) == possible


# -- what a change does (R9)


def test_a_change_voids_approvals_cancels_the_draft_and_makes_a_new_csr_with_the_same_key(checked: World) -> None:
    world, order = checked, checked.approve(checked.waiting(), FIRST)
    after = course(world, order, rename, f"0m {VOIDED}", shown("cancelled"), asked("update_order", 0))
    assert after.standing_approvals == ()
    assert after.key_id == order.key_id
    old, new = (world.gear.pki.read_csr(o.csr) for o in (order, after))
    assert (old.public_key_sha256, old.names) == (new.public_key_sha256, ("www.acme.com",))
    assert new.names == ("shop.acme.com",)
    assert after.supplier_ids == (order.supplier_id, after.supplier_id)
    assert COLLEAGUE in after.authors


def test_another_key_type_makes_a_new_key_and_keeps_the_old(world: World, order: Order) -> None:
    world.change(order, key_type=KeyType.RSA_2048)
    after = world.later(order)
    assert after.key_id not in ("", order.key_id)
    with world.store.unit() as unit:
        assert unit.sealed_key(order.key_id) != unit.sealed_key(after.key_id)
    assert world.gear.pki.read_csr(after.csr).key_type == "RSA"


def test_a_change_during_the_save_leaves_no_approval_for_the_old_draft(world: World, placed: Order) -> None:
    world.store.after["saving draft"] = lambda: rename(world, placed)
    after = course(world, placed, f"2m {VOIDED}")
    assert world.standin.orders[after.supplier_id].domain == "shop.acme.com"


def test_a_change_of_nothing_keeps_the_draft(world: World, order: Order) -> None:
    world.change(order)
    assert (world.later(order).draft, world.calls("sw_register")) == (order.draft, 1)


def test_the_clients_own_request_file_is_used_and_no_key_is_made(world: World) -> None:
    key = world.gear.pki.new_key(KeyType.P256)
    csr = world.gear.pki.make_csr(key, a_request("www.acme.com"))
    order = world.waiting(own_csr=csr)
    assert (order.csr.strip(), order.key_id) == (csr.strip(), "")
    world.approve(order)
    assert world.later(order).status is Status.VALIDATING


def test_a_vault_that_does_not_open_is_told_the_approvers_and_loses_no_key(world: World, order: Order) -> None:
    world.restart(vault=LocalVault([new_master_key()]))
    course(
        world, order, rename, "3h preparing changed vault_shut:approvers", keeps(key_id=order.key_id),
        asked("sw_register", 1),
    )  # fmt: skip


# -- how an order ends (R6)


@pytest.mark.parametrize(("end", "row"), [
    (cancel, "cancelled cancelled"),
    (lambda world, order: world.desk.decide.refuse(order.id, FIRST, "not now"), "refused refused:requester"),
], ids=["cancel", "refuse"])  # fmt: skip
def test_ending_an_order_cancels_its_draft_once_the_supplier_answers(
    world: World, order: Order, end: Act, row: str
) -> None:
    course(world, order, arm("drop_before", 2, command="get_order_info"), end, f"30m {row}", shown("cancelled"))
    assert sent(world) == 0


def test_what_was_bought_in_the_panel_is_never_cancelled_with_its_order(world: World, order: Order) -> None:
    in_panel = at_supplier("submit_in_panel")
    course(world, order, in_panel, cancel, "1h cancelled cancelled aftermath:approvers", shown("in-progress"))


def test_after_a_change_of_what_was_bought_in_the_panel_nothing_new_is_saved(world: World, order: Order) -> None:
    world.standin.submit_in_panel(order.supplier_id)
    world.change(order, names="shop.acme.com")
    world.pass_time(hours=20)
    assert world.calls("sw_register") == 1
    assert world.order(order.id).status is not Status.AWAITING_APPROVAL


def test_drafts_of_another_account_are_left_alone(world: World, order: Order) -> None:
    world.restart(supplier=a_supplier(world.standin, world.clock, replace(ACCOUNT, environment="live")))
    cancel(world, order)
    world.pass_time(hours=1)
    assert world.calls("process_pending") == 0
