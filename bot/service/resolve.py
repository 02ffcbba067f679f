"""Doubtful purchases and order numbers: what people say happened, judged by what the supplier shows."""

from __future__ import annotations

from bot.domain.approval import Action
from bot.domain.errors import BadInput, DecidedAlready, IllegalMove, Lost, Refused, Unusable
from bot.domain.notices import Told
from bot.domain.order import Move, Order, Status, Vote
from bot.domain.supply import Look
from bot.ports import Job
from bot.service.gear import DESK, Verbs, job

_VOTERS = 2
_DARK = "OpenSRS does not answer, so nothing can be established now; please try again later"


class Resolve(Verbs):
    """Votes (two approvers) and order numbers (one), each decided by a job that looks first."""

    def not_bought(self, order_id: str, user: str) -> Order:
        """Say that it was not bought: needs two approvers, and no known id may be live."""
        return self._vote(order_id, user, Move.NOT_BOUGHT)

    def bought_outside(self, order_id: str, user: str) -> Order:
        """Say that it was bought outside the desk: needs two approvers, and it must be live with our CSR."""
        return self._vote(order_id, user, Move.BOUGHT_OUTSIDE)

    def _vote(self, order_id: str, user: str, about: Move) -> Order:
        gear = self.gear
        order = gear.allow(Action.RESOLVE, user, order_id, fresh=True)
        told = gear.say_approvers(order, Told.VOTED, by=user, about=about)
        with gear.store.unit() as unit:
            order = unit.order(order_id)
            votes = [v for v in order.votes if v.round == order.round]
            if any(v.by == user and v.about is about for v in votes):
                raise DecidedAlready(order_id)
            votes = [*(v for v in votes if v.by != user), Vote(about, user, gear.now(), order.round)]
            after = gear.move(unit, order, Move.VOTE, user, *told, votes=tuple(votes))
            if sum(v.about is about for v in votes) >= _VOTERS:
                unit.schedule(Job("resolve", order_id, gear.now(), (("about", about), ("by", user))))
            return after

    @job(Status.DOUBTFUL)
    def resolve(self, order: Order, about: str, by: str) -> None:
        """Job `resolve`: two approvers agree; look at every known id and do it, or say why not."""
        gear = self.gear
        try:
            looks = [look for supplier_id in order.supplier_ids if (look := self._read(supplier_id))]
        except (Lost, Unusable):
            self._say_no(order, _DARK)
            return
        live = [look for look in looks if look.state.live]
        ours = [look for look in live if gear.pki.same_csr(look.csr, order.csr)]
        if about == Move.BOUGHT_OUTSIDE and ours:
            self._found(order, ours[0], by, Move.BOUGHT_OUTSIDE)
        elif about == Move.NOT_BOUGHT and not live:
            told = gear.say(order, Told.NOT_BOUGHT, order.requester, by=by)
            self._write_off(order, Move.NOT_BOUGHT, by, "Two approvers established that it was not bought.", told)
        else:
            self._say_no(order, f"OpenSRS {'shows' if about == Move.NOT_BOUGHT else 'does not show'} it as bought")

    def _found(self, order: Order, look: Look, by: str, move: Move) -> None:
        ids = tuple(i for i in order.supplier_ids if i != look.order_id)
        told = self.gear.say(order, Told.FOUND_BOUGHT, order.requester, by=by)
        outside = order.outside or move is Move.BOUGHT_OUTSIDE
        self._write(
            order, move, by, told, supplier_ids=(*ids, look.order_id), raw_state=look.raw_state, outside=outside
        )

    def _say_no(self, order: Order, why: str) -> None:
        told = self.gear.say_approvers(order, Told.DOUBTFUL, reason=why)
        self._write(order, "not resolved", DESK, *told, votes=())

    def _read(self, supplier_id: str) -> Look | None:
        try:
            return self.gear.supplier.look(supplier_id)
        except Refused as refused:
            if refused.unknown_id:
                return None
            raise Lost(refused.text) from refused

    # -- order numbers -------------------------------------------------------------------------------------------------

    def order_number(self, order_id: str, user: str, number: str) -> Order:
        """The engineer names the order that the panel made of the draft, or an approver the one that was bought."""
        plain = number.strip()
        if not plain.isdecimal() or len(plain) > 20:
            raise BadInput({"number": "Please give the order number as OpenSRS shows it: digits only."})
        gear = self.gear
        order = gear.allow(Action.ORDER_NUMBER, user, order_id, fresh=True)
        if order.outside:  # bought before anybody approved: two approvers must say so
            raise IllegalMove(order.id, order.status, Move.BOUGHT_AS)
        with gear.store.unit() as unit:
            if unit.order_of_supplier_id(order.account, plain) not in ("", order_id):
                raise BadInput({"number": "Another order of the desk has this number."})
            unit.schedule(Job("number", order_id, gear.now(), (("by", user), ("number", plain))))
        return order

    bought_as = order_number

    @job(Status.BUYING, Status.DOUBTFUL)
    def read_number(self, order: Order, by: str, number: str) -> None:
        """Job `number`: it counts only when it shows our CSR and no other order has it."""
        gear = self.gear
        look = gear.seen(number)
        if look is None:
            why = "OpenSRS shows no such order just now"
        elif look.order_id != number or not gear.pki.same_csr(look.csr, order.csr):
            why = "that order was made with another request file"
        elif not look.state.live:
            why = f"that order is “{look.raw_state}”"
        else:
            self._found(order, look, by, Move.ORDER_NUMBER if order.status is Status.BUYING else Move.BOUGHT_AS)
            return
        self._write(order, "number not taken", by, gear.say(order, Told.NUMBER_WANTED, by, reason=why))
