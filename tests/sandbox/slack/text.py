"""Reading a message as a person sees it: mrkdwn, mentions, local times, and blocks as plain lines."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Final
from zoneinfo import ZoneInfo

from tests.sandbox.slack.shapes import Json, objects

Values = Mapping[tuple[str, str], Json]

ANGLE = re.compile(r"<([^<>]*)>")
CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
STYLE = re.compile(r"(?<![\w*_~/.])([*_~])(?!\s)((?:(?!\1)[^\n])+)(?<!\s)\1(?![\w*_~])")
_DATE = re.compile(r"!date\^(\d+)\^([^|^]*)(?:\^https?://[^|]*)?\|(.+)")
_LINK = re.compile(r"(?:https?://|mailto:)([^|\s]+)(?:\|(.+))?")
_DATE_FORMS: Final = {
    "date_num": "%Y-%m-%d", "date": "%B %-d, %Y", "date_short": "%b %-d, %Y", "date_long": "%A, %B %-d, %Y",
    "time": "%H:%M", "time_secs": "%H:%M:%S",
}  # fmt: skip
_NAMED: Final = ((r"@([UW]\w+)", "@"), (r"#(C\w+)(?:\|.*)?", "#"), (r"!subteam\^(S\w+)(?:\|.*)?", "@"))


@dataclass(frozen=True)
class Reader:
    """Whose eyes: the names behind ids (None for an unknown id), the zone, and the present time."""

    names: Callable[[str], str | None]
    tz: str = "Europe/Berlin"
    now: float = 0.0

    def mrkdwn(self, text: str) -> str:
        """The text as shown: styles gone, mentions, links and dates resolved, the three entities decoded."""
        shown = ""
        for place, part in enumerate(map(self._resolved, CODE.split(text))):
            shown += part.strip("`") if place % 2 else STYLE.sub(lambda found: found[2], part)
        return re.sub(r"&(?:amp|lt|gt);", lambda found: unescape(found[0]), shown)

    def strange(self, text: str) -> list[str]:
        """What stands in angle brackets and Slack would not understand, or names nobody."""
        return [found[0] for found in ANGLE.finditer(text) if self.construct(found[1]) is None]

    def of(self, text: Json | None) -> str:
        """A text object, or an element of a context block."""
        if not text:
            return ""
        return self.mrkdwn(text["text"]) if text["type"] == "mrkdwn" else str(text["text"])

    def _resolved(self, text: str) -> str:
        return ANGLE.sub(lambda found: found[0] if (is_ := self.construct(found[1])) is None else is_, text)

    def construct(self, inner: str) -> str | None:
        """What a construct shows, None when it is not one."""
        if inner in ("!here", "!channel", "!everyone"):
            return f"@{inner[1:]}"
        for form, sign in _NAMED:
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

        def token(found: re.Match[str]) -> str:
            name = found[1].removesuffix("_pretty")
            return near if near and name != found[1] else moment.strftime(_DATE_FORMS[name])

        try:
            return re.sub(r"\{(\w+)\}", token, form)
        except KeyError:
            return None


def mrkdwn_in(value: object) -> Iterator[str]:
    """Every mrkdwn text inside blocks, at any depth."""
    return (str(each.get("text", "")) for each in objects(value) if each.get("type") == "mrkdwn")


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element that a person can use, each with its block."""
    for block in blocks:
        inside = block["elements"] if block["type"] == "actions" else (block.get("accessory"), block.get("element"))
        yield from ((block, element) for element in inside if element)


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
    held: object = next((held for key, held in value.items() if key != "type" and held is not None), [])
    many = held if isinstance(held, list) else [held]
    named = [each.get("text", {"text": each.get("name")})["text"] if isinstance(each, dict) else each for each in many]
    return ", ".join(map(str, named))


def show_element(reader: Reader, block: Json, element: Json, values: Values) -> str:
    kind = element["type"]
    if kind == "button":
        return f"[{element['text']['text']}]"
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
    elif kind == "context":
        yield " ".join(map(reader.of, block["elements"]))
    elif kind == "actions":
        yield " ".join(show_element(reader, block, each, values) for each in block["elements"])
    elif kind == "input":
        yield f"{block['label']['text']}: {show_element(reader, block, block['element'], values)}"
        yield reader.of(block.get("hint"))
    else:  # section, header, alert
        beside = show_element(reader, block, block["accessory"], values) if "accessory" in block else ""
        yield " ".join(filter(None, (reader.of(block.get("text")), beside)))
        yield from map(reader.of, block.get("fields", []))


def show_blocks(reader: Reader, blocks: list[Json], values: Values | None = None) -> str:
    """Blocks as lines of text."""
    return "\n".join(line for block in blocks for line in _lines(reader, block, values or {}) if line)
