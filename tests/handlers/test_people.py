"""Who is who, as Slack tells it: asked of the workspace stand-in by the real client."""

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.domain.client import PersonKind
from bot.domain.errors import NotInvited, PeopleUnknown
from handlers.people import SlackPeople, kind_of
from tests.fakes import CHANNEL, FakeClock
from tests.handlers.surface import Surface
from tests.sandbox.slack import Workspace

MEMBER, GUEST, STRANGER, GONE, BOT = (
    PersonKind.MEMBER, PersonKind.GUEST, PersonKind.STRANGER, PersonKind.DEACTIVATED, PersonKind.BOT,
)  # fmt: skip


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def people(workspace: Workspace, clock: FakeClock) -> SlackPeople:
    workspace.faults.clear()
    return made(workspace, clock)


def made(ws: Workspace, clock: FakeClock, group: str = "") -> SlackPeople:
    client = WebClient(ws.bot_token, ws.api_url, timeout=1, retry_handlers=[])
    return SlackPeople(client, clock, ws.team_id, frozenset({"U0NAMED"}), group)


def calls(ws: Workspace, method: str) -> int:
    return len([entry for entry in ws.recorder.entries if method in (entry.verb, entry.path.rsplit("/", 1)[-1])])


KINDS = {
    "member": MEMBER, "admin": MEMBER, "guest": GUEST, "single_guest": GUEST, "stranger": STRANGER,
    "deactivated": GONE, "bot": BOT,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "expected"), KINDS.items())
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
        ({"team_id": "T2"}, STRANGER),
        ({}, STRANGER),
        ({"team_id": "T1", "is_stranger": True}, STRANGER),
        ({"team_id": "T1", "is_restricted": True, "is_bot": True}, BOT),
        ({"team_id": "T1", "is_restricted": True, "deleted": True}, GONE),
        ({"team_id": "T1", "id": "USLACKBOT"}, BOT),
        ({"team_id": "T1", "is_admin": True}, MEMBER),
    ],
)
def test_the_strictest_reading_wins(told: dict[str, object], expected: PersonKind) -> None:
    assert kind_of(told, "T1") is expected


def test_slack_is_asked_once_and_again_when_it_must_be_fresh_or_after_a_while(
    workspace: Workspace, people: SlackPeople, clock: FakeClock
) -> None:
    somebody = workspace.add_person("kept")
    before = calls(workspace, "users.info")
    people.person(somebody.id)
    people.person(somebody.id)
    assert calls(workspace, "users.info") == before + 1
    workspace.deactivate(somebody)
    assert people.person(somebody.id).kind is MEMBER
    assert people.person(somebody.id, fresh=True).kind is people.person(somebody.id).kind is GONE
    assert calls(workspace, "users.info") == before + 2
    clock.advance(timedelta(minutes=15))
    people.person(somebody.id)
    assert calls(workspace, "users.info") == before + 3


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
    assert people.person(somebody.id).kind is GONE


def test_members_are_read_to_the_last_page(workspace: Workspace, people: SlackPeople) -> None:
    crowd = [workspace.add_person(f"crowd{number}", id=f"U0CROWD{number}") for number in range(1005)]
    channel = workspace.add_channel("crowded", crowd)
    assert people.in_channel(crowd[-1].id, channel.id)


def test_a_channel_the_desk_is_not_in_is_said_so(workspace: Workspace, people: SlackPeople) -> None:
    somebody = workspace.add_person("outside")
    for private in (True, False):
        channel = workspace.add_channel(f"private-{private}", private=private, bot=False)
        workspace.join(somebody, channel)
        with pytest.raises(NotInvited):
            people.in_channel(somebody.id, channel.id)
    with pytest.raises(NotInvited):
        people.in_channel(somebody.id, workspace.open_im(somebody.id).id)


def test_approvers_are_those_named_and_the_groups_members(workspace: Workspace, clock: FakeClock) -> None:
    engineer, other = workspace.add_person("engineer"), workspace.add_person("other")
    group = workspace.add_group("approvers", [engineer])
    assert made(workspace, clock).approvers() == {"U0NAMED"}
    grouped = made(workspace, clock, group.id)
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


@pytest.mark.parametrize(("event", "facts", "forgotten"), [
    *((event, {"user": {"id": "U0NEW"}}, ("U0NEW", "")) for event in ("user_change", "team_join")),
    *((event, {"user": "U0NEW", "channel": CHANNEL}, ("", CHANNEL))
      for event in ("member_joined_channel", "member_left_channel")),
    *((event, {"channel": CHANNEL}, ("", CHANNEL)) for event in ("channel_left", "group_left")),
])  # fmt: skip
def test_an_event_makes_the_desk_forget_whom_it_is_about(
    surface: Surface, event: str, facts: dict[str, object], forgotten: tuple[str, str]
) -> None:
    assert surface.event({"type": event, **facts}).status == 200
    assert surface.desk.people.forgotten == [forgotten]
