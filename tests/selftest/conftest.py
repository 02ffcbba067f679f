"""The OpenSRS stand-in, its clock at a known moment, and a client of the tests' own."""

from collections.abc import Iterator

import pytest

from tests.sandbox.opensrs import OpenSRS
from tests.selftest.opensrs_client import NOW, Client


@pytest.fixture
def supplier() -> Iterator[OpenSRS]:
    with OpenSRS(clock=NOW.timestamp) as running:
        yield running


@pytest.fixture
def client(supplier: OpenSRS) -> Client:
    return Client(supplier)
