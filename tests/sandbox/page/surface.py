"""What stands on a page: a message, a modal or Home as HTML, with its fields as they are filled now."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from tests.sandbox.page import markup
from tests.sandbox.slack.blocks import options_of
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import Space
from tests.sandbox.slack.state import HELD_AT, Message, View
from tests.sandbox.slack.text import Reader, Values, label_of

_TEMPLATES: Final = Path(__file__).parent / "templates"


@functools.cache
def templates() -> Environment:
    """The page's templates: everything is escaped."""
    return Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@functools.cache
def _macros() -> Any:  # noqa: ANN401 - a template's module has whatever its macros are called
    return templates().get_template("blocks.html").module


@dataclass
class Surface:
    """Blocks in front of one person; `seen` is the mark under which an act on them is sent, `act` its name."""

    space: Space
    person: Person
    shown: list[Json]
    act: str
    seen: str
    values: Values = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @functools.cached_property
    def reader(self) -> Reader:
        return self.person.reader()

    def blocks(self) -> Markup:
        """All of it; AttributeError for a kind of block or element that the page cannot show."""
        return Markup().join(getattr(_macros(), f"block_{block['type']}")(self, block) for block in self.shown)

    def element(self, block: Json, element: Json) -> Markup:
        made: Markup = getattr(_macros(), f"element_{element['type']}")(self, block, element)
        return made

    def said(self, text: Json | None) -> Markup:
        return markup.said(self.reader, text)

    def mrkdwn(self, text: str) -> Markup:
        return markup.mrkdwn(self.reader, text)

    def id(self, block: Json, what: str) -> str:
        """An id that no other element of the page has."""
        return f"{self.seen}-{block['block_id']}-{what}".replace(" ", "-")

    def name(self, block: Json, element: Json) -> str:
        return f"{block['block_id']}.{element['action_id']}"

    def label(self, block: Json, element: Json) -> str:
        return label_of(self.reader, block, element)

    def value(self, block: Json, element: Json) -> object:
        """What the state holds."""
        held = self.values.get((block["block_id"], element.get("action_id", "")), {})
        return held.get(HELD_AT[element["type"]])

    def picked(self, block: Json, element: Json) -> list[str]:
        """The values of what is chosen."""
        held = self.value(block, element)
        many = held if isinstance(held, list) else [held] if held else []
        return [str(each["value"] if isinstance(each, dict) else each) for each in many]

    def options(self, element: Json) -> list[tuple[str, str, str]]:
        """What can be chosen: value, label, description."""
        if element["type"] == "users_select":
            return [(each.id, each.name, "") for each in self.space.people.values() if each.kind != "deactivated"]
        return [
            (each["value"], str(self.said(each["text"]).striptags()), (each.get("description") or {}).get("text", ""))
            for each in options_of(element)
        ]

    def preview(self, file: Json) -> str:
        """The beginning of a text, a picture as an address that holds it, nothing of anything else."""
        held = self.space.files[file["id"]]
        if held.mimetype.startswith("image/"):
            return f"data:{held.mimetype};base64,{base64.b64encode(held.content).decode()}"
        text = held.content[:300].decode("ascii", "ignore")
        return text if "".join(text.split()).isprintable() else ""

    def confirm(self, element: Json) -> str:
        """The dialog that asks first."""
        dialog = element["confirm"]
        asked = {key: self.reader.of(dialog[key]) for key in ("title", "text", "confirm", "deny")}
        return json.dumps(asked | {"style": dialog.get("style", "")})


@dataclass
class Posted:
    """A message on the page; `unread` when its thread has something new."""

    message: Message
    surface: Surface
    at: datetime
    replies: int
    unread: bool


@dataclass
class Modal:
    """The modal on top; `general` is an error that belongs to no field."""

    view: View
    surface: Surface
    general: str

    def blocks(self) -> Markup:
        return self.surface.blocks()
