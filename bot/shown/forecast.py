"""When an order can be there: from its kind, where it stands, what is outstanding, and the agency's calendar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.approval import Buying, Policy
from bot.domain.order import OPEN, Order, Status
from bot.domain.pace import at_work, business_days_later
from bot.domain.request import Product

_MENDED_IN = {Status.HELD: 1, Status.DOUBTFUL: 1}  # business days until somebody has cleared it up


def expected(order: Order, product: Product | None, policy: Policy, now: datetime) -> date | None:
    """The day by which the certificate is usually there, in the agency's zone; never a day that is over.

    None where nobody can say: it is there, it is over, or the client orders it.
    """
    if product is None or order.by_client or order.status not in OPEN:
        return None
    if order.status is Status.VALIDATING:
        ready = _later(order.sent_at or order.since, product.days[1], policy)
        return ready if ready >= local(now, policy) else _later(now, 1, policy)
    start = at_work(now, policy.time_zone, policy.holidays) if _waits_for_people(order, policy) else now
    return _later(start, product.days[1] + _MENDED_IN.get(order.status, 0), policy)


def _waits_for_people(order: Order, policy: Policy) -> bool:
    by_hand = policy.buying is Buying.BY_HAND and not order.tries
    return order.status is not Status.BUYING or by_hand


def _later(start: datetime, days: int, policy: Policy) -> date:
    return local(business_days_later(start, days, policy.time_zone, policy.holidays), policy)


def local(at: datetime, policy: Policy) -> date:
    """The day it is at the agency."""
    return at.astimezone(ZoneInfo(policy.time_zone)).date()


def slips(expected: date | None, launch: date | None) -> bool:
    """Whether it comes after the day it is wanted."""
    return expected is not None and launch is not None and expected > launch


def kept(promised: date | None, came: date) -> dict[str, str]:
    """How the forecast did, as facts: the day promised (ISO), and how many days early or late it came."""
    if promised is None:
        return {}
    early = (promised - came).days
    return {"promised": promised.isoformat(), "early": str(max(early, 0) or ""), "late": str(max(-early, 0) or "")}
