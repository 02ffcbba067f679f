"""What checks say, how it adds up, and how long it stays fresh.

A finding that says stop holds an order until the world mends itself or an approver overrides it with a reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What a check says; unknown never counts as fine."""

    FINE = "fine"
    WARN = "warn"
    UNKNOWN = "unknown"
    STOP = "stop"


class Mender(StrEnum):
    """Who can mend a finding."""

    REQUESTER = "requester"
    CLIENT = "client"
    ENGINEER = "engineer"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found.

    `rule` is its id (NAME-4), `subject` what it is about (a name, a field), `sentence` says it plainly, `advice` says
    what to do, `evidence` is what was seen, `source` where the rule or the fact comes from.
    """

    check: str
    rule: str
    verdict: Verdict
    sentence: str
    advice: str = ""
    subject: str = ""
    evidence: str = ""
    source: str = ""
    mender: Mender = Mender.REQUESTER
    at: datetime | None = None

    @property
    def key(self) -> str:
        """What an override names: the rule, its subject and what was seen."""
        return f"{self.check}|{self.rule}|{self.subject}|{self.evidence}"


@dataclass(frozen=True, slots=True)
class Override:
    """An approver's decision to go on in spite of one finding."""

    finding: str
    rule: str
    reason: str
    by: str
    at: datetime


# ORDER R13; a check that is not listed never grows old.
AGE_LIMITS = {
    "caa": timedelta(hours=1),
    "dns": timedelta(hours=1),
    "dcv": timedelta(hours=1),
    "registration": timedelta(hours=24),
    "contacts": timedelta(hours=24),
    "supplier": timedelta(hours=24),
    "standing": timedelta(days=30),
}


def standing_stops(findings: tuple[Finding, ...], overrides: tuple[Override, ...]) -> tuple[Finding, ...]:
    """The stops that no override covers."""
    covered = {override.finding for override in overrides}
    return tuple(f for f in findings if f.verdict is Verdict.STOP and f.key not in covered)


def stale(findings: tuple[Finding, ...], now: datetime) -> frozenset[str]:
    """The checks whose findings are older than their limit."""
    return frozenset(
        f.check for f in findings if f.check in AGE_LIMITS and (f.at is None or now - f.at > AGE_LIMITS[f.check])
    )
