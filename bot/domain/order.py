"""The whole order: its statuses and who moves next, every move, what each status starts, and how an order advances.

Nothing else decides. `Move` is the table; a pair that is not in it is refused to a person and dropped for a job.
The rules R1 to R13 stand in docs/rules.md; docs/states.md is made from this file.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from bot.domain.errors import IllegalMove
from bot.domain.findings import Finding, Mender, Override
from bot.domain.request import Request
from bot.domain.supply import Account, Draft, Seen


class Actor(StrEnum):
    """Who moves next."""

    DESK = "desk"
    REQUESTER = "requester"
    CLIENT = "client"
    ENGINEER = "engineer"
    APPROVER = "approver"
    AUTHORITY = "authority"
    NOBODY = "nobody"


class Work(StrEnum):
    """Kinds of jobs that an order's statuses start."""

    PREPARE = "prepare"
    CHECK = "check"
    WATCH_DRAFT = "watch_draft"
    PURCHASE = "purchase"
    FOLLOW = "follow"
    REMIND = "remind"
    DROP_DRAFT = "drop_draft"
    AFTERCARE = "aftercare"


class Status(StrEnum):
    """Where an order stands: its word, who moves next, the jobs that start when it is entered."""

    next_actor: Actor
    starts: tuple[Work, ...]

    def __new__(cls, word: str, next_actor: Actor = Actor.NOBODY, *starts: Work) -> Self:
        """A member is its word and carries its row."""
        member = str.__new__(cls, word)
        member._value_, member.next_actor, member.starts = word, next_actor, starts
        return member

    PREPARING = "preparing", Actor.DESK, Work.PREPARE
    HELD = "held", Actor.REQUESTER, Work.CHECK, Work.REMIND  # or whom the hold names
    AWAITING_APPROVAL = "awaiting_approval", Actor.APPROVER, Work.WATCH_DRAFT, Work.REMIND
    BUYING = "buying", Actor.DESK, Work.PURCHASE, Work.REMIND  # the engineer when buying is by hand
    DOUBTFUL = "doubtful", Actor.APPROVER, Work.PURCHASE, Work.REMIND
    VALIDATING = "validating", Actor.AUTHORITY, Work.FOLLOW, Work.REMIND  # and the client, who is asked
    ISSUED = "issued", Actor.ENGINEER
    LIVE = "live", Actor.DESK
    REFUSED = "refused", Actor.REQUESTER, Work.DROP_DRAFT
    DECLINED = "declined", Actor.REQUESTER
    CANCELLED = "cancelled", Actor.NOBODY, Work.DROP_DRAFT, Work.AFTERCARE
    ENDED = "ended", Actor.NOBODY


OPEN = (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING, Status.DOUBTFUL, Status.VALIDATING)
ENDS = (Status.CANCELLED, Status.ENDED)


class Move(StrEnum):
    """Everything that can happen to an order: its word, in which statuses, and where it leads (None: it stays). The
    comment says by whom or by what.
    """

    starts_in: tuple[Status, ...]
    after: Status | None

    def __new__(cls, word: str, starts_in: tuple[Status, ...] = (), after: Status | None = None) -> Self:
        """A member is its word and carries its row."""
        member = str.__new__(cls, word)
        member._value_, member.starts_in, member.after = word, starts_in, after
        return member

    # desk: key, CSR, checks, draft and read-back done, no stop
    READY = "ready", (Status.PREPARING,), Status.AWAITING_APPROVAL
    # a check stops, the read-back differs, data is missing, the save is refused
    HOLD = "hold", (Status.PREPARING, Status.AWAITING_APPROVAL, Status.BUYING), Status.HELD
    # the supplier did not answer the save, or the process died before the id was stored
    SAVE_LOST = "save_lost", (Status.PREPARING,)
    # a covered field was changed (R9)
    CHANGE = "change", (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL), Status.PREPARING
    # while nothing is bought (R6)
    CANCEL = "cancel", (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING), Status.CANCELLED
    CLIENT_ORDERS = "client_orders", (Status.PREPARING,), Status.VALIDATING  # key and CSR made, the client buys it
    MENDED = "mended", (Status.HELD,), Status.PREPARING  # a re-check no longer stops
    FILL_IN = "fill_in", (Status.HELD,), Status.PREPARING
    ATTEST = "attest", (Status.HELD,), Status.PREPARING
    OVERRIDE = "override", (Status.HELD,), Status.PREPARING  # approver, with a reason (R11)
    # nobody moved for a while
    REMIND = "remind", (Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING, Status.DOUBTFUL, Status.VALIDATING)
    LAPSE = "lapse", (Status.HELD,), Status.CANCELLED  # held for 60 days
    APPROVE = "approve", (Status.AWAITING_APPROVAL,)  # one approval, not yet enough
    APPROVED = "approved", (Status.AWAITING_APPROVAL,), Status.BUYING  # enough approvals of the present digest
    REFUSE = "refuse", (Status.AWAITING_APPROVAL,), Status.REFUSED
    # gone, changed, or another price (R3)
    DRAFT_DIFFERS = "draft_differs", (Status.AWAITING_APPROVAL, Status.BUYING), Status.HELD
    RECHECKED = "rechecked", (Status.AWAITING_APPROVAL,)  # checked again, no new stop
    # submitted by hand before the approval
    BOUGHT_IN_PANEL = "bought_in_panel", (Status.AWAITING_APPROVAL,), Status.DOUBTFUL
    # one of the approvers no longer is one (R13)
    APPROVER_LOST = "approver_lost", (Status.BUYING,), Status.AWAITING_APPROVAL
    BLOCKED = "blocked", (Status.BUYING,)  # buying is off, paused, or over the day's limit
    ATTEMPT = "attempt", (Status.BUYING,)  # desk: on record before the supplier is asked (R1)
    ACCEPTED = "accepted", (Status.BUYING,), Status.VALIDATING  # clear answer to a submission
    REJECTED = "rejected", (Status.BUYING,), Status.HELD  # surely refused, the draft is still pending
    NO_ANSWER = "no_answer", (Status.BUYING,)  # R2 begins
    DOUBT = "doubt", (Status.BUYING,), Status.DOUBTFUL  # an hour without a look that decides, or after one repetition
    # cancel after the attempt: recorded, done when the answer is known
    CANCEL_LATER = "cancel_later", (Status.BUYING, Status.VALIDATING)
    # a look shows a live state with our CSR
    FOUND_LIVE = "found_live", (Status.BUYING, Status.DOUBTFUL), Status.VALIDATING
    FOUND_DECLINED = "found_declined", (Status.BUYING, Status.VALIDATING), Status.DECLINED
    FOUND_CANCELLED = "found_cancelled", (Status.BUYING,), Status.DOUBTFUL
    NUMBER_WANTED = "number_wanted", (Status.BUYING,)  # by hand: the draft turned cancelled, a new order may exist
    ORDER_NUMBER = "order_number", (Status.BUYING,), Status.VALIDATING  # by hand: the engineer names it and it is ours
    STILL_PENDING = "still_pending", (Status.DOUBTFUL,), Status.HELD  # R2: surely not bought
    VOTE = "vote", (Status.DOUBTFUL,)  # one approver of the two that a resolution needs
    BOUGHT_OUTSIDE = "bought_outside", (Status.DOUBTFUL,), Status.VALIDATING
    BOUGHT_AS = "bought_as", (Status.DOUBTFUL,), Status.VALIDATING
    NOT_BOUGHT = "not_bought", (Status.DOUBTFUL,), Status.HELD
    PROGRESS = "progress", (Status.VALIDATING,)  # the supplier's state or notes changed
    UNKNOWN_STATE = "unknown_state", (Status.BUYING, Status.DOUBTFUL, Status.VALIDATING)  # R8
    SWITCH_DCV = "switch_dcv", (Status.VALIDATING,)
    RESEND = "resend", (Status.VALIDATING,)
    NUDGE = "nudge", (Status.VALIDATING,)  # somebody asks to look now
    # our cancel_order, or the supplier's own doing
    CANCELLED_THERE = "cancelled_there", (Status.VALIDATING,), Status.CANCELLED
    NO_CERTIFICATE = "no_certificate", (Status.VALIDATING,)  # completed, but nothing usable to fetch
    OTHER_KEY = "other_key", (Status.VALIDATING,)  # a certificate for another key: never installed
    ISSUE = "issue", (Status.VALIDATING,), Status.ISSUED  # fetched: right key
    PASTE = "paste", (Status.VALIDATING,), Status.ISSUED  # pasted: right key
    GAVE_UP = "gave_up", (Status.VALIDATING,), Status.CANCELLED  # the client gave up ordering
    PROVEN = "proven", (Status.ISSUED,), Status.LIVE
    ELSEWHERE = "elsewhere", (Status.ISSUED,), Status.LIVE  # installed elsewhere, says an approver
    INSTALL_FAILED = "install_failed", (Status.ISSUED,)
    REISSUED = "reissued", (Status.ISSUED, Status.LIVE)
    SERVED_DIFFERS = "served_differs", (Status.LIVE,)
    BURNT = "burnt", (Status.ISSUED, Status.LIVE)
    REVOKED = "revoked", (Status.ISSUED, Status.LIVE), Status.ENDED
    RENEWAL = "renewal", (Status.ISSUED, Status.LIVE)  # opened, refused or declined
    RENEWAL_PROVEN = "renewal_proven", (Status.ISSUED, Status.LIVE), Status.ENDED
    COVERAGE_OVER = "coverage_over", (Status.ISSUED, Status.LIVE), Status.ENDED
    REORDER = "reorder", (Status.REFUSED, Status.DECLINED)  # correct and order again: a new, linked order
    # cancelled here after an attempt, and the supplier goes on all the same
    AFTERMATH = "aftermath", (Status.CANCELLED,)
    VAULT_SHUT = "vault_shut", tuple(Status)  # the vault cannot open the key


@dataclass(frozen=True, slots=True)
class Approval:
    """One approver's yes to one digest."""

    digest: str
    by: str
    at: datetime
    own: bool = False  # approved by its requester, where a small shop allows that


@dataclass(frozen=True, slots=True)
class Attempt:
    """R1: a submission, on record before the supplier is asked. `answer` is empty until it is known."""

    round: int
    number: int
    at: datetime
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """One approver's opinion on a doubtful purchase."""

    about: Move
    by: str
    at: datetime
    round: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing moves, and who can mend it."""

    who: Mender
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Second:
    """An approver's permission for a second order for the same names."""

    reason: str
    by: str
    other: str


@dataclass(frozen=True, slots=True)
class Orphan:
    """A draft that may exist at the supplier without our knowing its id, recognisable by its CSR."""

    csr_sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """An issued leaf with its chain, as PEM; `warnings` say what is odd about it."""

    leaf: str
    chain: tuple[str, ...]
    serial: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase at a supplier. `round` counts the ways back (R5): approvals and attempts belong to one round.

    `sent_at` is when the client was sent what they must do, `promised` the day it was expected when it was approved.
    """

    id: str
    project_id: str
    requester: str
    request: Request
    account: Account
    status: Status
    opened_at: datetime
    since: datetime
    version: int = 0
    round: int = 0
    form: str = ""
    authors: tuple[str, ...] = ()
    key_id: str = ""
    csr: str = ""
    draft: Draft | None = None
    drafting_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    overrides: tuple[Override, ...] = ()
    approvals: tuple[Approval, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    looks: tuple[Seen, ...] = ()
    votes: tuple[Vote, ...] = ()
    hold: Hold | None = None
    second: Second | None = None
    supplier_ids: tuple[str, ...] = ()
    raw_state: str = ""
    newest_note: str = ""
    product_id: str = ""
    certificate: Certificate | None = None
    superseded: tuple[Certificate, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    lost_saves: int = 0
    cancel_wanted_by: str = ""
    corrects: str = ""
    reason: str = ""
    blocked: str = ""
    outside: bool = False
    sent_at: datetime | None = None
    promised: date | None = None
    told: tuple[str, ...] = ()

    @property
    def by_client(self) -> bool:
        """True where the client orders it: no draft, no approval, the certificate is pasted."""
        return self.account.supplier == "client"

    @property
    def digest(self) -> str:
        """SHA-256 over everything an approval covers; any change voids the approvals given before."""
        covered = {
            "round": self.round,
            "request": asdict(self.request),
            "csr": self.csr,
            "account": asdict(self.account),
            "draft": self.draft.id if self.draft else "",
            "price": str(self.draft.price) if self.draft and self.draft.price is not None else "unknown",
            "overridden": sorted((override.finding, override.reason, override.by) for override in self.overrides),
            "second": asdict(self.second) if self.second else None,
        }
        return hashlib.sha256(json.dumps(covered, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def standing_approvals(self) -> tuple[Approval, ...]:
        """The approvals of the present digest; all others are void."""
        digest = self.digest
        return tuple(approval for approval in self.approvals if approval.digest == digest)

    @property
    def tries(self) -> tuple[Attempt, ...]:
        """The attempts of the present round."""
        return tuple(attempt for attempt in self.attempts if attempt.round == self.round)

    @property
    def supplier_id(self) -> str:
        """The newest order id at the supplier, empty before the draft."""
        return self.supplier_ids[-1] if self.supplier_ids else ""


_UNTRIED = (Move.CANCEL, Move.HOLD, Move.DRAFT_DIFFERS, Move.APPROVER_LOST)
_TRIED = (Move.ACCEPTED, Move.REJECTED, Move.NO_ANSWER, Move.FOUND_DECLINED)
GUARDS: dict[tuple[Status, Move], Callable[[Order], bool]] = {
    **{(Status.BUYING, move): lambda order: not order.tries for move in _UNTRIED},
    **{(Status.BUYING, move): lambda order: bool(order.tries) for move in _TRIED},
    (Status.BUYING, Move.ATTEMPT): lambda order: len(order.tries) < MOST_ATTEMPTS,
}
MOST_ATTEMPTS = 2  # R2: one repetition

_APPROVABLE = (Status.AWAITING_APPROVAL, Status.BUYING, Status.DOUBTFUL)
_WAYS_BACK = (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL)


def advance(order: Order, move: Move, at: datetime, **changes: Any) -> Order:
    """The order after a move, or IllegalMove. `changes` are fields that the move brings along.

    Every way back opens a new round, which voids the approvals (R5).
    """
    guard = GUARDS.get((order.status, move))
    if order.status not in move.starts_in or (guard and not guard(order)):
        raise IllegalMove(order.id, order.status, move)
    after = move.after or order.status
    if order.status in _APPROVABLE and after in _WAYS_BACK and after is not order.status:
        changes.update(round=order.round + 1, looks=(), votes=(), blocked="", told=(), outside=False)
    if after is not order.status:
        changes.setdefault("since", at)
    return replace(order, status=after, **changes)


def work_started(before: Status, after: Status, move: Move) -> tuple[Work, ...]:
    """The jobs a move starts: those of the status entered, and preparing again after a change."""
    return after.starts if before is not after or move is Move.CHANGE else ()


def diagram() -> str:
    """The table of moves as a Mermaid state diagram, for docs/states.md."""
    moves = [
        f"    {status} --> {move.after or status}: {move}"
        for status in Status
        for move in Move
        if status in move.starts_in and move is not Move.VAULT_SHUT
    ]
    ends = [f"    {status} --> [*]" for status in ENDS]
    return "\n".join(["stateDiagram-v2", "    [*] --> preparing", *moves, *ends]) + "\n"
