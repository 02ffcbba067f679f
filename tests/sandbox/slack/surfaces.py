"""The strict judge of whole surfaces: modals, Home views and messages, with the rules that span several blocks."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tests.sandbox.slack.blocks import HOME, MESSAGE, MODAL, blocks_on, table
from tests.sandbox.slack.shapes import Json, Problem, listing, objects, typed

MESSAGE_CHARACTERS: Final = 13_200
VIEW_BYTES: Final = 250_000
_BLOCKS_MOST: Final = {MODAL: 100, HOME: 100, MESSAGE: 50}


def check_view(view: object) -> list[Problem]:
    """Everything wrong with a modal or Home view; an empty list is what Slack would accept."""
    found = list(typed(table("whole"), frozenset((MODAL, HOME)), "a view")(view, ""))
    if not isinstance(view, dict) or view.get("type") not in (MODAL, HOME):
        return found
    found += _check_blocks(view.get("blocks"), "/blocks", view["type"])
    blocks = _dicts(view.get("blocks"))
    if view["type"] == MODAL and "submit" not in view and any(each.get("type") == "input" for each in blocks):
        found.append(Problem("/submit", "submit_required", "a view with input blocks needs submit"))
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        found.append(Problem("", "view_too_large", f"a view has at most {VIEW_BYTES} bytes"))
    return found


def check_message(message: Json) -> list[Problem]:
    """Everything wrong with the text and blocks of a message (other keys are not looked at)."""
    found: list[Problem] = []
    if isinstance(message.get("text"), str) and len(message["text"]) > 40_000:
        found.append(Problem("/text", "msg_too_long", "longer text is cut at 40000 characters"))
    if message.get("blocks"):
        found += _check_blocks(message["blocks"], "/blocks", MESSAGE)
        texts = [each["text"] for each in objects(message["blocks"]) if isinstance(each.get("text"), str)]
        if (total := sum(map(len, texts))) > MESSAGE_CHARACTERS:
            found.append(Problem("/blocks", "msg_blocks_too_long", f"{total} characters, at most {MESSAGE_CHARACTERS}"))
        if not message.get("text"):
            found.append(Problem("/text", "missing_key", "blocks need text beside them, for notifications"))
    return found


def check_metadata(metadata: object) -> list[Problem]:
    """A message's metadata: an event type and an object, nothing else."""
    return list(table("whole")["metadata"](metadata, "/metadata"))


def _dicts(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _check_blocks(blocks: object, at: str, surface: str) -> Iterator[Problem]:
    yield from listing(typed(table("blocks"), blocks_on(surface), f"a {surface}"), _BLOCKS_MOST[surface])(blocks, at)
    yield from _twice(at, "block_id", [each.get("block_id") for each in _dicts(blocks)])
    for place, block in enumerate(_dicts(blocks)):
        yield from _twice(f"{at}/{place}", "action_id", [each.get("action_id") for each in objects(block)])


def _twice(at: str, key: str, ids: list[object]) -> Iterator[Problem]:
    for each, count in Counter(each for each in ids if isinstance(each, str)).items():
        if count > 1:
            yield Problem(at, f"duplicate_{key}", f"{key} {each} is used twice")
