"""Whether the domains are registered, for how long, to whom, and whether anything holds them."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from bot.checks.names import registrable
from bot.checks.period import lives
from bot.checks.rules import Rule
from bot.domain.findings import Finding, Mender, Verdict
from bot.ports import Case
from bot.shown.found import Registration
from bot.shown.standing import same_company

SOON = timedelta(days=30)

_SOURCE, _EPP = "the domain's register (RFC 9083)", "EPP statuses (RFC 5731, RFC 3915)"
_stop, _warn, _unknown, _fine = (
    partial(Rule, "registration", v) for v in (Verdict.STOP, Verdict.WARN, Verdict.UNKNOWN, Verdict.FINE)
)

# fmt: off
FREE = _stop("REG-1", "{subject} is not registered by anybody.",
    "Check how it is written; if it is right, the client must register it.", _SOURCE)
UNKNOWN = _unknown("REG-1", "It could not be found out how {subject} is registered: {why}.",
    "Please look with the registrar of the domain.", _SOURCE)
WELL = _fine("REG-1", "{subject} is registered{until}.", "", _SOURCE)
HELD = _stop("REG-2", "{subject} cannot be used now: {what}.",
    "The client must settle it with {registrar}.", _EPP, Mender.CLIENT)
MOVING = _warn("REG-3", "{subject} is registered, but {what}.", "Ask the client whether all is well with it.", _EPP,
    Mender.CLIENT)
EXPIRES = _warn("REG-4", "The registration of {subject} ends on {until}, before the certificate would.",
    "Have the client renew it with {registrar}.", _SOURCE, Mender.CLIENT)
OTHER = _warn("REG-5", "{subject} is registered to “{holder}”, not to “{company}”.",
    "Make sure that the company may order for this domain.", _SOURCE)
# fmt: on

_HELD = {
    "server hold": "its register has switched it off",
    "client hold": "its registrar has switched it off, often for an unpaid bill",
    "inactive": "no servers are named for it",
    "pending delete": "it is about to be deleted",
    "redemption period": "it was deleted and is free for others soon",
    "pending restore": "it was deleted and is being restored",
}
_MOVING = {
    "auto renew period": "it ran out and was renewed only for the time being",
    "pending transfer": "it is moving to another registrar",
    "add period": "only for a few days",
}


class Registered:
    """REG-1: registered at all, REG-2 and 3: what its statuses say, REG-4: how long, REG-5: to whom.

    An organisation that the register hides is normal and says nothing.
    """

    name = "registration"

    def look(self, case: Case) -> list[Finding]:
        """One set of findings for each domain that the names are below."""
        known = {registration.domain: registration for registration in case.registrations}
        domains = dict.fromkeys(registrable(name) for name in case.request.names)
        return [f for domain in domains for f in _judge(known.get(domain) or Registration(domain, None), case)]


def _judge(known: Registration, case: Case) -> list[Finding]:
    if known.registered is None:
        why = (known.why or "It was not asked for.").rstrip(".")
        return [UNKNOWN.found(known.domain, known.source, why=why[0].lower() + why[1:])]
    if not known.registered:
        return [FREE.found(known.domain, known.source)]
    until = f" until {known.expires_at:%d %B %Y}" if known.expires_at else ""
    return [*_trouble(known, case)] or [WELL.found(known.domain, f"{known.registrar} {known.source}", until=until)]


def _trouble(known: Registration, case: Case) -> Iterator[Finding]:
    where = f"{known.registrar}, where the domain is registered" if known.registrar else "the registrar of the domain"
    for rule, table in ((HELD, _HELD), (MOVING, _MOVING)):
        for status in known.statuses:
            if status in table:
                yield rule.found(known.domain, status, what=table[status], registrar=where)
    end = known.expires_at
    certificate_ends = max(lives(case.now.date())[0][1], (case.now + SOON).date())
    if end is not None and end.date() < certificate_ends:
        yield EXPIRES.found(
            known.domain, f"{end.isoformat()} {known.registrar}", until=f"{end:%d %B %Y}", registrar=where
        )
    company = case.request.organisation if case.request.level.company_checked else None
    if company and known.organisation and not same_company(known.organisation, company.name):
        yield OTHER.found(known.domain, known.organisation, holder=known.organisation, company=company.name)
