"""Databases, orders to store in them, and many threads that do so at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, Table, update

from bot.domain.order import Order, Status
from bot.domain.request import Level, Purpose, Request
from bot.domain.supply import Account
from bot.store.engine import open_engine
from bot.store.tables import metadata
from bot.store.unit import SqlStore
from tests.fakes import FakeClock, SequentialIds

NOW = datetime(2026, 11, 23, 10, 12, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCOUNT = Account("opensrs", "agency", "test")
AUDIT_KEY = b"k" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind."""
    sqlite = request.param == "sqlite"
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.db'}" if sqlite else request.getfixturevalue("postgres_url"))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return a_store(engine)


def a_store(engine: Engine) -> SqlStore:
    return SqlStore(engine, FakeClock(NOW), SequentialIds(), AUDIT_KEY)


def let_leases_run_out(engine: Engine, table: Table) -> None:
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.lease_until.is_not(None)).values(lease_until=1))


def order(order_id: str = "o-1", *names: str, **changes: Any) -> Order:
    """A new order for the names."""
    request = Request(names or ("acme.com",), Purpose.PUBLIC, "sslwebserver", Level.OV)
    return replace(Order(order_id, "C1", "U1", request, ACCOUNT, Status.PREPARING, NOW, NOW), **changes)


def race(threads: int, run: Callable[[int], object]) -> list[BaseException | None]:
    """Start them together; what each raised."""
    gate = Barrier(threads)

    def start(number: int) -> BaseException | None:
        gate.wait()
        try:
            run(number)
        except Exception as error:  # noqa: BLE001 - it is what the tests look at
            return error
        return None

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(start, range(threads)))
