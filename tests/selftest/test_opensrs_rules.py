"""What the stand-in for OpenSRS takes as an order, and what it refuses at which field."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from tests.selftest.opensrs_client import CSR, DOMAIN, PERSON, Client, csr, order


def without(role: str, field: str) -> dict[str, Any]:
    return {"contact_set": {role: {name: value for name, value in PERSON.items() if name != field}}}


def contact(**changed: str) -> dict[str, Any]:
    return {"contact_set": {"organization": PERSON | changed}}


WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - must be refused
WRONG_ORDERS: list[tuple[dict[str, Any], str, str]] = [
    ({"csr": None}, "csr", "460"), ({"handle": None}, "handle", "460"), ({"handle": "later"}, "handle", "465"),
    ({"reg_type": "reissue"}, "reg_type", "465"), ({"period": "2"}, "period", "465"),
    ({"domain": "www.example.com"}, "domain", "465"), ({"server_type": "nginx"}, "server_type", "465"),
    ({"search_in_seal": "1"}, "search_in_seal", "465"), ({"server_count": "0"}, "server_count", "465"),
    ({"affiliate_id": "x" * 257}, "affiliate_id", "465"), ({"trust_seal": "1"}, "trust_seal", "465"),
    ({"product_type": "securesite", "seal_in_search": "1"}, "seal_in_search", "465"),
    ({"product_type": "sgcsuper_certs"}, "product_type", "501"),
    ({"product_type": "truebizid_wildcard"}, "csr", "465"),
    ({"csr": "-----BEGIN CERTIFICATE REQUEST-----\nTUlJ\n-----END CERTIFICATE REQUEST-----"}, "csr", "465"),
    ({"csr": csr(unit="IT")}, "csr", "465"), ({"csr": csr(organization="")}, "csr", "465"),
    ({"csr": csr("shop.local"), "domain": "shop.local"}, "csr", "465"),
    ({"csr": csr("*.example.com"), "domain": "*.example.com"}, "csr", "465"), ({"csr": csr(key=WEAK)}, "csr", "465"),
    ({"csr": csr(key=ed25519.Ed25519PrivateKey.generate())}, "csr", "465"),
    ({"additional_domains": [DOMAIN]}, "additional_domains", "465"),
    ({"additional_domains": ["*.example.com"]}, "additional_domains", "465"),
    ({"additional_domains": "www.example.com"}, "additional_domains", "465"),
    ({"product_type": "truebizid_ev", "contact_set": {"organization": PERSON}}, "contact_set.signer", "460"),
    ({"contact_set": {"admin": PERSON}}, "contact_set.organization", "460"),
    ({"contact_set": {"organization": PERSON, "owner": PERSON}}, "contact_set.owner", "465"),
    (without("organization", "email"), "organization.email", "460"),
    (contact(org_name="Somebody Else"), "org_name", "465"),
    (contact(phone="+1 312 555 0100"), "organization.phone", "465"),
    (contact(address1="P.O. Box 7"), "organization.address1", "465"),
    (contact(state="Illinois"), "organization.state", "465"), (contact(city="x" * 65), "organization.city", "465"),
    (contact(nickname="x"), "organization.nickname", "465"),
    ({"product_type": "rapidssl", "approver_email": "boss@example.com"}, "approver_email", "465"),
    ({"product_type": "ssl123", "dv_auth_method": "file"}, "dv_auth_method", "465"),
    ({"product_type": "rapidssl", "additional_domains": ["www.example.com"]}, "additional_domains", "465"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "field", "code"), WRONG_ORDERS)
def test_a_wrong_order_is_refused_at_its_field(client: Client, changed: dict[str, Any], field: str, code: str) -> None:
    reply = client("sw_register", **order(**changed)).data
    assert (reply["is_success"], "attributes" in reply) == ("0", False)
    assert (field, code) in {(detail["field_name"], detail["error_code"]) for detail in reply["error_details"]}
    assert client.stand_in.orders == {}


def test_every_problem_is_named_at_once(client: Client) -> None:
    reply = client("sw_register", **order(period="3", server_type="nginx", domain="a.example.com")).data
    assert {detail["field_name"] for detail in reply["error_details"]} == {"period", "server_type", "domain"}


COPIED = ("first_name", "last_name", "email")
RIGHT_ORDERS: list[dict[str, Any]] = [
    {}, {"reg_type": "NEW", "csr": CSR.replace("\n", " ")},
    {"contact_set": {"admin": PERSON, "organization": {n: v for n, v in PERSON.items() if n not in COPIED}}},
    {"product_type": "rapidssl", "approver_email": "webmaster@example.com"},
    {"product_type": "rapidssl", "dv_auth_method": "DNS", "contact_set": {"admin": PERSON}},
    {"product_type": "quickssl", "additional_domains": ["www.example.com"]},
    {"product_type": "truebizid_wildcard", "csr": csr("*.example.com"), "domain": "*.example.com"},
    {"product_type": "comodo_instantssl", "server_type": "citrix"},
    {"product_type": "trustwave_premiumssl", "server_type": None},
    {"product_type": "securesite", "trust_seal": "1", "seal_in_search": "1"},
    {"comments": "call first", "affiliate_id": "x" * 256}, contact(phone="+1.4165550123x1902"),
]  # fmt: skip


@pytest.mark.parametrize("changed", RIGHT_ORDERS)
def test_a_right_order_is_saved(client: Client, changed: dict[str, Any]) -> None:
    assert client.look(client.save(**changed))["state"] == "pending"


def test_a_csr_is_decoded_or_refused(client: Client) -> None:
    data = client("parse_csr", csr=CSR, product_type="truebizid").attributes["csr_data"]
    assert (data["domain"], data["organization"], data["email"]) == (DOMAIN, PERSON["org_name"], "")
    assert (data["has_bad_extensions"], data["valid_quick_domain"]) == ("0", "1")
    for wrong, product, code in ((CSR[:200], "truebizid", "465"), (CSR, "rapidssl_wildcard", "465"), (CSR, "x", "501")):
        assert client("parse_csr", csr=wrong, product_type=product).code == code


def test_approvers_are_the_generic_mailboxes(client: Client) -> None:
    listed = client("query_approver_list", domain="*.shop.example.co.uk", product_type="rapidssl_wildcard").attributes
    emails = [entry["email"] for entry in listed["approver_list"]]
    assert (len(emails), len(set(emails)), emails[0]) == (11, 10, "admin@shop.example.co.uk")
    assert not [email for email in emails if email.endswith("@co.uk")]
    for domain, product in ((DOMAIN, "trustwave_dv"), ("localhost", "rapidssl")):
        assert client("query_approver_list", domain=domain, product_type=product).code == "465"


def test_an_attribute_that_a_command_does_not_take_is_refused(client: Client) -> None:
    assert client("process_pending", order_id=client.save(), dv_method="dns").code == "465"
