"""The judge of blocks and views: one thing at a time is changed in what Slack would accept."""

import functools
import json
import operator
from typing import Any

import pytest

from tests.sandbox.slack import check_message, check_view
from tests.sandbox.slack.blocks import HOME, MESSAGE, MODAL, blocks_on, table
from tests.selftest.test_slack_bolt import form, plain

Json = dict[str, Any]

MARKED = {"type": "mrkdwn", "text": "x"}
OPTION = {"text": plain("x"), "value": "x", "description": plain("x")}
GROUP = {"label": plain("x"), "options": [OPTION]}
DIALOG = {name: plain("x") for name in ("title", "text", "confirm", "deny")}
BUTTON = {"type": "button", "action_id": "x", "text": plain("x"), "confirm": DIALOG, "accessibility_label": "x"}
SECTION = {"type": "section", "text": MARKED}
TYPED = {"type": "plain_text_input", "max_length": 2000, "placeholder": plain("x")}
NUMBER = {"type": "number_input", "is_decimal_allowed": True}
CHOICES = [
    {"type": "static_select", "options": [OPTION], "placeholder": plain("x")},
    {"type": "static_select", "option_groups": [GROUP]},
    *({"type": kind, "options": [OPTION]} for kind in ("overflow", "checkboxes", "radio_buttons")),
]


def asking(element: Json) -> Json:
    return {"type": "input", "label": plain("x"), "hint": plain("x"), "element": element}


FULL_MODAL = form("C1") | {
    "close": plain("x"),
    "blocks": [
        {"type": "header", "text": plain("x")},
        SECTION | {"block_id": "x", "fields": [MARKED]},
        {"type": "context", "elements": [MARKED]},
        {"type": "actions", "elements": [BUTTON | {"value": "x", "url": "https://x"}, *CHOICES]},
        {"type": "image", "image_url": "https://x", "alt_text": "x", "title": plain("x")},
        asking(TYPED),
        {"type": "alert", "text": MARKED},
        asking({"type": "file_input", "max_files": 1}),
        asking(NUMBER),
        asking({"type": "plain_text_input", "min_length": 1}),
        SECTION,
    ],
}
FULL_HOME = {"type": "home", "blocks": [SECTION, {"type": "divider"}], "private_metadata": "{}"}
FULL_MESSAGE = {"text": "x", "blocks": [SECTION, {"type": "actions", "elements": [BUTTON, CHOICES[0]]}]}


def at(whole: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    steps = [int(step) if step.isdigit() else step for step in path.split("/") if step]
    return functools.reduce(operator.getitem, steps, whole)


def changed(whole: Json, path: str, value: object) -> Json:
    """Another value at the path; None takes the key out."""
    made: Json = json.loads(json.dumps(whole))
    way, _, last = path.rpartition("/")
    place = at(made, way)
    place[int(last) if last.isdigit() else last] = value
    if value is None:
        del place[last]
    return made


def problems(whole: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - views may be anything
    found = check_message(whole) if "text" in whole else check_view(whole)
    return [(each.pointer, each.code) for each in found]


LIMITS = {  # at which place, what, and how many characters or items it may have
    "": "title/text 24 submit/text 24 close/text 24 private_metadata 3000 callback_id 255 blocks 100",
    "blocks/1/": "text/text 3000 fields 10 fields/0/text 2000 block_id 255",
    "blocks/": "0/text/text 150 2/elements 10 3/elements 25 6/text/text 200 7/element/max_files 10",
    "blocks/3/elements/0/": "action_id 255 text/text 75 value 2000 url 3000 accessibility_label 75",
    "blocks/3/elements/0/confirm/": "title/text 100 text/text 300 confirm/text 30 deny/text 30",
    "blocks/3/elements/1/": "options 100 placeholder/text 150",
    "blocks/3/elements/1/options/0/": "text/text 75 value 150 description/text 75",
    "blocks/3/elements/2/": "option_groups 100 option_groups/0/label/text 75",
    "blocks/3/elements/": "3/options 5 4/options 10 5/options 10",
    "blocks/4/": "image_url 3000 alt_text 2000 title/text 2000",
    "blocks/5/": "label/text 2000 hint/text 2000 element/max_length 3000 element/placeholder/text 150",
    "blocks/9/": "element/min_length 3000",
}


def long_section(size: int) -> Json:
    return SECTION | {"text": MARKED | {"text": "x" * size}}


def sized(value: Any, size: int) -> object:  # noqa: ANN401 - any JSON
    if isinstance(value, int):
        return size
    return value.ljust(size, "x") if isinstance(value, str) else value + value[-1:] * (size - len(value))


@pytest.mark.parametrize(
    ("whole", "prefix", "row"),
    [(FULL_MESSAGE, "", "text 40000 blocks 50"), *((FULL_MODAL, *row) for row in LIMITS.items())],
)
def test_what_breaks_a_limit_is_refused(whole: Json, prefix: str, row: str) -> None:
    words = row.split()
    for path, most in zip((prefix + word for word in words[::2]), map(int, words[1::2]), strict=True):
        value = at(whole, path)
        assert problems(changed(whole, path, sized(value, most))) == []
        assert [place for place, _ in problems(changed(whole, path, sized(value, most + 1)))] == [f"/{path}"]


LONG = [long_section(3000)] * 4
ACTION, AMOUNT = "blocks/3/elements", "blocks/8/element"
WRONG_IN_A_MODAL = {  # what is told (at another place), and what stands where
    "unknown_type": {"blocks/10/type": "sektion", "blocks/4/type": "table", f"{ACTION}/0/type": "knob"},
    "unknown_key": {"blocks/10/colour": "red"},
    "missing_key": dict.fromkeys(("title", "blocks/5/label", f"{ACTION}/0/text", f"{AMOUNT}/is_decimal_allowed")),
    "missing_key@/blocks/10": {"blocks/10/text": None},
    "submit_required": {"submit": None},
    "too_short": {"blocks/10/text/text": ""},
    f"exclusive@/{ACTION}/1": {f"{ACTION}/1/options": None, f"{ACTION}/1/option_groups": [GROUP]},
    "bad_type": {f"{AMOUNT}/min_value": 1},
    "bad_value": {
        f"{ACTION}/1/initial_option": OPTION | {"value": "y"}, "blocks/5/element/min_length": 2001,
        f"{ACTION}/0/style": "default", f"{ACTION}/0/url": "javascript:alert(1)",
    },
    "too_long": {"blocks/5/element/initial_value": "x" * 2001},
    "not_allowed_here": {"blocks/0/text": MARKED, f"{ACTION}/0": TYPED, "blocks/5/element": BUTTON},
    "duplicate_block_id@/blocks": {"blocks/10/block_id": "x"},
    "duplicate_action_id@/blocks/3": {f"{ACTION}/1/action_id": "x"},
    "focus_twice": {"blocks": [asking(NUMBER | {"focus_on_load": True})] * 2},
    "view_too_large@": {"blocks": [long_section(2900)] * 100},
}  # fmt: skip
WRONG_AT_HOME = {
    "unknown_key": {"submit": plain("x")},
    "not_allowed_here": {"blocks/0": asking({"type": "file_input"})},
    "too_few": {"blocks": []},
}
WRONG_IN_A_MESSAGE = {
    "missing_key": {"text": ""},
    "not_allowed_here": {
        "blocks/0": asking(NUMBER | {"focus_on_load": True}),
        "blocks/1": {"type": "alert", "text": MARKED},
    },
    "unknown_type@/blocks/0/type": {"blocks/0": "section"},
    "bad_type": {"blocks": {"type": "section"}},
    "msg_blocks_too_long": {"blocks": [*LONG, long_section(1201)]},
}
WRONG = ((FULL_MODAL, WRONG_IN_A_MODAL), (FULL_HOME, WRONG_AT_HOME), (FULL_MESSAGE, WRONG_IN_A_MESSAGE))


@pytest.mark.parametrize(("whole", "told", "put"), [(whole, *row) for whole, rows in WRONG for row in rows.items()])
def test_what_breaks_a_rule_is_told_with_its_place(whole: Json, told: str, put: Json) -> None:
    code, elsewhere, place = told.partition("@")
    for path, value in put.items():
        assert problems(changed(whole, path, value)) == [(place if elsewhere else f"/{path}", code)]


@pytest.mark.parametrize(
    "whole", [FULL_MODAL, FULL_HOME, FULL_MESSAGE, {"text": "x"}, {"text": "x", "blocks": [*LONG, long_section(1200)]}]
)
def test_what_slack_accepts_is_accepted_and_left_as_it_is(whole: Json) -> None:
    before = json.dumps(whole)
    assert problems(whole) == []
    assert json.dumps(whole) == before


def test_what_is_no_view_is_refused_and_every_block_has_its_surfaces() -> None:
    assert [each.code for each in check_view("x")] == ["unknown_type"]
    assert blocks_on(MODAL) | blocks_on(HOME) | blocks_on(MESSAGE) == table("blocks").keys()
