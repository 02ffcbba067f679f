"""The OpenSRS stand-in, its clock at a known moment, with a client of the tests' own; and who is in each workspace."""

from collections.abc import Iterator

import pytest

from tests.sandbox.opensrs import OpenSRS
from tests.sandbox.slack import Channel, Person, Workspace
from tests.selftest.opensrs_client import NOW, Client


@pytest.fixture
def supplier() -> Iterator[OpenSRS]:
    with OpenSRS(clock=NOW.timestamp) as running:
        yield running


@pytest.fixture
def client(supplier: OpenSRS) -> Client:
    return Client(supplier)


@pytest.fixture
def pm(ws: Workspace) -> Person:
    return ws.add_person("pm", title="Project manager")


@pytest.fixture
def channel(ws: Workspace, pm: Person) -> Channel:
    return ws.add_channel("acme", [pm])
