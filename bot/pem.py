"""Reading what people and suppliers hand over: PEM of any shape, and what certificates may be.

Nothing here trusts its input and nothing echoes it: errors say what is wrong, never what was read.
"""

import base64
import binascii
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7

from bot.domain.errors import BadInput, Unusable

LONGEST = 256 * 1024  # characters; a bundle of thirty certificates stays well below
UNREADABLE = (  # everything the library raises for what others wrote
    ValueError, TypeError, UnsupportedAlgorithm, x509.UnsupportedGeneralNameType, x509.InvalidVersion,
    x509.DuplicateExtension,
)  # fmt: skip

_MARK = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----")
_PRIVATE = re.compile(r"PRIVATE KEY-----|PuTTY-User-Key-File", re.IGNORECASE)
_BURNT = (
    "This is a private key. Others have seen it now and it must not be used: please have a new key and a new request "
    "made, and paste only the request."
)
_REQUESTS = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}
_CERTIFICATES = {"CERTIFICATE", "X509 CERTIFICATE"}
_ENVELOPES = {"PKCS7", "CMS"}

# Baseline Requirements 6.3.2: longest validity in days, from this day of issue on
_CAPS = ((date.min, 398), (date(2026, 3, 15), 200), (date(2027, 3, 15), 100), (date(2029, 3, 15), 47))

# legal forms in one spelling each, after punctuation is gone
_FORMS = (
    ("LIMITED LIABILITY COMPANY", "LLC"),
    ("L L C", "LLC"),
    ("INCORPORATED", "INC"),
    ("CORPORATION", "CORP"),
    ("COMPANY", "CO"),
    ("LIMITED", "LTD"),
)


def cap_days(issued: date) -> int:
    """How many days a public certificate issued on that day may be valid at most."""
    return next(days for since, days in reversed(_CAPS) if issued >= since)


def counted_days(not_before: datetime, not_after: datetime) -> int:
    """Validity in days as Baseline Requirements 6.3.2 counts: both ends included, any excess is a whole day."""
    return -((not_before - not_after - timedelta(seconds=1)) // timedelta(days=1))


def same_company(one: str, other: str) -> bool:
    """Whether two spellings are one company: case, punctuation, a leading The and spelt-out legal forms do not count.

    The legal form itself does: Acme Inc and Acme LLC are two companies.
    """
    return _company(one) == _company(other)


def _company(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).upper().replace("&", " AND ")
    plain = " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"['’]", "", plain)).split()).removeprefix("THE ")
    for long, short in _FORMS:
        plain = re.sub(rf"\b{long}\b", short, plain)
    return plain


def holds_private_key(text: str) -> bool:
    """True when a private key, or the beginning of one, stands in the text."""
    return bool(_PRIVATE.search(text))


def blocks(text: str) -> Iterator[tuple[str, bytes]]:
    """(label, DER) of every whole PEM block, whatever stands around it; encrypted, cut or garbled ones are left out."""
    marks = list(_MARK.finditer(text[:LONGEST]))
    for begin, end in itertools.pairwise(marks):
        if begin[1] == "BEGIN" and end[1] == "END" and begin[2] == end[2]:
            with suppress(binascii.Error):
                yield begin[2], base64.b64decode("".join(text[begin.end() : end.start()].split()), validate=True)


def request_in(text: str) -> x509.CertificateSigningRequest:
    """The one certificate request in the text; BadInput on `own_csr` when unreadable or beside a private key."""
    if holds_private_key(text):
        raise BadInput({"own_csr": _BURNT})
    found = [der for label, der in blocks(text) if label in _REQUESTS]
    if len(found) != 1:
        raise BadInput({"own_csr": "There is more than one request in this text." if found else _why_none(text)})
    try:
        return x509.load_der_x509_csr(found[0])
    except UNREADABLE:
        raise BadInput({"own_csr": "This request is damaged: please copy it again, whole."}) from None


def _why_none(text: str) -> str:
    labels = {mark[2] for mark in _MARK.finditer(text[:LONGEST])}
    if labels & _REQUESTS:
        return "This request is not whole: please copy it again from its first to its last line."
    if labels & _CERTIFICATES:
        return "This is a certificate; what is needed here is the request it is made from."
    return "There is no request in this text; it begins with a line BEGIN CERTIFICATE REQUEST."


def certificates_in(texts: Iterable[str]) -> list[x509.Certificate]:
    """Every certificate in the texts, each once, in their order, PKCS#7 opened; Unusable when there is none."""
    found: dict[bytes, x509.Certificate] = {}
    for text in texts:
        if holds_private_key(text):
            raise Unusable("a private key stands where certificates were expected")
        for label, der in blocks(text):
            found.update((certificate.public_bytes(Encoding.DER), certificate) for certificate in _opened(label, der))
    if not found:
        raise Unusable("no certificate could be read")
    return list(found.values())


def _opened(label: str, der: bytes) -> list[x509.Certificate]:
    with suppress(*UNREADABLE):
        if label in _ENVELOPES:
            return [certificate for certificate in pkcs7.load_der_pkcs7_certificates(der) if _sound(certificate)]
        if label in _CERTIFICATES and _sound(certificate := x509.load_der_x509_certificate(der)):
            return [certificate]
    return []


def _sound(certificate: x509.Certificate) -> bool:
    """Touches what is read later, because the library parses each part only when asked: raises one of UNREADABLE."""
    ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return all((*ends, certificate.subject, certificate.issuer, spki(certificate), len(certificate.extensions) + 1))


def spki(holder: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    """The public key as DER SubjectPublicKeyInfo."""
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def chain_above(leaf: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[list[x509.Certificate], bool]:
    """The issuers above a leaf in order, each signature verified, the root left out; False when one is missing.

    Without a root in hand a chain that ends at an intermediate counts as whole: roots are the client's to have.
    """
    chain: list[x509.Certificate] = []
    left = [other for other in others if is_authority(other)]
    while True:
        below = chain[-1] if chain else leaf
        issuers = [other for other in left if _signed(below, other)]
        if not issuers:
            return chain, bool(chain)
        crossed = [issuer for issuer in issuers if not self_signed(issuer)]
        if not crossed:
            return chain, True
        chain.append(max(crossed, key=lambda issuer: issuer.not_valid_after_utc))
        left.remove(chain[-1])


def _signed(below: x509.Certificate, above: x509.Certificate) -> bool:
    with suppress(*UNREADABLE, InvalidSignature):
        below.verify_directly_issued_by(above)
        return True
    return False


def is_authority(certificate: x509.Certificate) -> bool:
    """True for a certificate that may issue others; one that says nothing of it is an old root or none."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return self_signed(certificate)


def self_signed(certificate: x509.Certificate) -> bool:
    """True for a root, or for a certificate that somebody made alone."""
    return certificate.subject == certificate.issuer


def names_in(holder: x509.Certificate | x509.CertificateSigningRequest) -> tuple[str, ...]:
    """The DNS names it is for, as written; the common name where it has no list of names."""
    try:
        listed = holder.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return tuple(str(common.value) for common in holder.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
    return tuple(listed.get_values_for_type(x509.DNSName))
