"""One workspace for a file of tests; each test has a person, a desk and an app of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from handlers.notify import SlackNotifier
from tests.builders import World, a_desk
from tests.fakes import CHANNEL, FIRST, OWNER, REQUESTER
from tests.handlers.surface import MANIFEST, Surface
from tests.sandbox.opensrs import OpenSRS
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


@pytest.fixture
def world(workspace: Workspace, tmp_path: Path) -> Iterator[World]:
    """A real desk, whose screens are those of the workspace."""
    with OpenSRS() as standin:
        made = a_desk(tmp_path, standin, checks=())
        made.restart(screens=SlackNotifier(WebClient(workspace.bot_token, workspace.api_url, timeout=2)))
        yield made
        made.engine.dispose()


@pytest.fixture
def walk(workspace: Workspace, world: World) -> Iterator[Surface]:
    """The requester before the form of the real desk."""
    workspace.violations.clear()
    for person in workspace.people.values():
        person.stack.clear()
    yield Surface(workspace, workspace.people[REQUESTER], world.desk)
    assert workspace.violations == []
