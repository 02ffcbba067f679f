"""How findings add up, what an override covers, when they are too old (R11, R13)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.findings import Finding, Override, Verdict, stale, standing_stops
from tests.fakes import NOW, SECOND

STOP = Finding("dns", "DNS-1", Verdict.STOP, "No answer.", subject="acme.com", evidence="SERVFAIL", at=NOW)
COVERING = (Override(STOP.key, STOP.rule, "they insist", SECOND, NOW),)


@pytest.mark.parametrize(("changes", "stops"), [
    ({}, False), ({"sentence": "Told in other words."}, False), ({"at": NOW + timedelta(days=1)}, False),
    ({"subject": "b.com"}, True), ({"evidence": "bogus"}, True), ({"rule": "DNS-2"}, True), ({"check": "caa"}, True),
    *(({"rule": "DNS-2", "verdict": verdict}, False) for verdict in Verdict if verdict is not Verdict.STOP),
])  # fmt: skip
def test_a_stop_stops_unless_an_override_covers_what_was_seen(changes: dict[str, Any], *, stops: bool) -> None:
    assert bool(standing_stops((replace(STOP, **changes),), COVERING)) is stops


HOURS = {"dns": 1, "caa": 1, "dcv": 1, "registration": 24, "contacts": 24, "supplier": 24, "standing": 30 * 24}


@pytest.mark.parametrize("check", [*HOURS, "names", "subject", "key_csr", "coverage", "period", "duplicates"])
def test_some_findings_grow_old(check: str) -> None:
    found, age = replace(STOP, check=check), timedelta(hours=HOURS.get(check, 99_999))
    old = {check} & HOURS.keys()
    assert stale((found,), NOW + age) == set()
    assert stale((found,), NOW + age + timedelta(seconds=1)) == stale((replace(found, at=None),), NOW) == old
