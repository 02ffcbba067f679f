"""A client of the tests' own for the OpenSRS stand-in: writes and signs by hand, shares nothing with either side."""

import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from defusedxml.ElementTree import fromstring

from tests.sandbox.opensrs import DEFAULT_KEY, OpenSRS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOMAIN = "shop.example.com"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n<!DOCTYPE OPS_envelope SYSTEM "ops.dtd">\n'
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PERSON = {
    "first_name": "Ada", "last_name": "Mill", "title": "CTO", "email": f"admin@{DOMAIN}", "phone": "+1.3125550100",
    "address1": "1 Main St", "city": "Chicago", "state": "IL", "country": "US", "org_name": "Mill & Sons, Inc.",
}  # fmt: skip


SUBJECT = r"O=Mill & Sons\, Inc.,C=US,ST=Illinois"


def csr(name: str = DOMAIN, subject: str = SUBJECT, key: CertificateIssuerPrivateKeyTypes = KEY) -> str:
    """A CSR; OV by default. The subject is what stands beside the name (RFC 4514)."""
    whole = x509.Name.from_rfc4514_string(f"CN={name},{subject}")
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = x509.CertificateSigningRequestBuilder(whole).sign(key, algorithm)
    return made.public_bytes(serialization.Encoding.PEM).decode()


CSR = csr()


def order(product: str = "truebizid", **changed: Any) -> dict[str, Any]:
    """A right order; None takes a field out."""
    contacts = dict.fromkeys(("admin", "organization", "signer"), PERSON)
    fields = {
        "reg_type": "new", "handle": "save", "product_type": product, "period": "1", "domain": DOMAIN, "csr": CSR,
        "server_type": "other", "server_count": "1", "contact_set": contacts,
    } | changed  # fmt: skip
    return {name: value for name, value in fields.items() if value is not None}


def xml(value: object) -> str:
    """A value as dt_assoc, dt_array or text."""
    if isinstance(value, str):
        return escape(value)
    assert isinstance(value, (dict, list))
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    tag = "dt_assoc" if isinstance(value, dict) else "dt_array"
    return f"<{tag}>" + "".join(f'<item key="{key}">{xml(inner)}</item>' for key, inner in pairs) + f"</{tag}>"


def envelope(action: str, attributes: object, object_: str = "TRUST_SERVICE") -> bytes:
    """A whole request body."""
    data = {"protocol": "XCP", "action": action, "object": object_, "attributes": attributes}
    block = f"<header><version>0.9</version></header><body><data_block>{xml(data)}</data_block></body>"
    return f"{HEAD}<OPS_envelope>{block}</OPS_envelope>".encode()


def value_of(node: ET.Element) -> object:
    """A dt_assoc, dt_array or item as Python data."""
    if node.tag == "dt_assoc":
        return {item.attrib["key"]: value_of(item) for item in node}
    if node.tag == "dt_array":
        return [value_of(item) for item in sorted(node, key=lambda item: int(item.attrib["key"]))]
    return value_of(node[0]) if len(node) else (node.text or "")


def signed(body: bytes, username: str = "agency", key: str = DEFAULT_KEY) -> dict[str, str]:
    """The headers of a request."""
    first = hashlib.md5(body + key.encode(), usedforsecurity=False).hexdigest()
    second = hashlib.md5((first + key).encode(), usedforsecurity=False).hexdigest()
    return {"Content-Type": "text/xml", "X-Username": username, "X-Signature": second}


@dataclass
class Reply:
    """What came back, decoded where it was an envelope."""

    status: int
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        block = fromstring(self.body).find("body/data_block/dt_assoc")
        found = value_of(block) if block is not None else None
        assert isinstance(found, dict)
        return found

    @property
    def code(self) -> str:
        return str(self.data["response_code"])

    @property
    def attributes(self) -> dict[str, Any]:
        assert self.data["is_success"] == "1", self.body.decode()
        return dict(self.data["attributes"])


class Client:
    """Speaks to one stand-in, a connection per request."""

    def __init__(self, stand_in: OpenSRS) -> None:
        self.stand_in = stand_in

    def post(self, body: bytes, headers: dict[str, str] | None = None, path: str = "/", method: str = "POST") -> Reply:
        with closing(HTTPConnection(urlsplit(self.stand_in.url).netloc, timeout=10)) as connection:
            connection.request(method, path, body, signed(body) if headers is None else headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.read())

    def __call__(self, action: str, **attributes: Any) -> Reply:
        object_ = "BALANCE" if action == "get_balance" else "TRUST_SERVICE"
        return self.post(envelope(action, attributes, object_))

    def look(self, order_id: str) -> dict[str, Any]:
        return self("get_order_info", order_id=order_id).attributes

    def save(self, product: str = "truebizid", **changed: Any) -> str:
        """The id of a saved draft."""
        return str(self("sw_register", **order(product, **changed)).attributes["order_id"])

    def process(self, order_id: str, **more: str) -> str:
        """Submits the draft; the id the order goes on with."""
        return str(self("process_pending", order_id=order_id, **more).attributes["order_id"])

    def bought(self, product: str = "truebizid", **changed: Any) -> str:
        """The id of an order at the CA."""
        return self.process(self.save(product, **changed))
