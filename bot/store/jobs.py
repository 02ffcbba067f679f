"""Work that is due: claimed by one worker under a lease, however many workers share the database.

A row waits (`run_at` set, no lease), runs (lease set) or is done (neither). Asking for a running job sets `run_at`, so
that it becomes due again when it ends. Due times are business time; leases are the database's own time.
"""

import json
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import and_, case, delete, func, literal, null, or_, select, update

from bot.ports import Job
from bot.store.engine import database_seconds, lease, put_row, run, take
from bot.store.tables import UtcDateTime, jobs

_FREE = {"lease_until": None, "owner": ""}


def schedule(connection: sa.Connection, job: Job) -> None:
    """Due at `run_at` or before; the newest facts are the ones it runs with."""
    key, sooner = {"kind": job.kind, "subject": job.subject}, {"run_at": _earlier(job.run_at)}
    put_row(connection, jobs, key, {"facts": json.dumps(job.facts), **sooner}, run_at=job.run_at, due_at=job.run_at)


def _earlier(at: datetime) -> sa.ColumnElement[datetime | None]:
    return case((jobs.c.run_at <= at, jobs.c.run_at), else_=literal(at, UtcDateTime))


def _held(job: Job) -> sa.ColumnElement[bool]:
    return and_(jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.lease_until.is_not(None))


class JobTable:
    """The workers' side of the table. A False answer: the lease ran out and somebody else has the job."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def claim(self, now: datetime, owner: str, limit: int) -> list[Job]:
        """Up to `limit` due jobs, most urgent first, each for this owner alone for 60 seconds."""
        free = jobs.c.lease_until.is_(None) & (jobs.c.run_at <= now)
        lost = jobs.c.lease_until < database_seconds()
        urgency = func.coalesce(jobs.c.run_at, jobs.c.due_at)
        due = select(jobs.c.id).where(or_(free, lost)).order_by(urgency).limit(limit)
        begun = {
            "due_at": case((jobs.c.lease_until.is_(None), jobs.c.run_at), else_=jobs.c.due_at),
            "run_at": case((jobs.c.run_at > now, jobs.c.run_at), else_=null()),
            "attempts": jobs.c.attempts + 1,
        }
        return sorted(map(_job, take(self._engine, jobs, due, owner, **begun)), key=lambda job: job.run_at)

    def beat(self, held: Iterable[Job]) -> list[Job]:
        """Hold on to running jobs for another 60 seconds; answers those that are still held."""
        with self._engine.begin() as connection:
            return [job for job in held if connection.execute(_update(job, lease_until=lease())).rowcount]

    def finish(self, job: Job, again_at: datetime | None = None) -> bool:
        """Done, or due again at `again_at`; earlier if it was asked for while it ran."""
        return self._end(job, again_at, attempts=0, error="")

    def fail(self, job: Job, again_at: datetime, error_class: str) -> bool:
        """It went wrong: due again, and the attempts go on counting."""
        return self._end(job, again_at, error=error_class)

    def _end(self, job: Job, again_at: datetime | None, **values: object) -> bool:
        again = {} if again_at is None else {"run_at": _earlier(again_at)}
        return run(self._engine, _update(job, **_FREE, **again, **values)) == 1

    def next_due(self, now: datetime) -> datetime | None:
        """When the next job is due: `now` if a lease has run out, None if nothing waits."""
        lost = jobs.c.lease_until < database_seconds()
        due = case((jobs.c.lease_until.is_(None), jobs.c.run_at), (lost, literal(now, UtcDateTime)))
        with self._engine.begin() as connection:
            soonest: datetime | None = connection.scalar(select(func.min(due, type_=UtcDateTime)))
        return soonest

    def sweep(self, before: datetime) -> int:
        """Delete what is done and was due before then; how many."""
        done = and_(jobs.c.run_at.is_(None), jobs.c.lease_until.is_(None), jobs.c.due_at < before)
        return run(self._engine, delete(jobs).where(done))


def _update(job: Job, **values: object) -> sa.Update:
    return update(jobs).where(_held(job)).values(**values)


def _job(row: sa.Row[tuple[object, ...]]) -> Job:
    facts = tuple((name, value) for name, value in json.loads(row.facts))
    return Job(row.kind, row.subject, row.due_at, facts, row.id, row.fence, row.attempts)
