"""The store of the desk: one transaction per unit, everything in it committed together or not at all."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, Table, delete, select, update

from bot.domain.client import Client, Project
from bot.domain.errors import UnknownOrder, VaultShut
from bot.domain.notices import Notice
from bot.domain.order import Order, Status
from bot.domain.supply import Account
from bot.domain.watching import Known
from bot.ports import Clock, Entry, Ids, Job, Place
from bot.shown.form import Form
from bot.shown.found import Found
from bot.store import audit, jobs, outbox
from bot.store import orders as rows
from bot.store.body import dump, load
from bot.store.engine import add_row, put_row, run
from bot.store.tables import attempts, clients, flags, forms, keys, orders, projects

Kind = TypeVar("Kind")


class SqlUnit:
    """`bot.ports.Unit` on one connection."""

    def __init__(self, connection: Connection, clock: Clock, ids: Ids, audit_key: bytes) -> None:
        self._connection, self._clock, self._ids, self._audit_key = connection, clock, ids, audit_key

    def order(self, order_id: str) -> Order:
        found = rows.read_orders(self._connection, orders.c.id == order_id)
        if not found:
            raise UnknownOrder(order_id)
        return found[0]

    def orders(self, *, project_id: str = "", statuses: Iterable[Status] = ()) -> list[Order]:
        wanted = [status.value for status in statuses]
        where = [orders.c.project_id == project_id] if project_id else []
        where += [orders.c.status.in_(wanted)] if wanted else []
        return rows.read_orders(self._connection, *where)

    def order_of_supplier_id(self, account: Account, supplier_id: str) -> str:
        return rows.order_of(self._connection, account, supplier_id)

    def add_order(self, order: Order) -> None:
        rows.add_order(self._connection, order)

    def save_order(self, after: Order) -> Order:
        return rows.save_order(self._connection, after)

    def spent_since(self, since: datetime) -> list[Order]:
        tried = select(attempts.c.order_id).where(attempts.c.at >= since)
        return rows.read_orders(self._connection, orders.c.id.in_(tried))

    def project(self, project_id: str) -> Project | None:
        return self._read(Project, projects, project_id)

    def projects(self) -> list[Project]:
        return sorted(self._read_all(Project, projects), key=lambda project: project.name)

    def save_project(self, project: Project) -> None:
        put_row(self._connection, projects, {"id": project.id}, {"body": dump(project)})

    def client(self, client_id: str) -> Client | None:
        return self._read(Client, clients, client_id)

    def clients(self) -> list[Client]:
        return sorted(self._read_all(Client, clients), key=lambda client: client.name)

    def save_client(self, client: Client) -> None:
        put_row(self._connection, clients, {"id": client.id}, {"body": dump(client)})

    def form(self, form_id: str) -> Form | None:
        return self._read(Form, forms, form_id)

    def save_form(self, form: Form) -> None:
        put_row(self._connection, forms, {"id": form.id}, {"opened_at": form.opened_at, "body": dump(form)})

    def forms(self, user: str) -> list[Form]:
        mine = [form for form in self._read_all(Form, forms) if form.user == user]
        return sorted(mine, key=lambda form: form.opened_at, reverse=True)

    def found(self, host: str) -> Found | None:
        body = self.flag(f"found {host}")
        return load(Found, body) if body else None

    def save_found(self, host: str, found: Found) -> None:
        self.set_flag(f"found {host}", dump(found))

    def known(self, thing: str) -> Known:
        body = self.flag(f"known {thing}")
        return load(Known, body) if body else Known()

    def save_known(self, thing: str, known: Known) -> None:
        self.set_flag(f"known {thing}", dump(known))

    def sealed_key(self, key_id: str) -> str:
        sealed: str | None = self._connection.scalar(select(keys.c.sealed).filter_by(id=key_id))
        if sealed is None:
            raise VaultShut(f"no key {key_id}")
        return sealed

    def add_key(self, key_id: str, order_id: str, sealed: str) -> None:
        if not add_row(self._connection, keys, {"id": key_id, "order_id": order_id, "sealed": sealed}):
            raise VaultShut(f"key {key_id} is there already")

    def schedule(self, job: Job) -> None:
        jobs.schedule(self._connection, job)

    def tell(self, notice: Notice) -> None:
        outbox.put_notice(self._connection, self._ids.new("p"), notice, self._clock.now())

    def draw_card(self, order: Order) -> None:
        outbox.put_card(self._connection, self._ids.new("p"), order, self._clock.now())

    def card_place(self, order_id: str) -> Place | None:
        return outbox.place_of(self._connection, order_id)

    def record(self, entry: Entry) -> None:
        audit.append(self._connection, self._audit_key, entry)

    def audit(self, order_id: str) -> list[Entry]:
        return audit.entries(self._connection, order_id)

    def flag(self, name: str) -> str:
        return self._connection.scalar(select(flags.c.value).filter_by(name=name)) or ""

    def set_flag(self, name: str, value: str) -> bool:
        changed = update(flags).filter_by(name=name).where(flags.c.value != value).values(value=value)
        return self._connection.execute(changed).rowcount == 1 or add_row(
            self._connection, flags, {"name": name, "value": value}
        )

    def _read(self, kind: type[Kind], table: Table, key: str) -> Kind | None:
        body = self._connection.scalar(select(table.c.body).filter_by(id=key))
        return None if body is None else load(kind, body)

    def _read_all(self, kind: type[Kind], table: Table) -> list[Kind]:
        return [load(kind, body) for body in self._connection.scalars(select(table.c.body))]


class SqlStore:
    """`bot.ports.Store`. `audit_key` comes from the vault; without the same key the audit cannot be verified."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids, audit_key: bytes) -> None:
        self._engine, self._clock, self._ids, self._audit_key = engine, clock, ids, audit_key
        self._mine = threading.local()

    @contextmanager
    def unit(self) -> Iterator[SqlUnit]:
        """Commit when left normally, roll back on an exception. One inside another would wait for itself: refused."""
        if getattr(self._mine, "open", False):
            raise RuntimeError("a unit is open already in this thread")
        self._mine.open = True
        try:
            with self._engine.begin() as connection:
                yield SqlUnit(connection, self._clock, self._ids, self._audit_key)
        finally:
            self._mine.open = False


def kept(engine: Engine, name: str, make: Callable[[], str]) -> str:
    """A flag's value, made at the first call ever: many processes that start at once agree on one."""
    with engine.begin() as connection:
        wanted = select(flags.c.value).filter_by(name=name)
        if connection.scalar(wanted) is None:
            add_row(connection, flags, {"name": name, "value": make()})
        return str(connection.scalars(wanted).one())


def sweep_forms(engine: Engine, before: datetime) -> int:
    """Delete the forms opened before then; how many."""
    return run(engine, delete(forms).where(forms.c.opened_at < before))


def rewrap_keys(engine: Engine, rewrap: Callable[[str, str], str]) -> int:
    """Give every sealed key to `rewrap(sealed, order_id)` and keep what it answers; all or, on an error, none."""
    with engine.begin() as connection:
        found = connection.execute(select(keys).with_for_update()).all()
        for row in found:
            connection.execute(update(keys).filter_by(id=row.id).values(sealed=rewrap(row.sealed, row.order_id)))
    return len(found)
