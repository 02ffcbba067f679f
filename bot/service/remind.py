"""Nobody is left waiting: reminders by status and age, in working hours, and the end of orders held for too long."""

from __future__ import annotations

from datetime import datetime

from bot.domain.notices import Notice, Told
from bot.domain.order import Move, Order, Status
from bot.domain.pace import DCV_VALUE_OLD, HELD_LAPSE, HELD_REMINDER, HELD_WARNING, WEEK, business_days_later
from bot.ports import Job
from bot.service.gear import DESK, Gear

_SLOW_DAYS = 5


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
        if due:
            order = self._act(order, due[-1][1], tuple(mark for _, mark in due))
        later = [at for at, _ in self._ladder(order) if at > now]
        return min(later) if later else None

    def _ladder(self, order: Order) -> list[tuple[datetime, str]]:
        """When what is said, for the status the order is in; marks are unique to the time it entered it."""
        policy, since = self.gear.policy, order.since
        stamp = f"{order.status} {since:%Y%m%d%H%M}"

        def days(n: int) -> datetime:
            return business_days_later(since, n, policy.time_zone, policy.holidays)

        if order.status is Status.HELD:
            weekly = [(since + HELD_REMINDER + n * WEEK, f"held-{n} {stamp}") for n in range(4)]
            return [*weekly, (since + HELD_WARNING, f"lapse-soon {stamp}"), (since + HELD_LAPSE, f"lapse {stamp}")]
        if order.status is Status.VALIDATING:
            slow = [(days(_SLOW_DAYS * n), f"slow-{n} {stamp}") for n in range(1, 13)]
            return sorted([*slow, (since + DCV_VALUE_OLD, f"old {stamp}")])
        if order.status in (Status.AWAITING_APPROVAL, Status.DOUBTFUL, Status.BUYING):
            return [(days(n), f"day-{n} {stamp}") for n in range(1, 31)]
        return []

    def _act(self, order: Order, mark: str, marks: tuple[str, ...]) -> Order:
        gear, told = self.gear, (*order.told, *marks)
        kind = mark.split(" ", 1)[0].rstrip("0123456789-")
        if kind == "lapse":
            notice = gear.say(order, Told.CANCELLED, order.requester, reason="it was held for 60 days")
            with gear.store.unit() as unit:
                return gear.move(unit, order, Move.LAPSE, DESK, notice, told=told, reason="held for 60 days")
        notice = self._notice(order, kind, mark)
        with gear.store.unit() as unit:
            return gear.move(unit, order, Move.REMIND, DESK, notice, told=told)

    def _notice(self, order: Order, kind: str, mark: str) -> Notice:
        gear, since = self.gear, order.since.isoformat()
        if kind == "lapse-soon":
            return gear.say(order, Told.LAPSE_SOON, order.requester)
        if kind == "slow":
            return gear.say(order, Told.SLOW, order.requester, since=since)
        if kind == "old":
            return gear.say(order, Told.VALUE_OLD, order.requester)
        if kind == "held":
            return gear.say(order, Told.REMINDER, order.requester, since=since)
        return gear.say(order, Told.REMINDER, *self._who_is_late(order, first=mark.startswith("day-1 ")), since=since)

    def _who_is_late(self, order: Order, *, first: bool) -> tuple[str, ...]:
        """By hand the engineer, then owner and stand-in on the first working day, all approvers from the second on."""
        gear = self.gear
        with gear.store.unit() as unit:
            project = unit.project(order.project_id)
        near = (project.owner, project.stand_in) if project else (order.requester,)
        if order.status is Status.BUYING and project:
            near = (project.engineer, *near)
        return near if first else tuple(sorted(gear.people.approvers()))
