"""What is said of a thing that is looked at again and again: each change for the worse once, and once when it is well.

What nobody can tell changes nothing, until it has lasted so long that it is a trouble of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.findings import Finding, Verdict
from bot.domain.notices import Told

PATIENCE = timedelta(hours=48)  # how long it may stay unknown


@dataclass(frozen=True, slots=True)
class Known:
    """What is settled about one thing: `now`, changed last at `at`, and `before` that; since when nobody can tell."""

    now: tuple[Finding, ...] = ()
    before: tuple[Finding, ...] = ()
    at: datetime | None = None
    unsure: datetime | None = None


def learn(known: Known, found: tuple[Finding, ...], at: datetime) -> tuple[Known, Told | None]:
    """What is known after another look, and what to say: a warning, that it is well again, or nothing."""
    unclear = [finding for finding in found if finding.verdict is Verdict.UNKNOWN]
    unsure = (known.unsure or at) if unclear else None
    waited = unsure is not None and at - unsure >= PATIENCE
    bad = [*(f for f in found if f.verdict in (Verdict.STOP, Verdict.WARN)), *(unclear if waited else ())]
    said = troubles(known.now)
    kept = [finding for finding in said if unclear and _mark(finding) not in set(map(_mark, bad))]
    now = (*kept, *bad) or (known.now if unclear else found)
    if set(map(_mark, bad)) - set(map(_mark, said)):
        return Known(now, known.now, at, unsure), Told.WARNING
    if said and not troubles(now):
        return Known(now, known.now, at, unsure), Told.WELL_AGAIN
    return replace(known, now=now, unsure=unsure), None


def troubles(findings: Iterable[Finding]) -> list[Finding]:
    """Everything that is not fine."""
    return [finding for finding in findings if finding.verdict is not Verdict.FINE]


def _mark(finding: Finding) -> tuple[str, str, str]:
    """What makes it another trouble; why nobody can tell may differ from day to day."""
    unknown = finding.verdict is Verdict.UNKNOWN
    return finding.rule, finding.subject, "" if unknown else finding.sentence
