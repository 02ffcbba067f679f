"""The Web API methods this workspace serves and the events it sends, read from the table beside it."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

GENERAL_ERRORS: Final = frozenset(
    "invalid_arg_name invalid_arguments invalid_auth missing_scope not_allowed_token_type not_authed "
    "unknown_method".split()
)


class Method(NamedTuple):
    """`scopes` lists alternatives: which one is needed can depend on the kind of conversation."""

    required: tuple[str, ...]
    args: frozenset[str]
    scopes: tuple[str, ...]
    json: bool
    errors: frozenset[str]


@functools.cache
def table() -> dict[str, Any]:
    """`methods.json`: methods, events, features, each with how far it goes and the test that proves it."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "methods.json").read_text())
    return found


@functools.cache
def methods() -> Mapping[str, Method]:
    return {
        name: Method(
            tuple(row["required"].split()),
            frozenset(f"{row['required']} {row['optional']}".split()),
            tuple(row["scopes"].split()),
            row["json"],
            GENERAL_ERRORS | set(row["errors"].split()),
        )
        for name, row in table()["methods"].items()
    }


def event_scopes() -> Mapping[str, str]:
    """Scopes by event, any one of which lets it through; an event without scopes needs none."""
    found: dict[str, str] = table()["events"]
    return found
