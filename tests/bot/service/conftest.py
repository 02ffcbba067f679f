"""A desk for each test; whatever a test does, its orders are bought once at most."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.builders import World, a_desk
from tests.sandbox.opensrs import OpenSRS


class MakeDesk(Protocol):
    """Makes the test's desk, with what its policy shall say."""

    def __call__(self, **policy: Any) -> World: ...


@pytest.fixture
def standin() -> Iterator[OpenSRS]:
    with OpenSRS() as running:
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
