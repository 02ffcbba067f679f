"""Each thing that can be said has exactly one wording, in plain words."""

import ast
import inspect
import json
import re

from bot.domain import errors as known
from bot.domain.approval import Role
from bot.domain.notices import Told
from handlers.commands import SUBCOMMANDS
from handlers.errors import UNEXPECTED, WHO, WORDING
from handlers.views import lists, notices
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


def test_each_thing_told_has_exactly_one_view() -> None:
    assert list(notices.WORDS) == list(Told)
    keys = keys_of("handlers/views/notices.py", "WORDS")
    assert len(keys) == len(set(keys))


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
