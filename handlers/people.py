"""Who is who in the workspace: implements the port `People` on Slack's Web API, with a short memory.

`fresh` asks Slack itself. Events make the memory forget, so that a change is seen at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.client import Person, PersonKind
from bot.domain.errors import NotInvited, PeopleUnknown
from bot.domain.request import Contact
from bot.ports import Clock

if TYPE_CHECKING:
    from bot.service.desk import Desk

KEPT_FOR = timedelta(minutes=10)
_PAGE = 1000
_OUTSIDE = (PersonKind.GUEST, PersonKind.STRANGER)
_NO_ANSWER = (SlackClientError, OSError, HTTPException, ValueError)  # ValueError: an answer that is no JSON

T = TypeVar("T")


class _Memory(Generic[T]):
    """What Slack answered lately, by id."""

    def __init__(self, clock: Clock, ask: Callable[[str], T]) -> None:
        self._clock, self._ask = clock, ask
        self._kept: dict[str, tuple[datetime, T]] = {}

    def get(self, key: str, *, fresh: bool = False) -> T:
        """The answer, remembered for a limited time unless `fresh`; PeopleUnknown when Slack gives none."""
        now = self._clock.now()
        if not fresh and key in self._kept and abs(now - self._kept[key][0]) < KEPT_FOR:
            return self._kept[key][1]
        try:
            answer = self._ask(key)
        except _NO_ANSWER as error:
            raise PeopleUnknown(key) from error
        self._kept[key] = now, answer
        return answer

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)


class SlackPeople:
    """`team` is our own workspace's id, `named` the settings' approvers, `group` a user group's id or empty.

    The client's timeout must stay under three seconds, because listeners wait for it.
    """

    def __init__(self, client: WebClient, clock: Clock, team: str, named: frozenset[str], group: str = "") -> None:
        self._client, self._team, self._named, self._group = client, team, named, group
        self._persons = _Memory(clock, self._ask_person)
        self._members = _Memory(clock, self._ask_members)
        self._groups = _Memory(clock, self._ask_group)
        self._self = _Memory(clock, self._ask_self)

    def person(self, user: str, *, fresh: bool = False) -> Person:
        """Who a user is."""
        return self._persons.get(user, fresh=fresh)

    def in_channel(self, user: str, channel: str, *, fresh: bool = False) -> bool:
        """Whether a user is in a channel; NotInvited where the desk itself is not."""
        members = self._members.get(channel, fresh=fresh)
        if self._self.get("") not in members:
            raise NotInvited(channel)
        return user in members

    def approvers(self, *, fresh: bool = False) -> frozenset[str]:
        """The settings' approvers and, where one is configured, the user group's members."""
        return self._named | (self._groups.get(self._group, fresh=fresh) if self._group else frozenset())

    def outsiders(self, channel: str) -> frozenset[str]:
        """Guests and members of other workspaces in a channel; asks for each member."""
        members = self._members.get(channel)
        return frozenset(member for member in members if self.person(member).kind in _OUTSIDE)

    def forget(self, *, user: str = "", channel: str = "") -> None:
        """Something changed about a user or a channel: ask Slack next time."""
        self._persons.forget(user)
        self._members.forget(channel)

    def _ask_person(self, user: str) -> Person:
        told = self._client.users_info(user=user)["user"]
        kind, zone = kind_of(told, self._team), str(told.get("tz") or "UTC")
        return Person(user, str(told.get("team_id", "")), kind, zone, _profile(told.get("profile") or {}))

    def _ask_members(self, channel: str) -> frozenset[str]:
        if channel.startswith("D"):  # a direct message holds no project
            raise NotInvited(channel)
        try:
            pages = self._client.conversations_members(channel=channel, limit=_PAGE)
            return frozenset(member for page in pages for member in page["members"])
        except SlackApiError as error:
            if error.response["error"] == "channel_not_found":  # what a private channel looks like from outside
                raise NotInvited(channel) from error
            raise

    def _ask_group(self, group: str) -> frozenset[str]:
        return frozenset(self._client.usergroups_users_list(usergroup=group)["users"])

    def _ask_self(self, _: str) -> str:
        return str(self._client.auth_test()["user_id"])


def kind_of(told: Mapping[str, Any], team: str) -> PersonKind:
    """What Slack's user object says somebody is (docs.slack.dev, object user); the strictest reading wins."""
    signs = {
        PersonKind.DEACTIVATED: told.get("deleted"),
        PersonKind.BOT: told.get("is_bot") or told.get("id") == "USLACKBOT",
        PersonKind.STRANGER: told.get("is_stranger") or told.get("team_id") != team,
        PersonKind.GUEST: told.get("is_restricted") or told.get("is_ultra_restricted"),
    }
    return next((kind for kind, sign in signs.items() if sign), PersonKind.MEMBER)


def _profile(told: Mapping[str, Any]) -> Contact:
    """What people say of themselves, as a contact; the last word of their name is the family's."""
    first, _, last = str(told.get("real_name", "")).strip().rpartition(" ")
    return Contact(first, last, *(str(told.get(field, "")) for field in ("email", "phone", "title")))


def person_changed(event: dict[str, Any], desk: Desk) -> None:
    """An event: somebody joined the workspace, left it, or became something else there."""
    desk.people.forget(user=event["user"]["id"])


def members_changed(event: dict[str, Any], desk: Desk) -> None:
    """An event: somebody, or the desk itself, came into a channel or left it."""
    desk.people.forget(channel=event["channel"])
