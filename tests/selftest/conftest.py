"""The OpenSRS stand-in with a client of the tests' own; a Slack workspace with an app, its clock at a known moment."""

from collections.abc import Iterator

import pytest

from tests.sandbox.opensrs import OpenSRS
from tests.sandbox.slack import Channel, Person, Workspace
from tests.selftest.opensrs_client import NOW, Client
from tests.selftest.slack_app import Desk, manifest


@pytest.fixture
def supplier() -> Iterator[OpenSRS]:
    with OpenSRS(clock=NOW.timestamp) as running:
        yield running


@pytest.fixture
def client(supplier: OpenSRS) -> Client:
    return Client(supplier)


@pytest.fixture
def ws() -> Iterator[Workspace]:
    with Workspace(manifest(), clock=lambda: 1_800_000_000.0, delivery="callable") as workspace:
        yield workspace


@pytest.fixture
def desk(ws: Workspace) -> Desk:
    ws.deliver = made = Desk(ws)
    return made


@pytest.fixture
def pm(ws: Workspace) -> Person:
    return ws.add_person("pm", title="Project manager")


@pytest.fixture
def channel(ws: Workspace, pm: Person) -> Channel:
    return ws.add_channel("acme", [pm])
