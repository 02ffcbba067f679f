"""An order that every check finds in order, to be spoilt one way at a time."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.domain.approval import Policy
from bot.domain.findings import Verdict
from bot.domain.order import Certificate, Order, Status
from bot.domain.request import Contact, Level, Organisation, Product, Purpose, Request, Standing
from bot.ports import Case, Check
from tests.builders import an_order

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STOP, WARN, UNKNOWN, FINE = Verdict.STOP, Verdict.WARN, Verdict.UNKNOWN, Verdict.FINE

COMPANY = Organisation(
    "Acme Bakery LLC", "12 Main Street", "Chicago", "Illinois", "60601", "US", "+1.3125550123", "LLC-0123456"
)
CONTACT = Contact("Ada", "Miller", "ada@acme-bakery.com", "+1.3125550124", "Head of IT")
PRODUCT = Product(
    "sslwebserver", "SSL Web Server", "Thawte", Level.OV, wildcard=False, extra_names=4, price=Decimal(99), days=(1, 3),
    standing=Standing.CONFIRMED,
)  # fmt: skip
REQUEST = Request(
    ("www.acme-bakery.com", "acme-bakery.com"), Purpose.PUBLIC, "sslwebserver", Level.OV,
    organisation=COMPANY, admin=CONTACT,
)  # fmt: skip
POLICY = Policy(frozenset({"U1"}))


def case(product: Product | None = PRODUCT, around: dict[str, Any] | None = None, **changes: Any) -> Case:
    """The good order with changed fields of its request; `around` changes the case itself."""
    return replace(Case(replace(REQUEST, **changes), product, POLICY, NOW), **(around or {}))


def company(**changes: str) -> Organisation:
    """The good company, spoilt."""
    return replace(COMPANY, **changes)


def contact(**changes: str) -> Contact:
    """The good contact, spoilt."""
    return replace(CONTACT, **changes)


def product(**changes: Any) -> Product:
    """The good product, spoilt."""
    return replace(PRODUCT, **changes)


def order(order_id: str, status: Status, certificate: Certificate | None = None, **changes: Any) -> Order:
    """Another order for the same names."""
    return an_order(status, **{"id": order_id, "request": REQUEST, "certificate": certificate, **changes})


def judged(check: Check, looked_at: Case) -> set[tuple[str, Verdict]]:
    """(rule, verdict) of everything the check says."""
    return {(finding.rule, finding.verdict) for finding in check.look(looked_at)}
