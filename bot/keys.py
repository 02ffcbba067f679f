"""Keys, certificate requests and certificates: made and read here, with `cryptography` and nothing else.

A private key passes through as bytes and is never kept, printed or put into an error.
"""

import hashlib
import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes, CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AttributeOID, NameOID

from bot import pem
from bot.domain.errors import BadInput, Unusable, WrongKey
from bot.domain.order import Certificate
from bot.domain.request import KeyType, Request
from bot.ports import CsrFacts
from bot.shown.offer import covers

LONGEST_COMMON_NAME = 64  # X.520; a longer name stands in the list of names alone (NAME-9)

_SHORT = {NameOID.EMAIL_ADDRESS: "emailAddress"}  # RFC 4514 has no name for it
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


@contextmanager
def _as_written() -> Iterator[None]:
    """Others' files break rules that the library only warns about; judging them is for the checks."""
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        yield


class Pki:
    """The port `Pki` of bot/ports.py."""

    def new_key(self, key_type: KeyType) -> bytes:
        """A new private key as PKCS#8 PEM, from the system's randomness."""
        p256 = key_type is KeyType.P256
        made = ec.generate_private_key(ec.SECP256R1()) if p256 else rsa.generate_private_key(65537, 2048)
        return made.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def make_csr(self, key_pem: bytes, request: Request) -> str:
        """A PEM request signed with SHA-256; OU, e-mail, challenge password never. BadInput for what none can hold."""
        key = cast("CertificateIssuerPrivateKeyTypes", serialization.load_pem_private_key(key_pem, None))
        subject = _subject(request)
        try:
            names = x509.SubjectAlternativeName([x509.DNSName(name) for name in request.names])
        except ValueError:
            raise BadInput({"names": "These addresses cannot be written into a request."}) from None
        builder = x509.CertificateSigningRequestBuilder(subject).add_extension(names, critical=not list(subject))
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    @_as_written()
    def read_csr(self, pem_text: str) -> CsrFacts:
        """What a request says; BadInput on `own_csr` when it cannot be read or holds a private key."""
        csr = pem.request_in(pem_text)
        try:
            key = csr.public_key()
            subject = tuple((_SHORT.get(one.oid, one.rfc4514_attribute_name), str(one.value)) for one in csr.subject)
            return CsrFacts(
                subject, pem.names_in(csr), *_kind(key), csr.is_signature_valid,
                hashlib.sha256(pem.spki(csr)).hexdigest(), tuple(_weaknesses(key)), tuple(_extras(csr)),
            )  # fmt: skip
        except pem.UNREADABLE:
            raise BadInput({"own_csr": "This request holds a key or a field that nobody can use."}) from None

    def same_csr(self, one: str, other: str) -> bool:
        """Same key, subject and names, whatever the PEM looks like; False when either cannot be read."""
        try:
            first, second = self.read_csr(one), self.read_csr(other)
        except BadInput:
            return False
        return _content(first) == _content(second)

    @_as_written()
    def read_certificate(self, pems: Iterable[str], csr: str, now: datetime) -> Certificate:
        """The newest leaf with the request's key, its chain in order without the root; else Unusable or WrongKey."""
        found = pem.certificates_in(pems)
        leaves = [certificate for certificate in found if not pem.is_authority(certificate)]
        if not leaves:
            raise Unusable("there is no server certificate among them")
        wanted = pem.request_in(csr)
        ours = [leaf for leaf in leaves if pem.spki(leaf) == pem.spki(wanted)]
        if not ours:
            raise WrongKey(_serial(leaves[0]), _issuer(leaves[0]))
        leaf = max(ours, key=lambda certificate: certificate.not_valid_before_utc)
        if pem.self_signed(leaf):
            raise Unusable("it is signed by itself: no authority issued it")
        chain, whole = pem.chain_above(leaf, found)
        return Certificate(
            _text(leaf), tuple(_text(issuer) for issuer in chain), _serial(leaf), _issuer(leaf), pem.names_in(leaf),
            leaf.not_valid_before_utc, leaf.not_valid_after_utc, tuple(_warnings(leaf, wanted, now, whole=whole)),
        )  # fmt: skip


def _subject(request: Request) -> x509.Name:
    parts: list[tuple[x509.ObjectIdentifier, str]] = []
    if request.level.company_checked and request.organisation is not None:
        company = request.organisation
        if len(company.country) != 2:
            raise BadInput({"org.country": "The country is its code of two letters, such as US."})
        parts += [
            (NameOID.COUNTRY_NAME, company.country),
            (NameOID.STATE_OR_PROVINCE_NAME, company.state),
            (NameOID.LOCALITY_NAME, company.city),
            (NameOID.ORGANIZATION_NAME, company.name),
        ]
    if len(request.common_name) <= LONGEST_COMMON_NAME:
        parts.append((NameOID.COMMON_NAME, request.common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


def _content(facts: CsrFacts) -> tuple[str, list[tuple[str, str]], list[str]]:
    return facts.public_key_sha256, sorted(facts.subject), sorted(set(facts.names))


def _kind(key: CertificatePublicKeyTypes) -> tuple[str, int]:
    """(type, bits): RSA, P-256, P-384, P-521, or the library's own word for what no authority takes."""
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name, key.curve.name), key.curve.key_size
    return type(key).__name__.removesuffix("PublicKey").lstrip("_"), getattr(key, "key_size", 0)


def _extras(csr: x509.CertificateSigningRequest) -> Iterator[str]:
    """What the request holds beside subject and DNS names, by the words of `CsrFacts.extras`."""
    if any(attribute.oid == AttributeOID.CHALLENGE_PASSWORD for attribute in csr.attributes):
        yield "challenge password"
    for extension in csr.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            others = {type(name).__name__ for name in extension.value if not isinstance(name, x509.DNSName)}
            yield from sorted(others)


# -- weak keys (Baseline Requirements 6.1.1.3, 6.1.6). Debian's of 2008 are not looked for: their list is too long


def _weaknesses(key: CertificatePublicKeyTypes) -> Iterator[str]:
    """Known faults of an RSA key by the words of `CsrFacts.weaknesses`; its size is judged elsewhere."""
    if not isinstance(key, rsa.RSAPublicKey):
        return
    numbers = key.public_numbers()
    found = {
        "small exponent": numbers.e < 65537,
        "small factor": math.gcd(numbers.n, math.prod(_primes(752))) > 1,
        "close primes": _primes_are_close(numbers.n),
        "ROCA": all(numbers.n % prime in _powers(prime) for prime in _primes(168)[1:]),
    }
    yield from (word for word, is_so in found.items() if is_so)


def _primes(below: int) -> list[int]:
    return [n for n in range(2, below) if all(n % d for d in range(2, math.isqrt(n) + 1))]


@cache
def _powers(prime: int) -> frozenset[int]:
    """Residues of 65537's powers; an ROCA key (CVE-2017-15361) is such a power modulo every small prime."""
    return frozenset(pow(65537, power, prime) for power in range(prime - 1))


def _primes_are_close(n: int, rounds: int = 100) -> bool:
    """Fermat's factorisation finds the factors within so many rounds."""
    start = math.isqrt(n - 1) + 1
    return any(math.isqrt(rest) ** 2 == rest for rest in (a * a - n for a in range(start, start + rounds)))


# -- certificates


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _serial(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:X}"


def _issuer(certificate: x509.Certificate) -> str:
    return _first(certificate.issuer, NameOID.COMMON_NAME) or certificate.issuer.rfc4514_string()


def _first(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return next((str(part.value) for part in name.get_attributes_for_oid(oid)), "")


def _warnings(
    leaf: x509.Certificate, wanted: x509.CertificateSigningRequest, now: datetime, *, whole: bool
) -> Iterator[str]:
    """What is odd about a certificate with the right key, as plain sentences."""
    begins, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    names = pem.names_in(leaf)
    missing = [host for host in pem.names_in(wanted) if not any(covers(name.lower(), host.lower()) for name in names)]
    asked, got = (_first(holder.subject, NameOID.ORGANIZATION_NAME) for holder in (wanted, leaf))
    days, cap = pem.counted_days(begins, ends), pem.cap_days(begins.date())
    if not whole:
        yield "The certificate between this one and the authority's root is missing; some visitors would see a warning."
    if missing:
        yield f"It does not cover {', '.join(missing)}."
    if asked and not pem.same_company(asked, got):
        yield f"It names {got or 'no company'} where {asked} was asked for."
    if days > cap:
        yield f"It is valid for {days} days; at most {cap} are allowed, and browsers may refuse it."
    if now < begins:
        yield f"It is not valid before {begins:%d %B %Y %H:%M} UTC."
    if now > ends:
        yield f"It ended on {ends:%d %B %Y %H:%M} UTC."
