"""What a certificate request must be."""

import re
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.sandbox.opensrs.ca import PublicKey
from tests.sandbox.opensrs.chosen import Kind

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_INTERNAL = {"local", "internal", "localhost", "localdomain", "lan", "home", "corp", "arpa"}
_CURVES = ("secp256r1", "secp384r1")
_LEAST_BITS = 2048


def read(text: str) -> x509.CertificateSigningRequest:
    """The request in the PEM text; ValueError says what is wrong, also when anything else stands there."""
    if not text.startswith("-----BEGIN CERTIFICATE REQUEST-----") or text.count("-----BEGIN") > 1:
        raise ValueError("not one PEM certificate request")
    request = x509.load_pem_x509_csr(text.encode())
    if not request.is_signature_valid:
        raise ValueError("the signature does not fit the key")
    return request


def public_key(request: x509.CertificateSigningRequest) -> PublicKey:
    """Its key, if it is of a kind that can be certified."""
    key = request.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    raise ValueError("the key must be RSA of 2048 bits or more, P-256 or P-384")


def part(request: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> str:
    """What the subject says of this, empty when absent."""
    return ", ".join(str(part.value) for part in request.subject.get_attributes_for_oid(oid))


def is_domain(name: str) -> bool:
    """A public, fully qualified, lower-case host name without wildcard."""
    labels = name.split(".")
    return len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and labels[-1] not in _INTERNAL


def faults(request: x509.CertificateSigningRequest, kind: Kind) -> Iterator[str]:
    """What keeps this request from being ordered as this kind of product.

    Stricter than known: OV and EV need organization and country, an organizational unit is refused.
    """
    common, country = part(request, NameOID.COMMON_NAME), part(request, NameOID.COUNTRY_NAME)
    if not is_domain(common.removeprefix("*.")):
        yield f"the common name {common!r} is not one public domain name"
    if common.startswith("*.") != kind.wildcard:
        yield "a wildcard name needs a wildcard product, and the reverse"
    if kind.level != "DV" and not (part(request, NameOID.ORGANIZATION_NAME) and country):
        yield "organization and country are missing in the subject"
    if not re.fullmatch("([A-Z]{2})?", country):
        yield "the country is not a two-letter code"
    if part(request, NameOID.ORGANIZATIONAL_UNIT_NAME):
        yield "an organizational unit is not allowed"
