"""What an approver sees before saying yes: the exact draft, and first of all what differs from the last order."""

from dataclasses import dataclass

from bot.domain.findings import Finding
from bot.domain.order import Order
from bot.domain.supply import Difference, Funds
from bot.shown.card import CardFacts


@dataclass(frozen=True, slots=True)
class Review:
    """The draft as read just now. `problem` non-empty: nothing may be approved, and this is why, in plain words.

    `changes` are (what, before, now) against the client's last order; `digest` is what a yes would be bound to.
    `csr` is the decoded request file as (label, value), for engineers.
    """

    facts: CardFacts
    digest: str
    funds: Funds | None = None
    limit_day: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    differences: tuple[Difference, ...] = ()
    not_shown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    own: bool = False
    problem: str = ""
    csr: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Probed:
    """What checks say of names that nobody ordered for; `company` is the client's that was looked at, or empty."""

    names: tuple[str, ...]
    company: str
    findings: tuple[Finding, ...]


def changes_between(last: Order | None, now: Order) -> tuple[tuple[str, str, str], ...]:
    """What this order asks for otherwise than the last one: (field, before, now); empty when there is no last one."""
    if last is None:
        return ()
    before, after = _told(last), _told(now)
    return tuple((name, before[name], after[name]) for name in after if before[name] != after[name])


def _told(order: Order) -> dict[str, str]:
    request, organisation = order.request, order.request.organisation
    contact = request.admin
    return {
        "addresses": ", ".join(request.names),
        "kind": request.product,
        "company": organisation.name if organisation else "",
        "place": f"{organisation.city}, {organisation.state}, {organisation.country}" if organisation else "",
        "contact": f"{contact.first_name} {contact.last_name}, {contact.email}, {contact.phone}" if contact else "",
        "proof of control": f"{request.dcv} {request.approver_email}".strip(),
        "key": request.key_type.value,
        "price": f"USD {order.draft.price:.2f}" if order.draft and order.draft.price is not None else "unknown",
        "account": f"{order.account.supplier} {order.account.name} {order.account.environment}",
    }
