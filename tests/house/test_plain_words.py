"""What requesters read is in plain words: no view, error or text for clients speaks the trade's abbreviations."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.files import ROOT

TRADE = "CSR DCV SAN CAA RDAP WHOIS OV DV EV TLS MX NS FQDN SNI PEM".split()
SPOKEN = re.compile(rf"(?<![\w.])(?:{'|'.join([*TRADE, *map(str.lower, TRADE)])})s?\b")  # .pem is how a file is called
IDS = {"dcv"}  # never shown: the name of a form's field and of a notice's fact
FOR_ENGINEERS = {"review.py"}
VIEWS = ROOT / "handlers/views"
READ = [
    *(
        each
        for each in VIEWS.rglob("*.*")
        if each.suffix in {".py", ".toml", ".txt"} and each.name not in FOR_ENGINEERS
    ),
    *(ROOT / path for path in ("bot/shown/offer.py", "handlers/commands.py", "handlers/errors.py")),
]


def constants(source: str) -> Iterator[str]:
    """String constants, those inside f-strings too, that are no docstring and no id."""
    tree = ast.parse(source)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield from () if node.value in IDS else (node.value,)


def values(source: str) -> Iterator[str]:
    """What stands in the tables of a TOML; the keys are ids."""
    for table in tomllib.loads(source).values():
        yield from table.values()


def spoken(path: Path, text: str) -> list[str]:
    """The strings with words of the trade in them; in a text everything but its placeholders counts."""
    read = {".py": constants, ".toml": values}.get(path.suffix, str.splitlines)
    plain = text if path.suffix == ".py" else re.sub(r"\{.*?\}", "", text)
    return [each for each in read(plain) if SPOKEN.search(each)]


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(ROOT)))
def test_requesters_read_no_words_of_the_trade(path: Path) -> None:
    assert spoken(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.py", 'def f(x):\n    """A CSR."""\n    return f"{x} has two SANs"', [" has two SANs"]),
        ("a.py", 'x = ["dcv", "order.ev", "own_csr", "chain.pem", "the csr"]', ["the csr"]),
        ("a.toml", '[kind]\nEV = "the CSR, {dcv}"', ["the CSR, "]),
        ("a.txt", "Dear {contact.dcv},\nset the MX record", ["set the MX record"]),
    ],
)
def test_words_of_the_trade_are_seen_where_people_read(name: str, text: str, found: list[str]) -> None:
    assert spoken(Path(name), text) == found
