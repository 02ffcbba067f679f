from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from bot.store.engine import open_engine
from bot.store.migrate import is_current, migrate
from bot.store.tables import metadata


@pytest.fixture
def empty(engine: Engine) -> Engine:
    metadata.drop_all(engine)
    return engine


@pytest.fixture
def another(engine: Engine) -> Iterator[Engine]:
    """The same database as another process sees it."""
    own = open_engine(engine.url.render_as_string(hide_password=False))
    yield own
    own.dispose()


def test_two_processes_may_migrate_at_once_and_each_finds_the_tables(empty: Engine, another: Engine) -> None:
    assert not is_current(empty)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(migrate, (empty, another))) == [None, None]
    assert is_current(empty)
    with empty.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_of_a_later_program_is_not_current(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    assert not is_current(empty)


def test_sqlite_is_opened_for_many_readers_and_durable_writes(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with engine.begin() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    engine.dispose()
    assert found == ["wal", 2, 1, 30000]
