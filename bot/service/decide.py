"""Deciding: the review of the exact draft, approval by its digest, refusal, override (ORDER R11)."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import Action, approvers_needed, hands_in, may_approve
from bot.domain.errors import BadInput, DecidedAlready, Lost, OwnOrder, Refused, Unusable
from bot.domain.findings import Mender, Override, Verdict, standing_stops
from bot.domain.notices import Told
from bot.domain.order import Approval, Hold, Move, Order, Status
from bot.domain.pace import WATCH_DRAFT
from bot.domain.purchase import before_attempt
from bot.domain.supply import Difference, Funds, Look, differences
from bot.ports import Job
from bot.service import typed
from bot.service.gear import DESK, Verbs, job
from bot.shown.forecast import expected
from bot.shown.review import Review, changes_between

BOUGHT = (Status.VALIDATING, Status.ISSUED, Status.LIVE, Status.ENDED)


class Decide(Verbs):
    """The approver's verbs and the job that draws the review."""

    def begin_review(self, order_id: str, user: str, view_id: str) -> None:
        """Have the draft read for a view that is open and waits."""
        with self._allowed(Action.APPROVE, user, order_id) as (unit, _):
            unit.schedule(Job("review", view_id, self.gear.now(), (("order", order_id), ("user", user))))

    def show_review(self, job: Job) -> datetime | None:
        """Job `review`: read draft and balance now and replace the waiting view."""
        facts = dict(job.facts)
        self.gear.screens.review(job.subject, self.review(facts["order"], facts["user"]))
        return None

    def review(self, order_id: str, user: str) -> Review:
        """The exact draft as the supplier shows it now, and what a yes would mean. A changed draft is held at once."""
        gear = self.gear
        with gear.store.unit() as unit:
            order = unit.order(order_id)
            facts = gear.facts(unit, order)
            last = self._last_bought(unit.orders(project_id=order.project_id), order)
        try:
            look, funds = gear.supplier.look(order.supplier_id), gear.supplier.funds()
        except (Lost, Unusable):
            return Review(
                facts, order.digest, problem="OpenSRS does not answer just now. Please try again in a minute."
            )
        except Refused:
            self._found_different(order, None)
            return Review(facts, order.digest, problem="The draft is gone at OpenSRS. The order is held.")
        touched, wrong, not_shown = self._touched(order, look)
        problem = self._found_different(order, look) if touched else ""
        return Review(
            facts=facts, digest=order.digest, funds=funds, limit_day=str(gear.policy.limit_day or ""),
            changes=changes_between(last, order), differences=wrong, not_shown=not_shown,
            findings=tuple(f for f in order.findings if f.verdict is not Verdict.FINE),
            own=user in hands_in(order), csr=self._decoded(order), problem=problem or self._cannot(order, user, funds),
        )  # fmt: skip

    def _touched(self, order: Order, look: Look) -> tuple[bool, tuple[Difference, ...], tuple[str, ...]]:
        """Whether the draft is another than the one read back; what differs, what the supplier does not show."""
        ours, price = self.gear.pki.same_csr(look.csr, order.csr), order.draft.price if order.draft else None
        wrong, not_shown = differences(order.request, look, price, csr_is_ours=ours)
        return bool(wrong) or before_attempt(order, look, ours=ours) is not None, wrong, not_shown

    def _last_bought(self, orders: list[Order], order: Order) -> Order | None:
        return next((o for o in orders if o.id != order.id and o.status in BOUGHT), None)

    def _decoded(self, order: Order) -> tuple[tuple[str, str], ...]:
        """The request file in words, for engineers (guide step G10)."""
        facts = self.gear.pki.read_csr(order.csr)
        subject = ", ".join(f"{name}={value}" for name, value in facts.subject)
        signature = "verified" if facts.signature_ok else "does not verify"
        key = f"{facts.key_type} {facts.key_bits} bits"
        return (("Subject", subject), ("Names", ", ".join(facts.names)), ("Key in it", key), ("Signature", signature))

    def _cannot(self, order: Order, user: str, funds: Funds) -> str:
        """Why this person could not approve, in words; empty when they can."""
        price = order.draft.price if order.draft else None
        if order.status is not Status.AWAITING_APPROVAL:
            return "This order does not wait for an approval any more."
        if price is not None and funds.free < price:
            return "The account's balance does not cover the price. Please top it up at OpenSRS first."
        try:
            may_approve(order, user, order.digest, self.gear.policy)
        except OwnOrder:
            return "You had a hand in this order, so somebody else must approve it."
        except DecidedAlready:
            return "You have approved this already; another approver must agree."
        return ""

    def _found_different(self, order: Order, look: Look | None) -> str:
        """The draft is not what it was: hold the order, or (bought by hand already) ask the approvers what happened."""
        gear = self.gear
        bought = look is not None and (look.state.live or look.money_held)
        why = "it was submitted in the panel before the approval"
        doubt = gear.say_approvers(order, Told.DOUBTFUL, reason=why) if bought else ()
        with gear.store.unit() as unit:
            now = unit.order(order.id)
            if now.status is not Status.AWAITING_APPROVAL or now.version != order.version:
                return "The order changed while you were looking."
            if bought:
                gear.move(unit, now, Move.BOUGHT_IN_PANEL, DESK, *doubt, outside=True)
                return "This draft was submitted in OpenSRS's panel before any approval. Two approvers must say so."
            reason = "The draft at OpenSRS is not the one that was read back before."
            told = gear.say(now, Told.HELD, now.requester, reason=reason)
            gear.move(unit, now, Move.DRAFT_DIFFERS, DESK, told, hold=Hold(Mender.ENGINEER, (reason,)))
        return f"{reason} The order is held."

    @job(Status.AWAITING_APPROVAL)
    def watch_draft(self, order: Order) -> datetime | None:
        """Job `watch_draft`: while an approval is awaited, notice a draft that was submitted, changed or deleted
        outside.
        """
        try:
            look = self.gear.supplier.look(order.supplier_id)
        except Lost:
            return self.gear.now() + WATCH_DRAFT / 4
        except Refused:
            self._found_different(order, None)
            return None
        if self._touched(order, look)[0]:
            self._found_different(order, look)
            return None
        return self.gear.now() + WATCH_DRAFT

    # -- yes, no, all the same -----------------------------------------------------------------------------------------

    def approve(self, order_id: str, user: str, digest: str) -> Order:
        """One yes to one digest; enough of them start the purchase. Asks the workspace afresh who this is."""
        gear = self.gear
        with self._allowed(Action.APPROVE, user, order_id, fresh=True) as (unit, order):
            if order.status is not Status.AWAITING_APPROVAL:
                gear.move(unit, order, Move.APPROVE, user)  # raises with the present state
            own = may_approve(order, user, digest, gear.policy)
            yes = (*order.approvals, Approval(digest, user, gear.now(), own))
            given, needed = len(order.standing_approvals) + 1, approvers_needed(order, gear.policy)
            if given < needed:
                more = gear.say_approvers(order, Told.APPROVED_ONE, by=user, given=str(given), needed=str(needed))
                return gear.move(unit, order, Move.APPROVE, user, *more, approvals=yes)
            told = gear.say(order, Told.APPROVED, by=user, own="yes" if own else "")
            promised = expected(order, gear.product(order.request.product), gear.policy, gear.now())
            return gear.move(unit, order, Move.APPROVED, user, told, approvals=yes, looks=(), promised=promised)

    def refuse(self, order_id: str, user: str, reason: str) -> Order:
        """An approver says no, with the reason."""
        gear, why = self.gear, typed.reason(reason)
        with self._allowed(Action.REFUSE, user, order_id, fresh=True) as (unit, order):
            told = gear.say(order, Told.REFUSED, order.requester, by=user, reason=why)
            return gear.move(unit, order, Move.REFUSE, user, told, reason=why)

    def override(self, order_id: str, user: str, finding_keys: tuple[str, ...], reason: str) -> Order:
        """Go on in spite of findings that stop. Not an approval: two others must approve afterwards (R11)."""
        gear, why = self.gear, typed.reason(reason)
        with self._allowed(Action.OVERRIDE, user, order_id, fresh=True) as (unit, order):
            chosen = [f for f in standing_stops(order.findings, order.overrides) if f.key in finding_keys]
            if not chosen:
                raise BadInput({"stops": "Please choose at least one of the findings that stop the order."})
            added = tuple(Override(f.key, f.rule, why, user, gear.now()) for f in chosen)
            told = gear.say(order, Told.OVERRIDDEN, by=user, reason=why, what="\n".join(f.sentence for f in chosen))
            return gear.move(
                unit, order, Move.OVERRIDE, user, told, overrides=(*order.overrides, *added), hold=None, draft=None
            )
