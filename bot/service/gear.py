"""What every verb works with, and the one way a move is written: order, jobs, notices, card and audit in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from bot.domain.approval import Action, Policy, Role, permit, roles_of
from bot.domain.client import Attestation, Client, Project
from bot.domain.errors import (
    Lost,
    NoProject,
    NotAllowed,
    NotInvited,
    PeopleUnknown,
    Refused,
    UnknownOrder,
    Unusable,
)
from bot.domain.findings import Finding, Mender
from bot.domain.notices import Notice, Told
from bot.domain.order import Hold, Move, Order, Status, Work, advance, work_started
from bot.domain.pace import CHECK_HELD, WATCH_DRAFT
from bot.domain.request import Organisation, Product
from bot.domain.supply import Look
from bot.ports import Check, Clock, Entry, Ids, Job, Lookups, People, Pki, Screens, Store, Supplier, Unit, Vault
from bot.shown.card import CardFacts, card_facts
from bot.shown.standing import Register, newest

DESK = "desk"
_AT_ONCE = timedelta(0)
_FIRST_AFTER = {Work.CHECK: CHECK_HELD, Work.WATCH_DRAFT: WATCH_DRAFT}


@dataclass(frozen=True)
class Gear:
    """The ports and the policy. `read_names` turns typed text into (names, findings), `domain` a name into the
    registrable domain above it, `register` tells where a company is registered.
    """

    store: Store
    clock: Clock
    ids: Ids
    vault: Vault
    pki: Pki
    supplier: Supplier
    checks: tuple[Check, ...]
    people: People
    screens: Screens
    policy: Policy
    read_names: Callable[[str], tuple[tuple[str, ...], list[Finding]]]
    domain: Callable[[str], str]
    lookups: Lookups
    register: Callable[[Organisation], Register]

    def now(self) -> datetime:
        """Business time."""
        return self.clock.now()

    def product(self, code: str) -> Product | None:
        """A product of the catalogue, ended ones included."""
        return next((product for product in self.supplier.products() if product.code == code), None)

    def looked_up(self, client: Client | None, company: Organisation | None) -> Attestation | None:
        """What somebody saw last of this company in its register."""
        return newest(client, company, self.register(company)) if company else None

    def seen(self, supplier_id: str) -> Look | None:
        """What the supplier shows of an order; nothing where it tells nothing that can be used."""
        with suppress(Lost, Refused, Unusable):
            return self.supplier.look(supplier_id)
        return None

    def called(self, user: str) -> str:
        """The name of a colleague, or the id where nobody tells it."""
        with suppress(PeopleUnknown):
            profile = self.people.person(user).profile
            return f"{profile.first_name} {profile.last_name}".strip() or user if profile else user
        return user

    def roles(self, user: str, project: Project | None, *, fresh: bool = False) -> frozenset[Role]:
        """What a person is to a project; asks the workspace, so never inside a transaction."""
        person = self.people.person(user, fresh=fresh)
        in_channel = project is not None and self._in_channel(user, project.id, fresh=fresh)
        return roles_of(person, project, self.policy, self.people.approvers(fresh=fresh), in_channel=in_channel)

    def _in_channel(self, user: str, channel: str, *, fresh: bool) -> bool:
        """Where the desk itself is not invited nobody counts as a member; approvers and admins still do."""
        try:
            return self.people.in_channel(user, channel, fresh=fresh)
        except NotInvited:
            return False

    def allow(self, action: Action, user: str, order_id: str, *, fresh: bool = False) -> Order:
        """The order, if this person may do this to it as it stands. An order one may not see is an unknown order."""
        with self.store.unit() as unit:
            order = unit.order(order_id)
            project = unit.project(order.project_id)
        roles = self.roles(user, project, fresh=fresh)
        try:
            permit(Action.SEE, roles)
        except NotAllowed:
            if project is not None:
                self.people.in_channel(user, project.id)  # says so when the desk is not invited there any more
            raise UnknownOrder(order_id) from None
        permit(action, roles, order)
        return order

    def is_in(self, user: str, project: Project) -> bool:
        """Whether this is one of the person's own projects."""
        return self._in_channel(user, project.id, fresh=False)

    @staticmethod
    def project_and_client(unit: Unit, channel: str) -> tuple[Project | None, Client | None]:
        """The channel's project and whose it is."""
        project = unit.project(channel)
        return project, unit.client(project.client_id) if project else None

    def engineer(self, order: Order) -> str:
        """Who acts for the project in panels and on servers; who asked where it names nobody."""
        with self.store.unit() as unit:
            project = unit.project(order.project_id)
        return (project.engineer if project else "") or order.requester

    def allow_in(self, action: Action, user: str, channel: str) -> Project:
        """The channel's project, if this person may do this there."""
        with self.store.unit() as unit:
            project = unit.project(channel)
        self.people.in_channel(user, channel)  # says so when the desk is not invited there
        roles = self.roles(user, project)
        if project is None:
            raise NoProject(channel)
        permit(action, roles)
        return project

    def facts(self, unit: Unit, order: Order) -> CardFacts:
        """What the order's card shows now."""
        project, client = self.project_and_client(unit, order.project_id)
        product, approvers = self.product(order.request.product), self.people.approvers()
        return card_facts(order, project, product, self.policy, approvers, self.now(), client)

    def say(self, order: Order, told: Told, *mentions: str, **facts: str) -> Notice:
        """A notice about an order."""
        return Notice(
            told, order.project_id, order.id, "", tuple(dict.fromkeys(m for m in mentions if m)), tuple(facts.items())
        )

    def say_approvers(self, order: Order, told: Told, **facts: str) -> tuple[Notice, ...]:
        """To everybody who could approve this order: one notice that mentions those of them who are in the channel.

        Where none is, the notice mentions nobody and each of them is told directly too. Asks the workspace, so not
        inside a transaction; where it does not answer, all are mentioned.
        """
        able = sorted(self.people.approvers() - {order.requester})
        try:
            near = [user for user in able if self._in_channel(user, order.project_id, fresh=False)]
        except PeopleUnknown:
            near = able
        said = self.say(order, told, *near, **facts)
        return said, *(replace(said, person=user) for user in able if not near)

    def move(self, unit: Unit, order: Order, move: Move, by: str, *told: Notice, **changes: Any) -> Order:
        """Write one move with all that goes with it. Stale when somebody else moved the order since it was read."""
        now = self.now()
        after = unit.save_order(advance(order, move, now, **changes))
        for work in work_started(order.status, after.status, move):
            unit.schedule(Job(work, order.id, now + _FIRST_AFTER.get(work, _AT_ONCE)))
        self._go_with(unit, after, by, move, told)
        return after

    def note(self, unit: Unit, order: Order, what: str, by: str, *told: Notice, **changes: Any) -> Order:
        """Write a change that is no move (a key made, a look taken), audited all the same."""
        after = unit.save_order(replace(order, **changes))
        self._go_with(unit, after, by, what, told)
        return after

    def _go_with(self, unit: Unit, order: Order, by: str, what: str, told: tuple[Notice, ...]) -> None:
        for notice in told:
            unit.tell(notice)
        unit.draw_card(order)
        unit.record(Entry(order.id, self.now(), by, what, order.digest))


class Verbs:
    """What each group of verbs is made of: its gear and the ways to write."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    @contextmanager
    def _allowed(self, to: Action, user: str, order_id: str, *, fresh: bool = False) -> Iterator[tuple[Unit, Order]]:
        """A transaction with the order as it stands then, if this person may do this to it."""
        self.gear.allow(to, user, order_id, fresh=fresh)
        with self.gear.store.unit() as unit:
            yield unit, unit.order(order_id)

    def _write(self, order: Order, what: Move | str, by: str, *told: Notice, **changes: Any) -> Order:
        """A move, or a note of what is none, in a transaction of its own."""
        with self.gear.store.unit() as unit:
            if isinstance(what, Move):
                return self.gear.move(unit, order, what, by, *told, **changes)
            return self.gear.note(unit, order, what, by, *told, **changes)

    def _write_off(self, order: Order, move: Move, by: str, why: str, *told: Notice) -> None:
        """It surely was not bought: held, or cancelled as somebody asked for while that was not known."""
        gear, wish = self.gear, order.cancel_wanted_by
        with gear.store.unit() as unit:
            after = gear.move(unit, order, move, by, *told, hold=Hold(Mender.ENGINEER, (why,)))
            if wish:
                gear.move(unit, after, Move.CANCEL, wish, gear.say(order, Told.CANCELLED, by=wish))

    def _warn(
        self, order: Order, mark: str, move: Move, told: Told, facts: dict[str, str] | None = None, **changes: Any
    ) -> None:
        """Tell the approvers once, however often it is met; the mark remembers it."""
        if mark not in order.told:
            notices = self.gear.say_approvers(order, told, **facts or {})
            self._write(order, move, DESK, *notices, told=(*order.told, mark), **changes)

    def _tell_aftermath(self, order: Order, bought: tuple[str, ...]) -> None:
        """Tell each approver once, privately, which supplier orders go on although the order ended here."""
        if "aftermath" not in order.told:
            about, numbers = (order.project_id, order.id), (("number", ", ".join(bought)),)
            told = [Notice(Told.AFTERMATH, *about, user, (), numbers) for user in sorted(self.gear.people.approvers())]
            what = Move.AFTERMATH if order.status is Status.CANCELLED else "aftermath"
            self._write(order, what, DESK, *told, told=(*order.told, "aftermath"))


def job(*statuses: Status) -> Callable[[Callable[..., datetime | None]], Callable[[Any, Job], datetime | None]]:
    """A verb for the table of jobs: it gets the order and the job's facts by name, and answers when to come back.

    In any other than these statuses nothing is left to do.
    """

    def about_order(verb: Callable[..., datetime | None]) -> Callable[[Any, Job], datetime | None]:
        @wraps(verb)
        def run(self: Verbs, due: Job) -> datetime | None:
            with self.gear.store.unit() as unit:
                order = unit.order(due.subject)
            return verb(self, order, **dict(due.facts)) if order.status in statuses else None

        return run

    return about_order
