from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from bot.store.engine import add_row, open_engine, put_row
from bot.store.tables import approvals, flags
from tests.bot.store.samples import NOW


def test_sqlite_is_opened_for_many_readers_and_durable_writes(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with engine.begin() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    engine.dispose()
    assert found == ["wal", 2, 1, 30000]


def test_an_approval_needs_its_order(engine: Engine) -> None:
    orphan = insert(approvals).values(order_id="o-1", digest="d", by="U1", at=NOW, own=False)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(orphan)


def test_a_row_that_may_not_be_added_harms_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        assert add_row(connection, flags, {"name": "a", "value": "1"})
        assert not add_row(connection, flags, {"name": "a", "value": "2"})
        put_row(connection, flags, {"name": "b"}, {"value": "3"})
        put_row(connection, flags, {"name": "b"}, {"value": "4"})
    with engine.begin() as connection:
        assert connection.execute(select(flags.c.value).order_by(flags.c.name)).scalars().all() == ["1", "4"]
