import importlib
import pkgutil
import re

import pytest

import bot.checks
from bot.checks.rules import Rule
from bot.domain.findings import Finding, Mender, Verdict
from tests.bot.checks.cases import ROWS

TRADE_WORDS = re.compile(r"\b(CSR|DCV|SANs?|CAA|OV|EV|DV|PKCS|CN|FQDN|PSL|RSA|ECDSA|SPKI|punycode|apex)\b")


RULES = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(bot.checks.__path__)
    for name, value in vars(importlib.import_module(f"bot.checks.{module.name}")).items()
    if isinstance(value, Rule)
}


def made(rule: Rule, finding: Finding) -> bool:
    """Whether the finding is this rule, filled in."""
    told = (rule.check, rule.id, rule.verdict, rule.source, rule.sentence, rule.advice)
    pattern = re.sub(r"\\{\w+\\}", ".*", re.escape("|".join(told)))
    found = (finding.check, finding.rule, finding.verdict, finding.source, finding.sentence, finding.advice)
    return re.fullmatch(pattern, "|".join(found), re.DOTALL) is not None


def test_every_rule_has_a_decision_that_expects_it_and_every_finding_comes_from_one_rule() -> None:
    made_by = {
        found: [name for name, rule in RULES.items() if made(rule, found)] for row in ROWS for found in row.found()
    }
    assert [names for names in made_by.values() if len(names) != 1] == []
    assert RULES.keys() - {name for names in made_by.values() for name in names} == set()


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
