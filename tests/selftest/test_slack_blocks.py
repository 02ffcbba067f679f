"""The judge of blocks and views: one thing at a time is changed in what Slack would accept."""

import functools
import json
import operator
from typing import Any

import pytest

from tests.sandbox.slack import check_message, check_view
from tests.selftest.slack_app import Json, card, plain

MARKED = {"type": "mrkdwn", "text": "x"}
OPTION = {"text": plain("x"), "value": "x", "description": plain("x")}
DIALOG = {name: plain("x") for name in ("title", "text", "confirm", "deny")}
BUTTON = {"type": "button", "action_id": "x", "text": plain("x"), "confirm": DIALOG, "accessibility_label": "x"}
SECTION = {"type": "section", "text": MARKED}
TYPED = {"type": "plain_text_input", "max_length": 2000, "placeholder": plain("x")}
CHOICES = [
    *({"type": kind, "options": [OPTION]} for kind in ("static_select", "overflow", "checkboxes", "radio_buttons")),
    {"type": "datepicker", "placeholder": plain("x")},
]
FULL_MODAL: Json = {
    "type": "modal", "title": plain("x"), "submit": plain("x"), "close": plain("x"), "callback_id": "x",
    "private_metadata": "x",
    "blocks": [
        {"type": "header", "text": plain("x")},
        SECTION | {"block_id": "x", "fields": [MARKED]},
        {"type": "context", "elements": [MARKED]},
        {"type": "actions", "elements": [BUTTON | {"value": "x"}, *CHOICES]},
        {"type": "input", "label": plain("x"), "hint": plain("x"), "element": TYPED},
        {"type": "alert", "text": MARKED},
        {"type": "input", "label": plain("x"), "element": {"type": "file_input", "max_files": 1}},
        SECTION,
    ],
}  # fmt: skip
FULL_HOME = {"type": "home", "blocks": [SECTION, {"type": "divider"}], "private_metadata": "{}"}
FULL_MESSAGE = {"text": "x", "blocks": [*card("x", "Go"), SECTION]}


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
    "blocks/": "0/text/text 150 2/elements 10 3/elements 25 5/text/text 200 6/element/max_files 10",
    "blocks/3/elements/0/": "action_id 255 text/text 75 value 2000 accessibility_label 75",
    "blocks/3/elements/0/confirm/": "title/text 100 text/text 300 confirm/text 30 deny/text 30",
    "blocks/3/elements/1/options/0/": "text/text 75 value 150 description/text 75",
    "blocks/3/elements/": "1/options 100 2/options 5 3/options 10 4/options 10 5/placeholder/text 150",
    "blocks/4/": "label/text 2000 hint/text 2000 element/max_length 3000 element/placeholder/text 150",
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
ACTION, DAY = "blocks/3/elements", "blocks/3/elements/5/initial_date"
WRONG_IN_A_MODAL = {  # what is told (at another place), and what stands where
    "unknown_type": {"blocks/7/type": "sektion", "blocks/2/type": "table", f"{ACTION}/0/type": "knob"},
    "unknown_key": {"blocks/7/colour": "red"},
    "missing_key": dict.fromkeys(("title", "blocks/4/label", f"{ACTION}/0/text", f"{ACTION}/1/options")),
    "missing_key@/blocks/7": {"blocks/7/text": None},
    "submit_required": {"submit": None},
    "too_short": {"blocks/7/text/text": ""},
    "bad_type": {DAY: 1},
    "bad_value": {
        f"{ACTION}/1/initial_option": OPTION | {"value": "y"}, f"{ACTION}/0/style": "default", DAY: "2026-13-01",
    },
    "too_long": {"blocks/4/element/initial_value": "x" * 2001},
    "not_allowed_here": {"blocks/0/text": MARKED, f"{ACTION}/0": TYPED, "blocks/4/element": BUTTON},
    "duplicate_block_id@/blocks": {"blocks/7/block_id": "x"},
    "duplicate_action_id@/blocks/3": {f"{ACTION}/1/action_id": "x"},
    "view_too_large@": {"blocks": [long_section(2900)] * 100},
}  # fmt: skip
WRONG_AT_HOME = {
    "unknown_key": {"submit": plain("x")},
    "not_allowed_here": {"blocks/0": FULL_MODAL["blocks"][6]},
    "too_few": {"blocks": []},
}
WRONG_IN_A_MESSAGE = {
    "missing_key": {"text": ""},
    "not_allowed_here": {"blocks/0": FULL_MODAL["blocks"][4], "blocks/1": FULL_MODAL["blocks"][5]},
    "bad_type": {"blocks": {"type": "section"}},
    "msg_blocks_too_long": {"blocks": [*LONG, long_section(1201)]},
}
WRONG = ((FULL_MODAL, WRONG_IN_A_MODAL), (FULL_HOME, WRONG_AT_HOME), (FULL_MESSAGE, WRONG_IN_A_MESSAGE))


@pytest.mark.parametrize(("whole", "told", "put"), [(whole, *row) for whole, rows in WRONG for row in rows.items()])
def test_what_breaks_a_rule_is_told_with_its_place(whole: Json, told: str, put: Json) -> None:
    code, elsewhere, place = told.partition("@")
    for path, value in put.items():
        assert problems(changed(whole, path, value)) == [(place if elsewhere else f"/{path}", code)]


def test_all_texts_of_a_message_together_are_counted_to_the_last_letter() -> None:
    assert problems({"text": "x", "blocks": [*LONG, long_section(1200)]}) == []
