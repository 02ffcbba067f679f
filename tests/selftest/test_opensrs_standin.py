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


def test_an_order_travels_from_draft_to_certificate(supplier: OpenSRS, client: Client) -> None:
    order_id = client.save()
    looks = [client.look(order_id)]
    for act in (client.process, supplier.ca_asks, supplier.approve, supplier.issue):
        act(order_id)
        looks.append(client.look(order_id))
    states = ["pending", "in-progress", "awaiting-approval", "approver-confirmed", "completed"]
    assert [look["state"] for look in looks] == states
    final = looks[-1]
    shown = ("reg_type", "price", "csr", "server_count")
    assert [final[name] for name in shown] == ["new", "149.0", CSR.strip(), "1"]
    assert set(final["contact_set"]) == {"organization"}
    assert all(f"[{order_id}]" in note["note"] for note in final["notes_list"])
    assert [note["note"] for note in final["notes_list"]] != [n.text for n in supplier.orders[order_id].notes]
    assert final["product_id"] != order_id


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
    fields = {"product_id" if command == "get_cert" else "order_id": "7", "dv_auth_method": "dns"}
    if command == "sw_register":
        fields = order(reg_type="renew", order_id="7")
    elif command != "update_dv_auth":
        del fields["dv_auth_method"]
    reply = client(command, **fields)
    assert (reply.code, "be found" in reply.data["response_text"]) == ("405", True)
    assert [client(command).code, client(command, **fields, novelty="1").code] == ["460", "465"]


def test_money_is_held_charged_and_returned(supplier: OpenSRS, client: Client) -> None:
    def funds() -> tuple[str, str]:
        shown = client("get_balance").attributes
        return shown["balance"], shown["hold_balance"]

    first, second = client.bought(), client.bought()
    assert funds() == ("5000.00", "298.00")
    supplier.decline(first, "the organization could not be found")
    supplier.issue(second)
    assert funds() == ("4851.00", "0.00")
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


def test_a_reissue_ends_with_the_bought_year(supplier: OpenSRS, client: Client) -> None:
    product = supplier.issue(client.bought())
    supplier.clock = (NOW + timedelta(days=180)).timestamp
    old, new = supplier.reissue(product.order_id).certificates
    assert old.serial_number != new.serial_number
    assert (new.public_key(), new.not_valid_after_utc) == (KEY.public_key(), new.not_valid_before_utc + LATER)
    supplier.clock = (NOW + timedelta(days=300)).timestamp
    assert supplier.reissue(product.order_id).certificate.not_valid_after_utc == product.coverage_end


LATER = timedelta(days=99) - timedelta(seconds=1)  # issued after the life of certificates was shortened


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
    assert client("resend_approve_email", order_id=other).attributes == {"order_id": other}
    with pytest.raises(ValueError, match="by e-mail"):
        supplier.dns_record_seen(other)
    assert client("update_dv_auth", order_id=other, dv_auth_method="file").data["action"] == "update_dv_auth: reply"
    assert set(client.look(other)["dv_auth_details"][0]) == {"domain", "filename", "contents"}
    assert client("update_dv_auth", order_id=client.bought(), dv_auth_method="dns").code == "465"  # not domain-only
