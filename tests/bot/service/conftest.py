"""A desk for each test; whatever a test does, its orders are bought once at most. `course` tells an order in rows."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import pytest

from bot.domain.notices import Notice
from bot.domain.order import Order
from tests.builders import World, a_desk
from tests.fakes import ENGINEER, FIRST, NOW, OWNER, REQUESTER, SECOND, STAND_IN, THIRD
from tests.sandbox.opensrs import OpenSRS

Act = Callable[[World, Order], object]
Wait = Callable[[World, Order, timedelta], object]
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_ROLES = {
    REQUESTER: "requester", OWNER: "owner", STAND_IN: "stand-in", ENGINEER: "engineer",
    FIRST: "first", SECOND: "second", THIRD: "third",
}  # fmt: skip


def everything(world: World, _: Order, rest: timedelta) -> None:
    """Let time pass with all that is due in it."""
    world.pass_time(seconds=rest.total_seconds())


def course(world: World, order: Order, *story: Act | str, wait: Wait = everything) -> Order:
    """What is done, and what is so in between: time since the start, status, what was told to whom since the last row.

    `1d2h held held:engineer progress` is such a row; every approver together is `approvers`.
    """
    start, seen = world.clock.now(), len(world.told())
    for step in story:
        if not isinstance(step, str):
            step(world, order)
            continue
        moment, told = step.split()[0], world.told
        passed = timedelta(**{_UNITS[unit]: float(n) for n, unit in re.findall(r"([\d.]+)([dhm])", moment)})
        wait(world, order, start + passed - world.clock.now())
        assert " ".join([moment, world.order(order.id).status, *_heard(order, told()[seen:])]) == step
        seen = len(told())
    return world.order(order.id)


def _heard(order: Order, notices: list[Notice]) -> Iterator[str]:
    """One word a notice about the order; the same said to several by direct message is one."""
    about = [notice for notice in notices if notice.order_id == order.id]
    for _, alike in groupby(about, lambda notice: (notice.told, not notice.person and id(notice))):
        said = list(alike)
        to = sorted(user for notice in said for user in (*notice.mentions, notice.person) if user)
        names = ",".join(_ROLES.get(user, user) for user in to).replace("first,second,third", "approvers")
        yield f"{said[0].told}:{names}".rstrip(":")


def says(**facts: str) -> Act:
    """The newest notice says so; `*` stands for anything."""

    def check(world: World, _: Order) -> None:
        said = {name: world.told()[-1].fact(name) for name in facts}
        assert all(fnmatchcase(said[name], wanted) for name, wanted in facts.items()), said

    return check


def keeps(**fields: object) -> Act:
    """The order has these fields now."""

    def check(world: World, order: Order) -> None:
        assert {name: getattr(world.order(order.id), name) for name in fields} == fields

    return check


def asked(command: str, times: int) -> Act:
    """So many requests of this kind have reached the supplier."""

    def check(world: World, _: Order) -> None:
        assert world.calls(command) == times

    return check


def arm(trouble: str, times: int = 1, *, command: str = "process_pending", **facts: object) -> Act:
    """The supplier's next answers to this command."""
    return lambda world, _: world.standin.faults.arm(command, trouble, times, **facts)


def at_supplier(verb: str, *args: object, **facts: object) -> Act:
    """Something done to the order in the supplier's panel."""
    return lambda world, order: getattr(world.standin, verb)(order.supplier_id, *args, **facts)


def foreign_csr(world: World) -> str:
    return world.standin.add_foreign_order("999").csr


class MakeDesk(Protocol):
    """Makes the test's desk, with what its policy shall say."""

    def __call__(self, **policy: Any) -> World: ...


@pytest.fixture
def standin() -> Iterator[OpenSRS]:
    with OpenSRS(clock=NOW.timestamp) as running:  # until the desk gives it its own
        yield running


@pytest.fixture
def make(tmp_path: Path, standin: OpenSRS) -> Iterator[MakeDesk]:
    made: list[World] = []

    def make_desk(**policy: Any) -> World:
        made.append(a_desk(tmp_path, standin, **policy))
        return made[-1]

    yield make_desk
    for world in made:
        world.engine.dispose()
    bought: dict[str, list[str]] = {}
    for order in standin.submitted():
        bought.setdefault(order.domain, []).append(order.order_id)
    assert [ids for ids in bought.values() if len(ids) > 1] == []


@pytest.fixture
def world(make: MakeDesk) -> World:
    return make()
