"""Asking for a certificate: placing what a form says, changing, a permitted second order, cancelling."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.approval import Action, permit
from bot.domain.errors import BadInput, OpenOrderExists, UnknownOrder
from bot.domain.notices import Told
from bot.domain.order import OPEN, Move, Order, Second, Status
from bot.domain.request import Contact, Kind, Product, Request
from bot.domain.supply import Account
from bot.ports import Entry, Job, Unit
from bot.service import company, typed
from bot.service.fill import Fill
from bot.service.gear import Gear, Verbs
from bot.shown.form import Form

CLIENT = Account("client", "the client", "live")  # the supplier of orders that the client places


class Ask(Verbs):
    """The requester's verbs."""

    def __init__(self, gear: Gear, fill: Fill) -> None:
        super().__init__(gear)
        self.fill = fill

    # -- placing and changing ------------------------------------------------------------------------------------------

    def place(self, form_id: str, user: str) -> Order:
        """Make the order, or change the one the form is about. The same form twice makes one order (R12)."""
        form = self.fill.form(form_id, user)
        if form.changes:
            return self._change(form, user)
        self.gear.allow_in(Action.NEW, user, form.project_id)
        return self._place(form, user, None)

    def _place(self, form: Form, user: str, second: Second | None) -> Order:
        gear = self.gear
        request = self._request(form)
        if request.own_csr:
            gear.pki.read_csr(request.own_csr)
        now = gear.now()
        by_client = form.values.get("buyer") == "client"
        order = Order(
            id=gear.ids.new("o"), project_id=form.project_id, requester=user, request=request,
            account=CLIENT if by_client else gear.supplier.account, status=Status.PREPARING, opened_at=now, since=now,
            form=form.id, authors=(user,), corrects=form.corrects, second=second,
        )  # fmt: skip
        try:
            with gear.store.unit() as unit:
                unit.add_order(order)
                unit.save_form(replace(form, order_id=order.id))
                self._remember(unit, form, order)
                if form.renews:
                    gear.move(unit, unit.order(form.renews), Move.RENEWAL, user)
                unit.schedule(Job("prepare", order.id, now))
                unit.schedule(Job("watch", order.project_id, now))
                unit.draw_card(order)
                unit.tell(gear.say(order, Told.OPENED, user))
                unit.record(Entry(order.id, now, user, "placed", order.digest))
        except OpenOrderExists as exists:
            return self._placed_before(form, exists.order_id)
        return order

    def _placed_before(self, form: Form, order_id: str) -> Order:
        """The order that this very form made, or OpenOrderExists for the one that stands in its way."""
        with self.gear.store.unit() as unit:
            other = unit.order(order_id)
        if other.form != form.id:
            raise OpenOrderExists(order_id, form.id) from None
        return other

    def _request(self, form: Form) -> Request:
        """What the form asks for, or BadInput for everything that is missing."""
        names, product = self._names(form), self._product(form)
        wrong = typed.problems({field: form.values.get(field, "") for field in ("dcv", "approver_email")})
        if product.level.company_checked:
            wrong |= self.fill.company_problems(form)
        if wrong:
            raise BadInput(wrong)
        request = typed.request_from(form.values, names, product, self.gear.policy)
        engineer = self._engineer(form.values.get("engineer", ""))
        return replace(
            request, technical=engineer or request.technical, kind=Kind.RENEW if form.renews else Kind.NEW,
            renews=form.renews,
        )  # fmt: skip

    def _engineer(self, user: str) -> Contact | None:
        """The engineer's own profile, where it says all that the supplier wants."""
        profile = self.gear.people.person(user).profile if user else None
        return (
            profile if profile and all((profile.first_name, profile.last_name, profile.email, profile.phone)) else None
        )

    def _remember(self, unit: Unit, form: Form, order: Order) -> None:
        """Keep with the client: company and contact as confirmed today, its domains, and the first consent."""
        gear, request, now = self.gear, order.request, self.gear.now()
        _, client = gear.project_and_client(unit, form.project_id)
        if client is None:
            return
        if request.organisation is not None and not company.problems(gear, form.values, self.fill.kind(form)):
            client = replace(client, organisation=request.organisation, contact=request.admin, confirmed_at=now)
        if not client.consent_by and not request.own_csr:
            client = replace(client, consent_by=order.requester, consent_at=now)
            unit.record(Entry(order.id, now, order.requester, "consent"))
        domains = tuple(dict.fromkeys((*client.domains, *(gear.domain(name) for name in request.names))))
        unit.save_client(replace(client, domains=domains))

    def _names(self, form: Form) -> tuple[str, ...]:
        problems = self.fill.name_problems(form.values.get("names", ""))
        if problems:
            raise BadInput(problems)
        return self.gear.read_names(form.values["names"])[0]

    def _product(self, form: Form) -> Product:
        kind = self.fill.kind(form)
        if kind is None:
            raise BadInput({"product": "No kind of certificate fits these addresses. Order wildcard and others apart."})
        return kind

    def _change(self, form: Form, user: str) -> Order:
        """R9: approvals are void, the draft goes, a new CSR is made (a new key only for another key type)."""
        gear = self.gear
        gear.allow(Action.CHANGE, user, form.changes)
        wanted = self._request(form)
        with gear.store.unit() as unit:
            order = unit.order(form.changes)
            if wanted == order.request:
                return order
            new_key = wanted.key_type is not order.request.key_type or wanted.own_csr != order.request.own_csr
            told = gear.say(order, Told.CHANGED, by=user, void="yes" if order.approvals else "")
            return gear.move(
                unit, order, Move.CHANGE, user, told, request=wanted, csr="", draft=None, drafting_at=None, findings=(),
                hold=None, lost_saves=0, key_id="" if new_key else order.key_id,
                authors=tuple(dict.fromkeys((*order.authors, user))),
            )  # fmt: skip

    def wish_second(self, form_id: str, user: str) -> None:
        """Ask the approvers, in the existing order's thread, for a second order for the same names."""
        form = self.fill.form(form_id, user)
        project = self.gear.allow_in(Action.NEW, user, form.project_id)
        names = self._names(form)
        with self.gear.store.unit() as unit:
            other = self._open_for(names, unit.orders())
        if other is None:
            return
        told = self.gear.say_approvers(other, Told.SECOND_WANTED, by=user, form=form.id, project=project.name)
        with self.gear.store.unit() as unit:
            for notice in told:
                unit.tell(notice)

    def _open_for(self, names: tuple[str, ...], orders: list[Order]) -> Order | None:
        key = " ".join(sorted(names))
        return next((o for o in orders if o.status in OPEN and o.request.names_key == key), None)

    def allow_second(self, form_id: str, user: str, reason: str) -> Order:
        """An approver allows it: the waiting form becomes an order marked as a permitted second one."""
        gear = self.gear
        with gear.store.unit() as unit:
            form = unit.form(form_id)
            project = unit.project(form.project_id) if form else None
        if form is None:
            raise UnknownOrder(form_id)
        permit(Action.ALLOW_SECOND, gear.roles(user, project, fresh=True))
        why, names = typed.reason(reason), self._names(form)
        with gear.store.unit() as unit:
            other = self._open_for(names, unit.orders())
        second = Second(why, user, other.id) if other else None
        order = self._place(form, form.user, second)
        if other is not None and order.id != other.id:
            with gear.store.unit() as unit:
                unit.tell(gear.say(other, Told.SECOND_ALLOWED, form.user, by=user, other=order.id, reason=why))
        return order

    # -- cancel, check again -------------------------------------------------------------------------------------------

    def cancel(self, order_id: str, user: str) -> Order:
        """End it while nothing is bought; by hand or after an attempt the desk looks first and acts on what it sees."""
        gear = self.gear
        tried = gear.allow(Action.CANCEL, user, order_id).tries
        if tried:
            gear.allow(Action.CANCEL_BOUGHT, user, order_id, fresh=True)
        with gear.store.unit() as unit:
            order = unit.order(order_id)
            if order.status is Status.BUYING and (order.tries or "by_hand" in order.told):
                told = gear.say(order, Told.CANCEL_RECORDED, by=user)
                return gear.move(unit, order, Move.CANCEL_LATER, user, told, cancel_wanted_by=user)
            told = gear.say(order, Told.CANCELLED, by=user)
            return gear.move(unit, order, Move.CANCEL, user, told)

    def check_again(self, order_id: str, user: str) -> Order:
        """Run the checks now; in `preparing` it means try the supplier now."""
        with self._allowed(Action.CHECK, user, order_id) as (unit, order):
            if order.status is Status.PREPARING:
                unit.schedule(Job("prepare", order.id, self.gear.now()))
            else:
                unit.schedule(Job("check", order.id, self.gear.now(), (("by", user),)))
        return order
