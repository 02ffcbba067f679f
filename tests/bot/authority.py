"""A small authority for tests of what reads certificates: a root, an intermediate, leaves with any fault."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

BEGINS = datetime(2026, 11, 23, tzinfo=UTC)
LONG_AGO, FAR_AWAY = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


def text(certificate: x509.Certificate) -> str:
    """As PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def named(common: str, organisation: str = "") -> x509.Name:
    """A subject of a common name, and a company where one is given."""
    parts = [(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in [*parts, (NameOID.COMMON_NAME, common)]])


@dataclass(frozen=True)
class Issuer:
    """Whoever signs: a key and, for an intermediate or root, the certificate that says so."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def below(self, name: str) -> "Issuer":
        """An intermediate signed by this one."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _signed(named(name), key.public_key(), self.certificate.subject, self.key, authority=True)
        return Issuer(key, signed)

    def leaf(
        self,
        key: CertificatePublicKeyTypes,
        names: tuple[str, ...],
        organisation: str = "",
        begins: datetime = BEGINS,
        ends: datetime = BEGINS + timedelta(days=199, seconds=-1),
    ) -> x509.Certificate:
        """A server certificate for a key."""
        subject = named(names[0], organisation)
        return _signed(subject, key, self.certificate.subject, self.key, begins, ends, names=names)


def root(name: str) -> Issuer:
    """An authority that nobody stands above."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Issuer(key, _signed(named(name), key.public_key(), named(name), key, authority=True))


def crossed(issuer: Issuer, by: Issuer) -> x509.Certificate:
    """An issuer's own key and name, vouched for by another one."""
    own = issuer.certificate
    return _signed(own.subject, own.public_key(), by.certificate.subject, by.key, authority=True)


def _signed(  # noqa: PLR0913 - all that a certificate says
    subject: x509.Name,
    public_key: CertificatePublicKeyTypes,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime = LONG_AGO,
    ends: datetime = FAR_AWAY,
    *,
    authority: bool = False,
    names: tuple[str, ...] = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder(issuer, subject, public_key, x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        listed = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(listed, critical=False)
    return builder.sign(key, hashes.SHA256())
