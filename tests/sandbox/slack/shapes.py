"""Small checks from which the Block Kit tables are put together; each yields the problems it finds in a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """One thing wrong, in the words of `blocks.validate`: a JSON pointer, a code, a sentence."""

    pointer: str
    code: str
    message: str


Check = Callable[[object, str], Iterator[Problem]]


def _length(value: object, at: str, least: int, most: int, unit: str) -> Iterator[Problem]:
    size = len(value) if isinstance(value, (str, list)) else 0
    if size > most:
        yield Problem(at, "too_long" if unit == "characters" else "too_many", f"{size} {unit}, at most {most} allowed")
    if size < least:
        yield Problem(at, "too_short" if unit == "characters" else "too_few", f"{size} {unit}, at least {least} needed")


def string(most: int, least: int = 1, pattern: str = "") -> Check:
    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "bad_type", f"a string is wanted, not {type(value).__name__}")
            return
        yield from _length(value, at, least, most, "characters")
        if pattern and not re.fullmatch(pattern, value):
            yield Problem(at, "bad_value", f"{value!r} has not the form {pattern}")

    return check


def one_of(*allowed: str) -> Check:
    def check(value: object, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(at, "bad_value", f"{value!r} is none of {', '.join(allowed)}")

    return check


def flag(value: object, at: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(at, "bad_type", f"true or false is wanted, not {value!r}")


def integer(least: int, most: int) -> Check:
    def check(value: object, at: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Problem(at, "bad_type", f"an integer is wanted, not {value!r}")
        elif not least <= value <= most:
            yield Problem(at, "out_of_range", f"{value} is not between {least} and {most}")

    return check


def listing(item: Check, most: int, least: int = 1) -> Check:
    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "bad_type", f"a list is wanted, not {type(value).__name__}")
            return
        yield from _length(value, at, least, most, "items")
        for place, each in enumerate(value):
            yield from item(each, f"{at}/{place}")

    return check


def anything(_value: object, _at: str) -> Iterator[Problem]:
    return iter(())


@dataclass(frozen=True)
class Shape:
    """An object: its keys with their checks, which are required, groups of which exactly one (or at least one) is."""

    keys: Mapping[str, Check]
    required: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    rules: tuple[Callable[[Json, str], Iterator[Problem]], ...] = ()

    def __call__(self, value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "bad_type", f"an object is wanted, not {type(value).__name__}")
            return
        found = [
            Problem(f"{at}/{key}", "unknown_key", f"no such key here: {key}") for key in value if key not in self.keys
        ]
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
        if self.exactly_one and len(value.keys() & set(self.exactly_one)) != 1:
            yield Problem(at, "exclusive", f"exactly one of {', '.join(self.exactly_one)} is required")
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


def text(most: int, *kinds: str, least: int = 1) -> Check:
    """A text object of one of the kinds (default: plain_text and mrkdwn)."""
    body = {"type": anything, "text": string(most, least)}
    shapes = {
        "plain_text": Shape(body | {"emoji": flag}, ("text",)),
        "mrkdwn": Shape(body | {"verbatim": flag}, ("text",)),
    }
    return typed(shapes, frozenset(kinds or shapes), "this text")


def plain(most: int, least: int = 1) -> Check:
    return text(most, "plain_text", least=least)
