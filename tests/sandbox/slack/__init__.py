"""The Slack stand-in: a workspace with people in it, at least as strict as Slack's, on loopback only."""

from tests.sandbox.slack.delivery import Missed
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.seen import OpenView, Outcome, Submitted
from tests.sandbox.slack.state import Channel, Group, Message
from tests.sandbox.slack.surfaces import check_message, check_view
from tests.sandbox.slack.workspace import Workspace

__all__ = [
    "Channel", "Group", "Message", "Missed", "OpenView", "Outcome", "Person", "Submitted", "Workspace", "check_message",
    "check_view",
]  # fmt: skip
