"""What a supplier says about an order, in our words, and how a read-back differs from what was asked for (R8, R10)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.request import Request


class State(StrEnum):
    """A supplier's order states; what is not in the list is UNKNOWN and shown raw."""

    PENDING = "pending"
    IN_PROGRESS = "in-progress"
    AWAITING_APPROVAL = "awaiting-approval"
    APPROVER_CONFIRMED = "approver-confirmed"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def live(self) -> bool:
        """True once the order is at the authority: it was bought."""
        return self in _LIVE


_LIVE = frozenset({State.IN_PROGRESS, State.AWAITING_APPROVAL, State.APPROVER_CONFIRMED, State.COMPLETED})


@dataclass(frozen=True, slots=True)
class Account:
    """Which account at which supplier; an order id means nothing without it."""

    supplier: str
    name: str
    environment: str

    @property
    def is_test(self) -> bool:
        """True where nothing real is bought."""
        return self.environment != "live"


@dataclass(frozen=True, slots=True)
class Draft:
    """A saved order that is not sent to the authority; `not_shown` lists what its read-back did not contain."""

    id: str
    saved_at: datetime
    price: Decimal | None = None
    not_shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do to show control of the domain, as data: a record to set, a mail to answer, a file to serve."""

    kind: str
    where: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """An event line of the supplier's; `kind` is the supplier's own word, `text` is foreign text."""

    at: datetime | None
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the supplier shows of one order, at one time.

    `fields` are the fields as the supplier returned them, under our names (product, period, server_type, domain,
    server_count, registration, contacts.<role>.<field>); `csr` is PEM or empty; `price` None when not shown.
    """

    order_id: str
    at: datetime
    state: State
    raw_state: str
    csr: str = ""
    price: Decimal | None = None
    fields: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    product_id: str = ""
    supplier_order_id: str = ""
    dcv: str = ""
    approver_email: str = ""
    tasks: tuple[Task, ...] = ()

    @property
    def money_held(self) -> bool:
        """True when a note says that money was set aside: the order was submitted whatever the state says."""
        return any(note.kind in {"money_held", "money_charged"} for note in self.notes)

    @property
    def newest_note(self) -> str:
        """The text of the newest note, empty when there is none; of two at one time the one that is not about money."""
        dated = [(note.at, not note.kind.startswith("money"), note.text) for note in self.notes if note.at is not None]
        return max(dated)[2] if dated else ""


class Sight(StrEnum):
    """What one look proves about a purchase."""

    LIVE = "live"
    PENDING = "pending"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Seen:
    """One look, reduced to what it proves."""

    at: datetime
    sight: Sight


@dataclass(frozen=True, slots=True)
class Accepted:
    """A clear yes to a submission: the id to go on with, which may be a new one."""

    order_id: str
    raw_state: str


@dataclass(frozen=True, slots=True)
class Funds:
    """What the account holds, in US dollars; `balance` includes what is `held` for orders at the authority."""

    balance: Decimal
    held: Decimal

    @property
    def free(self) -> Decimal:
        """What a new order can be paid from."""
        return self.balance - self.held


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that reads back otherwise than it was asked for."""

    field: str
    asked: str
    found: str


def differences(
    request: Request, look: Look, agreed_price: Decimal | None, *, csr_is_ours: bool
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Compare a read-back with the request (ORDER R10): what differs, and what the supplier did not show.

    `csr_is_ours` compares the CSR by content (key, subject, names) and is judged outside, where keys can be read.
    """
    found = dict(look.fields)
    wanted = _wanted(request)
    missing = tuple(name for name in wanted if name not in found and not name.startswith("contacts."))
    wrong = [
        Difference(name, value, found[name])
        for name, value in wanted.items()
        if name in found and _plain(found[name]) != _plain(value)
    ]
    if not look.csr:
        missing += ("csr",)
    elif not csr_is_ours:
        wrong.append(Difference("csr", "our request file", "another request file"))
    if look.price is None:
        missing += ("price",)
    elif agreed_price is not None and look.price != agreed_price:
        wrong.append(Difference("price", str(agreed_price), str(look.price)))
    return tuple(wrong), missing


def _wanted(request: Request) -> dict[str, str]:
    wanted = {
        "product": request.product,
        "period": str(request.period),
        "domain": request.common_name,
        "server_type": "other",
        "server_count": "1",
        "registration": "renewal" if request.kind == "renew" else "new",
    }
    roles = {"admin": request.admin, "billing": request.billing, "tech": request.technical}
    fields = ("first_name", "last_name", "email", "phone")
    people = {f"contacts.{role}.{f}": getattr(contact, f) for role, contact in roles.items() if contact for f in fields}
    org = request.organisation
    place = {"org_name": org.name, "city": org.city, "country": org.country} if org else {}
    return wanted | people | {f"contacts.organization.{field}": value for field, value in place.items()}


def _plain(value: str) -> str:
    return " ".join(value.split()).casefold()
