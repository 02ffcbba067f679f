"""The judge of blocks and views: for each limit the last value that is fine and the first that is not."""

from typing import Any

import pytest

from tests.sandbox.slack import check_message, check_view
from tests.sandbox.slack.blocks import HOME, MESSAGE, MODAL, blocks_on, table
from tests.selftest.test_slack_bolt import card, form, plain

Json = dict[str, Any]


def mrkdwn(size: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * size}


def long(size: int) -> Json:
    return plain("x" * size)


def section(**keys: object) -> Json:
    return {"type": "section"} | (keys or {"text": mrkdwn(1)})


def option(text: int = 1, value: int = 1, description: int = 1) -> Json:
    return {"text": long(text), "value": "x" * value, "description": long(description)}


def button(**keys: object) -> Json:
    return {"type": "button", "text": plain("b")} | keys


def acting(element: Json) -> Json:
    return {"type": "actions", "elements": [element]}


def asking(element: Json, **keys: object) -> Json:
    return {"type": "input", "label": plain("l"), "element": element} | keys


def select(**keys: object) -> Json:
    return acting({"type": "static_select"} | keys)


def confirm(**keys: object) -> Json:
    dialog = {"title": plain("t"), "text": plain("t"), "confirm": plain("c"), "deny": plain("d")}
    return acting(button(confirm=dialog | keys))


def text_input(**keys: object) -> Json:
    return asking({"type": "plain_text_input"} | keys)


def image(**keys: object) -> Json:
    return {"type": "image", "image_url": "https://x.example/y.png", "alt_text": "a"} | keys


def modal(*blocks: Json, **keys: object) -> Json:
    return {"type": "modal", "title": plain("T"), "submit": plain("Go"), "blocks": list(blocks) or [section()]} | keys


def message(*blocks: Json, **keys: object) -> Json:
    return {"text": "fallback", "blocks": list(blocks)} | keys


def web(size: int) -> str:
    return "https://x".ljust(size, "y")


ANY_VIEW_LIMITS = [
    (24, lambda n: modal(title=long(n))), (24, lambda n: modal(submit=long(n))), (24, lambda n: modal(close=long(n))),
    (3000, lambda n: modal(private_metadata="x" * n)), (255, lambda n: modal(callback_id="x" * n)),
    (100, lambda n: modal(*[section()] * n)), (3000, lambda n: modal(section(text=mrkdwn(n)))),
    (10, lambda n: modal(section(fields=[mrkdwn(1)] * n))), (2000, lambda n: modal(section(fields=[mrkdwn(n)]))),
    (255, lambda n: modal(section(text=mrkdwn(1), block_id="x" * n))),
    (255, lambda n: modal(acting(button(action_id="x" * n)))),
    (150, lambda n: modal({"type": "header", "text": long(n)})),
    (10, lambda n: modal({"type": "context", "elements": [mrkdwn(1)] * n})),
    (25, lambda n: modal({"type": "actions", "elements": [button()] * n})),
    (3000, lambda n: modal(image(image_url=web(n)))), (2000, lambda n: modal(image(alt_text="x" * n))),
    (2000, lambda n: modal(image(title=long(n)))),
    (2000, lambda n: modal(asking({"type": "datepicker"}, label=long(n)))),
    (2000, lambda n: modal(asking({"type": "datepicker"}, hint=long(n)))),
    (200, lambda n: modal({"type": "alert", "text": mrkdwn(n)})), (75, lambda n: modal(acting(button(text=long(n))))),
    (2000, lambda n: modal(acting(button(value="x" * n)))), (3000, lambda n: modal(acting(button(url=web(n))))),
    (75, lambda n: modal(acting(button(accessibility_label="x" * n)))),
    (100, lambda n: modal(confirm(title=long(n)))), (300, lambda n: modal(confirm(text=long(n)))),
    (30, lambda n: modal(confirm(confirm=long(n)))), (30, lambda n: modal(confirm(deny=long(n)))),
    (75, lambda n: modal(select(options=[option(text=n)]))),
    (150, lambda n: modal(select(options=[option(value=n)]))),
    (75, lambda n: modal(select(options=[option(description=n)]))),
    (100, lambda n: modal(select(options=[option()] * n))),
    (100, lambda n: modal(select(option_groups=[{"label": plain("g"), "options": [option()]}] * n))),
    (75, lambda n: modal(select(option_groups=[{"label": long(n), "options": [option()]}]))),
    (150, lambda n: modal(select(options=[option()], placeholder=long(n)))),
    (5, lambda n: modal(acting({"type": "overflow", "options": [option()] * n}))),
    (10, lambda n: modal(acting({"type": "checkboxes", "options": [option()] * n}))),
    (10, lambda n: modal(acting({"type": "radio_buttons", "options": [option()] * n}))),
    (3000, lambda n: modal(text_input(min_length=n, max_length=3000))),
    (3000, lambda n: modal(text_input(max_length=n))), (150, lambda n: modal(text_input(placeholder=long(n)))),
    (10, lambda n: modal(asking({"type": "file_input", "max_files": n}))),
]  # fmt: skip
MESSAGE_LIMITS = [
    (50, lambda n: message(*[section()] * n)),
    (40_000, lambda n: {"text": "x" * n}),
    (13_200, lambda n: message(*[section(text=mrkdwn(3000))] * 4, section(text=mrkdwn(n - 12_000)))),
]


@pytest.mark.parametrize(("limit", "build"), [*ANY_VIEW_LIMITS, *MESSAGE_LIMITS])
def test_what_breaks_a_limit_is_refused(limit: int, build: Any) -> None:  # noqa: ANN401 - a builder of a case
    check = check_view if "type" in build(1) else check_message
    assert (check(build(limit)) == [], check(build(limit + 1)) != []) == (True, True)


GROUP = {"label": plain("g"), "options": [option()]}
NUMBER = {"type": "number_input", "is_decimal_allowed": True}
FIRST = "/blocks/0/elements/0"


@pytest.mark.parametrize(
    ("view", "pointer", "code"),
    [
        (modal({"type": "sektion"}), "/blocks/0/type", "unknown_type"),
        (modal(acting({"type": "knob"})), "/blocks/0/elements/0/type", "unknown_type"),
        (modal(section(text=mrkdwn(1), colour="red")), "/blocks/0/colour", "unknown_key"),
        (modal({"type": "section"}), "/blocks/0", "missing_key"),
        (modal({"type": "input", "element": {"type": "datepicker"}}), "/blocks/0/label", "missing_key"),
        (modal(acting({"type": "button"})), "/blocks/0/elements/0/text", "missing_key"),
        (modal(section(text=mrkdwn(0))), "/blocks/0/text/text", "too_short"),
        (modal(select()), "/blocks/0/elements/0", "exclusive"),
        (modal(select(options=[option()], option_groups=[GROUP])), "/blocks/0/elements/0", "exclusive"),
        (modal(select(options=[option()], initial_option=option(2))), f"{FIRST}/initial_option", "bad_value"),
        (modal(text_input(min_length=5, max_length=4)), "/blocks/0/element/min_length", "bad_value"),
        (modal(text_input(max_length=2, initial_value="xxx")), "/blocks/0/element/initial_value", "too_long"),
        (modal(acting(button(style="default"))), "/blocks/0/elements/0/style", "bad_value"),
        (modal(acting(button(url="javascript:alert(1)"))), "/blocks/0/elements/0/url", "bad_value"),
        (modal({"type": "header", "text": mrkdwn(1)}), "/blocks/0/text", "not_allowed_here"),
        (modal(acting({"type": "plain_text_input"})), "/blocks/0/elements/0", "not_allowed_here"),
        (modal(asking(button())), "/blocks/0/element", "not_allowed_here"),
        (modal({"type": "table", "rows": [[{"type": "raw_text", "text": "c"}]]}), "/blocks/0/type", "unknown_type"),
        (modal(asking({"type": "number_input"})), "/blocks/0/element/is_decimal_allowed", "missing_key"),
        (modal(asking(NUMBER | {"min_value": 1})), "/blocks/0/element/min_value", "bad_type"),
        (modal(*[section(text=mrkdwn(1), block_id="b")] * 2), "/blocks", "duplicate_block_id"),
        (modal({"type": "actions", "elements": [button(action_id="a")] * 2}), "/blocks/0", "duplicate_action_id"),
        (modal(*[text_input(focus_on_load=True)] * 2), "/blocks", "focus_twice"),
        (modal(*[section(text=mrkdwn(2900))] * 100), "", "view_too_large"),
        ({"type": "home", "blocks": [section()], "submit": plain("x")}, "/submit", "unknown_key"),
        ({"type": "home", "blocks": [asking({"type": "file_input"})]}, "/blocks/0", "not_allowed_here"),
        ({"type": "home", "blocks": []}, "/blocks", "too_few"),
        ({"type": "modal", "blocks": [section()]}, "/title", "missing_key"),
        ({"type": "modal", "title": plain("T"), "blocks": [text_input()]}, "/submit", "submit_required"),
        ("text", "/type", "unknown_type"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_told_with_its_place(view: object, pointer: str, code: str) -> None:
    assert [(pointer, code)] == [
        (each.pointer.removesuffix("/type") if each.code == "not_allowed_here" else each.pointer, each.code)
        for each in check_view(view)
    ]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"blocks": [section()]}, "missing_key"),
        (message({"type": "alert", "text": mrkdwn(1)}), "not_allowed_here"),
        (message(text_input(focus_on_load=True)), "not_allowed_here"),
        ({"text": "x", "blocks": ["section"]}, "unknown_type"),
        ({"text": "x", "blocks": {"type": "section"}}, "bad_type"),
    ],
)
def test_what_breaks_a_rule_of_messages_is_told(payload: Json, code: str) -> None:
    assert code in {each.code for each in check_message(payload)}


def test_what_slack_accepts_is_accepted() -> None:
    home = {"type": "home", "blocks": [section(), {"type": "divider"}, image()], "private_metadata": "{}"}
    assert check_view(view := form("C1")) == []
    assert view == form("C1"), "judging changes nothing"
    assert check_view(home) == []
    assert check_message(message(*card("x", "Go"))) == []
    assert check_message({"text": "only text"}) == []


def test_every_block_has_its_surfaces() -> None:
    assert blocks_on(MODAL) | blocks_on(HOME) | blocks_on(MESSAGE) == table("blocks").keys()
