"""The channel's project: who sets it up, who changes it, what it must say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.client import Project
from bot.domain.errors import BadInput, NotAllowed, NotAMember
from bot.domain.notices import Told
from bot.domain.order import Status
from bot.service.project import ProjectInput, Projects
from tests import fakes
from tests.builders import World, a_project
from tests.fakes import CHANNEL, COLLEAGUE, FIRST, GONE, GUEST, OTHER_CHANNEL, OUTSIDER, OWNER, STAND_IN


def saved(world: World) -> Project | None:
    with world.store.unit() as unit:
        return unit.project(CHANNEL)


def test_any_member_of_a_channel_sets_its_project_up_once(world: World) -> None:
    wanted = ProjectInput(" Acme shop ", "acme", OWNER, STAND_IN, launch="2026-12-10")
    for who in (OUTSIDER, GUEST):
        with pytest.raises(NotAllowed):
            world.desk.projects.set_up(OTHER_CHANNEL, who, wanted)
    project = world.desk.projects.set_up(OTHER_CHANNEL, COLLEAGUE, wanted)
    assert project == Project(OTHER_CHANNEL, "Acme shop", "c-acme", OWNER, STAND_IN, launch=date(2026, 12, 10))
    assert [notice.fact("name") for notice in world.told(Told.PROJECT_SET)] == ["Acme shop"]


@pytest.mark.parametrize(("changes", "field"), [
    ({"name": " ", "client_name": "", "owner": ""}, "name client_name owner"), ({"name": "x" * 81}, "name"),
    ({"kick_off": "soon", "launch": "10 December", "sprint_weeks": "9"}, "launch kick_off sprint_weeks"),
    ({"kick_off": "2026-12-11", "launch": "2026-12-10", "sprint_weeks": "1.5"}, "kick_off sprint_weeks"),
    ({"targets": "t" * 501, "not_needed": "n" * 501}, "targets not_needed"),
    ({"names": "www.acme.com *.co.uk"}, "names"), ({"targets": "-----BEGIN PRIVATE KEY-----"}, "targets"),
    ({"owner": GUEST, "stand_in": fakes.ROBOT, "engineer": GONE}, "owner stand_in engineer"),
])  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(world: World, changes: dict[str, str], field: str) -> None:
    wanted = replace(ProjectInput("Acme shop", "Acme", OWNER), **changes)
    with pytest.raises(BadInput) as bad:
        world.desk.projects.set_up(OTHER_CHANNEL, COLLEAGUE, wanted)
    assert {*bad.value.fields} == {*field.split()}


PEOPLE = (OWNER, STAND_IN, fakes.ENGINEER)
WHOLE = ProjectInput(
    "Acme",
    "Acme",
    *PEOPLE,
    "2026-12-10",
    "2026-11-23",
    "3",
    "web-1\nweb-2",
    "They have one.",
    "www.acme.com\n*.acme.org",
)


def test_the_form_begins_with_what_was_set_and_saving_it_again_changes_nothing(world: World) -> None:
    projects = world.desk.projects
    assert projects.shown(OTHER_CHANNEL, COLLEAGUE) == ProjectInput("", "", COLLEAGUE)
    projects.set_up(
        CHANNEL, OWNER, replace(WHOLE, targets=" web-1\n\nweb-2\nweb-1 ", names="https://WWW.acme.com *.acme.org")
    )
    assert projects.shown(CHANNEL, STAND_IN) == WHOLE
    projects.set_up(CHANNEL, FIRST, WHOLE)
    assert saved(world) == a_project(
        name="Acme", launch=date(2026, 12, 10), kick_off=date(2026, 11, 23), sprint_days=21, targets=("web-1", "web-2"),
        not_needed="They have one.", names=("www.acme.com", "*.acme.org"),
    )  # fmt: skip
    assert [(n.fact("by"), n.fact("reason")) for n in world.told(Told.PROJECT_SET)] == [(OWNER, "They have one.")]
    assert projects.client_names() == ("Acme",)
    with world.store.unit() as unit:
        assert [(entry.by, entry.what) for entry in unit.audit(CHANNEL)] == [(OWNER, "project set")]


ACTS: dict[str, Callable[[Projects, str], object]] = {
    "shown": lambda projects, who: projects.shown(CHANNEL, who),
    "set_up": lambda projects, who: projects.set_up(CHANNEL, who, WHOLE),
    "hand_over": lambda projects, who: projects.hand_over(CHANNEL, who, COLLEAGUE),
    "not_needed": lambda projects, who: projects.not_needed(CHANNEL, who, "They have one."),
    "next_sprint": lambda projects, who: projects.next_sprint(CHANNEL, who),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", [COLLEAGUE, OUTSIDER, GUEST, GONE])
def test_others_do_not_even_begin(world: World, act: str, who: str) -> None:
    with pytest.raises(NotAMember if who in (GUEST, GONE) else NotAllowed):
        ACTS[act](world.desk.projects, who)
    assert (saved(world), world.told()) == (a_project(), [])


def test_a_project_handed_over_calls_its_new_owner_once(world: World) -> None:
    for _ in range(2):
        world.desk.projects.hand_over(CHANNEL, FIRST, COLLEAGUE, OWNER)
    assert saved(world) == a_project(owner=COLLEAGUE, stand_in=OWNER)
    assert [(n.mentions, n.fact("handed")) for n in world.told(Told.PROJECT_SET)] == [((COLLEAGUE,), "yes")]
    with world.store.unit() as unit:
        assert [(entry.by, entry.what) for entry in unit.audit(CHANNEL)] == [(FIRST, "handed over")]


@pytest.mark.parametrize(("owner", "stand_in", "field"), [
    ("", "", "owner"), (OUTSIDER, "", "owner"), (GUEST, "", "owner"), (OWNER, OUTSIDER, "stand_in"),
])  # fmt: skip
def test_it_is_handed_over_to_full_members_of_the_channel(world: World, owner: str, stand_in: str, field: str) -> None:
    with pytest.raises(BadInput) as bad:
        world.desk.projects.hand_over(CHANNEL, FIRST, owner, stand_in)
    assert list(bad.value.fields) == [field]


@pytest.mark.parametrize(("kick_off", "until"), [
    ("", "2026-12-07"), ("2026-11-02", "2026-11-30"), ("2026-11-16", "2026-11-30"), ("2026-12-01", "2026-12-01"),
])  # fmt: skip
def test_the_next_sprint_is_counted_from_the_kick_off(world: World, kick_off: str, until: str) -> None:
    projects = world.desk.projects
    projects.set_up(CHANNEL, OWNER, replace(WHOLE, kick_off=kick_off, sprint_weeks="", not_needed=""))
    assert projects.next_sprint(CHANNEL, OWNER) == projects.next_sprint(CHANNEL, STAND_IN)
    assert [n.fact("until") for n in world.told(Told.PROJECT_SET)] == ["", until]
    assert str(projects.set_up(CHANNEL, OWNER, replace(WHOLE, kick_off=kick_off)).quiet_until) == until


def test_a_project_without_need_says_why_until_its_form_takes_it_back(world: World) -> None:
    projects = world.desk.projects
    for reason in (" ", "n" * 501):
        with pytest.raises(BadInput, match="reason"):
            projects.not_needed(CHANNEL, OWNER, reason)
    assert projects.not_needed(CHANNEL, OWNER, " The client has one. ").not_needed == "The client has one."
    projects.set_up(CHANNEL, OWNER, replace(projects.shown(CHANNEL, OWNER), not_needed=""))
    assert [n.fact("reason") for n in world.told(Told.PROJECT_SET)] == ["The client has one.", ""]


@pytest.mark.parametrize("lost", [{"engineer": ""}, {"engineer": "", "stand_in": "", "owner": GONE}])
def test_an_order_goes_on_whoever_has_left_its_project(world: World, lost: dict[str, str]) -> None:
    with world.store.unit() as unit:
        unit.save_project(a_project(**lost))
    order = world.waiting()
    world.later(order, days=3)
    world.people.channels[CHANNEL] = set()
    assert world.later(world.approve(order)).status is Status.VALIDATING
    assert {user for n in world.told(Told.REMINDER) for user in n.mentions} >= fakes.APPROVERS
