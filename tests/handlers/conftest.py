"""One workspace for a file of tests; each test has a person, a desk and an app of its own."""

from collections.abc import Iterator

import pytest

from tests.fakes import CHANNEL, FIRST, OWNER, REQUESTER
from tests.handlers.surface import MANIFEST, Surface
from tests.sandbox.slack import Workspace


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace(MANIFEST, delivery="callable") as ws:
        ws.add_channel("acme", [ws.add_person(user.lower(), id=user) for user in (REQUESTER, FIRST, OWNER)], id=CHANNEL)
        yield ws


@pytest.fixture
def at_once() -> bool:
    """Whether listeners have ended when Bolt answers."""
    return True


@pytest.fixture
def surface(workspace: Workspace, *, at_once: bool) -> Iterator[Surface]:
    workspace.faults.clear()
    workspace.violations.clear()
    yield Surface(workspace, at_once=at_once)
    assert workspace.violations == []
