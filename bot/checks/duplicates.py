"""Not twice the same: another open order, or a certificate that still lasts."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from bot.checks.rules import Rule
from bot.domain.findings import Finding, Verdict
from bot.domain.order import OPEN, Order, Status
from bot.domain.request import Kind
from bot.ports import Case

LASTS = timedelta(days=60)  # a renewal may begin this long before the end (OpenSRS)

_warn, _stop = partial(Rule, "duplicates", Verdict.WARN), partial(Rule, "duplicates", Verdict.STOP)

# fmt: off
OPEN_ORDER = _stop("DUP-1", "Order {subject} for the same addresses is still open.",
    "Go on with that one or cancel it; an approver may allow a second one.", "uniqueness of open orders")
STILL_LASTS = _warn("DUP-2", "Order {subject} has a certificate for the same addresses that lasts until {ends}.",
    "Is another one really needed?", "the desk's own orders")
# fmt: on


class Duplicates:
    """DUP-1, DUP-2: one open order for the same names, none while a certificate lasts more than 60 days."""

    name = "duplicates"

    def look(self, case: Case) -> list[Finding]:
        """Order by order, whatever order the names stand in; a permission for a second order silences the stop."""
        same = [other for other in case.others if other.request.names_key == case.request.names_key]
        own = next((other for other in same if other.id == case.order_id), None)
        rivals = [other for other in same if other.id != case.order_id]
        allowed = own is not None and own.second is not None
        return [*(() if allowed else _open(rivals)), *_lasting(rivals, case)]


def _open(rivals: list[Order]) -> Iterator[Finding]:
    for other in rivals:
        if other.status in OPEN and other.second is None:
            yield OPEN_ORDER.found(other.id, other.status.value)


def _lasting(rivals: list[Order], case: Case) -> Iterator[Finding]:
    if case.request.kind is Kind.RENEW:
        return
    for other in rivals:
        held = other.certificate if other.status in (Status.ISSUED, Status.LIVE) else None
        if held is not None and held.not_after - case.now > LASTS:
            yield STILL_LASTS.found(other.id, held.serial, ends=f"{held.not_after:%d %B %Y}")
