"""One workspace for a file of tests; each test has a person, a desk and an app of its own."""

from collections.abc import Iterator

import pytest

from tests.handlers.desk import CHANNEL
from tests.handlers.surface import MANIFEST, Surface
from tests.sandbox.slack import Workspace


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace(MANIFEST, delivery="callable") as ws:
        named = [ws.add_person(name, id=f"U0{name.upper()}") for name in ("asks", "okays", "owns")]
        ws.add_channel("acme", named, id=CHANNEL)
        yield ws


@pytest.fixture
def surface(workspace: Workspace) -> Iterator[Surface]:
    workspace.faults.clear()
    workspace.violations.clear()
    yield Surface(workspace)
    assert workspace.violations == []
