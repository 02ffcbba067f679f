"""The clock of a process: ticks that claim due work from the database and run it, one verb a job.

APScheduler holds no work, only the ticks; what is due, and who has it, stands in the database.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor as TickThreads
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
_PASSING = (Lost, PeopleUnknown)


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
    """Runs jobs in a few threads and sends the outbox in one. `daily` runs once a day and at the start."""

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
        self._owner, self._daily = owner, daily
        self._log = structlog.get_logger().bind(owner=owner)
        self._running: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(SLOTS, thread_name_prefix="job")
        self._ticks = BackgroundScheduler(executors={"default": TickThreads(4)}, timezone="UTC")
        every = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._ticks.add_job(self.work_once, "interval", seconds=tick_seconds, **every)
        self._ticks.add_job(self.send_all, "interval", seconds=tick_seconds, **every)
        self._ticks.add_job(self._beat, "interval", seconds=BEAT_SECONDS, **every)
        self._ticks.add_job(self._day, "interval", hours=1, **every)

    def start(self) -> None:
        """Begin to tick."""
        self._day()
        self._ticks.start()

    def stop(self) -> None:
        """Stop ticking and wait for what runs; whatever is cut short is taken up again by the next start."""
        self._ticks.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def work_once(self) -> None:
        """Claim what is due, as far as there is room, and start it."""
        with self._lock:
            free = SLOTS - len(self._running)
        now = self._clock.now()
        due = self._queue.next_due(now) if free > 0 else None
        if due is None or due > now:
            return
        for job in self._queue.claim(now, self._owner, free):
            with self._lock:
                self._running[job.id] = job
            self._pool.submit(self._run, job)

    def _run(self, job: Job) -> None:
        try:
            self.run(job)
        finally:
            with self._lock:
                self._running.pop(job.id, None)

    def run(self, job: Job) -> None:
        """Run one job and write down how it ended. What the order's table forbids is dropped and logged (R7)."""
        now = self._clock.now()
        again = AGAIN[min(job.attempts, len(AGAIN)) - 1]
        try:
            self._queue.finish(job, self._verbs[job.kind](job))
        except Stale:
            self._queue.fail(job, now + SOON, "Stale")
        except (IllegalMove, UnknownOrder) as dropped:
            self._log.info("job dropped", job=job.key, why=str(dropped))
            self._queue.finish(job, None)
        except _PASSING as passing:
            self._queue.fail(job, now + again, type(passing).__name__)
        except Exception as error:  # noqa: BLE001 - the outermost loop: one broken job must not stop the others
            self._log.exception("job failed", job=job.key, error=type(error).__name__)
            self._queue.fail(job, now + again, type(error).__name__)

    def send_all(self) -> None:
        """Send everything that may go now. A post that breaks keeps its lane for a lease; the others go on."""
        try:
            while self._send.send_next(self._owner):
                pass
        except Exception as error:  # noqa: BLE001 - the outermost loop, as above
            self._log.exception("send failed", error=type(error).__name__)

    def _beat(self) -> None:
        with self._lock:
            held = list(self._running.values())
        if held:
            self._queue.beat(held)

    def _day(self) -> None:
        for chore in self._daily:
            try:
                chore()
            except Exception as error:  # noqa: BLE001 - the outermost loop, as above
                self._log.exception("chore failed", error=type(error).__name__)
