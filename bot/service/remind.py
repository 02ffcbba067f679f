"""Nobody is left waiting: reminders by status and age, in working hours, and the end of orders held for too long."""

from __future__ import annotations

from datetime import datetime

from bot.domain import pace
from bot.domain.notices import Notice, Told
from bot.domain.order import Move, Order, Status
from bot.domain.pace import DAY, WEEK, business_days_later
from bot.ports import Job
from bot.service.gear import DESK, Gear
from bot.shown.forecast import slips

_SLOW_DAYS, _CHASE_DAYS = 5, 2


class Remind:
    """The job `remind`."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def remind(self, job: Job) -> datetime | None:
        """Say what is due in this status at this age, once; answers when the next reminder is due."""
        gear, now = self.gear, self.gear.now()
        with gear.store.unit() as unit:
            order = unit.order(job.subject)
        ladder = self._ladder(order)
        due = [(at, mark) for at, mark in ladder if at <= now and mark not in order.told]
        for kind, mark in {_kind(mark): mark for _, mark in due}.items():  # the newest of each kind says enough
            order = self._act(order, mark, tuple(m for _, m in due if _kind(m) == kind))
        later = [at for at, _ in self._ladder(order) if at > now]
        return min([*later, *self._slips(order)], default=None)

    def _slips(self, order: Order) -> list[datetime]:
        """Say once that it now comes after its launch, and offer what comes sooner; when to look again until then."""
        gear, mark = self.gear, f"slips {order.id}"
        with gear.store.unit() as unit:
            facts = gear.facts(unit, order)
            if facts.launch is None or facts.expected is None or unit.flag(mark):
                return []
            if not slips(facts.expected, facts.launch):
                return [gear.now() + DAY]
            checked, bought = order.request.level.company_checked, order.status is Status.VALIDATING
            unit.set_flag(mark, facts.expected.isoformat())
            unit.tell(gear.say(
                order, Told.SLIPS, order.requester, before=order.promised.isoformat() if order.promised else "",
                after=facts.expected.isoformat(), launch=facts.launch.isoformat(), plan_b="yes" if checked else "",
                second="yes" if checked and bought else "",
            ))  # fmt: skip
        return []

    def _ladder(self, order: Order) -> list[tuple[datetime, str]]:
        """When what is said, for the status the order is in; marks are unique to the time it entered it."""
        policy, since = self.gear.policy, order.since
        stamp = f"{order.status} {since:%Y%m%d%H%M}"

        def days(n: int, start: datetime = since) -> datetime:
            return business_days_later(start, n, policy.time_zone, policy.holidays)

        age = (self.gear.now() - since).days  # the next rung is never farther than that many
        sent = order.sent_at if order.sent_at and order.sent_at >= since else None
        chase = [(days(_CHASE_DAYS, sent), f"chase {order.status} {sent:%Y%m%d%H%M}")] if sent else []
        if order.status is Status.HELD:
            weekly = [(since + pace.HELD_REMINDER + n * WEEK, f"held-{n} {stamp}") for n in range(4)]
            return [*chase, *weekly, (since + pace.HELD_WARNING, f"lapse-soon {stamp}"), *_lapse(order, stamp)]
        if order.by_client and order.status is Status.VALIDATING:
            return [*chase, *((since + n * WEEK, f"week-{n} {stamp}") for n in range(1, age // 7 + 2))]
        if order.status is Status.VALIDATING:
            slow = [(days(_SLOW_DAYS * n), f"slow-{n} {stamp}") for n in range(1, age // _SLOW_DAYS + 2)]
            return sorted([*chase, *slow, (since + pace.DCV_VALUE_OLD, f"old {stamp}")])
        if order.status in (Status.AWAITING_APPROVAL, Status.DOUBTFUL, Status.BUYING):
            return [(days(n), f"day-{n} {stamp}") for n in range(1, age + 2)]
        return []

    def _act(self, order: Order, mark: str, marks: tuple[str, ...]) -> Order:
        gear, told, kind = self.gear, (*order.told, *marks), _kind(mark)
        if kind == "lapse-soon":
            told = (*told, f"warned {mark.split(' ', 1)[1]} {gear.now().isoformat()}")
        notice, move, why = self._notice(order, kind, mark), Move.REMIND, order.reason
        if kind == "lapse":
            move, why = Move.LAPSE, "held for 60 days"
        with gear.store.unit() as unit:
            return gear.move(unit, order, move, DESK, notice, told=told, reason=why)

    def _notice(self, order: Order, kind: str, mark: str) -> Notice:
        told, fact, said = {
            "lapse": (Told.CANCELLED, "reason", "it was held for 60 days"),
            "lapse-soon": (Told.LAPSE_SOON, "until", (self.gear.now() + WEEK).isoformat()),
            "slow": (Told.SLOW, "since", order.since.isoformat()),
            "old": (Told.VALUE_OLD, "until", (order.since + pace.DCV_VALUE_DIES).isoformat()),
            "chase": (Told.CHASE, "since", (order.sent_at or order.since).isoformat()),
        }.get(kind, (Told.REMINDER, "since", order.since.isoformat()))
        late = self._who_is_late(order, first=mark.startswith("day-1 ")) if kind == "day" else (order.requester,)
        return self.gear.say(order, told, *late, **{fact: said})

    def _who_is_late(self, order: Order, *, first: bool) -> tuple[str, ...]:
        """By hand the engineer, then owner and stand-in on the first working day, all approvers from the second on."""
        gear = self.gear
        with gear.store.unit() as unit:
            project = unit.project(order.project_id)
        near = (project.owner, project.stand_in) if project else (order.requester,)
        if order.status is Status.BUYING and project:
            near = (project.engineer, *near)
        return near if first else tuple(sorted(gear.people.approvers()))


def _kind(mark: str) -> str:
    return mark.split(" ", 1)[0].rstrip("0123456789-")


def _lapse(order: Order, stamp: str) -> list[tuple[datetime, str]]:
    """The end of a held order: after 60 days, and a week after it was announced, however late that was."""
    announced = f"warned {stamp} "
    warned = [datetime.fromisoformat(mark.removeprefix(announced)) for mark in order.told if mark.startswith(announced)]
    return [(max(order.since + pace.HELD_LAPSE, warned[0] + WEEK), f"lapse {stamp}")] if warned else []
