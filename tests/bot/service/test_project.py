"""The channel's project: who sets it up, who changes it, what it must say."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.errors import BadInput, DeskError, NotAllowed, NotAMember
from bot.domain.notices import Told
from bot.service.project import ProjectInput
from tests.builders import World
from tests.fakes import CHANNEL, COLLEAGUE, FIRST, GUEST, OTHER_CHANNEL, OUTSIDER, OWNER, REQUESTER, STAND_IN


def test_any_member_of_a_channel_sets_its_project_up_once(world: World) -> None:
    wanted = ProjectInput(" Acme shop ", "acme", OWNER, STAND_IN, launch="2026-12-10")
    project = world.desk.projects.set_up(OTHER_CHANNEL, COLLEAGUE, wanted)
    assert (project.id, project.name, project.client_id, project.launch) == (
        OTHER_CHANNEL, "Acme shop", "c-acme", date(2026, 12, 10),
    )  # fmt: skip
    assert [notice.fact("name") for notice in world.told(Told.PROJECT_SET)] == ["Acme shop"]


@pytest.mark.parametrize(
    ("who", "may"), [(OWNER, True), (STAND_IN, True), (FIRST, True), (COLLEAGUE, False), (REQUESTER, False)]
)
def test_a_project_is_changed_by_owner_stand_in_or_approver(world: World, who: str, *, may: bool) -> None:
    wanted = ProjectInput("New name", "Beta", OWNER)
    if may:
        project = world.desk.projects.set_up(CHANNEL, who, wanted)
        assert (project.name, project.client_id != "c-acme") == ("New name", True)
        return
    with pytest.raises(NotAllowed):
        world.desk.projects.set_up(CHANNEL, who, wanted)


@pytest.mark.parametrize(("changes", "field"), [
    ({"name": " "}, "name"), ({"name": "x" * 81}, "name"), ({"client_name": ""}, "client_name"),
    ({"owner": ""}, "owner"), ({"launch": "10 December"}, "launch"),
])  # fmt: skip
def test_a_project_needs_name_client_and_owner(world: World, changes: dict[str, str], field: str) -> None:
    wanted = replace(ProjectInput("Acme shop", "Acme", OWNER), **changes)
    with pytest.raises(BadInput) as bad:
        world.desk.projects.set_up(OTHER_CHANNEL, COLLEAGUE, wanted)
    assert list(bad.value.fields) == [field]


@pytest.mark.parametrize(("who", "error"), [(OUTSIDER, NotAllowed), (GUEST, NotAMember)])
def test_nobody_else_sets_up_a_project(world: World, who: str, error: type[DeskError]) -> None:
    with pytest.raises(error):
        world.desk.projects.set_up(OTHER_CHANNEL, who, ProjectInput("X", "Y", OWNER))
