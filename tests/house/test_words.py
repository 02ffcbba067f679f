"""Each thing that can be said has exactly one wording, in plain words."""

import ast
import inspect
import json
import re
from collections.abc import Collection
from enum import StrEnum

import pytest

from bot.domain import errors as known
from bot.domain.approval import Role
from bot.domain.notices import Told
from bot.domain.order import Actor, Move, Status
from bot.domain.request import Dcv, KeyType, Level, Purpose
from handlers.commands import SUBCOMMANDS
from handlers.errors import UNEXPECTED, WHO, WORDING
from handlers.views import lists, words
from tests.house.files import ROOT

CLASSES = {found for _, found in inspect.getmembers(known, inspect.isclass) if issubclass(found, known.DeskError)}


def keys_of(path: str, table: str) -> list[str]:
    """The keys of a dictionary as they stand in the source, doubles included."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == table and isinstance(node.value, ast.Dict):
            return [ast.unparse(key) for key in node.value.keys if key]
    raise AssertionError(f"{path} has no table {table}")


def test_each_error_has_exactly_one_wording() -> None:
    assert WORDING.keys() == CLASSES
    keys = keys_of("handlers/errors.py", "WORDING")
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("table", "wanted", "also"),
    [
        (words.TOLD, Told, ()),
        (words.STATE, Status, {"held requester", "held client", "held engineer", "by hand", "stopped", "with client"}),
        (words.DOING, Status, {"by hand", "number", "stopped", "send", "sent", "by client"}),
        (words.ACTOR, Actor, ()),
        (words.LEVEL, Level, ()),
        (words.PURPOSE, Purpose, ()),
        (words.CONTROL, Dcv, ()),
        (words.TURN, Dcv, ()),
        (words.KEY, KeyType, ()),
    ],
)
def test_each_thing_that_is_said_has_exactly_one_row(
    table: words.Words, wanted: type[StrEnum], also: Collection[str]
) -> None:
    assert set(table) == {*wanted, *also}


def test_what_stands_in_the_history_is_a_move_or_a_note() -> None:
    assert set(words.DEED) - set(Move) == {"placed", "attested", "consent"}  # notes beside the moves


def test_each_wording_says_what_happened_and_what_to_do() -> None:
    for what, then in (*WORDING.values(), UNEXPECTED):
        assert what
        assert then
        assert (what + then).isascii() or "’" in what + then


def test_each_role_has_a_word() -> None:
    assert WHO.keys() == set(Role)


def test_help_names_every_word_of_cert() -> None:
    said = json.dumps(lists.help_text())
    assert [word for word in SUBCOMMANDS if word != "help" and not re.search(rf"[` ]{word}\b", said)] == []
