"""Certificates as they are found outside: the one a host serves, and the issuers a certificate points to (AIA)."""

from contextlib import suppress
from ssl import DER_cert_to_PEM_cert

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from bot.domain.errors import Lost, Unusable
from bot.guard import Guard, Nobody
from bot.pem import UNREADABLE, certificates_in, chain_above, names_in
from bot.shown.found import Served

DEPTH = 4  # issuers above a leaf
MOST = 65_536  # bytes of one issuer's file
_TRIED = 3  # addresses of one certificate's issuer
_ISSUERS = AuthorityInformationAccessOID.CA_ISSUERS


def served(guard: Guard, host: str, port: int, until: float) -> Served | None:
    """The certificate served there, whatever is wrong with it; None where nobody answers with one."""
    try:
        with guard.tls(host, port, until, verify=False) as connection:
            found = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
        issuer = dict(_parts(found.issuer))
        subject = tuple((short, value) for short, value in _parts(found.subject) if short in {"O", "L", "ST", "C"})
        ends = found.not_valid_after_utc
        return Served(host, names_in(found), ends, issuer.get("O") or issuer.get("CN", ""), subject)
    except (Nobody, *UNREADABLE):
        return None


def _parts(name: x509.Name) -> list[tuple[str, str]]:
    return [(part.rfc4514_attribute_name, str(part.value)) for part in name]


def chain(guard: Guard, leaf: str, until: float) -> tuple[str, ...]:
    """The issuers above a PEM leaf in order, each signature verified, root left out; empty when they cannot be had."""
    try:
        found = certificates_in([leaf])[:1]
    except Unusable:
        return ()
    while len(found) <= DEPTH and (above := chain_above(found[-1], _issuers(guard, found[-1], until))[0]):
        if above[0] in found:  # two that vouch for each other
            break
        found += above
    return tuple(each.public_bytes(Encoding.PEM).decode() for each in found[1 : DEPTH + 1])


def _issuers(guard: Guard, below: x509.Certificate, until: float) -> list[x509.Certificate]:
    """What stands at the addresses in a certificate (Baseline Requirements 7.1.2.7.7): DER, PKCS#7 or PEM."""
    extensions = [each.value for each in below.extensions if isinstance(each.value, x509.AuthorityInformationAccess)]
    points = [each for access in extensions for each in access if each.access_method == _ISSUERS]
    for point in points[:_TRIED]:
        with suppress(Lost, Unusable):
            body = guard.get(str(point.access_location.value), until, MOST).body
            der = DER_cert_to_PEM_cert(body)
            return certificates_in([der, der.replace("CERTIFICATE", "PKCS7"), body.decode("latin-1")])
    return []
