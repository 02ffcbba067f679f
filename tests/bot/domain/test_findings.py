"""How findings add up, what an override covers, when they are too old (R11, R13)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.findings import Finding, Override, Verdict, stale, standing_stops
from tests.fakes import NOW, SECOND

STOP = Finding("dns", "DNS-1", Verdict.STOP, "No answer.", subject="acme.com", evidence="SERVFAIL", at=NOW)


def overridden(finding: Finding) -> Override:
    return Override(finding.key, finding.rule, "they insist", SECOND, NOW)


@pytest.mark.parametrize("verdict", Verdict)
def test_only_a_stop_stops(verdict: Verdict) -> None:
    assert bool(standing_stops((replace(STOP, verdict=verdict),), ())) is (verdict is Verdict.STOP)


@pytest.mark.parametrize(("changes", "still_stops"), [
    ({}, False), ({"sentence": "Told in other words."}, False), ({"at": NOW + timedelta(days=1)}, False),
    ({"subject": "b.com"}, True), ({"evidence": "bogus"}, True), ({"rule": "DNS-2"}, True), ({"check": "caa"}, True),
])  # fmt: skip
def test_an_override_covers_what_was_seen_and_nothing_else(changes: dict[str, object], *, still_stops: bool) -> None:
    now = replace(STOP, **changes)  # type: ignore[arg-type] # a table of changes
    assert bool(standing_stops((now,), (overridden(STOP),))) is still_stops


HOURS = {"dns": 1, "caa": 1, "dcv": 1, "registration": 24, "contacts": 24, "standing": 30 * 24}


@pytest.mark.parametrize(("check", "hours"), HOURS.items())
def test_findings_grow_old(check: str, hours: int) -> None:
    found = replace(STOP, check=check, verdict=Verdict.FINE)
    assert stale((found,), NOW + timedelta(hours=hours)) == frozenset()
    assert stale((found,), NOW + timedelta(hours=hours, seconds=1)) == {check}
    assert stale((replace(found, at=None),), NOW) == {check}


@pytest.mark.parametrize("check", ["names", "subject", "key_csr", "coverage", "period", "duplicates"])
def test_some_findings_never_grow_old(check: str) -> None:
    assert stale((replace(STOP, check=check),), NOW + timedelta(days=3650)) == frozenset()
