"""The certificate a host serves, whatever is wrong with it, and the issuers that a certificate points to."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

from bot.domain.errors import Lost
from bot.lookups.served import DEPTH, chain, served
from bot.shown.found import Served
from tests.bot.authority import BEGINS, FAR_AWAY, LONG_AGO, root, text
from tests.bot.lookups.outside import Web, guard, shown_by, soon


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_what_is_served_is_read_without_being_believed(tmp_path: Path) -> None:
    own, ends = key(), BEGINS - timedelta(days=90)
    leaf = root("Root of Nobody").leaf(own.public_key(), ("other.com", "*.other.com"), "Acme LLC", LONG_AGO, ends)
    with closing(Web(context=shown_by(leaf, own, tmp_path))) as web:
        found = served(guard(web.port), "web.test", web.port, soon())
    assert found == Served("web.test", ("other.com", "*.other.com"), ends, "Root of Nobody", (("O", "Acme LLC"),))


def test_where_nobody_answers_with_a_certificate_there_is_none() -> None:
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as gone:
        ports = [each.getsockname()[1] for each in (silent, gone)]
        gone.close()
        with closing(Web()) as web:
            for host, port in (("web.test", web.port), *(("web.test", port) for port in ports), ("nowhere.com", 443)):
                assert served(guard(port), host, port, soon(0.3)) is None
    assert time.monotonic() - started < 3
    with pytest.raises(Lost, match="not on the public internet"):
        served(guard(), "nearby.test", 443, soon())


class Issuers(Web):
    """A ladder of authorities, each certificate pointing to `/<who signed it>` here; number 0 is the root."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = [key() for _ in range(DEPTH + 4)]

    def certificate(self, number: int, by: int, *points: str, authority: bool = True) -> x509.Certificate:
        access = [
            x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(p))
            for p in points or (f"{self.url}/{by}",)
        ]
        builder = x509.CertificateBuilder(name(by), name(number), self.keys[number].public_key(), 1000 + number)
        return (
            builder.not_valid_before(LONG_AGO).not_valid_after(FAR_AWAY)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.AuthorityInformationAccess(access), critical=False)
            .sign(self.keys[by], hashes.SHA256())
        )  # fmt: skip

    def above(self, leaf: x509.Certificate, seconds: float = 5) -> tuple[str, ...]:
        return chain(guard(self.port), text(leaf), soon(seconds))


def name(number: int) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"CA {number}")])


def der(one: x509.Certificate, *_: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


@pytest.fixture
def issuers() -> Iterator[Issuers]:
    with closing(Issuers()) as known:
        yield known


@pytest.mark.parametrize("written", [
    der, lambda *all_: pkcs7.serialize_certificates(list(all_), Encoding.DER), lambda one, *_: text(one).encode(),
])  # fmt: skip
def test_issuers_are_followed_up_to_the_root_which_is_left_out(issuers: Issuers, written: Callable[..., bytes]) -> None:
    ladder = [issuers.certificate(number, max(number - 1, 0)) for number in range(3)]
    issuers.say = {f"/{number}": (200, {}, written(ladder[number], *ladder)) for number in range(3)}
    leaf = issuers.certificate(3, 2, "ldap://x/", f"{issuers.url}/gone", f"{issuers.url}/2", authority=False)
    assert issuers.above(leaf) == (text(ladder[2]), text(ladder[1]))


def test_no_more_than_four_are_followed_and_no_circle(issuers: Issuers) -> None:
    ladder = [issuers.certificate(number, number - 1) for number in range(1, DEPTH + 3)]
    issuers.say = {f"/{number}": (200, {}, der(each)) for number, each in enumerate(ladder, 1)}
    top = issuers.certificate(DEPTH + 3, DEPTH + 2, authority=False)
    assert issuers.above(top) == tuple(map(text, ladder[:1:-1]))
    circle = [issuers.certificate(1, 2), issuers.certificate(2, 1)]
    issuers.say = {f"/{number}": (200, {}, der(each)) for number, each in enumerate(circle, 1)}
    assert issuers.above(issuers.certificate(3, 2, authority=False)) == tuple(map(text, circle[::-1]))


def test_what_did_not_sign_it_or_cannot_be_had_is_no_issuer(issuers: Issuers) -> None:
    stranger, leaf = Issuers(), issuers.certificate(2, 1, authority=False)
    stranger.close()
    impostor, honest = stranger.certificate(1, 0), issuers.certificate(1, 0)
    for body in (b"", b"\x30\x80", b"<html>", der(impostor), text(honest).encode() + b" " * 65_536):
        issuers.say["/1"] = (200, {}, body)
        assert issuers.above(leaf) == ()
    issuers.say["/1"] = issuers.drip(b"HTTP/1.1 200 OK\r\n\r\n")
    assert issuers.above(leaf, 0.3) == ()
    assert issuers.above(issuers.certificate(2, 1, "http://169.254.169.254/ca", authority=False)) == ()
    assert chain(guard(issuers.port), "no certificate", soon()) == ()
