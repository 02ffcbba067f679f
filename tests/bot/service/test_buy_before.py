"""Between approval and attempt (R3, R13), the switches, and buying by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.approval import Buying
from bot.domain.client import PersonKind
from bot.domain.errors import BadInput, NotAllowed, UnknownOrder
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from tests import fakes
from tests.bot.service.conftest import Act, MakeDesk, arm, at_supplier, foreign_csr
from tests.bot.service.test_buy import FINE, approved, cancel, no_approval_stands, play, sent
from tests.builders import World
from tests.fakes import ADMIN, APPROVERS, COLLEAGUE, ENGINEER, FIRST, OUTSIDER, REQUESTER, SECOND


@pytest.fixture
def order(world: World) -> Order:
    return approved(world)


def another_csr(world: World, order: Order) -> None:
    world.standin.change_draft(order.supplier_id, csr=foreign_csr(world))


# -- R3: look first


@pytest.mark.parametrize(("buying", "asked"), [(Buying.AUTO, 0), (Buying.BY_HAND, 0), (Buying.BY_HAND, 1)])
@pytest.mark.parametrize(("act", "shown"), [
    (lambda world, _: world.standin.set_price("rapidssl", "59.00"), "pending"), (at_supplier("delete_draft"), "gone"),
    (another_csr, "pending"), (at_supplier("change_draft", product_type="ssl123"), "pending"),
], ids=["another price", "gone", "another request file", "another product"])  # fmt: skip
def test_what_is_not_the_approved_draft_is_held(
    make: MakeDesk, act: Act, shown: str, buying: Buying, asked: int
) -> None:
    world = make(buying=buying)
    order = approved(world)
    if asked:
        world.run_jobs()
    assert no_approval_stands(play(world, order, act, f"6 held 0 {shown}"))
    assert [notice.mentions for notice in world.told(Told.BUY_BY_HAND, Told.HELD)] == [(ENGINEER,)] * (asked + 1)


def test_a_draft_that_is_live_already_is_followed_and_the_approvers_are_told(world: World, order: Order) -> None:
    play(world, order, at_supplier("submit_in_panel"), "0 validating 0 in-progress")
    (notice,) = world.told(Told.FOUND_BOUGHT)
    assert set(notice.mentions) >= APPROVERS


# -- R13: fresh checks, approvers who still are, enough money


@pytest.mark.parametrize(("check", "age", "looks_again"), [
    ("dns", timedelta(minutes=59), False), ("dns", timedelta(minutes=61), True), ("names", timedelta(days=300), False),
])  # fmt: skip
def test_old_findings_are_looked_at_again(make: MakeDesk, check: str, age: timedelta, *, looks_again: bool) -> None:
    asked = fakes.FakeCheck(check, replace(FINE, check=check))
    world = make(checks=(asked,))
    order = approved(world)
    world.clock.advance(age)
    before = len(asked.cases)
    world.run_job("purchase", order)
    assert (len(asked.cases) - before == looks_again, world.order(order.id).status) == (True, Status.VALIDATING)


def test_short_funds_hold_the_order(world: World, order: Order) -> None:
    world.standin.set_balance("48.99")
    assert no_approval_stands(play(world, order, "0 held 0 pending"))
    assert [notice.mentions for notice in world.told(Told.HELD)] == [(ENGINEER,)]


@pytest.mark.parametrize("changes", [None, {"kind": PersonKind.DEACTIVATED}, {"team": "T2"}], ids=str)
def test_an_approver_who_no_longer_is_one_does_not_count(
    world: World, order: Order, changes: dict[str, object] | None
) -> None:
    if changes is None:
        world.people.approving = APPROVERS - {FIRST}
    else:
        world.people.persons[FIRST] = replace(world.people.persons[FIRST], **changes)  # type: ignore[arg-type] # two of them
    after = play(world, order, "0 awaiting_approval 0 pending")
    assert no_approval_stands(after)
    assert world.told(Told.APPROVALS_VOID)
    world.approve(after, SECOND)
    play(world, order, "0 validating 1 in-progress")


# -- the switches


def switch_off(world: World, _: Order) -> None:
    world.restart(buying=Buying.OFF)


def switch_on(world: World, _: Order) -> None:
    world.restart(buying=Buying.AUTO)


def pause(world: World, _: Order) -> None:
    world.desk.buy.pause(ADMIN)


def resume(world: World, _: Order) -> None:
    world.desk.buy.resume(ADMIN)


def silence(world: World, _: Order) -> None:
    world.people.silent = not world.people.silent


@pytest.mark.parametrize(("stop", "go"), [(switch_off, switch_on), (pause, resume)], ids=["off", "paused"])
def test_what_is_not_to_be_bought_now_waits_says_why_and_goes_on_after_its_checks(
    make: MakeDesk, stop: Act, go: Act
) -> None:
    check = fakes.FakeCheck("dns", FINE)
    world = make(checks=(check,))
    order = approved(world)
    assert play(world, order, stop, "180 buying 0 pending").blocked
    assert len(world.told(Told.BLOCKED)) == 1
    looked = len(check.cases)
    assert play(world, order, go, "6 validating 1 in-progress").blocked == ""
    assert len(check.cases) > looked


@pytest.mark.parametrize("story", [
    (arm("drop_before", 5, command="get_order_info"), "0 buying 0 pending", "10 validating 1 in-progress"),
    (silence, "30 buying 0 pending", silence, "32 validating 1 in-progress"),
    (arm("drop_before"), "0 buying 1 pending", pause, "60 buying 1 pending", resume, "81 validating 2 in-progress"),
], ids=["silent supplier", "silent workspace", "paused in the dark"])  # fmt: skip
def test_what_cannot_be_known_or_done_now_is_done_later(world: World, order: Order, story: tuple[Act | str]) -> None:
    play(world, order, *story)


@pytest.mark.parametrize(("limit", "that_day"), [(97, 1), (98, 2)])
def test_up_to_the_days_limit_is_bought_that_day_and_the_rest_the_next(
    make: MakeDesk, limit: int, that_day: int
) -> None:
    world = make(limit_day=Decimal(limit))
    orders = [approved(world, name) for name in ("www.acme.com", "shop.acme.com")]
    world.pass_time(hours=14)  # eleven at night in Chicago
    late = [known.blocked for known in (world.order(order.id) for order in orders) if known.status is Status.BUYING]
    assert (sent(world), [("limit" in why) for why in late]) == (that_day, [True] * (2 - that_day))
    world.pass_time(hours=2)
    assert sent(world) == 2


# -- by hand


@pytest.fixture
def hands(make: MakeDesk) -> World:
    return make(buying=Buying.BY_HAND)


@pytest.fixture
def asked(hands: World) -> Order:
    """An approved order whose engineer has been asked to buy it."""
    return hands.later(approved(hands))


@pytest.fixture
def number(hands: World, asked: Order) -> str:
    """Bought in the panel, which made a new order of the draft: its number."""
    made = hands.standin.submit_in_panel(asked.supplier_id, new_id=True).order_id
    hands.pass_time(minutes=16)
    return made


def test_by_hand_the_engineer_is_asked_once_and_the_desk_sends_nothing(hands: World, asked: Order) -> None:
    play(hands, asked, "180 buying 0 pending")
    assert [notice.mentions for notice in hands.told(Told.BUY_BY_HAND)] == [(ENGINEER,)]


WISH, DONE = cancel(REQUESTER), "6 cancelled 0 cancelled"


@pytest.mark.parametrize("story", [
    (at_supplier("submit_in_panel"), "6 validating 0 in-progress"), (WISH, DONE),
    (at_supplier("submit_in_panel"), WISH, "180 validating 0 in-progress"), (switch_off, WISH, DONE),
    (pause, WISH, DONE), (WISH, switch_on, DONE),
], ids=["live", "cancel", "cancel too late", "cancel while off", "cancel while paused", "cancel, then on"])  # fmt: skip
def test_by_hand_what_the_draft_shows_is_done(hands: World, asked: Order, story: tuple[Act | str]) -> None:
    play(hands, asked, *story)


def test_by_hand_the_number_that_replaced_the_draft_is_asked_for_once_and_taken(
    hands: World, asked: Order, number: str
) -> None:
    hands.pass_time(minutes=30)
    assert hands.order(asked.id).status is Status.BUYING
    assert [notice.mentions for notice in hands.told(Told.NUMBER_WANTED)] == [(ENGINEER,)]
    hands.desk.resolve.order_number(asked.id, FIRST, f" {number} ")
    after = hands.later(asked)
    assert (after.status, after.supplier_ids) == (Status.VALIDATING, (*asked.supplier_ids, number))


@pytest.mark.usefixtures("number")
@pytest.mark.parametrize("given", [
    lambda world, _: world.standin.add_foreign_order("777", state="in-progress").order_id, lambda *_: "888",
    lambda _, order: order.supplier_id,
], ids=["another's", "none", "the draft's own"])  # fmt: skip
def test_by_hand_a_wrong_number_is_not_taken_and_the_giver_is_told(
    hands: World, asked: Order, given: Callable[[World, Order], str]
) -> None:
    hands.desk.resolve.order_number(asked.id, FIRST, given(hands, asked))
    after = hands.later(asked)
    assert (after.status, after.supplier_ids) == (Status.BUYING, asked.supplier_ids)
    assert hands.told(Told.NUMBER_WANTED)[-1].mentions == (FIRST,)


@pytest.mark.parametrize(("user", "given", "error"), [
    (FIRST, "", BadInput), (FIRST, "12a", BadInput), (FIRST, "1" * 21, BadInput), (FIRST, "-1", BadInput),
    (FIRST, "another order's", BadInput), (COLLEAGUE, "right", NotAllowed), (OUTSIDER, "right", UnknownOrder),
])  # fmt: skip
def test_by_hand_an_approver_gives_a_number_of_digits_that_no_other_order_has(
    hands: World, asked: Order, number: str, user: str, given: str, error: type[Exception]
) -> None:
    known = {"right": number, "another order's": hands.waiting("shop.acme.com").supplier_id}
    with pytest.raises(error) as caught:
        hands.desk.resolve.order_number(asked.id, user, known.get(given, given))
    assert getattr(caught.value, "fields", {"number": ""}).keys() == {"number"}
