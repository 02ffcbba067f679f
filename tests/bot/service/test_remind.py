"""Nobody is left waiting: who is reminded when, over weekends, holidays and the change of the clocks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.approval import Buying
from bot.domain.findings import Finding, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from tests.bot.service.conftest import MakeDesk
from tests.builders import World
from tests.fakes import APPROVERS, ENGINEER, FIRST, NOW, OWNER, REQUESTER, STAND_IN, FakeCheck

THANKSGIVING = date(2026, 11, 26)  # the Thursday after NOW
STOP = Finding("dns", "DNS-1", Verdict.STOP, "The name does not answer.")


def reminders(world: World, *kinds: Told) -> list[tuple[str, frozenset[str]]]:
    """What was said, and who must act."""
    return [(notice.told.value, frozenset(notice.mentions)) for notice in world.told(*kinds)]


def daily(world: World, order: Order, days: int) -> list[int]:
    """How many reminders there are at the end of each day from now on."""
    counts = []
    for _ in range(days):
        remind_alone(world, order, days=1)
        world.run_job("remind", order)
        counts.append(len(world.told(Told.REMINDER)))
    return counts


def remind_alone(world: World, order: Order, **duration: float) -> None:
    """Let time pass for reminders; nothing else happens."""
    end = world.clock.now() + timedelta(**duration)
    while (due := world.run_job("remind", order)) is not None and due <= end:
        assert due > world.clock.now()
        world.clock.time = due
    world.clock.time = end


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.fixture
def order(world: World) -> Order:
    return world.waiting()


# -- an approval that nobody gives


def test_first_owner_and_stand_in_then_all_approvers_every_working_day(world: World) -> None:
    world.waiting()
    world.pass_time(hours=23, minutes=59)
    assert world.told(Told.REMINDER) == []
    world.pass_time(days=3)
    assert reminders(world, Told.REMINDER) == [
        ("reminder", frozenset({OWNER, STAND_IN})), ("reminder", APPROVERS), ("reminder", APPROVERS),
    ]  # fmt: skip


def test_nobody_is_reminded_on_weekends_and_holidays(make: MakeDesk) -> None:
    world = make(holidays=frozenset({THANKSGIVING}))
    order = world.waiting()  # on Monday: Tuesday, Wednesday, not Thursday, Friday, no weekend, Monday
    assert daily(world, order, 7) == [1, 2, 2, 3, 3, 3, 4]


@pytest.mark.parametrize(
    ("friday", "due"),
    [
        ("2026-10-30 14:00", "2026-11-02 15:00"),  # clocks go back on Sunday: nine in Chicago both times
        ("2027-03-12 15:00", "2027-03-15 14:00"),  # and forward again
    ],
)
def test_a_working_day_later_is_the_same_hour_at_the_agency(world: World, friday: str, due: str) -> None:
    world.clock.time = utc(friday)
    order = world.waiting()
    assert world.run_job("remind", order) == utc(due)


def test_after_a_long_sleep_one_reminder_is_enough(world: World, order: Order) -> None:
    world.clock.advance(timedelta(days=10))
    again = world.run_job("remind", order)
    assert reminders(world, Told.REMINDER) == [("reminder", APPROVERS)]
    assert again is not None
    assert again > world.clock.now()


def test_the_reminders_do_not_end_before_the_waiting_does(world: World, order: Order) -> None:
    remind_alone(world, order, days=70)
    before = len(world.told(Told.REMINDER))
    remind_alone(world, order, days=7)
    assert len(world.told(Told.REMINDER)) == before + 5


def test_a_new_round_has_a_ladder_of_its_own(world: World, order: Order) -> None:
    world.pass_time(days=2)
    world.change(order, names="shop.acme.com")
    world.run_jobs()
    before = len(world.told(Told.REMINDER))
    world.pass_time(days=1)
    assert reminders(world, Told.REMINDER)[before:] == [("reminder", frozenset({OWNER, STAND_IN}))]


def test_who_has_moved_is_reminded_no_more(world: World, order: Order) -> None:
    world.desk.decide.refuse(order.id, FIRST, "no")
    world.pass_time(days=10)
    assert world.told(Told.REMINDER) == []


def test_by_hand_the_engineer_is_the_first(make: MakeDesk) -> None:
    world = make(buying=Buying.BY_HAND)
    order = world.approve(world.waiting())
    world.run_jobs()
    remind_alone(world, order, days=2, minutes=1)
    assert reminders(world, Told.REMINDER) == [
        ("reminder", frozenset({ENGINEER, OWNER, STAND_IN})), ("reminder", APPROVERS),
    ]  # fmt: skip


def test_a_doubtful_purchase_is_not_forgotten_either(world: World, order: Order) -> None:
    world.standin.submit_in_panel(order.supplier_id)
    assert world.later(order, hours=2).status is Status.DOUBTFUL
    world.pass_time(days=2)
    assert [who for _, who in reminders(world, Told.REMINDER)] == [frozenset({OWNER, STAND_IN}), APPROVERS]


# -- held


def held(make: MakeDesk) -> tuple[World, Order]:
    world = make(checks=(FakeCheck("dns", STOP),))
    order = world.place()
    assert world.later(order).status is Status.HELD
    return world, order


def test_a_held_order_is_remembered_weekly_warned_and_ended_after_sixty_days(make: MakeDesk) -> None:
    world, order = held(make)
    said: dict[int, list[str]] = {}
    for day in range(1, 70):
        before = len(world.told())
        remind_alone(world, order, days=1)
        world.run_job("remind", order)
        said[day] = [notice.told.value for notice in world.told()[before:]]
    assert {day: told for day, told in said.items() if told} == {
        30: ["reminder"], 37: ["reminder"], 44: ["reminder"], 51: ["reminder"], 53: ["lapse_soon"], 60: ["cancelled"],
    }  # fmt: skip
    assert world.order(order.id).status is Status.CANCELLED
    assert {notice.mentions for notice in world.told(Told.REMINDER, Told.LAPSE_SOON)} == {(REQUESTER,)}


def test_an_order_nobody_was_warned_about_is_not_ended_unannounced(make: MakeDesk) -> None:
    world, order = held(make)
    world.clock.advance(timedelta(days=61))  # the desk was off all the time
    remind_alone(world, order, days=6)
    (told,) = world.told(Told.LAPSE_SOON)
    assert told.fact("until") == (NOW + timedelta(days=68)).isoformat()
    assert world.order(order.id).status is Status.HELD
    remind_alone(world, order, days=2)
    assert world.order(order.id).status is Status.CANCELLED


# -- at the authority


def bought(world: World) -> Order:
    order = world.approve(world.waiting())
    assert world.later(order).status is Status.VALIDATING
    return order


def test_after_five_working_days_it_is_slow_then_weekly(world: World) -> None:
    order = bought(world)
    remind_alone(world, order, days=6, hours=23)
    assert world.told(Told.SLOW) == []
    remind_alone(world, order, hours=2)
    assert [who for _, who in reminders(world, Told.SLOW)] == [frozenset({REQUESTER})]
    remind_alone(world, order, days=21)
    assert len(world.told(Told.SLOW)) == 4
    remind_alone(world, order, days=98)
    assert len(world.told(Told.SLOW)) == 18


def test_a_value_of_25_days_is_warned_about_once_before_it_dies(world: World) -> None:
    order = bought(world)
    remind_alone(world, order, days=24, hours=23)
    assert world.told(Told.VALUE_OLD) == []
    remind_alone(world, order, days=10)
    (told,) = world.told(Told.VALUE_OLD)
    assert (told.mentions, told.fact("until")) == ((REQUESTER,), (order.since + timedelta(days=30)).isoformat())


def test_a_warning_is_not_lost_behind_a_later_reminder(world: World) -> None:
    order = bought(world)
    world.clock.advance(timedelta(days=29))
    world.run_job("remind", order)
    assert {said for said, _ in reminders(world, Told.SLOW, Told.VALUE_OLD)} == {"slow", "value_old"}


@pytest.mark.parametrize("end", [
    lambda world, order: world.standin.issue(order.supplier_id),
    lambda world, order: world.standin.decline(order.supplier_id, "no"),
], ids=["issued", "declined"])  # fmt: skip
def test_what_is_decided_is_slow_no_more(world: World, end: Callable[[World, Order], object]) -> None:
    order = bought(world)
    end(world, order)
    world.pass_time(hours=1)
    remind_alone(world, order, days=60)
    assert world.told(Told.SLOW, Told.VALUE_OLD) == []
