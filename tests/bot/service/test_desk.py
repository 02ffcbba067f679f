"""The desk: whatever the order's table or a verb may schedule has somebody who does it."""

import ast
from pathlib import Path

import pytest

from bot.domain.errors import UnknownOrder
from bot.domain.order import Status, Work
from bot.ports import Job
from bot.service import desk
from tests.builders import World

MODULES = sorted(Path(desk.__file__).parent.glob("*.py"))


def scheduled() -> set[str]:
    """The kinds written out in `Job("kind", …)`."""
    nodes = [node for module in MODULES for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    jobs = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Job"]
    return {str(job.args[0].value) for job in jobs if isinstance(job.args[0], ast.Constant)}


def test_every_kind_of_work_has_its_verb(world: World) -> None:
    assert {work.value for work in Work} | scheduled() == set(world.desk.jobs)


@pytest.mark.parametrize("kind", sorted({work.value for work in Work} | {"resolve", "number"}))
def test_a_job_about_an_order_nobody_knows_says_so(world: World, kind: str) -> None:
    with pytest.raises(UnknownOrder):
        world.desk.jobs[kind](Job(kind, "o-none", world.clock.now()))


@pytest.mark.parametrize("kind", sorted({work.value for work in Work} - {"remind"} | {"resolve", "number"}))
def test_a_job_that_comes_too_late_does_nothing_and_is_done(world: World, kind: str) -> None:
    order = world.waiting()
    world.desk.ask.cancel(order.id, order.requester)
    ended = world.later(order)
    assert ended.status is Status.CANCELLED
    calls = len(world.standin.entries)
    assert world.run_job(kind, order) is None
    assert world.order(order.id) == ended
    assert len(world.standin.entries) == calls or kind == "drop_draft"
