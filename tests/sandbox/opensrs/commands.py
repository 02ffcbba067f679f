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

COMMANDS: dict[str, Callable[[Books, Request], dict[str, Value]]] = {
    "parse_csr": looking.parse_csr,
    "query_approver_list": looking.query_approver_list,
    "sw_register": ordering.sw_register,
    "process_pending": ordering.process_pending,
    "update_order": ordering.update_order,
    "get_order_info": looking.get_order_info,
    "cancel_order": ordering.cancel_order,
    "resend_approve_email": ordering.resend_approve_email,
    "resend_cert_email": ordering.resend_cert_email,
    "update_dv_auth": ordering.update_dv_auth,
    "get_cert": looking.get_cert,
    "get_product_info": looking.get_product_info,
    "get_products": looking.get_products,
    "update_product": looking.update_product,
    "get_balance": looking.get_balance,
}


@functools.cache
def coverage(part: str = "commands") -> Mapping[str, Mapping[str, str]]:
    """By command: `takes`, `reach`, `test`; by "habits" of clients: `test`."""
    found: Mapping[str, Mapping[str, str]] = json.loads((Path(__file__).parent / "commands.json").read_text())[part]
    return found
