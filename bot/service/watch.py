"""The job `watch`: once a working day, what may go wrong around a project although nobody did anything.

Domains and standing: a warning for each change for the worse, one word when all is well again. Ends: a ladder. What
was said is kept in flags, so that nothing is said twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.client import Client, Project
from bot.domain.findings import Finding, Verdict
from bot.domain.notices import Notice, Told
from bot.domain.order import OPEN, Order, Status
from bot.domain.pace import DAY, HOUR, WEEK, at_work
from bot.domain.request import Level, Purpose, Request
from bot.ports import Case, Job, Unit
from bot.service.check import registrations
from bot.service.gear import Gear
from bot.shown.found import Registration
from bot.shown.standing import LASTS

RUNGS = (30, 14, 7, 3, 1)  # days before an end
PATIENCE = 48 * HOUR  # how long it may stay unknown before it is a trouble of its own
_HELD = (Status.ISSUED, Status.LIVE)


@dataclass(frozen=True, slots=True)
class Seen:
    """A project as it stood when the job began; its orders are those that are not over."""

    project: Project
    client: Client | None
    orders: list[Order]
    now: datetime

    @property
    def names(self) -> tuple[str, ...]:
        """Every name whose registration matters to the project."""
        ordered = (name for order in self.orders for name in order.request.names)
        return (*(self.client.domains if self.client else ()), *ordered)


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
            seen = Seen(project, client, unit.orders(project_id=project.id, statuses=(*OPEN, *_HELD)), now)
        known = registrations(gear, seen.names)
        with gear.store.unit() as unit:
            for registration in known:
                self._domain(unit, seen, registration)
            self._standing(unit, seen)
            for order in seen.orders:
                self._certificate(unit, seen, order)
            if not seen.orders and not project.not_needed:
                self._no_order(unit, seen)
        return at_work(now + DAY, gear.policy.time_zone, gear.policy.holidays)

    def _say(self, unit: Unit, seen: Seen, told: Told, order_id: str = "", **facts: str) -> None:
        owner = () if told is Told.WELL_AGAIN else (seen.project.owner,)
        unit.tell(Notice(told, seen.project.id, order_id, mentions=owner, facts=tuple(facts.items())))

    # -- domains and standing ------------------------------------------------------------------------------------------

    def _domain(self, unit: Unit, seen: Seen, known: Registration) -> None:
        """What the check says of the domain by itself; its end has a ladder of its own."""
        domain, found = known.domain, self._found(seen, replace(known, expires_at=None))
        since = unit.flag(f"unknown {seen.project.id} {domain}") or seen.now.isoformat()
        unknown = any(finding.verdict is Verdict.UNKNOWN for finding in found)
        unit.set_flag(f"unknown {seen.project.id} {domain}", since if unknown else "")
        if unknown and seen.now - datetime.fromisoformat(since) < PATIENCE:
            return
        troubles = {f.sentence: f.advice for f in found if f.verdict in (Verdict.STOP, Verdict.WARN)}
        if unknown:
            troubles = {f"For two days nobody could tell how {domain} is registered.": found[0].advice}
        self._changed(unit, seen, f"The registration of {domain}", troubles, keep=unknown)
        if known.expires_at:
            self._ladder(unit, seen, "", known.expires_at, RUNGS, domain)

    def _found(self, seen: Seen, known: Registration) -> list[Finding]:
        request = Request((known.domain,), Purpose.PUBLIC, "", Level.DV)
        case = Case(request, None, self.gear.policy, seen.now, registrations=(known,))
        return [finding for check in self.gear.checks if check.name == "registration" for finding in check.look(case)]

    def _standing(self, unit: Unit, seen: Seen) -> None:
        """A look-up that still counts, but not for another week."""
        company = seen.client.organisation if seen.client else None
        last = self.gear.looked_up(seen.client, company)
        if company is None or last is None or last.meaning != "good":
            return
        ends = last.at + LASTS
        text = f"The look-up of the standing of {company.name} counts until {ends:%d %B %Y}."
        advice = "If an order still waits by then, please look it up once more."
        self._changed(unit, seen, "The look-up of the standing", {text: advice} if ends - seen.now <= WEEK else {})

    def _changed(self, unit: Unit, seen: Seen, what: str, troubles: dict[str, str], *, keep: bool = False) -> None:
        """Say what is new, and once when nothing is left. `keep`: what was said before may still be so."""
        flag = f"watch {seen.project.id} {what}"
        before = unit.flag(flag).splitlines()
        for sentence in troubles.keys() - set(before):
            self._say(unit, seen, Told.WARNING, what=sentence, advice=troubles[sentence])
        if before and not troubles:
            self._say(unit, seen, Told.WELL_AGAIN, what=what)
        unit.set_flag(flag, "\n".join(sorted({*troubles, *(before if keep else ())})))

    # -- ends ----------------------------------------------------------------------------------------------------------

    def _certificate(self, unit: Unit, seen: Seen, order: Order) -> None:
        held = order.certificate if order.status in _HELD else None
        renewed = any(other.request.renews == order.id and other.status in _HELD for other in seen.orders)
        if held is not None and not renewed:
            third = (held.not_after - held.not_before) / 3
            rungs = tuple(rung for rung in RUNGS if rung * DAY <= third)
            self._ladder(unit, seen, order.id, held.not_after, rungs, ", ".join(held.names[:5]))

    def _ladder(self, unit: Unit, seen: Seen, order_id: str, end: datetime, rungs: tuple[int, ...], names: str) -> None:
        """Say so at each rung, and daily once it is over; without an order it is a domain's registration that ends."""
        left, flag = end - seen.now, f"expires {seen.project.id} {order_id or names}"
        over = left <= timedelta(0)
        reached = [
            *(str(rung) for rung in rungs if left <= rung * DAY),
            *([f"over {self._today(seen)}"] if over else []),
        ]
        if reached and unit.set_flag(flag, f"{end.isoformat()} {reached[-1]}"):
            days = "" if over else str(-(-left // DAY))
            if order_id:
                self._say(unit, seen, Told.EXPIRES, order_id, names=names, until=end.isoformat(), days=days)
            else:
                what = f"The registration of {names} ends on {end:%d %B %Y}"
                self._say(unit, seen, Told.WARNING, what=what, advice="Please have the client renew it")

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
