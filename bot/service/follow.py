"""Following a bought order to its certificate: looking at a fitting pace, saying what changed, fetching, cancelling."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.domain.approval import Action
from bot.domain.errors import IllegalMove, Lost, Refused, Unusable, WrongKey
from bot.domain.notices import Notice, Told
from bot.domain.order import Certificate, Move, Order, Status
from bot.domain.pace import (
    AFTERCARE,
    DAY,
    DCV_SWITCHED,
    MINUTE,
    NO_CERTIFICATE_AGAIN,
    NO_CERTIFICATE_TO_PEOPLE,
    look_again,
)
from bot.domain.supply import Look, State, Task
from bot.ports import Job, Unit
from bot.service.gear import DESK, Gear, Verbs, job
from bot.shown.forecast import kept, local

_UNPROVEN = (State.IN_PROGRESS, State.AWAITING_APPROVAL)
_OVER = (State.DECLINED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the last look showed the client has to do: the method in force, the authority's own number, the tasks."""

    dcv: str = ""
    number: str = ""
    tasks: tuple[Task, ...] = ()


def keep_task(unit: Unit, order: Order, look: Look) -> None:
    """Keep it for the text that the client is sent."""
    shown = Kept(look.dcv.lower(), look.supplier_order_id, look.tasks)
    unit.set_flag(f"task {order.id}", json.dumps(asdict(shown)))


def kept_task(unit: Unit, order: Order) -> Kept:
    """What was kept last; empty before anything was seen."""
    said = json.loads(unit.flag(f"task {order.id}") or "{}")
    return Kept(**said | {"tasks": tuple(Task(**task) for task in said.get("tasks", ()))})


class Follow(Verbs):
    """The job `follow`, and what people may ask of a bought order."""

    # -- people --------------------------------------------------------------------------------------------------------

    def look_now(self, order_id: str, user: str) -> Order:
        """Look at the supplier now. A purchase without an answer keeps its own pace (R2), a look never hurries it."""
        with self._allowed(Action.LOOK, user, order_id) as (unit, order):
            kind = "follow" if order.status is Status.VALIDATING else "purchase"
            unit.schedule(Job(kind, order.id, self.gear.now()))
        return order

    def cancel_bought(self, order_id: str, user: str) -> Order:
        """An approver stops a bought order: recorded now, asked for by the job, settled by what a look shows."""
        gear = self.gear
        with self._allowed(Action.CANCEL_BOUGHT, user, order_id, fresh=True) as (unit, order):
            if order.by_client:  # nobody here can: they gave up, or not
                raise IllegalMove(order_id, Status.VALIDATING, Move.CANCEL_LATER)
            told = gear.say(order, Told.CANCEL_RECORDED, by=user)
            after = gear.move(unit, order, Move.CANCEL_LATER, user, told, cancel_wanted_by=user)
            if after.status is Status.VALIDATING:
                unit.schedule(Job("follow", order_id, gear.now()))
            return after

    # -- job: follow ---------------------------------------------------------------------------------------------------

    @job(Status.VALIDATING, Status.ISSUED)
    def follow(self, order: Order) -> datetime | None:
        """One look at an order at the authority; answers when to look next."""
        gear = self.gear
        if order.by_client:
            return None
        now = gear.now()
        again = now + look_again(order.request.level, now - order.since)
        if order.account != gear.supplier.account:
            return again
        try:
            if order.cancel_wanted_by and order.status is Status.VALIDATING:
                order = self._ask_to_cancel(order)
            look = gear.supplier.look(order.supplier_id)
        except (Lost, Unusable):
            return again
        except Refused as refused:
            self._strange(order, f"gone: {refused.text}")
            return again
        if not gear.pki.same_csr(look.csr, order.csr):
            self._strange(order, "an order with another request file")
            return again
        act = self._act_on if order.status is Status.VALIDATING else self._number
        return act(order, look, again)

    def _number(self, order: Order, look: Look, again: datetime) -> datetime | None:
        """The certificate was pasted: all that is still wanted is the supplier's number of it."""
        if look.product_id and not order.product_id:
            self._write(order, "number of the certificate seen", DESK, product_id=look.product_id)
        return None if look.product_id or look.state in _OVER else again

    def _act_on(self, order: Order, look: Look, again: datetime) -> datetime | None:
        if look.state is State.UNKNOWN:
            self._strange(order, look.raw_state)
            return again
        if look.state in _UNPROVEN and self._corrects_dcv(order, look):
            return min(again, self.gear.now() + 5 * MINUTE)
        with self.gear.store.unit() as unit:
            keep_task(unit, order, look)
        order = self._progress(order, look)
        if look.state is State.DECLINED and not order.cancel_wanted_by:
            self._end(order, Move.FOUND_DECLINED, Told.DECLINED, look)
            return None
        if look.state in _OVER:
            self._end(order, Move.CANCELLED_THERE, Told.CANCELLED, look)
            return None
        if look.state is State.COMPLETED:
            return self._fetch(self._too_late(order, look.newest_note) if order.cancel_wanted_by else order, look)
        return again

    def _progress(self, order: Order, look: Look) -> Order:
        """Say a new state or note once; the first wait for an approval is the client's turn and a milestone."""
        gear = self.gear
        if (look.raw_state, look.newest_note) == (order.raw_state, order.newest_note):
            return order
        new_state = look.raw_state != order.raw_state
        asks = look.state is State.AWAITING_APPROVAL and new_state
        told = gear.say(
            order, Told.CLIENT_MUST_ACT if asks else Told.PROGRESS, *((order.requester,) if asks else ()),
            before=order.raw_state, after=look.raw_state, dcv=look.dcv or order.request.dcv, **_task(look),
        )  # fmt: skip
        return self._write(
            order, Move.PROGRESS, DESK, *((told,) if new_state else ()), raw_state=look.raw_state,
            newest_note=look.newest_note, product_id=look.product_id, sent_at=None if new_state else order.sent_at,
        )  # fmt: skip

    def _corrects_dcv(self, order: Order, look: Look) -> bool:
        """The method in force must be the one approved before any client is told what to do.

        True while that may still come about; where the supplier will not switch, the method in force is what counts.
        """
        gear, request, now = self.gear, order.request, self.gear.now()
        if not look.dcv or look.dcv.lower() == request.dcv:
            return False
        mark = f"dcv {look.dcv} "
        switched = next((t.removeprefix(mark) for t in order.told if t.startswith(mark)), "")
        if switched:
            return now - datetime.fromisoformat(switched) < DCV_SWITCHED
        try:
            gear.supplier.switch_dcv(order.supplier_id, request.dcv, request.approver_email)
        except (Lost, Unusable):
            return True
        except Refused:
            return False
        self._write(order, Move.SWITCH_DCV, DESK, told=(*order.told, mark + now.isoformat()))
        return True

    def _strange(self, order: Order, raw: str) -> None:
        """R8: what we do not know changes nothing, is shown raw, and is told to the approvers once."""
        self._warn(order, f"state {raw}", Move.UNKNOWN_STATE, Told.UNKNOWN_STATE, {"state": raw}, raw_state=raw)

    def _end(self, order: Order, move: Move, told: Told, look: Look) -> None:
        note, raw = look.newest_note, look.raw_state
        notice = self.gear.say(order, told, order.requester, reason=note, by=order.cancel_wanted_by)
        self._write(order, move, DESK, notice, reason=note or raw, raw_state=raw)

    def _ask_to_cancel(self, order: Order) -> Order:
        """Ask the supplier to stop it; a clear no is said. Whatever else is answered, the look after it decides."""
        gear = self.gear
        try:
            gear.supplier.cancel(order.supplier_id)
        except (Lost, Unusable):
            return order
        except Refused as refused:
            if gear.supplier.look(order.supplier_id).state not in (State.CANCELLED, State.DECLINED):
                return self._too_late(order, refused.text)
        return order

    def _too_late(self, order: Order, why: str) -> Order:
        told = self.gear.say(order, Told.CANCEL_TOO_LATE, order.cancel_wanted_by, reason=why)
        return self._write(order, "cancel came too late", DESK, told, cancel_wanted_by="")

    # -- the certificate -----------------------------------------------------------------------------------------------

    def _fetch(self, order: Order, look: Look) -> datetime | None:
        """Fetch it, and accept it only when it is for our key (or the client's CSR)."""
        gear, now = self.gear, self.gear.now()
        try:
            pems = gear.supplier.fetch(look)
            certificate = gear.pki.read_certificate(pems, order.csr, now)
        except WrongKey as wrong:
            facts = {"serial": wrong.serial, "issuer": wrong.issuer}
            self._warn(order, f"other key {wrong.serial}", Move.OTHER_KEY, Told.OTHER_KEY, facts)
            return now + DAY
        except (Lost, Refused, Unusable):
            self._nothing_yet(order, now)
            return now + NO_CERTIFICATE_AGAIN
        told = issued_notice(gear, order, certificate)
        self._write(order, Move.ISSUE, DESK, told, certificate=certificate, product_id=look.product_id)
        return None

    def _nothing_yet(self, order: Order, now: datetime) -> None:
        """Completed without anything usable: hourly again, and after a day the approvers move."""
        first = next((t for t in order.told if t.startswith("no certificate ")), f"no certificate {now.isoformat()}")
        late = now - datetime.fromisoformat(first.removeprefix("no certificate ")) >= NO_CERTIFICATE_TO_PEOPLE
        if first in order.told and (not late or "no certificate!" in order.told):
            return
        told = self.gear.say_approvers(order, Told.NO_CERTIFICATE) if late else ()
        marks = tuple(dict.fromkeys((*order.told, first, *(("no certificate!",) if late else ()))))
        self._write(order, Move.NO_CERTIFICATE, DESK, *told, told=marks)

    # -- job: aftercare ------------------------------------------------------------------------------------------------

    @job(Status.CANCELLED)
    def aftercare(self, order: Order) -> datetime | None:
        """An order cancelled after an attempt is looked at once more, after an hour and after a day."""
        gear = self.gear
        if not order.attempts or order.account != gear.supplier.account:
            return None
        due = [order.since + pause for pause in AFTERCARE]
        if gear.now() < due[0]:
            return due[0]
        live = tuple(i for i in order.supplier_ids if (look := gear.seen(i)) and look.state.live)
        if live:
            self._tell_aftermath(order, live)
        return next((at for at in due if at > gear.now()), None)


def issued_notice(gear: Gear, order: Order, certificate: Certificate) -> Notice:
    """The certificate is there: for how long, for which names, and what is odd about it."""
    return gear.say(
        order, Told.ISSUED, order.requester, until=certificate.not_after.isoformat(),
        names=", ".join(certificate.names[:5]), warnings="\n".join(certificate.warnings),
        **kept(order.promised, local(gear.now(), gear.policy)),
    )  # fmt: skip


def _task(look: Look) -> dict[str, str]:
    """The first thing the client is asked to do, for the people who tell them."""
    task = next(iter(look.tasks), None)
    if task and task.kind == "mail":
        return {"mailbox": task.where}
    return {"where": task.where, "type": task.kind.upper(), "value": task.value} if task else {}
