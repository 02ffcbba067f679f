"""What a certificate request must be, and what it says."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtensionOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.opensrs.chosen import Kind

_PEM = re.compile(
    r"\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*"
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_INTERNAL = {"local", "internal", "localhost", "localdomain", "lan", "home", "corp", "arpa"}
_CURVES = ("secp256r1", "secp384r1")
_LEAST_BITS = 2048
_LEAST_EXPONENT = 65537
_FIELDS = {
    "domain": NameOID.COMMON_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organization_unit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "state": NameOID.STATE_OR_PROVINCE_NAME,
    "country": NameOID.COUNTRY_NAME,
    "email": NameOID.EMAIL_ADDRESS,
}


def read(text: str) -> x509.CertificateSigningRequest:
    """The request in the PEM text (newlines or blanks between its lines); ValueError says what is wrong."""
    found = _PEM.fullmatch(text)
    if not found:
        msg = "not one PEM certificate request"
        raise ValueError(msg)
    lines = "\n".join(textwrap.wrap("".join(found[1].split()), 64))
    whole = f"-----BEGIN CERTIFICATE REQUEST-----\n{lines}\n-----END CERTIFICATE REQUEST-----\n"
    request = x509.load_pem_x509_csr(whole.encode())
    try:
        signed = request.is_signature_valid
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not signed:
        msg = "the signature does not fit the key"
        raise ValueError(msg)
    return request


def public_key(request: x509.CertificateSigningRequest) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    """Its key, if it is of a kind that can be certified."""
    key = request.public_key()
    if isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)):
        return key
    msg = "the key must be RSA, P-256 or P-384"
    raise ValueError(msg)


def data(request: x509.CertificateSigningRequest) -> dict[str, str]:
    """The decoded subject, by the supplier's names; absent parts are empty."""
    return {name: _first(request, oid) for name, oid in _FIELDS.items()}


def _first(request: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> str:
    return next((str(part.value) for part in request.subject.get_attributes_for_oid(oid)), "")


def has_bad_extensions(request: x509.CertificateSigningRequest) -> bool:
    """Whether it asks for anything but names and usages."""
    known = {
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    }
    return any(extension.oid not in known for extension in request.extensions)


def is_domain(name: str) -> bool:
    """A public, fully qualified, lower-case host name without wildcard."""
    labels = name.split(".")
    return (
        len(labels) > 1
        and len(name) < 254
        and all(_LABEL.fullmatch(label) for label in labels)
        and labels[-1] not in _INTERNAL
        and not labels[-1].isdigit()
    )


def faults(request: x509.CertificateSigningRequest, kind: Kind, *, strict_subject: bool) -> Iterator[str]:
    """What keeps this request from being ordered as this kind of product."""
    yield from _key_faults(request)
    names = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    common = str(names[0].value) if len(names) == 1 else ""
    if not is_domain(common.removeprefix("*.")):
        yield f"the common name {common!r} is not one public domain name"
    if common.startswith("*.") != kind.wildcard:
        yield "a wildcard name needs a wildcard product, and the reverse"
    country = _first(request, NameOID.COUNTRY_NAME)
    if strict_subject and kind.level != "DV" and not (_first(request, NameOID.ORGANIZATION_NAME) and country):
        yield "organization and country are missing in the subject"
    if country and not re.fullmatch("[A-Z]{2}", country):
        yield "the country is not a two-letter code"
    if strict_subject and _first(request, NameOID.ORGANIZATIONAL_UNIT_NAME):
        yield "an organizational unit is not allowed"


def _key_faults(request: x509.CertificateSigningRequest) -> Iterator[str]:
    key = request.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _LEAST_BITS or key.key_size % 8:
            yield f"an RSA key of {key.key_size} bits is too small"
        if key.public_numbers().e < _LEAST_EXPONENT:
            yield "the RSA exponent is too small"
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in _CURVES:
        yield "the key must be RSA, P-256 or P-384"
    if request.signature_hash_algorithm is None or request.signature_hash_algorithm.name in ("md5", "sha1"):
        yield "the signature algorithm is too weak"
