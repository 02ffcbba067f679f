"""The strict judge of whole surfaces: modals, Home views and messages, with the rules that span several blocks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tests.sandbox.slack.blocks import HOME, MESSAGE, MODAL, blocks_on, table
from tests.sandbox.slack.shapes import Json, Problem, Shape, anything, flag, listing, one_of, plain, string, typed

MESSAGE_CHARACTERS: Final = 13_200
MARKDOWN_CHARACTERS: Final = 12_000
VIEW_BYTES: Final = 250_000
_BLOCKS_MOST: Final = {MODAL: 100, HOME: 100, MESSAGE: 50}

_VIEW_KEYS = {
    "type": one_of(MODAL, HOME),
    "blocks": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEWS: Final = {
    HOME: Shape(_VIEW_KEYS, ("blocks",)),
    MODAL: Shape(
        _VIEW_KEYS
        | {
            "title": plain(24),
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
        ("title", "blocks"),
    ),
}
_METADATA: Final = Shape({"event_type": string(255), "event_payload": anything}, ("event_type", "event_payload"))
_ATTACHMENT: Final = Shape({"blocks": anything, "color": string(20), "fallback": string(3000)}, ("blocks",))


def check_view(view: object) -> list[Problem]:
    """Everything wrong with a modal or Home view; an empty list is what Slack would accept."""
    found = list(typed(_VIEWS)(view, ""))
    if not isinstance(view, dict) or view.get("type") not in _VIEWS:
        return found
    found += _check_blocks(view.get("blocks"), "/blocks", view["type"])
    blocks = _dicts(view.get("blocks"))
    if view["type"] == MODAL and "submit" not in view and any(each.get("type") == "input" for each in blocks):
        found.append(Problem("/submit", "submit_required", "a view with input blocks needs submit"))
    if sum(1 for each in _objects(blocks) if each.get("focus_on_load")) > 1:
        found.append(Problem("/blocks", "focus_twice", "focus_on_load is allowed on one element"))
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        found.append(Problem("", "view_too_large", f"a view has at most {VIEW_BYTES} bytes"))
    return found


def check_message(message: Json) -> list[Problem]:
    """Everything wrong with the text, blocks and attachments of a message (other keys are not looked at)."""
    found: list[Problem] = []
    if isinstance(message.get("text"), str) and len(message["text"]) > 40_000:
        found.append(Problem("/text", "msg_too_long", "longer text is cut at 40000 characters"))
    if message.get("blocks"):
        found += _check_blocks(message["blocks"], "/blocks", MESSAGE)
        found += _message_totals(_dicts(message["blocks"]))
        if not message.get("text"):
            found.append(Problem("/text", "missing_key", "blocks need text beside them, for notifications"))
    attachments = message.get("attachments") or []
    found += listing(_ATTACHMENT, 100, 0)(attachments, "/attachments")
    for place, each in enumerate(_dicts(attachments)):
        found += _check_blocks(each.get("blocks"), f"/attachments/{place}/blocks", MESSAGE)
    return found


def check_metadata(metadata: object) -> list[Problem]:
    """A message's metadata: an event type and an object, nothing else."""
    found = list(_METADATA(metadata, "/metadata"))
    if isinstance(metadata, dict) and not isinstance(metadata.get("event_payload"), dict):
        found.append(Problem("/metadata/event_payload", "bad_type", "an object is wanted"))
    return found


def _dicts(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _objects(value: object) -> Iterator[Json]:
    """Every object inside, at any depth."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(each)


def _check_blocks(blocks: object, at: str, surface: str) -> Iterator[Problem]:
    yield from listing(typed(table("blocks"), blocks_on(surface), f"a {surface}"), _BLOCKS_MOST[surface])(blocks, at)
    known = [each for each in _dicts(blocks) if each.get("type") in table("blocks")]
    ids = Counter(each["block_id"] for each in known if isinstance(each.get("block_id"), str))
    for block_id in [each for each, count in ids.items() if count > 1]:
        yield Problem(at, "duplicate_block_id", f"block_id {block_id} is used twice")
    for place, block in enumerate(_dicts(blocks)):
        yield from _check_actions(block, f"{at}/{place}")
        yield from _check_place(block, f"{at}/{place}", surface)


def _check_actions(block: Json, at: str) -> Iterator[Problem]:
    ids = Counter(each["action_id"] for each in _objects(block) if isinstance(each.get("action_id"), str))
    for action_id in [each for each, count in ids.items() if count > 1]:
        yield Problem(at, "duplicate_action_id", f"action_id {action_id} is used twice in one block")


def _check_place(block: Json, at: str, surface: str) -> Iterator[Problem]:
    """Keys and elements that only some surfaces know."""
    for each in _objects(block):
        if each.get("type") == "file_input" and surface != MODAL:
            yield Problem(at, "not_allowed_here", "file_input is for modals")
        if each.get("focus_on_load") and surface == MESSAGE:
            yield Problem(at, "not_allowed_here", "focus_on_load is for views")
        if each.get("response_url_enabled") and (surface != MODAL or block.get("type") != "input"):
            yield Problem(at, "not_allowed_here", "response_url_enabled is for input blocks of modals")


def _message_totals(blocks: list[Json]) -> Iterator[Problem]:
    def words(of: list[Json]) -> int:
        return sum(len(each["text"]) for each in _objects(of) if isinstance(each.get("text"), str))

    if (total := words(blocks)) > MESSAGE_CHARACTERS:
        yield Problem("/blocks", "msg_blocks_too_long", f"{total} characters in all, at most {MESSAGE_CHARACTERS}")
    if words([each for each in blocks if each.get("type") == "markdown"]) > MARKDOWN_CHARACTERS:
        yield Problem("/blocks", "msg_blocks_too_long", f"markdown blocks have {MARKDOWN_CHARACTERS} characters in all")
    if sum(1 for each in blocks if each.get("type") == "table") > 1:
        yield Problem("/blocks", "only_one_table_allowed", "one table in a message")
