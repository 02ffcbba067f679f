"""A person's word on the standing of a company: what the official register said, who saw it, and when."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.approval import Action
from bot.domain.client import Attestation, Client
from bot.domain.errors import BadInput
from bot.domain.findings import standing_stops
from bot.domain.notices import Told
from bot.domain.order import Move, Order, Status
from bot.domain.request import Organisation
from bot.ports import Entry, Job, Unit
from bot.service.gear import Gear
from bot.shown.standing import LASTS, Asked, Register, same_company

OTHER = "other"  # chosen where the register says none of its known words
_LONGEST = 75


class Attest:
    """What people may say of a company's standing."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def asked(self, order_id: str, user: str) -> Asked:
        """What this person is asked to look up for an order."""
        company = self._company(self.gear.allow(Action.ATTEST, user, order_id))
        return Asked(order_id, company.name, self.gear.register(company))

    def attest(self, order_id: str, user: str, word: str, other: str = "", number: str = "") -> None:
        """Keep with the client what the register says, and look anew at the orders that it concerns.

        BadInput where nothing was said, or where it would undo what this very person saw.
        """
        gear = self.gear
        company = self._company(gear.allow(Action.ATTEST, user, order_id))
        register, said = gear.register(company), " ".join((other if word == OTHER else word).split())
        if not said or len(said) > _LONGEST:
            raise BadInput({"other" if word == OTHER else "word": "Please say what the register says, in a few words."})
        means, number = register.meaning(said), number.strip()[:_LONGEST]
        seen = Attestation(company.name, register.code, said, means, user, gear.now(), number)
        with gear.store.unit() as unit:
            _, client = gear.project_and_client(unit, unit.order(order_id).project_id)
            if client is None:
                raise BadInput({"word": "This project has no client to keep it with. `/cert project` names one."})
            self._another_person(client, seen, register)
            unit.save_client(replace(client, attestations=(*client.attestations, seen)))
            unit.record(Entry(order_id, seen.at, user, "attested", facts=(("register", seen.register), ("word", said))))
            self._look_anew(unit, client, seen, register)

    @staticmethod
    def _company(order: Order) -> Organisation:
        if order.request.organisation is None:
            raise BadInput({"word": "No company is checked for this order."})
        return order.request.organisation

    @staticmethod
    def _another_person(client: Client, seen: Attestation, register: Register) -> None:
        """What improves on a stop of the last 30 days is somebody else's to say than whoever saw the stop."""
        known = (a for a in client.attestations if a.register == seen.register)
        before = [a for a in known if same_company(a.organisation, seen.organisation)]
        bad = {a.by for a in before if register.stops(a.word) and seen.at - a.at <= LASTS}
        if before and register.stops(before[-1].word) and not register.stops(seen.word) and seen.by in bad:
            raise BadInput({"word": "You saw that the standing is lost; somebody else must look it up this time."})

    def _look_anew(self, unit: Unit, client: Client, seen: Attestation, register: Register) -> None:
        """Orders held for this go on, with whoever attested among their authors (R11); waiting ones are checked."""
        gear = self.gear
        ours = {project.id for project in unit.projects() if project.client_id == client.id}
        for order in unit.orders(statuses=(Status.HELD, Status.AWAITING_APPROVAL)):
            company = order.request.organisation
            if order.project_id not in ours or not company or not same_company(company.name, seen.organisation):
                continue
            if order.status is Status.AWAITING_APPROVAL:
                unit.schedule(Job("check", order.id, seen.at))
            elif any(stop.check == "standing" for stop in standing_stops(order.findings, order.overrides)):
                told = () if register.stops(seen.word) else (gear.say(order, Told.MENDED, order.requester),)
                authors = tuple(dict.fromkeys((*order.authors, seen.by)))
                gear.move(unit, order, Move.ATTEST, seen.by, *told, authors=authors, hold=None, draft=None)
