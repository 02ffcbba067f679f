"""Events make the desk forget what it remembered of people and channels."""

import pytest

from tests.handlers.surface import Surface


@pytest.mark.parametrize("event", ["user_change", "team_join"])
def test_a_changed_person_is_forgotten(surface: Surface, event: str) -> None:
    assert surface.event({"type": event, "user": {"id": "U0NEW"}}).status == 200
    assert surface.desk.people.forgotten == [("U0NEW", "")]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "user": "U0NEW", "channel": "C0ACME"},
        {"type": "member_left_channel", "user": "U0NEW", "channel": "C0ACME"},
        {"type": "channel_left", "channel": "C0ACME"},
        {"type": "group_left", "channel": "C0ACME"},
    ],
)
def test_a_channel_whose_members_changed_is_forgotten(surface: Surface, event: dict[str, str]) -> None:
    assert surface.event(event).status == 200
    assert surface.desk.people.forgotten == [("", "C0ACME")]
