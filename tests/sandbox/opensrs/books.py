"""The supplier's books of one reseller account: orders, products, money, and how an order moves."""

import dataclasses
import hashlib
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import NamedTuple

from cryptography import x509

from tests.sandbox.opensrs import csr
from tests.sandbox.opensrs.ca import Authority, PublicKey, Subject
from tests.sandbox.opensrs.chosen import Kind, catalogue, known
from tests.sandbox.opensrs.rules import RefusedError, refused

DEFAULT_KEY = "0123456789abcdef" * 7
IN_FLIGHT = ("in-progress", "awaiting-approval", "approver-confirmed")


class Note(NamedTuple):
    """One line of the history of an order."""

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
    renews: str = ""
    submissions: int = 0
    token: str = ""
    notes: list[Note] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """Brand, level and limits of what is ordered."""
        return catalogue()[self.product_type]

    @property
    def key(self) -> PublicKey:
        """The key of its request."""
        return csr.public_key(csr.read(self.csr))

    @property
    def subject(self) -> Subject:
        """What its certificate says."""
        names = (self.domain, *self.additional_domains)
        return Subject(names, self.kind.level, self.contacts.get("organization", {}))


@dataclass
class Product:
    """An issued certificate with what was bought with it; the last of `certificates` is in force."""

    product_id: str
    order_id: str
    certificates: list[x509.Certificate]
    coverage_end: datetime

    @property
    def certificate(self) -> x509.Certificate:
        """The newest certificate."""
        return self.certificates[-1]


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
    prices: dict[str, str] = field(default_factory=dict)
    first_order_id: int = 1_000_001

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.chance = random.Random(1)
        self.enabled = set(catalogue())
        usual = {name: known()["prices"][kind.level] for name, kind in catalogue().items()}
        self.price_list = {name: Decimal(price) for name, price in (usual | self.prices).items()}
        self.funds = Decimal("5000.00")
        self.holds: dict[str, Decimal] = {}
        self.book: dict[str, Order] = {}
        self.issued: dict[str, Product] = {}
        self.authority = Authority(self.time)
        self._next_order = self.first_order_id

    def time(self) -> float:
        """What the clock shows, whichever it is by now."""
        return self.clock()

    def order(self, order_id: str) -> Order:
        """The order of this id; an unknown id is refused."""
        if order_id not in self.book:
            raise unknown_id()
        return self.book[order_id]

    def new_order_id(self) -> str:
        """The next free order id."""
        while (order_id := str(self._next_order)) in self.book:
            self._next_order += 1
        self._next_order += 1
        return order_id

    def note(self, order: Order, kind: str, text: str) -> None:
        """Write a line with the order's id in brackets; half of the types are published nowhere."""
        order.notes.append(Note(self.time(), kind, f"Order [{order.order_id}] {text}"))

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
        if new_id or order.state == "declined":
            order = self.replace(order)
        order.state = "in-progress"
        order.submissions += 1
        self.holds[order.order_id] = order.price
        self.note(order, "money_held", f"{money_text(order.price)} held.")
        return order

    def replace(self, order: Order) -> Order:
        """Cancel the order and open another one with the same content."""
        self.end(order, "cancelled", "cancelled and replaced.")
        fresh = dataclasses.replace(
            order,
            order_id=self.new_order_id(),
            state="pending",
            supplier_order_id="",
            token="",
            notes=[],
            submissions=0,
        )
        return self.enter(fresh)

    def end(self, order: Order, state: str, text: str) -> None:
        """Cancel or decline: held money is returned."""
        order.state = state
        self.note(order, f"order_{state}", text)
        if self.holds.pop(order.order_id, None) is not None:
            self.note(order, "money_returned", f"{money_text(order.price)} returned.")

    def accept(self, order: Order) -> Order:
        """The CA has taken the order and given it a number."""
        if not order.supplier_order_id:
            order.supplier_order_id = f"CA{self.chance.randrange(10**9, 10**10)}"
            self.note(order, "order_processed", f"processed, supplier order id {order.supplier_order_id}.")
        return order

    def complete(self, order: Order, certificate: x509.Certificate) -> Product:
        """Hand out the certificate, charge, complete."""
        self.accept(order)
        product_id = str(self.first_order_id + 500_000 + len(self.issued))
        product = Product(product_id, order.order_id, [certificate], self.authority.coverage_end())
        self.issued[product_id] = product
        order.state, order.product_id = "completed", product_id
        self.funds -= self.holds.pop(order.order_id, Decimal(0))
        self.note(order, "supplier_product_created", "certificate made.")
        self.note(order, "money_charged", f"{money_text(order.price)} charged.")
        self.note(order, "order_completed", f"completed, product id {product_id}.")
        return product

    def product(self, product_id: str) -> Product:
        """The product of this id; an unknown id is refused."""
        if product_id not in self.issued:
            raise unknown_id()
        return self.issued[product_id]

    def renewable(self, product: Product) -> bool:
        """From 60 days before to 15 days after the end of the year, once; a draft of a renewal changes nothing yet."""
        bought = [each for each in self.book.values() if each.renews == product.product_id and each.submissions]
        left = product.coverage_end - datetime.fromtimestamp(self.time(), UTC)
        live = (*IN_FLIGHT, "completed")
        return timedelta(days=-15) <= left <= timedelta(days=60) and not any(each.state in live for each in bought)

    def token(self, order: Order) -> str:
        """The value to publish that proves control of the domain, the same until the way to prove it changes."""
        made = hashlib.sha256(f"{order.order_id} {self.time()} {order.csr}".encode()).hexdigest()[:40]
        order.token = order.token or f"{datetime.fromtimestamp(self.time(), UTC):%Y%m%d}{made}"
        return order.token


def note_date(moment: float) -> str:
    """Date, time with milliseconds, offset; other dates come without a time."""
    local = datetime.fromtimestamp(moment, timezone(timedelta(hours=-5)))
    return local.isoformat(timespec="milliseconds")


def unknown_id() -> RefusedError:
    """The recorded refusal of an id that nobody knows."""
    return refused("unknown_id", "Invalid id supplied. Cannot be found in the database")


def not_enabled() -> RefusedError:
    """The recorded refusal of a product that the account may not sell."""
    return refused("not_enabled", "Permission denied for the specified reseller and product type", "product_type")
