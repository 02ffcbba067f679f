"""An agency, its client and what they order: requests as the desk makes them, with real CSRs."""

from dataclasses import replace
from functools import cache
from typing import Any

from cryptography import x509

from bot.domain.request import Contact, Dcv, KeyType, Level, Organisation, Request
from bot.keys import Pki
from tests.builders import STAFF, a_request

ACME = Organisation("Acme & Söhne GmbH", "Ring 1\nHaus 5", "Zürich", "Zürich", "8001", "CH", "+41.445550100")
ADMIN = Contact("Ada", "Äcme", "ada@acme.test", "+41.445550101", "Head of Web")

COMPANY_CHECKED = a_request(
    "*.acme.test", product="sslwebserver_wildcard", level=Level.OV, organisation=ACME, admin=ADMIN, technical=STAFF
)
DOMAIN_ONLY = a_request("shop.acme.test")
OLD_SECTIGO = replace(DOMAIN_ONLY, product="comodo_ssl")
AT_LENGTH = replace(COMPANY_CHECKED, names=("acme.test",), product="truebizid_ev", level=Level.EV)
SEVERAL = replace(COMPANY_CHECKED, names=("acme.test", "www.acme.test", "shop.acme.test"), product="truebizid")
BY_MAIL = replace(DOMAIN_ONLY, dcv=Dcv.EMAIL, approver_email="admin@acme.test")


@cache
def csr_for(request: Request) -> str:
    """A CSR from a fresh P-256 key."""
    return Pki().make_csr(Pki().new_key(KeyType.P256), request)


def public_key(pem: str) -> object:
    """The public key of a CSR or certificate, to compare."""
    read: Any = x509.load_pem_x509_csr if "REQUEST" in pem else x509.load_pem_x509_certificate
    return read(pem.encode()).public_key()
