"""Looking at web addresses that nobody has ordered for: everything the checks can say, for whoever asked."""

from __future__ import annotations

from bot.domain.approval import Action
from bot.domain.errors import BadInput
from bot.domain.request import Level, Purpose, Request
from bot.ports import Job
from bot.service import typed
from bot.service.check import examine, imagined
from bot.service.fill import Fill
from bot.service.gear import Gear
from bot.service.infer import MOST, may_look_up
from bot.shown.form import Form
from bot.shown.review import Probed


class Probe:
    """What anybody in the project's channel may have looked at, and the job `probe`."""

    def __init__(self, gear: Gear, fill: Fill) -> None:
        self.gear, self.fill = gear, fill

    def begin(self, channel: str, user: str, text: str, view_id: str) -> None:
        """Have these names looked at for a view that is open and waits; BadInput for what is no name, or too many."""
        gear = self.gear
        gear.allow_in(Action.CHECK, user, channel)
        names = gear.read_names(text)[0]
        if problems := self.fill.name_problems(text):
            raise BadInput(problems)
        if not may_look_up(gear, user, len(names)):
            raise BadInput({"names": f"You may have {MOST} addresses looked up in an hour; these are more."})
        with gear.store.unit() as unit:
            unit.schedule(Job("probe", view_id, gear.now(), (("channel", channel), ("names", "\n".join(names)))))

    def probe(self, job: Job) -> None:
        """Look, and show it in the view; nothing is stored."""
        facts, gear = dict(job.facts), self.gear
        order = imagined(gear, facts["channel"], self._request(facts["channel"], facts["names"]))
        _, found = examine(gear, order)
        company = order.request.organisation
        gear.screens.probed(job.subject, Probed(order.request.names, company.name if company else "", found))

    def _request(self, channel: str, names: str) -> Request:
        """What an order would ask for: of the kind suggested, for the project's client where it is on file."""
        with self.gear.store.unit() as unit:
            _, client = self.gear.project_and_client(unit, channel)
        company = client.organisation if client else None
        on_file = typed.values_on_file(client) if client and company else {}
        values = {"names": names, "purpose": Purpose.CUSTOMERS if on_file else Purpose.PUBLIC, **on_file}
        kind, each = self.fill.kind(Form("", "", channel, self.gear.now(), values)), tuple(names.split())
        if kind is None:
            return Request(each, Purpose.PUBLIC, "", Level.OV if company else Level.DV, organisation=company)
        return typed.request_from(values, each, kind, self.gear.policy)
