"""An agency, its client and what they order: requests as the desk makes them, with real CSRs."""

from dataclasses import replace
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.domain.request import Contact, Dcv, KeyType, Level, Organisation, Request
from bot.keys import Pki
from tests.builders import a_request

AGENCY = Organisation("Agency Inc", "1 Main St\nSuite 5", "Chicago", "Illinois", "60601", "US", "+1.3125550100")
ACME = Organisation("Acme & Söhne GmbH", "Ring 1", "Zürich", "Zürich", "8001", "CH", "+41 44 555 01 00")
ADMIN = Contact("Ada", "Äcme", "ada@acme.test", "+41.445550101", "Head of Web")
BILLING = Contact("Bill", "Payer", "billing@agency.test", "+1.3125550102")
ENGINEER = Contact("Eve", "Engineer", "eve@agency.test", "+1.3125550103", "Engineer")

COMPANY_CHECKED = a_request(
    "*.acme.test", product="sslwebserver_wildcard", level=Level.OV, organisation=ACME, admin=ADMIN, billing=BILLING,
    technical=ENGINEER,
)  # fmt: skip
DOMAIN_ONLY = a_request("shop.acme.test", admin=ENGINEER, billing=BILLING, technical=ENGINEER)
AT_LENGTH = replace(COMPANY_CHECKED, names=("acme.test",), product="truebizid_ev", level=Level.EV)
SEVERAL = replace(COMPANY_CHECKED, names=("acme.test", "www.acme.test", "shop.acme.test"), product="truebizid")
BY_MAIL = replace(DOMAIN_ONLY, dcv=Dcv.EMAIL, approver_email="admin@acme.test")
EVERY_KIND = {
    "domain only": DOMAIN_ONLY,
    "domain only, by mail": BY_MAIL,
    "domain only, an older Sectigo": replace(DOMAIN_ONLY, product="comodo_ssl"),
    "company checked": COMPANY_CHECKED,
    "several names": SEVERAL,
    "at length": AT_LENGTH,
}


@cache
def csr_for(request: Request) -> str:
    """A CSR from a fresh P-256 key."""
    return Pki().make_csr(Pki().new_key(KeyType.P256), request)


def public_key(pem: str) -> bytes:
    """The public key of a CSR or certificate, to compare."""
    read: Any = x509.load_pem_x509_csr if "REQUEST" in pem else x509.load_pem_x509_certificate
    return bytes(read(pem.encode()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
