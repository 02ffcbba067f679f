"""Whose certificate it is and who works on it: client, project, person."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.request import Contact, Organisation


class PersonKind(StrEnum):
    """What somebody is in the workspace; only a member may act."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    DEACTIVATED = "deactivated"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace, known by ids only; `time_zone` is an IANA name. `profile` is what they say of
    themselves, incomplete as it may be, and decides nothing.
    """

    id: str
    team: str
    kind: PersonKind
    time_zone: str
    profile: Contact | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody saw in the official register about `organisation`: the register's code, its word, what that means
    ("good", "curable", "ended" or "unknown"), the number it stands under.
    """

    organisation: str
    register: str
    word: str
    meaning: str
    by: str
    at: datetime
    number: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """A company the agency works for; what is on file is asked once and confirmed with each order.

    `confirmed_at` is when the client last said so; consent is to the agency's making and keeping the keys.
    """

    id: str
    name: str
    organisation: Organisation | None = None
    contact: Contact | None = None
    confirmed_at: datetime | None = None
    domains: tuple[str, ...] = ()
    consent_by: str = ""
    consent_at: datetime | None = None
    attestations: tuple[Attestation, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """One Slack channel. `owner`, `stand_in` and `engineer` are user ids; `id` is the channel's id.

    `sprint_days` is how long a sprint is; `not_needed` says why no certificate is wanted, `quiet_until` when to remind
    again; `targets` are names of the operator's, `names` the web addresses it is about.
    """

    id: str
    name: str
    client_id: str
    owner: str
    stand_in: str = ""
    engineer: str = ""
    launch: date | None = None
    kick_off: date | None = None
    sprint_days: int = 14
    not_needed: str = ""
    quiet_until: date | None = None
    targets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
