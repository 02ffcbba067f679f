"""A small certificate authority: one root, one intermediate, real X.509 on the caller's clock."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    PublicKey: TypeAlias = rsa.RSAPublicKey | EllipticCurvePublicKey

# Longest life in days of a certificate issued on or after the date, newest first.
LIVES = (
    (datetime(2029, 3, 15, tzinfo=UTC), 46),
    (datetime(2027, 3, 15, tzinfo=UTC), 99),
    (datetime(2026, 2, 24, tzinfo=UTC), 199),
    (datetime(1970, 1, 1, tzinfo=UTC), 397),
)
POLICIES = {"DV": "2.23.140.1.2.1", "OV": "2.23.140.1.2.2", "EV": "2.23.140.1.1"}
_SECOND = timedelta(seconds=1)


@functools.cache
def key_number(_: int) -> rsa.RSAPrivateKey:
    """One key per number and process: making them is slow, and nothing here is secret."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(certificate: x509.Certificate) -> str:
    """As text with newlines."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def request_for(domain: str) -> str:
    """A certificate request of somebody else's for this name."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key_number(3), hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def life_days(start: datetime) -> int:
    """How many days a certificate issued at this time may live."""
    return next(days for since, days in LIVES if start >= since)


@dataclass(frozen=True)
class Subject:
    """What goes into a certificate besides the key: names (the first is the CN), level, organization contact."""

    names: tuple[str, ...]
    level: str
    organization: dict[str, str]

    def name(self) -> x509.Name:
        """CN alone for DV; the organization's data for OV and EV."""
        parts = [(NameOID.COMMON_NAME, self.names[0])]
        if self.level != "DV":
            given = self.organization
            parts += [
                (NameOID.COUNTRY_NAME, given.get("country", "")),
                (NameOID.STATE_OR_PROVINCE_NAME, given.get("state", "")),
                (NameOID.LOCALITY_NAME, given.get("city", "")),
                (NameOID.ORGANIZATION_NAME, given.get("org_name", "")),
            ]
        if self.level == "EV":
            parts += [(NameOID.BUSINESS_CATEGORY, "Private Organization"), (NameOID.SERIAL_NUMBER, "00000000")]
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


class Authority:
    """Root and intermediate, valid around the time the clock shows when they are made."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        start = self._today() - timedelta(days=365)
        self._root_key, self._middle_key = key_number(0), key_number(1)
        root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stand-in Root CA")])
        middle_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stand-in TLS RSA CA 1")])
        self.root = self._authority(root_name, root_name, self._root_key, start, None)
        self.intermediate = self._authority(middle_name, root_name, self._middle_key, start, 0)

    def _today(self) -> datetime:
        now = datetime.fromtimestamp(self._clock(), UTC)
        return now.replace(hour=0, minute=0, second=0, microsecond=0)

    def _authority(
        self, subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, start: datetime, length: int | None
    ) -> x509.Certificate:
        usage = _usage(key_cert_sign=True, crl_sign=True, digital_signature=True)
        return (
            _builder(subject, issuer, key.public_key(), start, start + timedelta(days=7300))
            .add_extension(x509.BasicConstraints(ca=True, path_length=length), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._root_key.public_key()), critical=False
            )
            .sign(self._root_key, hashes.SHA256())
        )

    def issue(self, subject: Subject, key: PublicKey, not_after: datetime, days: int = 0) -> x509.Certificate:
        """A server certificate from today, ending at the cap (or after `days`) or at `not_after`, what comes first."""
        start = self._today()
        end = min(not_after, start + timedelta(days=days or life_days(start)) - _SECOND)
        issuer_key = self._middle_key.public_key()
        names = x509.SubjectAlternativeName([x509.DNSName(name) for name in subject.names])
        policy = x509.PolicyInformation(x509.ObjectIdentifier(POLICIES[subject.level]), None)
        return (
            _builder(subject.name(), self.intermediate.subject, key, start, end)
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                _usage(digital_signature=True, key_encipherment=isinstance(key, rsa.RSAPublicKey)), critical=True
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.CertificatePolicies([policy]), critical=False)
            .add_extension(_access(), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
            .sign(self._middle_key, hashes.SHA256())
        )

    def coverage_end(self) -> datetime:
        """The last second of a year bought today."""
        return self._today() + timedelta(days=365) - _SECOND

    def pkcs7(self, certificate: x509.Certificate) -> str:
        """The certificate with its chain as PKCS#7 text."""
        chain = [certificate, self.intermediate, self.root]
        return pkcs7.serialize_certificates(chain, serialization.Encoding.PEM).decode()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


_USES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
    "encipher_only decipher_only"
).split()


def _usage(**uses: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**(dict.fromkeys(_USES, False) | uses))


def _access() -> x509.AuthorityInformationAccess:
    # ".invalid" never resolves: nobody is asked for a chain or a revocation answer.
    places = ((Access.OCSP, "http://ocsp.ca.invalid"), (Access.CA_ISSUERS, "http://ca.invalid/intermediate.crt"))
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in places]
    )
