"""Decisions as data: each row of decisions/*.toml with the case it tells of, laid upon the good order of good.toml."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from bot.app import CHECKS
from bot.checks.names import normalise
from bot.domain.findings import Finding
from bot.ports import Case

FOLDER = Path(__file__).parent
GOOD: dict[str, Any] = tomllib.loads((FOLDER / "good.toml").read_text(encoding="utf-8"))
SAMPLES: dict[str, Any] = GOOD.pop("sample")
LOOKS: dict[str, Callable[[Case], list[Finding]]] = {check.name: check.look for check in CHECKS}
_reader: Callable[[object], TypeAdapter[Any]] = cache(TypeAdapter)


@dataclass(frozen=True)
class Row:
    """One decision: what is told of the case, and what the check of the file's name says to it, all of it."""

    check: str
    rule: str
    name: str
    source: str
    says: list[str]
    words: list[str]
    told: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.check}.toml::{self.rule}-{self.name}"

    def found(self) -> list[Finding]:
        """What the check says; in typed.toml what is said to the names as somebody typed them."""
        return normalise(self.told["typed"])[1] if self.check == "typed" else LOOKS[self.check](case(self.told))


def rows(check: str) -> list[Row]:
    """The decisions of one file."""
    text = (FOLDER / "decisions" / f"{check}.toml").read_text(encoding="utf-8")
    rules = tomllib.loads(re.sub(r"<([^<>]+)\*(\d+)>", lambda repeated: repeated[1] * int(repeated[2]), text))
    return [
        Row(check, rule, name, row.pop("source", source), row.pop("says"), row.pop("words", []), row)
        for rule, named in rules.items()
        for source in [named.pop("source")]
        for name, row in named.items()
    ]


def case(told: dict[str, Any]) -> Case:
    """The good order with what is told of it."""
    made = build(Case, laid("", GOOD, told))
    assert isinstance(made, Case)
    return made


def laid(field: str, good: object, told: object) -> object:
    """What is told laid upon what is good: tables field by field, tables of a list upon the sample of their field."""
    if isinstance(told, list):
        return [laid(field, None, each) for each in told]
    if not isinstance(told, dict):
        return told
    base = good if isinstance(good, dict) else SAMPLES.get(field, {})
    return {each: laid(each, base.get(each), value) for each, value in {**base, **told}.items()}


def build(kind: object, told: object) -> object:
    """What TOML tells as a value of that type: tables make dataclasses, "none" is None, pydantic reads the rest."""
    options = get_args(kind)
    if told == "none" and NoneType in options:
        return None
    if isinstance(told, dict):
        made = next(each for each in (kind, *options) if isinstance(each, type) and is_dataclass(each))
        hints = get_type_hints(made)
        return made(**{field: build(hints[field], value) for field, value in told.items()})
    if isinstance(told, list) and any(isinstance(each, dict) for each in told):
        return tuple(build(options[0], each) for each in told)
    return _reader(kind).validate_python(told)


REQUEST = case({}).request
ROWS = [row for path in sorted((FOLDER / "decisions").glob("*.toml")) for row in rows(path.stem)]
