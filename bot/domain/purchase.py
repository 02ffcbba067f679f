"""Buying exactly once: what a look at the supplier proves, and what may be done next (ORDER R1 to R4). Pure and small.

The supplier has no idempotency key, so after an attempt without a clear answer only time and looks may decide.
"""

from datetime import datetime, timedelta

from bot.domain.order import MOST_ATTEMPTS, Move, Order
from bot.domain.supply import Look, Seen, Sight, State

LOOK_EVERY = timedelta(minutes=5)
SURE_AFTER = timedelta(minutes=15)
DOUBT_AFTER = timedelta(hours=1)


def sight(look: Look, *, ours: bool) -> Sight:
    """What a look proves. `ours`: it shows our CSR. Money set aside on a pending order proves nothing either way."""
    if look.state is State.CANCELLED:
        return Sight.CANCELLED
    if not ours:
        return Sight.UNCLEAR
    if look.state.live:
        return Sight.LIVE
    if look.state is State.DECLINED:
        return Sight.DECLINED
    if look.state is State.PENDING and not look.money_held:
        return Sight.PENDING
    return Sight.UNCLEAR


def before_attempt(order: Order, look: Look, *, ours: bool) -> Move | None:
    """R3: None when the draft is exactly what was approved, else the move that must be made instead of an attempt."""
    if look.state is State.PENDING and not look.money_held:
        price = order.draft.price if order.draft else None
        return None if ours and look.price == price else Move.DRAFT_DIFFERS
    return Move.FOUND_LIVE if look.state.live and ours else Move.DOUBT


def pending_for_sure(seen: tuple[Seen, ...], attempted_at: datetime, now: datetime) -> bool:
    """R2: 15 minutes have passed and the last two looks, 5 minutes apart or more, both show pending."""
    since = [look for look in seen if look.at > attempted_at]
    if now - attempted_at < SURE_AFTER or not since or since[-1].at - attempted_at < SURE_AFTER:
        return False
    tail = [look for look in since if since[-1].at - look.at >= LOOK_EVERY]
    if not tail or since[-1].sight is not Sight.PENDING:
        return False
    return all(look.sight is Sight.PENDING for look in since[since.index(tail[-1]) :])


_CLEAR = {Sight.LIVE: Move.FOUND_LIVE, Sight.DECLINED: Move.FOUND_DECLINED, Sight.CANCELLED: Move.FOUND_CANCELLED}


def judge(order: Order, seen: tuple[Seen, ...], now: datetime) -> Move | None:
    """What the looks since the last attempt of this round allow (R2, R4): a move, ATTEMPT for the one repetition,
    None for waiting. The last look was made just now.
    """
    attempted_at = order.tries[-1].at
    newest = seen[-1].sight if seen and seen[-1].at > attempted_at else Sight.UNCLEAR
    if newest in _CLEAR:
        return _CLEAR[newest]
    if pending_for_sure(seen, attempted_at, now):
        return Move.ATTEMPT if len(order.tries) < MOST_ATTEMPTS else Move.DOUBT
    return Move.DOUBT if now - attempted_at >= DOUBT_AFTER else None
