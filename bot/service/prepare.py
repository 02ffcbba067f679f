"""Preparing an order: key and CSR, checks, draft, read-back (ORDER R9, R10). Each step is committed before the next.

Nothing here moves money; a process that dies anywhere in between goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime

from bot.domain.errors import BadInput, Lost, Refused, Unusable, VaultShut
from bot.domain.findings import Finding, Mender, standing_stops
from bot.domain.notices import Notice, Told
from bot.domain.order import Hold, Move, Order, Orphan, Status
from bot.domain.pace import CHECK_HELD, HOUR, MINUTE, save_again
from bot.domain.request import KeyType
from bot.domain.supply import Difference, Draft, State, differences
from bot.ports import Job
from bot.service.check import run_checks
from bot.service.gear import DESK, Gear, Verbs, job

_ASKED_OF_CLIENT = ("CONTACT-1", "CONTACT-2", "SUBJECT-1")
_LOUD_AFTER = 3  # lost saves, before people are told


def hold_for(findings: tuple[Finding, ...]) -> Hold:
    """The hold that stops make: the first one who can mend, every reason.

    What the form let pass as missing is the client's to say, not the requester's to invent.
    """
    first = findings[0]
    asked = first.rule in _ASKED_OF_CLIENT and first.mender is Mender.REQUESTER
    return Hold(
        Mender.CLIENT if asked else first.mender,
        tuple(f"{finding.sentence} {finding.advice}".strip() for finding in findings),
    )


class Prepare(Verbs):
    """The jobs `prepare`, `check` and `drop_draft`."""

    # -- job: prepare --------------------------------------------------------------------------------------------------

    @job(Status.PREPARING)
    def prepare(self, order: Order) -> datetime | None:
        """Bring an order from `preparing` to `awaiting_approval` or `held`; answers when to come back."""
        gear, lacks = self.gear, tuple[str, ...]()
        try:
            order = self._with_csr(order)
        except BadInput as bad:
            lacks = tuple(bad.fields.values())
        except VaultShut:  # the approvers are told once, and it is tried again hourly
            self._warn(order, "vault", Move.VAULT_SHUT, Told.VAULT_SHUT)
            return gear.now() + HOUR
        findings = run_checks(gear, order)
        stops = standing_stops(findings, order.overrides)
        if stops or lacks:  # the checks may say better what a request file lacks
            self._hold(order, hold_for(stops) if stops else Hold(Mender.REQUESTER, lacks), findings=findings)
            return None
        with gear.store.unit() as unit:
            _, client = gear.project_and_client(unit, order.project_id)
            seen = gear.looked_up(client, order.request.organisation)
            authors = tuple(dict.fromkeys((*order.authors, *((seen.by,) if seen else ()))))  # R11: who attested, too
            order = gear.note(unit, order, "checked", DESK, findings=findings, authors=authors)
        return self._order(order)

    def _order(self, order: Order) -> datetime | None:
        """On to whoever orders it: a draft at our supplier, or the request file into the client's hands."""
        if order.account == self.gear.supplier.account:
            return self._draft(order)
        if order.by_client:  # no draft, no approval: nothing of this order ever reaches our supplier
            told = self.gear.say(order, Told.CLIENT_MUST_ACT, order.requester, buys="yes")
            self._write(order, Move.CLIENT_ORDERS, DESK, told, hold=None)
        else:
            self._stop(order, "This order belongs to another supplier account than the one in use now.")
        return None

    def _with_csr(self, order: Order) -> Order:
        """The order with key and CSR, both sealed and committed before the CSR leaves the machine."""
        gear, request = self.gear, order.request
        if order.csr:
            return order
        if request.own_csr:
            gear.pki.read_csr(request.own_csr)
            return self._write(order, "request file taken", DESK, csr=request.own_csr)
        if order.key_id:
            with gear.store.unit() as unit:
                sealed = unit.sealed_key(order.key_id)
            key = gear.vault.open(sealed, order.id)
            return self._write(order, "request file made", DESK, csr=gear.pki.make_csr(key, request))
        key, key_id = gear.pki.new_key(KeyType(request.key_type)), gear.ids.new("k")
        with gear.store.unit() as unit:
            unit.add_key(key_id, order.id, gear.vault.seal(key, order.id))
            return gear.note(unit, order, "key made", DESK, key_id=key_id, csr=gear.pki.make_csr(key, request))

    def _draft(self, order: Order) -> datetime | None:
        """Save the draft once nothing is left of the one before, and read it back."""
        gear, now = self.gear, self.gear.now()
        if order.draft is not None:
            return self._read_back(order)
        if self._drop_old_drafts(order):
            self._stop(order, "An earlier draft of this order was bought in the supplier's panel.")
            return None
        if order.drafting_at is not None:  # the process died between asking and storing the id
            return self._save_lost(order)
        order = self._write(order, "saving draft", DESK, drafting_at=now)
        try:
            draft_id = gear.supplier.draft(order.request, order.csr)
        except Lost:
            return self._save_lost(order)
        except Refused as refused:
            what = f" (it names: {refused.field})" if refused.field else ""
            hold = Hold(Mender.REQUESTER, (f"OpenSRS refuses the draft{what}: {refused.text}",))
            self._hold(order, hold, drafting_at=None)
            return None
        return self._keep_draft(order, draft_id, now)

    def _keep_draft(self, asked: Order, draft_id: str, at: datetime) -> datetime | None:
        """Store the draft's id, whatever happened to the order meanwhile; one that nobody wants any more is dropped."""
        gear = self.gear
        with gear.store.unit() as unit:
            order = unit.order(asked.id)
            wanted = order.status is Status.PREPARING and order.csr == asked.csr
            draft = Draft(draft_id, at) if wanted else order.draft
            after = gear.note(
                unit, order, "draft saved", DESK,
                draft=draft, drafting_at=None, lost_saves=0, supplier_ids=(*order.supplier_ids, draft_id),
            )  # fmt: skip
            if order.status is not Status.PREPARING:
                unit.schedule(Job("drop_draft", order.id, at))
        return self._read_back(after) if wanted else gear.now()

    def _save_lost(self, order: Order) -> datetime:
        """Record the possible orphan and come back later; after three tries people are told and it goes on hourly."""
        gear, now = self.gear, self.gear.now()
        orphan = Orphan(hashlib.sha256(order.csr.encode()).hexdigest(), order.drafting_at or now)
        lost = order.lost_saves + 1
        told = (gear.say(order, Told.SUPPLIER_SILENT, since=orphan.at.isoformat()),) if lost == _LOUD_AFTER else ()
        orphans = (*order.orphans, orphan)
        self._write(order, Move.SAVE_LOST, DESK, *told, drafting_at=None, lost_saves=lost, orphans=orphans)
        return now + save_again(lost)

    def _read_back(self, order: Order) -> datetime | None:
        gear = self.gear
        try:
            look = gear.supplier.look(order.supplier_id)
        except Lost:
            return gear.now() + MINUTE
        except Refused as refused:
            self._stop(order, f"OpenSRS does not know the draft any more: {refused.text}", draft=None)
            return None
        ours = gear.pki.same_csr(look.csr, order.csr)
        product = gear.product(order.request.product)
        price = product.price if product else None
        wrong, not_shown = differences(order.request, look, price, csr_is_ours=ours)
        if look.state is not State.PENDING:
            wrong = (*wrong, Difference("state", State.PENDING, look.raw_state))
        if wrong:
            said = "The draft reads back otherwise: {} is “{}” instead of “{}”."
            self._stop(order, *(said.format(d.field, d.found, d.asked) for d in wrong))
            return None
        draft = Draft(look.order_id, order.draft.saved_at if order.draft else gear.now(), look.price, not_shown)
        wanted = gear.say_approvers(order, Told.APPROVAL_WANTED)
        self._write(order, Move.READY, DESK, *wanted, draft=draft, hold=None, raw_state=look.raw_state)
        return None

    def _stop(self, order: Order, *reasons: str, **changes: object) -> None:
        self._hold(order, Hold(Mender.ENGINEER, reasons), **changes)

    def _hold(self, order: Order, hold: Hold, **changes: object) -> None:
        self._write(order, Move.HOLD, DESK, held_notice(self.gear, order, hold), hold=hold, **changes)

    # -- job: check ----------------------------------------------------------------------------------------------------

    @job(Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING)
    def check(self, order: Order, by: str = "") -> datetime | None:
        """Check again: a held order whose stops are gone goes on, a waiting one with a new stop is held.

        By schedule only what a check held is let go; whatever else holds an order needs somebody who asks. One that is
        being bought is held only before the attempt, and by hand only while its draft is seen pending.
        """
        gear, held = self.gear, order.status is Status.HELD
        if held and not by and not standing_stops(order.findings, order.overrides):
            return None
        if order.status is Status.BUYING and not self._untouched(order):
            return None
        findings = run_checks(gear, order)
        stops = standing_stops(findings, order.overrides)
        if stops and held:
            self._write(order, "checked", DESK, findings=findings, hold=hold_for(stops))
        elif stops:
            self._hold(order, hold_for(stops), findings=findings)
        elif held:
            told = gear.say(order, Told.MENDED, order.requester)
            self._write(order, Move.MENDED, DESK, told, findings=findings, hold=None, draft=None)
        elif order.status is Status.AWAITING_APPROVAL:
            self._write(order, Move.RECHECKED, DESK, findings=findings)
        return gear.now() + CHECK_HELD if stops else None

    def _untouched(self, order: Order) -> bool:
        """Surely not bought yet: no attempt was made, and the draft is seen pending."""
        look = None if order.tries else self.gear.seen(order.supplier_id)
        return look is not None and look.state is State.PENDING

    # -- job: drop_draft -----------------------------------------------------------------------------------------------

    @job(Status.CANCELLED, Status.REFUSED)
    def drop_draft(self, order: Order) -> datetime | None:
        """R6: cancel every draft of an ended order that the supplier still shows pending."""
        try:
            bought = self._drop_old_drafts(order)
        except Lost:
            return self.gear.now() + 5 * MINUTE
        if bought:
            self._tell_aftermath(order, bought)
        return None

    def _drop_old_drafts(self, order: Order) -> tuple[str, ...]:
        """Cancel what is pending of the order's old drafts; answers the ids that were bought all the same."""
        if order.account != self.gear.supplier.account:
            return ()
        bought = []
        for supplier_id in order.supplier_ids:
            with suppress(Refused, Unusable):  # unknown there, or gone in this moment: nothing to cancel
                look = self.gear.supplier.look(supplier_id)
                if look.state is State.PENDING:
                    self.gear.supplier.cancel_draft(supplier_id)
                elif look.state.live:
                    bought.append(supplier_id)
        return tuple(bought)


def held_notice(gear: Gear, order: Order, hold: Hold) -> Notice:
    """Who must do what, to the one who can."""
    mention = gear.engineer(order) if hold.who is Mender.ENGINEER else order.requester
    return gear.say(order, Told.HELD, mention, reason="\n".join(hold.reasons))
