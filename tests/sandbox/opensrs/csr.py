"""What a certificate request must be, and what it says."""

import re
import textwrap
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtensionOID, NameOID

from tests.sandbox.opensrs.chosen import Kind

_PEM = re.compile(
    r"\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*"
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_INTERNAL = {"local", "internal", "localhost", "localdomain", "lan", "home", "corp", "arpa"}
_CURVES = ("secp256r1", "secp384r1")
_LEAST_BITS = 2048
_LEAST_EXPONENT = 65537
_SUBJECT = {
    "domain": NameOID.COMMON_NAME, "organization": NameOID.ORGANIZATION_NAME,
    "organization_unit": NameOID.ORGANIZATIONAL_UNIT_NAME, "locality": NameOID.LOCALITY_NAME,
    "state": NameOID.STATE_OR_PROVINCE_NAME, "country": NameOID.COUNTRY_NAME, "email": NameOID.EMAIL_ADDRESS,
}  # fmt: skip
_EXTENSIONS = {
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.SUBJECT_KEY_IDENTIFIER,
}  # fmt: skip


def read(text: str) -> x509.CertificateSigningRequest:
    """The request in the PEM text (newlines or blanks between its lines); ValueError says what is wrong."""
    found = _PEM.fullmatch(text)
    if not found:
        raise ValueError("not one PEM certificate request")
    lines = "\n".join(textwrap.wrap("".join(found[1].split()), 64))
    whole = f"-----BEGIN CERTIFICATE REQUEST-----\n{lines}\n-----END CERTIFICATE REQUEST-----\n"
    request = x509.load_pem_x509_csr(whole.encode())
    try:
        if not request.is_signature_valid:
            raise ValueError("the signature does not fit the key")
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    return request


def public_key(request: x509.CertificateSigningRequest) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    """Its key, if it is of a kind that can be certified."""
    key = request.public_key()
    if isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)):
        return key
    raise ValueError("the key must be RSA, P-256 or P-384")


def part(request: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> str:
    """The first part of this kind in the subject, empty when absent."""
    return next((str(part.value) for part in request.subject.get_attributes_for_oid(oid)), "")


def data(request: x509.CertificateSigningRequest) -> dict[str, str]:
    """The decoded subject, by the supplier's names; absent parts are empty."""
    return {name: part(request, oid) for name, oid in _SUBJECT.items()}


def has_bad_extensions(request: x509.CertificateSigningRequest) -> bool:
    """Whether it asks for anything but names and usages."""
    return any(extension.oid not in _EXTENSIONS for extension in request.extensions)


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


def faults(request: x509.CertificateSigningRequest, kind: Kind) -> Iterator[str]:
    """What keeps this request from being ordered as this kind of product.

    Stricter than known: OV and EV need organization and country, an organizational unit is refused.
    """
    yield from _key_faults(request)
    names = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    common = str(names[0].value) if len(names) == 1 else ""
    if not is_domain(common.removeprefix("*.")):
        yield f"the common name {common!r} is not one public domain name"
    if common.startswith("*.") != kind.wildcard:
        yield "a wildcard name needs a wildcard product, and the reverse"
    country = part(request, NameOID.COUNTRY_NAME)
    if kind.level != "DV" and not (part(request, NameOID.ORGANIZATION_NAME) and country):
        yield "organization and country are missing in the subject"
    if country and not re.fullmatch("[A-Z]{2}", country):
        yield "the country is not a two-letter code"
    if part(request, NameOID.ORGANIZATIONAL_UNIT_NAME):
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
