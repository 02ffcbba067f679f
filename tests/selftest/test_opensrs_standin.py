"""The stand-in for OpenSRS: orders, people, money, certificates. Rules and wire have files of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from tests.sandbox.opensrs import OpenSRS
from tests.sandbox.opensrs.commands import COMMANDS
from tests.selftest.opensrs_client import CSR, DOMAIN, KEY, NOW, Client, order


def test_a_completed_order_is_shown_with_what_was_kept_and_its_notes_in_no_order(
    supplier: OpenSRS, client: Client
) -> None:
    order_id = client.bought()
    product = supplier.issue(order_id)
    look = client.look(order_id)
    shown = [look[name] for name in ("state", "reg_type", "price", "csr", "server_count", "product_id")]
    assert shown == ["completed", "new", "149.0", CSR.strip(), "1", product.product_id]
    assert set(look["contact_set"]) == {"organization"}
    notes, written = [note["note"] for note in look["notes_list"]], [n.text for n in supplier.orders[order_id].notes]
    assert (notes == written, sorted(notes), notes[0].count(f"[{order_id}]")) == (False, sorted(written), 1)


def test_an_order_is_submitted_once(supplier: OpenSRS, client: Client) -> None:
    order_id = client.save()
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: client("process_pending", order_id=order_id).code, range(4)))
    assert sorted(codes) == ["200", "400", "400", "400"]
    assert [bought.submissions for bought in supplier.submitted()] == [1]


def test_a_command_in_the_wrong_state_is_refused(supplier: OpenSRS, client: Client) -> None:
    live, done, ended = client.bought(), client.bought(), client.save()
    supplier.issue(done)
    assert client("process_pending", order_id=ended, command="cancel").attributes["state"] == "cancelled"
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("process_pending", {"order_id": live}), ("process_pending", {"order_id": live, "command": "cancel"}),
        ("process_pending", {"order_id": ended}), ("cancel_order", {"order_id": done}),
        ("cancel_order", {"order_id": ended}), ("resend_approve_email", {"order_id": live}),
        ("update_dv_auth", {"order_id": done, "dv_auth_method": "dns"}),
    ]  # fmt: skip
    assert {client(name, **fields).code for name, fields in wrong} == {"400"}
    assert client("cancel_order", order_id=live).attributes["state"] == "declined"


@pytest.mark.parametrize("command", sorted(command.__name__ for command in COMMANDS if COMMANDS[command]))
def test_a_missing_field_an_unknown_one_and_an_unknown_id_are_refused(client: Client, command: str) -> None:
    more = {"sw_register": order(reg_type="renew"), "update_dv_auth": {"dv_auth_method": "dns"}}.get(command, {})
    fields = {"product_id" if command == "get_cert" else "order_id": "7"} | more
    reply = client(command, **fields)
    assert (reply.code, "be found" in reply.data["response_text"]) == ("405", True)
    assert [client(command).code, client(command, **fields, novelty="1").code] == ["460", "465"]


def test_money_is_held_charged_and_returned(supplier: OpenSRS, client: Client) -> None:
    first, second = client.bought(), client.bought()
    assert client("get_balance").attributes == {"balance": "5000.00", "hold_balance": "298.00"}
    supplier.decline(first, "the organization could not be found")
    supplier.issue(second)
    assert client("get_balance").attributes == {"balance": "4851.00", "hold_balance": "0.00"}
    supplier.set_balance("148.99")
    assert client("process_pending", order_id=first).code == "440"
    assert supplier.orders[first].state == "declined"
    supplier.set_balance("149.00")
    again = client.process(first)  # a declined order goes on under a new id
    assert again != first
    assert [supplier.orders[each].state for each in (first, again)] == ["cancelled", "in-progress"]


def test_the_certificate_chains_to_the_root_and_covers_all_names(supplier: OpenSRS, client: Client) -> None:
    product_id = supplier.issue(client.bought(additional_domains=["www.example.com"])).product_id
    data = client("get_cert", product_id=product_id, return_ca_certs="1").attributes["cert_data"]
    leaf = x509.load_pem_x509_certificate(data["certificate"].encode())
    chain = [x509.load_pem_x509_certificate(ca["certificate"].encode()) for ca in data["ca_certificates"]]
    store = Store(x509.load_pem_x509_certificates(supplier.roots_pem.encode()))
    for name in (DOMAIN, "www.example.com"):
        PolicyBuilder().store(store).time(NOW).build_server_verifier(x509.DNSName(name)).verify(leaf, chain)
    assert leaf.public_key() == KEY.public_key()
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc + timedelta(seconds=1) == timedelta(days=199)
    assert client("get_cert", product_id=product_id).attributes["cert_data"].keys() == {"certificate"}


def test_a_reissue_has_another_serial_and_ends_with_the_bought_year(supplier: OpenSRS, client: Client) -> None:
    product = supplier.issue(client.bought())
    supplier.clock = (NOW + timedelta(days=300)).timestamp
    old, new = supplier.reissue(product.order_id).certificates
    assert (old.serial_number == new.serial_number, new.not_valid_after_utc) == (False, product.coverage_end)


def test_a_renewal_is_taken_once_and_only_in_its_window(supplier: OpenSRS, client: Client) -> None:
    first = client.bought()
    supplier.issue(first)
    renewal = order(reg_type="renew", order_id=first)
    for days in (304, 381):
        assert client("sw_register", **renewal).code == "400"
        supplier.clock = (NOW + timedelta(days=days)).timestamp
    assert client("sw_register", **renewal).code == "400"
    supplier.clock = (NOW + timedelta(days=379)).timestamp
    renewed = client.process(str(client("sw_register", **renewal).attributes["order_id"]))
    assert client.look(renewed)["reg_type"] == "renewal"
    assert client("sw_register", **renewal).code == "400"


def test_control_is_proven_in_the_way_that_was_chosen(supplier: OpenSRS, client: Client) -> None:
    order_id = client.save("rapidssl", dv_auth_method="dns")
    first = client("process_pending", order_id=order_id, dv_auth_method="DNS").attributes["dv_auth_details"][0]
    assert (first["record_type"], first["domain"], first["value"][:8]) == ("TXT", DOMAIN, "20261123")
    assert client.look(order_id)["dv_auth_details"] == [first]
    supplier.ca_asks(order_id)
    assert client("resend_approve_email", order_id=order_id).code == "400"
    supplier.dns_record_seen(order_id)
    assert supplier.orders[order_id].state == "approver-confirmed"
    other = client.bought("rapidssl", approver_email=f"admin@{DOMAIN}")
    supplier.ca_asks(other)
    with pytest.raises(ValueError, match="by e-mail"):
        supplier.dns_record_seen(other)
    assert client("update_dv_auth", order_id=other, dv_auth_method="file").data["action"] == "update_dv_auth: reply"
    assert set(client.look(other)["dv_auth_details"][0]) == {"domain", "filename", "contents"}
    assert client("update_dv_auth", order_id=client.bought(), dv_auth_method="dns").code == "465"  # not domain-only
