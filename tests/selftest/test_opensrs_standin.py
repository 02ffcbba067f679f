"""The stand-in for OpenSRS: orders, people, money, certificates. Rules and wire have files of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.verification import PolicyBuilder, Store

from tests.sandbox.opensrs import Chosen, OpenSRS
from tests.sandbox.opensrs.commands import COMMANDS, coverage
from tests.selftest.opensrs_client import CSR, DOMAIN, KEY, NOW, PERSON, Client, order


def test_the_table_of_coverage_names_every_command_and_a_real_test() -> None:
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_opensrs*.py"))
    assert coverage().keys() == COMMANDS.keys()
    rows = [*coverage().values(), *coverage("habits").values()]
    assert [row["test"] for row in rows if f"def {row['test']}(" not in tests] == []


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
    wrong = [
        ("process_pending", live), ("process_pending", ended), ("cancel_order", done), ("cancel_order", ended),
        ("resend_approve_email", live), ("update_dv_auth", done), ("get_cert", live), ("update_order", live),
        ("resend_cert_email", live),
    ]  # fmt: skip
    extra = {"update_dv_auth": {"dv_auth_method": "dns"}}
    assert {client(name, order_id=i, **extra.get(name, {})).code for name, i in wrong} == {"400"}
    assert client("process_pending", order_id=live, command="cancel").code == "400"
    assert client("cancel_order", order_id=live).attributes["state"] == "declined"


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {"get_balance"}))
def test_an_unknown_id_or_a_missing_field_is_refused(client: Client, command: str) -> None:
    assert client(command).code == "460"
    known = coverage()[command]["takes"].split()[0]
    reply = client(command, **{known: "7"})
    assert not known.endswith("_id") or (reply.code, "be found" in reply.data["response_text"]) == ("405", True)


def test_handle_process_submits_at_once(supplier: OpenSRS, client: Client) -> None:
    reply = client("sw_register", **order(handle="process")).attributes
    assert reply["state"] == "in-progress"
    assert [bought.order_id for bought in supplier.submitted()] == [reply["order_id"]]
    supplier.set_balance("200.00")
    assert client("sw_register", **order(handle="process")).code == "440"
    assert supplier.orders.keys() == {reply["order_id"]}


def test_only_a_draft_can_be_changed(supplier: OpenSRS, client: Client) -> None:
    order_id = client.save(additional_domains=["a.example.com", "b.example.com"])

    def change(**fields: Any) -> str:
        return client("update_order", order_id=order_id, **fields).code

    draft = supplier.orders[order_id]
    assert change(additional_domains=["c.example.com"], special_instructions="call") == "200"
    assert (draft.additional_domains, draft.special_instructions) == (("c.example.com",), "call")
    assert change(special_instructions="", product_type="securesite_pro_ev") == "460"
    assert change(contact_set=dict.fromkeys(("organization", "signer"), PERSON), product_type="truebizid_ev") == "200"
    assert (str(draft.price), set(draft.contacts)) == ("299.0", {"organization", "signer"})
    assert [change(domain="other.example.com"), change(approver="x"), change(reg_type="move")] == ["465"] * 3
    assert (draft.domain, draft.special_instructions, change(additional_domains="")) == (DOMAIN, "call", "200")
    assert draft.additional_domains == ()


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
    assert (supplier.orders[again].state, supplier.orders[again].replaces) == ("in-progress", first)
    assert supplier.orders[first].state == "cancelled"


def test_the_certificate_chains_to_the_root_and_covers_all_names(supplier: OpenSRS, client: Client) -> None:
    order_id = client.bought(additional_domains=["www.example.com"])
    product_id = supplier.issue(order_id).product_id
    reply = client("get_cert", product_id=product_id, return_ca_certs="1", return_pkcs7_cert="1").attributes
    leaf = x509.load_pem_x509_certificate(reply["cert_data"]["certificate"].encode())
    chain = [x509.load_pem_x509_certificate(ca["certificate"].encode()) for ca in reply["cert_data"]["ca_certificates"]]
    store = Store(x509.load_pem_x509_certificates(supplier.roots_pem.encode()))
    for name in (DOMAIN, "www.example.com"):
        PolicyBuilder().store(store).time(NOW).build_server_verifier(x509.DNSName(name)).verify(leaf, chain)
    assert leaf.public_key() == KEY.public_key()
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc + timedelta(seconds=1) == timedelta(days=199)
    assert leaf in pkcs7.load_pem_pkcs7_certificates(reply["cert_data"]["pkcs7_cert"].encode())
    assert client("get_cert", order_id=order_id).attributes["cert_data"].keys() == {"certificate"}


def test_a_certificate_is_reissued_before_it_ends_and_not_beyond_the_year(supplier: OpenSRS, client: Client) -> None:
    product = supplier.issue(client.bought())
    ends = []
    for days in (0, 168, 1, 30, 165):
        supplier.advance_clock(days=days)
        text = client("get_cert", product_id=product.product_id).attributes["cert_data"]["certificate"]
        ends.append(x509.load_pem_x509_certificate(text.encode()).not_valid_after_utc)
    assert [end == ends[0] for end in ends] == [True, True, False, False, False]
    assert max(ends) <= product.coverage_end
    assert len({certificate.serial_number for certificate in product.certificates}) == len(product.certificates)
    assert {certificate.public_key() == KEY.public_key() for certificate in product.certificates} == {True}


@pytest.mark.parametrize("by", ["order_id", "product_id", "inventory_item_id"])
def test_a_renewal_is_taken_only_in_its_window(supplier: OpenSRS, client: Client, by: str) -> None:
    first = client.bought()
    product_id = supplier.issue(first).product_id
    renewal = order(reg_type="renew", domain=None) | {by: first if by == "order_id" else product_id}
    assert client("sw_register", **order(reg_type="renew")).code == "460"
    assert client("sw_register", **renewal | {"order_id": first, "product_id": product_id}).code == "460"
    for days in (304, 75):
        assert client("sw_register", **renewal).code == "400"
        supplier.advance_clock(days=days)
    renewed = client.process(str(client("sw_register", **renewal).attributes["order_id"]))
    assert client.look(renewed)["reg_type"] == "renewal"
    assert client("get_cert", product_id=product_id).attributes["state"] == "renewing"
    assert client("sw_register", **renewal).code == "400"
    supplier.issue(renewed)
    assert client("get_cert", product_id=product_id).attributes["state"] == "renewed"


def test_control_is_proven_by_a_record_that_is_still_good(supplier: OpenSRS, client: Client) -> None:
    order_id = client.save("rapidssl", dv_auth_method="dns")
    first = client("process_pending", order_id=order_id, dv_auth_method="DNS").attributes["dv_auth_details"][0]
    assert (first["record_type"], first["domain"], first["value"][:8]) == ("TXT", DOMAIN, "20261123")
    supplier.advance_clock(days=31)
    with pytest.raises(ValueError, match="still good"):
        supplier.dns_record_seen(order_id)
    second = client("get_order_info", order_id=order_id).attributes["dv_auth_details"][0]
    assert second["value"] != first["value"]
    supplier.dns_record_seen(order_id)
    assert supplier.orders[order_id].state == "in-progress"
    supplier.ca_asks(order_id)
    assert supplier.orders[order_id].state == "approver-confirmed"
    other = client.bought("rapidssl")
    supplier.ca_asks(other)
    assert client("update_dv_auth", order_id=other, dv_auth_method="dns").data["action"] == "update_dv_auth: reply"
    assert supplier.orders[other].state == "awaiting-approval"
    supplier.orders[other].record_seen = True
    assert client("update_dv_auth", order_id=other, dv_auth_on_demand_check="1").attributes == {"order_id": other}
    assert supplier.orders[other].state == "approver-confirmed"


def test_a_mail_is_sent_again_only_where_one_is_awaited(supplier: OpenSRS, client: Client) -> None:
    order_id = client.bought("rapidssl", approver_email="hostmaster@example.com")
    assert client("resend_approve_email", order_id=order_id).code == "400"
    supplier.ca_asks(order_id)
    assert client("resend_approve_email", order_id=order_id).attributes == {"order_id": order_id}
    assert client("resend_approve_email", order_id=supplier.ca_asks(client.bought("comodo_ev")).order_id).code == "465"
    supplier.issue(order_id)
    assert client("resend_cert_email", order_id=order_id).attributes == {"order_id": order_id}
    assert supplier.orders[order_id].mails == ["hostmaster@example.com", PERSON["email"]]


def test_products_are_found_by_the_end_of_their_year(supplier: OpenSRS, client: Client) -> None:
    product = supplier.issue(client.bought())

    def found(first: str, last: str, state: str = "") -> list[str]:
        reply = client("get_products", min_expiry_date=first, max_expiry_date=last, state=state).attributes
        return [listed["product_id"] for listed in reply["product_list"]]

    asked = [("2027-11-22", "2027-11-22"), ("2027-11-23", "2028-01-01"), ("2027-01-01", "2028-01-01", "revoked")]
    assert [found(*each) for each in asked] == [[product.product_id], [], []]
    for wrong in ("23.11.2027", "2027-11-31", "20271123", "2027-1-1"):
        assert client("get_products", min_expiry_date=wrong, max_expiry_date="2027-11-23").code == "465"
    shown = client("get_product_info", inventory_item_id=product.product_id, all_info="1").attributes
    assert (shown["csr_data"]["domain"], shown["is_renewable"], len(shown["notes_list"])) == (DOMAIN, "0", 1)
    supplier.advance_clock(days=330)
    shown = client("get_product_info", product_id=product.product_id).attributes
    assert ("csr" in shown, shown["is_renewable"], shown["state"]) == (False, "1", "active")
    supplier.revoke(product.order_id)
    assert found("2027-01-01", "2028-01-01", "revoked") == [product.product_id]


def test_a_product_takes_an_address_and_flags_that_fit(supplier: OpenSRS, client: Client) -> None:
    product = supplier.issue(client.bought("securesite"))
    change = {"contact_email": "new@example.com", "let_expire": "1", "trust_seal": "1", "seal_in_search": "1"}
    for name, value in {"contact_email": "x", "let_expire": "2", "trust_seal": "2", "seal_in_search": "1"}.items():
        assert client("update_product", product_id=product.product_id, **{name: value}).code == "465"
    assert client("update_product", product_id=product.product_id, **change).code == "200"
    assert {name: getattr(product, name) for name in change} == change
    assert client("get_cert", product_id=product.product_id).attributes["contact_email"] == "new@example.com"


def test_what_nobody_could_confirm_can_be_chosen_and_an_id_can_exist_on_two_accounts(client: Client) -> None:
    chosen = Chosen({"unknown_id": 480}, ("get_balance",), "cancelled")
    with OpenSRS(chosen=chosen, first_order_id=int(client.save()) - 1) as running:
        other = Client(running)
        assert other("get_balance").data["action"] == "get_balance: reply"
        assert other("get_order_info", order_id="7").code == "480"
        assert other("cancel_order", order_id=other.bought()).attributes["state"] == "cancelled"
        assert other.save() in client.stand_in.orders


def test_people_are_played_through_the_control_address(supplier: OpenSRS, client: Client) -> None:
    order_id = client.bought()
    for name in ("ca_asks", "approve", "issue"):
        requests.post(f"{supplier.control_url}/{name}", json={"order_id": order_id}, timeout=5).raise_for_status()
    shown = requests.post(f"{supplier.control_url}/orders", timeout=5).json()
    assert (shown[order_id]["state"], shown[order_id]["submissions"]) == ("completed", 1)
    assert all(hasattr(supplier, name) for name in requests.get(supplier.control_url, timeout=5).json())
