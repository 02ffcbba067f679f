"""One way to write a move: order, jobs, notices, card and audit in one commit; and where one's rights hold."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from bot.domain.approval import Action, Role
from bot.domain.errors import IllegalMove, NotInvited, PeopleUnknown, Stale
from bot.domain.notices import Told
from bot.domain.order import Move, Order, Status
from bot.store.tables import audit, jobs, outbox
from tests import fakes
from tests.builders import World
from tests.fakes import ADMIN, APPROVERS, CHANNEL, FIRST, REQUESTER


@pytest.fixture
def order(world: World) -> Order:
    return world.place()


def rows(world: World) -> list[int | None]:
    """How many jobs, posts and audit lines there are."""
    with world.engine.begin() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in (jobs, outbox, audit)]


def test_a_move_is_written_with_its_jobs_notices_card_and_audit(world: World, order: Order) -> None:
    before = rows(world)
    with world.store.unit() as unit:
        told = world.gear.say(order, Told.CANCELLED, REQUESTER, by=REQUESTER)
        after = world.gear.move(unit, order, Move.CANCEL, REQUESTER, told, reason="a mistake")
        last = unit.audit(order.id)[-1]
    assert (after.status, after.version, world.order(order.id)) == (Status.CANCELLED, order.version + 1, after)
    assert (last.what, last.by, last.digest) == ("cancel", REQUESTER, after.digest)
    assert rows(world) > before
    due = {job.key for job in world.jobs.claim(world.clock.now(), "w-2", 10)}
    assert due >= {f"drop_draft:{order.id}", f"aftercare:{order.id}"}
    assert world.told(Told.CANCELLED) == [told]


@pytest.mark.parametrize(("arrange", "move", "error"), [
    (lambda world: world.store.before.update(cancel=fakes.die), Move.CANCEL, fakes.Died),
    (lambda world: world.run_jobs(), Move.CANCEL, Stale), (lambda _: None, Move.ATTEMPT, IllegalMove),
], ids=["cut short", "from an old version", "not in the table"])  # fmt: skip
def test_a_move_that_does_not_come_about_leaves_nothing(
    world: World, order: Order, arrange: Callable[[World], object], move: Move, error: type[BaseException]
) -> None:
    arrange(world)
    before = rows(world), world.order(order.id)
    with pytest.raises(error), world.store.unit() as unit:
        world.gear.move(unit, order, move, REQUESTER)
    assert (rows(world), world.order(order.id)) == before


def test_rights_hold_in_the_projects_channel_only(world: World) -> None:
    assert world.gear.allow_in(Action.NEW, REQUESTER, CHANNEL).id == CHANNEL
    assert [world.gear.roles(user, None) for user in (REQUESTER, ADMIN)] == [frozenset(), {Role.ADMIN}]


@pytest.mark.parametrize(("here", "silent", "told"), [
    (APPROVERS, None, [("", sorted(APPROVERS))]), ({FIRST}, None, [("", [FIRST])]),
    ((), None, [("", []), *((user, []) for user in sorted(APPROVERS))]),
    ((), NotInvited, [("", []), *((user, []) for user in sorted(APPROVERS))]),
    ((), PeopleUnknown, [("", sorted(APPROVERS))]),
], ids=["all are here", "one is", "none is", "the desk itself is not", "nobody knows"])  # fmt: skip
def test_approvers_are_called_in_the_thread_or_else_each_directly(
    world: World, order: Order, here: set[str], silent: type[PeopleUnknown] | None, told: list[tuple[str, list[str]]]
) -> None:
    world.people.channels[CHANNEL] = {REQUESTER, *here}
    world.people.unseen = silent
    world.run_jobs()
    assert world.order(order.id).status is Status.AWAITING_APPROVAL
    assert [(n.person, list(n.mentions)) for n in world.told(Told.APPROVAL_WANTED)] == told
