import importlib
import pkgutil
import re
from typing import NamedTuple

import pytest

import bot.checks
from bot.checks.rules import Rule
from bot.domain.findings import Mender, Verdict

TRADE_WORDS = re.compile(r"\b(CSR|DCV|SANs?|CAA|OV|EV|DV|PKCS|CN|FQDN|PSL|RSA|ECDSA|SPKI|punycode|apex)\b")


class Row(NamedTuple):
    module: str
    name: str
    rule: Rule


ROWS = [
    Row(module.name, name, value)
    for module in pkgutil.iter_modules(bot.checks.__path__)
    for name, value in vars(importlib.import_module(f"bot.checks.{module.name}")).items()
    if isinstance(value, Rule)
]
every_row = pytest.mark.parametrize("row", ROWS, ids=[f"{row.module}.{row.name}" for row in ROWS])


def test_the_tables_are_found() -> None:
    assert len({row.rule.check for row in ROWS}) >= 8


@every_row
def test_people_read_plain_words(row: Row) -> None:
    assert TRADE_WORDS.findall(f"{row.rule.sentence} {row.rule.advice}") == []
    assert row.rule.sentence.endswith((".", "}."))


@every_row
def test_every_rule_says_where_it_stands(row: Row) -> None:
    assert re.fullmatch(r"[A-Z]+-\d+", row.rule.id)
    assert row.rule.source


@every_row
def test_every_stop_says_what_to_do(row: Row) -> None:
    assert row.rule.advice or row.rule.verdict is not Verdict.STOP


def test_a_finding_carries_the_row_and_what_was_seen() -> None:
    rule = Rule("names", Verdict.STOP, "NAME-4", "In {subject} a {thing}.", "No {thing}.", "somewhere", Mender.CLIENT)
    found = rule.found("a.*.b", "seen", thing="star")
    assert (found.sentence, found.advice) == ("In a.*.b a star.", "No star.")
    assert found.key == "names|NAME-4|a.*.b|seen"
    assert (found.source, found.mender, found.at) == ("somewhere", Mender.CLIENT, None)


def test_foreign_braces_are_text() -> None:
    rule = Rule("names", Verdict.STOP, "NAME-3", "{subject} is odd.", "", "")
    assert rule.found("{sentence.__class__}").sentence == "{sentence.__class__} is odd."


def test_a_long_value_is_cut_in_sentences() -> None:
    found = Rule("names", Verdict.STOP, "NAME-9", "{subject} is long.", "", "").found("a" * 300)
    assert found.sentence == f"{'a' * 79}… is long."
