"""What the supplier's public documents leave open, and what this stand-in does about it; and the catalogue."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

CODES = {
    # seen on the wire or documented
    "authentication": 401, "unknown_id": 405, "not_enabled": 501,
    # chosen, unverified
    "missing": 460, "invalid": 465, "wrong_state": 400, "funds": 440, "unknown_action": 430, "unreadable": 400,
}  # fmt: skip


class Kind(NamedTuple):
    """A product of the catalogue."""

    brand: str
    level: str
    wildcard: bool = False
    names: int = 0


@functools.cache
def known() -> dict[str, Any]:
    """`catalogue.json`."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "catalogue.json").read_text())
    return found


@functools.cache
def catalogue() -> Mapping[str, Kind]:
    """The products by their codes."""
    return {code: Kind(**row) for code, row in known()["products"].items()}


def of_brand(table: str, brand: str) -> Any:  # noqa: ANN401 - a row of any table
    """What a table of `catalogue.json` says for this brand."""
    return known()[table].get(brand, known()[table][""])


def roles(kind: Kind) -> list[str]:
    """The contacts this product needs and keeps."""
    return list(of_brand("roles", kind.brand)[kind.level].split())


def dv_methods(kind: Kind) -> set[str]:
    """Ways to prove control of the domain; a wildcard cannot be proven by a file."""
    return set(of_brand("dv_methods", kind.brand).split()) - ({"file"} if kind.wildcard else set())
