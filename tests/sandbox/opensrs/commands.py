"""The commands this stand-in knows.

`commands.json` says what each takes, how far it goes, and which test covers it; and the same of the habits of clients
that others wrote.
"""

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.sandbox.opensrs import looking, ordering
from tests.sandbox.opensrs.books import Books
from tests.sandbox.opensrs.rules import Request
from tests.sandbox.opensrs.wire import Value


@functools.cache
def coverage(part: str = "commands") -> Mapping[str, Mapping[str, str]]:
    """By command: `takes`, `reach`, `test`; by "habits" of clients: `test`."""
    found: Mapping[str, Mapping[str, str]] = json.loads((Path(__file__).parent / "commands.json").read_text())[part]
    return found


COMMANDS: dict[str, Callable[[Books, Request], dict[str, Value]]] = {
    name: getattr(ordering, name, None) or getattr(looking, name) for name in coverage()
}
