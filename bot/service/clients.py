"""The client loop: what the client is asked, what came back, how control is shown, and orders the client places."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from bot.domain.approval import Action
from bot.domain.errors import BadInput, IllegalMove, Refused, Unusable
from bot.domain.findings import Mender, standing_stops
from bot.domain.notices import Told
from bot.domain.order import Move, Order, Status
from bot.domain.pace import MINUTE
from bot.domain.request import Dcv, Product
from bot.domain.supply import Task
from bot.ports import Job, Unit
from bot.service import company, typed
from bot.service.fill import Fill
from bot.service.follow import kept_task
from bot.service.gear import Gear
from bot.shown.form import Form
from bot.shown.found import DnsHost

_FIELDS = ("org.", "contact.")  # what the client can fill in
_NUMBERED = re.compile(r"(\d{1,2})\s*[.)](?!\d)\s*(.*)")
_NO_FIELD = "This has no field here; please tell the engineer."


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask the client. The number stays what it is for the order's life; `field` is a form's or empty,
    `rule` the id of the check's rule where it is something to mend.
    """

    number: int
    field: str
    sentence: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A DNS record to set: its whole name, and that below its zone (empty for the zone itself)."""

    kind: str
    full: str
    short: str
    value: str


@dataclass(frozen=True, slots=True)
class ClientText:
    """Everything that a text for the client is made of. `hosts` run their DNS (several: mixed; none: not known)."""

    order: Order
    product: Product | None
    client: str
    records: tuple[Record, ...]
    tasks: tuple[Task, ...]  # the other things to do: a mail to answer, a file to serve
    hosts: tuple[DnsHost, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of pasted answers: the order, what is wrong with some (number, sentence), and all that is left."""

    order: Order
    wrong: tuple[tuple[int, str], ...]
    left: str


@dataclass(frozen=True, slots=True)
class Support:
    """What the supplier's support is told; `numbers` (label, value) are empty for who may not see them."""

    order: Order
    engineer: str
    numbers: tuple[tuple[str, str], ...]


class Clients:
    """What people do between the desk and the client, and the jobs `resend` and `switch`."""

    def __init__(self, gear: Gear, fill: Fill) -> None:
        self.gear, self.fill = gear, fill

    # -- what the client is told ---------------------------------------------------------------------------------------

    def text(self, order_id: str, user: str) -> ClientText:
        """The facts of the text; nothing is looked up now, what was found before is used."""
        gear = self.gear
        order = gear.allow(Action.ASK_CLIENT, user, order_id)
        host = order.request.common_name.removeprefix("*.")
        with gear.store.unit() as unit:
            _, client = gear.project_and_client(unit, order.project_id)
            found, tasks = unit.found(host), kept_task(unit, order).tasks
            questions = self._questions(unit, order) if order.status is Status.HELD else ()
        zone, records = found.zone if found else None, [task for task in tasks if task.kind in ("txt", "cname")]
        apex = zone.zone if zone and zone.zone else gear.domain(host)
        return ClientText(
            order, gear.product(order.request.product), client.name if client else "",
            tuple(_record(task, apex) for task in records), tuple(task for task in tasks if task not in records),
            zone.hosts if zone else (), questions,
        )  # fmt: skip

    def sent(self, order_id: str, user: str) -> Order:
        """The client was sent what to do: they move next, and whoever sent it is reminded."""
        gear, now = self.gear, self.gear.now()
        order = gear.allow(Action.ASK_CLIENT, user, order_id)
        if order.sent_at and now - order.sent_at < MINUTE:  # a second click
            return order
        said = gear.say(order, Told.SENT, by=user)
        with gear.store.unit() as unit:
            unit.schedule(Job("remind", order.id, now))
            return gear.note(unit, order, "sent the client what to do", user, said, sent_at=now)

    def support(self, order_id: str, user: str) -> Support:
        """What to write to the supplier's support; numbers are for approvers."""
        gear = self.gear
        order = gear.allow(Action.SEE, user, order_id)
        with gear.store.unit() as unit:
            project, theirs = unit.project(order.project_id), kept_task(unit, order).number
        ids, may = ", ".join(order.supplier_ids), user in gear.people.approvers()
        numbers = (("Order", ids), ("Order at the authority", theirs), ("Product", order.product_id))
        return Support(order, project.engineer if project else "", tuple(n for n in numbers if may and n[1]))

    # -- questions and answers -----------------------------------------------------------------------------------------

    def _asked(self, order: Order) -> dict[str, str]:
        """Field of the form (or the rule, where only the client can mend it): what is missing or stops."""
        values, asked = typed.values_of(order), dict[str, str]()
        if order.request.level.company_checked:
            asked = company.problems(self.gear, values, self.gear.product(order.request.product))
            if "org.city" in asked and not values["org.state"]:
                asked.setdefault("org.state", asked["org.city"])
        for stop in standing_stops(order.findings, order.overrides):
            if stop.check not in ("subject", "contacts") and stop.mender is Mender.CLIENT:
                asked[f"{stop.rule} {stop.subject}"] = f"{stop.sentence} {stop.advice}".strip()
        reasons = order.hold.reasons if order.hold and order.hold.who is Mender.CLIENT else ()
        return asked or dict(zip(reasons, reasons, strict=True))

    def _numbers(self, unit: Unit, order: Order) -> list[str]:
        """What was ever asked, in the order it was asked first: its place is its number, also in a late answer."""
        name = f"questions {order.id}"
        known: list[str] = json.loads(unit.flag(name) or "[]")
        known += [field for field in self._asked(order) if field not in known]
        unit.set_flag(name, json.dumps(known))
        return known

    def _questions(self, unit: Unit, order: Order) -> tuple[Question, ...]:
        known, asked = self._numbers(unit, order), self._asked(order)
        numbered = ((number, field) for number, field in enumerate(known, 1) if field in asked)
        return tuple(
            Question(n, field, asked[field]) if field.startswith(_FIELDS)
            else Question(n, "", asked[field], field.partition(" ")[0])
            for n, field in numbered
        )  # fmt: skip

    def answer(self, order_id: str, user: str, text: str) -> Answered:
        """Fill in what fits by its number, judged as in the form; the rest comes back and nothing is dropped."""
        typed.refuse_keys({"answers": text})
        gear = self.gear
        order = gear.allow(Action.ASK_CLIENT, user, order_id)
        with gear.store.unit() as unit:
            known = self._numbers(unit, order)
        said, loose = _by_number(text, len(known))
        values, product = typed.values_of(order), gear.product(order.request.product)
        given = {known[n - 1]: value for n, value in said.items() if known[n - 1].startswith(_FIELDS)}
        wrong = typed.problems(given) | company.problems(gear, {**values, **given}, product) if given else {}
        kept = {field: value for field, value in given.items() if field not in wrong}
        if kept:
            order = self._fill_in(order, user, {**values, **kept}, product, len(kept))
        left = {n: wrong.get(known[n - 1], _NO_FIELD) for n in said if known[n - 1] not in kept}
        return Answered(order, tuple(left.items()), "\n".join([*(f"{n}. {said[n]}" for n in left), *loose]))

    def _fill_in(self, order: Order, user: str, values: dict[str, str], product: Product | None, count: int) -> Order:
        """The order anew with these values (R9); a company that is complete now is kept with its client."""
        gear, now = self.gear, self.gear.now()
        whole = not company.problems(gear, values, product)
        organisation, contact = typed.organisation(values), typed.contact(values)
        with gear.store.unit() as unit:
            _, client = gear.project_and_client(unit, order.project_id)
            if client and whole:
                unit.save_client(replace(client, organisation=organisation, contact=contact, confirmed_at=now))
            return gear.move(
                unit, order, Move.FILL_IN, user, gear.say(order, Told.ANSWERED, by=user, count=str(count)),
                request=replace(order.request, organisation=organisation, admin=contact), csr="", draft=None,
                drafting_at=None, findings=(), hold=None, lost_saves=0, sent_at=None,
                authors=tuple(dict.fromkeys((*order.authors, user))),
            )  # fmt: skip

    # -- proof of control ----------------------------------------------------------------------------------------------

    def resend(self, order_id: str, user: str) -> Order:
        """Have the authority's mail sent again, by a job."""
        order = self._at_supplier(order_id, user, Move.RESEND)
        if order.request.dcv is not Dcv.EMAIL:
            raise BadInput({"dcv": "Control is shown by a DNS record here, so there is no mail to send again."})
        with self.gear.store.unit() as unit:
            unit.schedule(Job("resend", order.id, self.gear.now(), (("by", user),)))
        return order

    def mailboxes(self, order: Order) -> tuple[str, ...]:
        """Where the authority may write to: the five mailboxes at the domain."""
        return tuple(at + self.gear.domain(order.request.common_name) for at in typed.MAILBOXES)

    def switch(self, order_id: str, user: str, dcv: str, mailbox: str) -> Order:
        """Show control in the other way, by a job; BadInput for a mailbox that is none of the five."""
        order = self._at_supplier(order_id, user, Move.SWITCH_DCV)
        if dcv == Dcv.EMAIL and mailbox not in self.mailboxes(order):
            raise BadInput({"approver_email": "Please choose one of these mailboxes."})
        facts = {"by": user, "dcv": dcv, "mailbox": mailbox if dcv == Dcv.EMAIL else ""}
        with self.gear.store.unit() as unit:
            unit.schedule(Job("switch", order.id, self.gear.now(), tuple(facts.items())))
        return order

    def _at_supplier(self, order_id: str, user: str, move: Move) -> Order:
        order = self.gear.allow(Action.SWITCH, user, order_id)
        if order.account != self.gear.supplier.account:
            raise IllegalMove(order.id, order.status, move)
        return order

    def ask_supplier(self, job: Job) -> None:
        """Jobs `resend` and `switch`: ask, then say what came of it. Lost is tried again; both may be asked twice."""
        gear, facts, refused = self.gear, {"dcv": "", "mailbox": "", **dict(job.facts)}, None
        told, move = (Told.SWITCHED, Move.SWITCH_DCV) if job.kind == "switch" else (Told.RESENT, Move.RESEND)
        with gear.store.unit() as unit:
            order = unit.order(job.subject)
        if order.status is not Status.VALIDATING:
            return
        try:
            if move is Move.SWITCH_DCV:
                gear.supplier.switch_dcv(order.supplier_id, facts["dcv"], facts["mailbox"])
            else:
                gear.supplier.resend(order.supplier_id)
        except (Refused, Unusable) as no:
            refused = gear.say(order, told, facts["by"], reason=str(no))
        with gear.store.unit() as unit:
            order = unit.order(order.id)
            if refused:
                gear.note(unit, order, f"{job.kind} refused", facts["by"], refused)
                return
            changes = self._switched(unit, order, facts) if move is Move.SWITCH_DCV else {}
            said = gear.say(order, told, dcv=facts["dcv"], to=facts["mailbox"] or order.request.approver_email)
            gear.move(unit, order, move, facts["by"], said, **changes)

    def _switched(self, unit: Unit, order: Order, facts: dict[str, str]) -> dict[str, object]:
        """What changes with the method: old values are forgotten, and the next look that shows new ones says so. Until
        it can show, the old method is not taken for a mistake (a mark that `follow` reads).
        """
        now, before = self.gear.now(), kept_task(unit, order).dcv or order.request.dcv
        unit.set_flag(f"task {order.id}", "")
        unit.schedule(Job("follow", order.id, now))
        marks = (*(mark for mark in order.told if not mark.startswith("dcv ")), f"dcv {before} {now.isoformat()}")
        request = replace(order.request, dcv=Dcv(facts["dcv"]), approver_email=facts["mailbox"])
        return {"request": request, "told": marks, "sent_at": None, "raw_state": ""}

    # -- the client orders ---------------------------------------------------------------------------------------------

    def give_up(self, order_id: str, user: str) -> Order:
        """The client will not order it after all."""
        gear = self.gear
        order = gear.allow(Action.GIVE_UP, user, order_id)
        if not order.by_client:
            raise IllegalMove(order.id, order.status, Move.GAVE_UP)
        why = "the client gave up"
        said = gear.say(order, Told.CANCELLED, by=user, reason=why)
        with gear.store.unit() as unit:
            return gear.move(unit, order, Move.GAVE_UP, user, said, reason=why)

    def to_agency(self, order_id: str, user: str) -> Form:
        """The agency orders it instead: this order ends, and a form for a new one, linked to it, is open."""
        self.give_up(order_id, user)
        form = self.fill.open_form(user, "", corrects=order_id)
        return self.fill.save_step(form.id, user, {"buyer": "agency"})


def _record(task: Task, zone: str) -> Record:
    name = task.where.rstrip(".")
    return Record(task.kind.upper(), name, "" if name == zone else name.removesuffix(f".{zone}"), task.value)


def _by_number(text: str, most: int) -> tuple[dict[int, str], list[str]]:
    """Answers by their numbers, several lines as one; and the lines that belong to no number up to `most`."""
    loose: list[str] = []
    said, at = dict[int, list[str]](), loose
    for line in (each.lstrip("> \t").rstrip() for each in text.splitlines()):  # as mail programs quote
        found = _NUMBERED.fullmatch(line)
        if found:
            at = said.setdefault(int(found[1]), []) if 1 <= int(found[1]) <= most else loose
        at.append(found[2] if found and at is not loose else line)
    joined = {number: " ".join(filter(None, lines)) for number, lines in said.items()}
    return {number: value for number, value in joined.items() if value}, list(filter(None, loose))
