import base64
import contextlib
import itertools
import math
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import AttributeOID, NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.errors import BadInput, Unusable, WrongKey
from bot.domain.order import Certificate
from bot.domain.request import KeyType, Level, Request
from bot.keys import Pki
from bot.ports import CsrFacts
from tests.bot import authority
from tests.bot.authority import BEGINS
from tests.bot.checks.cases import REQUEST
from tests.builders import COMPANY

PKI = Pki()
KEYS = {kind: PKI.new_key(kind) for kind in KeyType}
DV = replace(REQUEST, level=Level.DV)
CSR = PKI.make_csr(KEYS[KeyType.RSA_2048], REQUEST)
LATER = BEGINS + timedelta(days=1)
ROOT = authority.root("Root")
MIDDLE = ROOT.below("Middle")
ISSUER = MIDDLE.below("Issuing")
LONG = "a" * 60 + ".acme.com"


def public(csr: str) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    key = x509.load_pem_x509_csr(csr.encode()).public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return key


def openssl(*arguments: str, given: str = "") -> str:
    """What the real program says; a failure of its own is a failure of the test."""
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


# -- making

BAKERY = "C=US, ST=Illinois, L=Chicago, O=Acme LLC"
ABROAD = replace(COMPANY, state="", country="SG", city="Singapore", name="Ü & Co")
SUBJECTS = {
    "OV": (REQUEST, f"{BAKERY}, CN=www.acme.com"),
    "EV": (replace(REQUEST, level=Level.EV), f"{BAKERY}, CN=www.acme.com"),
    "DV": (DV, "CN=www.acme.com"),
    "DV, wildcard": (replace(DV, names=("*.acme.com", "acme.com")), "CN=*.acme.com"),
    "DV, long name": (replace(DV, names=(LONG,)), ""), "OV, long name": (replace(REQUEST, names=(LONG,)), BAKERY),
    "OV, no state": (replace(REQUEST, organisation=ABROAD), "C=SG, L=Singapore, O=Ü & Co, CN=www.acme.com"),
}  # fmt: skip


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("kind", list(KeyType))
@pytest.mark.parametrize(("request_", "subject"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_key_and_request_file_are_sound_and_say_what_the_order_says(
    request_: Request, subject: str, kind: KeyType
) -> None:
    csr, private = PKI.make_csr(KEYS[kind], request_), KEYS[kind].decode()
    facts, p256 = PKI.read_csr(csr), kind is KeyType.P256
    assert ", ".join(f"{field}={value}" for field, value in facts.subject) == subject
    assert replace(facts, subject=(), public_key_sha256="") == CsrFacts(
        (), request_.names, *(("P-256", 256) if p256 else ("RSA", 2048)), signature_ok=True, public_key_sha256=""
    )
    assert private.startswith("-----BEGIN PRIVATE KEY-----")
    assert "Key is valid" in openssl("pkey", "-check", "-noout", given=private)
    said = openssl("req", "-text", "-noout", "-verify", "-nameopt", "utf8,sep_comma_plus_space", given=csr)
    for part in (
        "self-signature verify OK", f"Subject: {subject}\n", ", ".join(f"DNS:{name}" for name in request_.names),
        "ecdsa-with-SHA256" if p256 else "sha256WithRSAEncryption", f"Name: {'' if subject else 'critical'}\n",
    ):  # fmt: skip
        assert part in said.replace(" = ", "=")
    assert all(word not in said for word in ("OU", "challengePassword", "emailAddress"))


def test_every_key_is_another_one() -> None:
    assert len({PKI.new_key(KeyType.P256) for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("field", "changes"),
    [("names", {"names": ("bücher.de",)}), ("org.country", {"organisation": replace(COMPANY, country="USA")})],
)
def test_what_no_request_file_can_hold_is_refused_at_its_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        PKI.make_csr(KEYS[KeyType.P256], replace(REQUEST, **changes))
    assert list(caught.value.fields) == [field]


# -- reading


def made(key: CertificateIssuerPrivateKeyTypes, *names: x509.GeneralName, **subject: str) -> str:
    """A request file as others make them."""
    oids = {"CN": NameOID.COMMON_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "mail": NameOID.EMAIL_ADDRESS}
    parts = [x509.NameAttribute(oids[field], value) for field, value in subject.items()]
    builder = x509.CertificateSigningRequestBuilder(x509.Name(parts))
    builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"word")
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(serialization.Encoding.PEM).decode()


def test_what_others_put_into_a_request_file_is_told() -> None:
    names = x509.DNSName("a.com"), x509.RFC822Name("a@a.com")
    facts = PKI.read_csr(made(ec.generate_private_key(ec.SECP384R1()), *names, OU="IT", mail="a@a.com"))
    assert (facts.subject, facts.names, facts.extras, facts.key_type, facts.key_bits) == (
        (("OU", "IT"), ("emailAddress", "a@a.com")), ("a.com",), ("challenge password", "RFC822Name"), "P-384", 384,
    )  # fmt: skip


def test_a_key_that_no_authority_takes_is_named() -> None:
    facts = PKI.read_csr(made(ed25519.Ed25519PrivateKey.generate(), CN="a.com"))
    assert (facts.key_type, facts.names) == ("Ed25519", ("a.com",)), "without a list the common name is the name"


def der_of(csr: str) -> bytes:
    return x509.load_pem_x509_csr(csr.encode()).public_bytes(serialization.Encoding.DER)


def pem_of(der: bytes, label: str = "CERTIFICATE REQUEST") -> str:
    return f"-----BEGIN {label}-----\n{base64.b64encode(der).decode()}\n-----END {label}-----\n"


def with_modulus(modulus: int) -> str:
    """Our request file with another RSA modulus in it (so that its signature no longer fits)."""
    ours = public(CSR).public_numbers()
    assert isinstance(ours, rsa.RSAPublicNumbers)
    der = der_of(CSR)
    assert der.count(ours.n.to_bytes(256)) == 1
    return pem_of(der.replace(ours.n.to_bytes(256), modulus.to_bytes(256)))


def roca_modulus(seed: int) -> int:
    """As the faulty chips made them: both factors are powers of 65537 modulo the product of the small primes."""
    primorial = math.prod(n for n in range(2, 168) if all(n % d for d in range(2, n)))
    least = 3 * 2**1022 // primorial + 1
    factors = [(least + 10**9 * power) * primorial + pow(65537, power, primorial) for power in (seed, 3 * seed + 1)]
    return math.prod(factors)


def close_modulus(distance: int) -> int:
    middle = 3 * 2**1022 + 987_654_321
    return (middle - distance) * (middle + distance)


WEAK = {
    "ROCA": map(roca_modulus, range(3)), "close primes": map(close_modulus, (0, 2, 2**513)),
    "small factor": (3 * (2**2046 // 3 + 1) * 3, 751 * (3 * 2**2046 // 751 + 1)),
}  # fmt: skip


@pytest.mark.parametrize(("word", "modulus"), [(word, modulus) for word, weak in WEAK.items() for modulus in weak])
def test_a_key_that_can_be_broken_is_recognised(word: str, modulus: int) -> None:
    facts = PKI.read_csr(with_modulus(modulus))
    assert word in facts.weaknesses
    assert not facts.signature_ok


def test_a_small_exponent_is_told_and_ordinary_keys_have_no_fault() -> None:
    keys = [rsa.generate_private_key(*kind) for kind in ((3, 2048), (65537, 2048), (65537, 3072))]
    assert [PKI.read_csr(made(key, CN="a.com")).weaknesses for key in keys] == [("small exponent",), (), ()]
    assert "close primes" not in PKI.read_csr(with_modulus(close_modulus(2**1000))).weaknesses


def ours(**changes: Any) -> str:
    """A request file for our key and a changed order."""
    return PKI.make_csr(KEYS[KeyType.RSA_2048], replace(REQUEST, **changes))


NAMES = ("www.acme.com", "acme.com", "a.com")
ASKED = ours(names=NAMES)
SAME = {
    "other line ends": ASKED.replace("\n", "\r\n"), "text around": f"Here:\n{ASKED}\nthanks",
    "one long line": pem_of(der_of(ASKED)), "the older label": ASKED.replace("CERTIFICATE R", "NEW CERTIFICATE R"),
    "another order after the first name": ours(names=("www.acme.com", "a.com", "acme.com")),
}  # fmt: skip
OTHER = {
    "another name first": ours(names=NAMES[::-1]), "a name less": CSR, "nothing": "", "cut": ASKED[:400],
    "another key": PKI.make_csr(KEYS[KeyType.P256], replace(REQUEST, names=NAMES)),
    "another city": ours(names=NAMES, organisation=replace(COMPANY, city="X")),
}  # fmt: skip


@pytest.mark.parametrize("name", [*SAME, *OTHER])
def test_request_files_are_compared_by_content(name: str) -> None:
    other = {**SAME, **OTHER}[name]
    assert PKI.same_csr(ASKED, other) is PKI.same_csr(other, ASKED) is (name in SAME)


# -- certificates


def bundle(*certificates: x509.Certificate) -> str:
    return "".join(authority.text(certificate) for certificate in certificates)


LEAF = ISSUER.leaf(public(CSR), REQUEST.names, "Acme LLC")
ALL = (LEAF, ISSUER.certificate, MIDDLE.certificate, ROOT.certificate)


@pytest.mark.parametrize("order", list(itertools.permutations(ALL)))
def test_a_bundle_in_any_order_becomes_leaf_and_chain_without_root(order: tuple[x509.Certificate, ...]) -> None:
    text, *chain, _ = (authority.text(certificate) for certificate in ALL)
    assert PKI.read_certificate([bundle(*order)], CSR, LATER) == Certificate(
        text, tuple(chain), f"{LEAF.serial_number:X}", "Issuing", REQUEST.names, LEAF.not_valid_before_utc,
        LEAF.not_valid_after_utc,
    )  # fmt: skip


def leaf(*names: str, organisation: str = "Acme LLC", **times: datetime) -> x509.Certificate:
    """A certificate for our key."""
    return ISSUER.leaf(public(CSR), names or REQUEST.names, organisation, **times)


DAY = timedelta(days=1)
ODD: list[tuple[tuple[x509.Certificate, ...], timedelta, list[str]]] = [  # bundle, how long after it begins, said
    (ALL, DAY, []), (ALL[:3], DAY, []), (ALL[:1], DAY, ["missing"]), ((LEAF, *ALL[2:]), DAY, ["missing"]),
    ((leaf("acme.com"), *ALL[1:]), DAY, ["does not cover www.acme.com"]),
    ((leaf("*.acme.com", "acme.com"), *ALL[1:]), DAY, []), ((leaf(*REQUEST.names, "x.com"), *ALL[1:]), DAY, []),
    ((leaf(organisation="Other LLC"), *ALL[1:]), DAY, ["names Other LLC where Acme LLC"]),
    ((leaf(organisation=""), *ALL[1:]), DAY, ["names no company where Acme LLC"]),
    ((leaf(organisation="ACME, L.L.C."), *ALL[1:]), DAY, []),
    ((leaf(ends=BEGINS + timedelta(days=200, seconds=-1)), *ALL[1:]), DAY, []),
    ((leaf(ends=BEGINS + timedelta(days=200)), *ALL[1:]), DAY, ["valid for 201 days; at most 200"]),
    (ALL, -DAY / 24, ["not valid before 23 November 2026"]), (ALL, 200 * DAY, ["ended on"]),
    ((leaf("x.com", organisation="Y"),), DAY, ["missing", "does not cover", "names Y"]),
]  # fmt: skip


@pytest.mark.parametrize(("certificates", "after", "said"), ODD)
def test_what_is_odd_about_a_certificate_is_said(
    certificates: tuple[x509.Certificate, ...], after: timedelta, said: list[str]
) -> None:
    warnings = PKI.read_certificate([bundle(*certificates)], CSR, BEGINS + after).warnings
    assert all(part in warning for part, warning in zip(said, warnings, strict=True))


def test_a_certificate_for_another_key_is_named_and_refused() -> None:
    stranger = ISSUER.leaf(public(PKI.make_csr(KEYS[KeyType.P256], REQUEST)), REQUEST.names)
    with pytest.raises(WrongKey) as caught:
        PKI.read_certificate([bundle(stranger, *ALL[1:])], CSR, LATER)
    assert (caught.value.serial, caught.value.issuer) == (f"{stranger.serial_number:X}", "Issuing")
    assert PKI.read_certificate([bundle(stranger, *ALL)], CSR, LATER).leaf == authority.text(LEAF)


def test_of_two_for_our_key_the_newer_one_counts() -> None:
    begins, ends = BEGINS + timedelta(days=150), BEGINS + timedelta(days=240)
    newer = ISSUER.leaf(public(CSR), REQUEST.names, begins=begins, ends=ends)
    assert PKI.read_certificate([bundle(LEAF, newer, *ALL[1:])], CSR, LATER).serial == f"{newer.serial_number:X}"


def test_without_a_certificate_of_ours_that_somebody_else_signed_it_is_unusable() -> None:
    key = serialization.load_pem_private_key(KEYS[KeyType.P256], None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own = authority.Issuer(key, authority.root("www.acme.com").certificate).leaf(key.public_key(), REQUEST.names)
    for certificates, csr in ((ALL[1:], CSR), ((own,), PKI.make_csr(KEYS[KeyType.P256], REQUEST))):
        with pytest.raises(Unusable):
            PKI.read_certificate([bundle(*certificates)], csr, LATER)


places = st.integers(0, 10_000)


@given(places, st.integers(1, 255))
@example(7623, 1)  # a country of seven letters
def test_no_damage_to_a_request_file_surprises(place: int, flip: int) -> None:
    der = bytearray(der_of(CSR))
    der[place % len(der)] ^= flip
    with contextlib.suppress(BadInput):
        PKI.read_csr(pem_of(bytes(der)))


@given(places, st.integers(1, 255))
def test_no_damage_to_a_certificate_surprises(place: int, flip: int) -> None:
    der = bytearray(LEAF.public_bytes(serialization.Encoding.DER))
    der[place % len(der)] ^= flip
    try:
        read = PKI.read_certificate([pem_of(bytes(der), "CERTIFICATE"), bundle(*ALL[1:])], CSR, LATER)
    except Unusable:
        return
    assert read.warnings, "a changed certificate no longer fits its issuer's signature"
