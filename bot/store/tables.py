"""The tables. What is only read as a whole stands in `body`; what is asked for or must be unique has a column."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from bot.store.body import utc


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Aware times only, always UTC: SQLite forgets the zone, and PostgreSQL answers in the connection's."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - its shape
        return value and utc(value)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - its shape
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String, primary_key=key, nullable=False)


def _papers(name: str) -> Table:
    return Table(name, metadata, _text("id", key=True), Column("body", Text, nullable=False))


def _order_id() -> Column[str]:
    return Column("order_id", ForeignKey("orders.id"), nullable=False)


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _lease() -> tuple[Column[str], Column[int], Column[int]]:
    """Who holds a row, until when in seconds of the database's own time, and the how-manieth holder that is."""
    return (
        Column("owner", String, nullable=False, default=""),
        Column("lease_until", sa.BigInteger),
        Column("fence", Integer, nullable=False, default=0),
    )


# `open_names` is set while the order keeps others for the same names away (R12); `form` is NULL when it came from none
orders = Table(
    "orders", metadata, _text("id", key=True), Column("project_id", String, nullable=False, index=True),
    Column("status", String, nullable=False, index=True), Column("version", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False), Column("open_names", String, unique=True),
    Column("form", String, unique=True), Column("body", Text, nullable=False),
)  # fmt: skip

approvals = Table(
    "approvals", metadata, _number(), _order_id(), _text("digest"), _text("by"),
    Column("at", UtcDateTime, nullable=False), Column("own", Boolean, nullable=False),
    UniqueConstraint("order_id", "digest", "by"),
)  # fmt: skip

attempts = Table(
    "attempts", metadata, _number(), _order_id(), Column("round", Integer, nullable=False),
    Column("number", Integer, nullable=False), Column("at", UtcDateTime, nullable=False, index=True), _text("answer"),
    UniqueConstraint("order_id", "round", "number"),
)  # fmt: skip

supplier_ids = Table(
    "supplier_ids", metadata, _number(), Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    _text("supplier"), _text("account"), _text("environment"), _text("supplier_id"),
    UniqueConstraint("supplier", "account", "environment", "supplier_id"),
)  # fmt: skip

clients, projects = map(_papers, ("clients", "projects"))

forms = Table(
    "forms", metadata, _text("id", key=True), Column("opened_at", UtcDateTime, nullable=False, index=True),
    Column("body", Text, nullable=False),
)  # fmt: skip

keys = Table("keys", metadata, _text("id", key=True), _text("order_id"), Column("sealed", Text, nullable=False))

# how a row stands is told in bot/store/jobs.py; numbers are never used twice, since holders of old leases know them
jobs = Table(
    "jobs", metadata, _number(), _text("kind"), _text("subject"), Column("facts", Text, nullable=False),
    Column("run_at", UtcDateTime, index=True), Column("due_at", UtcDateTime, nullable=False), *_lease(),
    Column("attempts", Integer, nullable=False, default=0), Column("error", String, nullable=False, default=""),
    UniqueConstraint("kind", "subject"), sqlite_autoincrement=True,
)  # fmt: skip

# `id` is the order of committing; `done_at` set: sent, or given up for `failed`
outbox = Table(
    "outbox", metadata, _number(), Column("post_id", String, nullable=False, unique=True), _text("kind"),
    Column("lane", String, nullable=False, index=True), Column("order_id", String, nullable=False, index=True),
    Column("on_card", Boolean, nullable=False), Column("at", UtcDateTime, nullable=False), Column("notice", Text),
    Column("not_before", UtcDateTime, nullable=False), Column("tried_at", UtcDateTime),
    Column("tries", Integer, nullable=False, default=0), *_lease(), Column("done_at", UtcDateTime, index=True),
    Column("failed", String, nullable=False, default=""), sqlite_autoincrement=True,
)  # fmt: skip

cards = Table("cards", metadata, _text("order_id", key=True), _text("channel"), _text("ts"))

audit = Table(
    "audit", metadata, _text("order_id", key=True), Column("position", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False), _text("mac"),
)  # fmt: skip

# `heads` is every chain's last position and mac on that day
anchors = Table("anchors", metadata, _text("day", key=True), Column("heads", Text, nullable=False), _text("text"))

flags = Table("flags", metadata, _text("name", key=True), Column("value", Text, nullable=False))
