"""What happens in the workspace without a click: people and memberships change, so what was remembered is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.service.desk import Desk


def person_changed(event: dict[str, Any], desk: Desk) -> None:
    """Somebody joined the workspace, left it, or became something else there."""
    desk.people.forget(user=event["user"]["id"])


def members_changed(event: dict[str, Any], desk: Desk) -> None:
    """Somebody, or the desk itself, came into a channel or left it."""
    desk.people.forget(channel=event["channel"])
