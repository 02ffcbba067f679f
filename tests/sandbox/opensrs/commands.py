"""The commands this stand-in knows; `commands.json` says what each takes, how far it goes, and which test covers it."""

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.sandbox.opensrs import looking, ordering
from tests.sandbox.opensrs.books import Books
from tests.sandbox.opensrs.rules import Request
from tests.sandbox.opensrs.wire import Value

COMMANDS: dict[str, Callable[[Books, Request], dict[str, Value]]] = {
    "sw_register": ordering.sw_register,
    "process_pending": ordering.process_pending,
    "get_order_info": looking.get_order_info,
    "cancel_order": ordering.cancel_order,
    "resend_approve_email": ordering.resend_approve_email,
    "update_dv_auth": ordering.update_dv_auth,
    "get_cert": looking.get_cert,
    "get_balance": looking.get_balance,
}


@functools.cache
def coverage() -> Mapping[str, Mapping[str, str]]:
    """By command: `takes`, `reach`, `test`."""
    found = json.loads((Path(__file__).parent / "commands.json").read_text())
    return {name: row for name, row in found.items() if name != "about"}
