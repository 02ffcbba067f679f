from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.store.unit import SqlStore
from tests.bot.store.samples import AUDIT_KEY, DATABASES, CountedIds, FixedClock, fresh_engine


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    yield from fresh_engine(request, tmp_path)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(engine: Engine, clock: FixedClock) -> SqlStore:
    return SqlStore(engine, clock, CountedIds(), AUDIT_KEY)
