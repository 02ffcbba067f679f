from dataclasses import replace
from typing import Any

from bot.checks.key_csr import KeyCsr
from bot.domain.request import KeyType
from bot.ports import Case, CsrFacts
from tests.bot.checks.spoilt import DV, REQUEST, case, judged, table

SUBJECT = {"C": "US", "ST": "Illinois", "L": "Chicago", "O": "Acme LLC", "CN": "www.acme.com"}
FACTS = CsrFacts(tuple(SUBJECT.items()), REQUEST.names, "RSA", 2048, signature_ok=True, public_key_sha256="ab")
P256 = {"key_type": KeyType.P256}
OWN = {"own_csr": "x"}


def read(request: dict[str, Any] | None = None, **facts: Any) -> Case:
    """An order with such a request, for whose request file these facts were read."""
    return case(around={"csr": replace(FACTS, **facts)}, **(request or {}))


def named(request: dict[str, Any] | None = None, names: tuple[str, ...] = REQUEST.names, **fields: str) -> Case:
    """With other values in the subject; an empty value takes the field away."""
    return read(
        request, names=names, subject=tuple((field, value) for field, value in (SUBJECT | fields).items() if value)
    )


@table({
    "": [
        case(), read(), read(names=REQUEST.names[::-1]), read(key_bits=3072), named(CN=""), named(O="ACME, L.L.C."),
        named({"level": DV}, ST="", L="", O=""),
    ],
    "KEY-1 unknown": [case(own_csr="x")],
    "KEY-1 stop": [read(signature_ok=False)],
    "KEY-2 stop": [
        *(read(key_bits=bits) for bits in (1024, 2047, 2052)), read(key_type="Ed25519", key_bits=0), read(P256),
        read(key_type="secp256k1", key_bits=256),
    ],
    "KEY-2 warn": [
        read(key_bits=8192), read(OWN, key_type="P-384"), read(OWN, key_type="P-521"), read(P256, key_type="P-256"),
    ],
    "KEY-2 stop, KEY-2 warn": [read(key_type="P-256")],
    "KEY-3 stop": [read(weaknesses=(weakness,)) for weakness in ("close primes", "small factor", "ROCA")],
    "KEY-3 warn": [read(weaknesses=("small exponent",))],
    "KEY-3 unknown": [read(OWN)],
    "KEY-4 stop": [read(names=REQUEST.names[:1]), read(names=(*REQUEST.names, "x.com")), named(CN="x.com")],
    "KEY-5 stop": [named(O="Other LLC"), named(O="Acme Inc"), named(C="CA"), named(ST="IL"), named(L="")],
    "KEY-5 warn": [read({"level": DV})],
    "KEY-6 stop": [named(OU="IT")],
    "KEY-6 warn": [named(emailAddress="a@b.com"), read(extras=("challenge password",))],
})  # fmt: skip
def test_the_request_file_says_what_the_order_says(said: str, given: Case) -> None:
    assert judged(KeyCsr(), given) == said


def test_what_differs_is_said_field_by_field() -> None:
    other_names, state, city = KeyCsr().look(named(names=("x.com", "www.acme.com"), ST="IL", L=""))
    assert "it lacks acme.com; it adds x.com" in other_names.sentence
    assert "says IL where the order says Illinois" in state.sentence
    assert "says nothing where the order says Chicago" in city.sentence
