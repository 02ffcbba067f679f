"""From the authority to the certificate: every row of `validating`, and what comes after a cancelled purchase."""

from dataclasses import replace

import pytest

from bot.domain.errors import IllegalMove, NotAllowed, PeopleUnknown, UnknownOrder
from bot.domain.order import Order, Status
from tests.bot.service.conftest import Act, arm, asked, at_supplier, course, foreign_csr, keeps, says
from tests.builders import ACCOUNT, World, a_supplier
from tests.fakes import COLLEAGUE, FIRST, GUEST, OUTSIDER, REQUESTER

BY_FILE, ASKS, ISSUE = at_supplier("set_dv_method", "file"), at_supplier("ca_asks"), at_supplier("issue")
CANCEL_THERE, GOES_ON = at_supplier("cancel_at_supplier"), at_supplier("set_state", "in-progress")
CONFIRMED = at_supplier("set_state", "approver-confirmed")
CLIENT = "validating client_must_act:requester"
CANCELLED, ISSUED = "cancelled progress cancelled:requester", "issued progress issued:requester"
LIVE = replace(ACCOUNT, environment="live")


@pytest.fixture
def order(world: World) -> Order:
    """It is with the authority."""
    return world.bought()


def look(world: World, order: Order) -> Order:
    """The next look of the desk's own."""
    world.run_job("follow", order)
    return world.order(order.id)


def cancel(world: World, order: Order) -> None:
    world.desk.follow.cancel_bought(order.id, FIRST)


def corrected(world: World, order: Order) -> None:
    assert world.standin.orders[order.supplier_id].dv_auth_method == "dns"
    assert world.history(order).count("switch_dcv") == 1


def token_told(world: World, order: Order) -> None:
    assert world.told()[-1].fact("value") == world.standin.orders[order.supplier_id].token != ""


def nothing_held(world: World, _: Order) -> None:
    assert world.standin.held_money == 0


STORIES: dict[str, tuple[Act | str, ...]] = {
    "a declined order says why": (
        at_supplier("decline", "the company was dissolved"), "10m declined progress declined:requester",
        says(reason="*the company was dissolved*"),
    ),
    "a new state is told once": (
        CONFIRMED, "2h validating progress", says(before="in-progress", after="approver-confirmed"),
        keeps(raw_state="approver-confirmed"),
    ),
    "the client's turn comes with the record": (
        ASKS, f"2h {CLIENT}", says(type="TXT", where="www.acme.com"), token_told,
    ),
    "another way to prove control than the approved one is corrected before the client is told": (
        BY_FILE, ASKS, f"20m {CLIENT}", says(dcv="dns", type="TXT"), token_told, corrected, asked("update_dv_auth", 1),
    ),
    "a correction that got no answer is tried again": (
        BY_FILE, arm("drop_before", command="update_dv_auth"), "20m validating", corrected,
    ),
    "a switch that never shows keeps nobody waiting for ever": (
        BY_FILE, "6m validating", BY_FILE, ASKS, "16m validating", f"26m {CLIENT}", says(dcv="file"),
    ),
    "what the supplier cancels is cancelled": (
        "1m validating", CANCEL_THERE, f"10m {CANCELLED}", says(reason="*cancelled by the supplier*"),
    ),
    "an approver cancels what is bought": (
        cancel, keeps(status=Status.VALIDATING, cancel_wanted_by=FIRST), says(by=FIRST),
        "10m cancelled cancel_recorded progress cancelled:requester", says(by=FIRST), nothing_held,
    ),
    "a cancellation too late is said": (
        ISSUE, cancel, "10m issued cancel_recorded progress cancel_too_late:first issued:requester",
        keeps(cancel_wanted_by=""),
    ),
    "a supplier that will not cancel is quoted": (
        arm("code", command="cancel_order", code=435, text="Not while it is being vetted"), cancel,
        "10m validating cancel_recorded cancel_too_late:first", says(reason="Not while it is being vetted"),
    ),
    "a cancellation whose answer is lost is settled by a look": (
        arm("drop_after", command="cancel_order"), cancel, "20m cancelled cancel_recorded progress cancelled:requester",
    ),
    "what is not understood changes nothing": (
        at_supplier("set_state", "quantum"), "5h validating unknown_state:approvers", says(state="quantum"),
        keeps(raw_state="quantum"),
    ),
    "an order with another request file changes nothing": (
        lambda world, order: setattr(world.standin.orders[order.supplier_id], "csr", foreign_csr(world)),
        "5h validating unknown_state:approvers", says(state="an order with another request file"),
    ),
    "an order the supplier lost changes nothing": (
        lambda world, order: world.standin.book.pop(order.supplier_id), "5h validating unknown_state:approvers",
        says(state="gone: ?*"),
    ),
    "a cancelled purchase that goes on is told each approver once": (
        CANCEL_THERE, f"10m {CANCELLED}", at_supplier("set_state", "completed"), "64m cancelled",
        "74m cancelled aftermath:approvers",
        lambda world, order: says(number=order.supplier_id)(world, order), "3d cancelled",
    ),
    "it is looked at again after a day": (
        CANCEL_THERE, f"10m {CANCELLED}", arm("drop_before", command="get_order_info"), "2h cancelled", GOES_ON,
        "25h cancelled aftermath:approvers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", STORIES)
def test_at_the_authority(world: World, order: Order, rule: str) -> None:
    course(world, order, *STORIES[rule])


# -- progress


def test_by_mail_the_requester_is_told_the_mailbox(world: World) -> None:
    order = world.bought(dcv="email", approver_email="admin@acme.com")
    course(world, order, ASKS, f"10m {CLIENT}", says(dcv="email", mailbox="admin@acme.com"))


def test_where_the_supplier_will_not_switch_the_method_in_force_is_told(world: World) -> None:
    course(world, world.bought(product="sslwebserver"), BY_FILE, ASKS, f"1h {CLIENT}", says(type="FILE"))


@pytest.mark.parametrize("trouble", ["", "drop_before", "html_502", "truncated_xml", "other_order_id"])
def test_a_look_without_news_or_answer_writes_nothing_and_is_repeated_later(
    world: World, order: Order, trouble: str
) -> None:
    stranger = world.standin.add_foreign_order("555", state="declined").order_id
    if trouble:
        arm(trouble, command="get_order_info", order_id=stranger)(world, order)
    again = [world.run_job("follow", order) or world.clock.now() for _ in range(3)]
    assert (min(again) > world.clock.now(), world.order(order.id)) == (True, order)


def test_an_order_id_means_nothing_on_another_account(world: World, order: Order) -> None:
    world.standin.decline(order.supplier_id, "no")
    looks = world.calls("get_order_info")
    world.restart(supplier=a_supplier(world.standin, world.clock, LIVE))
    course(world, order, "3h validating", asked("get_order_info", looks))


def test_anybody_of_the_channel_may_have_the_desk_look_now(world: World, order: Order) -> None:
    CONFIRMED(world, order)
    with pytest.raises(UnknownOrder):
        world.desk.follow.look_now(order.id, OUTSIDER)
    world.desk.follow.look_now(order.id, COLLEAGUE)
    assert world.later(order).raw_state == "approver-confirmed"


# -- ends without a certificate


@pytest.mark.parametrize(("before", "who", "error"), [
    ("0m validating", REQUESTER, NotAllowed), ("0m validating", COLLEAGUE, NotAllowed),
    ("0m validating", GUEST, NotAllowed), ("0m validating", OUTSIDER, UnknownOrder),
    (lambda world, _: setattr(world.people, "silent", True), FIRST, PeopleUnknown),
    (lambda world, order: course(world, order, ISSUE, f"10m {ISSUED}"), FIRST, IllegalMove),
])  # fmt: skip
def test_only_an_approver_seen_just_now_cancels_and_only_what_is_not_over(
    world: World, order: Order, before: Act | str, who: str, error: type[Exception]
) -> None:
    order = course(world, order, before)
    with pytest.raises(error) as caught:
        world.desk.follow.cancel_bought(order.id, who)
    assert world.order(order.id) == order
    assert getattr(caught.value, "status", order.status) == order.status


# -- the certificate


def test_the_certificate_is_fetched_and_the_requester_told_until_when(world: World, order: Order) -> None:
    fetched = asked("get_cert", 1)
    after = course(world, order, ISSUE, f"10m {ISSUED}", fetched, "5h issued", fetched)
    assert after.certificate is not None
    known = after.certificate
    assert (known.names, len(known.chain), known.warnings) == (("www.acme.com",), 1, ())
    says(until=known.not_after.isoformat(), promised="2026-11-24", early="1", late="")(world, order)


@pytest.mark.parametrize("trouble", [
    arm("garbage_certificate", 1000, command="get_cert"), arm("code", 1000, command="get_cert", code=404),
    arm("drop_before", 1000, command="get_cert"),
], ids=["garbage", "no", "no answer"])  # fmt: skip
def test_completed_without_a_certificate_is_asked_for_hourly_and_after_a_day_by_people(
    world: World, order: Order, trouble: Act
) -> None:
    course(
        world, order, ISSUE, trouble, "10m validating progress", asked("get_cert", 1), "23h10m validating",
        asked("get_cert", 24), "33h validating no_certificate:approvers",
        lambda world, _: world.standin.faults.clear(), "34h issued issued:requester",
    )  # fmt: skip


def test_a_certificate_for_another_key_is_shown_never_taken(world: World, order: Order) -> None:
    made = world.standin.issue_for_other_key(order.supplier_id)
    course(world, order, "30h validating progress other_key:approvers", keeps(certificate=None), says(issuer="?*"))
    serial = world.told()[-1].fact("serial")
    assert int(serial.replace(":", ""), 16) == made.certificate.serial_number


def test_an_odd_certificate_for_our_key_is_issued_with_a_warning(world: World, order: Order) -> None:
    after = course(world, order, at_supplier("issue_otherwise", names=("acme.com",)), f"2h {ISSUED}")
    assert after.certificate is not None
    assert world.told()[-1].fact("warnings") == "\n".join(after.certificate.warnings) != ""
