"""What every verb works with, and the one way a move is written: order, jobs, notices, card and audit in one commit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.approval import Action, Policy, Role, permit, roles_of
from bot.domain.client import Attestation, Client, Project
from bot.domain.errors import NoProject, NotAllowed, NotInvited, PeopleUnknown, UnknownOrder
from bot.domain.findings import Finding
from bot.domain.notices import Notice, Told
from bot.domain.order import Move, Order, Status, Work, advance, work_started
from bot.domain.pace import CHECK_HELD, WATCH_DRAFT
from bot.domain.request import Organisation, Product
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

    def tell_aftermath(self, order: Order, bought: tuple[str, ...]) -> None:
        """Tell each approver once, privately, which supplier orders go on although the order ended here."""
        if "aftermath" in order.told:
            return
        numbers = (("number", ", ".join(bought)),)
        told = [
            Notice(Told.AFTERMATH, order.project_id, order.id, person, (), numbers)
            for person in sorted(self.people.approvers())
        ]
        marks = (*order.told, "aftermath")
        with self.store.unit() as unit:
            if order.status is Status.CANCELLED:
                self.move(unit, order, Move.AFTERMATH, DESK, *told, told=marks)
            else:
                self.note(unit, order, "aftermath", DESK, *told, told=marks)

    def _go_with(self, unit: Unit, order: Order, by: str, what: str, told: tuple[Notice, ...]) -> None:
        for notice in told:
            unit.tell(notice)
        unit.draw_card(order)
        unit.record(Entry(order.id, self.now(), by, what, order.digest))
