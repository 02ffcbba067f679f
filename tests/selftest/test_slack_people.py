"""What people can and cannot do, and the rules of triggers, views, acknowledgements, events and response URLs."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from tests.sandbox.slack import Channel, OpenView, Person, Workspace
from tests.selftest.test_slack_bolt import card, form, manifest, plain
from tests.selftest.test_slack_webapi import error_of

Json = dict[str, Any]
NOW = 1_800_000_000.0


@dataclass
class Desk:
    """An app in the same process: remembers what it was told, answers what the test put there."""

    ws: Workspace
    answers: list[Json | None] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)
    act: Callable[[Json], object] = lambda _payload: None

    def __call__(self, kind: str, payload: Json) -> Json | None:
        self.told.append(payload | {"kind": kind})
        self.act(payload)
        return self.answers.pop(0) if self.answers else None

    @property
    def client(self) -> WebClient:
        return WebClient(self.ws.bot_token, base_url=self.ws.api_url, retry_handlers=[])

    def pushes(self, view: Json) -> None:
        self.act = lambda payload: self.client.views_push(trigger_id=payload["trigger_id"], view=view)

    def opens(self, view: Json) -> None:
        def act(payload: Json) -> None:
            self.act = lambda _payload: None
            self.client.views_open(trigger_id=payload["trigger_id"], view=view)

        self.act = act


@pytest.fixture
def ws() -> Iterator[Workspace]:
    with Workspace(manifest(), clock=lambda: NOW, delivery="callable") as workspace:
        yield workspace


@pytest.fixture
def desk(ws: Workspace) -> Desk:
    made = Desk(ws)
    ws.deliver = made
    return made


def modal(*elements: Json, **more: object) -> Json:
    blocks = [
        {"type": "input", "block_id": f"b{place}", "label": plain(each["type"]), "element": each, "optional": True}
        for place, each in enumerate(elements)
    ]
    return {"type": "modal", "title": plain("T"), "submit": plain("Go"), "blocks": blocks} | more


def opened(desk: Desk, pm: Person, channel: Channel, view: Json) -> None:
    desk.opens(view)
    pm.command(channel, "/cert")


def on_top(pm: Person) -> OpenView:
    assert pm.view
    return pm.view


def test_views_are_opened_pushed_and_updated_by_the_rules(desk: Desk, pm: Person, channel: Channel) -> None:
    opened(desk, pm, channel, form(channel.id))
    pm.fill("Web addresses", "acme.com")
    more = {"type": "actions", "block_id": "more", "elements": card("", "More")[1]["elements"]}
    view = form(channel.id)
    stale = on_top(pm)
    desk.client.views_update(view_id=stale.id, view=view | {"blocks": [*view["blocks"], more]})
    assert on_top(pm).inputs["Web addresses"].value == "acme.com"
    for depth in (2, 3):
        pushed = view | {"title": plain(f"Step {depth}"), "blocks": [*view["blocks"], more]}
        desk.pushes(pushed)
        outcome = pm.press("More")
        assert (outcome.asked[:5], outcome.view and outcome.view.title) == ("Sure?", f"Step {depth}")
    assert desk.told[-1]["view"]["state"]["values"]["names"]["value"] == {"type": "plain_text_input", "value": None}
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        pm.press("More")
    desk.act = lambda _payload: None
    assert error_of(desk.client.views_update, view_id=stale.id, view=view, hash="old") == "hash_conflict"
    pm.close()
    assert (desk.told[-1]["type"], desk.told[-1]["is_cleared"]) == ("view_closed", False)
    pm.close(everything=True)
    assert desk.told[-1]["is_cleared"] is True
    assert not pm.stack
    assert error_of(desk.client.views_update, view_id=stale.id, view=view) == "not_found"


DATES = modal({"type": "datepicker"}, title=plain("Dates"))


@pytest.mark.parametrize(
    ("answer", "title", "wrong"),
    [
        (None, None, 0), ({"response_action": "clear"}, None, 0),
        ({"response_action": "update", "view": DATES}, "Dates", 0),
        ({"response_action": "push", "view": DATES}, "Dates", 0),
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "T", 1),
        ({"response_action": "errors", "errors": {}}, "T", 1),
        ({"response_action": "update", "view": {"type": "modal"}}, "T", 1), ({"text": "done"}, "T", 1),
    ],
)  # fmt: skip
def test_a_submission_is_answered_in_slacks_words(
    desk: Desk, pm: Person, channel: Channel, answer: Json | None, title: str | None, wrong: int
) -> None:
    opened(desk, pm, channel, modal({"type": "plain_text_input"}))
    desk.answers = [answer]
    done = pm.submit()
    assert (done.closed, done.view and done.view.title) == (title is None, title)
    assert (list(done.errors), len(desk.ws.violations)) == ([""] * wrong, wrong)


OPTIONS = [{"text": plain(each), "value": each[0].lower()} for each in ("Alpha", "Beta")]
FIELDS: list[tuple[Json, object, Json]] = [
    ({"type": "plain_text_input"}, "x", {"value": "x"}), ({"type": "plain_text_input"}, "", {"value": None}),
    ({"type": "email_text_input"}, "a@b.example", {"value": "a@b.example"}),
    ({"type": "url_text_input"}, "https://b.example", {"value": "https://b.example"}),
    ({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, 7, {"value": "7"}),
    ({"type": "datepicker"}, date(2026, 12, 10), {"selected_date": "2026-12-10"}),
    ({"type": "static_select", "options": OPTIONS}, "Beta", {"selected_option": OPTIONS[1]}),
    ({"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[0]}, None, {"selected_option": None}),
    ({"type": "radio_buttons", "options": OPTIONS}, "a", {"selected_option": OPTIONS[0]}),
    ({"type": "checkboxes", "options": OPTIONS}, ["Alpha"], {"selected_options": [OPTIONS[0]]}),
    ({"type": "multi_static_select", "options": OPTIONS}, [], {"selected_options": []}),
    ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
    ({"type": "conversations_select"}, "C1", {"selected_conversation": "C1"}),
]  # fmt: skip


@pytest.mark.parametrize(("element", "value", "state"), FIELDS)
def test_each_kind_of_field_is_entered_and_sent_in_slacks_shape(
    ws: Workspace, desk: Desk, element: Json, value: object, state: Json
) -> None:
    pm = ws.add_person("pm", id="U1")
    channel = ws.add_channel("acme", [pm], id="C1")
    opened(desk, pm, channel, modal(element | {"action_id": "a"}))
    pm.fill(element["type"], value)
    pm.submit()
    assert desk.told[-1]["view"]["state"]["values"] == {"b0": {"a": {"type": element["type"]} | state}}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "max_length": 3}, "four"), ({"type": "plain_text_input"}, "two\nlines"),
        ({"type": "email_text_input"}, "nobody"), ({"type": "url_text_input"}, "b.example"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "1"}, 2),
        ({"type": "static_select", "options": OPTIONS}, "Gamma"),
        ({"type": "checkboxes", "options": OPTIONS}, "Alpha"), ({"type": "users_select"}, "U404"),
        ({"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 1}, ["Alpha", "Beta"]),
        ({"type": "conversations_select", "filter": {"include": ["im"]}}, "acme"),
    ],
)  # fmt: skip
def test_what_the_client_would_not_take_is_refused(
    desk: Desk, pm: Person, channel: Channel, element: Json, value: object
) -> None:
    opened(desk, pm, channel, modal(element))
    with pytest.raises(AssertionError, match="client does not let"):
        pm.fill(element["type"], value)


def test_selects_and_menus_of_a_message_send_what_was_chosen(
    desk: Desk, pm: Person, channel: Channel, ws: Workspace
) -> None:
    menu = {"type": "overflow", "action_id": "menu", "options": OPTIONS}
    kind = {"type": "static_select", "action_id": "kind", "placeholder": plain("Kind"), "options": OPTIONS}
    press = {"type": "button", "action_id": "go", "text": plain("Go")}
    blocks = [{"type": "actions", "block_id": "b", "elements": [menu, kind, press]}]
    desk.client.chat_postMessage(channel=channel.id, text="x", blocks=blocks)
    [message] = ws.messages(channel)
    assert message.plain == "[⋯ Alpha · Beta] <Kind> [Go]"
    pm.choose(message, "menu", "Beta")
    assert desk.told[-1]["actions"][0]["selected_option"] == OPTIONS[1]
    desk.client.chat_update(channel=channel.id, ts=message.ts, text="y", blocks=card("y"))
    pm.choose(message, "Kind", "Alpha")  # still on the screen of whoever did not look again
    assert desk.told[-1]["state"]["values"]["b"]["kind"]["selected_option"] == OPTIONS[0]
    assert pm.click(message, "Go").acked


def test_a_trigger_serves_once_within_three_seconds(ws: Workspace, desk: Desk, pm: Person, channel: Channel) -> None:
    pm.command(channel, "/cert")
    trigger = desk.told[-1]["trigger_id"]
    ws.clock = lambda: NOW + 3.1
    assert error_of(desk.client.views_open, trigger_id=trigger, view=form("C")) == "expired_trigger_id"
    assert error_of(desk.client.views_open, trigger_id=trigger, view=form("C")) == "exchanged_trigger_id"
    assert error_of(desk.client.views_open, trigger_id="1.2", view=form("C")) == "invalid_trigger_id"


def test_a_response_url_serves_five_times_within_thirty_minutes(
    ws: Workspace, desk: Desk, pm: Person, channel: Channel
) -> None:
    desk.client.chat_postMessage(channel=channel.id, text="x", blocks=card("x", "Approve"))
    pm.click(ws.messages(channel)[0], "Approve")
    url = WebhookClient(desk.told[-1]["response_url"])
    url.send(text="done", replace_original=True)
    url.send(text="for you")
    url.send(text="for all", response_type="in_channel")
    assert [each.plain for each in pm.messages(channel)][1:] == ["for you", "for all"]
    assert (ws.messages(channel)[0].text, url.send(delete_original=True).status_code) == ("done", 200)
    assert [each.text for each in ws.messages(channel)] == ["for all"]
    assert [url.send(text="5").status_code, url.send(text="6").status_code] == [200, 404]
    pm.command(channel, "/cert")
    ws.clock = lambda: NOW + 1801
    late = WebhookClient(desk.told[-1]["response_url"]).send(text="late")
    assert late.body == '{"ok": false, "error": "expired_url"}'


def test_a_missed_acknowledgement_is_shown(ws: Workspace, desk: Desk, pm: Person, channel: Channel) -> None:
    ws.delivery_faults.arm("slash_commands", "late")
    outcome = pm.command(channel, "/cert")
    assert (outcome.acked, outcome.text) == (False, '/cert failed with the error "operation_timeout"')
    assert (len(desk.told), ws.recorder.find("slash_commands")[0].reply) == (1, "http_timeout")
    opened(desk, pm, channel, form("C"))
    pm.fill("Web addresses", "x")
    ws.delivery_faults.arm("interactive", "lost")
    assert pm.submit().errors == {"": "We had some trouble connecting. Try again?"}
    assert pm.view
    ws.ack_seconds = -1
    assert pm.command(channel, "/cert").acked is False


def test_a_failed_event_comes_again_once(ws: Workspace, desk: Desk, pm: Person, channel: Channel) -> None:
    ws.delivery_faults.arm("events_api", "late", times=2)
    pm.say(channel, "hello, 1 < 2")
    assert [each["event"]["text"] for each in desk.told] == ["hello, 1 &lt; 2"] * 2
    assert desk.told[0]["event_id"] == desk.told[1]["event_id"]
    ws.delivery_faults.arm("events_api", "duplicate")
    ws.join(ws.add_person("engineer"), channel)
    assert [each["event"]["type"] for each in desk.told[2:]] == ["member_joined_channel"] * 2


def test_only_subscribed_events_of_the_bots_channels_are_sent(ws: Workspace, desk: Desk, pm: Person) -> None:
    elsewhere = ws.add_channel("elsewhere", [pm], bot=False)
    pm.say(elsewhere, "hello")
    assert desk.told == []
    ws.join(ws.bot, elsewhere)
    assert desk.told[0]["event"]["user"] == ws.bot_user_id


def test_an_event_without_its_scope_is_a_mistake_of_the_manifest() -> None:
    wrong = manifest(event_subscriptions={"bot_events": ["link_shared", "nonsense", "app_home_opened"]})
    assert [each.split()[3] for each in Workspace(wrong).violations] == ["link_shared", "nonsense"]


def test_people_cannot_do_what_their_client_does_not_offer(ws: Workspace, desk: Desk, pm: Person) -> None:
    elsewhere = ws.add_channel("elsewhere")
    for act in (lambda: pm.say(elsewhere, "x"), pm.submit, pm.close, lambda: pm.shortcut(None, "take")):
        with pytest.raises(AssertionError, match="client does not let"):
            act()
    assert pm.command(pm.dm, "/nonsense").text == "/nonsense is not a valid command."
    assert desk.told == []


def test_the_control_address_drives_people_by_name(ws: Workspace, desk: Desk, pm: Person, channel: Channel) -> None:
    def control(name: str, **how: object) -> Any:  # noqa: ANN401 - any JSON
        body = json.dumps(how).encode()
        with urlopen(Request(f"{ws.control_url}/{name}", body)) as answer:  # noqa: S310 - the control address
            return json.load(answer)

    desk.opens(form(channel.id))
    assert control("command", person=pm.name, channel="acme", text="/cert")["acked"] is True
    control("fill", person="pm", wanted="Web addresses", value="acme.com")
    assert control("submit", person="pm") == {"errors": {}, "closed": True}
    ts = control("say", person="pm", channel="acme", text="hello")["ts"]
    assert control("messages", person="pm", channel="acme") == [{"ts": ts, "plain": "hello", "buttons": []}]


@pytest.mark.parametrize(
    ("written", "read", "strange"),
    [
        ("*Next:* _you_ and ~me~", "Next: you and me", []),
        ("*.acme.com _acme-challenge.acme.com _x_ a.*b*", "*.acme.com _acme-challenge.acme.com x a.*b*", []),
        ("`*.acme.com*`", "*.acme.com*", []),
        ("1 &lt; 2 &amp;amp; <https://x.example/_a_|there> <mailto:a@b.example>", "1 < 2 &amp; there a@b.example", []),
        ("<!here> <@U4> <foo> <a:x|y>", "@here <@U4> <foo> <a:x|y>", ["<@U4>", "<foo>", "<a:x|y>"]),
        ("<javascript:x|y>", "<javascript:x|y>", ["<javascript:x|y>"]),
        ("<!date^1800000000^{date_short_pretty} {time}|x>", "today 09:00", []),
        ("<!date^1800086400^{date_pretty}, {date_num}|x>", "tomorrow, 2027-01-16", []),
        ("<!date^1^{week}|x>", "<!date^1^{week}|x>", ["<!date^1^{week}|x>"]),
    ],
)  # fmt: skip
def test_mrkdwn_is_read_as_a_person_sees_it(ws: Workspace, written: str, read: str, strange: list[str]) -> None:
    reader = ws.reader("Europe/Berlin")
    assert (reader.mrkdwn(written), reader.strange(written)) == (read, strange)
