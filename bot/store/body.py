"""Dataclasses of the domain as JSON text and back. Columns exist only for what a query or a constraint needs."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind")
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}  # made when first needed, since making one takes a while


def utc(value: datetime) -> datetime:
    """The same moment in UTC; ValueError for a naive one, of which nobody knows what moment it is."""
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone: {value}")
    return value.astimezone(UTC)


def dump(value: "DataclassInstance") -> str:
    """Canonical JSON: equal values make equal text."""
    return json.dumps(asdict(value), default=_plain, sort_keys=True, separators=(",", ":"))


def load(kind: type[Kind], text: str) -> Kind:
    """What `dump` wrote; pydantic's ValidationError when it does not fit the class."""
    if kind not in _ADAPTERS:  # two threads may each make one, complete before it is kept
        _ADAPTERS[kind] = TypeAdapter(kind)
    loaded: Kind = _ADAPTERS[kind].validate_json(text)
    return loaded


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return utc(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is never stored")
