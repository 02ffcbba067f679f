"""Events make the desk forget what it remembered of people and channels."""

import pytest

from tests.handlers.surface import Surface


@pytest.mark.parametrize("event", ["user_change", "team_join"])
def test_a_changed_person_is_forgotten(surface: Surface, event: str) -> None:
    assert surface.event({"type": event, "user": {"id": "U0NEW"}}).status == 200
    assert surface.desk.people.forgotten == [("U0NEW", "")]


@pytest.mark.parametrize("event", ["member_joined_channel", "member_left_channel", "channel_left", "group_left"])
def test_a_channel_whose_members_changed_is_forgotten(surface: Surface, event: str) -> None:
    about = {"user": "U0NEW"} if event.startswith("member") else {}
    assert surface.event({"type": event, "channel": "C0ACME", **about}).status == 200
    assert surface.desk.people.forgotten == [("", "C0ACME")]
