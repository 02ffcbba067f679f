"""Orders in rows: compare and set, what must be unique (R1, R12), and the children that are only ever added to."""

import hashlib
from collections import defaultdict
from dataclasses import asdict, astuple, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

from bot.domain.errors import DecidedAlready, OpenOrderExists, Stale, Unusable
from bot.domain.order import OPEN, Approval, Attempt, Order
from bot.domain.supply import Account
from bot.store.body import dump, load
from bot.store.engine import add_row, try_row
from bot.store.tables import approvals, attempts, orders, supplier_ids


def read_orders(connection: Connection, *where: ColumnElement[bool]) -> list[Order]:
    """Whole orders, newest first."""
    wanted = select(orders).where(*where).order_by(orders.c.opened_at.desc(), orders.c.id)
    rows = connection.execute(wanted).all()
    ids = [row.id for row in rows]
    given, tried, known = (_children(connection, table, ids) for table in (approvals, attempts, supplier_ids))
    return [
        replace(
            load(Order, row.body),
            version=row.version,
            approvals=tuple(Approval(a.digest, a.by, a.at, a.own) for a in given[row.id]),
            attempts=tuple(Attempt(a.round, a.number, a.at, a.answer) for a in tried[row.id]),
            supplier_ids=tuple(known_id.supplier_id for known_id in known[row.id]),
        )
        for row in rows
    ]


def _children(connection: Connection, table: Table, ids: list[str]) -> defaultdict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    if ids:
        for row in connection.execute(select(table).where(table.c.order_id.in_(ids)).order_by(table.c.id)):
            found[row.order_id].append(row)
    return found


def add_order(connection: Connection, order: Order) -> None:
    """A new order at version 0; OpenOrderExists when another has its names or came from its form."""
    if not add_row(connection, orders, {"id": order.id, "version": 0, **_columns(order)}):
        raise _in_the_way(connection, order)
    _add_children(connection, replace(order, approvals=(), attempts=(), supplier_ids=()), order)


def save_order(connection: Connection, after: Order) -> Order:
    """Write over the version it was read at, else Stale; OpenOrderExists when it would now stand in another's place."""
    stored = next(iter(read_orders(connection, orders.c.id == after.id)), None)
    same = (orders.c.id == after.id) & (orders.c.version == after.version)
    written = try_row(connection, update(orders).where(same).values(**_columns(after), version=after.version + 1))
    if written is None:
        raise _in_the_way(connection, after)
    if written == 0 or stored is None:
        raise Stale(after.id, stored.status if stored else "", "save")
    _add_children(connection, stored, after)
    return replace(after, version=after.version + 1)


def _columns(order: Order) -> dict[str, Any]:
    bare = replace(order, version=0, approvals=(), attempts=(), supplier_ids=())
    return {
        "project_id": order.project_id,
        "status": order.status.value,
        "opened_at": order.opened_at,
        "open_names": _open_names(order),
        "form": order.form or None,
        "body": dump(bare),
    }


def _open_names(order: Order) -> str | None:
    """A hash, because a certificate's names together may be longer than an index entry."""
    if order.status not in OPEN or order.second is not None:
        return None
    return hashlib.sha256(f"{order.account.supplier} {order.request.names_key}".encode()).hexdigest()


def _in_the_way(connection: Connection, order: Order) -> Exception:
    for column, value in ((orders.c.form, order.form), (orders.c.open_names, _open_names(order))):
        other = connection.scalar(select(orders.c.id).where(column == value, orders.c.id != order.id))
        if other:
            return OpenOrderExists(other, order.form)
    return Stale(order.id, order.status, "add")


def _add_children(connection: Connection, before: Order, after: Order) -> None:
    for approval in after.approvals:
        row = {"order_id": after.id, **asdict(approval)}
        if approval not in before.approvals and not add_row(connection, approvals, row):
            raise DecidedAlready(after.id)
    answers = {(attempt.round, attempt.number): attempt.answer for attempt in before.attempts}
    for attempt in after.attempts:
        key = {"order_id": after.id, "round": attempt.round, "number": attempt.number}
        if (attempt.round, attempt.number) not in answers:
            connection.execute(insert(attempts).values(order_id=after.id, **asdict(attempt)))
        elif attempt.answer != answers[attempt.round, attempt.number]:
            connection.execute(update(attempts).filter_by(**key).values(answer=attempt.answer))
    for supplier_id in dict.fromkeys(after.supplier_ids):
        row = {"order_id": after.id, **_account(after.account), "supplier_id": supplier_id}
        if supplier_id not in before.supplier_ids and not add_row(connection, supplier_ids, row):
            raise Unusable(f"another order has the number {supplier_id}")


def _account(account: Account) -> dict[str, str]:
    return dict(zip(("supplier", "account", "environment"), astuple(account), strict=True))


def order_of(connection: Connection, account: Account, supplier_id: str) -> str:
    """The order that knows this id on this account, empty if none."""
    columns = {**_account(account), "supplier_id": supplier_id}
    return connection.scalar(select(supplier_ids.c.order_id).filter_by(**columns)) or ""
