"""Nobody is left waiting: who is reminded when, also over weekends and holidays."""

from datetime import date, timedelta
from functools import partial

import pytest

from bot.domain.approval import Buying
from bot.domain.findings import Finding, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order
from tests.bot.service.conftest import Act, MakeDesk, at_supplier, course, says
from tests.builders import World
from tests.fakes import FIRST, NOW, FakeCheck

THANKSGIVING = date(2026, 11, 26)  # the Thursday after NOW
STOP = Finding("dns", "DNS-1", Verdict.STOP, "The name does not answer.")
WAITS, NEAR, ALL = "awaiting_approval", "reminder:owner,stand-in", "reminder:approvers"
SLOW, OLD = "slow:requester", "value_old:requester"


def remind(world: World, order: Order, rest: timedelta) -> None:
    """Let time pass for reminders; nothing else happens."""
    end = world.clock.now() + rest
    while (due := world.run_job("remind", order)) is not None and due <= end:
        assert due > world.clock.now()
        world.clock.time = due
    world.clock.time = end


def count(world: World, order: Order, days: float, *kinds: Told) -> int:
    """How often this is said in so many days."""
    before = len(world.told(*kinds))
    remind(world, order, timedelta(days=days))
    return len(world.told(*kinds)) - before


def sleep(days: int) -> Act:
    return lambda world, _: world.clock.advance(timedelta(days=days))


reminded = partial(course, wait=remind)


@pytest.fixture
def order(world: World) -> Order:
    return world.waiting()


@pytest.fixture
def bought(world: World) -> Order:
    return world.bought()


@pytest.fixture
def held(make: MakeDesk) -> tuple[World, Order]:
    world = make(checks=(FakeCheck("dns", STOP),))
    return world, world.later(world.place())


# -- an approval that nobody gives


def test_first_owner_and_stand_in_then_all_approvers_but_never_on_weekends_and_holidays(make: MakeDesk) -> None:
    world = make(holidays=frozenset({THANKSGIVING}))
    to = {1: f" {NEAR}", 2: f" {ALL}", 4: f" {ALL}", 7: f" {ALL}"}  # not Thursday, and no weekend
    reminded(world, world.waiting(), f"23h59m {WAITS}", *(f"{day}d {WAITS}{to.get(day, '')}" for day in range(1, 8)))


STORIES: dict[str, tuple[Act | str, ...]] = {
    "after a long sleep one reminder is enough": (sleep(10), f"10d {WAITS} {ALL}"),
    "a new round has a ladder of its own": (
        f"2d {WAITS} {NEAR} {ALL}", lambda world, order: world.change(order, names="shop.acme.com"),
        f"2d {WAITS} changed approval_wanted:approvers", f"3d {WAITS} {NEAR}",
    ),
    "who has moved is reminded no more": (
        lambda world, order: world.desk.decide.refuse(order.id, FIRST, "no"), "0m refused refused:requester",
        "10d refused",
    ),
    "a doubtful purchase is not forgotten either": (
        at_supplier("submit_in_panel"), "2h doubtful doubtful:approvers", f"2d2h doubtful {NEAR} {ALL}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_what_waits_for_an_approver(world: World, order: Order, story: str) -> None:
    course(world, order, *STORIES[story])


def test_the_reminders_do_not_end_before_the_waiting_does(world: World, order: Order) -> None:
    assert (count(world, order, 70, Told.REMINDER), count(world, order, 7, Told.REMINDER)) == (50, 5)


def test_by_hand_the_engineer_is_the_first(make: MakeDesk) -> None:
    world = make(buying=Buying.BY_HAND)
    order = world.later(world.approve(world.waiting()))
    reminded(world, order, "1d1m buying reminder:owner,stand-in,engineer", f"2d1m buying {ALL}")


# -- held


def test_a_held_order_is_remembered_weekly_warned_and_ended_after_sixty_days(held: tuple[World, Order]) -> None:
    said = {**dict.fromkeys((30, 37, 44, 51), "held reminder"), 53: "held lapse_soon", 60: "cancelled cancelled"}
    quiet = ("held" if day < 60 else "cancelled" for day in range(1, 70))
    reminded(*held, *(f"{day}d {f'{said[day]}:requester' if day in said else q}" for day, q in enumerate(quiet, 1)))


def test_an_order_nobody_was_warned_about_is_not_ended_unannounced(held: tuple[World, Order]) -> None:
    reminded(
        *held, sleep(61), "67d held reminder:requester lapse_soon:requester",  # the desk was off all the time
        says(until=(NOW + timedelta(days=68)).isoformat()), "69d cancelled cancelled:requester",
    )  # fmt: skip


# -- at the authority


def test_after_five_working_days_it_is_slow_then_weekly(world: World, bought: Order) -> None:
    reminded(world, bought, "6d23h validating", f"7d1h validating {SLOW}")
    assert (count(world, bought, 21, Told.SLOW), count(world, bought, 98, Told.SLOW)) == (3, 14)


def test_a_warning_is_not_lost_behind_a_later_reminder(world: World, bought: Order) -> None:
    reminded(world, bought, sleep(29), f"29d validating {SLOW} {OLD}")


def test_a_value_of_25_days_is_warned_about_once_before_it_dies(world: World, bought: Order) -> None:
    until = (bought.since + timedelta(days=30)).isoformat()
    reminded(
        world, bought, f"24d23h validating {SLOW} {SLOW} {SLOW}", f"27d validating {OLD}", says(until=until),
        f"34d validating {SLOW}",
    )  # fmt: skip


@pytest.mark.parametrize("end", [at_supplier("issue"), at_supplier("decline", "no")], ids=["issued", "declined"])
def test_what_is_decided_is_slow_no_more(world: World, bought: Order, end: Act) -> None:
    end(world, bought)
    world.pass_time(hours=1)
    assert count(world, bought, 60) == 0


@pytest.mark.parametrize(
    ("product", "wanted_by", "told_on", "plan_b"),
    [("rapidssl", "2026-11-26", 3, ""), ("sslwebserver", "2026-12-01", 2, "yes")],
)
def test_a_launch_that_is_missed_is_told_once(
    make: MakeDesk, product: str, wanted_by: str, told_on: int, plan_b: str
) -> None:
    world = make(checks=())
    order = world.waiting(product=product, wanted_by=wanted_by)
    days = [count(world, order, 1, Told.SLIPS) for _ in range(9)]
    assert (sum(days), days[told_on - 1]) == (1, 1)
    said = world.told(Told.SLIPS)[0]
    assert (said.fact("launch"), said.fact("plan_b"), said.fact("second")) == (wanted_by, plan_b, "")
    assert said.fact("after") > wanted_by
