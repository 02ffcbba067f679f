"""The tables of Block Kit: every block, element and object with its keys, limits, parents and surfaces.

Sources: docs.slack.dev/reference/block-kit and the limits in Slack's own SDK models. Kinds that are not listed are
refused, which is stricter than Slack: auth_provider, context_actions, data_table, data_visualization, plan, task_card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tests.sandbox.slack.shapes import (
    Check,
    Json,
    Problem,
    Shape,
    anything,
    flag,
    integer,
    listing,
    one_of,
    plain,
    string,
    text,
    typed,
)

MODAL, HOME, MESSAGE = "modal", "home", "message"
EVERYWHERE: Final = frozenset({MODAL, HOME, MESSAGE})

_DATE = string(10, pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
_NUMBER = string(100, pattern=r"-?\d+(\.\d+)?")
_WEB = string(3000, pattern=r"https?://\S+")
_ID = string(255)

CONFIRM: Final = Shape(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
    required=("title", "text", "confirm", "deny"),
)


def _option(*kinds: str, url: bool = False) -> Shape:
    keys: dict[str, Check] = {"text": text(75, *kinds), "value": string(150), "description": text(75, *kinds)}
    return Shape(keys | ({"url": _WEB} if url else {}), required=("text", "value"))


_CHOICE = _option("plain_text")
_RICH_CHOICE = _option()
_GROUP = Shape({"label": plain(75), "options": listing(_CHOICE, 100)}, required=("label", "options"))
_FILTER = Shape(
    {
        "include": listing(one_of("im", "mpim", "private", "public"), 4),
        "exclude_bot_users": flag,
        "exclude_external_shared_channels": flag,
    },
    at_least_one=("include", "exclude_bot_users", "exclude_external_shared_channels"),
)
_DISPATCH = Shape({"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 2)})


def _known_initial(element: Json, at: str) -> Iterator[Problem]:
    """What is preselected must be among the options, word for word."""
    options = list(element.get("options") or [])
    options += [each for group in element.get("option_groups") or [] for each in group.get("options", [])]
    one = element.get("initial_option")
    for initial in [one] if one else element.get("initial_options") or []:
        if options and initial not in options:
            yield Problem(f"{at}/initial_option", "bad_value", "the initial option is not among the options")


def _lengths_agree(element: Json, at: str) -> Iterator[Problem]:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if least > most:
        yield Problem(f"{at}/min_length", "bad_value", "min_length is above max_length")
    if len(element.get("initial_value") or "") > most:
        yield Problem(f"{at}/initial_value", "too_long", "the initial value is longer than max_length")


_BASE: dict[str, Check] = {"type": anything, "action_id": _ID, "focus_on_load": flag}
_ASKS: dict[str, Check] = _BASE | {"confirm": CONFIRM, "placeholder": plain(150)}
_TYPES: dict[str, Check] = _BASE | {
    "placeholder": plain(150),
    "initial_value": string(3000, 0),
    "dispatch_action_config": _DISPATCH,
}
_OPTIONS: dict[str, Check] = {"options": listing(_CHOICE, 100), "option_groups": listing(_GROUP, 100)}
_TWO = ("options", "option_groups")
_MANY: dict[str, Check] = {"max_selected_items": integer(1, 100)}
_WHERE: dict[str, Check] = {"filter": _FILTER, "default_to_current_conversation": flag}
_URL: dict[str, Check] = {"response_url_enabled": flag}
_PICTURE: dict[str, Check] = {
    "type": anything,
    "image_url": _WEB,
    "slack_file": anything,
    "alt_text": string(2000),
}


def _boxes(initial: dict[str, Check]) -> Shape:
    keys = _BASE | {"confirm": CONFIRM, "options": listing(_RICH_CHOICE, 10)} | initial
    return Shape(keys, ("options",), rules=(_known_initial,))


def _select(extra: dict[str, Check], exactly_one: tuple[str, ...] = ()) -> Shape:
    return Shape(_ASKS | extra, exactly_one=exactly_one, rules=(_known_initial,))


ELEMENTS: Final[Mapping[str, Shape]] = {
    "button": Shape(
        {
            "type": anything,
            "action_id": _ID,
            "text": plain(75),
            "url": _WEB,
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
        ("text",),
    ),
    "channels_select": _select({"initial_channel": _ID} | _URL),
    "checkboxes": _boxes({"initial_options": listing(_RICH_CHOICE, 10)}),
    "conversations_select": _select({"initial_conversation": _ID} | _WHERE | _URL),
    "datepicker": Shape(_ASKS | {"initial_date": _DATE}),
    "datetimepicker": Shape(_BASE | {"confirm": CONFIRM, "initial_date_time": integer(10**9, 10**10 - 1)}),
    "email_text_input": Shape(_TYPES),
    "external_select": _select({"initial_option": _CHOICE, "min_query_length": integer(0, 3000)}),
    "file_input": Shape(
        {
            "type": anything,
            "action_id": _ID,
            "filetypes": listing(string(20), 100),
            "max_files": integer(1, 10),
        }
    ),
    "image": Shape(_PICTURE, ("alt_text",), exactly_one=("image_url", "slack_file")),
    "multi_channels_select": _select({"initial_channels": listing(_ID, 100)} | _MANY),
    "multi_conversations_select": _select({"initial_conversations": listing(_ID, 100)} | _WHERE | _MANY),
    "multi_external_select": _select(
        {"initial_options": listing(_CHOICE, 100), "min_query_length": integer(0, 3000)} | _MANY
    ),
    "multi_static_select": _select({"initial_options": listing(_CHOICE, 100)} | _OPTIONS | _MANY, _TWO),
    "multi_users_select": _select({"initial_users": listing(_ID, 100)} | _MANY),
    "number_input": Shape(
        _TYPES | {"initial_value": _NUMBER, "is_decimal_allowed": flag, "min_value": _NUMBER, "max_value": _NUMBER},
        ("is_decimal_allowed",),
    ),
    "overflow": Shape(
        {
            "type": anything,
            "action_id": _ID,
            "confirm": CONFIRM,
            "options": listing(_option("plain_text", url=True), 5),
        },
        ("options",),
    ),
    "plain_text_input": Shape(
        _TYPES | {"multiline": flag, "min_length": integer(0, 3000), "max_length": integer(1, 3000)},
        rules=(_lengths_agree,),
    ),
    "radio_buttons": _boxes({"initial_option": _RICH_CHOICE}),
    "rich_text_input": Shape(
        _TYPES | {"initial_value": anything, "min_lines": integer(1, 100), "max_lines": integer(1, 100)}
    ),
    "static_select": _select({"initial_option": _CHOICE} | _OPTIONS, _TWO),
    "timepicker": Shape(_ASKS | {"initial_time": _TIME, "timezone": string(100)}),
    "url_text_input": Shape(_TYPES),
    "users_select": _select({"initial_user": _ID}),
}

_ONE_SELECT = frozenset({"channels_select", "conversations_select", "external_select", "static_select", "users_select"})
_MANY_SELECT = frozenset(f"multi_{each}" for each in _ONE_SELECT)
_PICKERS = frozenset({"checkboxes", "datepicker", "radio_buttons", "timepicker"})
_TYPED = frozenset(
    {"email_text_input", "file_input", "number_input", "plain_text_input", "rich_text_input", "url_text_input"}
)
PARENTS: Final[Mapping[str, frozenset[str]]] = {
    "section": _ONE_SELECT | _MANY_SELECT | _PICKERS | {"button", "image", "overflow"},
    "actions": _ONE_SELECT | _PICKERS | {"button", "datetimepicker", "overflow"},
    "context": frozenset({"image"}),
    "input": _ONE_SELECT | _MANY_SELECT | _PICKERS | _TYPED | {"datetimepicker"},
    "card": frozenset({"button"}),
}
_CONTEXT_ITEMS: Final[Mapping[str, Shape]] = {
    "image": ELEMENTS["image"],
    "plain_text": Shape({"type": anything, "text": string(3000), "emoji": flag}, ("text",)),
    "mrkdwn": Shape({"type": anything, "text": string(3000), "verbatim": flag}, ("text",)),
}


def _elements(parent: str) -> Check:
    return typed(ELEMENTS, PARENTS[parent], f"a block of type {parent}")


_BLOCK: dict[str, Check] = {"type": anything, "block_id": _ID}
_RUNS = listing(
    typed(
        {kind: Shape({"type": anything, "text": string(12000), "style": anything}) for kind in ("text",)}
        | {"link": Shape({"type": anything, "url": _WEB, "text": string(3000), "style": anything}, ("url",))}
        | {"user": Shape({"type": anything, "user_id": _ID, "style": anything}, ("user_id",))}
        | {"emoji": Shape({"type": anything, "name": string(100), "style": anything}, ("name",))}
    ),
    1000,
    0,
)
_PASSAGE = Shape({"type": anything, "elements": _RUNS, "border": integer(0, 1)}, ("elements",))
_SECTIONS: Final[Mapping[str, Shape]] = {
    "rich_text_section": _PASSAGE,
    "rich_text_preformatted": _PASSAGE,
    "rich_text_quote": _PASSAGE,
    "rich_text_list": Shape(
        {
            "type": anything,
            "elements": listing(typed({"rich_text_section": _PASSAGE}), 1000),
            "style": one_of("bullet", "ordered"),
            "indent": integer(0, 8),
            "offset": integer(0, 10**6),
            "border": integer(0, 1),
        },
        ("elements", "style"),
    ),
}
_RICH_TEXT = Shape(_BLOCK | {"elements": listing(typed(_SECTIONS), 1000)}, ("elements",))
_CELL = typed({"raw_text": Shape({"type": anything, "text": string(3000, 0)}, ("text",)), "rich_text": _RICH_TEXT})
_COLUMN = Shape({"align": one_of("left", "center", "right"), "is_wrapped": flag})
_CARD = Shape(
    _BLOCK
    | {
        "hero_image": typed(ELEMENTS, frozenset({"image"})),
        "icon": typed(ELEMENTS, frozenset({"image"})),
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": listing(_elements("card"), 3),
    },
    at_least_one=("hero_image", "title", "actions", "body"),
)


def _children(value: object, at: str) -> Iterator[Problem]:
    """Blocks inside a container: any block of a message that is no container itself."""
    return listing(typed(BLOCKS, frozenset(BLOCKS) - {"container", "carousel"}, "a container"), 10)(value, at)


BLOCKS: Final[Mapping[str, Shape]] = {
    "actions": Shape(_BLOCK | {"elements": listing(_elements("actions"), 25)}, ("elements",)),
    "alert": Shape(
        _BLOCK | {"text": text(200), "level": one_of("default", "info", "warning", "error", "success")}, ("text",)
    ),
    "card": _CARD,
    "carousel": Shape(_BLOCK | {"elements": listing(typed({"card": _CARD}), 10)}, ("elements",)),
    "container": Shape(
        _BLOCK
        | {
            "title": plain(150),
            "subtitle": text(150),
            "icon": typed(ELEMENTS, frozenset({"image"})),
            "child_blocks": _children,
            "width": one_of("narrow", "standard", "wide", "full"),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
        ("title", "child_blocks"),
    ),
    "context": Shape(_BLOCK | {"elements": listing(typed(_CONTEXT_ITEMS, None, "a context"), 10)}, ("elements",)),
    "divider": Shape(_BLOCK),
    "file": Shape(_BLOCK | {"external_id": _ID, "source": one_of("remote")}, ("external_id", "source")),
    "header": Shape(_BLOCK | {"text": plain(150)}, ("text",)),
    "image": Shape(_BLOCK | _PICTURE | {"title": plain(2000)}, ("alt_text",), exactly_one=("image_url", "slack_file")),
    "input": Shape(
        _BLOCK
        | {
            "label": plain(2000),
            "hint": plain(2000),
            "element": _elements("input"),
            "optional": flag,
            "dispatch_action": flag,
        },
        ("label", "element"),
    ),
    "markdown": Shape(_BLOCK | {"text": string(12000)}, ("text",)),
    "rich_text": _RICH_TEXT,
    "section": Shape(
        _BLOCK
        | {"text": text(3000), "fields": listing(text(2000), 10), "accessory": _elements("section"), "expand": flag},
        at_least_one=("text", "fields"),
    ),
    "table": Shape(
        _BLOCK | {"rows": listing(listing(_CELL, 20), 100), "column_settings": listing(_COLUMN, 20)}, ("rows",)
    ),
    "video": Shape(
        _BLOCK
        | {
            "title": plain(200),
            "video_url": _WEB,
            "thumbnail_url": _WEB,
            "alt_text": string(2000),
            "description": plain(200),
            "author_name": string(50),
            "title_url": _WEB,
            "provider_name": string(200),
            "provider_icon_url": _WEB,
        },
        ("title", "video_url", "thumbnail_url", "alt_text"),
    ),
}

SURFACES: Final[Mapping[str, frozenset[str]]] = dict.fromkeys(BLOCKS, EVERYWHERE) | {
    "alert": frozenset({MODAL}),
    "carousel": frozenset({MESSAGE, HOME}),
    "container": frozenset({MESSAGE}),
    "file": frozenset({MESSAGE}),
    "markdown": frozenset({MESSAGE}),
    "table": frozenset({MESSAGE, HOME}),
}
