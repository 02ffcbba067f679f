"""The commands this stand-in knows, how far each goes, and which test covers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.sandbox.opensrs import looking, ordering

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.opensrs.books import Books
    from tests.sandbox.opensrs.rules import Request
    from tests.sandbox.opensrs.wire import Value

    Command = Callable[[Books, Request], dict[str, Value]]

TRUST = "trust_service"
COMMANDS: dict[tuple[str, str], Command] = {
    ("parse_csr", TRUST): looking.parse_csr,
    ("query_approver_list", TRUST): looking.query_approver_list,
    ("sw_register", TRUST): ordering.sw_register,
    ("process_pending", TRUST): ordering.process_pending,
    ("update_order", TRUST): ordering.update_order,
    ("get_order_info", TRUST): looking.get_order_info,
    ("cancel_order", TRUST): ordering.cancel_order,
    ("resend_approve_email", TRUST): ordering.resend_approve_email,
    ("resend_cert_email", TRUST): ordering.resend_cert_email,
    ("update_dv_auth", TRUST): ordering.update_dv_auth,
    ("get_cert", TRUST): looking.get_cert,
    ("get_product_info", TRUST): looking.get_product_info,
    ("get_products", TRUST): looking.get_products,
    ("update_product", TRUST): looking.update_product,
    ("get_balance", "balance"): looking.get_balance,
}

_ORDER = "order_id product_type domain csr period server_type server_count special_instructions reg_type"
# Stricter than known: an attribute that a command does not take is refused, so that a misspelt one shows.
ATTRIBUTES = {
    "parse_csr": "csr product_type",
    "query_approver_list": "domain product_type",
    "sw_register": (
        f"{_ORDER} handle approver_email dv_auth_method comments affiliate_id base_order_id product_id "
        "inventory_item_id trust_seal seal_in_search contact_set additional_domains"
    ),
    "process_pending": "order_id command dv_auth_method approver_email",
    "update_order": f"{_ORDER} additional_domains approver_email contact_set",
    "update_dv_auth": "order_id dv_auth_method dv_auth_on_demand_check",
    "get_cert": "order_id product_id return_ca_certs return_pkcs7_cert",
    "get_product_info": "product_id all_info",
    "get_products": "min_expiry_date max_expiry_date state",
    "update_product": "product_id contact_email let_expire trust_seal seal_in_search",
    "get_balance": "",
}  # the others take order_id alone


class Coverage(NamedTuple):
    """How far a command goes, and the test that shows it."""

    reach: str
    test: str


COVERAGE = {
    "parse_csr": Coverage("decodes and judges; valid_*_domain are always 1", "test_a_csr_is_decoded_or_refused"),
    "query_approver_list": Coverage(
        "generic mailboxes only, one of them twice", "test_approvers_are_the_generic_mailboxes"
    ),
    "sw_register": Coverage(
        "new, renew, clone; save, process; no upgrade", "test_a_wrong_order_is_refused_at_its_field"
    ),
    "process_pending": Coverage("submit, cancel, resubmit under a new id", "test_an_order_is_submitted_once"),
    "update_order": Coverage("drafts; every rule checked again", "test_only_a_draft_can_be_changed"),
    "get_order_info": Coverage("all documented attributes", "test_an_order_travels_from_draft_to_certificate"),
    "cancel_order": Coverage("before completion, money back", "test_a_command_in_the_wrong_state_is_refused"),
    "resend_approve_email": Coverage("remembers the mail", "test_a_mail_is_sent_again_only_where_one_is_awaited"),
    "resend_cert_email": Coverage("remembers the mail", "test_a_mail_is_sent_again_only_where_one_is_awaited"),
    "update_dv_auth": Coverage(
        "switch; look now for RapidSSL", "test_control_is_proven_by_a_record_that_is_still_good"
    ),
    "get_cert": Coverage("real X.509, chain, PKCS#7", "test_the_certificate_chains_to_the_root_and_covers_all_names"),
    "get_product_info": Coverage("with all_info", "test_products_are_found_by_the_end_of_their_year"),
    "get_products": Coverage("by expiry and state, no paging", "test_products_are_found_by_the_end_of_their_year"),
    "update_product": Coverage("four attributes", "test_products_are_found_by_the_end_of_their_year"),
    "get_balance": Coverage("balance and held money", "test_money_is_held_charged_and_returned"),
}
