"""Who is who, as Slack tells it: asked of the workspace stand-in by the real client."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from slack_sdk import WebClient

from bot.domain.client import PersonKind
from bot.domain.errors import NotInvited, PeopleUnknown
from handlers.people import KEPT_FOR, SlackPeople, kind_of
from tests.sandbox.slack import Channel, Workspace

MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text())


class Watch:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace(MANIFEST, delivery="callable") as ws:
        yield ws


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def people(workspace: Workspace, watch: Watch) -> SlackPeople:
    workspace.faults.clear()
    return made(workspace, watch)


def made(ws: Workspace, watch: Watch, group: str = "") -> SlackPeople:
    client = WebClient(ws.bot_token, ws.api_url, timeout=1, retry_handlers=[])
    return SlackPeople(client, watch, ws.team_id, frozenset({"U0NAMED"}), group)


def calls(ws: Workspace, method: str) -> int:
    return len([entry for entry in ws.recorder.entries if method in (entry.verb, entry.path.rsplit("/", 1)[-1])])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("member", PersonKind.MEMBER),
        ("admin", PersonKind.MEMBER),
        ("guest", PersonKind.GUEST),
        ("single_guest", PersonKind.GUEST),
        ("stranger", PersonKind.STRANGER),
        ("deactivated", PersonKind.DEACTIVATED),
        ("bot", PersonKind.BOT),
    ],
)
def test_every_kind_of_person_is_told_apart(
    workspace: Workspace, people: SlackPeople, kind: str, expected: PersonKind
) -> None:
    somebody = workspace.add_person(f"some-{kind}", kind, tz="America/Chicago")
    found = people.person(somebody.id)
    assert (found.id, found.kind, found.team) == (somebody.id, expected, somebody.team_id)
    if kind != "deactivated":
        assert found.time_zone == "America/Chicago"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"team_id": "T2"}, PersonKind.STRANGER),
        ({}, PersonKind.STRANGER),
        ({"team_id": "T1", "is_stranger": True}, PersonKind.STRANGER),
        ({"team_id": "T1", "is_restricted": True, "is_bot": True}, PersonKind.BOT),
        ({"team_id": "T1", "is_restricted": True, "deleted": True}, PersonKind.DEACTIVATED),
        ({"team_id": "T1", "id": "USLACKBOT"}, PersonKind.BOT),
        ({"team_id": "T1", "is_admin": True}, PersonKind.MEMBER),
    ],
)
def test_the_strictest_reading_wins(told: dict[str, object], expected: PersonKind) -> None:
    assert kind_of(told, "T1") is expected


def test_slack_is_asked_once_and_again_after_a_while(workspace: Workspace, people: SlackPeople, watch: Watch) -> None:
    somebody = workspace.add_person("kept")
    before = calls(workspace, "users.info")
    people.person(somebody.id)
    people.person(somebody.id)
    assert calls(workspace, "users.info") == before + 1
    watch.time += KEPT_FOR
    people.person(somebody.id)
    assert calls(workspace, "users.info") == before + 2


def test_fresh_asks_slack_itself(workspace: Workspace, people: SlackPeople) -> None:
    somebody = workspace.add_person("leaver")
    people.person(somebody.id)
    workspace.deactivate(somebody)
    assert people.person(somebody.id).kind is PersonKind.MEMBER
    assert people.person(somebody.id, fresh=True).kind is PersonKind.DEACTIVATED
    assert people.person(somebody.id).kind is PersonKind.DEACTIVATED


def test_what_is_forgotten_is_asked_again(workspace: Workspace, people: SlackPeople) -> None:
    somebody = workspace.add_person("mover")
    channel = workspace.add_channel("moves")
    assert not people.in_channel(somebody.id, channel.id)
    workspace.join(somebody, channel)
    assert not people.in_channel(somebody.id, channel.id)
    people.forget(channel=channel.id)
    assert people.in_channel(somebody.id, channel.id)
    people.person(somebody.id)
    workspace.deactivate(somebody)
    people.forget(user=somebody.id)
    assert people.person(somebody.id).kind is PersonKind.DEACTIVATED


def test_members_are_read_to_the_last_page(workspace: Workspace, people: SlackPeople) -> None:
    crowd = [workspace.add_person(f"crowd{number}", id=f"U0CROWD{number}") for number in range(1005)]
    channel = workspace.add_channel("crowded", crowd)
    assert people.in_channel(crowd[-1].id, channel.id)


def channels_outside(ws: Workspace) -> list[Channel]:
    return [ws.add_channel("private", private=True, bot=False), ws.add_channel("public", bot=False)]


def test_a_channel_the_desk_is_not_in_is_said_so(workspace: Workspace, people: SlackPeople) -> None:
    somebody = workspace.add_person("outside")
    for channel in channels_outside(workspace):
        workspace.join(somebody, channel)
        with pytest.raises(NotInvited):
            people.in_channel(somebody.id, channel.id)
    with pytest.raises(NotInvited):
        people.in_channel(somebody.id, workspace.open_im(somebody.id).id)


def test_an_invited_desk_is_no_longer_outside(workspace: Workspace, people: SlackPeople) -> None:
    somebody = workspace.add_person("inviter")
    channel = workspace.add_channel("later", [somebody], bot=False)
    with pytest.raises(NotInvited):
        people.in_channel(somebody.id, channel.id)
    workspace.join(workspace.bot, channel)
    people.forget(channel=channel.id)
    assert people.in_channel(somebody.id, channel.id)


def test_approvers_are_those_named_and_the_groups_members(workspace: Workspace, watch: Watch) -> None:
    engineer, other = workspace.add_person("engineer"), workspace.add_person("other")
    group = workspace.add_group("approvers", [engineer])
    assert made(workspace, watch).approvers() == {"U0NAMED"}
    grouped = made(workspace, watch, group.id)
    assert grouped.approvers() == {"U0NAMED", engineer.id}
    workspace.set_group(group, [other])
    assert grouped.approvers() == {"U0NAMED", engineer.id}
    assert grouped.approvers(fresh=True) == {"U0NAMED", other.id}


@pytest.mark.parametrize("trouble", ["rate_limited", "server_error", "html", "drop_after"])
def test_no_clear_answer_means_people_are_unknown(workspace: Workspace, people: SlackPeople, trouble: str) -> None:
    somebody = workspace.add_person(f"unclear-{trouble}")
    workspace.faults.arm("users.info", trouble)
    with pytest.raises(PeopleUnknown):
        people.person(somebody.id)
    assert people.person(somebody.id).kind is PersonKind.MEMBER


def test_an_unknown_user_is_unknown(people: SlackPeople) -> None:
    with pytest.raises(PeopleUnknown):
        people.person("U0NOBODY")


def test_memory_lasts_minutes_not_hours() -> None:
    assert timedelta(minutes=15) >= KEPT_FOR
