"""Block Kit from the table beside this module: every block, element and object with keys, limits, parents, surfaces."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests.sandbox.slack import shapes
from tests.sandbox.slack.shapes import Check, Json, Problem, Shape, listing, string, typed

MODAL, HOME, MESSAGE = "modal", "home", "message"


@functools.cache
def _kit() -> Json:
    found: Json = json.loads((Path(__file__).parent / "blocks.json").read_text())
    return found


@functools.cache
def table(name: str) -> Mapping[str, Shape]:
    """One table of shapes: blocks, elements, objects, context, whole."""
    rules = (_known_initial, _lengths_agree) if name == "elements" else ()
    return {kind: _shape(row, rules) for kind, row in _kit()[name].items()}


def blocks_on(surface: str) -> frozenset[str]:
    """The kinds of blocks that a modal, home or message may hold."""
    return frozenset(_kit()["surfaces"][surface].split())


def _shape(row: Mapping[str, str], rules: tuple[Callable[[Json, str], Iterator[Problem]], ...] = ()) -> Shape:
    row = _whole(row)
    keys = {key.rstrip("!"): _check(spec) for key, spec in row.items() if key not in "=|"}
    required = tuple(key[:-1] for key in row if key.endswith("!"))
    return Shape(keys, required, tuple(row.get("=", "").split()), tuple(row.get("|", "").split()), rules)


def _whole(row: Mapping[str, str]) -> dict[str, str]:
    """The row with the shared keys it names; its own win."""
    found: dict[str, str] = {}
    for name in row.get("+", "").split():
        found |= _whole(_kit()["shared"][name])
    return found | {key: value for key, value in row.items() if key != "+"}


def _later(made: Callable[[], Check]) -> Check:
    """A check that is made at its first use, because tables refer to each other."""

    def check(value: object, at: str) -> Iterator[Problem]:
        return made()(value, at)

    return check


def _within(parent: str) -> Check:
    return typed(table("elements"), frozenset(_kit()["parents"][parent].split()), f"a block of type {parent}")


_SIMPLE: Final[Mapping[str, Callable[..., Check]]] = {
    "any": lambda: shapes.anything,
    "flag": lambda: shapes.flag,
    "int": lambda least, most: shapes.integer(int(least), int(most)),
    "one": shapes.one_of,
    "plain": lambda most: shapes.text(int(most), "plain_text"),
    "string": lambda most: string(int(most)),
    "string0": lambda most: string(int(most), 0),
    "text": lambda most: shapes.text(int(most)),
    "list": lambda most, *each: listing(_check(" ".join(each)), int(most)),
    "is": lambda name: _later(lambda: table("objects")[name]),
    "of": lambda name: _later(lambda: typed(table(name))),
    "in": lambda parent: _later(lambda: _within(parent)),
}


def _check(spec: str) -> Check:
    word, *rest = spec.split()
    if word in _kit()["patterns"]:
        return string(3000, pattern=_kit()["patterns"][word])
    return _SIMPLE[word](*rest)


def options_of(element: Json) -> list[Json]:
    """All options of an element, those in groups too."""
    groups: list[Any] = element.get("option_groups", [])
    return [*element.get("options", []), *(each for group in groups for each in group["options"])]


def _known_initial(element: Json, at: str) -> Iterator[Problem]:
    """What is preselected must be among the options, word for word."""
    options, one = options_of(element), element.get("initial_option")
    for initial in [one] if one else element.get("initial_options", []):
        if options and initial not in options:
            yield Problem(f"{at}/initial_option", "bad_value", "the initial option is not among the options")


def _lengths_agree(element: Json, at: str) -> Iterator[Problem]:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if least > most:
        yield Problem(f"{at}/min_length", "bad_value", "min_length is above max_length")
    if isinstance(initial := element.get("initial_value"), str) and len(initial) > most:
        yield Problem(f"{at}/initial_value", "too_long", "the initial value is longer than max_length")
