"""From the authority to the certificate: every row of `validating`, and what comes after a cancelled purchase."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.approval import Buying
from bot.domain.errors import IllegalMove, NotAllowed, PeopleUnknown, UnknownOrder
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from tests.bot.service.conftest import MakeDesk
from tests.builders import ACCOUNT, World, a_supplier
from tests.fakes import APPROVERS, COLLEAGUE, FIRST, GUEST, OUTSIDER, REQUESTER

HOURLY = timedelta(hours=1)


def bought(world: World, *names: str, **values: str) -> Order:
    """An order that is with the authority."""
    order = world.approve(world.waiting(*names, **values), FIRST)
    assert world.later(order).status is Status.VALIDATING
    return world.order(order.id)


@pytest.fixture
def order(world: World) -> Order:
    return bought(world)


def look(world: World, order: Order) -> Order:
    """The next look of the desk's own."""
    world.run_job("follow", order)
    return world.order(order.id)


# -- progress


def test_a_new_state_is_told_once(world: World, order: Order) -> None:
    world.standin.set_state(order.supplier_id, "approver-confirmed")
    world.pass_time(hours=2)
    told = [(notice.fact("before"), notice.fact("after")) for notice in world.told(Told.PROGRESS)]
    assert told == [("in-progress", "approver-confirmed")]
    assert world.order(order.id).raw_state == "approver-confirmed"


def test_a_new_note_in_the_same_state_goes_to_the_card_alone(world: World, order: Order) -> None:
    said = len(world.told())
    world.clock.advance(HOURLY)
    world.standin.ca_accepts(order.supplier_id)
    after = look(world, order)
    assert "supplier order id" in after.newest_note
    assert len(world.told()) == said
    assert after.version > order.version


def test_a_look_that_shows_nothing_new_writes_nothing(world: World, order: Order) -> None:
    assert [look(world, order).version for _ in range(3)] == [order.version] * 3


def test_when_the_client_must_act_the_requester_is_told_the_record(world: World, order: Order) -> None:
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(hours=2)
    (told,) = world.told(Told.CLIENT_MUST_ACT)
    token = world.standin.orders[order.supplier_id].token
    assert (told.mentions, told.fact("type"), told.fact("where")) == ((REQUESTER,), "TXT", "www.acme.com")
    assert told.fact("value") == token != ""


def test_by_mail_the_requester_is_told_the_mailbox(world: World) -> None:
    order = bought(world, dcv="email", approver_email="admin@acme.com")
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(minutes=10)
    (told,) = world.told(Told.CLIENT_MUST_ACT)
    assert (told.fact("dcv"), told.fact("type"), told.fact("where")) == ("email", "MAIL", "admin@acme.com")


def test_another_way_to_prove_control_than_the_approved_one_is_corrected(world: World, order: Order) -> None:
    world.standin.set_dv_method(order.supplier_id, "file")
    world.pass_time(minutes=10)
    assert world.standin.orders[order.supplier_id].dv_auth_method == "dns"
    assert "switch_dcv" in world.history(order)
    assert world.calls("update_dv_auth") == 1


def test_the_client_is_told_nothing_before_the_method_is_right(world: World, order: Order) -> None:
    world.standin.set_dv_method(order.supplier_id, "file")
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(minutes=20)
    (told,) = world.told(Told.CLIENT_MUST_ACT)
    assert (told.fact("dcv"), told.fact("type")) == ("dns", "TXT")
    assert told.fact("value") == world.standin.orders[order.supplier_id].token


def test_a_correction_that_got_no_answer_is_tried_again(world: World, order: Order) -> None:
    world.standin.set_dv_method(order.supplier_id, "file")
    world.standin.faults.arm("update_dv_auth", "drop_before")
    world.pass_time(minutes=20)
    assert world.standin.orders[order.supplier_id].dv_auth_method == "dns"


def test_a_switch_that_never_shows_keeps_nobody_waiting_for_ever(world: World, order: Order) -> None:
    world.standin.set_dv_method(order.supplier_id, "file")
    world.pass_time(minutes=6)
    world.standin.set_dv_method(order.supplier_id, "file")
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(minutes=10)
    assert world.told(Told.CLIENT_MUST_ACT) == []
    world.pass_time(minutes=10)
    assert [notice.fact("dcv") for notice in world.told(Told.CLIENT_MUST_ACT)] == ["file"]


def test_where_the_supplier_will_not_switch_the_method_in_force_is_told(world: World) -> None:
    order = bought(world, product="sslwebserver")
    world.standin.set_dv_method(order.supplier_id, "file")
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(hours=1)
    assert [notice.fact("type") for notice in world.told(Told.CLIENT_MUST_ACT)] == ["FILE"]


# -- what is not understood changes nothing (R8)


STRANGE: dict[str, Callable[[World, Order], object]] = {
    "an unknown state": lambda world, order: world.standin.set_state(order.supplier_id, "quantum"),
    "another request file": lambda world, order: setattr(
        world.standin.orders[order.supplier_id], "csr", world.standin.add_foreign_order("555").csr
    ),
    "no such order": lambda world, order: world.standin.book.pop(order.supplier_id),
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_is_not_understood_changes_nothing_and_is_told_the_approvers_once(world: World, what: str) -> None:
    order = bought(world)
    STRANGE[what](world, order)
    assert world.later(order, hours=5).status is Status.VALIDATING
    (told,) = world.told(Told.UNKNOWN_STATE)
    assert set(told.mentions) == APPROVERS
    assert told.fact("state") == world.order(order.id).raw_state != ""


def test_the_answer_about_another_order_is_no_answer(world: World, order: Order) -> None:
    world.standin.add_foreign_order("555", state="declined")
    world.standin.faults.arm("get_order_info", "other_order_id", order_id="555")
    assert look(world, order) == order


@pytest.mark.parametrize("trouble", ["drop_before", "html_502", "truncated_xml"])
def test_a_supplier_that_does_not_answer_is_asked_again_later(world: World, order: Order, trouble: str) -> None:
    world.standin.faults.arm("get_order_info", trouble)
    again = world.run_job("follow", order)
    assert again is not None
    assert again > world.clock.now()
    assert world.order(order.id) == order


def test_an_order_id_means_nothing_on_another_account(world: World, order: Order) -> None:
    world.standin.decline(order.supplier_id, "no")
    looks = world.calls("get_order_info")
    live = a_supplier(world.standin, world.clock, replace(ACCOUNT, environment="live"))
    world.restart(supplier=live)
    assert (world.later(order, hours=3).status, world.calls("get_order_info")) == (Status.VALIDATING, looks)


# -- how often


def looks_within(world: World, **duration: float) -> int:
    before = world.calls("get_order_info")
    world.pass_time(**duration)
    return world.calls("get_order_info") - before


def test_the_domain_alone_is_looked_at_every_few_minutes_then_less_and_less(world: World) -> None:
    bought(world)
    assert looks_within(world, minutes=59) == 11
    assert looks_within(world, hours=20) == pytest.approx(80, abs=2)
    world.pass_time(days=1)
    assert looks_within(world, hours=20) == pytest.approx(20, abs=1)


def test_a_company_is_looked_at_hourly(world: World) -> None:
    bought(world, product="sslwebserver")
    assert looks_within(world, hours=10) == 10


def test_anybody_of_the_channel_may_have_the_desk_look_now(world: World, order: Order) -> None:
    world.standin.set_state(order.supplier_id, "approver-confirmed")
    with pytest.raises(UnknownOrder):
        world.desk.follow.look_now(order.id, OUTSIDER)
    world.desk.follow.look_now(order.id, COLLEAGUE)
    assert world.later(order).raw_state == "approver-confirmed"


# -- ends without a certificate


def test_a_declined_order_says_why_and_whose_turn_it_is(world: World, order: Order) -> None:
    world.standin.decline(order.supplier_id, "the company was dissolved")
    after = world.later(order, minutes=10)
    (told,) = world.told(Told.DECLINED)
    assert (after.status, told.mentions) == (Status.DECLINED, (REQUESTER,))
    assert "the company was dissolved" in told.fact("reason")
    assert "the company was dissolved" in after.reason


def test_what_the_supplier_cancels_is_cancelled_here(world: World, order: Order) -> None:
    world.pass_time(minutes=1)
    world.standin.cancel_at_supplier(order.supplier_id)
    assert world.later(order, minutes=10).status is Status.CANCELLED
    assert "cancelled by the supplier" in world.told(Told.CANCELLED)[0].fact("reason")


# -- cancelling what is bought


def test_an_approver_cancels_what_is_bought(world: World, order: Order) -> None:
    recorded = world.desk.follow.cancel_bought(order.id, FIRST)
    assert (recorded.status, recorded.cancel_wanted_by) == (Status.VALIDATING, FIRST)
    assert world.later(order, minutes=10).status is Status.CANCELLED
    assert world.standin.held_money == 0
    assert [notice.fact("by") for notice in world.told(Told.CANCEL_RECORDED, Told.CANCELLED)] == [FIRST, FIRST]


def test_a_cancellation_too_late_is_said_and_the_order_goes_on(world: World, order: Order) -> None:
    world.standin.issue(order.supplier_id)
    world.desk.follow.cancel_bought(order.id, FIRST)
    after = world.later(order, minutes=10)
    assert (after.status, after.cancel_wanted_by) == (Status.ISSUED, "")
    assert [notice.mentions for notice in world.told(Told.CANCEL_TOO_LATE)] == [(FIRST,)]


def test_a_supplier_that_will_not_cancel_is_quoted_and_the_order_goes_on(world: World, order: Order) -> None:
    world.standin.faults.arm("cancel_order", "code", code=435, text="Not while it is being vetted")
    world.desk.follow.cancel_bought(order.id, FIRST)
    assert world.later(order, minutes=10).status is Status.VALIDATING
    assert [notice.fact("reason") for notice in world.told(Told.CANCEL_TOO_LATE)] == ["Not while it is being vetted"]


def test_a_cancellation_whose_answer_is_lost_is_settled_by_a_look(world: World, order: Order) -> None:
    world.standin.faults.arm("cancel_order", "drop_after")
    world.desk.follow.cancel_bought(order.id, FIRST)
    assert world.later(order, minutes=20).status is Status.CANCELLED


@pytest.mark.parametrize(
    ("who", "error"), [(REQUESTER, NotAllowed), (COLLEAGUE, NotAllowed), (OUTSIDER, UnknownOrder), (GUEST, NotAllowed)]
)
def test_only_an_approver_cancels_what_is_bought(world: World, order: Order, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        world.desk.follow.cancel_bought(order.id, who)
    assert world.order(order.id) == order


def test_who_cancels_is_asked_afresh_and_silence_refuses(world: World, order: Order) -> None:
    world.people.silent = True
    with pytest.raises(PeopleUnknown):
        world.desk.follow.cancel_bought(order.id, FIRST)


def test_what_is_over_is_cancelled_no_more(world: World, order: Order) -> None:
    world.standin.issue(order.supplier_id)
    world.pass_time(minutes=10)
    with pytest.raises(IllegalMove) as caught:
        world.desk.follow.cancel_bought(order.id, FIRST)
    assert caught.value.status is Status.ISSUED


# -- the certificate


def test_the_certificate_is_fetched_and_the_requester_told_until_when(world: World, order: Order) -> None:
    world.standin.issue(order.supplier_id)
    after = world.later(order, minutes=10)
    assert after.status is Status.ISSUED
    assert after.certificate is not None
    assert (after.certificate.names, len(after.certificate.chain), after.certificate.warnings) == (
        ("www.acme.com",), 1, (),
    )  # fmt: skip
    (told,) = world.told(Told.ISSUED)
    assert (told.mentions, told.fact("until")) == ((REQUESTER,), after.certificate.not_after.isoformat())
    fetched = world.calls("get_cert")
    world.pass_time(hours=5)
    assert (world.calls("get_cert"), len(world.told(Told.ISSUED))) == (fetched, 1)


@pytest.mark.parametrize("trouble", ["garbage_certificate", "code", "drop_before"])
def test_completed_without_a_certificate_is_asked_for_hourly_and_after_a_day_by_people(
    world: World, order: Order, trouble: str
) -> None:
    world.standin.issue(order.supplier_id)
    world.standin.faults.arm("get_cert", trouble, 1000, **({"code": 404} if trouble == "code" else {}))
    world.pass_time(minutes=10)
    first = world.calls("get_cert")
    world.pass_time(hours=23)
    assert world.calls("get_cert") - first == 23
    assert (world.order(order.id).status, world.told(Told.NO_CERTIFICATE)) == (Status.VALIDATING, [])
    world.pass_time(hours=10)
    (told,) = world.told(Told.NO_CERTIFICATE)
    assert set(told.mentions) == APPROVERS
    world.standin.faults.clear()
    assert world.later(order, hours=1).status is Status.ISSUED


def test_a_certificate_for_another_key_is_shown_never_taken(world: World, order: Order) -> None:
    made = world.standin.issue_for_other_key(order.supplier_id)
    after = world.later(order, hours=30)
    assert (after.status, after.certificate) == (Status.VALIDATING, None)
    (told,) = world.told(Told.OTHER_KEY)
    assert set(told.mentions) == APPROVERS
    assert int(told.fact("serial").replace(":", ""), 16) == made.certificate.serial_number
    assert told.fact("issuer")


@pytest.mark.parametrize(
    "otherwise", [{"names": ("acme.com",)}, {"org_name": "Someone Else Inc"}, {"days": 300}], ids=str
)
def test_an_odd_certificate_for_our_key_is_issued_with_a_warning(world: World, otherwise: dict[str, object]) -> None:
    order = bought(world, product="sslwebserver")
    world.standin.issue_otherwise(order.supplier_id, **otherwise)  # type: ignore[arg-type] # one of three
    after = world.later(order, hours=2)
    assert after.status is Status.ISSUED
    assert after.certificate is not None
    assert after.certificate.warnings
    assert world.told(Told.ISSUED)[0].fact("warnings") == "\n".join(after.certificate.warnings)


# -- after a cancelled purchase


def test_a_cancelled_purchase_that_goes_on_all_the_same_is_told_each_approver_once(world: World, order: Order) -> None:
    world.standin.cancel_at_supplier(order.supplier_id)
    assert world.later(order, minutes=10).status is Status.CANCELLED
    world.standin.set_state(order.supplier_id, "completed")
    world.pass_time(minutes=54)
    assert world.told(Told.AFTERMATH) == []
    world.pass_time(minutes=10)
    told = world.told(Told.AFTERMATH)
    assert {notice.person for notice in told} == APPROVERS
    assert {notice.fact("number") for notice in told} == {order.supplier_id}
    world.pass_time(hours=48)
    assert len(world.told(Told.AFTERMATH)) == len(told)


@pytest.mark.parametrize("first_look", ["shows nothing", "gets no answer"])
def test_it_is_looked_at_again_after_a_day(world: World, order: Order, first_look: str) -> None:
    world.standin.cancel_at_supplier(order.supplier_id)
    world.pass_time(minutes=10)
    if first_look == "gets no answer":
        world.standin.faults.arm("get_order_info", "drop_before")
    world.pass_time(hours=2)
    assert world.told(Told.AFTERMATH) == []
    world.standin.set_state(order.supplier_id, "in-progress")
    world.pass_time(hours=23)
    assert {notice.person for notice in world.told(Told.AFTERMATH)} == APPROVERS
    looks = world.calls("get_order_info")
    world.pass_time(days=3)
    assert world.calls("get_order_info") == looks


def test_an_order_never_attempted_needs_no_aftercare(make: MakeDesk) -> None:
    world = make(buying=Buying.BY_HAND)
    order = world.waiting()
    world.desk.ask.cancel(order.id, REQUESTER)
    world.run_jobs()
    looks = world.calls("get_order_info")
    world.pass_time(days=2)
    assert world.calls("get_order_info") == looks
