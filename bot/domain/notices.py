"""Everything the desk may say unasked, as data: what, how urgent, to whom. Worded and posted by the Slack edge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """How soon it must be read."""

    NOW = "now"
    WAKE = "wake"
    WORKING_HOURS = "working_hours"
    SUMMARY = "summary"


class Audience(StrEnum):
    """Where it is said. A milestone is a thread reply that is also sent to the channel."""

    THREAD = "thread"
    MILESTONE = "milestone"
    CHANNEL = "channel"
    PERSON = "person"
    ADMINS = "admins"


class Told(StrEnum):
    """What can be told."""

    OPENED = "opened"
    HELD = "held"
    MENDED = "mended"
    CHANGED = "changed"
    OVERRIDDEN = "overridden"
    APPROVAL_WANTED = "approval_wanted"
    APPROVED_ONE = "approved_one"
    APPROVED = "approved"
    APPROVALS_VOID = "approvals_void"
    REFUSED = "refused"
    BUY_BY_HAND = "buy_by_hand"
    BLOCKED = "blocked"
    BOUGHT = "bought"
    FOUND_BOUGHT = "found_bought"
    NO_ANSWER = "no_answer"
    DOUBTFUL = "doubtful"
    VOTED = "voted"
    NOT_BOUGHT = "not_bought"
    NUMBER_WANTED = "number_wanted"
    UNKNOWN_STATE = "unknown_state"
    SUPPLIER_SILENT = "supplier_silent"
    CLIENT_MUST_ACT = "client_must_act"
    PROGRESS = "progress"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    CANCEL_RECORDED = "cancel_recorded"
    CANCEL_TOO_LATE = "cancel_too_late"
    ISSUED = "issued"
    NO_CERTIFICATE = "no_certificate"
    OTHER_KEY = "other_key"
    AFTERMATH = "aftermath"
    SECOND_WANTED = "second_wanted"
    SECOND_ALLOWED = "second_allowed"
    REMINDER = "reminder"
    SLOW = "slow"
    VALUE_OLD = "value_old"
    LAPSE_SOON = "lapse_soon"
    VAULT_SHUT = "vault_shut"
    PROJECT_SET = "project_set"
    PAUSED = "paused"
    RESUMED = "resumed"
    ANCHOR = "anchor"
    UNDELIVERED = "undelivered"


_NOW, _HOURS = Urgency.NOW, Urgency.WORKING_HOURS

# what is told: how urgent, where
HOW: dict[Told, tuple[Urgency, Audience]] = {
    Told.OPENED: (_NOW, Audience.THREAD),
    Told.HELD: (_NOW, Audience.MILESTONE),
    Told.MENDED: (_NOW, Audience.THREAD),
    Told.CHANGED: (_NOW, Audience.THREAD),
    Told.OVERRIDDEN: (_NOW, Audience.THREAD),
    Told.APPROVAL_WANTED: (_NOW, Audience.MILESTONE),
    Told.APPROVED_ONE: (_NOW, Audience.THREAD),
    Told.APPROVED: (_NOW, Audience.THREAD),
    Told.APPROVALS_VOID: (_NOW, Audience.THREAD),
    Told.REFUSED: (_NOW, Audience.MILESTONE),
    Told.BUY_BY_HAND: (_NOW, Audience.THREAD),
    Told.BLOCKED: (_NOW, Audience.THREAD),
    Told.BOUGHT: (_NOW, Audience.MILESTONE),
    Told.FOUND_BOUGHT: (_NOW, Audience.MILESTONE),
    Told.NO_ANSWER: (_NOW, Audience.THREAD),
    Told.DOUBTFUL: (_HOURS, Audience.MILESTONE),
    Told.VOTED: (_NOW, Audience.THREAD),
    Told.NOT_BOUGHT: (_NOW, Audience.MILESTONE),
    Told.NUMBER_WANTED: (_HOURS, Audience.THREAD),
    Told.UNKNOWN_STATE: (_NOW, Audience.THREAD),
    Told.SUPPLIER_SILENT: (_NOW, Audience.THREAD),
    Told.CLIENT_MUST_ACT: (_NOW, Audience.MILESTONE),
    Told.PROGRESS: (_NOW, Audience.THREAD),
    Told.DECLINED: (_NOW, Audience.MILESTONE),
    Told.CANCELLED: (_NOW, Audience.THREAD),
    Told.CANCEL_RECORDED: (_NOW, Audience.THREAD),
    Told.CANCEL_TOO_LATE: (_NOW, Audience.THREAD),
    Told.ISSUED: (_NOW, Audience.MILESTONE),
    Told.NO_CERTIFICATE: (_HOURS, Audience.THREAD),
    Told.OTHER_KEY: (_NOW, Audience.MILESTONE),
    Told.AFTERMATH: (_NOW, Audience.PERSON),
    Told.SECOND_WANTED: (_NOW, Audience.THREAD),
    Told.SECOND_ALLOWED: (_NOW, Audience.THREAD),
    Told.REMINDER: (_HOURS, Audience.THREAD),
    Told.SLOW: (_HOURS, Audience.THREAD),
    Told.VALUE_OLD: (_HOURS, Audience.THREAD),
    Told.LAPSE_SOON: (_HOURS, Audience.THREAD),
    Told.VAULT_SHUT: (_NOW, Audience.THREAD),
    Told.PROJECT_SET: (_NOW, Audience.CHANNEL),
    Told.PAUSED: (_NOW, Audience.ADMINS),
    Told.RESUMED: (_NOW, Audience.ADMINS),
    Told.ANCHOR: (_NOW, Audience.ADMINS),
    Told.UNDELIVERED: (_NOW, Audience.PERSON),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say. `mentions` are user ids who must act; `facts` are plain strings for the wording, some foreign.

    `person` is the reader of an audience PERSON. `project_id` is the channel of the order's project, where there is
    one.
    """

    told: Told
    project_id: str = ""
    order_id: str = ""
    person: str = ""
    mentions: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def urgency(self) -> Urgency:
        """How soon it must be read."""
        return HOW[self.told][0]

    @property
    def audience(self) -> Audience:
        """Where it is said."""
        return HOW[self.told][1]

    def fact(self, name: str) -> str:
        """One fact, empty when absent."""
        return dict(self.facts).get(name, "")
