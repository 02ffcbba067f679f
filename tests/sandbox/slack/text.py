"""Reading a message as a person sees it: mrkdwn, mentions, local times, and blocks as plain lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Final
from zoneinfo import ZoneInfo

from tests.sandbox.slack.shapes import Json

Values = Mapping[tuple[str, str], Json]

_ANGLE = re.compile(r"<([^<>]*)>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_STYLE = re.compile(r"(?<![\w*_~/.])([*_~])(?!\s)((?:(?!\1)[^\n])+)(?<!\s)\1(?![\w*_~])")
_DATE = re.compile(r"!date\^(\d+)\^([^|^]*)(?:\^https?://[^|]*)?\|(.+)")
_LINK = re.compile(r"(?:https?://|mailto:)([^|\s]+)(?:\|(.+))?")
_DATE_FORMS: Final = {
    "date_num": "%Y-%m-%d",
    "date": "%B %-d, %Y",
    "date_short": "%b %-d, %Y",
    "date_long": "%A, %B %-d, %Y",
    "time": "%H:%M",
    "time_secs": "%H:%M:%S",
}


@dataclass(frozen=True)
class Reader:
    """Whose eyes: the names behind ids (None for an unknown id), the zone, and the present time."""

    names: Callable[[str], str | None]
    tz: str = "Europe/Berlin"
    now: float = 0.0

    def mrkdwn(self, text: str) -> str:
        """The text as shown: styles gone, mentions, links and dates resolved, the three entities decoded."""
        parts = _CODE.split(text)
        shown = (
            part.strip("`") if place % 2 else _unstyled(part) for place, part in enumerate(map(self._resolved, parts))
        )
        return "".join(map(_entities, shown))

    def strange(self, text: str) -> list[str]:
        """What stands in angle brackets and Slack would not understand, or names nobody."""
        return [found[0] for found in _ANGLE.finditer(text) if self._construct(found[1]) is None]

    def of(self, text: Json | None) -> str:
        """A text object, or an element of a context block."""
        if not text:
            return ""
        return self.mrkdwn(text["text"]) if text["type"] == "mrkdwn" else str(text["text"])

    def _resolved(self, text: str) -> str:
        return _ANGLE.sub(lambda found: found[0] if (is_ := self._construct(found[1])) is None else is_, text)

    def _construct(self, inner: str) -> str | None:
        """What a construct shows, None when it is not one."""
        if inner in ("!here", "!channel", "!everyone"):
            return f"@{inner[1:]}"
        for form, sign in ((r"@([UW]\w+)", "@"), (r"#(C\w+)(?:\|.*)?", "#"), (r"!subteam\^(S\w+)(?:\|.*)?", "@")):
            if found := re.fullmatch(form, inner):
                name = self.names(found[1])
                return None if name is None else sign + name
        if found := _DATE.fullmatch(inner):
            return self._date(int(found[1]), found[2])
        found = _LINK.fullmatch(inner)
        return (found[2] or (inner if inner.startswith("http") else found[1])) if found else None

    def _date(self, at: int, form: str) -> str | None:
        zone = ZoneInfo(self.tz)
        moment, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(self.now, zone).date()
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((moment.date() - today).days)
        unknown = False

        def token(found: re.Match[str]) -> str:
            nonlocal unknown
            name = found[1].removesuffix("_pretty")
            unknown = unknown or name not in _DATE_FORMS
            pretty = near if found[1].endswith("_pretty") else None
            return pretty or moment.strftime(_DATE_FORMS.get(name, ""))

        shown = re.sub(r"\{(\w+)\}", token, form)
        return None if unknown else shown


def _entities(text: str) -> str:
    return re.sub(r"&(?:amp|lt|gt);", lambda found: unescape(found[0]), text)


def _unstyled(text: str) -> str:
    return _STYLE.sub(lambda found: found[2], text)


def mrkdwn_in(value: object) -> Iterator[str]:
    """Every mrkdwn text inside blocks, at any depth."""
    if isinstance(value, dict) and value.get("type") == "mrkdwn":
        yield str(value.get("text", ""))
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mrkdwn_in(each)


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element that a person can use, each with its block."""
    for block in blocks:
        inside = block.get("elements", []) if block["type"] == "actions" else block.get("actions", [])
        single = (block.get("accessory"), block.get("element"))
        for element in (*single, *inside):
            if element and element["type"] != "image":
                yield block, element
        yield from elements(block.get("child_blocks", []))
        yield from elements(block["elements"] if block["type"] == "carousel" else [])


def label_of(reader: Reader, block: Json, element: Json) -> str:
    """What a person would call it: a button's text, an input's label, a select's text or placeholder."""
    if element["type"] == "button":
        return str(element["text"]["text"])
    if block["type"] == "input":
        return str(block["label"]["text"])
    if block["type"] == "section" and block.get("text"):
        return reader.of(block["text"])
    return str((element.get("placeholder") or {"text": element["action_id"]})["text"])


def chosen(value: Json) -> str:
    """What stands in a field, read from its state; empty when nothing does."""
    for key, held in value.items():
        if key == "type" or held is None:
            continue
        many = held if isinstance(held, list) else [held]
        return ", ".join(
            str(each["text"]["text"] if "text" in each else each.get("name", each))
            if isinstance(each, dict)
            else str(each)
            for each in many
        )
    return ""


def show_element(reader: Reader, block: Json, element: Json, values: Values) -> str:
    kind = element["type"]
    if kind == "button":
        return f"[{element['text']['text']}]"
    if kind == "image":
        return f"(image: {element['alt_text']})"
    options = " · ".join(reader.of(each["text"]) for each in element.get("options", []))
    if kind == "overflow":
        return f"[⋯ {options}]"
    value = chosen(values.get((block.get("block_id", ""), element.get("action_id", "")), {}))
    if kind in ("radio_buttons", "checkboxes"):
        return f"({options}): {value}"
    return f"<{value or reader.of(element.get('placeholder'))}>"


def _lines(reader: Reader, block: Json, values: Values) -> Iterator[str]:
    kind = block["type"]
    if kind == "divider":
        yield "---"
    elif kind in ("actions", "context"):
        texts = ("plain_text", "mrkdwn")
        yield " ".join(
            reader.of(each) if each["type"] in texts else show_element(reader, block, each, values)
            for each in block["elements"]
        )
    elif kind == "input":
        yield f"{block['label']['text']}: {show_element(reader, block, block['element'], values)}"
        yield reader.of(block.get("hint"))
    elif kind == "table":
        yield from (" | ".join(_words(reader, cell) for cell in row) for row in block["rows"])
    elif kind in ("section", "header", "alert"):
        accessory = block.get("accessory")
        beside = " " + show_element(reader, block, accessory, values) if accessory else ""
        yield reader.of(block.get("text")) + beside
        yield from map(reader.of, block.get("fields", []))
    else:
        yield _words(reader, block)


def _words(reader: Reader, value: object) -> str:
    """All text of a block without a form of its own here."""
    if isinstance(value, list):
        return " ".join(filter(None, (_words(reader, each) for each in value)))
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("text"), str):
        return reader.of(value) if value["type"] == "mrkdwn" else str(value["text"])
    if value.get("type") == "user":
        return "@" + (reader.names(value["user_id"]) or value["user_id"])
    return str(value.get("alt_text") or _words(reader, list(value.values())))


def show_blocks(reader: Reader, blocks: list[Json], values: Values | None = None) -> str:
    """Blocks as lines of text."""
    return "\n".join(line for block in blocks for line in _lines(reader, block, values or {}) if line)
