"""Preparing: key before CSR, checks, a draft that is never lost sight of and never edited (R6, R9, R10)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.errors import IllegalMove
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.domain.request import KeyType
from bot.vault import LocalVault, new_master_key
from tests import fakes
from tests.bot.service.conftest import MakeDesk
from tests.bot.service.test_buy import foreign_csr, sent
from tests.builders import ACCOUNT, World, a_request, a_supplier
from tests.fakes import APPROVERS, COLLEAGUE, ENGINEER, FIRST, REQUESTER

STOP = Finding("dns", "DNS-1", Verdict.STOP, "The name does not answer.", "Have it set.", mender=Mender.ENGINEER)
FINE = Finding("dns", "DNS-1", Verdict.FINE, "It answers.")


def drafts(world: World) -> int:
    return world.calls("sw_register")


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
    assert world.calls("sw_register", ">save<") == drafts(world) == 1
    (notice,) = world.told(Told.APPROVAL_WANTED)
    assert set(notice.mentions) == APPROVERS


def test_the_key_is_sealed_and_committed_before_the_csr_leaves(world: World, placed: Order) -> None:
    seen: list[tuple[str, int]] = []

    def look() -> None:
        key_id = world.order(placed.id).key_id
        with world.store.unit() as unit:
            seen.append((unit.sealed_key(key_id), drafts(world)))

    world.store.after["saving draft"] = look
    world.run_jobs()
    ((sealed, asked),) = seen
    assert asked == 0
    assert "PRIVATE KEY" not in sealed
    key = world.gear.vault.open(sealed, placed.id)
    assert world.gear.pki.same_csr(world.gear.pki.make_csr(key, placed.request), world.order(placed.id).csr)


def test_what_the_supplier_does_not_show_is_listed_and_is_no_difference(world: World, placed: Order) -> None:
    world.store.after["draft saved"] = lambda: setattr(only_draft(world), "server_count", "")
    order = world.later(placed)
    assert order.draft is not None
    assert (order.status, order.draft.not_shown) == (Status.AWAITING_APPROVAL, ("server_count",))


# -- what stops it


def test_a_check_that_stops_holds_the_order_with_who_must_do_what(make: MakeDesk) -> None:
    world = make(checks=(fakes.FakeCheck("dns", STOP),))
    placed = world.place()
    order = world.later(placed)
    assert (order.status, drafts(world)) == (Status.HELD, 0)
    assert order.hold is not None
    assert (order.hold.who, order.hold.reasons) == (Mender.ENGINEER, ("The name does not answer. Have it set.",))
    assert [notice.mentions for notice in world.told(Told.HELD)] == [(ENGINEER,)]


def test_when_the_world_mends_itself_the_order_goes_on_and_says_so_once(make: MakeDesk) -> None:
    check = fakes.FakeCheck("dns", STOP)
    world = make(checks=(check,))
    placed = world.place()
    assert world.later(placed, hours=7).status is Status.HELD
    check.findings = [FINE]
    assert world.later(placed, hours=12).status is Status.AWAITING_APPROVAL
    assert len(world.told(Told.MENDED)) == 1
    assert len(world.told(Told.HELD)) == 1


def test_an_unknown_finding_never_counts_as_a_stop_nor_as_fine(make: MakeDesk) -> None:
    world = make(checks=(fakes.FakeCheck("dns", replace(FINE, verdict=Verdict.UNKNOWN)),))
    assert [finding.verdict for finding in world.waiting().findings] == [Verdict.UNKNOWN]


def test_a_waiting_order_whose_check_newly_stops_is_held_and_its_approvals_are_void(make: MakeDesk) -> None:
    check = fakes.FakeCheck("dns", FINE)
    world = make(checks=(check,), limit_order=Decimal(1))
    order = world.approve(world.waiting(), FIRST)
    assert order.standing_approvals
    check.findings = [STOP]
    world.desk.ask.check_again(order.id, COLLEAGUE)
    after = world.later(order)
    assert (after.status, after.standing_approvals) == (Status.HELD, ())


def test_checking_again_without_a_new_stop_keeps_the_approvals(make: MakeDesk) -> None:
    check = fakes.FakeCheck("dns", FINE)
    world = make(checks=(check,), limit_order=Decimal(1))
    order = world.approve(world.waiting(), FIRST)
    world.desk.ask.check_again(order.id, COLLEAGUE)
    after = world.later(order)
    assert (after.status, len(after.standing_approvals), len(check.cases)) == (Status.AWAITING_APPROVAL, 1, 2)


DIFFERENCES: dict[str, dict[str, Any]] = {
    "product": {"product_type": "ssl123"}, "period": {"period": "2"}, "domain": {"domain": "other.acme.com"},
    "server_type": {"server_type": "iis"}, "server_count": {"server_count": "2"},
    "registration": {"reg_type": "renewal"},
    "contacts.admin.email": {"contacts": {"admin": {"email": "else@acme.com"}}},
}  # fmt: skip


def only_draft(world: World) -> Any:  # noqa: ANN401 - a row of the stand-in's books
    return list(world.standin.orders.values())[-1]


def submit_in_panel(world: World) -> None:
    world.standin.submit_in_panel(only_draft(world).order_id)


@pytest.mark.parametrize("field", DIFFERENCES)
def test_a_draft_that_reads_back_otherwise_is_held_and_the_field_is_named(world: World, field: str) -> None:
    placed = world.place()
    world.store.after["draft saved"] = lambda: vars(only_draft(world)).update(DIFFERENCES[field])
    order = world.later(placed)
    assert order.status is Status.HELD
    assert order.hold is not None
    assert any(field in reason for reason in order.hold.reasons)


def test_a_draft_with_another_request_file_is_held(world: World, placed: Order) -> None:
    world.store.after["draft saved"] = lambda: setattr(only_draft(world), "csr", foreign_csr(world))
    assert world.later(placed).status is Status.HELD


def test_contacts_written_in_another_way_are_no_difference(world: World, placed: Order) -> None:

    def shout() -> None:
        row = only_draft(world)
        row.contacts = {role: {k: f" {v.upper()} " for k, v in c.items()} for role, c in row.contacts.items()}

    world.store.after["draft saved"] = shout
    assert world.later(placed).status is Status.AWAITING_APPROVAL


def test_a_draft_that_is_live_at_once_is_not_offered_for_approval(world: World, placed: Order) -> None:
    world.store.after["draft saved"] = lambda: submit_in_panel(world)
    assert world.later(placed).status is not Status.AWAITING_APPROVAL
    assert drafts(world) == 1


def test_a_read_back_without_an_answer_is_tried_again_without_a_second_draft(world: World, placed: Order) -> None:
    world.standin.faults.arm("get_order_info", "drop_before", 3)
    assert (world.later(placed, minutes=10).status, drafts(world)) == (Status.AWAITING_APPROVAL, 1)


# -- the save


def test_a_refused_save_holds_the_order_and_names_the_field(world: World) -> None:
    world.standin.disable("rapidssl")
    placed = world.place()
    order = world.later(placed)
    assert (order.status, order.supplier_ids) == (Status.HELD, ())
    assert order.hold is not None
    assert "product_type" in order.hold.reasons[0]
    assert order.orphans == ()


def test_lost_saves_are_tried_after_1_5_and_15_minutes_then_hourly_and_people_are_told(world: World) -> None:
    started = world.clock.now()
    placed = world.place()
    world.standin.faults.arm("sw_register", "drop_before", 6)
    saves: list[float] = []
    for _ in range(4 * 60):
        before = drafts(world)
        world.pass_time(minutes=1)
        saves += [(world.clock.now() - started) / timedelta(minutes=1)] * (drafts(world) - before)
    assert saves == [1, 1, 6, 21, 81, 141, 201]  # the first at minute 0, seen at the end of its minute
    order = world.order(placed.id)
    assert (order.status, len(order.orphans), order.lost_saves) == (Status.AWAITING_APPROVAL, 6, 0)
    assert len({orphan.csr_sha256 for orphan in order.orphans}) == 1
    assert len(world.told(Told.SUPPLIER_SILENT)) == 1


def test_while_the_supplier_is_silent_somebody_may_try_now_or_cancel(world: World, placed: Order) -> None:
    world.standin.faults.arm("sw_register", "drop_before", 5)
    assert (world.later(placed, minutes=30).status, drafts(world)) == (Status.PREPARING, 4)
    world.desk.ask.check_again(placed.id, COLLEAGUE)
    world.run_jobs()
    assert drafts(world) == 5
    world.desk.ask.cancel(placed.id, REQUESTER)
    assert (world.later(placed, hours=3).status, drafts(world)) == (Status.CANCELLED, 5)


def test_a_save_that_arrived_without_an_answer_leaves_an_orphan_that_is_never_bought(world: World) -> None:
    placed = world.place()
    world.standin.faults.arm("sw_register", "drop_after")
    order = world.later(placed, minutes=2)
    assert (order.status, len(order.orphans), len(world.standin.orders)) == (Status.AWAITING_APPROVAL, 1, 2)
    world.approve(order)
    world.run_jobs()
    assert [bought.order_id for bought in world.standin.submitted()] == [order.supplier_id]


@pytest.mark.parametrize(("arrange", "possible"), [
    (lambda store: store.after.update({"saving draft": fakes.die}), 1),
    (lambda store: store.before.update({"draft saved": fakes.die}), 1),
    (lambda store: store.after.update({"key made": fakes.die}), 0),
    (lambda store: store.after.update({"draft saved": fakes.die}), 0),
    (lambda store: store.before.update({"ready": fakes.die}), 0),
], ids=["before asking", "before storing", "after the key", "after storing", "before the move"])  # fmt: skip
def test_a_process_that_dies_while_preparing_goes_on_with_the_same_key(
    world: World, placed: Order, arrange: Callable[[fakes.WatchedStore], None], possible: int
) -> None:
    arrange(world.store)
    world.run_until_dead()
    key = world.order(placed.id).key_id
    world.restart()
    early = world.later(placed)
    assert (early.status is Status.PREPARING) is bool(possible)
    order = world.later(placed, minutes=2)
    assert (order.status, order.key_id, len(order.orphans)) == (Status.AWAITING_APPROVAL, key, possible)


# -- what a change does (R9)


def test_a_change_voids_approvals_cancels_the_draft_and_makes_a_new_csr_with_the_same_key(make: MakeDesk) -> None:
    world = make(limit_order=Decimal(1))
    order = world.approve(world.waiting(), FIRST)
    world.change(order, COLLEAGUE, names="shop.acme.com")
    after = world.later(order)
    assert (after.status, after.standing_approvals) == (Status.AWAITING_APPROVAL, ())
    assert after.key_id == order.key_id
    old, new = (world.gear.pki.read_csr(o.csr) for o in (order, after))
    assert (old.public_key_sha256, old.names) == (new.public_key_sha256, ("www.acme.com",))
    assert new.names == ("shop.acme.com",)
    assert after.supplier_ids == (order.supplier_id, after.supplier_id)
    assert world.standin.orders[order.supplier_id].state == "cancelled"
    assert world.calls("update_order") == 0
    assert COLLEAGUE in after.authors


def test_another_key_type_makes_a_new_key_and_keeps_the_old(world: World, order: Order) -> None:
    world.change(order, key_type=KeyType.RSA_2048)
    after = world.later(order)
    assert after.key_id not in ("", order.key_id)
    with world.store.unit() as unit:
        assert unit.sealed_key(order.key_id) != unit.sealed_key(after.key_id)
    assert world.gear.pki.read_csr(after.csr).key_type == "RSA"


def test_a_change_while_preparing_starts_anew(world: World, placed: Order) -> None:
    world.standin.faults.arm("sw_register", "drop_before")
    world.run_jobs()
    world.change(placed, names="shop.acme.com")
    after = world.later(placed, minutes=2)
    assert (after.status, after.request.names) == (Status.AWAITING_APPROVAL, ("shop.acme.com",))
    assert world.standin.orders[after.supplier_id].domain == "shop.acme.com"


def test_a_change_during_the_save_leaves_no_approval_for_the_old_draft(world: World, placed: Order) -> None:

    def change() -> None:
        world.change(placed, names="shop.acme.com")

    world.store.after["saving draft"] = change
    after = world.later(placed, minutes=2)
    assert after.status is Status.AWAITING_APPROVAL
    assert world.standin.orders[after.supplier_id].domain == "shop.acme.com"


def test_a_change_of_nothing_keeps_the_draft(world: World, order: Order) -> None:
    world.change(order)
    assert (world.later(order).draft, drafts(world)) == (order.draft, 1)


def test_the_clients_own_request_file_is_used_and_no_key_is_made(world: World) -> None:
    key = world.gear.pki.new_key(KeyType.P256)
    csr = world.gear.pki.make_csr(key, a_request("www.acme.com"))
    order = world.waiting(own_csr=csr)
    assert (order.csr.strip(), order.key_id) == (csr.strip(), "")
    world.approve(order)
    assert world.later(order).status is Status.VALIDATING


def test_a_vault_that_does_not_open_is_told_the_approvers_and_loses_no_key(world: World, order: Order) -> None:
    world.restart(vault=LocalVault([new_master_key()]))
    world.change(order, names="shop.acme.com")
    world.pass_time(hours=3)
    (notice,) = world.told(Told.VAULT_SHUT)
    assert set(notice.mentions) >= APPROVERS
    after = world.order(order.id)
    assert (after.status, after.key_id, drafts(world)) == (Status.PREPARING, order.key_id, 1)


# -- how an order ends (R6)


@pytest.mark.parametrize("how", ["cancel", "refuse"])
def test_ending_an_order_cancels_its_draft_once_the_supplier_answers(world: World, order: Order, how: str) -> None:
    world.standin.faults.arm("get_order_info", "drop_before", 2)
    if how == "cancel":
        world.desk.ask.cancel(order.id, REQUESTER)
    else:
        world.desk.decide.refuse(order.id, FIRST, "not now")
    assert world.later(order, minutes=30).status is (Status.CANCELLED if how == "cancel" else Status.REFUSED)
    assert world.standin.orders[order.supplier_id].state == "cancelled"
    assert sent(world) == 0


def test_a_held_order_lapses_with_its_draft(make: MakeDesk) -> None:
    check = fakes.FakeCheck("dns", FINE)
    world = make(checks=(check,))
    order = world.waiting()
    check.findings = [STOP]
    world.desk.ask.check_again(order.id, REQUESTER)
    for days in (0, 54, 7):
        world.clock.advance(timedelta(days=days))
        world.run_jobs()
    assert world.order(order.id).status is Status.CANCELLED
    assert world.standin.orders[order.supplier_id].state == "cancelled"


def test_what_was_bought_in_the_panel_is_never_cancelled_with_its_order(world: World, order: Order) -> None:
    world.standin.submit_in_panel(order.supplier_id)
    world.desk.ask.cancel(order.id, REQUESTER)
    world.pass_time(hours=1)
    assert world.standin.orders[order.supplier_id].state == "in-progress"
    assert {notice.person for notice in world.told(Told.AFTERMATH)} == APPROVERS


def test_after_a_change_of_what_was_bought_in_the_panel_nothing_new_is_saved(world: World, order: Order) -> None:
    world.standin.submit_in_panel(order.supplier_id)
    world.change(order, names="shop.acme.com")
    world.pass_time(hours=20)
    assert drafts(world) == 1
    assert world.order(order.id).status is not Status.AWAITING_APPROVAL


def test_drafts_of_another_account_are_left_alone(world: World, order: Order) -> None:
    world.restart(supplier=a_supplier(world.standin, world.clock, replace(ACCOUNT, environment="live")))
    world.desk.ask.cancel(order.id, REQUESTER)
    world.pass_time(hours=1)
    assert world.calls("process_pending") == 0


def test_an_ended_order_is_not_changed(world: World, order: Order) -> None:
    world.desk.ask.cancel(order.id, REQUESTER)
    with pytest.raises(IllegalMove):
        world.change(order, names="shop.acme.com")
