"""The first tables, as they were when this was written; bot/store/tables.py says what they are today."""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Integer, String, Text, UniqueConstraint

revision = "1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    _orders()
    _papers()
    _jobs()
    _outbox()
    _audit()


def _text(*names: str) -> list[Column[Any]]:
    return [Column(name, String, nullable=False) for name in names]


def _id() -> Column[str]:
    return Column("id", String, primary_key=True)


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _body(name: str = "body") -> Column[str]:
    return Column(name, Text, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _at(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable, index=index)


def _order_id(*, index: bool = False) -> Column[str]:
    return Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=index)


def _lease() -> list[Column[Any]]:
    return [*_text("owner"), Column("lease_until", BigInteger), _count("fence")]


def _orders() -> None:
    op.create_table(
        "orders", _id(), Column("project_id", String, nullable=False, index=True),
        Column("status", String, nullable=False, index=True), _count("version"), _at("opened_at"),
        Column("open_names", String, unique=True), Column("form", String, unique=True), _body(),
    )  # fmt: skip
    op.create_table(
        "approvals", _number(), _order_id(), *_text("digest", "by"), _at("at"), Column("own", Boolean, nullable=False),
        UniqueConstraint("order_id", "digest", "by"),
    )  # fmt: skip
    op.create_table(
        "attempts", _number(), _order_id(), _count("round"), _count("number"), _at("at", index=True), *_text("answer"),
        UniqueConstraint("order_id", "round", "number"),
    )  # fmt: skip
    op.create_table(
        "supplier_ids", _number(), _order_id(index=True), *_text("supplier", "account", "environment", "supplier_id"),
        UniqueConstraint("supplier", "account", "environment", "supplier_id"),
    )  # fmt: skip
    op.create_table("keys", _id(), *_text("order_id"), _body("sealed"))


def _papers() -> None:
    for name in ("clients", "projects"):
        op.create_table(name, _id(), _body())
    op.create_table("forms", _id(), _at("opened_at", index=True), _body())
    op.create_table("flags", Column("name", String, primary_key=True), _body("value"))


def _jobs() -> None:
    op.create_table(
        "jobs", _number(), *_text("kind", "subject"), _body("facts"), _at("run_at", nullable=True, index=True),
        _at("due_at"), *_lease(), _count("attempts"), *_text("error"), UniqueConstraint("kind", "subject"),
        sqlite_autoincrement=True,
    )  # fmt: skip


def _outbox() -> None:
    op.create_table(
        "outbox", _number(), Column("post_id", String, nullable=False, unique=True), *_text("kind"),
        Column("lane", String, nullable=False, index=True), Column("order_id", String, nullable=False, index=True),
        Column("on_card", Boolean, nullable=False), _at("at"), Column("notice", Text), _at("not_before"),
        _at("tried_at", nullable=True), _count("tries"), *_lease(), _at("done_at", nullable=True, index=True),
        *_text("failed"), sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_table("cards", Column("order_id", String, primary_key=True), *_text("channel", "ts"))


def _audit() -> None:
    op.create_table(
        "audit", Column("order_id", String, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False), _body(), *_text("mac"),
    )  # fmt: skip
    op.create_table("anchors", Column("day", String, primary_key=True), _body("heads"), *_text("text"))
