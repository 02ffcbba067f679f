"""The job `watch`: what may go wrong around a project although nobody did anything, looked at while people work.

Every outside check says each change for the worse once, and once that all is well again; ends have a ladder. What was
said is kept, so that nothing is said twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.approval import Action
from bot.domain.client import Client, Project
from bot.domain.errors import UnknownOrder
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.notices import Notice, Told
from bot.domain.order import OPEN, Order, Status
from bot.domain.pace import DAY, HOUR, WEEK, at_work
from bot.domain.request import Level, Purpose, Request
from bot.domain.watching import Known, learn, troubles
from bot.ports import Job, Unit
from bot.service.check import examine, imagined
from bot.service.gear import Gear
from bot.shown.found import Registration
from bot.shown.standing import LASTS

RUNGS = (30, 14, 7, 3, 1)  # days before an end
UNDER_WAY = 2 * HOUR  # how often while an order moves
_HELD = (Status.ISSUED, Status.LIVE)
_TO_BE_BOUGHT = (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING)
_WHAT = {
    "registration": "The registration of {}",
    "end": "The end of the registration of {}",
    "standing": "The standing of {}",
    "look_up": "The look-up of the standing of {}",
    "caa": "Who may issue certificates for {}",
    "dns": "The DNS of {}",
    "dcv": "The proof of control of {}",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A project as it stood when the job began; its orders are those that are not over, the newest first."""

    project: Project
    client: Client | None
    orders: list[Order]
    now: datetime
    standing_due: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Every name whose registration matters to the project."""
        ordered = (name for order in self.orders for name in order.request.names)
        return (*self.project.names, *(self.client.domains if self.client else ()), *ordered)


@dataclass(frozen=True, slots=True)
class Found:
    """What one check says of one thing: `scope` is the domain, the client's id or an order's first name."""

    check: str
    scope: str
    name: str
    findings: tuple[Finding, ...]


class Watch:
    """The job `watch`; its subject is a project's id."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def watch(self, job: Job) -> datetime | None:
        """Look at everything once; answers when to look again."""
        gear, now = self.gear, self.gear.now()
        with gear.store.unit() as unit:
            project, client = gear.project_and_client(unit, job.subject)
            if project is None:
                return None
            due = unit.flag(f"standing {project.id}") <= (now - WEEK).isoformat()
            orders = unit.orders(project_id=project.id, statuses=(*OPEN, *_HELD))
        seen = Seen(project, client, orders, now, due)
        found = [*self._domains(seen), *self._standing(seen), *self._look_up(seen), *self._names(seen)]
        with gear.store.unit() as unit:
            for each in found:
                self._judge(unit, seen, each)
            for order in orders:
                self._certificate(unit, seen, order)
            if not orders and not project.not_needed:
                self._no_order(unit, seen)
        moving = any(order.status in OPEN and order.status is not Status.HELD for order in orders)
        return at_work(now + (UNDER_WAY if moving else DAY), gear.policy.time_zone, gear.policy.holidays)

    def evidence(self, thing: str, user: str) -> Known:
        """What was seen of a watched thing, for who may see the project's orders."""
        channel = thing.partition(" ")[0]
        with self.gear.store.unit() as unit:
            known = unit.known(thing)
        self.gear.allow_in(Action.SEE, user, channel)
        if not known.now:
            raise UnknownOrder(thing)
        return known

    def _say(self, unit: Unit, seen: Seen, told: Told, order_id: str = "", **facts: str) -> None:
        owner = () if told is Told.WELL_AGAIN else (seen.project.owner,)
        unit.tell(Notice(told, seen.project.id, order_id, mentions=owner, facts=tuple(facts.items())))

    # -- looking -------------------------------------------------------------------------------------------------------

    def _domains(self, seen: Seen) -> list[Found]:
        """Each domain, and how near the end of its registration is."""
        wanted = imagined(self.gear, seen.project.id, Request(seen.names, Purpose.PUBLIC, "", Level.DV))
        case, findings = examine(self.gear, wanted, frozenset({"registration"}))
        return [
            found
            for known in case.registrations
            for found in (
                Found("registration", known.domain, known.domain, _of(known.domain, findings)),
                Found("end", known.domain, known.domain, self._end(seen, known)),
            )
        ]

    def _end(self, seen: Seen, known: Registration) -> tuple[Finding, ...]:
        rung = self._rung(seen, known.expires_at, RUNGS) if known.expires_at else ""
        text = f"The registration of {known.domain} ends on {known.expires_at:%d %B %Y}." if rung else ""
        advice = "Please have the client renew it."
        end = Finding("end", rung, Verdict.WARN, text, advice, known.domain, rung, known.source, at=seen.now)
        return (end,) if rung else ()

    def _standing(self, seen: Seen) -> list[Found]:
        """Weekly, and daily while nobody can tell: what registers say that a machine may read."""
        client, gear = seen.client, self.gear
        if client is None or client.organisation is None or not seen.standing_due:
            return []
        request = Request(seen.names, Purpose.PUBLIC, "", Level.OV, organisation=client.organisation)
        _, found = examine(gear, imagined(gear, seen.project.id, request), frozenset({"standing"}))
        settled = _of("", found)
        if settled and not any(finding.verdict is Verdict.UNKNOWN for finding in settled):
            with gear.store.unit() as unit:
                unit.set_flag(f"standing {seen.project.id}", seen.now.isoformat())
        return [Found("standing", client.id, client.organisation.name, settled)] if settled else []

    def _look_up(self, seen: Seen) -> list[Found]:
        """A person's look-up that still counts, but not for another week."""
        client, company = seen.client, seen.client.organisation if seen.client else None
        last = self.gear.looked_up(client, company)
        if client is None or company is None or last is None or last.meaning != "good":
            return []
        ends = last.at + LASTS
        text = f"The look-up of the standing of {company.name} counts until {ends:%d %B %Y}."
        advice = "If an order still waits by then, please look it up once more."
        lapse = Finding("look_up", "STAND-1", Verdict.WARN, text, advice, company.name, last.word, at=seen.now)
        return [Found("look_up", client.id, company.name, (lapse,) if ends - seen.now <= WEEK else ())]

    def _names(self, seen: Seen) -> list[Found]:
        """What decides about the names of each order, and of those at the authority the proof of control. What the desk
        is not set up to find out is the engineer's, and no change outside.
        """
        found = []
        for order in {order.request.common_name: order for order in reversed(seen.orders)}.values():
            checks = ("caa", "dns", *(["dcv"] if order.status is Status.VALIDATING else []))
            _, findings = examine(self.gear, replace(order, csr=""), frozenset(checks))
            name = order.request.common_name
            told = [f for f in findings if f.verdict is not Verdict.UNKNOWN or f.mender is not Mender.ENGINEER]
            found += [Found(check, name, name, tuple(f for f in told if f.check == check)) for check in checks]
        return found

    # -- judging -------------------------------------------------------------------------------------------------------

    def _judge(self, unit: Unit, seen: Seen, found: Found) -> None:
        """Say what changed. What stops an order that is not bought yet is the order's own to say, when it is held."""
        stopped = [order for order in seen.orders if self._concerns(order, found)]
        if stopped and any(finding.verdict is Verdict.STOP for finding in found.findings):
            for order in stopped:
                unit.schedule(Job("check", order.id, seen.now))
            return
        thing = f"{seen.project.id} {found.check} {found.scope}"
        known = unit.known(thing)
        after, told = learn(known, found.findings, seen.now)
        if after != known:
            unit.save_known(thing, after)
        if told:
            advice = " ".join(dict.fromkeys(finding.advice for finding in troubles(after.now)))
            before, now = _sentences(known.now), _sentences(after.now)
            about = {"what": _WHAT[found.check].format(found.name), "before": before, "after": now, "advice": advice}
            self._say(unit, seen, told, **about, thing=thing, at=seen.now.isoformat())

    def _concerns(self, order: Order, found: Found) -> bool:
        if order.status not in _TO_BE_BOUGHT or order.tries:
            return False
        about = {order.request.common_name, *map(self.gear.domain, order.request.names)}
        return found.scope in about or (found.check == "standing" and order.request.level.company_checked)

    # -- ends ----------------------------------------------------------------------------------------------------------

    def _certificate(self, unit: Unit, seen: Seen, order: Order) -> None:
        held = order.certificate if order.status in _HELD else None
        renewed = any(other.request.renews == order.id and other.status in _HELD for other in seen.orders)
        if held is not None and not renewed:
            third = (held.not_after - held.not_before) / 3
            rungs = tuple(rung for rung in RUNGS if rung * DAY <= third)
            rung = self._rung(seen, held.not_after, rungs)
            if rung and unit.set_flag(f"expires {order.id}", f"{held.not_after.isoformat()} {rung}"):
                days = "" if rung.startswith("over") else str(-(-(held.not_after - seen.now) // DAY))
                names, until = ", ".join(held.names[:5]), held.not_after.isoformat()
                self._say(unit, seen, Told.EXPIRES, order.id, names=names, until=until, days=days)

    def _rung(self, seen: Seen, end: datetime, rungs: tuple[int, ...]) -> str:
        """How near an end is: the lowest rung reached, another one each day once it is over; empty while it is far."""
        left = end - seen.now
        if left <= timedelta(0):
            return f"over {self._today(seen)}"
        return str(min((rung for rung in rungs if left <= rung * DAY), default=""))

    # -- the first order -----------------------------------------------------------------------------------------------

    def _no_order(self, unit: Unit, seen: Seen) -> None:
        """At kick-off, in the middle and at the end of the first sprint, then weekly; never before it may again."""
        project, today, quiet = seen.project, self._today(seen), seen.project.quiet_until
        due = [day for day in (*_reminders(project, today), quiet) if day is not None and day <= today]
        is_quiet = quiet is not None and today < quiet
        if due and not is_quiet and unit.set_flag(f"no order {project.id}", max(due).isoformat()):
            launch = {"launch": project.launch.isoformat()} if project.launch else {}
            days = {"days": str((project.launch - today).days)} if project.launch and project.launch >= today else {}
            self._say(unit, seen, Told.NO_ORDER, name=project.name, **launch, **days)

    def _today(self, seen: Seen) -> date:
        return seen.now.astimezone(ZoneInfo(self.gear.policy.time_zone)).date()


def _reminders(project: Project, today: date) -> list[date]:
    start, sprint = project.kick_off, project.sprint_days
    if start is None:
        return []
    return [start + day * DAY for day in (0, sprint // 2, *range(sprint, (today - start).days + 1, 7))]


def _of(subject: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What is said of this subject, or of any if none is named; what has a ladder of its own is no trouble here."""
    return tuple(
        replace(finding, verdict=Verdict.FINE) if finding.rule == "REG-4" else finding
        for finding in findings
        if finding.subject == subject or (not subject and finding.rule != "STAND-1")
    )


def _sentences(findings: tuple[Finding, ...]) -> str:
    """What was seen, in a line; of what nobody can tell for how long."""
    long = {Verdict.UNKNOWN: "For two days nobody could tell: "}
    return " ".join(f"{long.get(finding.verdict, '')}{finding.sentence}" for finding in findings)
