"""The supplier's books of one reseller account: orders, products, money, and how an order moves."""

from __future__ import annotations

import copy
import dataclasses
import functools
import random
import threading
import time
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from cryptography import x509

from tests.sandbox.opensrs import csr
from tests.sandbox.opensrs.ca import Authority, Subject, pem
from tests.sandbox.opensrs.chosen import CATALOGUE, PRICES, Chosen, Kind
from tests.sandbox.opensrs.rules import refused

if TYPE_CHECKING:
    from collections.abc import Callable


P = ParamSpec("P")
R = TypeVar("R")
B = TypeVar("B", bound="Books")

DEFAULT_KEY = "0123456789abcdef" * 7
IN_FLIGHT = ("in-progress", "awaiting-approval", "approver-confirmed")


@dataclass(frozen=True)
class Note:
    """One line of the history of an order or product."""

    at: float
    type: str
    text: str


@dataclass
class Order:
    """One order as the supplier keeps it; ids are texts."""

    order_id: str
    product_type: str
    reg_type: str
    domain: str
    csr: str
    contacts: dict[str, dict[str, str]]
    contact_email: str
    additional_domains: tuple[str, ...] = ()
    period: str = "1"
    server_type: str = "other"
    server_count: str = "1"
    special_instructions: str = ""
    approver_email: str = ""
    dv_auth_method: str = "email"
    price: Decimal = Decimal(0)
    state: str = "pending"
    supplier_order_id: str = ""
    product_id: str = ""
    certificate: str = ""
    renews: str = ""
    replaces: str = ""
    foreign: bool = False
    submissions: int = 0
    submitted_at: float | None = None
    looks: int = 0
    token: str = ""
    token_made_at: float = 0.0
    record_seen: bool = False
    mails: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """Brand, level and limits of what is ordered."""
        return CATALOGUE[self.product_type]


@dataclass
class Product:
    """An issued certificate with everything bought with it; the last of `certificates` is in force."""

    product_id: str
    order_id: str
    certificates: list[x509.Certificate]
    coverage_end: datetime
    contact_email: str
    revoked: bool = False
    let_expire: str = "0"
    trust_seal: str = "0"
    seal_in_search: str = "0"
    notes: list[Note] = field(default_factory=list)

    @property
    def certificate(self) -> x509.Certificate:
        """The newest certificate."""
        return self.certificates[-1]


def locked(act: Callable[Concatenate[B, P], R]) -> Callable[Concatenate[B, P], R]:
    """One act on the books at a time."""

    @functools.wraps(act)
    def wrapper(self: B, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return act(self, *args, **kwargs)

    return wrapper


def money_text(amount: Decimal) -> str:
    """At least one decimal, as the supplier writes prices."""
    shown = format(amount.normalize(), "f")
    return shown if "." in shown else f"{shown}.0"


@dataclass(eq=False)
class Books:
    """Orders, products and money of one account. Callers hold `lock`."""

    username: str = "agency"
    key: str = field(default=DEFAULT_KEY, repr=False)
    clock: Callable[[], float] = time.time
    seed: int = 1
    environment: str = "TEST"
    products: tuple[str, ...] = tuple(CATALOGUE)
    prices: dict[str, str] = field(default_factory=dict)
    balance: InitVar[str] = "5000.00"
    vetting_moves: str = "by_hand"
    first_order_id: int = 1_000_001
    chosen: Chosen = field(default_factory=Chosen)
    tls: bool = False

    def __post_init__(self, balance: str) -> None:
        self.lock = threading.RLock()
        self.chance = random.Random(self.seed)
        self.enabled = set(self.products)
        self.price_list = {name: Decimal(self.prices.get(name, PRICES[kind.level])) for name, kind in CATALOGUE.items()}
        self.funds = Decimal(balance)
        self.holds: dict[str, Decimal] = {}
        self.book: dict[str, Order] = {}
        self.issued: dict[str, Product] = {}
        self.authority = Authority(self.clock)
        self._next_order, self._next_product = self.first_order_id, self.first_order_id + 500_000

    def order(self, order_id: str) -> Order:
        """The order of this id; an unknown id is refused."""
        if order_id not in self.book:
            raise refused("unknown_id", "Invalid id supplied. Cannot be found in the database")
        return self.book[order_id]

    def new_order_id(self) -> str:
        """The next free order id."""
        while (order_id := str(self._next_order)) in self.book:
            self._next_order += 1
        self._next_order += 1
        return order_id

    def note(self, order: Order, kind: str, text: str) -> None:
        """Write a line with the order's id in brackets; unpublished types come from the chosen ones."""
        kind = self.chosen.note_types.get(kind, kind)
        order.notes.append(Note(self.clock(), kind, f"Order [{order.order_id}] {text}"))

    def enter(self, order: Order) -> Order:
        """Put a new order into the book."""
        order.price = self.price_list[order.product_type]
        self.book[order.order_id] = order
        self.note(order, "order_created", "created.")
        return order

    def submit(self, order: Order, *, new_id: bool = False) -> Order:
        """Send to the CA and hold the money; a declined order, or `new_id`, goes on under a new id."""
        if order.product_type not in self.enabled:
            raise not_enabled()
        held = sum(amount for order_id, amount in self.holds.items() if order_id != order.order_id)
        if self.funds - held < order.price:
            raise refused("funds", "Insufficient funds")
        if new_id or order.state == "declined" or self.chosen.process_makes_new_order:
            order = self.replace(order)
        order.state, order.submitted_at = "in-progress", self.clock()
        order.submissions += 1
        self.holds[order.order_id] = order.price
        self.note(order, "money_held", f"{money_text(order.price)} held.")
        return order

    def replace(self, order: Order) -> Order:
        """Cancel the order and open another one with the same content."""
        self.end(order, "cancelled", "cancelled and replaced.")
        fresh = dataclasses.replace(
            copy.deepcopy(order), order_id=self.new_order_id(), state="pending", replaces=order.order_id, notes=[],
            submissions=0, submitted_at=None, supplier_order_id="", product_id="", token="", record_seen=False, looks=0,
        )  # fmt: skip
        return self.enter(fresh)

    def end(self, order: Order, state: str, text: str) -> None:
        """Cancel or decline: held money is returned."""
        order.state = state
        self.note(order, state, text)
        if self.holds.pop(order.order_id, None) is not None:
            self.note(order, "returned", f"{money_text(order.price)} returned.")

    def accept(self, order: Order) -> None:
        """The CA has taken the order and given it a number."""
        if not order.supplier_order_id:
            order.supplier_order_id = f"CA{self.chance.randrange(10**9, 10**10)}"
            self.note(order, "order_processed", f"processed, supplier order id {order.supplier_order_id}.")

    def complete(self, order: Order, certificate: x509.Certificate | None = None) -> Product:
        """Issue for the CSR (or hand out another certificate), charge, complete."""
        self.accept(order)
        end = self.authority.coverage_end()
        certificate = certificate or self._certificate(order, end)
        product = Product(str(self._next_product), order.order_id, [certificate], end, order.contact_email)
        self._next_product += 1
        product.notes.append(Note(self.clock(), "product_active", f"Product [{product.product_id}] is active."))
        self.issued[product.product_id] = product
        order.state, order.product_id, order.certificate = "completed", product.product_id, pem(certificate)
        self.funds -= self.holds.pop(order.order_id, Decimal(0))
        self.note(order, "supplier_product_created", "certificate made.")
        self.note(order, "money_charged", f"{money_text(order.price)} charged.")
        self.note(order, "order_completed", f"completed, product id {product.product_id}.")
        return product

    def subject(self, order: Order) -> Subject:
        """What the order's certificate says."""
        names = (order.domain, *order.additional_domains)
        return Subject(names, order.kind.level, order.contacts.get("organization", {}))

    def _certificate(self, order: Order, end: datetime) -> x509.Certificate:
        return self.authority.issue(self.subject(order), csr.public_key(csr.read(order.csr)), end)

    def issue_again(self, product: Product) -> None:
        """A new serial on the same CSR until the end of the bought year."""
        order = self.book[product.order_id]
        product.certificates.append(self._certificate(order, product.coverage_end))
        order.certificate = pem(product.certificate)
        self.note(order, "reissued", f"certificate reissued, serial {product.certificate.serial_number:x}.")

    def product(self, product_id: str) -> Product:
        """The product of this id, reissued if its time has come; an unknown id is refused."""
        if product_id not in self.issued:
            raise refused("unknown_id", "Invalid id supplied. Cannot be found in the database")
        product, now = self.issued[product_id], datetime.fromtimestamp(self.clock(), UTC)
        end, lead = product.certificate.not_valid_after_utc, self.chosen.reissue_lead_days
        due = lead is not None and end < product.coverage_end and now >= end - timedelta(days=lead)
        if due and now <= product.coverage_end and not product.revoked:
            self.issue_again(product)
        return product

    def expiry(self, product: Product) -> datetime:
        """What `expiry_date` shows."""
        coverage = self.chosen.expiry_date == "coverage"
        return product.coverage_end if coverage else product.certificate.not_valid_after_utc

    def renewable(self, product: Product) -> bool:
        """From 60 days before to 15 days after expiry, once."""
        left = self.expiry(product) - datetime.fromtimestamp(self.clock(), UTC)
        return timedelta(days=-15) <= left <= timedelta(days=60) and self.product_state(product) in (
            "active",
            "expired",
        )

    def product_state(self, product: Product) -> str:
        """In the supplier's words; a draft of a renewal changes nothing yet."""
        renewals = {order.state for order in self.book.values() if order.renews == product.product_id}
        ended = datetime.fromtimestamp(self.clock(), UTC) > product.coverage_end
        states = (
            (product.revoked, "revoked"),
            ("completed" in renewals, "renewed"),
            (renewals & set(IN_FLIGHT), "renewing"),
            (ended, "expired"),
        )
        return next((state for holds, state in states if holds), "active")

    def date_text(self, moment: float | datetime) -> str:
        """One of the two forms the supplier mixes, now and then with a blank inside the offset."""
        when = datetime.fromtimestamp(moment, UTC) if isinstance(moment, (int, float)) else moment
        offset = "-04:00" if 3 < when.month < 11 else "-05:00"
        local = when.astimezone(timezone(timedelta(hours=-4 if offset == "-04:00" else -5)))
        offset = offset.replace("-", "- ") if self.chance.random() < 0.2 else offset
        return f"{local:%Y-%m-%d}{offset}" if self.chance.random() < 0.5 else f"{self._full(local)}{offset}"

    @staticmethod
    def day_text(moment: float) -> str:
        """The day as eight digits."""
        return f"{datetime.fromtimestamp(moment, UTC):%Y%m%d}"

    def note_date(self, moment: float) -> str:
        """Date, time with milliseconds, offset."""
        local = datetime.fromtimestamp(moment, UTC).astimezone(timezone(timedelta(hours=-5)))
        return f"{self._full(local)}-05:00"

    @staticmethod
    def _full(local: datetime) -> str:
        return local.replace(tzinfo=None).isoformat(timespec="milliseconds")


def not_enabled() -> Exception:
    """The recorded refusal of a product that the account may not sell."""
    return refused("not_enabled", "Permission denied for the specified reseller and product type", "product_type")
