"""A small certificate authority: one root, one intermediate, real X.509 on the caller's clock."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey

# Longest life in days of a certificate issued on or after the date, newest first.
LIVES = (
    (datetime(2029, 3, 15, tzinfo=UTC), 46),
    (datetime(2027, 3, 15, tzinfo=UTC), 99),
    (datetime(2026, 2, 24, tzinfo=UTC), 199),
)
POLICIES = {"DV": "2.23.140.1.2.1", "OV": "2.23.140.1.2.2", "EV": "2.23.140.1.1"}
_ROOTS_LIVE = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC))
_SECOND = timedelta(seconds=1)
_ORGANIZATION = {
    "country": NameOID.COUNTRY_NAME, "state": NameOID.STATE_OR_PROVINCE_NAME, "city": NameOID.LOCALITY_NAME,
    "org_name": NameOID.ORGANIZATION_NAME,
}  # fmt: skip
_USES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
    "encipher_only decipher_only"
).split()


@functools.cache
def key_number(_: int) -> RSAPrivateKey:
    """One key per number and process: making them is slow, and nothing here is secret."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(signed: x509.Certificate | x509.CertificateSigningRequest) -> str:
    """As text with newlines."""
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def request_for(domain: str) -> str:
    """A certificate request of somebody else's for this name."""
    return pem(x509.CertificateSigningRequestBuilder(_named(domain)).sign(key_number(3), hashes.SHA256()))


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class Subject(NamedTuple):
    """What goes into a certificate besides the key: names (the first is the CN), level, organization contact."""

    names: tuple[str, ...]
    level: str
    organization: dict[str, str]

    def name(self) -> x509.Name:
        """CN alone for DV; the organization's data for OV and EV."""
        parts = [(NameOID.COMMON_NAME, self.names[0])]
        if self.level != "DV":
            parts += [(oid, self.organization.get(name, "")) for name, oid in _ORGANIZATION.items()]
        if self.level == "EV":
            parts += [(NameOID.BUSINESS_CATEGORY, "Private Organization"), (NameOID.SERIAL_NUMBER, "00000000")]
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


class Authority:
    """Root and intermediate are the same for everybody in a process; certificates begin on the day the clock shows."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.root, self.intermediate = _above(0), _above(1)

    def _today(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def issue(self, subject: Subject, key: PublicKey, not_after: datetime, days: int = 0) -> x509.Certificate:
        """A server certificate from today, ending at the cap (or after `days`) or at `not_after`, what comes first."""
        start = self._today()
        longest = days or next(life for since, life in LIVES if start >= since)
        policy = x509.PolicyInformation(x509.ObjectIdentifier(POLICIES[subject.level]), None)
        extensions: dict[x509.ExtensionType, bool] = {
            x509.SubjectAlternativeName([x509.DNSName(name) for name in subject.names]): False,
            x509.BasicConstraints(ca=False, path_length=None): True,
            _usage(digital_signature=True, key_encipherment=isinstance(key, RSAPublicKey)): True,
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]): False,
            x509.CertificatePolicies([policy]): False,
        }
        life = (start, min(not_after, start + timedelta(days=longest) - _SECOND))
        return _signed((subject.name(), self.intermediate.subject), key, life, extensions, key_number(1))

    def coverage_end(self) -> datetime:
        """The last second of a year bought today."""
        return self._today() + timedelta(days=365) - _SECOND


@functools.cache
def _above(place: int) -> x509.Certificate:
    """The root, or the intermediate."""
    names = (_named("Stand-in Root CA"), _named("Stand-in TLS RSA CA 1"))
    extensions: dict[x509.ExtensionType, bool] = {
        x509.BasicConstraints(ca=True, path_length=0 if place else None): True,
        _usage(key_cert_sign=True, crl_sign=True, digital_signature=True): True,
    }
    return _signed(
        (names[place], names[0]), key_number(place).public_key(), _ROOTS_LIVE, extensions, key_number(0)
    )  # fmt: skip


def _signed(
    names: tuple[x509.Name, x509.Name],
    key: PublicKey,
    life: tuple[datetime, datetime],
    extensions: dict[x509.ExtensionType, bool],
    by: RSAPrivateKey,
) -> x509.Certificate:
    """`names` are the subject's and the issuer's; `extensions` says of each whether it is critical."""
    builder = x509.CertificateBuilder(names[1], names[0], key, x509.random_serial_number(), *life)
    own = x509.SubjectKeyIdentifier.from_public_key(key)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    for extension, critical in (extensions | {own: False, issuer: False}).items():
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by, hashes.SHA256())


def _usage(**uses: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**(dict.fromkeys(_USES, False) | uses))
