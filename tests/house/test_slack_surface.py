"""One surface: what the manifest asks Slack for, what ROUTES listens to, and what the views can send are the same."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from slack_bolt.kwargs_injection import Args
from slack_sdk import WebClient

from handlers import ROUTES, Route, errors
from tests.house.files import ROOT, project_files, python_files
from tests.sandbox.slack.methods import event_scopes, methods

METHODS = methods()
EVENT_SCOPES = {event: set(scopes.split()) for event, scopes in event_scopes().items()}
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
UNSUBMITTED = {"review.waiting"}  # named, but without a submit button

_ID = re.compile(rf"({'|'.join({route.id.partition('.')[0] for route in ROUTES})})\.[a-z_]+(\.[a-z_]+)*")
_NO_METHOD = {  # scopes for what arrives otherwise, and the word of the code that needs it
    "commands": "/cert", "users:read.email": "email", "files:read": "url_private_download",
}  # fmt: skip
_ALWAYS = {"ack", "body", "client", "context", "desk"}
ARGUMENTS = {  # what Bolt fills for each kind; anything else arrives as None
    "command": _ALWAYS | {"command", "respond"},
    "view": _ALWAYS | {"view"},
    "action": _ALWAYS | {"action", "respond"},
    "event": {"body", "client", "context", "desk", "event"},
    "shortcut": _ALWAYS | {"shortcut", "respond"},
}
_SDK_NAMES = {name.replace(".", "_"): name for name in METHODS}
_KINDS_OF_CHANNEL = {"channels", "groups"}  # projects live in public and in private channels


def routed(*kinds: str) -> set[str]:
    return {route.id for route in ROUTES if route.kind in kinds}


def literals(*folders: str) -> Iterator[str]:
    """Every string constant of the sources."""
    for path in python_files("handlers"):
        if any(path.is_relative_to(folder) for folder in folders):
            for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object inside a JSON value."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


def test_no_id_is_routed_twice() -> None:
    assert len({(route.kind, route.id) for route in ROUTES}) == len(ROUTES)


def test_commands_of_the_manifest_are_listened_to() -> None:
    features = MANIFEST["features"]
    assert {each["command"] for each in features["slash_commands"]} == routed("command")
    assert {each["callback_id"] for each in features["shortcuts"]} == routed("shortcut")
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]


def test_events_of_the_manifest_are_listened_to() -> None:
    assert routed("event") == EVENTS


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_has_its_scope(event: str) -> None:
    assert not EVENT_SCOPES[event] or SCOPES & EVENT_SCOPES[event]


def test_what_the_views_can_send_is_listened_to_and_nothing_else() -> None:
    named = {text for text in literals("handlers/views") if _ID.fullmatch(text)}
    steps = {each for each in routed("view") if each.startswith("new.")}  # made of the names of the form's steps
    assert named - UNSUBMITTED == routed("view", "action") - steps


def test_what_the_pictures_of_the_views_show_is_listened_to() -> None:
    pictures = [path for path in project_files() if path.suffix == ".json" and "__snapshots__" in path.parts]
    assert pictures
    for path in pictures:
        for each in objects(json.loads((ROOT / path).read_text(encoding="utf-8"))):
            if each.get("type") == "button":
                assert each["action_id"] in routed("action"), path
            if "submit" in each:
                assert each["callback_id"] in routed("view"), path


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.kind} {route.id}")
def test_a_listener_takes_only_what_bolt_fills(route: Route) -> None:
    shape = inspect.getfullargspec(route.listener)
    assert set(shape.args) <= ARGUMENTS[route.kind]
    assert shape.kwonlyargs == []
    assert (shape.varargs, shape.varkw) == (None, None)
    assert ("ack" in shape.args) is (route.kind != "event")


def test_the_error_handler_takes_only_what_bolt_fills() -> None:
    shape = inspect.getfullargspec(errors.answer)
    assert set(shape.args) <= set(inspect.signature(Args).parameters) | {"error", "response"}
    assert shape.kwonlyargs == []


def test_the_arguments_named_here_are_bolts() -> None:
    assert set().union(*ARGUMENTS.values()) - {"desk"} <= set(inspect.signature(Args).parameters)


def methods_called() -> set[str]:
    """The Web API methods that the code names, as attributes of a client."""
    found = set()
    for path in python_files("bot", "handlers"):
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in _SDK_NAMES:
                found.add(_SDK_NAMES[node.attr])
            elif isinstance(node, ast.Attribute) and "_" in node.attr.strip("_") and node.attr[0] != "_":
                assert not hasattr(WebClient, node.attr) or node.attr in _OURS, f"{path}: {node.attr} is in no table"
    return found


_OURS = {"base_url", "retry_handlers"}


def needed(method: str) -> list[set[str]]:
    """Sets of scopes, of each of which the manifest must have one."""
    scopes = METHODS[method].scopes
    if not method.startswith("conversations.") or method == "conversations.open":
        return [set(scopes)] if scopes else []
    kinds = _KINDS_OF_CHANNEL | ({"im"} if method == "conversations.history" else set())
    return [{scope} for scope in scopes if scope.split(":")[0] in kinds]


@pytest.mark.parametrize("method", sorted(methods_called()))
def test_every_method_called_has_its_scopes(method: str) -> None:
    for scopes in needed(method):
        assert SCOPES & scopes


def test_no_scope_is_asked_for_in_vain() -> None:
    of_methods = {scope for method in methods_called() for scopes in needed(method) for scope in scopes}
    of_events = {scope for event in EVENTS for scope in EVENT_SCOPES[event]}
    words = set(literals("handlers"))
    assert of_methods | of_events | {scope for scope, word in _NO_METHOD.items() if word in words} >= SCOPES


def test_the_methods_were_found() -> None:
    assert {"chat.postMessage", "chat.update", "views.open", "users.info", "conversations.members"} <= methods_called()


def test_what_a_check_saw_is_shown_only_where_modals_are_made() -> None:
    sources = {str(path): (ROOT / path).read_text(encoding="utf-8") for path in python_files("handlers")}
    seen = {path for path, source in sources.items() if re.search(r"(?<!watch)\.evidence\b", source)}
    assert seen == {"handlers/views/review.py"}
