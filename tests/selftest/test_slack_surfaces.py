"""Files in forms, shortcuts, Home, guests and people of other workspaces, and a bot that is sent away."""

from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack import Channel, Person, Workspace
from tests.selftest.test_slack_bolt import card, manifest
from tests.selftest.test_slack_people import Desk, modal, on_top, opened
from tests.selftest.test_slack_webapi import error_of

Json = dict[str, Any]
PICK = {"type": "file_input", "action_id": "a", "filetypes": ["csr", "PEM"], "max_files": 2}


@pytest.fixture
def ws() -> Iterator[Workspace]:
    with Workspace(manifest(), delivery="callable") as workspace:
        yield workspace


@pytest.fixture
def desk(ws: Workspace) -> Desk:
    ws.deliver = made = Desk(ws)
    return made


def without(ws: Workspace, scope: str) -> None:
    ws.manifest["oauth_config"]["scopes"]["bot"].remove(scope)


def fetched(url: str, token: str) -> tuple[int, str, bytes]:
    """Status, kind and content of what is at the address."""
    with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:  # noqa: S310 - on loopback
        return answer.status, answer.headers.get_content_type(), answer.read()


def test_a_file_is_chosen_sent_and_fetched_with_the_bots_token(
    ws: Workspace, desk: Desk, pm: Person, channel: Channel
) -> None:
    opened(desk, pm, channel, modal(PICK))
    for wrong in (
        {"a.txt": "x"},
        {"csr": "x"},
        dict.fromkeys(("1.csr", "2.csr", "3.csr"), "x"),
        {"a.csr": ""},
        "a.csr",
    ):
        with pytest.raises(AssertionError, match="client does not let"):
            pm.fill("file_input", wrong)
    pm.fill("file_input", {"a request.csr": "text", "chain.PEM": b"\x00\xff"})
    assert on_top(pm).plain == "file_input: <a request.csr, chain.PEM>"
    pm.submit()
    [first, second] = desk.told[-1]["view"]["state"]["values"]["b0"]["a"]["files"]
    told = [(each["name"], each["size"], each["user"]) for each in (first, second)]
    assert told == [("a request.csr", 4, pm.id), ("chain.PEM", 2, pm.id)]
    url = second["url_private_download"]
    assert fetched(url, ws.bot_token) == (200, "application/octet-stream", b"\x00\xff")
    assert ws.recorder.entries[-1].reply == "2 bytes"
    status, kind, page = fetched(url, "xoxb-another")
    assert (status, kind, b"Sign in" in page) == (200, "text/html", True)
    ws.faults.arm("download", "server_error")
    for trouble, message in ((url, "500"), (f"{ws.url}/files-pri/F404/a", "404")):
        with pytest.raises(OSError, match=message):
            fetched(trouble, ws.bot_token)
    without(ws, "files:read")
    assert fetched(url, ws.bot_token)[1] == "text/html"
    with pytest.raises(SlackApiError, match="files:read"):
        opened(desk, pm, channel, modal(PICK))


def test_a_shortcut_on_a_message_brings_the_message(ws: Workspace, desk: Desk, pm: Person, channel: Channel) -> None:
    said = pm.say(channel, "please take this")
    desk.opens(modal(PICK))
    assert pm.shortcut(said, "take").view
    wanted = {"type": "message_action", "callback_id": "take", "message_ts": said.ts, "message": said.as_json()}
    assert wanted.items() <= desk.told[-1].items()
    who = [desk.told[-1][key]["id"] for key in ("user", "team", "channel")]
    assert who == [pm.id, ws.team_id, channel.id]
    assert desk.told[-1]["response_url"].startswith(ws.url)
    desk.client.chat_postEphemeral(channel=channel.id, user=pm.id, text="for you")
    without(ws, "commands")
    for message in (pm.ephemerals[0], said):
        with pytest.raises(AssertionError, match="client does not let"):
            pm.shortcut(message, "take")


def test_home_tells_what_is_published_and_its_buttons_work(desk: Desk, pm: Person) -> None:
    desk.act = lambda _payload: desk.client.views_publish(
        user_id=pm.id, view={"type": "home", "callback_id": "home", "blocks": card("Yours", "Go")}
    )
    for published in (False, True):
        assert pm.open_home().plain == "Yours\n[Go]"
        event = desk.told[-1]["event"]
        assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", pm.id)
        assert event.get("view", {}).get("type") == ("home" if published else None)
    desk.opens(modal(PICK))
    outcome, sent = pm.click_home("go"), desk.told[-1]
    assert (bool(outcome.view), outcome.asked[:5]) == (True, "Sure?")
    assert (sent["container"], sent["actions"][0]["value"]) == ({"type": "view", "view_id": sent["view"]["id"]}, "1")
    assert not sent.keys() & {"channel", "message", "response_url"}


def test_people_say_who_they_are_and_guests_and_strangers_are_told_apart(
    ws: Workspace, desk: Desk, pm: Person, channel: Channel
) -> None:
    guest, single, stranger = (ws.add_person(kind, kind) for kind in ("guest", "single_guest", "stranger"))
    for each in (guest, single, stranger):
        ws.join(each, channel)
    told = {each: desk.client.users_info(user=each)["user"] for each in channel.members}
    profile = {"display_name": "pm", "title": "Project manager", "email": "pm@agency.example", "team": ws.team_id}
    assert profile.items() <= told[pm.id]["profile"].items()
    flags = [(told[each.id]["is_restricted"], told[each.id]["is_ultra_restricted"]) for each in (pm, guest, single)]
    assert flags == [(False, False), (True, False), (True, True)]
    assert (told[stranger.id]["team_id"] != ws.team_id, told[stranger.id]["is_stranger"]) == (True, False)
    assert "email" not in told[stranger.id]["profile"]
    assert desk.client.conversations_info(channel=channel.id)["channel"]["is_ext_shared"] is True
    without(ws, "users:read.email")
    assert "email" not in desk.client.users_info(user=pm.id)["user"]["profile"]


def test_what_was_typed_stays_only_where_both_ids_stay(desk: Desk, pm: Person, channel: Channel) -> None:
    fields = [{"type": "plain_text_input", "action_id": each} for each in ("kept", "renamed")]
    opened(desk, pm, channel, modal(*fields))
    for each in fields:
        pm.fill(each["action_id"], "typed")
    view = on_top(pm).id
    fresh = modal(fields[0] | {"initial_value": "no"}, fields[1] | {"action_id": "other", "initial_value": "new"})
    desk.client.views_update(view_id=view, view=fresh)
    assert [each.value for each in on_top(pm).inputs.values()] == ["typed", "new"]
    again = modal(*fields)
    again["blocks"][0]["block_id"] = "moved"
    desk.client.views_update(view_id=view, view=again)
    assert [each.value for each in on_top(pm).inputs.values()] == ["", ""]


@pytest.mark.parametrize(("private", "error"), [(False, "not_in_channel"), (True, "channel_not_found")])
def test_a_bot_that_was_sent_away_cannot_write_but_still_hears_clicks(
    ws: Workspace, desk: Desk, pm: Person, *, private: bool, error: str
) -> None:
    channel = ws.add_channel("left", [pm], private=private)
    posted = desk.client.chat_postMessage(channel=channel.id, text="x", blocks=card("x", "Go"))
    ws.kick_bot(channel)
    for call, how in ((desk.client.chat_postMessage, {}), (desk.client.chat_update, {"ts": posted["ts"]})):
        assert error_of(call, channel=channel.id, text="y", **how) == error
    assert pm.click(ws.messages(channel)[0], "Go").acked
    assert desk.told[-1]["channel"]["id"] == channel.id
    ws.join(ws.bot, channel)
    assert desk.client.chat_postMessage(channel=channel.id, text="back")["ok"]
