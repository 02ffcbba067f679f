"""What the desk needs from outside, as protocols. Each says which error means what and what is safe to call twice.

All times are aware UTC datetimes. Adapters raise errors of `bot.domain.errors` and nothing else of their own.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.approval import Policy
from bot.domain.client import Client, Person, Project
from bot.domain.findings import Finding
from bot.domain.notices import Notice
from bot.domain.order import Certificate, Order, Status
from bot.domain.request import KeyType, Product, Request
from bot.domain.supply import Accepted, Account, Funds, Look, Task
from bot.domain.watching import Known
from bot.shown.card import CardFacts
from bot.shown.form import Form, FormShown
from bot.shown.found import Found, NameDns, Placed, Registration, Served, Zone
from bot.shown.review import Probed, Review


class Clock(Protocol):
    """Business time: due times, ages, ladders, validity. Leases use the database's own time instead."""

    def now(self) -> datetime:
        """The present business time, aware, UTC."""


class Ids(Protocol):
    """Makes identifiers that nobody can guess."""

    def new(self, prefix: str) -> str:
        """A new id such as `o-k3v9x2mq`: prefix, hyphen, eight characters of a-z and 2-9."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work due at a time. `key` is `kind:subject`; at most one job has it. `facts` are ids and words, no secrets."""

    kind: str
    subject: str
    run_at: datetime
    facts: tuple[tuple[str, str], ...] = ()
    id: int = 0
    fence: int = 0
    attempts: int = 0

    @property
    def key(self) -> str:
        """What makes it unique."""
        return f"{self.kind}:{self.subject}"


class PostKind(StrEnum):
    """What an outbox row becomes in Slack."""

    CARD = "card"  # the order's one message: posted once, then updated in place
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is in Slack: channel id, its ts, and the thread it hangs in."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Post:
    """One outbox row. A NOTICE carries its notice; a CARD is drawn from the order as it stands when it is sent.

    `lane` is the channel or person it goes to: one at a time, in commit order. `tried_at` set means an earlier send of
    this
    very row may have arrived (reconcile before sending again).
    """

    id: str
    kind: PostKind
    lane: str
    order_id: str
    at: datetime
    notice: Notice | None = None
    tried_at: datetime | None = None
    tries: int = 0
    fence: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit: who did what to which order when, and the digest. Ids only, no contact data."""

    order_id: str
    at: datetime
    by: str
    what: str
    digest: str = ""
    facts: tuple[tuple[str, str], ...] = ()


class Unit(Protocol):
    """One transaction: everything said in it is committed together or not at all."""

    def order(self, order_id: str) -> Order:
        """The order with its approvals and attempts, or UnknownOrder."""

    def orders(self, *, project_id: str = "", statuses: Iterable[Status] = ()) -> list[Order]:
        """Orders of a project (all projects if empty) in the statuses (all if empty), newest first."""

    def order_of_supplier_id(self, account: Account, supplier_id: str) -> str:
        """The id of the order that knows this id on this account, empty if none."""

    def add_order(self, order: Order) -> None:
        """Store a new order at version 0. OpenOrderExists when R12 forbids it (names, or the form was used before)."""

    def save_order(self, after: Order) -> Order:
        """Compare and set: writes `after` if the stored version is `after.version`, else Stale. Answers it with version
        + 1.

        New approvals, attempts and supplier ids become rows; one approver's second approval of a digest is
        DecidedAlready.
        """

    def project(self, project_id: str) -> Project | None:
        """The project of a channel."""

    def projects(self) -> list[Project]:
        """All projects."""

    def save_project(self, project: Project) -> None:
        """Add or replace."""

    def client(self, client_id: str) -> Client | None:
        """A client."""

    def clients(self) -> list[Client]:
        """All clients by name."""

    def save_client(self, client: Client) -> None:
        """Add or replace."""

    def form(self, form_id: str) -> Form | None:
        """A form's draft."""

    def forms(self, user: str) -> list[Form]:
        """Everything this person began, newest first."""

    def save_form(self, form: Form) -> None:
        """Add or replace."""

    def found(self, host: str) -> Found | None:
        """What was found out about an address last."""

    def save_found(self, host: str, found: Found) -> None:
        """Add or replace."""

    def known(self, thing: str) -> Known:
        """What is known of a thing that is watched; nothing at first."""

    def save_known(self, thing: str, known: Known) -> None:
        """Add or replace."""

    def sealed_key(self, key_id: str) -> str:
        """A sealed private key (never the key itself); VaultShut when there is none."""

    def add_key(self, key_id: str, order_id: str, sealed: str) -> None:
        """Store a sealed key; an existing one is never overwritten."""

    def schedule(self, job: Job) -> None:
        """Make sure a job runs at `run_at` or before; one with the same key is brought forward, not doubled."""

    def tell(self, notice: Notice) -> None:
        """Put a notice into the outbox."""

    def draw_card(self, order: Order) -> None:
        """Put the order's card into the outbox; not doubled while one waits."""

    def record(self, entry: Entry) -> None:
        """Append to the order's audit chain."""

    def audit(self, order_id: str) -> list[Entry]:
        """The order's audit, oldest first."""

    def flag(self, name: str) -> str:
        """A switch of the desk's, empty when never set."""

    def set_flag(self, name: str, value: str) -> bool:
        """Set a switch; whether that changed it. Of several who set the same at one moment, one is told so."""

    def card_place(self, order_id: str) -> Place | None:
        """Where the order's card stands."""

    def spent_since(self, since: datetime) -> list[Order]:
        """Orders with an attempt since then (for the day's limit)."""


class Store(Protocol):
    """Opens transactions. With SQLite they queue; with PostgreSQL they run side by side and compare and set decides."""

    def unit(self) -> AbstractContextManager[Unit]:
        """Commit when left normally, roll back on an exception."""


class Vault(Protocol):
    """Seals private keys. Binding: a key sealed for one order does not open for another."""

    def seal(self, key_pem: bytes, order_id: str) -> str:
        """Sealed text, safe in a database or a backup."""

    def open(self, sealed: str, order_id: str) -> bytes:
        """The PEM, or VaultShut."""


@dataclass(frozen=True, slots=True)
class CsrFacts:
    """What a CSR says: `subject` as (short name, value) pairs, names as in its SAN (CN first if there is no SAN).

    `weaknesses` are known faults of its key, `extras` what it holds beside subject and DNS names, both in words of
    bot/keys.py.
    """

    subject: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    key_type: str
    key_bits: int
    signature_ok: bool
    public_key_sha256: str
    weaknesses: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


class Pki(Protocol):
    """Keys, CSRs and certificates."""

    def new_key(self, key_type: KeyType) -> bytes:
        """A new private key as PKCS#8 PEM."""

    def make_csr(self, key_pem: bytes, request: Request) -> str:
        """A PEM CSR as guide step G9 says: subject C, ST, L, O, CN for OV/EV, CN alone for DV; SAN with every name."""

    def read_csr(self, pem: str) -> CsrFacts:
        """What it says; BadInput with field `own_csr` when it cannot be read or holds a private key."""

    def same_csr(self, one: str, other: str) -> bool:
        """Same key, subject and names, whatever the PEM looks like; False when either cannot be read."""

    def read_certificate(self, pems: Iterable[str], csr: str, now: datetime) -> Certificate:
        """The leaf whose key is the CSR's, with its chain in order and without the root.

        Unusable when nothing can be read; Certificate with `warnings` otherwise. `WrongKey` (an Unusable) when no leaf
        has the key.
        """


class Supplier(Protocol):
    """Where certificates are bought. Reads may be repeated; nothing else is repeated by the adapter itself."""

    account: Account

    def draft(self, request: Request, csr: str) -> str:
        """Save a draft, no money moves: its id. Lost: it may exist. Refused: it does not."""

    def look(self, order_id: str) -> Look:
        """What the supplier shows now. Lost when it does not answer, Refused(unknown_id=True) when there is no such
        order.
        """

    def submit(self, order_id: str, request: Request) -> Accepted:
        """Send a draft to the authority: money moves. Lost: it may have; Refused: surely not. Never called twice
        blindly.
        """

    def cancel_draft(self, order_id: str) -> None:
        """End a draft that is still pending."""

    def cancel(self, order_id: str) -> str:
        """Ask to stop a bought order; the raw state answered. Refused when it is too late."""

    def fetch(self, look: Look) -> tuple[str, ...]:
        """Every PEM certificate the supplier hands out for a completed order. Unusable when there is none."""

    def resend(self, order_id: str) -> None:
        """Have the approval mail sent again."""

    def switch_dcv(self, order_id: str, method: str, approver_email: str) -> None:
        """Change how control of the domain is shown."""

    def funds(self) -> Funds:
        """What the account holds."""

    def products(self) -> tuple[Product, ...]:
        """The catalogue, ended products left out."""


class Lookups(Protocol):
    """Public sources, asked inside the outgoing guard (public addresses, listed ports, limited size and time).

    Every method may be repeated and answers within a few seconds. Lost: nothing could be found out just now.
    """

    def registration(self, name: str) -> Registration:
        """The registrable domain above a name; never Lost: what could not be found out is in the answer."""

    def served(self, host: str) -> Served | None:
        """The certificate served there now; None where nobody answers with one."""

    def zone(self, name: str) -> Zone:
        """The DNS around a name."""

    def values(self, name: str, kind: str) -> tuple[str, ...]:
        """What the DNS holds under exactly this name: TXT values unquoted, CNAME targets without the final dot."""

    def dns(self, name: str) -> NameDns:
        """What authorities will find of a certificate's name; never Lost."""

    def placed(self, name: str, kind: str) -> Placed:
        """What stands where a TXT or CNAME record of proof belongs, from the zone's own servers."""

    def takes_mail(self, domain: str) -> bool:
        """Whether a mail domain takes mail: by MX (the root is none, RFC 7505), or by address alone (RFC 5321)."""

    def chain(self, leaf: str) -> tuple[str, ...]:
        """The issuers of a PEM leaf by the addresses in it (AIA, at most four deep), root left out; may be empty."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a check looks at: the request with what surrounds it. `csr` is None before it is made; `looked_by` is the
    name of whoever looked up the company's standing last; `mail` says of mail domains whether they take mail; `tasks`
    are the records the authority waits for, `placed` what stands there.
    """

    request: Request
    product: Product | None
    policy: Policy
    now: datetime
    csr: CsrFacts | None = None
    wanted_hosts: tuple[str, ...] = ()
    others: tuple[Order, ...] = ()
    order_id: str = ""
    funds: Funds | None = None
    price: str = ""
    client: Client | None = None
    registrations: tuple[Registration, ...] = ()
    looked_by: str = ""
    dns: tuple[NameDns, ...] = ()
    mail: tuple[tuple[str, bool], ...] = ()
    tasks: tuple[Task, ...] = ()
    placed: tuple[Placed, ...] = ()


class Check(Protocol):
    """One rule family. `look` never raises for what it finds; what it cannot find out is `unknown`."""

    name: str

    def look(self, case: Case) -> list[Finding]:
        """The findings, without time stamp; empty when the check does not apply."""


class People(Protocol):
    """Who is who in the workspace. `fresh` asks the workspace itself; PeopleUnknown when it does not answer."""

    def person(self, user: str, *, fresh: bool = False) -> Person:
        """Who a user is."""

    def in_channel(self, user: str, channel: str, *, fresh: bool = False) -> bool:
        """Whether a user is in a channel; NotInvited where the desk itself is not."""

    def approvers(self, *, fresh: bool = False) -> frozenset[str]:
        """Everybody who may approve: the settings' list and, where configured, the user group's members."""

    def outsiders(self, channel: str) -> frozenset[str]:
        """Guests and members of other workspaces in a channel. It asks for each member: never while somebody waits."""

    def forget(self, *, user: str = "", channel: str = "") -> None:
        """Something changed about a user or a channel: what was remembered of them counts no more."""


class Notifier(Protocol):
    """Posts to Slack. One call is one message.

    Errors: `Unsure` the message may have arrived; `Later(seconds)` come back then; `CannotPost` it can never be posted
    there.
    """

    def send(self, post: Post, facts: CardFacts | None, card: Place | None) -> Place:
        """Post or update; answers where it stands. `card`: where the order's card stands, if it does."""

    def find(self, post: Post, card: Place | None) -> Place | None:
        """Where an unsure post arrived, by its metadata; None when it did not."""


class Screens(Protocol):
    """Views that are already open on somebody's screen and wait for what a job finds out."""

    def review(self, view_id: str, review: Review) -> None:
        """Replace a waiting view by the review with its button (or, with `review.problem`, without one)."""

    def probed(self, view_id: str, probed: Probed) -> None:
        """Replace a waiting view by what was found."""

    def form(self, view_id: str, shown: FormShown) -> None:
        """Draw a step of a form again; what was typed into its inputs stays."""


class Unsure(Exception):
    """The message may or may not have arrived."""


class Later(Exception):
    """Not now: come back after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


class CannotPost(Exception):
    """Not there: the bot is not in the channel, it is archived, the person has left."""
