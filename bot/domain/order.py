"""The whole order: its statuses and who moves next, every move, what each status starts, and how an order advances.

Nothing else decides. `MOVES` is the table; a pair that is not in it is refused to a person and dropped for a job.
The rules R1 to R13 stand in docs/rules.md; docs/states.md is made from this file.
"""

from __future__ import annotations

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


class Status(StrEnum):
    """Where an order stands, and who moves next."""

    next_actor: Actor

    def __new__(cls, word: str, next_actor: Actor = Actor.NOBODY) -> Self:
        """A member is its word and carries who moves next."""
        member = str.__new__(cls, word)
        member._value_, member.next_actor = word, next_actor
        return member

    PREPARING = "preparing", Actor.DESK
    HELD = "held", Actor.REQUESTER  # or whom the hold names
    AWAITING_APPROVAL = "awaiting_approval", Actor.APPROVER
    BUYING = "buying", Actor.DESK  # the engineer when buying is by hand
    DOUBTFUL = "doubtful", Actor.APPROVER
    VALIDATING = "validating", Actor.AUTHORITY  # and the client, who is asked
    ISSUED = "issued", Actor.ENGINEER
    LIVE = "live", Actor.DESK
    REFUSED = "refused", Actor.REQUESTER
    DECLINED = "declined", Actor.REQUESTER
    CANCELLED = "cancelled", Actor.NOBODY
    ENDED = "ended", Actor.NOBODY


OPEN = (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING, Status.DOUBTFUL, Status.VALIDATING)
ENDS = (Status.CANCELLED, Status.ENDED)


class Move(StrEnum):
    """Everything that can happen to an order; the comment says by whom or by what."""

    READY = "ready"  # desk: key, CSR, checks, draft and read-back done, no stop
    HOLD = "hold"  # a check stops, the read-back differs, data is missing, the save is refused
    SAVE_LOST = "save_lost"  # the supplier did not answer the save, or the process died before the id was stored
    CHANGE = "change"  # a covered field was changed (R9)
    CANCEL = "cancel"  # while nothing is bought (R6)
    CLIENT_ORDERS = "client_orders"  # key and CSR made, the client buys it
    MENDED = "mended"  # a re-check no longer stops
    FILL_IN = "fill_in"
    ATTEST = "attest"
    OVERRIDE = "override"  # approver, with a reason (R11)
    REMIND = "remind"  # nobody moved for a while
    LAPSE = "lapse"  # held for 60 days
    APPROVE = "approve"  # one approval, not yet enough
    APPROVED = "approved"  # enough approvals of the present digest
    REFUSE = "refuse"
    DRAFT_DIFFERS = "draft_differs"  # gone, changed, or another price (R3)
    RECHECKED = "rechecked"  # checked again, no new stop
    BOUGHT_IN_PANEL = "bought_in_panel"  # submitted by hand before the approval
    APPROVER_LOST = "approver_lost"  # one of the approvers no longer is one (R13)
    BLOCKED = "blocked"  # buying is off, paused, or over the day's limit
    ATTEMPT = "attempt"  # desk: on record before the supplier is asked (R1)
    ACCEPTED = "accepted"  # clear answer to a submission
    REJECTED = "rejected"  # surely refused, the draft is still pending
    NO_ANSWER = "no_answer"  # R2 begins
    DOUBT = "doubt"  # an hour without a look that decides, or after one repetition
    CANCEL_LATER = "cancel_later"  # cancel after the attempt: recorded, done when the answer is known
    FOUND_LIVE = "found_live"  # a look shows a live state with our CSR
    FOUND_DECLINED = "found_declined"
    FOUND_CANCELLED = "found_cancelled"
    NUMBER_WANTED = "number_wanted"  # by hand: the draft turned cancelled, a new order may exist
    ORDER_NUMBER = "order_number"  # by hand: the engineer names it and it is ours
    STILL_PENDING = "still_pending"  # R2: surely not bought
    VOTE = "vote"  # one approver of the two that a resolution needs
    BOUGHT_OUTSIDE = "bought_outside"
    BOUGHT_AS = "bought_as"
    NOT_BOUGHT = "not_bought"
    PROGRESS = "progress"  # the supplier's state or notes changed
    UNKNOWN_STATE = "unknown_state"  # R8
    SWITCH_DCV = "switch_dcv"
    RESEND = "resend"
    NUDGE = "nudge"  # somebody asks to look now
    CANCELLED_THERE = "cancelled_there"  # our cancel_order, or the supplier's own doing
    NO_CERTIFICATE = "no_certificate"  # completed, but nothing usable to fetch
    OTHER_KEY = "other_key"  # a certificate for another key: never installed
    ISSUE = "issue"  # fetched: right key
    PASTE = "paste"  # pasted: right key
    GAVE_UP = "gave_up"  # the client gave up ordering
    PROVEN = "proven"
    ELSEWHERE = "elsewhere"  # installed elsewhere, says an approver
    INSTALL_FAILED = "install_failed"
    REISSUED = "reissued"
    SERVED_DIFFERS = "served_differs"
    BURNT = "burnt"
    REVOKED = "revoked"
    RENEWAL = "renewal"  # opened, refused or declined
    RENEWAL_PROVEN = "renewal_proven"
    COVERAGE_OVER = "coverage_over"
    REORDER = "reorder"  # correct and order again: a new, linked order
    AFTERMATH = "aftermath"  # cancelled here after an attempt, and the supplier goes on all the same
    VAULT_SHUT = "vault_shut"  # the vault cannot open the key


_STAYS: dict[Status, tuple[Move, ...]] = {
    Status.PREPARING: (Move.SAVE_LOST, Move.CHANGE),
    Status.HELD: (Move.REMIND,),
    Status.AWAITING_APPROVAL: (Move.APPROVE, Move.RECHECKED, Move.REMIND),
    Status.BUYING: (
        Move.BLOCKED, Move.ATTEMPT, Move.NO_ANSWER, Move.CANCEL_LATER, Move.NUMBER_WANTED, Move.REMIND,
        Move.UNKNOWN_STATE,
    ),
    Status.DOUBTFUL: (Move.VOTE, Move.REMIND, Move.UNKNOWN_STATE),
    Status.VALIDATING: (
        Move.PROGRESS, Move.UNKNOWN_STATE, Move.SWITCH_DCV, Move.RESEND, Move.NUDGE, Move.REMIND, Move.NO_CERTIFICATE,
        Move.OTHER_KEY, Move.CANCEL_LATER,
    ),
    Status.ISSUED: (Move.INSTALL_FAILED, Move.REISSUED, Move.BURNT, Move.RENEWAL),
    Status.LIVE: (Move.REISSUED, Move.SERVED_DIFFERS, Move.BURNT, Move.RENEWAL),
    Status.REFUSED: (Move.REORDER,),
    Status.DECLINED: (Move.REORDER,),
    Status.CANCELLED: (Move.AFTERMATH,),
}  # fmt: skip

_GOES: dict[Status, dict[Move, Status]] = {
    Status.PREPARING: {
        Move.READY: Status.AWAITING_APPROVAL,
        Move.HOLD: Status.HELD,
        Move.CANCEL: Status.CANCELLED,
        Move.CLIENT_ORDERS: Status.VALIDATING,
    },
    Status.HELD: {
        Move.MENDED: Status.PREPARING,
        Move.CHANGE: Status.PREPARING,
        Move.FILL_IN: Status.PREPARING,
        Move.ATTEST: Status.PREPARING,
        Move.OVERRIDE: Status.PREPARING,
        Move.LAPSE: Status.CANCELLED,
        Move.CANCEL: Status.CANCELLED,
    },
    Status.AWAITING_APPROVAL: {
        Move.APPROVED: Status.BUYING,
        Move.REFUSE: Status.REFUSED,
        Move.CHANGE: Status.PREPARING,
        Move.CANCEL: Status.CANCELLED,
        Move.DRAFT_DIFFERS: Status.HELD,
        Move.HOLD: Status.HELD,
        Move.BOUGHT_IN_PANEL: Status.DOUBTFUL,
    },
    Status.BUYING: {
        Move.CANCEL: Status.CANCELLED,
        Move.HOLD: Status.HELD,
        Move.DRAFT_DIFFERS: Status.HELD,
        Move.APPROVER_LOST: Status.AWAITING_APPROVAL,
        Move.ACCEPTED: Status.VALIDATING,
        Move.REJECTED: Status.HELD,
        Move.FOUND_LIVE: Status.VALIDATING,
        Move.FOUND_DECLINED: Status.DECLINED,
        Move.FOUND_CANCELLED: Status.DOUBTFUL,
        Move.DOUBT: Status.DOUBTFUL,
        Move.ORDER_NUMBER: Status.VALIDATING,
    },
    Status.DOUBTFUL: {
        Move.FOUND_LIVE: Status.VALIDATING,
        Move.STILL_PENDING: Status.HELD,
        Move.BOUGHT_OUTSIDE: Status.VALIDATING,
        Move.BOUGHT_AS: Status.VALIDATING,
        Move.NOT_BOUGHT: Status.HELD,
    },
    Status.VALIDATING: {
        Move.FOUND_DECLINED: Status.DECLINED,
        Move.CANCELLED_THERE: Status.CANCELLED,
        Move.ISSUE: Status.ISSUED,
        Move.PASTE: Status.ISSUED,
        Move.GAVE_UP: Status.CANCELLED,
    },
    Status.ISSUED: {
        Move.PROVEN: Status.LIVE,
        Move.ELSEWHERE: Status.LIVE,
        Move.REVOKED: Status.ENDED,
        Move.RENEWAL_PROVEN: Status.ENDED,
        Move.COVERAGE_OVER: Status.ENDED,
    },
    Status.LIVE: {
        Move.REVOKED: Status.ENDED,
        Move.RENEWAL_PROVEN: Status.ENDED,
        Move.COVERAGE_OVER: Status.ENDED,
    },
}

MOVES: dict[tuple[Status, Move], Status] = {
    **{(status, Move.VAULT_SHUT): status for status in Status},
    **{(status, move): status for status, moves in _STAYS.items() for move in moves},
    **{(status, move): after for status, moves in _GOES.items() for move, after in moves.items()},
}


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


ON_ENTER: dict[Status, tuple[Work, ...]] = {
    Status.PREPARING: (Work.PREPARE,),
    Status.HELD: (Work.CHECK, Work.REMIND),
    Status.AWAITING_APPROVAL: (Work.WATCH_DRAFT, Work.REMIND),
    Status.BUYING: (Work.PURCHASE, Work.REMIND),
    Status.DOUBTFUL: (Work.PURCHASE, Work.REMIND),
    Status.VALIDATING: (Work.FOLLOW, Work.REMIND),
    Status.REFUSED: (Work.DROP_DRAFT,),
    Status.CANCELLED: (Work.DROP_DRAFT, Work.AFTERCARE),
}


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
    after = MOVES.get((order.status, move))
    guard = GUARDS.get((order.status, move))
    if after is None or (guard is not None and not guard(order)):
        raise IllegalMove(order.id, order.status, move)
    if order.status in _APPROVABLE and after in _WAYS_BACK and after is not order.status:
        changes.update(round=order.round + 1, looks=(), votes=(), blocked="", told=(), outside=False)
    if after is not order.status:
        changes.setdefault("since", at)
    return replace(order, status=after, **changes)


def work_started(before: Status, after: Status, move: Move) -> tuple[Work, ...]:
    """The jobs a move starts: those of the status entered, and preparing again after a change."""
    return ON_ENTER.get(after, ()) if before is not after or move is Move.CHANGE else ()


def diagram() -> str:
    """The table of moves as a Mermaid state diagram, for docs/states.md."""
    lines = ["stateDiagram-v2", "    [*] --> preparing"]
    pairs: dict[tuple[Status, Status], list[str]] = {}
    for (status, move), after in MOVES.items():
        if move is not Move.VAULT_SHUT:
            pairs.setdefault((status, after), []).append(move.value)
    for (status, after), moves in pairs.items():
        lines.extend(f"    {status} --> {after}: {move}" for move in moves)
    lines += [f"    {status} --> [*]" for status in ENDS]
    return "\n".join(lines) + "\n"
