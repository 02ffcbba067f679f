"""Filling in the form: its drafts and steps, what is asked and what is known already. Nothing is ordered here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.approval import Action
from bot.domain.errors import BadInput, NobodyApproves, NoProject, UnknownOrder
from bot.domain.findings import Verdict
from bot.domain.order import Order
from bot.domain.pace import DAY, HOUR
from bot.domain.request import Product, Purpose
from bot.ports import Job, Unit
from bot.service import company, typed
from bot.service.gear import Gear
from bot.shown.form import GROUPS, STEPS, Form, FormShown
from bot.shown.found import Found
from bot.shown.offer import Suggestion, suggest

KEPT_FOR = 7 * DAY
# words of a refusal, and the group of the form where that is mended
_ABOUT = {
    "contact": ("contact", "person", "mailbox"),
    "company": ("organi", "company", "business", "phone", "address", "registration", "register"),
    "names": ("domain", "name", "csr"),
}


class Fill:
    """The form's verbs. Every form belongs to the person who opened it."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    # -- opening -------------------------------------------------------------------------------------------------------

    def open_form(
        self, user: str, channel: str, names: str = "", *, corrects: str = "", changes: str = "", renews: str = ""
    ) -> Form:
        """A new form for the channel's project; `corrects`, `changes` or `renews` (an order's id) fill it in from it.

        Whatever cannot work is said here, before the first field.
        """
        gear, values = self.gear, {"names": names} if names else {}
        typed.refuse_keys(values)
        order, about = None, {Action.CHANGE: changes, Action.REORDER: corrects, Action.RENEW: renews}
        for verb in filter(about.get, about):
            order = gear.allow(verb, user, about[verb])
            channel, values = order.project_id, typed.values_of(order)
        channel = self._project_of(channel, user)
        if not gear.policy.self_approval and not gear.people.approvers() - {user}:
            raise NobodyApproves(user)
        with gear.store.unit() as unit:
            values = {**self._known(unit, channel), **values}
        form = Form(gear.ids.new("f"), user, channel, gear.now(), values, "", corrects, changes, renews)
        return self._save(replace(form, open=self._mended_in(form, order)) if order else form)

    def _save(self, form: Form) -> Form:
        with self.gear.store.unit() as unit:
            unit.save_form(form)
        return form

    def _project_of(self, channel: str, user: str) -> str:
        """The channel, if it has a project where this person may order; empty where one of theirs is asked for."""
        with self.gear.store.unit() as unit:
            here, projects = unit.project(channel), unit.projects()
        if here is None:
            self.gear.roles(user, None)  # says so to guests
            if any(self.gear.is_in(user, project) for project in projects):
                return ""
            if not channel:
                raise NoProject(channel)
        return self.gear.allow_in(Action.NEW, user, channel).id

    def _known(self, unit: Unit, channel: str) -> dict[str, str]:
        """What project and client already say, as form values."""
        project, client = self.gear.project_and_client(unit, channel)
        if project is None or client is None:
            return {}
        launch = {"wanted_by": project.launch.isoformat()} if project.launch else {}
        return {**launch, **typed.values_on_file(client), "engineer": project.engineer}

    def _mended_in(self, form: Form, order: Order) -> tuple[str, ...]:
        """The groups of the last step to open at once, told from what stopped or ended the order."""
        if form.renews:
            return ()
        why = " ".join((order.reason, *(order.hold.reasons if order.hold else ()))).lower()
        wrong = {field.partition(".")[0] for field in self.company_problems(form)}
        by_field = {group for group, prefix in (("company", "org"), ("contact", "contact")) if prefix in wrong}
        by_word = {group for group, words in _ABOUT.items() if any(word in why for word in words)}
        may = {"names", "company", "contact"} if order.request.level.company_checked else {"names"}
        return tuple(group for group in GROUPS if group in (by_field or by_word or {"names"}) & may) or ("names",)

    def form(self, form_id: str, user: str) -> Form:
        """A form of this person's own."""
        with self.gear.store.unit() as unit:
            form = unit.form(form_id)
        if form is None or form.user != user:
            raise UnknownOrder(form_id)
        return form

    def _began(self, form: Form) -> Form | None:
        """The newest other draft of this person for this project that has names and was not sent."""
        if form.of or form.values.get("names"):
            return None
        with self.gear.store.unit() as unit:
            drafts = unit.forms(form.user)
        fresh = (d for d in drafts if d.id != form.id and not d.order_id and not d.of and d.values.get("names"))
        return next(
            (d for d in fresh if self.gear.now() - d.opened_at < KEPT_FOR and d.project_id == form.project_id), None
        )

    # -- steps ---------------------------------------------------------------------------------------------------------

    def save_step(self, form_id: str, user: str, values: Mapping[str, str]) -> Form:
        """Keep what was typed, then judge it: BadInput names every field that cannot be. Only a private key is not
        kept. New names start the look-ups.
        """
        typed.refuse_keys(values)
        form = self.form(form_id, user)
        merged = replace(form, values={**form.values, **values})
        if values.get("project"):
            channel = self.gear.allow_in(Action.NEW, user, values["project"]).id
            with self.gear.store.unit() as unit:
                merged = replace(merged, project_id=channel, values={**self._known(unit, channel), **merged.values})
        self._save(merged)
        if problems := self._problems(merged, values):
            raise BadInput(problems)
        self._look_up(merged)
        return merged

    def _problems(self, form: Form, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with these values, as they stand in the form now."""
        names = self.name_problems(values["names"]) if "names" in values else {}
        about_company = any(field.startswith(("org.", "contact.")) for field in values)
        wrong = self.company_problems(form) if about_company else {}
        return {field: wrong[field] for field in wrong if field in values} | names | typed.problems(values)

    def company_problems(self, form: Form) -> dict[str, str]:
        """What is wrong with company and contact; blanks are none where the client is asked for them."""
        wrong = company.problems(self.gear, form.values, self.kind(form))
        asked = form.values.get("ask_client") == "yes"
        return {f: s for f, s in wrong.items() if not asked or form.values.get(f, "").strip()}

    def _look_up(self, form: Form) -> None:
        """Start finding out about the first name, unless it is known."""
        host, now = self.host(form), self.gear.now()
        with self.gear.store.unit() as unit:
            if host and ((found := unit.found(host)) is None or now - found.at > HOUR):
                unit.schedule(Job("infer", form.id, now))

    def _names(self, form: Form) -> tuple[str, ...]:
        return self.gear.read_names(form.values.get("names", ""))[0]

    def host(self, form: Form) -> str:
        """The first name asked for, of a wildcard the domain above; empty where there is none."""
        return next(iter(self._names(form)), "").removeprefix("*.")

    def name_problems(self, text: str) -> dict[str, str]:
        """What is wrong with the names typed, under the field's name."""
        names, found = self.gear.read_names(text)
        stops = [finding for finding in found if finding.verdict is Verdict.STOP]
        if not names and not stops:
            return {"names": "Please give at least one web address, for example www.acme.com."}
        return {"names": " ".join(f"{stop.sentence} {stop.advice}".strip() for stop in stops[:3])} if stops else {}

    def kind(self, form: Form) -> Product | None:
        """The kind chosen or suggested."""
        choice = self.chosen(form)
        return choice.product if choice else None

    def offers(self, form: Form) -> tuple[Suggestion, ...]:
        """Every kind that fits what was typed so far."""
        names, policy, products = self._names(form), self.gear.policy, self.gear.supplier.products()
        wanted = typed.day(form.values.get("wanted_by", ""))
        purpose = Purpose(form.values.get("purpose") or Purpose.PUBLIC)
        offers = suggest(names, purpose, wanted, products, self.gear.now(), policy.time_zone, policy.holidays)
        return offers if names else ()

    def chosen(self, form: Form) -> Suggestion | None:
        """The kind chosen, or the one suggested."""
        offers = self.offers(form)
        picked = form.values.get("product", "")
        return next((o for o in offers if o.product.code == picked), next((o for o in offers if o.why), None))

    def steps(self, form: Form) -> tuple[str, ...]:
        """The steps this form goes through: one for an order that is there already; kinds are part of the last step
        where nothing about a company is asked.
        """
        if form.of:
            return ("send",)
        asked = ("kind", "company", "contact") if self.company_needed(form) else ()
        return (*(() if form.project_id else ("project",)), "names", *asked, "send")

    def next_step(self, form: Form, step: str) -> str:
        """The step after this one, empty when the form can be placed."""
        if step == "send":
            return "company" if not form.of and self.company_needed(form) and self.company_problems(form) else ""
        return next((name for name in STEPS[STEPS.index(step) + 1 :] if name in self.steps(form)), "send")

    def previous_step(self, form: Form, step: str) -> str:
        """The step before this one."""
        return next((name for name in STEPS[: STEPS.index(step)][::-1] if name in self.steps(form)), step)

    def company_needed(self, form: Form) -> bool:
        """Whether company and contact are asked: not on file yet, or not all that this kind needs."""
        choice = self.chosen(form)
        if choice is None or not choice.product.level.company_checked:
            return False
        with self.gear.store.unit() as unit:
            _, client = self.gear.project_and_client(unit, form.project_id)
        on_file = client is not None and client.organisation is not None and client.contact is not None
        return not on_file or bool(company.problems(self.gear, form.values, choice.product))

    def open_group(self, form_id: str, user: str, group: str) -> Form:
        """Open a group of the last step for typing."""
        form = self.form(form_id, user)
        return self._save(replace(form, open=tuple(each for each in GROUPS if each in (*form.open, group))))

    def add_apex(self, form_id: str, user: str) -> Form:
        """Add the bare domain that a wildcard does not cover."""
        form = self.form(form_id, user)
        chosen = self.chosen(form)
        missing = chosen.not_covered if chosen else ()
        return self.save_step(form_id, user, {"names": "\n".join((form.values["names"].rstrip(), *missing))})

    # -- showing -------------------------------------------------------------------------------------------------------

    def show(self, form: Form, step: str, view: str = "") -> FormShown:
        """One step with all that it shows, and on record as what stands on the screen."""
        gear, given, offering = self.gear, form, step == "kind" or (step == "send" and "kind" not in self.steps(form))
        if step == "send" and offering and not form.of and not form.open:
            form = replace(form, open=("kind",))
        form = replace(form, step=step, view=view or form.view)
        with gear.store.unit() as unit:
            if form != given:  # drawn again as it is, it must not undo what somebody does in this moment
                unit.save_form(form)
            projects = unit.projects() if step == "project" else ()
            project, client = gear.project_and_client(unit, form.project_id)
            found, outsiders = unit.found(self.host(form)), int(unit.flag(f"outsiders {form.project_id}") or 0)
        if project is None and step not in ("project", "names"):
            raise NoProject(form.project_id)
        own = tuple(project for project in projects if gear.is_in(form.user, project))
        chosen, names = self.chosen(form), self._names(form)
        checked = chosen.product if chosen and chosen.product.level.company_checked else None
        lacking = chosen.not_covered[:1] if chosen and chosen.product.extra_names >= len(names) else ()
        return FormShown(
            form, step, project, client, own, self.offers(form) if offering else (), chosen,
            rows=typed.told(form.values, names, chosen, company=checked is not None) if step == "send" else (),
            missing=tuple(company.problems(gear, form.values, checked).values()) if checked else (),
            hints=hints(found), began=self._began(form) if step == "names" else None,
            first=step == self.steps(form)[0], apex="".join(lacking), found=found, outsiders=outsiders,
        )  # fmt: skip


def hints(found: Found | None) -> dict[str, tuple[str, str]]:
    """Field: a value found elsewhere, and where. Only what the certificate served now or the registration says."""
    if found is None:
        return {}
    registered = found.registration.organisation if found.registration else ""
    told = {"org.name": (registered, "From the registration of the domain.")} if registered else {}
    if found.served:
        where, subject = f"From the certificate served at {found.served.host} now.", dict(found.served.subject)
        said = {"org.name": "O", "org.city": "L", "org.state": "ST", "org.country": "C"}
        told |= {field: (subject[short], where) for field, short in said.items() if subject.get(short)}
    return told
