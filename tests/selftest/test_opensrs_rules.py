"""What the stand-in for OpenSRS takes as an order, and what it refuses at which field."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from tests.selftest.opensrs_client import CSR, DOMAIN, PERSON, SUBJECT, Client, csr, order


def contact(**changed: str) -> dict[str, Any]:
    return {"contact_set": {"organization": PERSON | changed}}


WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - must be refused
BRITISH = {"domain": "shop.example.co.uk", "csr": csr("shop.example.co.uk")}
WRONG_ORDERS: list[tuple[dict[str, Any], str, str]] = [
    ({"csr": None}, "csr", "460"), ({"handle": None}, "handle", "460"), ({"handle": "process"}, "handle", "465"),
    ({"reg_type": "reissue"}, "reg_type", "465"), ({"period": "2"}, "period", "465"),
    ({"domain": "www.example.com"}, "domain", "465"), ({"server_type": "nginx"}, "server_type", "465"),
    ({"search_in_seal": "1"}, "search_in_seal", "465"), ({"server_count": "0"}, "server_count", "465"),
    ({"product_type": "sgcsuper_certs"}, "product_type", "501"),
    ({"product_type": "truebizid_wildcard"}, "csr", "465"),
    ({"csr": "-----BEGIN CERTIFICATE REQUEST-----\nTUlJ\n-----END CERTIFICATE REQUEST-----"}, "csr", "465"),
    ({"csr": CSR + "-----BEGIN PRIVATE KEY-----"}, "csr", "465"),
    ({"csr": csr(subject=f"{SUBJECT},OU=IT")}, "csr", "465"), ({"csr": csr(subject="C=US")}, "csr", "465"),
    ({"csr": csr("shop.local"), "domain": "shop.local"}, "csr", "465"),
    ({"csr": csr("*.example.com"), "domain": "*.example.com"}, "csr", "465"), ({"csr": csr(key=WEAK)}, "csr", "465"),
    ({"csr": csr(key=ed25519.Ed25519PrivateKey.generate())}, "csr", "465"),
    ({"additional_domains": [DOMAIN]}, "additional_domains", "465"),
    ({"additional_domains": ["*.example.com"]}, "additional_domains", "465"),
    ({"additional_domains": "www.example.com"}, "additional_domains", "465"),
    ({"product_type": "truebizid_ev", "contact_set": {"organization": PERSON}}, "contact_set.signer", "460"),
    ({"contact_set": {"admin": PERSON}}, "contact_set.organization", "460"),
    ({"contact_set": {"organization": PERSON, "owner": PERSON}}, "contact_set.owner", "465"),
    (contact(email=""), "organization.email", "460"), (contact(org_name="Somebody Else"), "org_name", "465"),
    (contact(phone="+1 312 555 0100"), "organization.phone", "465"),
    (contact(address1="P.O. Box 7"), "organization.address1", "465"),
    (contact(state="Illinois"), "organization.state", "465"), (contact(city="x" * 65), "organization.city", "465"),
    (contact(nickname="x"), "organization.nickname", "465"),
    ({"product_type": "rapidssl", "approver_email": "boss@example.com"}, "approver_email", "465"),
    ({"product_type": "rapidssl"}, "approver_email", "460"),
    ({"product_type": "rapidssl", **BRITISH, "approver_email": "admin@co.uk"}, "approver_email", "465"),
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


RIGHT_ORDERS: list[dict[str, Any]] = [
    {"product_type": "rapidssl", "approver_email": "webmaster@example.com"},
    {"product_type": "rapidssl", **BRITISH, "approver_email": "admin@example.co.uk"},
    {"product_type": "rapidssl", "dv_auth_method": "DNS", "contact_set": {"admin": PERSON}},
    {"product_type": "quickssl_premium", "dv_auth_method": "file", "additional_domains": ["www.example.com"]},
    {"product_type": "truebizid_wildcard", "csr": csr("*.example.com"), "domain": "*.example.com"},
    {"product_type": "comodo_instantssl", "server_type": "citrix"}, contact(phone="+1.4165550123x1902"),
]  # fmt: skip


@pytest.mark.parametrize("changed", RIGHT_ORDERS)
def test_a_right_order_is_saved(client: Client, changed: dict[str, Any]) -> None:
    assert client.look(client.save(**changed))["state"] == "pending"
