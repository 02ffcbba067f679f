"""An agency, its client and what they order: requests as the desk makes them, with real CSRs."""

from dataclasses import replace
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.domain.request import Contact, Dcv, Level, Organisation, Purpose, Request

AGENCY = Organisation("Agency Inc", "1 Main St\nSuite 5", "Chicago", "Illinois", "60601", "US", "+1.3125550100")
ACME = Organisation("Acme & Söhne GmbH", "Ring 1", "Zürich", "Zürich", "8001", "CH", "+41 44 555 01 00")
ADMIN = Contact("Ada", "Äcme", "ada@acme.test", "+41.445550101", "Head of Web")
BILLING = Contact("Bill", "Payer", "billing@agency.test", "+1.3125550102")
ENGINEER = Contact("Eve", "Engineer", "eve@agency.test", "+1.3125550103", "Engineer")

COMPANY_CHECKED = Request(
    names=("*.acme.test",),
    purpose=Purpose.PUBLIC,
    product="sslwebserver_wildcard",
    level=Level.OV,
    organisation=ACME,
    admin=ADMIN,
    billing=BILLING,
    technical=ENGINEER,
)
DOMAIN_ONLY = replace(
    COMPANY_CHECKED, names=("shop.acme.test",), product="rapidssl", level=Level.DV, organisation=None, admin=ENGINEER
)
AT_LENGTH = replace(COMPANY_CHECKED, names=("acme.test",), product="truebizid_ev", level=Level.EV)
SEVERAL = replace(
    COMPANY_CHECKED, names=("acme.test", "www.acme.test", "shop.acme.test"), product="truebizid", level=Level.OV
)
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
    """A CSR as guide step G9 says, from a fresh P-256 key."""
    subject = [(NameOID.COMMON_NAME, request.common_name)]
    if request.organisation and request.level.company_checked:
        company = request.organisation
        subject = [
            (NameOID.COUNTRY_NAME, company.country),
            (NameOID.STATE_OR_PROVINCE_NAME, company.state),
            (NameOID.LOCALITY_NAME, company.city),
            (NameOID.ORGANIZATION_NAME, company.name),
            *subject,
        ]
    builder = x509.CertificateSigningRequestBuilder(x509.Name([x509.NameAttribute(*pair) for pair in subject]))
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in request.names])
    signed = builder.add_extension(names, critical=False).sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def public_key(pem: str) -> bytes:
    """The public key of a CSR or certificate, to compare."""
    data = pem.encode()
    read: Any = x509.load_pem_x509_csr if b"REQUEST" in data else x509.load_pem_x509_certificate
    encoded: bytes = (
        read(data)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return encoded
