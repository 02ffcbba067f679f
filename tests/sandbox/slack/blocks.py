"""Block Kit from the table beside this module: every block, element and object with keys, limits, parents, surfaces."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.sandbox.slack import shapes
from tests.sandbox.slack.shapes import Check, Json, Problem, Shape, listing, string, typed

MODAL, HOME, MESSAGE = "modal", "home", "message"


@functools.cache
def _kit() -> Json:
    found: Json = json.loads((Path(__file__).parent / "blocks.json").read_text())
    return found


@functools.cache
def table(name: str) -> Mapping[str, Shape]:
    """One table of shapes: blocks, elements, objects, whole."""
    rules = (_fits_itself,) if name == "elements" else ()
    return {kind: _shape(row, rules) for kind, row in _kit()[name].items()}


def blocks_on(surface: str) -> frozenset[str]:
    """The kinds of blocks that a modal, home or message may hold."""
    return frozenset(_kit()["surfaces"][surface].split())


def _shape(row: Mapping[str, str], rules: tuple[Callable[[Json, str], Iterator[Problem]], ...] = ()) -> Shape:
    row = _whole(row)
    keys = {key.rstrip("!"): _check(spec) for key, spec in row.items() if key != "|"}
    required = tuple(key[:-1] for key in row if key.endswith("!"))
    return Shape(keys, required, tuple(row.get("|", "").split()), rules)


def _whole(row: Mapping[str, str]) -> dict[str, str]:
    """The row with the shared keys it names; its own win."""
    found: dict[str, str] = {}
    for name in row.get("+", "").split():
        found |= _whole(_kit()["shared"][name])
    return found | {key: value for key, value in row.items() if key != "+"}


def _within(parent: str) -> Check:
    return typed(table("elements"), frozenset(_kit()["parents"][parent].split()), f"a block of type {parent}")


_SIMPLE: Final[Mapping[str, Callable[..., Check]]] = {
    "any": lambda: shapes.anything,
    "date": lambda: string(10, pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"),
    "flag": lambda: shapes.flag,
    "int": lambda least, most: shapes.integer(int(least), int(most)),
    "object": lambda: shapes.must(lambda value: isinstance(value, dict), "bad_type", "an object"),
    "one": shapes.one_of,
    "plain": lambda most: shapes.text(int(most), "plain_text"),
    "string": lambda most: string(int(most)),
    "string0": lambda most: string(int(most), 0),
    "text": lambda most: shapes.text(int(most)),
    "list": lambda most, *each: listing(_check(" ".join(each)), int(most)),
    "is": lambda name: table("objects")[name],
    "in": _within,
}


def _check(spec: str) -> Check:
    word, *rest = spec.split()
    return _SIMPLE[word](*rest)


def options_of(element: Json) -> list[Json]:
    """What can be chosen in an element; nothing in most."""
    return list(element.get("options", []))


def _fits_itself(element: Json, at: str) -> Iterator[Problem]:
    """What is preselected is among the options, word for word; what is filled in is no longer than it may be."""
    initial = element.get("initial_options", [element.get("initial_option")])
    if any(each and each not in options_of(element) for each in initial):
        yield Problem(f"{at}/initial_option", "bad_value", "the initial option is not among the options")
    if len(element.get("initial_value", "")) > element.get("max_length", 3000):
        yield Problem(f"{at}/initial_value", "too_long", "the initial value is longer than max_length")
