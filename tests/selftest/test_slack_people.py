"""What people can and cannot do, and the rules of triggers, views, acknowledgements, events and response URLs."""

from datetime import date
from urllib.request import Request, urlopen

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from tests.sandbox.slack import Channel, Person, Workspace
from tests.selftest.slack_app import Desk, Json, card, error_of, manifest, modal, plain, without

TEXT = {"type": "plain_text_input", "action_id": "a"}


def test_views_are_opened_pushed_and_updated_by_the_rules(desk: Desk, pm: Person, channel: Channel) -> None:
    fields = [TEXT | {"action_id": each} for each in ("kept", "renamed")]
    first = desk.opened(pm, channel, modal(*fields))
    for each in fields:
        pm.fill(each["action_id"], "typed")
    fresh = modal(fields[0] | {"initial_value": "no"}, fields[1] | {"action_id": "other", "initial_value": "new"})
    fresh["blocks"] += card("", "More")[1:]
    desk.client.views_update(view_id=first.id, view=fresh)
    assert [each.value for each in first.inputs.values()] == ["typed", "new"]
    for depth in range(2, 4):
        desk.opens(fresh | {"title": plain(f"Step {depth}")}, "views.push")
        pushed = pm.press("More").view
        assert (pushed and pushed.title, len(pm.stack)) == (f"Step {depth}", depth)
    desk.act = lambda payload: error_of(desk.client.views_push, trigger_id=payload["trigger_id"], view=fresh)
    assert (pm.press("More").view, len(pm.stack)) == (None, 3)
    pm.close(everything=True)
    assert error_of(desk.client.views_update, view_id=first.id, view=fresh) == "not_found"


def test_a_trigger_serves_once_within_three_seconds(ws: Workspace, desk: Desk, pm: Person, channel: Channel) -> None:
    pm.command(channel, "/cert")
    trigger, now = desk.told[-1]["trigger_id"], ws.clock()
    ws.clock = lambda: now + 3.1
    for told, error in ((trigger, "expired"), (trigger, "exchanged"), ("1.2", "invalid")):
        assert error_of(desk.client.views_open, trigger_id=told, view=modal(TEXT)) == f"{error}_trigger_id"


OTHER = modal(TEXT, title=plain("Other"))


@pytest.mark.parametrize(
    ("answer", "title", "wrong"),
    [
        (None, None, 0), ({"response_action": "clear"}, None, 0),
        ({"response_action": "update", "view": OTHER}, "Other", 0),
        ({"response_action": "push", "view": OTHER}, "Other", 0),
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "T", 1),
        ({"response_action": "errors", "errors": {}}, "T", 1),
        ({"response_action": "update", "view": {"type": "modal"}}, "T", 1), ({"text": "done"}, "T", 1),
    ],
)  # fmt: skip
def test_a_submission_is_answered_in_slacks_words(
    desk: Desk, pm: Person, channel: Channel, answer: Json | None, title: str | None, wrong: int
) -> None:
    desk.opened(pm, channel, modal(TEXT))
    desk.answers = [answer]
    done = pm.submit()
    assert (done.closed, done.view and done.view.title) == (title is None, title)
    assert (list(done.errors), len(desk.ws.violations)) == ([""] * wrong, wrong)


OPTIONS = [{"text": plain(each), "value": each[0].lower()} for each in ("Alpha", "Beta")]
CHOICE = {"type": "static_select", "options": OPTIONS}
SEVERAL = {"type": "checkboxes", "options": OPTIONS}
PICK = {"type": "file_input", "filetypes": ["csr", "PEM"], "max_files": 2}


@pytest.mark.parametrize(
    ("element", "value", "state"),
    [
        (TEXT, "x", {"value": "x"}), (TEXT, "", {"value": None}),
        ({"type": "datepicker"}, date(2026, 12, 10), {"selected_date": "2026-12-10"}),
        (CHOICE, "Beta", {"selected_option": OPTIONS[1]}),
        (CHOICE | {"initial_option": OPTIONS[0]}, None, {"selected_option": None}),
        (CHOICE | {"type": "radio_buttons"}, "a", {"selected_option": OPTIONS[0]}),
        (SEVERAL, ["Alpha"], {"selected_options": [OPTIONS[0]]}), (SEVERAL, [], {"selected_options": []}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
    ],
)  # fmt: skip
def test_each_kind_of_field_is_entered_and_sent_in_slacks_shape(
    ws: Workspace, desk: Desk, channel: Channel, element: Json, value: object, state: Json
) -> None:
    ws.join(pm := ws.add_person("somebody", id="U1"), channel)
    desk.opened(pm, channel, modal(element | {"action_id": "a"}))
    pm.fill(element["type"], value)
    pm.submit()
    assert desk.told[-1]["view"]["state"]["values"] == {"b0": {"a": {"type": element["type"]} | state}}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (TEXT | {"max_length": 3}, "four"), (TEXT, "two\nlines"), (TEXT, 7), (CHOICE, "Gamma"), (SEVERAL, "Alpha"),
        ({"type": "users_select"}, "U404"), (PICK, "a.csr"), (PICK, {"a.txt": "x"}), (PICK, {"csr": "x"}),
        (PICK, {"a.csr": ""}), (PICK, dict.fromkeys(("1.csr", "2.csr", "3.csr"), "x")),
    ],
)  # fmt: skip
def test_what_the_client_would_not_take_is_refused(
    desk: Desk, pm: Person, channel: Channel, element: Json, value: object
) -> None:
    desk.opened(pm, channel, modal(element))
    with pytest.raises(AssertionError, match="client does not let"):
        pm.fill(element["type"], value)


def test_a_file_is_chosen_sent_and_fetched_with_the_bots_token(
    ws: Workspace, desk: Desk, pm: Person, channel: Channel
) -> None:
    def fetched(token: str) -> tuple[str, bytes]:
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:  # noqa: S310 - on loopback
            return answer.headers.get_content_type(), answer.read()

    desk.opened(pm, channel, modal(PICK | {"action_id": "a"}))
    pm.fill("file_input", {"a request.csr": "text", "chain.PEM": b"\x00\xff"})
    pm.submit()
    file = desk.told[-1]["view"]["state"]["values"]["b0"]["a"]["files"][1]
    assert (file["name"], file["size"], file["user"]) == ("chain.PEM", 2, pm.id)
    url = file["url_private_download"]
    assert fetched(ws.bot_token) == ("application/octet-stream", b"\x00\xff")
    assert ws.recorder.entries[-1].reply == "2 bytes"
    assert fetched("xoxb-another")[0] == "text/html"
    without(ws, "files:read")
    assert fetched(ws.bot_token)[0] == "text/html"
    with pytest.raises(SlackApiError, match="files:read"):
        desk.opened(pm, channel, modal(PICK))


def test_a_response_url_serves_five_times_within_thirty_minutes(
    ws: Workspace, desk: Desk, pm: Person, channel: Channel
) -> None:
    desk.client.chat_postMessage(channel=channel.id, text="x", blocks=card("x", "Approve"))
    pm.click(ws.messages(channel)[0], "Approve")
    url = WebhookClient(desk.told[-1]["response_url"])
    url.send(text="done", replace_original=True)
    assert [each.plain for each in ws.messages(channel)] == ["done"]
    assert [url.send(text=each).status_code for each in "23456"] == [200] * 4 + [404]
    assert [each.plain for each in pm.messages(channel)][1:] == [*"2345"]
    pm.command(channel, "/cert")
    ws.clock = lambda: 1_800_001_801.0
    late = WebhookClient(desk.told[-1]["response_url"]).send(text="late")
    assert late.body == '{"ok": false, "error": "expired_url"}'


def test_a_missed_acknowledgement_is_shown_and_an_event_comes_again(
    ws: Workspace, desk: Desk, pm: Person, channel: Channel
) -> None:
    desk.opened(pm, channel, modal(TEXT))
    ws.ack_seconds = -1
    outcome = pm.command(channel, "/cert")
    assert (outcome.acked, outcome.text) == (False, '/cert failed with the error "operation_timeout"')
    assert (list(pm.submit().errors), len(pm.stack)) == ([""], 1)
    desk.told.clear()
    ws.join(ws.add_person("engineer"), channel)
    events = [each["event_id"] for each in desk.told if each["event"]["type"] == "member_joined_channel"]
    assert (len(events), len(set(events))) == (2, 1)


def test_only_subscribed_events_of_the_bots_channels_are_sent(ws: Workspace, pm: Person, desk: Desk) -> None:
    elsewhere = ws.add_channel("elsewhere", bot=False)
    for person, heard in ((pm, 0), (ws.bot, 1)):
        ws.join(person, elsewhere)
        assert len(desk.told) == heard
    wrong = manifest()
    wrong["settings"]["event_subscriptions"]["bot_events"] = ["link_shared", "nonsense", "app_home_opened"]
    assert [each.split()[3] for each in Workspace(wrong).violations] == ["link_shared", "nonsense"]


def test_people_cannot_do_what_their_client_does_not_offer(
    ws: Workspace, pm: Person, channel: Channel, desk: Desk
) -> None:
    said, elsewhere = pm.say(channel, "take *this*, @pm"), ws.add_channel("elsewhere")
    assert (said.text, said.plain) == (f"take *this*, <@{pm.id}>", "take this, @pm")
    for act in (lambda: pm.say(elsewhere, "x"), pm.submit, pm.close, lambda: pm.shortcut(said, "nonsense")):
        with pytest.raises(AssertionError, match="client does not let"):
            act()
    assert pm.command(channel, "/nonsense").text == "/nonsense is not a valid command."
    assert desk.told == []


@pytest.mark.parametrize(
    ("written", "read", "strange"),
    [
        ("*Next:* _you_ and ~me~", "Next: you and me", []),
        ("*.acme.com _acme-challenge.acme.com _x_ a.*b*", "*.acme.com _acme-challenge.acme.com x a.*b*", []),
        ("`*.acme.com*`", "*.acme.com*", []),
        ("1 &lt; 2 &amp;amp; <https://x.example/_a_|there> <mailto:a@b.example>", "1 < 2 &amp; there a@b.example", []),
        ("<!here> <@U4> <foo> <a:x|y>", "@here <@U4> <foo> <a:x|y>", ["<@U4>", "<foo>", "<a:x|y>"]),
        ("<!date^1800000000^{date_pretty} {time}|x> <!date^1800086400^{date_num}|x>", "today 09:00 2027-01-16", []),
        ("<!date^1^{week}|x>", "<!date^1^{week}|x>", ["<!date^1^{week}|x>"]),
    ],
)  # fmt: skip
def test_mrkdwn_is_read_as_a_person_sees_it(ws: Workspace, written: str, read: str, strange: list[str]) -> None:
    reader = ws.reader()
    assert (reader.mrkdwn(written), reader.strange(written)) == (read, strange)
