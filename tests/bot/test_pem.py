import textwrap
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot import pem
from bot.domain.errors import BadInput, Unusable
from tests.bot import authority

KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = authority.root("Root")
ISSUER = ROOT.below("Issuing")
LEAF = ISSUER.leaf(KEY.public_key(), ("acme.com",))
LEAF_TEXT, ISSUER_TEXT = authority.text(LEAF), authority.text(ISSUER.certificate)


def block(label: str, body: str) -> str:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


SHAPES = [
    LEAF_TEXT, LEAF_TEXT.replace("\n", "\r\n"), f"Dear all,\nhere it is:\n\n{LEAF_TEXT}\nRegards -- A\n",
    textwrap.indent(LEAF_TEXT, "    "), LEAF_TEXT.replace("CERTIFICATE", "X509 CERTIFICATE"), "\ufeff" + LEAF_TEXT,
    LEAF_TEXT + block("CERTIFICATE", "bm90aGluZw=="), LEAF_TEXT + block("DH PARAMETERS", "AAAA"),
    LEAF_TEXT + "-----BEGIN CERTIFICATE-----\nMIIB",
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_a_certificate_is_read_whatever_stands_around_it(shape: str) -> None:
    assert pem.certificates_in([shape]) == [LEAF]
    assert pem.certificates_in([shape, LEAF_TEXT.strip() + ISSUER_TEXT.strip()]) == [LEAF, ISSUER.certificate]
    assert not pem.holds_private_key(shape)


GARBAGE = [
    "", "hello", block("CERTIFICATE", "AAAA"), block("CERTIFICATE", "not base64!"), block("PKCS7", "AAAA"),
    LEAF_TEXT[:-40], LEAF_TEXT[40:], LEAF_TEXT.replace("END CERTIFICATE", "END PKCS7"),
    block("RSA PRIVATE KEY", "AAAA") + LEAF_TEXT, "x" * pem.LONGEST + LEAF_TEXT,
]  # fmt: skip


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_what_is_no_certificate_is_unusable(text: str) -> None:
    with pytest.raises(Unusable):
        pem.certificates_in([text])


KEYS = [
    *(block(f"{kind}PRIVATE KEY", "c2VjcmV0") for kind in ("", "ENCRYPTED ", "EC ", "OPENSSH ")),
    block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\nc2VjcmV0"),
    "-----BEGIN PRIVATE KEY-----\nc2VjcmV0",
    "-----begin private key-----\nc2VjcmV0",
    "PuTTY-User-Key-File-3: ssh-rsa\nc2VjcmV0",
]


@pytest.mark.parametrize("text", KEYS, ids=range(len(KEYS)))
def test_a_private_key_is_recognised_and_never_repeated(text: str) -> None:
    assert pem.holds_private_key(f"before {text} after")
    with pytest.raises(BadInput) as caught:
        pem.request_in(text)
    assert "private key" in caught.value.fields["own_csr"]
    assert "c2VjcmV0" not in str(caught.value.fields)


NO_REQUESTS = [
    ("", "There is no request"), (LEAF_TEXT, "This is a certificate"),
    (block("CERTIFICATE REQUEST", "AAAA"), "damaged"), (block("CERTIFICATE REQUEST", "!!"), "not whole"),
    ("-----BEGIN CERTIFICATE REQUEST-----\nMIIB", "not whole"),
    (block("CERTIFICATE REQUEST", "AAAA") * 2, "more than one"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), NO_REQUESTS)
def test_the_field_says_why_it_is_no_request(text: str, said: str) -> None:
    with pytest.raises(BadInput, match="own_csr") as caught:
        pem.request_in(text)
    assert said in caught.value.fields["own_csr"]


def test_how_long_a_certificate_may_last_depends_on_its_day_of_issue() -> None:
    starts = [date(2026, 3, 15), date(2027, 3, 15), date(2029, 3, 15)]
    assert [(pem.cap_days(day - timedelta(days=1)), pem.cap_days(day)) for day in starts] == [
        (398, 200), (200, 100), (100, 47),
    ]  # fmt: skip


ONE_COMPANY = [
    ("Acme LLC", "ACME L.L.C."), ("Acme LLC", "Acme, Limited Liability Company"), ("The Acme Company", "Acme Co."),
    ("Acme & Sons Inc.", "ACME and Sons Incorporated"), ("Müller Limited", "MÜLLER LTD"), ("Ａｃｍｅ Ltd", "Acme Ltd"),
    ("O'Brien Corp", "OBrien Corporation"),
]  # fmt: skip
TWO_COMPANIES = [
    ("Acme LLC", "Acme Inc"), ("Acme", "Acme Inc"), ("Acme Bakery", "Acme"), ("Theatre Co", "atre Co"), ("Acme", ""),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [*ONE_COMPANY, *TWO_COMPANIES])
def test_not_spelling_but_another_name_or_legal_form_makes_another_company(one: str, other: str) -> None:
    assert pem.same_company(one, other) is pem.same_company(other, one) is ((one, other) in ONE_COMPANY)


def test_a_chain_is_followed_by_signature_not_by_name() -> None:
    impostor = authority.root("Root").below("Issuing")
    chain, whole = pem.chain_above(LEAF, [impostor.certificate, ISSUER.certificate, ROOT.certificate])
    assert (chain, whole) == ([ISSUER.certificate], True)
    assert pem.chain_above(LEAF, [impostor.certificate]) == ([], False)


def test_two_that_vouch_for_each_other_end_the_chain() -> None:
    one, other = authority.root("One"), authority.root("Other")
    crossed = [authority.crossed(one, other), authority.crossed(other, one)]
    leaf = one.leaf(KEY.public_key(), ("acme.com",))
    chain, _ = pem.chain_above(leaf, crossed)
    assert [certificate.subject for certificate in chain] == [authority.named("One"), authority.named("Other")]
