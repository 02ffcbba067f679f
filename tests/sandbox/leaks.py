"""Looking for secrets where they do not belong: in what the desk sent, wrote, stored and showed.

What the stand-ins record has its secrets replaced by fingerprints: one where the desk speaks is a leak, too.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote_plus

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import MetaData, create_engine, select

from tests.sandbox.core import Entry, fingerprint

_GAP: Final = r"(?:[ +\n]|%20|%0A|\\n)"
PRIVATE_KEY: Final = re.compile(rf"BEGIN{_GAP}(?:[A-Z]+{_GAP})*PRIVATE{_GAP}KEY")
_FINGERPRINT: Final = re.compile(r"sha256:[0-9a-f]{16}\b")
_DELIVERED: Final = ("slash_commands", "interactive", "events_api")
_SHORTEST: Final = 12


def search(places: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
    """`<secret> in <place>` for everything that can be read there, also url-encoded or with escaped line breaks."""
    wanted = [(what, form) for what, secret in secrets.items() for form in _forms(secret)]
    found = {
        f"{what} in {place}": None for place, content in places.items() for what, form in wanted if form in content
    }
    keys = [f"private key in {place}" for place, content in places.items() if PRIVATE_KEY.search(content)]
    return [*found, *keys]


def _forms(secret: str) -> set[str]:
    if len(secret) < _SHORTEST:
        raise ValueError("so short a secret would be found by chance")
    coded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, quote_plus(secret), json.dumps(secret)[1:-1], coded}


def said(entries: Iterable[Entry]) -> str:
    """What the desk itself said: the bodies of its requests, and its answers to what was delivered to it.

    Request headers are left out, since tokens belong there; what people typed is not the desk's doing.
    """
    spoken = (each.reply if each.verb in _DELIVERED else f"{each.path} {each.body}" for each in entries)
    return "\n".join(spoken)


def hidden(entries: Iterable[Entry], allowed: Iterable[str] = ()) -> list[str]:
    """Fingerprints of recorded secrets where the desk speaks; `allowed` are secrets that belong into bodies."""
    usual = {fingerprint(secret) for secret in allowed}
    return sorted({found for found in _FINGERPRINT.findall(said(entries)) if found not in usual})


def stored(url: str) -> str:
    """Everything in a database, as text."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            known = MetaData()
            known.reflect(connection)
            rows = [row for table in known.tables.values() for row in connection.execute(select(table))]
    finally:
        engine.dispose()
    return "\n".join(str(value) for row in rows for value in row)


def pieces(key_pem: bytes) -> Iterator[tuple[str, str]]:
    """The forms in which a private key would be read: lines of its PEM, its secret number in two notations."""
    key = serialization.load_pem_private_key(key_pem, None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("the desk makes no such key")
    lines = [line for line in key_pem.decode().splitlines() if "-----" not in line]
    yield from (("a line", lines[1]), ("another line", lines[len(lines) // 2]))
    numbers = key.private_numbers()
    secret = numbers.d if isinstance(numbers, rsa.RSAPrivateNumbers) else numbers.private_value
    yield from (("the number", str(secret)), ("the number in hexadecimal", f"{secret:x}"))
