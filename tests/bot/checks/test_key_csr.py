from dataclasses import replace
from typing import Any

import pytest

from bot.checks.key_csr import KeyCsr
from bot.domain.findings import Mender, Verdict
from bot.domain.request import KeyType, Level
from bot.ports import CsrFacts
from tests.bot.checks.cases import COMPANY, REQUEST, STOP, UNKNOWN, WARN, case, judged

SUBJECT = (("C", "US"), ("ST", "Illinois"), ("L", "Chicago"), ("O", "Acme Bakery LLC"), ("CN", "www.acme-bakery.com"))
FACTS = CsrFacts(SUBJECT, REQUEST.names, "RSA", 2048, True, "ab")  # noqa: FBT003 - a row of facts


def spoilt(**fields: str) -> tuple[tuple[str, str], ...]:
    """The good subject with other values; an empty value takes the field away."""
    return tuple((field, value) for field, value in {**dict(SUBJECT), **fields}.items() if value)


TABLE: list[tuple[str, dict[str, Any], dict[str, Any], set[tuple[str, Verdict]]]] = [
    ("as asked", {}, {}, set()),
    ("names in another order", {"names": REQUEST.names[::-1]}, {}, set()),
    ("not signed", {"signature_ok": False}, {}, {("KEY-1", STOP)}),
    ("1024 bits", {"key_bits": 1024}, {}, {("KEY-2", STOP)}),
    ("2047 bits", {"key_bits": 2047}, {}, {("KEY-2", STOP)}),
    ("2052 bits", {"key_bits": 2052}, {}, {("KEY-2", STOP)}),
    ("3072 bits", {"key_bits": 3072}, {}, set()),
    ("8192 bits", {"key_bits": 8192}, {}, {("KEY-2", WARN)}),
    ("Ed25519", {"key_type": "Ed25519", "key_bits": 0}, {}, {("KEY-2", STOP)}),
    ("an odd curve", {"key_type": "secp256k1", "key_bits": 256}, {}, {("KEY-2", STOP)}),
    ("P-384 of the client", {"key_type": "P-384"}, {"own_csr": "x"}, {("KEY-2", WARN)}),
    ("P-521 of the client", {"key_type": "P-521"}, {"own_csr": "x"}, {("KEY-2", WARN)}),
    ("P-256 as asked", {"key_type": "P-256"}, {"key_type": KeyType.P256}, {("KEY-2", WARN)}),
    ("P-256 not asked", {"key_type": "P-256"}, {}, {("KEY-2", WARN), ("KEY-2", STOP)}),
    ("P-256 asked, RSA made", {}, {"key_type": KeyType.P256}, {("KEY-2", STOP)}),
    ("close primes", {"weaknesses": ("close primes",)}, {}, {("KEY-3", STOP)}),
    ("small factor", {"weaknesses": ("small factor",)}, {}, {("KEY-3", STOP)}),
    ("ROCA", {"weaknesses": ("ROCA",)}, {}, {("KEY-3", STOP)}),
    ("small exponent", {"weaknesses": ("small exponent",)}, {}, {("KEY-3", WARN)}),
    ("the client's, all in order", {}, {"own_csr": "x"}, {("KEY-3", UNKNOWN)}),
    ("a name missing", {"names": REQUEST.names[:1]}, {}, {("KEY-4", STOP)}),
    ("a name too many", {"names": (*REQUEST.names, "x.com")}, {}, {("KEY-4", STOP)}),
    ("first name not listed", {"subject": spoilt(CN="x.com")}, {}, {("KEY-4", STOP)}),
    ("no first name", {"subject": spoilt(CN="")}, {}, set()),
    ("another company", {"subject": spoilt(O="Other LLC")}, {}, {("KEY-5", STOP)}),
    ("another legal form", {"subject": spoilt(O="Acme Bakery Inc")}, {}, {("KEY-5", STOP)}),
    ("the same company otherwise spelt", {"subject": spoilt(O="ACME Bakery, L.L.C.")}, {}, set()),
    ("another country", {"subject": spoilt(C="CA")}, {}, {("KEY-5", STOP)}),
    ("state abbreviated", {"subject": spoilt(ST="IL")}, {}, {("KEY-5", STOP)}),
    ("no city", {"subject": spoilt(L="")}, {}, {("KEY-5", STOP)}),
    ("a company where only the domain is checked", {}, {"level": Level.DV}, {("KEY-5", WARN)}),
    ("a country alone where only the domain is checked",
     {"subject": (("C", "US"), ("CN", "acme-bakery.com"))}, {"level": Level.DV}, set()),
    ("a department", {"subject": spoilt(OU="IT")}, {}, {("KEY-6", STOP)}),
    ("an e-mail address", {"subject": spoilt(emailAddress="a@b.com")}, {}, {("KEY-6", WARN)}),
    ("a challenge password", {"extras": ("challenge password",)}, {}, {("KEY-6", WARN)}),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "request_", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_request_file_says_what_the_order_says(
    facts: dict[str, Any], request_: dict[str, Any], said: set[tuple[str, Verdict]]
) -> None:
    looked_at = case(around={"csr": replace(FACTS, **facts)}, **request_)
    assert judged(KeyCsr(), looked_at) == said


def test_before_the_request_file_is_made_nothing_is_said() -> None:
    assert judged(KeyCsr(), case()) == set()


def test_a_client_s_file_that_nobody_read_is_unknown() -> None:
    assert judged(KeyCsr(), case(own_csr="x")) == {("KEY-1", UNKNOWN)}


def test_what_differs_is_said_field_by_field() -> None:
    facts = replace(FACTS, subject=spoilt(ST="IL", L=""), names=("x.com", REQUEST.names[1]))
    said = " ".join(finding.sentence for finding in KeyCsr().look(case(around={"csr": facts})))
    assert "it lacks www.acme-bakery.com; it adds x.com" in said
    assert "says IL where the order says Illinois" in said
    assert f"says nothing where the order says {COMPANY.city}" in said


def test_keys_are_the_engineer_s_to_mend() -> None:
    found = KeyCsr().look(case(around={"csr": replace(FACTS, signature_ok=False, key_bits=512)}))
    assert {finding.mender for finding in found} == {Mender.ENGINEER}
