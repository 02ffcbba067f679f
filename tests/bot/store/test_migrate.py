from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from bot.store.engine import open_engine
from bot.store.migrate import is_current, migrate
from bot.store.tables import metadata
from tests.bot.store.samples import DATABASES, fresh_engine


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    for engine in fresh_engine(request, tmp_path):
        metadata.drop_all(engine)
        yield engine


def shape(engine: Engine) -> dict[str, object]:
    """All that a database says of its tables, for comparison."""
    seen = inspect(engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)],
            seen.get_pk_constraint(table),
            sorted(map(str, seen.get_unique_constraints(table))),
            sorted(map(str, seen.get_foreign_keys(table))),
            sorted(map(str, seen.get_indexes(table))),
        )
        for table in sorted(seen.get_table_names())
        if table != "alembic_version"
    }


def test_migrating_makes_the_tables_as_they_are_written_down(empty: Engine) -> None:
    assert not is_current(empty)
    migrate(empty)
    assert is_current(empty)
    with empty.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    migrated = shape(empty)
    metadata.drop_all(empty)
    metadata.create_all(empty)
    assert migrated == shape(empty)


def test_two_processes_may_migrate_at_once(empty: Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(migrate, empty)
        migrate_again(empty)
        other.result()
    assert is_current(empty)


def migrate_again(engine: Engine) -> None:
    """As another process would: over connections of its own."""
    own = open_engine(engine.url.render_as_string(hide_password=False))
    migrate(own)
    own.dispose()


def test_a_database_of_a_later_program_is_not_current(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    assert not is_current(empty)
