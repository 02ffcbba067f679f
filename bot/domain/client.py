"""Whose certificate it is and who works on it: client, project, person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

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
    """Somebody in the workspace, known by ids only; `time_zone` is an IANA name."""

    id: str
    team: str
    kind: PersonKind
    time_zone: str


@dataclass(frozen=True, slots=True)
class Client:
    """A company the agency works for; what is on file is asked once and confirmed with each order."""

    id: str
    name: str
    organisation: Organisation | None = None
    contact: Contact | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """One Slack channel. `owner`, `stand_in` and `engineer` are user ids; `id` is the channel's id."""

    id: str
    name: str
    client_id: str
    owner: str
    stand_in: str = ""
    engineer: str = ""
    launch: date | None = None
    kick_off: date | None = None
