"""Small checks from which the Block Kit tables are put together; each yields the problems it finds in a value."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Json = dict[str, Any]


def objects(value: object) -> Iterator[Json]:
    """Every object inside a JSON value, at any depth."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


class Problem(NamedTuple):
    """One thing wrong, in the words of `blocks.validate`: a JSON pointer, a code, a sentence."""

    pointer: str
    code: str
    message: str


Check = Callable[[object, str], Iterator[Problem]]


def must(fits: Callable[[Any], bool], code: str, wanted: str) -> Check:
    def check(value: object, at: str) -> Iterator[Problem]:
        if not fits(value):
            yield Problem(at, code, f"{wanted} is wanted, not {value!r}")

    return check


def anything(_value: object, _at: str) -> Iterator[Problem]:
    return iter(())


flag = must(lambda value: isinstance(value, bool), "bad_type", "true or false")


def one_of(*allowed: str) -> Check:
    return must(lambda value: value in allowed, "bad_value", f"one of {', '.join(allowed)}")


def integer(least: int, most: int) -> Check:
    return must(lambda n: type(n) is int and least <= n <= most, "out_of_range", f"an integer from {least} to {most}")


def _length(value: str | list[object], at: str, least: int, most: int, words: str) -> Iterator[Problem]:
    if not least <= len(value) <= most:
        few, many = words.split()
        yield Problem(at, many if len(value) > most else few, f"{len(value)}, allowed are {least} to {most}")


def string(most: int, least: int = 1, pattern: str = "") -> Check:
    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "bad_type", f"a string is wanted, not {type(value).__name__}")
            return
        yield from _length(value, at, least, most, "too_short too_long")
        if pattern and not re.fullmatch(pattern, value):
            yield Problem(at, "bad_value", f"{value!r} has not the form {pattern}")

    return check


def listing(item: Check, most: int, least: int = 1) -> Check:
    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "bad_type", f"a list is wanted, not {type(value).__name__}")
            return
        yield from _length(value, at, least, most, "too_few too_many")
        for place, each in enumerate(value):
            yield from item(each, f"{at}/{place}")

    return check


@dataclass(frozen=True)
class Shape:
    """An object: its keys with their checks, which are required, and those of which at least one is."""

    keys: Mapping[str, Check]
    required: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    rules: tuple[Callable[[Json, str], Iterator[Problem]], ...] = ()

    def __call__(self, value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "bad_type", f"an object is wanted, not {type(value).__name__}")
            return
        unknown = value.keys() - self.keys.keys()
        found = [Problem(f"{at}/{key}", "unknown_key", f"no such key here: {key}") for key in sorted(unknown)]
        found += self._presence(value, at)
        for key in self.keys.keys() & value.keys():
            found += self.keys[key](value[key], f"{at}/{key}")
        yield from found
        for rule in self.rules if not found else ():
            yield from rule(value, at)

    def _presence(self, value: Json, at: str) -> Iterator[Problem]:
        for key in self.required:
            if key not in value:
                yield Problem(f"{at}/{key}", "missing_key", f"{key} is required")
        if self.at_least_one and not value.keys() & set(self.at_least_one):
            yield Problem(at, "missing_key", f"one of {', '.join(self.at_least_one)} is required")


def typed(table: Mapping[str, Shape], allowed: frozenset[str] | None = None, place: str = "here") -> Check:
    """An object whose `type` chooses its shape from the table; the allowed types may be fewer than the table knows."""

    def check(value: object, at: str) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in table:
            yield Problem(f"{at}/type", "unknown_type", f"unknown type: {kind!r}")
        elif allowed is not None and kind not in allowed:
            yield Problem(at, "not_allowed_here", f"{kind} is not allowed in {place}")
        else:
            yield from table[kind](value, at)

    return check


def text(most: int, *kinds: str) -> Check:
    """A text object of one of the kinds (default: plain_text and mrkdwn)."""
    flags = {"plain_text": "emoji", "mrkdwn": "verbatim"}
    keys = {"type": anything, "text": string(most)}
    shapes = {kind: Shape(keys | {own: flag}, ("text",)) for kind, own in flags.items()}
    return typed(shapes, frozenset(kinds or shapes), "this text")
