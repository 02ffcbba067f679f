"""The clock of a process: ticks that claim due work from the database and run it, one verb a job.

APScheduler holds no work, only the ticks; what is due, and who has it, stands in the database.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol, Self

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.domain.errors import IllegalMove, Lost, PeopleUnknown, Stale, UnknownOrder
from bot.ports import Clock, Job
from bot.service.desk import Verb
from bot.service.send import Send

BEAT_SECONDS = 20
SLOTS = 6  # jobs at once; most of their time is waiting for somebody else's answer
KEEP = timedelta(days=30)
AGAIN = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
SOON = timedelta(milliseconds=200)


class Queue(Protocol):
    """The table of jobs, as a worker needs it."""

    def claim(self, now: datetime, owner: str, limit: int) -> list[Job]:
        """Due jobs, for this owner alone."""

    def beat(self, held: Iterable[Job]) -> list[Job]:
        """Hold on to running ones."""

    def finish(self, job: Job, again_at: datetime | None = None) -> bool:
        """Done, or due again."""

    def fail(self, job: Job, again_at: datetime, error_class: str) -> bool:
        """It went wrong: due again."""

    def next_due(self, now: datetime) -> datetime | None:
        """When the next one is due."""


class Worker:
    """Runs jobs in a few threads and sends the outbox in one. `daily` runs every hour and at the start.

    What breaks in a tick is logged by APScheduler, and the next tick comes all the same.
    """

    def __init__(
        self,
        verbs: dict[str, Verb],
        queue: Queue,
        send: Send,
        clock: Clock,
        *,
        owner: str,
        tick_seconds: float,
        daily: tuple[Callable[[], None], ...] = (),
    ) -> None:
        self._verbs, self._queue, self._send, self._clock = verbs, queue, send, clock
        self._owner = owner
        self._log = structlog.get_logger().bind(owner=owner)
        self._running: dict[int, Job] = {}  # its own methods are atomic, so that threads need no lock around them
        self._pool = ThreadPoolExecutor(SLOTS, thread_name_prefix="job")
        self._ticks = BackgroundScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None})
        for act, pause in ((self.work_once, tick_seconds), (self._send_all, tick_seconds), (self._beat, BEAT_SECONDS)):
            self._ticks.add_job(act, "interval", seconds=pause)
        for chore in daily:
            self._ticks.add_job(chore)
            self._ticks.add_job(chore, "interval", hours=1)

    def __enter__(self) -> Self:
        """Begin to tick."""
        self._ticks.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop ticking and wait for what runs; whatever is cut short is taken up again by the next start."""
        self._ticks.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def work_once(self) -> None:
        """Claim what is due, as far as there is room, and start it."""
        free = SLOTS - len(self._running)
        now = self._clock.now()
        due = self._queue.next_due(now) if free > 0 else None
        if due is None or due > now:
            return
        for job in self._queue.claim(now, self._owner, free):
            self._running[job.id] = job
            self._pool.submit(self.run, job)

    def run(self, job: Job) -> None:
        """Run one job and write down how it ended. What the order's table forbids is dropped and logged (R7)."""
        now, log = self._clock.now(), self._log.bind(job=job.key)
        again = AGAIN[min(job.attempts, len(AGAIN)) - 1]
        try:
            self._queue.finish(job, self._verbs[job.kind](job))
        except Stale:
            self._queue.fail(job, now + SOON, "Stale")
        except (IllegalMove, UnknownOrder) as dropped:
            log.info("job dropped", why=str(dropped))
            self._queue.finish(job, None)
        except Exception as error:  # the outermost loop: one broken job must not stop the others
            if not isinstance(error, Lost | PeopleUnknown):
                log.exception("job failed", error=type(error).__name__)
            self._queue.fail(job, now + again, type(error).__name__)
        finally:
            self._running.pop(job.id, None)

    def _send_all(self) -> None:
        """Send everything that may go now. A post that breaks keeps its lane for a lease; the others go on."""
        while self._send.send_next(self._owner):
            pass

    def _beat(self) -> None:
        if held := self._running.copy():
            self._queue.beat(held.values())
