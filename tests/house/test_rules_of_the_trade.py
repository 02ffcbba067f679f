"""Every published rule that the desk follows is named by decisions or tests that are there."""

import tomllib

import pytest

from tests.bot.checks.cases import ROWS
from tests.house.files import ROOT

TABLE = tomllib.loads((ROOT / "tests/house/rules_of_the_trade.toml").read_text(encoding="utf-8"))
DECISIONS = [str(row) for row in ROWS]
FAMILIES = {"NAME": 10, "FIELD": 12, "EPP": 11}


def there(proof: str) -> bool:
    """Whether that test, or a decision that begins so, exists."""
    path, _, test = proof.partition("::")
    if path.endswith(".py"):
        return f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8")
    return any(decision.startswith(proof) for decision in DECISIONS)


@pytest.mark.parametrize("rule", TABLE)
def test_a_rule_of_the_trade_is_proven(rule: str) -> None:
    fact, proofs = TABLE[rule]["fact"], TABLE[rule]["proven_by"]
    assert fact.endswith(".")
    assert proofs
    assert [proof for proof in proofs if not there(proof)] == []


@pytest.mark.parametrize(("family", "rules"), FAMILIES.items())
def test_no_rule_of_a_family_is_left_out(family: str, rules: int) -> None:
    assert sum(rule.startswith(f"{family}-") for rule in TABLE) >= rules
