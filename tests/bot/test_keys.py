import base64
import contextlib
import itertools
import math
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import AttributeOID, NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from bot.checks.key_csr import KeyCsr
from bot.domain.errors import BadInput, Unusable, WrongKey
from bot.domain.findings import Verdict
from bot.domain.request import KeyType, Level, Request
from bot.keys import Pki
from tests.bot import authority
from tests.bot.authority import BEGINS
from tests.bot.checks.cases import REQUEST, case, company

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

BAKERY = "C=US, ST=Illinois, L=Chicago, O=Acme Bakery LLC"
ABROAD = company(state="", country="SG", city="Singapore", name="Ü & Co")
SUBJECTS = {
    "OV": (REQUEST, f"{BAKERY}, CN=www.acme-bakery.com"),
    "EV": (replace(REQUEST, level=Level.EV), f"{BAKERY}, CN=www.acme-bakery.com"),
    "DV": (DV, "CN=www.acme-bakery.com"),
    "DV, wildcard": (replace(DV, names=("*.acme.com", "acme.com")), "CN=*.acme.com"),
    "DV, long name": (replace(DV, names=(LONG,)), ""), "OV, long name": (replace(REQUEST, names=(LONG,)), BAKERY),
    "OV, no state": (replace(REQUEST, organisation=ABROAD), "C=SG, L=Singapore, O=Ü & Co, CN=www.acme-bakery.com"),
}  # fmt: skip
every_subject = pytest.mark.parametrize(("request_", "subject"), SUBJECTS.values(), ids=SUBJECTS.keys())
every_key = pytest.mark.parametrize("kind", list(KeyType))


@every_key
@every_subject
def test_a_request_file_says_what_the_order_says(request_: Request, subject: str, kind: KeyType) -> None:
    facts = PKI.read_csr(PKI.make_csr(KEYS[kind], request_))
    assert ", ".join(f"{field}={value}" for field, value in facts.subject) == subject
    assert facts.names == request_.names
    assert (facts.key_type, facts.key_bits) == (("P-256", 256) if kind is KeyType.P256 else ("RSA", 2048))
    assert (facts.signature_ok, facts.weaknesses, facts.extras) == (True, (), ())


@pytest.mark.needs("openssl")
@every_key
@every_subject
def test_the_real_openssl_reads_and_verifies_it(request_: Request, subject: str, kind: KeyType) -> None:
    csr = PKI.make_csr(KEYS[kind], request_)
    said = openssl("req", "-text", "-noout", "-verify", "-nameopt", "utf8,sep_comma_plus_space", given=csr)
    assert "self-signature verify OK" in said
    assert f"Subject: {subject}\n" in said.replace(" = ", "=")
    assert ", ".join(f"DNS:{name}" for name in request_.names) in said
    assert ("sha256WithRSAEncryption" if kind is KeyType.RSA_2048 else "ecdsa-with-SHA256") in said
    assert all(word not in said for word in ("OU", "challengePassword", "emailAddress"))


@pytest.mark.needs("openssl")
@every_key
def test_the_real_openssl_finds_a_sound_key(kind: KeyType) -> None:
    assert KEYS[kind].startswith(b"-----BEGIN PRIVATE KEY-----")
    said = openssl("pkey", "-check", "-noout", given=KEYS[kind].decode())
    assert "Key is valid" in said


def test_every_key_is_another_one() -> None:
    assert len({PKI.new_key(KeyType.P256) for _ in range(5)}) == 5


IMPOSSIBLE = [("names", {"names": ("bücher.de",)}), ("org.country", {"organisation": company(country="USA")})]


@pytest.mark.parametrize(("field", "changes"), IMPOSSIBLE)
def test_what_no_request_file_can_hold_is_refused_at_its_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        PKI.make_csr(KEYS[KeyType.P256], replace(REQUEST, **changes))
    assert list(caught.value.fields) == [field]


def test_an_empty_subject_makes_the_list_of_names_critical() -> None:
    csr = x509.load_pem_x509_csr(PKI.make_csr(KEYS[KeyType.P256], replace(DV, names=(LONG,))).encode())
    assert csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical


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
    assert facts.subject == (("OU", "IT"), ("emailAddress", "a@a.com"))
    assert (facts.names, facts.extras) == (("a.com",), ("challenge password", "RFC822Name"))
    assert (facts.key_type, facts.key_bits) == ("P-384", 384)


def test_a_key_that_no_authority_takes_is_named_and_stopped() -> None:
    facts = PKI.read_csr(made(ed25519.Ed25519PrivateKey.generate(), CN="a.com"))
    assert (facts.key_type, facts.names) == ("Ed25519", ("a.com",)), "without a list the common name is the name"
    found = KeyCsr().look(case(around={"csr": facts}, own_csr="x"))
    assert ("KEY-2", Verdict.STOP) in {(finding.rule, finding.verdict) for finding in found}


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


WEAK = [
    *((f"ROCA {seed}", with_modulus(roca_modulus(seed)), "ROCA") for seed in range(3)),
    ("neighbours", with_modulus(close_modulus(2)), "close primes"),
    ("not far apart", with_modulus(close_modulus(2**513)), "close primes"),
    ("a square", with_modulus(close_modulus(0)), "close primes"),
    ("divided by 3", with_modulus(3 * (2**2046 // 3 + 1) * 3), "small factor"),
    ("divided by 751", with_modulus(751 * (3 * 2**2046 // 751 + 1)), "small factor"),
]  # fmt: skip


@pytest.mark.parametrize(("csr", "word"), [row[1:] for row in WEAK], ids=[row[0] for row in WEAK])
def test_a_key_that_can_be_broken_is_recognised(csr: str, word: str) -> None:
    facts = PKI.read_csr(csr)
    assert word in facts.weaknesses
    assert not facts.signature_ok


def test_a_small_exponent_is_told_and_ordinary_keys_have_no_fault() -> None:
    keys = [rsa.generate_private_key(*kind) for kind in ((3, 2048), (65537, 2048), (65537, 3072))]
    assert [PKI.read_csr(made(key, CN="a.com")).weaknesses for key in keys] == [("small exponent",), (), ()]
    assert "close primes" not in PKI.read_csr(with_modulus(close_modulus(2**1000))).weaknesses


def ours(**changes: Any) -> str:
    """A request file for our key and a changed order."""
    return PKI.make_csr(KEYS[KeyType.RSA_2048], replace(REQUEST, **changes))


SAME = {
    "itself": CSR, "other line ends": CSR.replace("\n", "\r\n"), "text around": f"Here:\n{CSR}\nthanks",
    "one long line": pem_of(der_of(CSR)),
    "the older label": CSR.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"), "signed again": ours(),
}  # fmt: skip
OTHER = {
    "another name first": ours(names=REQUEST.names[::-1]), "another key": PKI.make_csr(KEYS[KeyType.P256], REQUEST),
    "a name more": ours(names=(*REQUEST.names, "x.com")), "another city": ours(organisation=company(city="X")),
    "nothing": "", "cut": CSR[:400],
}  # fmt: skip


@pytest.mark.parametrize("name", [*SAME, *OTHER])
def test_request_files_are_compared_by_content(name: str) -> None:
    other = {**SAME, **OTHER}[name]
    assert PKI.same_csr(CSR, other) is PKI.same_csr(other, CSR) is (name in SAME)


def test_the_order_of_names_in_the_list_is_no_difference() -> None:
    assert PKI.same_csr(ours(names=("a.com", "b.com", "c.com")), ours(names=("a.com", "c.com", "b.com")))


# -- certificates


def bundle(*certificates: x509.Certificate) -> str:
    return "".join(authority.text(certificate) for certificate in certificates)


LEAF = ISSUER.leaf(public(CSR), REQUEST.names, "Acme Bakery LLC")
ALL = (LEAF, ISSUER.certificate, MIDDLE.certificate, ROOT.certificate)


@pytest.mark.parametrize("order", list(itertools.permutations(ALL)))
def test_a_bundle_in_any_order_becomes_leaf_and_chain_without_root(order: tuple[x509.Certificate, ...]) -> None:
    read = PKI.read_certificate([bundle(*order)], CSR, LATER)
    assert read.leaf == authority.text(LEAF)
    assert read.chain == (authority.text(ISSUER.certificate), authority.text(MIDDLE.certificate))
    assert (read.issuer, read.serial, read.names) == ("Issuing", f"{LEAF.serial_number:X}", REQUEST.names)
    assert (read.not_before, read.not_after) == (LEAF.not_valid_before_utc, LEAF.not_valid_after_utc)
    assert read.warnings == ()


@pytest.mark.needs("openssl")
@pytest.mark.filterwarnings("ignore:PKCS#7 certificates could not be parsed as DER")  # openssl does not sort the set
def test_an_envelope_of_the_real_openssl_is_opened(tmp_path: Path) -> None:
    (tmp_path / "all").write_text(bundle(*ALL))
    envelope = openssl("crl2pkcs7", "-nocrl", "-certfile", str(tmp_path / "all"))
    assert "PKCS7" in envelope
    assert PKI.read_certificate([envelope], CSR, LATER) == PKI.read_certificate([bundle(*ALL)], CSR, LATER)


ODD: list[tuple[str, dict[str, Any], datetime, tuple[x509.Certificate, ...], list[str]]] = [
    ("nothing odd", {}, LATER, ALL[1:], []),
    ("root left out", {}, LATER, ALL[1:3], []),
    ("issuer missing", {}, LATER, (), ["missing"]),
    ("issuer missing, the rest there", {}, LATER, ALL[2:], ["missing"]),
    ("a name missing", {"names": ("acme-bakery.com",)}, LATER, ALL[1:], ["does not cover www.acme-bakery.com"]),
    ("names under a star", {"names": ("*.acme-bakery.com", "acme-bakery.com")}, LATER, ALL[1:], []),
    ("a name more", {"names": (*REQUEST.names, "x.com")}, LATER, ALL[1:], []),
    ("another company", {"organisation": "Other LLC"}, LATER, ALL[1:], ["names Other LLC where Acme Bakery LLC"]),
    ("no company", {"organisation": ""}, LATER, ALL[1:], ["names no company where Acme Bakery LLC"]),
    ("company otherwise spelt", {"organisation": "ACME BAKERY, L.L.C."}, LATER, ALL[1:], []),
    ("200 days", {"ends": BEGINS + timedelta(days=200, seconds=-1)}, LATER, ALL[1:], []),
    ("201 days", {"ends": BEGINS + timedelta(days=200)}, LATER, ALL[1:], ["valid for 201 days; at most 200"]),
    ("not yet", {}, BEGINS - timedelta(hours=1), ALL[1:], ["not valid before 23 November 2026"]),
    ("over", {}, BEGINS + timedelta(days=200), ALL[1:], ["ended on"]),
    ("much", {"names": ("x.com",), "organisation": "Y"}, LATER, (), ["missing", "does not cover", "names Y"]),
]


@pytest.mark.parametrize(("leaf", "now", "others", "said"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_what_is_odd_about_a_certificate_is_said(
    leaf: dict[str, Any], now: datetime, others: tuple[x509.Certificate, ...], said: list[str]
) -> None:
    issued = ISSUER.leaf(public(CSR), **{"names": REQUEST.names, "organisation": "Acme Bakery LLC", **leaf})
    warnings = PKI.read_certificate([bundle(issued, *others)], CSR, now).warnings
    assert len(warnings) == len(said)
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
    read = PKI.read_certificate([bundle(LEAF, newer, *ALL[1:])], CSR, LATER)
    assert read.serial == f"{newer.serial_number:X}"


def test_a_certificate_signed_by_nobody_else_is_unusable() -> None:
    key = serialization.load_pem_private_key(KEYS[KeyType.P256], None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own = authority.root("www.acme-bakery.com")
    lonely = authority.Issuer(key, own.certificate)
    csr = PKI.make_csr(KEYS[KeyType.P256], replace(DV, names=("www.acme-bakery.com",)))
    with pytest.raises(Unusable):
        PKI.read_certificate([bundle(lonely.leaf(key.public_key(), ("www.acme-bakery.com",)))], csr, LATER)


@pytest.mark.parametrize("text", ["", bundle(*ALL[1:])])
def test_a_bundle_without_ours_is_unusable(text: str) -> None:
    with pytest.raises(Unusable):
        PKI.read_certificate([text], CSR, LATER)


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
