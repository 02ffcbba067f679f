"""A real app, made with slack_bolt, is driven through the workspace stand-in: by Socket Mode and by signed HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.core import Serving
from tests.sandbox.slack import Channel, Person, Workspace

Json = dict[str, Any]
SCOPES: Final = (
    "app_mentions:read channels:history channels:read chat:write commands files:read files:write groups:read "
    "im:history im:read im:write usergroups:read users:read users:read.email"
)


def manifest(**settings: object) -> Json:
    """An app that may do everything the tests do."""
    events = ["app_home_opened", "app_mention", "member_joined_channel", "message.channels"]
    take = {"name": "Take", "type": "message", "callback_id": "take", "description": "takes a message"}
    return {
        "display_information": {"name": "desk"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "desk"},
            "slash_commands": [{"command": "/cert", "description": "certificates", "should_escape": False}],
            "shortcuts": [take],
        },
        "oauth_config": {"scopes": {"bot": SCOPES.split()}},
        "settings": {
            "event_subscriptions": {"bot_events": events}, "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True, **settings,
        },
    }  # fmt: skip


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def form(channel: str) -> Json:
    names = {"type": "plain_text_input", "action_id": "value", "multiline": True}
    uses = [{"text": plain(each), "value": each.lower()} for each in ("Public", "Internal")]
    use = {"type": "static_select", "action_id": "value", "options": uses}
    blocks = [
        {"type": "input", "block_id": "names", "label": plain("Web addresses"), "element": names},
        {"type": "input", "block_id": "use", "label": plain("What for"), "element": use, "optional": True},
    ]
    return {
        "type": "modal", "callback_id": "new", "private_metadata": channel, "title": plain("New certificate"),
        "submit": plain("Next"), "notify_on_close": True, "blocks": blocks,
    }  # fmt: skip


def card(text: str, *buttons: str) -> list[Json]:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    confirm = {"title": plain("Sure?"), "text": plain("It costs money."), "confirm": plain("Buy"), "deny": plain("No")}
    pressed = [
        {"type": "button", "text": plain(each), "action_id": each.lower(), "value": "1", "confirm": confirm}
        for each in buttons
    ]
    return [section, {"type": "actions", "block_id": "act", "elements": pressed}] if pressed else [section]


def register(app: App) -> None:
    """The listeners of an app that asks, posts, updates, answers in a thread and to one person."""

    @app.command("/cert")
    def new(ack: Ack, body: Json, client: WebClient) -> None:
        if body["text"] == "help":
            ack("This is *help*")
            return
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=form(body["channel_id"]))

    @app.view("new")
    def sent(ack: Ack, body: Json, client: WebClient) -> None:
        names = body["view"]["state"]["values"]["names"]["value"]["value"]
        if "." not in names:
            ack(response_action="errors", errors={"names": "Not a web address."})
            return
        ack()
        text = f"Order for {names}"
        client.chat_postMessage(channel=body["view"]["private_metadata"], text=text, blocks=card(text, "Approve"))

    @app.action("approve")
    def approve(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        channel, ts, user = body["channel"]["id"], body["message"]["ts"], body["user"]["id"]
        client.chat_update(channel=channel, ts=ts, text="Approved", blocks=card(f"Approved by <@{user}>"))
        client.chat_postMessage(channel=channel, thread_ts=ts, text="Bought", reply_broadcast=True)
        client.chat_postEphemeral(channel=channel, user=user, text="Thank you")


@contextmanager
def over_http(ws: Workspace, app: App) -> Iterator[None]:
    handler = SlackRequestHandler(app)

    async def events(request: Request) -> Response:
        await request.body()
        return await handler.handle(request)

    with Serving(Starlette(routes=[Route("/slack/events", events, methods=["POST"])])) as serving:
        ws.request_url = f"{serving.url}/slack/events"
        yield


@contextmanager
def over_socket(ws: Workspace, app: App) -> Iterator[None]:
    handler = SocketModeHandler(app, ws.app_token)
    handler.client.connect()
    ws.wait_for_bot()
    try:
        yield
    finally:
        handler.client.close()


@contextmanager
def running(delivery: str) -> Iterator[Workspace]:
    with Workspace(manifest(), delivery=delivery) as ws:
        client = WebClient(ws.bot_token, base_url=ws.api_url, timeout=5)
        app = App(client=client, signing_secret=ws.signing_secret, raise_error_for_unhandled_request=True)
        register(app)
        with over_http(ws, app) if delivery == "http" else over_socket(ws, app):
            yield ws


@pytest.fixture(scope="module", params=["socket", "http"])
def workspace(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    with running(request.param) as made:
        yield made


@pytest.fixture
def ws(workspace: Workspace) -> Iterator[Workspace]:
    yield workspace
    assert workspace.violations == []


def test_an_order_goes_from_command_to_thread(ws: Workspace, pm: Person, channel: Channel) -> None:
    assert [each.plain for each in pm.command(channel, "/cert help").ephemerals] == ["This is help"]
    assert pm.command(channel, "/cert new").acked
    view = ws.wait_for(lambda: pm.view)
    assert (view.title, list(view.inputs)) == ("New certificate", ["Web addresses", "What for"])
    assert pm.submit().errors == {"Web addresses": "Please complete this required field."}
    pm.fill("Web addresses", "nonsense")
    assert pm.submit().errors == {"Web addresses": "Not a web address."}
    pm.fill("Web addresses", "acme.com")
    pm.fill("What for", "Public")
    done = pm.submit()
    assert (done.errors, done.closed, pm.view) == ({}, True, None)
    [order] = ws.wait_for(lambda: ws.messages(channel))
    assert order.buttons == ["Approve"]
    asked = pm.click(order, "Approve", confirm=False)
    assert (asked.acked, asked.asked) == (False, "Sure?\nIt costs money.\nBuy")
    clicked = pm.click(order, "Approve")
    ws.wait_for(lambda: clicked.ephemerals)
    assert [each.plain for each in ws.messages(channel)] == ["Approved by @pm", "Bought"]
    assert [each.plain for each in pm.messages(channel)] == ["This is help", "Approved by @pm", "Bought", "Thank you"]
    assert [each.text for each in ws.messages(channel, order.ts)] == ["Approved", "Bought"]


def test_each_envelope_goes_to_one_connection_and_a_refresh_loses_nothing() -> None:
    with running("socket") as ws:
        pm = ws.add_person("pm")
        channel = ws.add_channel("acme", [pm])
        ws.disconnect("refresh_requested")
        assert not ws.link.ready()
        ws.wait_for_bot()
        assert pm.command(channel, "/cert help").text == "This is help"
        assert len(ws.recorder.find("/api/apps.connections.open")) == 2


def test_a_wrong_signature_is_refused_by_the_app() -> None:
    with running("http") as ws:
        pm = ws.add_person("pm")
        ws.signing_secret = "another"
        outcome = pm.command(ws.add_channel("acme", [pm]), "/cert help")
        assert (outcome.acked, outcome.text) == (False, '/cert failed with the error "dispatch_failed"')
