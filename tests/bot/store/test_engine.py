from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from bot.store.engine import open_engine
from bot.store.tables import approvals
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
