"""What a person has before their eyes: an open view, what came of a click, what came of a submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.sandbox.slack.fields import Input, inputs
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.state import Message, View, buttons_in
from tests.sandbox.slack.text import show_blocks

if TYPE_CHECKING:
    from tests.sandbox.slack.people import Person


@dataclass
class Outcome:
    """What came of an act: was it acknowledged, what the person read at once; later answers are seen as they come."""

    acked: bool
    text: str
    _person: Person = field(repr=False)
    _before: frozenset[str] = field(repr=False)

    @property
    def ephemerals(self) -> list[Message]:
        """Messages only this person sees that came since."""
        return [each for each in self._person.ephemerals if each.ts not in self._before]

    @property
    def view(self) -> OpenView | None:
        """The modal that was opened since, if one is open."""
        top = self._person.view
        return top if top and top.id not in self._before else None


@dataclass
class Submitted:
    """What came of a submission: errors by label (a general one under the empty label), or the next view."""

    errors: dict[str, str]
    closed: bool
    view: OpenView | None


class OpenView:
    """A modal or Home as its person sees it."""

    def __init__(self, person: Person, view: View) -> None:
        self._person = person
        self.behind = view  # for acts on one that is no longer on top
        self.id = view.id

    @property
    def title(self) -> str:
        return self._text("title")

    @property
    def submit_label(self) -> str:
        return self._text("submit")

    @property
    def private_metadata(self) -> str:
        return str(self.behind.body.get("private_metadata", ""))

    @property
    def callback_id(self) -> str:
        return str(self.behind.body.get("callback_id", ""))

    @property
    def blocks(self) -> list[Json]:
        return self.behind.blocks

    @property
    def plain(self) -> str:
        """The blocks as lines, each field with its value."""
        return show_blocks(self._person.reader(), self.blocks, self.behind.values)

    @property
    def inputs(self) -> dict[str, Input]:
        """The fields by label; a second one with the same label by block_id.action_id."""
        return dict(inputs(self._person.reader(), self.behind))

    @property
    def buttons(self) -> list[str]:
        return buttons_in(self.blocks)

    @property
    def errors(self) -> dict[str, str]:
        """By label."""
        asked = {block["block_id"]: block["label"]["text"] for block in self.blocks if block["type"] == "input"}
        return {asked.get(block_id, block_id): said for block_id, said in self.behind.errors.items()}

    def _text(self, key: str) -> str:
        return str((self.behind.body.get(key) or {"text": ""})["text"])
