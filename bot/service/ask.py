"""Asking for a certificate: the form and its drafts, placing, changing, cancelling, the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.approval import Action, permit
from bot.domain.client import Client, Project
from bot.domain.errors import BadInput, NoProject, OpenOrderExists, UnknownOrder
from bot.domain.findings import Verdict
from bot.domain.notices import Notice, Told
from bot.domain.order import OPEN, Move, Order, Second, Status
from bot.domain.request import Product, Purpose, Request
from bot.ports import Entry, Form, Job, Unit
from bot.service import company, typed
from bot.service.gear import Gear
from bot.shown.offer import Suggestion, suggest

STEPS = ("names", "kind", "company", "contact", "send")


@dataclass(frozen=True, slots=True)
class FormSummary:
    """What the last step shows: `fields` are (label, value) in plain words, `missing` what is still needed."""

    project: Project
    client: Client | None
    product: Product | None
    suggestion: Suggestion | None
    fields: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    engineer: str


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """What the project form asks; everything as typed, `launch` an ISO date or empty."""

    name: str
    client_name: str
    owner: str
    stand_in: str = ""
    engineer: str = ""
    launch: str = ""


class Ask:
    """The requester's verbs."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    # -- the form ------------------------------------------------------------------------------------------------------

    def open_form(self, user: str, channel: str, names: str = "", *, corrects: str = "", changes: str = "") -> Form:
        """A new form for the channel's project; `corrects` or `changes` (an order's id) fill it in from that order."""
        of = corrects or changes
        if of:
            order = self.gear.allow(Action.CHANGE if changes else Action.REORDER, user, of)
            channel, values = order.project_id, typed.values_of(order.request)
        else:
            values = {"names": names} if names else {}
            typed.refuse_keys(values)
        self.gear.allow_in(Action.NEW, user, channel)
        with self.gear.store.unit() as unit:
            known = self._known(unit, channel)
            form = Form(
                self.gear.ids.new("f"), user, channel, self.gear.now(), {**known, **values},
                corrects=corrects, changes=changes,
            )  # fmt: skip
            unit.save_form(form)
        return form

    def _known(self, unit: Unit, channel: str) -> dict[str, str]:
        """What project and client already say, as form values."""
        project = unit.project(channel)
        client = unit.client(project.client_id) if project else None
        if project is None or client is None:
            return {}
        launch = {"wanted_by": project.launch.isoformat()} if project.launch else {}
        return {**launch, **typed.values_on_file(client), "engineer": project.engineer}

    def form(self, form_id: str, user: str) -> Form:
        """A form of this person's own."""
        with self.gear.store.unit() as unit:
            form = unit.form(form_id)
        if form is None or form.user != user:
            raise UnknownOrder(form_id)
        return form

    def save_step(self, form_id: str, user: str, values: Mapping[str, str]) -> Form:
        """Keep what was typed, then judge it: BadInput names every field that cannot be. Only a private key is not
        kept.
        """
        typed.refuse_keys(values)
        form = self.form(form_id, user)
        merged = replace(form, values={**form.values, **values})
        with self.gear.store.unit() as unit:
            unit.save_form(merged)
        problems = typed.problems(values)
        if "names" in values and "names" not in problems:
            problems.update(self._name_problems(values["names"]))
        if any(field.startswith(("org.", "contact.")) for field in values):
            wrong = company.problems(self.gear, merged.values, self._kind(merged))
            problems.update({field: sentence for field, sentence in wrong.items() if field in values})
        if problems:
            raise BadInput(problems)
        return merged

    def _kind(self, form: Form) -> Product | None:
        choice = self.chosen(form)
        return choice.product if choice else None

    def _name_problems(self, text: str) -> dict[str, str]:
        names, found = self.gear.read_names(text)
        stops = [finding for finding in found if finding.verdict is Verdict.STOP]
        if not names and not stops:
            return {"names": "Please give at least one web address, for example www.acme.com."}
        return {"names": " ".join(f"{stop.sentence} {stop.advice}".strip() for stop in stops[:3])} if stops else {}

    def offers(self, form: Form) -> tuple[Suggestion, ...]:
        """Every kind that fits what was typed so far."""
        names, _ = self.gear.read_names(form.values.get("names", ""))
        policy = self.gear.policy
        wanted = typed.day(form.values.get("wanted_by", ""))
        purpose = Purpose(form.values.get("purpose") or Purpose.PUBLIC)
        products = self.gear.supplier.products()
        return (
            suggest(names, purpose, wanted, products, self.gear.now(), policy.time_zone, policy.holidays)
            if names
            else ()
        )

    def chosen(self, form: Form) -> Suggestion | None:
        """The kind chosen, or the one suggested."""
        offers = self.offers(form)
        picked = form.values.get("product", "")
        return next((o for o in offers if o.product.code == picked), next((o for o in offers if o.preselected), None))

    def steps(self, form: Form) -> tuple[str, ...]:
        """The steps this form goes through; kinds are part of the last step where nothing about a company is needed."""
        return STEPS if self._company_needed(form) else ("names", "send")

    def next_step(self, form: Form, step: str) -> str:
        """The step after this one, empty when the form can be placed."""
        steps = self.steps(form)
        if step == "send":
            return "company" if self._company_missing(form) else ""
        later = [name for name in STEPS[STEPS.index(step) + 1 :] if name in steps]
        return later[0] if later else "send"

    def previous_step(self, form: Form, step: str) -> str:
        """The step before this one."""
        steps = self.steps(form)
        earlier = [name for name in STEPS[: STEPS.index(step)] if name in steps]
        return earlier[-1] if earlier else "names"

    def _company_needed(self, form: Form) -> bool:
        """Whether company and contact are asked: not on file yet, or not all that this kind needs, or an order is
        changed that may be wrong in them.
        """
        choice = self.chosen(form)
        if choice is None or not choice.product.level.company_checked:
            return False
        asked_anew = bool(form.changes or form.corrects)
        return asked_anew or not self._on_file(form) or bool(company.problems(self.gear, form.values, choice.product))

    def _on_file(self, form: Form) -> bool:
        with self.gear.store.unit() as unit:
            project = unit.project(form.project_id)
            client = unit.client(project.client_id) if project else None
        return client is not None and client.organisation is not None and client.contact is not None

    def _company_missing(self, form: Form) -> bool:
        return self._company_needed(form) and bool(company.problems(self.gear, form.values, self._kind(form)))

    def summary(self, form: Form) -> FormSummary:
        """Everything that will be sent, in words."""
        with self.gear.store.unit() as unit:
            project = unit.project(form.project_id)
            client = unit.client(project.client_id) if project else None
        if project is None:
            raise NoProject(form.project_id)
        choice = self.chosen(form)
        names, _ = self.gear.read_names(form.values.get("names", ""))
        product = self._kind(form)
        checked = product is not None and product.level.company_checked
        missing = tuple(company.problems(self.gear, form.values, product).values()) if checked else ()
        fields = typed.told(form.values, names, company=checked)
        return FormSummary(
            project, client, choice.product if choice else None, choice, fields, missing, project.engineer
        )

    # -- placing and changing ------------------------------------------------------------------------------------------

    def place(self, form_id: str, user: str) -> Order:
        """Make the order, or change the one the form is about. The same form twice makes one order (R12)."""
        form = self.form(form_id, user)
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
        order = Order(
            id=gear.ids.new("o"), project_id=form.project_id, requester=user, request=request,
            account=gear.supplier.account, status=Status.PREPARING, opened_at=now, since=now, form=form.id,
            authors=(user,), corrects=form.corrects, second=second,
        )  # fmt: skip
        try:
            with gear.store.unit() as unit:
                unit.add_order(order)
                unit.save_form(replace(form, order_id=order.id))
                self._remember(unit, form, request)
                unit.schedule(Job("prepare", order.id, now))
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
            wrong |= company.problems(self.gear, form.values, product)
        if wrong:
            raise BadInput(wrong)
        return typed.request_from(form.values, names, product, self.gear.policy)

    def _remember(self, unit: Unit, form: Form, request: Request) -> None:
        """Keep the company and its contact with the client, confirmed today."""
        project = unit.project(form.project_id)
        client = unit.client(project.client_id) if project else None
        if client is not None and request.organisation is not None:
            confirmed = replace(
                client, organisation=request.organisation, contact=request.admin, confirmed_at=self.gear.now()
            )
            unit.save_client(confirmed)

    def _names(self, form: Form) -> tuple[str, ...]:
        problems = self._name_problems(form.values.get("names", ""))
        if problems:
            raise BadInput(problems)
        return self.gear.read_names(form.values["names"])[0]

    def _product(self, form: Form) -> Product:
        choice = self.chosen(form)
        if choice is None:
            raise BadInput({"product": "No kind of certificate fits these addresses. Order wildcard and others apart."})
        return choice.product

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
        form = self.form(form_id, user)
        project = self.gear.allow_in(Action.NEW, user, form.project_id)
        names = self._names(form)
        with self.gear.store.unit() as unit:
            other = self._open_for(names, unit.orders())
            if other is None:
                return
            unit.tell(self.gear.say_approvers(other, Told.SECOND_WANTED, by=user, form=form.id, project=project.name))

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
                return gear.move(
                    unit,
                    order,
                    Move.CANCEL_LATER,
                    user,
                    gear.say(order, Told.CANCEL_RECORDED, by=user),
                    cancel_wanted_by=user,
                )
            told = gear.say(order, Told.CANCELLED, by=user)
            return gear.move(unit, order, Move.CANCEL, user, told, reason="cancelled by its people")

    def check_again(self, order_id: str, user: str) -> Order:
        """Run the checks now; in `preparing` it means try the supplier now."""
        order = self.gear.allow(Action.CHECK, user, order_id)
        with self.gear.store.unit() as unit:
            kind = "prepare" if order.status is Status.PREPARING else "check"
            unit.schedule(Job(kind, order.id, self.gear.now(), (("by", user),)))
        return order

    # -- the project ---------------------------------------------------------------------------------------------------

    def set_up(self, channel: str, user: str, wanted: ProjectInput) -> Project:
        """Record or change the channel's project; any member may create it, owners and approvers change it."""
        gear = self.gear
        gear.people.in_channel(user, channel)  # says so when the desk is not invited there
        with gear.store.unit() as unit:
            before = unit.project(channel)
        roles = gear.roles(user, before or Project(channel, "", "", user))
        permit(Action.SET_UP if before else Action.NEW, roles)
        problems = typed.project_problems(wanted.name, wanted.client_name, wanted.owner, wanted.launch)
        if problems:
            raise BadInput(problems)
        launch = date.fromisoformat(wanted.launch) if wanted.launch else None
        with gear.store.unit() as unit:
            client = next(
                (c for c in unit.clients() if c.name.casefold() == wanted.client_name.strip().casefold()), None
            )
            client = client or Client(gear.ids.new("c"), wanted.client_name.strip())
            unit.save_client(client)
            project = Project(
                channel, wanted.name.strip(), client.id, wanted.owner, wanted.stand_in, wanted.engineer, launch
            )
            unit.save_project(project)
            unit.tell(
                Notice(Told.PROJECT_SET, channel, facts=(("by", user), ("name", project.name), ("client", client.name)))
            )
            unit.record(Entry(channel, gear.now(), user, "project set"))
            return project
