"""Slack's own client library calls what the workspace serves; what Slack would refuse is refused and remembered."""

from pathlib import Path

import pytest
from slack_sdk import WebClient

from tests.sandbox.slack import Channel, Person, Workspace
from tests.sandbox.slack.methods import methods, table
from tests.sandbox.slack.webapi import ROUTES
from tests.selftest.slack_app import Desk, card, error_of, modal, without


@pytest.fixture
def client(desk: Desk) -> WebClient:
    return desk.client


def test_every_method_and_feature_is_in_the_coverage_table_with_its_test() -> None:
    assert ROUTES.keys() == methods().keys()
    for row in [*table()["methods"].values(), *table()["features"].values()]:
        file, _, name = row["test"].partition("::")
        assert f"def {name}(" in (Path(__file__).parents[1] / file).read_text(), name


def test_a_message_is_posted_edited_and_found(ws: Workspace, client: WebClient, channel: Channel) -> None:
    metadata = {"event_type": "post", "event_payload": {"id": "1"}}
    first = client.chat_postMessage(channel=channel.id, text="one", blocks=card("*one*", "Go"), metadata=metadata)
    reply = client.chat_postMessage(channel=channel.id, text="two", thread_ts=first["ts"], unfurl_links=False)
    client.chat_update(channel=channel.id, ts=first["ts"], text="three")
    [seen] = ws.messages(channel)
    assert (seen.text, seen.plain, seen.edited, seen.metadata) == ("three", "one\n[Go]", True, metadata)
    thread = client.conversations_replies(channel=channel.id, ts=first["ts"], limit=1)
    assert ([each["text"] for each in thread["messages"]], thread["has_more"]) == (["three"], True)
    nested = error_of(client.chat_postMessage, channel=channel.id, text="x", thread_ts=reply["ts"])
    assert nested == "cannot_reply_to_message"
    assert ws.violations == []


def test_the_bot_writes_only_where_it_may(ws: Workspace, client: WebClient, pm: Person, channel: Channel) -> None:
    outside, hidden = ws.add_channel("outside", bot=False), ws.add_channel("hidden", private=True, bot=False)
    ws.archive(old := ws.add_channel("old"))
    told = [error_of(client.chat_postMessage, channel=each.id, text="x") for each in (outside, hidden, old)]
    assert told == ["not_in_channel", "channel_not_found", "is_archived"]
    said = pm.say(channel, "mine")
    assert error_of(client.chat_update, channel=channel.id, ts=said.ts, text="x") == "cant_update_message"


def test_peoples_addresses_are_told_with_the_scope_alone(ws: Workspace, client: WebClient, pm: Person) -> None:
    assert client.users_info(user=pm.id)["user"]["profile"]["email"] == "pm@agency.example"
    assert "email" not in client.users_info(user=ws.add_person("them", "stranger").id)["user"]["profile"]
    without(ws, "users:read.email")
    assert "email" not in client.users_info(user=pm.id)["user"]["profile"]
    assert error_of(client.users_info, user="U404") == "user_not_found"


def test_what_slack_would_refuse_is_refused_and_remembered(ws: Workspace, client: WebClient, channel: Channel) -> None:
    post = {"channel": channel.id, "text": "x"}
    for wrong, error in (
        ({"colour": "red"}, "invalid_arg_name"), ({"text": "", "blocks": card("x")}, "no_text"),
        ({"blocks": [{"type": "x"}]}, "invalid_blocks"), ({"metadata": {"a": 1}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x", "event_payload": 1}}, "invalid_metadata_format"),
        ({"reply_broadcast": True}, "invalid_arguments"), ({"channel": ""}, "invalid_arguments"),
    ):  # fmt: skip
        assert error_of(client.api_call, "chat.postMessage", json=post | wrong) == error
    assert error_of(client.views_publish, user_id=ws.bot_user_id, view=modal()) == "invalid_arguments"
    assert error_of(client.pins_add, channel=channel.id) == "unknown_method"
    client.chat_postMessage(channel=channel.id, text="<script> and <@U404>")
    without(ws, "chat:write")
    assert error_of(client.chat_postMessage, **post) == "missing_scope"
    assert len(ws.violations) == 12


def test_tokens_are_checked_and_never_recorded(ws: Workspace, client: WebClient, channel: Channel) -> None:
    assert error_of(client.auth_test, token="xoxb-wrong") == "invalid_auth"
    assert error_of(client.auth_test, token=ws.app_token) == "not_allowed_token_type"
    client.chat_postMessage(channel=channel.id, text=ws.bot_token)
    assert ws.bot_token not in str(ws.recorder.entries)
