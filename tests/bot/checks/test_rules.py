import importlib
import pkgutil
import re

import pytest

import bot.checks
from bot.checks.rules import Rule
from bot.domain.findings import Finding, Mender, Verdict

TRADE_WORDS = re.compile(r"\b(CSR|DCV|SANs?|CAA|OV|EV|DV|PKCS|CN|FQDN|PSL|RSA|ECDSA|SPKI|punycode|apex)\b")


RULES = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(bot.checks.__path__)
    for name, value in vars(importlib.import_module(f"bot.checks.{module.name}")).items()
    if isinstance(value, Rule)
}


def test_the_tables_are_found() -> None:
    assert len({rule.check for rule in RULES.values()}) >= 8


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_people_read_plain_words_and_where_the_rule_stands(rule: Rule) -> None:
    assert TRADE_WORDS.findall(f"{rule.sentence} {rule.advice}") == []
    assert rule.sentence.endswith((".", "}."))
    assert re.fullmatch(r"[A-Z]+-\d+", rule.id)
    assert rule.source
    assert rule.advice or rule.verdict is not Verdict.STOP


@pytest.mark.parametrize(("typed", "shown"), [("{a.__class__}", "{a.__class__}"), ("a" * 300, "a" * 79 + "…")])
def test_a_finding_carries_the_row_and_what_was_seen_and_foreign_text_is_text(typed: str, shown: str) -> None:
    rule = Rule("names", Verdict.STOP, "NAME-4", "In {subject} a {thing}.", "No {thing}.", "somewhere", Mender.CLIENT)
    assert rule.found(typed, "seen", thing="star") == Finding(
        "names", "NAME-4", Verdict.STOP, f"In {shown} a star.", "No star.", shown, "seen", "somewhere", Mender.CLIENT
    )
