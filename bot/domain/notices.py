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


# fmt: off
_MILESTONES = frozenset({
    Told.HELD, Told.APPROVAL_WANTED, Told.REFUSED, Told.BOUGHT, Told.FOUND_BOUGHT, Told.DOUBTFUL, Told.NOT_BOUGHT,
    Told.CLIENT_MUST_ACT, Told.DECLINED, Told.ISSUED, Told.OTHER_KEY,
})
_ELSEWHERE = {
    Told.PROJECT_SET: Audience.CHANNEL, Told.PAUSED: Audience.ADMINS, Told.RESUMED: Audience.ADMINS,
    Told.ANCHOR: Audience.ADMINS, Told.AFTERMATH: Audience.PERSON, Told.UNDELIVERED: Audience.PERSON,
}
_WORKING_HOURS = frozenset({
    Told.DOUBTFUL, Told.NUMBER_WANTED, Told.NO_CERTIFICATE, Told.REMINDER, Told.SLOW, Told.VALUE_OLD, Told.LAPSE_SOON,
})
# fmt: on


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
        return Urgency.WORKING_HOURS if self.told in _WORKING_HOURS else Urgency.NOW

    @property
    def audience(self) -> Audience:
        """Where it is said."""
        return _ELSEWHERE.get(self.told, Audience.MILESTONE if self.told in _MILESTONES else Audience.THREAD)

    def fact(self, name: str) -> str:
        """One fact, empty when absent."""
        return dict(self.facts).get(name, "")
