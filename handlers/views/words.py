"""The one table of what requesters read, words.toml beside this. Plain words only: the trade's abbreviations belong to
engineers' details.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("handlers.views").joinpath("words.toml").read_text(encoding="utf-8"))


class Words(Mapping[str, str]):
    """One table of the file, read when it is first asked."""

    def __init__(self, table: str) -> None:
        self._table = table

    def __getitem__(self, key: str) -> str:
        return _tables()[self._table][key]

    def __iter__(self) -> Iterator[str]:
        return iter(_tables()[self._table])

    def __len__(self) -> int:
        return len(_tables()[self._table])


STATE, ACTOR, DOING, LEVEL = Words("state"), Words("actor"), Words("doing"), Words("level")
PURPOSE, BUYER, CONTROL, TURN = Words("purpose"), Words("buyer"), Words("control"), Words("turn")
KEY, VOTE, DEED, TOLD = Words("key"), Words("vote"), Words("deed"), Words("told")
BUTTON, SURE, HELP, CHECKLIST = Words("button"), Words("sure"), Words("help"), Words("checklist")
LINE, DIALOG, PROJECT_FIELD = Words("line"), Words("dialog"), Words("project_field")
STANDING, FOUND, WHY, VETTED = Words("standing"), Words("found"), Words("why"), Words("vetted")


def counted(number: int, thing: str) -> str:
    """`1 thing`, `2 things`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
