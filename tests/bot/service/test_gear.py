"""One way to write a move: order, jobs, notices, card and audit in one commit; and who may see an order at all."""

import pytest
from sqlalchemy import func, select

from bot.domain.approval import Action, Role
from bot.domain.errors import IllegalMove, NoProject, NotAllowed, NotAMember, Stale, UnknownOrder
from bot.domain.notices import Told
from bot.domain.order import Move, Order, Status
from bot.store.tables import audit, jobs, outbox
from tests import fakes
from tests.builders import World
from tests.fakes import (
    ADMIN,
    APPROVERS,
    CHANNEL,
    COLLEAGUE,
    FIRST,
    GONE,
    GUEST,
    OTHER_CHANNEL,
    OUTSIDER,
    REQUESTER,
    ROBOT,
    STRANGER,
)


@pytest.fixture
def order(world: World) -> Order:
    return world.place()


def rows(world: World) -> list[int | None]:
    """How many jobs, posts and audit lines there are."""
    with world.engine.begin() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in (jobs, outbox, audit)]


def test_a_move_is_written_with_its_jobs_notices_card_and_audit(world: World) -> None:
    order, before = world.place(), rows(world)
    with world.store.unit() as unit:
        told = world.gear.say(order, Told.CANCELLED, REQUESTER, by=REQUESTER)
        after = world.gear.move(unit, order, Move.CANCEL, REQUESTER, told, reason="a mistake")
    assert (after.status, after.version, world.order(order.id)) == (Status.CANCELLED, order.version + 1, after)
    with world.store.unit() as unit:
        last = unit.audit(order.id)[-1]
    assert (last.what, last.by, last.digest) == ("cancel", REQUESTER, after.digest)
    assert rows(world) > before
    due = {job.key for job in world.jobs.claim(world.clock.now(), "w-2", 10)}
    assert due >= {f"drop_draft:{order.id}", f"aftercare:{order.id}"}
    assert [notice.mentions for notice in world.told(Told.CANCELLED)] == [(REQUESTER,)]


def test_a_move_that_is_cut_short_leaves_nothing(world: World) -> None:
    order, before = world.place(), rows(world)
    world.store.before["cancel"] = fakes.die
    with pytest.raises(fakes.Died):
        world.desk.ask.cancel(order.id, REQUESTER)
    assert (rows(world), world.order(order.id)) == (before, order)


def test_a_move_from_an_old_version_is_stale_and_leaves_nothing(world: World, order: Order) -> None:
    world.run_jobs()
    before = rows(world)
    with pytest.raises(Stale), world.store.unit() as unit:
        world.gear.move(unit, order, Move.CANCEL, REQUESTER)
    assert (rows(world), world.order(order.id).status) == (before, Status.AWAITING_APPROVAL)


def test_a_move_the_table_lacks_is_refused_with_the_present_state(world: World) -> None:
    order = world.waiting()
    with pytest.raises(IllegalMove) as caught, world.store.unit() as unit:
        world.gear.move(unit, order, Move.ATTEMPT, "desk")
    assert caught.value.status is Status.AWAITING_APPROVAL


@pytest.mark.parametrize(("user", "outcome"), [
    (REQUESTER, None), (COLLEAGUE, None), (FIRST, None), (ADMIN, None), (OUTSIDER, UnknownOrder), (GUEST, NotAMember),
    (STRANGER, NotAMember), (GONE, NotAMember), (ROBOT, NotAMember),
])  # fmt: skip
def test_an_order_exists_only_for_who_may_see_it(world: World, user: str, outcome: type[Exception] | None) -> None:
    order = world.place()
    if outcome is None:
        assert world.gear.allow(Action.SEE, user, order.id) == order
    else:
        with pytest.raises(outcome):
            world.gear.allow(Action.SEE, user, order.id)


def test_an_unknown_order_and_a_hidden_one_look_the_same(world: World, order: Order) -> None:
    told = set()
    for order_id in (order.id, "o-none"):
        with pytest.raises(UnknownOrder) as caught:
            world.gear.allow(Action.SEE, OUTSIDER, order_id)
        told.add((type(caught.value), str(caught.value) == order_id))
    assert told == {(UnknownOrder, True)}


def test_an_approver_outside_the_channel_approves_but_changes_nothing(world: World) -> None:
    order = world.waiting()
    world.people.channels[CHANNEL].discard(FIRST)
    assert world.gear.allow(Action.APPROVE, FIRST, order.id).id == order.id
    with pytest.raises(NotAllowed):
        world.gear.allow(Action.CHANGE, FIRST, order.id)


def test_rights_hold_in_the_projects_channel_only(world: World) -> None:
    with pytest.raises(NoProject):
        world.gear.allow_in(Action.NEW, REQUESTER, OTHER_CHANNEL)
    with pytest.raises(NotAllowed):
        world.gear.allow_in(Action.NEW, OUTSIDER, CHANNEL)
    assert world.gear.allow_in(Action.NEW, REQUESTER, CHANNEL).id == CHANNEL
    assert world.gear.roles(REQUESTER, None) == frozenset()
    assert world.gear.roles(ADMIN, None) == {Role.ADMIN}


def test_the_workspace_is_asked_afresh_only_where_that_is_wanted(world: World) -> None:
    order = world.waiting()
    world.gear.allow(Action.SEE, FIRST, order.id)
    assert world.people.fresh == 0
    world.gear.allow(Action.APPROVE, FIRST, order.id, fresh=True)
    assert world.people.fresh > 0


def test_an_aftermath_is_told_each_approver_once_and_privately(world: World, order: Order) -> None:
    world.desk.ask.cancel(order.id, REQUESTER)
    for _ in range(2):
        world.gear.tell_aftermath(world.order(order.id), ("4711",))
    told = world.told(Told.AFTERMATH)
    assert sorted(notice.person for notice in told) == sorted(APPROVERS)
    assert {notice.fact("number") for notice in told} == {"4711"}
