"""Everything the desk may say unasked, as data: what, how urgent, to whom. Worded and posted by the Slack edge."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


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
    """What can be told, where, and how soon it must be read."""

    place: Audience
    urgency: Urgency

    def __new__(cls, word: str, place: Audience = Audience.THREAD, urgency: Urgency = Urgency.NOW) -> Self:
        """A member is its word and carries its row."""
        member = str.__new__(cls, word)
        member._value_, member.place, member.urgency = word, place, urgency
        return member

    OPENED = "opened"
    HELD = "held", Audience.MILESTONE
    MENDED = "mended"
    CHANGED = "changed"
    OVERRIDDEN = "overridden"
    APPROVAL_WANTED = "approval_wanted", Audience.MILESTONE
    APPROVED_ONE = "approved_one"
    APPROVED = "approved"
    APPROVALS_VOID = "approvals_void"
    REFUSED = "refused", Audience.MILESTONE
    BUY_BY_HAND = "buy_by_hand"
    BLOCKED = "blocked"
    BOUGHT = "bought", Audience.MILESTONE
    FOUND_BOUGHT = "found_bought", Audience.MILESTONE
    NO_ANSWER = "no_answer"
    DOUBTFUL = "doubtful", Audience.MILESTONE, Urgency.WORKING_HOURS
    VOTED = "voted"
    NOT_BOUGHT = "not_bought", Audience.MILESTONE
    NUMBER_WANTED = "number_wanted", Audience.THREAD, Urgency.WORKING_HOURS
    UNKNOWN_STATE = "unknown_state"
    SUPPLIER_SILENT = "supplier_silent"
    CLIENT_MUST_ACT = "client_must_act", Audience.MILESTONE
    PROGRESS = "progress"
    SENT = "sent"
    ANSWERED = "answered"
    CHASE = "chase", Audience.THREAD, Urgency.WORKING_HOURS
    SLIPS = "slips", Audience.MILESTONE
    SWITCHED = "switched"
    RESENT = "resent"
    DECLINED = "declined", Audience.MILESTONE
    CANCELLED = "cancelled"
    CANCEL_RECORDED = "cancel_recorded"
    CANCEL_TOO_LATE = "cancel_too_late"
    ISSUED = "issued", Audience.MILESTONE
    NO_CERTIFICATE = "no_certificate", Audience.THREAD, Urgency.WORKING_HOURS
    OTHER_KEY = "other_key", Audience.MILESTONE
    AFTERMATH = "aftermath", Audience.PERSON
    SECOND_WANTED = "second_wanted"
    SECOND_ALLOWED = "second_allowed"
    REMINDER = "reminder", Audience.THREAD, Urgency.WORKING_HOURS
    SLOW = "slow", Audience.THREAD, Urgency.WORKING_HOURS
    VALUE_OLD = "value_old", Audience.THREAD, Urgency.WORKING_HOURS
    LAPSE_SOON = "lapse_soon", Audience.THREAD, Urgency.WORKING_HOURS
    VAULT_SHUT = "vault_shut"
    WARNING = "warning", Audience.CHANNEL, Urgency.WORKING_HOURS
    WELL_AGAIN = "well_again", Audience.CHANNEL, Urgency.WORKING_HOURS
    EXPIRES = "expires", Audience.CHANNEL, Urgency.WORKING_HOURS
    NO_ORDER = "no_order", Audience.CHANNEL, Urgency.WORKING_HOURS
    PROJECT_SET = "project_set", Audience.CHANNEL
    PAUSED = "paused", Audience.ADMINS
    RESUMED = "resumed", Audience.ADMINS
    ANCHOR = "anchor", Audience.ADMINS
    UNDELIVERED = "undelivered", Audience.PERSON


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say. `mentions` are user ids who must act; `facts` are plain strings for the wording, some foreign.

    `person` is who reads it in a direct message. `project_id` is the channel of the order's project, where there is
    one.
    """

    told: Told
    project_id: str = ""
    order_id: str = ""
    person: str = ""
    mentions: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def audience(self) -> Audience:
        """Where it is said; what names its reader goes to them alone."""
        return Audience.PERSON if self.person else self.told.place

    def fact(self, name: str) -> str:
        """One fact, empty when absent."""
        return dict(self.facts).get(name, "")
