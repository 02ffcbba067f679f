"""Slack's own client library calls every method the workspace serves, and meets every fault."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import RetryHandler

from tests.sandbox.slack import Channel, Person, Workspace
from tests.sandbox.slack.methods import methods, table
from tests.sandbox.slack.webapi import ROUTES
from tests.selftest.test_slack_bolt import card, form, manifest


@pytest.fixture
def ws() -> Iterator[Workspace]:
    with Workspace(manifest()) as workspace:
        yield workspace


@pytest.fixture
def client(ws: Workspace) -> WebClient:
    return client_of(ws)


def client_of(ws: Workspace, token: str | None = None, retries: list[RetryHandler] | None = None) -> WebClient:
    return WebClient(token or ws.bot_token, base_url=ws.api_url, timeout=5, retry_handlers=retries or [])


def error_of(call: Any, /, *args: Any, **how: Any) -> str:  # noqa: ANN401 - any method of the client
    with pytest.raises(SlackApiError) as caught:
        call(*args, **how)
    return str(caught.value.response["error"])


def test_every_method_and_feature_is_in_the_coverage_table_with_its_test() -> None:
    assert ROUTES.keys() == methods().keys()
    here = Path(__file__).parent
    for row in [*table()["methods"].values(), *table()["features"].values()]:
        file, _, name = row["test"].partition("::")
        assert f"def {name}(" in (here / file).read_text(), name


def test_a_message_is_posted_edited_and_found(ws: Workspace, client: WebClient, channel: Channel) -> None:
    metadata = {"event_type": "post", "event_payload": {"id": "1"}}
    first = client.chat_postMessage(channel=channel.id, text="one", blocks=card("*one*", "Go"), metadata=metadata)
    reply = client.chat_postMessage(channel=channel.id, text="two", thread_ts=first["ts"], unfurl_links=False)
    assert float(reply["ts"]) > float(first["ts"])
    client.chat_update(channel=channel.id, ts=first["ts"], text="three")
    [seen] = ws.messages(channel)
    assert (seen.text, seen.plain, seen.edited, seen.metadata) == ("three", "one\n[Go]", True, metadata)
    found = client.conversations_history(channel=channel.id, include_all_metadata=True, limit=5)
    assert [each["metadata"] for each in found["messages"]] == [metadata]
    thread = client.conversations_replies(channel=channel.id, ts=first["ts"], limit=1)
    assert ([each["text"] for each in thread["messages"]], thread["has_more"]) == (["three"], True)
    cursor = thread["response_metadata"]["next_cursor"]
    rest = client.conversations_replies(channel=channel.id, ts=first["ts"], cursor=cursor)
    assert [each["text"] for each in rest["messages"]] == ["two"]
    nested = error_of(client.chat_postMessage, channel=channel.id, text="x", thread_ts=reply["ts"])
    assert nested == "cannot_reply_to_message"
    ws.drop_post(seen)
    assert error_of(client.chat_update, channel=channel.id, ts=first["ts"], text="x") == "message_not_found"
    assert ws.violations == []


def test_an_ephemeral_message_is_for_one_person(ws: Workspace, client: WebClient, pm: Person, channel: Channel) -> None:
    client.chat_postEphemeral(channel=channel.id, user=pm.id, text="psst <!date^0^{date_num} {time}|then>")
    assert [each.plain for each in pm.messages(channel)] == ["psst 1970-01-01 01:00"]
    assert ws.messages(channel) == []
    outsider = ws.add_person("outsider")
    assert error_of(client.chat_postEphemeral, channel=channel.id, user=outsider.id, text="x") == "user_not_in_channel"
    said = pm.say(channel, "mine")
    assert error_of(client.chat_update, channel=channel.id, ts=said.ts, text="x") == "cant_update_message"
    assert [each.text for each in ws.messages(channel)] == ["mine"]


def test_a_post_is_refused_where_the_bot_may_not_write(ws: Workspace, client: WebClient) -> None:
    outside, hidden = ws.add_channel("outside", bot=False), ws.add_channel("hidden", private=True, bot=False)
    old = ws.add_channel("old")
    old.archived = True
    told = [error_of(client.chat_postMessage, channel=each.id, text="x") for each in (outside, hidden, old)]
    assert told == ["not_in_channel", "channel_not_found", "is_archived"]


def test_conversations_are_told_as_far_as_the_bot_sees_them(ws: Workspace, client: WebClient, pm: Person) -> None:
    private = ws.add_channel("secret", [pm], private=True)
    shared = ws.add_channel("partner", [pm], shared=True)
    assert client.conversations_info(channel=private.id)["channel"]["is_private"] is True
    assert client.conversations_info(channel=shared.id)["channel"]["is_ext_shared"] is True
    assert client.conversations_members(channel=private.id)["members"] == [pm.id, ws.bot_user_id]
    im = client.conversations_open(users=pm.id)["channel"]["id"]
    client.chat_postMessage(channel=pm.id, text="hello")
    assert [each.text for each in ws.messages(pm)] == ["hello"]
    assert (pm.dm.id, pm.messages(pm.dm)[0].channel) == (im, im)


def test_people_and_groups_are_told(ws: Workspace, client: WebClient, pm: Person) -> None:
    left, group = ws.add_person("left", "deactivated"), ws.add_group("approvers", [pm])
    told = client.users_info(user=left.id)["user"]
    assert (told["deleted"], "is_admin" in told) == (True, False)
    assert client.usergroups_users_list(usergroup=group.id)["users"] == [pm.id]
    assert client.auth_test()["user_id"] == ws.bot_user_id
    assert error_of(client.users_info, user="U404") == "user_not_found"


def test_home_is_published_with_its_hash(client: WebClient, pm: Person) -> None:
    view = {"type": "home", "blocks": card("first", "Go")}
    hash_ = client.views_publish(user_id=pm.id, view=view)["view"]["hash"]
    client.views_publish(user_id=pm.id, view=view | {"blocks": card("second")}, hash=hash_)
    assert error_of(client.views_publish, user_id=pm.id, view=view, hash=hash_) == "hash_conflict"
    assert pm.open_home().plain == "second"
    assert error_of(client.views_publish, user_id=pm.id, view=form("C1")) == "invalid_arguments"


def test_a_file_is_uploaded_in_three_calls(ws: Workspace, client: WebClient, channel: Channel) -> None:
    what: dict[str, Any] = {"filename": "report.html", "content": "<p>", "title": "Report", "initial_comment": "here"}
    done = client.files_upload_v2(channel=channel.id, **what)
    file = done["files"][0]["id"]
    [message] = ws.messages(channel)
    assert (message.text, message.files[0]["title"], ws.files[file].content) == ("here", "Report", b"<p>")
    asked = client.files_getUploadURLExternal(filename="a", length=3)
    assert error_of(client.files_completeUploadExternal, files=[{"id": asked["file_id"]}]) == "file_not_found"


def test_what_slack_would_refuse_is_refused_and_remembered(ws: Workspace, client: WebClient, channel: Channel) -> None:
    post, scopes = {"channel": channel.id, "text": "x"}, ws.manifest["oauth_config"]["scopes"]
    allowed, scopes["bot"] = scopes["bot"], []
    assert error_of(client.chat_postMessage, **post) == "missing_scope"
    scopes["bot"] = allowed
    for wrong, error in (
        ({"colour": "red"}, "invalid_arg_name"), ({"text": "", "blocks": card("x")}, "no_text"),
        ({"blocks": [{"type": "x"}]}, "invalid_blocks"), ({"metadata": {"a": 1}}, "invalid_metadata_format"),
    ):  # fmt: skip
        assert error_of(client.api_call, "chat.postMessage", json=post | wrong) == error
    assert error_of(client.pins_add, channel=channel.id) == "unknown_method"
    client.chat_postMessage(channel=channel.id, text="<script> and <@U404>")
    assert len(ws.violations) == 8


def test_tokens_are_checked_and_never_recorded(ws: Workspace, channel: Channel) -> None:
    assert error_of(client_of(ws, "xoxb-wrong").auth_test) == "invalid_auth"
    assert error_of(client_of(ws, ws.app_token).auth_test) == "not_allowed_token_type"
    client_of(ws).chat_postMessage(channel=channel.id, text=ws.bot_token)
    assert ws.bot_token not in str(ws.recorder.entries)


def test_each_fault_is_met_by_the_real_client(ws: Workspace, client: WebClient, channel: Channel) -> None:
    def post() -> object:
        return client.chat_postMessage(channel=channel.id, text="x")

    ws.faults.arm("chat.postMessage", "rate_limited", after=7)
    with pytest.raises(SlackApiError) as limited:
        post()
    assert (limited.value.response.status_code, limited.value.response.headers["retry-after"]) == (429, "7")
    for kind, status in (("server_error", 500), ("html", 200)):
        ws.faults.arm("*", kind)
        with pytest.raises(SlackApiError) as failed:
            post()
        assert failed.value.response.status_code == status
    ws.faults.arm("chat.postMessage", "error", error="token_revoked")
    assert error_of(post) == "token_revoked"
    assert ws.messages(channel) == []
    for kind, left in (("drop_before", 0), ("drop_after", 1)):
        ws.faults.arm("chat.postMessage", kind)
        with pytest.raises(OSError, match="closed connection|reset"):
            post()
        assert len(ws.messages(channel)) == left


def test_a_delayed_call_waits_until_it_is_released(ws: Workspace, client: WebClient, channel: Channel) -> None:
    reached, released = threading.Event(), threading.Event()
    ws.faults.arm("chat.postMessage", "delay", reached=reached, released=released)
    call = threading.Thread(target=client.chat_postMessage, kwargs={"channel": channel.id, "text": "slow"})
    call.start()
    assert reached.wait(5)
    client.chat_postMessage(channel=channel.id, text="quick")
    released.set()
    call.join()
    assert [each.text for each in ws.messages(channel)] == ["quick", "slow"]
