"""What the supplier's public documents leave open, and what this stand-in does about it; and the catalogue."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

CODES = {
    # seen on the wire or documented
    "authentication": 401, "unknown_id": 405, "not_enabled": 501, "connection_used_up": 350,
    # chosen, unverified
    "missing": 460, "invalid": 465, "wrong_state": 400, "funds": 440, "unknown_action": 430, "unreadable": 400,
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """Chosen, unverified: each field is one behaviour nobody could confirm. Give another to try the alternative."""

    codes: Mapping[str, int] = field(default_factory=dict)  # instead of those in CODES
    named_replies: tuple[str, ...] = ("update_dv_auth",)  # a success of these is answered with "<action>: reply"
    # State after cancel_order of an order in flight: the guide says declined, a support article cancelled.
    cancel_order_state: str = "declined"
    # The automatic reissue comes so many days before the certificate ends; None: only by hand.
    reissue_lead_days: int | None = 30


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


def successor(code: str) -> str:
    """The product that is sold under this code: a retired one is turned into another."""
    return str(known()["successors"].get(code, code))


def of_brand(table: str, brand: str) -> Any:  # noqa: ANN401 - a row of any table
    """What a table of `catalogue.json` says for this brand."""
    return known()[table].get(brand, known()[table][""])


def roles(kind: Kind) -> list[str]:
    """The contacts this product needs and keeps."""
    return list(of_brand("roles", kind.brand)[kind.level].split())


def dv_methods(kind: Kind) -> set[str]:
    """Ways to prove control of the domain; a wildcard cannot be proven by a file."""
    return set(of_brand("dv_methods", kind.brand).split()) - ({"file"} if kind.wildcard else set())
