"""Things with sensible defaults, and a whole desk: real store, vault, keys, checks and the supplier's stand-in."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select

from bot.app import CHECKS
from bot.checks.names import normalise, registrable
from bot.checks.standing import register_of
from bot.domain.approval import Buying, Policy
from bot.domain.client import Attestation, Client, Project
from bot.domain.errors import IllegalMove, Lost, PeopleUnknown, UnknownOrder
from bot.domain.notices import Notice, Told
from bot.domain.order import Order, Status
from bot.domain.request import Contact, KeyType, Level, Organisation, Product, Purpose, Request, Standing
from bot.domain.supply import Account, Draft, Look, State
from bot.keys import Pki
from bot.ports import Check, Job, Supplier
from bot.service.desk import Desk
from bot.service.gear import Gear
from bot.shown.form import Form
from bot.store.body import load
from bot.store.engine import open_engine
from bot.store.jobs import JobTable
from bot.store.tables import metadata, outbox
from bot.suppliers import catalogue
from bot.suppliers.opensrs.client import OpenSRSClient
from bot.suppliers.opensrs.supplier import OpenSRS
from bot.vault import LocalVault, new_master_key
from tests import fakes
from tests.fakes import ADMIN, APPROVERS, CHANNEL, ENGINEER, NOW, OWNER, REQUESTER, STAND_IN, TEAM
from tests.sandbox.opensrs import OpenSRS as StandIn

ACCOUNT = Account("opensrs", "agency", "test")
COMPANY = Organisation("Acme LLC", "1 Main St", "Chicago", "Illinois", "60601", "US", "+1.3125550123", "0123456")
CONTACT = Contact("Ada", "Acme", "ada@acme.com", "+1.3125550124", "Head of Web")
STAFF = Contact("Eve", "Engineer", "eve@agency.com", "+1.3125550198", "Engineer")
AGENCY = Organisation("Agency Inc", "2 Lake St", "Chicago", "Illinois", "60602", "US", "+1.3125550199")
_PASSING = (Lost, PeopleUnknown)
_SECOND = timedelta(seconds=1)
_MOST_RUNS = 500


def a_product(code: str = "rapidssl", **changes: Any) -> Product:
    known = Product(
        code=code, title=code.title(), brand="RapidSSL", level=Level.DV, wildcard=False, extra_names=0,
        price=Decimal(49), days=(0, 1), standing=Standing.CONFIRMED,
    )  # fmt: skip
    return replace(known, **changes)


def a_request(*names: str, **changes: Any) -> Request:
    known = Request(names or ("www.acme.com",), Purpose.PUBLIC, "rapidssl", Level.DV, admin=STAFF, billing=STAFF)
    return replace(known, **changes)


def an_order(status: Status = Status.PREPARING, **changes: Any) -> Order:
    known = Order("o-1", CHANNEL, REQUESTER, a_request(), ACCOUNT, status, NOW, NOW, authors=(REQUESTER,), csr="CSR")
    if status is not Status.PREPARING:
        known = replace(known, draft=Draft("1001", NOW, Decimal(49)), supplier_ids=("1001",))
    return replace(known, **changes)


def a_look(state: State = State.PENDING, **changes: Any) -> Look:
    return replace(Look("1001", NOW, state, state.value, csr="CSR", price=Decimal(49)), **changes)


def a_project(**changes: Any) -> Project:
    return replace(Project(CHANNEL, "Acme site", "c-acme", OWNER, STAND_IN, ENGINEER), **changes)


def a_client(**changes: Any) -> Client:
    seen = Attestation(COMPANY.name, "IL", "ACTIVE", "good", OWNER, NOW)
    return replace(Client("c-acme", "Acme", COMPANY, CONTACT, NOW, attestations=(seen,)), **changes)


def a_policy(**changes: Any) -> Policy:
    known = Policy(
        approvers=APPROVERS, admins=frozenset({ADMIN}), team=TEAM, admin_channel="CADMIN", buying=Buying.AUTO,
        time_zone="America/Chicago", billing=STAFF, agency=STAFF,
    )  # fmt: skip
    return replace(known, **changes)


@dataclass
class World:
    """A desk with everything around it. After `restart` the same database has a desk with other settings."""

    gear: Gear
    desk: Desk
    store: fakes.WatchedStore
    engine: Engine
    jobs: JobTable
    clock: fakes.FakeClock
    people: fakes.FakePeople
    screens: fakes.FakeScreens
    standin: StandIn
    lookups: fakes.FakeLookups
    dropped: list[str] = field(default_factory=list)

    def restart(self, **changes: Any) -> None:
        """Another process with other ports, or other values in its policy."""
        ports = {name: changes.pop(name) for name in tuple(changes) if hasattr(self.gear, name)}
        self.gear = replace(self.gear, policy=replace(self.gear.policy, **changes), **ports)
        self.desk = Desk(self.gear)

    def fill(self, *names: str, **values: str) -> Form:
        """A form of the requester's, filled in; names of fields with `__` for the dot."""
        typed = {"names": "\n".join(names or ("www.acme.com",)), "key_type": KeyType.P256, "consent": "yes", **values}
        form = self.desk.fill.open_form(REQUESTER, CHANNEL)
        return self.desk.fill.save_step(form.id, REQUESTER, {k.replace("__", "."): v for k, v in typed.items()})

    def place(self, *names: str, **values: str) -> Order:
        """A new order, before any job has run."""
        return self.desk.ask.place(self.fill(*names, **{"product": "rapidssl", **values}).id, REQUESTER)

    def waiting(self, *names: str, **values: str) -> Order:
        """An order that waits for its approval."""
        placed = self.place(*names, **values)
        self.run_jobs()
        order = self.order(placed.id)
        assert order.status is Status.AWAITING_APPROVAL, order.hold
        return order

    def approve(self, order: Order, *by: str) -> Order:
        """Approved by these people (one if nobody is named), before any job has run."""
        for user in by or (fakes.FIRST,):
            self.desk.decide.approve(order.id, user, self.order(order.id).digest)
        return self.order(order.id)

    def bought(self, *names: str, **values: str) -> Order:
        """An order that is with the authority."""
        order = self.later(self.approve(self.waiting(*names, **values)))
        assert order.status is Status.VALIDATING, order.hold
        return order

    def issued(self, *names: str, **values: str) -> Order:
        """An order with its certificate."""
        order = self.bought(*names, **values)
        self.standin.issue(order.supplier_id)
        self.desk.jobs["follow"](Job("follow", order.id, self.clock.now()))
        return self.order(order.id)

    def change(self, order: Order, by: str = REQUESTER, **values: str) -> Order:
        """What somebody changes in the form of an order."""
        form = self.desk.fill.open_form(by, CHANNEL, changes=order.id)
        self.desk.fill.save_step(form.id, by, {k.replace("__", "."): v for k, v in values.items()})
        return self.desk.ask.place(form.id, by)

    def order(self, order_id: str) -> Order:
        with self.store.unit() as unit:
            return unit.order(order_id)

    def later(self, order: Order, **duration: float) -> Order:
        """The order once everything due by then has run."""
        if duration:
            self.pass_time(**duration)
        else:
            self.run_jobs()
        return self.order(order.id)

    def told(self, *kinds: Told) -> list[Notice]:
        """What the desk said so far, of these kinds."""
        with self.engine.begin() as connection:
            rows = connection.scalars(select(outbox.c.notice).where(outbox.c.notice.is_not(None)).order_by(outbox.c.id))
            notices = [load(Notice, row) for row in rows]
        return [notice for notice in notices if not kinds or notice.told in kinds]

    def history(self, order: Order) -> list[str]:
        """What the audit says happened."""
        with self.store.unit() as unit:
            return [entry.what for entry in unit.audit(order.id)]

    def calls(self, command: str, having: str = "") -> int:
        """How many requests of this command reached the supplier."""
        return sum(entry.verb == command and having in entry.body for entry in self.standin.entries)

    def run_job(self, kind: str, order: Order, **facts: str) -> datetime | None:
        """One verb, as a worker would call it."""
        return self.desk.jobs[kind](Job(kind, order.id, self.clock.now(), tuple(facts.items())))

    def run_jobs(self) -> None:
        """Everything that is due now, until nothing is; a forbidden move is dropped, no answer is tried again soon."""
        for _ in range(_MOST_RUNS):
            due = self.jobs.claim(self.clock.now(), "w-1", 1)
            if not due:
                return
            self._run(due[0])
        raise AssertionError("the jobs never come to rest")

    def _run(self, job: Job) -> None:
        try:
            self.jobs.finish(job, self.desk.jobs[job.kind](job))
        except (IllegalMove, UnknownOrder) as error:
            self.dropped.append(f"{job.key}: {error}")
            self.jobs.finish(job)
        except _PASSING as error:
            self.jobs.fail(job, self.clock.now() + 30 * _SECOND, type(error).__name__)
        except BaseException:
            self.jobs.fail(job, self.clock.now(), "died")  # the lease runs out, somebody else takes it up
            raise

    def run_until_dead(self) -> None:
        """Run until the process dies, as the test arranged it."""
        with suppress(fakes.Died):
            self.run_jobs()
            raise AssertionError("it did not die")

    def pass_time(self, **duration: float) -> None:
        """Let time pass, running every job when it is due."""
        end = self.clock.now() + timedelta(**duration)
        self.run_jobs()
        while (due := self.jobs.next_due(self.clock.now())) is not None and due <= end:
            self.clock.time = max(due, self.clock.now())
            self.run_jobs()
        self.clock.time = end


def a_desk(folder: Path, standin: StandIn, *, checks: tuple[Check, ...] = CHECKS, **policy: Any) -> World:
    """A desk on a new SQLite database in the folder, in front of a stand-in that has been started."""
    clock, people, screens, ids = fakes.FakeClock(), fakes.FakePeople(), fakes.FakeScreens(), fakes.SequentialIds()
    lookups = fakes.FakeLookups()
    engine = open_engine(f"sqlite:///{folder / 'desk.db'}")
    event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF")
    )  # no power cuts
    metadata.create_all(engine)
    store = fakes.WatchedStore(engine, clock, ids, b"a" * 32)
    standin.clock = lambda: clock.now().timestamp()
    gear = Gear(
        store=store, clock=clock, ids=ids, vault=LocalVault([new_master_key()]), pki=Pki(),
        supplier=a_supplier(standin, clock), checks=checks, people=people, screens=screens, policy=a_policy(**policy),
        read_names=normalise, domain=registrable, lookups=lookups,
        register=register_of,
    )  # fmt: skip
    with store.unit() as unit:
        unit.save_client(a_client())
        unit.save_project(a_project())
    return World(gear, Desk(gear), store, engine, JobTable(engine), clock, people, screens, standin, lookups)


def a_supplier(
    standin: StandIn, clock: fakes.FakeClock, account: Account = ACCOUNT, products: tuple[Product, ...] = ()
) -> Supplier:
    """The real adapter in front of the stand-in."""
    client = OpenSRSClient(standin.url, standin.username, standin.key, (2.0, 5.0))
    return OpenSRS(client, account, AGENCY, products or catalogue.standard(), clock)
