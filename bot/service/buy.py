"""Buying exactly once (ORDER R1 to R5, R13), by itself or by hand, and the pause switch.

The attempt is on record before the supplier is asked; after one without a clear answer only looks decide.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain.approval import Action, Buying, Role, permit
from bot.domain.errors import Lost, NotAMember, PeopleUnknown, Refused, Unusable
from bot.domain.findings import Mender, stale, standing_stops
from bot.domain.notices import Notice, Told
from bot.domain.order import Attempt, Hold, Move, Order, Status
from bot.domain.pace import HOUR, MINUTE
from bot.domain.purchase import LOOK_EVERY, before_attempt, judge, pending_for_sure, sight
from bot.domain.supply import Accepted, Look, Seen, Sight, State, differences
from bot.ports import Entry, Job
from bot.service.check import run_checks
from bot.service.gear import DESK, Verbs, job
from bot.service.prepare import held_notice, hold_for
from bot.shown.forecast import local

PAUSED = "buying paused"
_KEEP_LOOKS = 40
_YES, _NO = "accepted as ", "refused: "


class Obstacle(Exception):
    """Something that forbids an attempt now: the move to make instead, and what comes with it."""

    def __init__(self, move: Move, hold: Hold | None = None, **changes: object) -> None:
        super().__init__(move)
        self.move, self.hold, self.changes = move, hold, changes


class Buy(Verbs):
    """The job `purchase` and what it needs."""

    @job(Status.BUYING, Status.DOUBTFUL)
    def purchase(self, order: Order) -> datetime | None:
        """One step of a purchase; answers when to take the next. Runs while an order is `buying` or `doubtful`."""
        if order.status is Status.DOUBTFUL:
            return self._look_in_doubt(order)
        if order.account != self.gear.supplier.account:  # another account is configured: its ids are not ours
            return self._block(order, "the desk is set to another supplier account than this order's")
        if order.tries:
            return self._look_after_attempt(order)
        return self._next_attempt(order)

    # -- before the attempt --------------------------------------------------------------------------------------------

    def _next_attempt(self, order: Order) -> datetime | None:
        try:
            if "by_hand" in order.told and (self.gear.policy.buying is Buying.BY_HAND or order.cancel_wanted_by):
                return self._look_by_hand(order)
            blocked = self._blocked(order)
            if blocked:
                return self._block(order, blocked)
            self._refresh(order)
            look = self._read_draft(order)
        except (Lost, Refused, Unusable, PeopleUnknown):
            return self.gear.now() + MINUTE
        except Obstacle as obstacle:
            return self._give_way(order, obstacle)
        if self.gear.policy.buying is Buying.BY_HAND:
            return self._ask_engineer(order)
        return self._attempt(order, look)

    def _blocked(self, order: Order) -> str:
        """Why nothing is bought just now, in words; empty when buying is on."""
        gear, policy = self.gear, self.gear.policy
        midnight = datetime.combine(local(gear.now(), policy), time.min, ZoneInfo(policy.time_zone))
        with gear.store.unit() as unit:
            paused = unit.flag(PAUSED)
            spent = [o for o in unit.spent_since(midnight.astimezone(UTC)) if o.id != order.id]
        if policy.buying is Buying.OFF:
            return "buying is switched off"
        if paused:
            return "buying is paused"
        today = sum((price_of(o) for o in (*spent, order)), Decimal(0))
        if policy.buying is Buying.AUTO and policy.limit_day is not None and today > policy.limit_day:
            return "today's spending limit is reached"
        return ""

    def _block(self, order: Order, why: str) -> datetime:
        if order.blocked != why:
            self._write(order, Move.BLOCKED, DESK, self.gear.say(order, Told.BLOCKED, reason=why), blocked=why)
        return self.gear.now() + LOOK_EVERY

    def _refresh(self, order: Order) -> None:
        """R13: old findings are looked at again, the approvers are still approvers, the money suffices."""
        gear = self.gear
        if not all(self._still_approves(approval.by) for approval in order.standing_approvals):
            raise Obstacle(Move.APPROVER_LOST)
        old = stale(order.findings, gear.now()) | {"supplier"}
        findings = run_checks(gear, order, old, gear.supplier.funds())
        stops = standing_stops(findings, order.overrides)
        if stops:
            raise Obstacle(Move.HOLD, hold_for(stops), findings=findings)

    def _still_approves(self, user: str) -> bool:
        try:
            return Role.APPROVER in self.gear.roles(user, None, fresh=True)
        except NotAMember:
            return False

    def _read_draft(self, order: Order) -> Look:
        """R3: the draft, if it is still exactly the one approved; else the obstacle that this is."""
        try:
            look = self.gear.supplier.look(order.supplier_id)
        except Refused as refused:
            raise Obstacle(Move.DRAFT_DIFFERS, Hold(Mender.ENGINEER, ("The draft is gone at OpenSRS.",))) from refused
        ours, price = self._ours(order, look), order.draft.price if order.draft else None
        move = before_attempt(order, look, ours=ours)
        edited, _ = differences(order.request, look, price, csr_is_ours=ours)
        if move is Move.DRAFT_DIFFERS or (move is None and edited):
            reason = "The draft at OpenSRS is not the one approved, or its price changed."
            raise Obstacle(Move.DRAFT_DIFFERS, Hold(Mender.ENGINEER, (reason,)))
        if move is not None:
            raise Obstacle(move)
        return look

    def _give_way(self, order: Order, obstacle: Obstacle) -> datetime | None:
        """Make the move an obstacle asks for. After an attempt that bought nothing, it is a rejection."""
        gear, move, hold = self.gear, obstacle.move, obstacle.hold
        if order.tries and move in (Move.HOLD, Move.DRAFT_DIFFERS, Move.APPROVER_LOST):
            move, hold = Move.REJECTED, hold or Hold(Mender.ENGINEER, ("An approver may no longer approve.",))
        if move in (Move.FOUND_LIVE, Move.DOUBT):
            self._settle(order, move, reason="the draft was not pending any more when the desk wanted to buy it")
            return gear.now()
        void, wanted = (gear.say_approvers(order, told) for told in (Told.APPROVALS_VOID, Told.APPROVAL_WANTED))
        held = hold if move is not Move.APPROVER_LOST else None
        told = (held_notice(gear, order, held), *void) if held else (*void, *wanted)
        self._write(order, move, DESK, *told, hold=hold, **obstacle.changes)
        return None

    # -- the attempt ---------------------------------------------------------------------------------------------------

    def _attempt(self, order: Order, look: Look) -> datetime | None:
        """R1: commit the attempt, then ask. From here on nothing but a clear answer or a look decides."""
        gear = self.gear
        attempt = Attempt(order.round, len(order.tries) + 1, gear.now())
        attempts = (*order.attempts, attempt)
        order = self._write(
            order, Move.ATTEMPT, DESK, attempts=attempts, blocked="", looks=(), raw_state=look.raw_state
        )
        if gear.now() - attempt.at > MINUTE:  # this worker slept between the two lines: somebody may be looking already
            return self._no_answer(order)
        try:
            answer = gear.supplier.submit(order.supplier_id, order.request)
        except Refused as refused:
            return self._was_refused(order, attempt, refused)
        except (Lost, Unusable):
            return self._no_answer(order)
        return self._accepted(order, attempt, answer)

    def _accepted(self, order: Order, attempt: Attempt, answer: Accepted) -> datetime | None:
        """A clear yes, if the id it names is ours; else the looks decide (R2)."""
        order = self._adopt(self._answered(order, attempt, f"{_YES}{answer.order_id}"))
        if order.supplier_id != answer.order_id:
            return self._no_answer(order)
        told = self.gear.say(order, Told.BOUGHT, order.requester, names=", ".join(order.request.names[:3]))
        self._write(order, Move.ACCEPTED, DESK, told, raw_state=answer.raw_state)
        return None

    def _adopt(self, order: Order) -> Order:
        """A new id that an answer named counts once it shows our CSR, and only if no other order has it."""
        gear, answer = self.gear, order.tries[-1].answer if order.tries else ""
        named = answer.removeprefix(_YES) if answer.startswith(_YES) else ""
        if not named or named in order.supplier_ids:
            return order
        look = gear.seen(named)
        if look is None or not gear.pki.same_csr(look.csr, order.csr):
            return order
        with gear.store.unit() as unit:
            if unit.order_of_supplier_id(order.account, named):
                return order
            ids = (*order.supplier_ids, named)
            return gear.note(unit, unit.order(order.id), "new number taken", DESK, supplier_ids=ids)

    def _answered(self, order: Order, attempt: Attempt, answer: str) -> Order:
        """Put the answer beside its attempt; in the meantime the order may have gone on."""
        gear = self.gear
        with gear.store.unit() as unit:
            order = unit.order(order.id)
            this = (attempt.round, attempt.number)
            attempts = tuple(
                replace(known, answer=answer) if (known.round, known.number) == this else known
                for known in order.attempts
            )
            return gear.note(unit, order, "answered", DESK, attempts=attempts)

    def _was_refused(self, order: Order, attempt: Attempt, refused: Refused) -> datetime | None:
        """A definite no counts when the draft is still pending; else the looks decide.

        The looks judge by the newest attempt, which another worker may have made while this answer was under way.
        """
        order = self._answered(order, attempt, f"{_NO}{refused.text}")
        if order.status is not Status.BUYING or not order.tries:
            return self.gear.now() + LOOK_EVERY
        return self._look_after_attempt(order)

    def _no_answer(self, order: Order) -> datetime:
        gear = self.gear
        with gear.store.unit() as unit:
            gear.move(unit, unit.order(order.id), Move.NO_ANSWER, DESK, gear.say(order, Told.NO_ANSWER))
        return gear.now() + LOOK_EVERY

    # -- looking -------------------------------------------------------------------------------------------------------

    def _look_after_attempt(self, order: Order) -> datetime | None:
        """R2, R4: look, and do what the looks allow."""
        now = self.gear.now()
        order, look, seen = self._look(order)
        last = order.tries[-1]
        if last.answer.startswith(_NO) and seen is Sight.PENDING:
            self._rejected(order, last.answer.removeprefix(_NO))
            return None
        verdict = judge(order, order.looks, now)
        if verdict is None:
            return now + LOOK_EVERY
        if verdict is Move.ATTEMPT and order.cancel_wanted_by:
            self._rejected(order, "it surely was not bought")
            return None
        if verdict is Move.ATTEMPT:
            return self._next_attempt(order)
        reason = (
            "nothing that OpenSRS shows decides it"
            if look is None or seen is Sight.UNCLEAR
            else f"it is {look.raw_state}"
        )
        self._settle(order, verdict, reason=reason)
        return now

    def _look(self, order: Order) -> tuple[Order, Look | None, Sight]:
        """Read the order, keep what it proves, tell an unknown state once (R8)."""
        gear, order = self.gear, self._adopt(order)
        look = gear.seen(order.supplier_id)
        found = sight(look, ours=self._ours(order, look)) if look else Sight.UNCLEAR
        looks = (*order.looks, Seen(gear.now(), found))[-_KEEP_LOOKS:]
        raw = look.raw_state if look else order.raw_state
        strange = look is not None and look.state is State.UNKNOWN and f"state {raw}" not in order.told
        told = gear.say_approvers(order, Told.UNKNOWN_STATE, state=raw) if strange else ()
        with gear.store.unit() as unit:
            order = unit.order(order.id)
            if strange:
                marks = (*order.told, f"state {raw}")
                after = gear.move(unit, order, Move.UNKNOWN_STATE, DESK, *told, looks=looks, raw_state=raw, told=marks)
            else:
                after = gear.note(unit, order, "looked", DESK, looks=looks, raw_state=raw)
        return after, look, found

    def _settle(self, order: Order, move: Move, *, reason: str = "") -> None:
        """What is now known about a purchase, written and said."""
        gear = self.gear
        told = {
            Move.FOUND_LIVE: (gear.say(order, Told.FOUND_BOUGHT, order.requester, *sorted(gear.people.approvers())),),
            Move.FOUND_DECLINED: (gear.say(order, Told.DECLINED, order.requester, reason=order.newest_note),),
        }.get(move) or gear.say_approvers(order, Told.DOUBTFUL, reason=reason)
        kept = order.cancel_wanted_by if order.tries else ""  # by hand, a wish to cancel came too late
        self._write(order, move, DESK, *told, cancel_wanted_by=kept)

    def _rejected(self, order: Order, text: str) -> None:
        told = self.gear.say(order, Told.NOT_BOUGHT, order.requester, reason=text)
        self._write_off(order, Move.REJECTED, DESK, f"OpenSRS refused to sell it: {text}", told)

    def _look_in_doubt(self, order: Order) -> datetime:
        """Go on looking: a clear look ends the doubt, except where it was bought before anybody approved."""
        now = self.gear.now()
        order, _, seen = self._look(order)
        since = order.tries[-1].at if order.tries else order.since
        if not order.outside and seen is Sight.LIVE:
            self._settle(order, Move.FOUND_LIVE)
        elif not order.outside and pending_for_sure(order.looks, since, now):
            told = self.gear.say_approvers(order, Told.NOT_BOUGHT, reason="OpenSRS shows an untouched draft")
            why = "It was not bought. Check again to prepare a fresh draft."
            self._write_off(order, Move.STILL_PENDING, DESK, why, *told)
        return now + (LOOK_EVERY if now - order.since < HOUR else 30 * MINUTE)

    def _ours(self, order: Order, look: Look) -> bool:
        return look.order_id in order.supplier_ids and self.gear.pki.same_csr(look.csr, order.csr)

    # -- by hand -------------------------------------------------------------------------------------------------------

    def _ask_engineer(self, order: Order) -> datetime:
        gear, marks = self.gear, (*order.told, "by_hand")
        told = gear.say(order, Told.BUY_BY_HAND, gear.engineer(order))
        self._write(order, "engineer asked to buy", DESK, told, told=marks, looks=(), blocked="")
        return gear.now() + LOOK_EVERY

    def _look_by_hand(self, order: Order) -> datetime | None:
        """Follow what the engineer does in the panel; a wish to cancel is done when the draft is seen pending."""
        gear, now = self.gear, self.gear.now()
        order, look, seen = self._look(order)
        if seen is Sight.LIVE:
            self._settle(order, Move.FOUND_LIVE)
            return now
        if seen is Sight.PENDING and order.cancel_wanted_by:
            wish = order.cancel_wanted_by
            self._write(order, Move.CANCEL, wish, gear.say(order, Told.CANCELLED, by=wish))
            return None
        if seen in (Sight.PENDING, Sight.UNCLEAR) and (differs := self._differs(order)):
            return self._give_way(order, differs)
        if seen is Sight.CANCELLED and "number" not in order.told:
            told = gear.say(order, Told.NUMBER_WANTED, gear.engineer(order))
            self._write(order, Move.NUMBER_WANTED, DESK, told, told=(*order.told, "number"))
        elif seen is Sight.DECLINED:
            self._settle(order, Move.DOUBT, reason=f"it is {look.raw_state if look else 'unknown'}")
        return now + LOOK_EVERY

    def _differs(self, order: Order) -> Obstacle | None:
        """The draft in the engineer's hands is gone or not the approved one any more."""
        try:
            self._read_draft(order)
        except Obstacle as obstacle:
            return obstacle if obstacle.move is Move.DRAFT_DIFFERS else None
        except (Lost, Unusable):
            return None
        return None

    # -- the pause -----------------------------------------------------------------------------------------------------

    def pause(self, user: str) -> None:
        """Admins: buy nothing until resumed."""
        self._switch(user, Told.PAUSED, user)

    def resume(self, user: str) -> None:
        """Admins: buy again; waiting orders go on after their checks."""
        self._switch(user, Told.RESUMED, "")

    def _switch(self, user: str, told: Told, value: str) -> None:
        gear = self.gear
        permit(Action.PAUSE, gear.roles(user, None, fresh=True))
        with gear.store.unit() as unit:
            unit.set_flag(PAUSED, value)
            unit.tell(Notice(told, facts=(("by", user),)))
            unit.record(Entry("desk", gear.now(), user, told))
            for order in unit.orders(statuses=(Status.BUYING,)):
                unit.schedule(Job("purchase", order.id, gear.now() + (LOOK_EVERY if order.tries else timedelta(0))))


def price_of(order: Order) -> Decimal:
    """The price an order was approved at; nothing when unknown, which two approvers saw."""
    return order.draft.price if order.draft and order.draft.price is not None else Decimal(0)
