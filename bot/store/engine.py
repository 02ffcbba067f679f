"""Opens the database, and what several tables do alike: rows are added, replaced, and taken under a lease."""

from collections.abc import Mapping
from sqlite3 import Connection as SqliteConnection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import create_engine, event, extract, func, insert, select, update
from sqlalchemy.exc import IntegrityError

LEASE_SECONDS = 60
# the busy timeout comes first, since switching to WAL may itself have to wait; FULL: an attempt survives a power cut
_SQLITE = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


def open_engine(url: str) -> sa.Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`."""
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for setting in _SQLITE:
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: sa.Connection) -> None:
    """Writers queue here; a transaction that begins as a reader could fail when it comes to write."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def database_seconds() -> sa.ColumnElement[int]:
    """Seconds since 1970 by the database's own clock, the same for every machine that shares it."""
    return extract("epoch", func.now())


def lease() -> sa.ColumnElement[int]:
    """Until when one who takes a row now may keep it, by that clock."""
    return database_seconds() + LEASE_SECONDS


def run(engine: sa.Engine, statement: sa.Update | sa.Delete) -> int:
    """A statement that is a transaction of its own; how many rows it changed."""
    with engine.begin() as connection:
        return connection.execute(statement).rowcount


def try_row(connection: sa.Connection, statement: sa.Insert | sa.Update) -> int | None:
    """How many rows it wrote; None, in a transaction that is still usable, where a unique constraint forbids it."""
    try:
        with connection.begin_nested():
            return connection.execute(statement).rowcount
    except IntegrityError:
        return None


def add_row(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Insert; False where a unique constraint forbids it."""
    return try_row(connection, insert(table).values(**row)) is not None


def put_row(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any], **new: object
) -> None:
    """Change the row with this key, or add it, `new` values first; somebody else's adding it meanwhile is no error."""
    change = update(table).filter_by(**key).values(**values)
    if connection.execute(change).rowcount == 0 and not add_row(connection, table, {**key, **values, **new}):
        connection.execute(change)


def take(engine: sa.Engine, table: sa.Table, due: sa.Select[Any], owner: str, **values: object) -> list[sa.Row[Any]]:
    """The rows whose ids are due and that nobody else is taking, for this owner alone for 60 seconds."""
    picked = due.with_for_update(skip_locked=True).cte("due")
    mine = update(table).where(table.c.id.in_(select(picked.c.id)))
    taken = mine.values(owner=owner, lease_until=lease(), fence=table.c.fence + 1, **values).returning(table)
    with engine.begin() as connection:
        return list(connection.execute(taken))
