"""Judging a company and its contact while they are typed: the same checks as the order's, with the form's fields."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.findings import Finding, Verdict
from bot.domain.request import Level, Product, Purpose, Request
from bot.ports import Case
from bot.service import typed
from bot.service.gear import Gear

_JUDGES = ("subject", "contacts")
_BY_RULE = {"SUBJECT-4": "org.country", "SUBJECT-5": "org.state"}  # their subject is the value itself
_BY_HOLDER = {"Company": "org", "Contact": "contact"}


def problems(gear: Gear, values: Mapping[str, str], product: Product | None) -> dict[str, str]:
    """What the checks would stop, by form field; empty when company and contact are complete and well formed."""
    code, level = (product.code, product.level) if product else ("", Level.OV)
    company, person = typed.organisation(values), typed.contact(values)
    request = Request(("",), Purpose.PUBLIC, code, level, organisation=company, admin=person)
    case = Case(request, product, gear.policy, gear.now())
    stops = (f for c in gear.checks if c.name in _JUDGES for f in c.look(case) if f.verdict is Verdict.STOP)
    found: dict[str, str] = {}
    for stop in stops:
        found.setdefault(_field(stop), f"{stop.sentence} {stop.advice}".strip())
    return found


def _field(finding: Finding) -> str:
    holder, _, field = finding.subject.rpartition(".")
    return _BY_RULE.get(finding.rule) or f"{_BY_HOLDER.get(holder, 'org')}.{field}"
