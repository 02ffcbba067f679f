"""The worker: whatever a job does, every other one runs, and nothing runs twice."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from queue import Queue

import pytest
from structlog.testing import capture_logs

import bot.jobs
from bot.domain.errors import IllegalMove, Lost, PeopleUnknown, Refused, Stale, UnknownOrder
from bot.jobs import SLOTS, Worker
from bot.ports import Job
from bot.service.desk import Verb
from bot.service.send import Send
from bot.store.engine import open_engine
from bot.store.jobs import JobTable
from bot.store.tables import metadata
from tests.fakes import NOW, FakeClock, SequentialIds, WatchedStore

PATIENCE = 10


class Sender:
    """Has nothing to send, and breaks before."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.asked = list(errors), threading.Event()

    def send_next(self, owner: str) -> bool:  # noqa: ARG002 - the sender's shape
        if self.errors:
            raise self.errors.pop()
        self.asked.set()
        return False


class Gate:
    """A verb that has begun, and ends when it may go on."""

    def __init__(self) -> None:
        self.begun, self.go, self.ended = threading.Semaphore(0), threading.Event(), threading.Event()

    def __call__(self, _: Job) -> datetime | None:
        self.begun.release()
        self.go.wait(PATIENCE)
        self.ended.set()
        return None


class Table(JobTable):
    """Remembers the heartbeats."""

    beats: Queue[list[int]] = Queue()

    def beat(self, held: Iterable[Job]) -> list[Job]:
        still = super().beat(held)
        self.beats.put([job.id for job in still])
        return still


class Shop:
    """A database with jobs, and workers in front of it."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(f"sqlite:///{folder / 'jobs.db'}")
        metadata.create_all(self.engine)
        self.table, self.clock = Table(self.engine), FakeClock()
        self.store = WatchedStore(self.engine, self.clock, SequentialIds(), b"a" * 32)

    def schedule(self, kind: str, *subjects: str) -> None:
        with self.store.unit() as unit:
            for subject in subjects:
                unit.schedule(Job(kind, subject, NOW))

    def worker(self, verbs: dict[str, Verb], *daily: Callable[[], None], send: object = None) -> Worker:
        sender: Send = send or Sender()  # type: ignore[assignment] # all a worker asks of it
        return Worker(verbs, self.table, sender, self.clock, owner="w-0", tick_seconds=0.02, daily=daily)

    def due(self) -> datetime | None:
        return self.table.next_due(self.clock.now())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.engine.dispose()


def raising(error: Exception) -> Callable[..., None]:
    def verb(*_: Job) -> None:
        raise error

    return verb


SLOWER = [5, 30, 300, 1800, 1800]


@pytest.mark.parametrize(("error", "pauses", "event"), [
    (Stale("o-1", "held", "change"), [0.2] * 5, None), (Lost("x"), SLOWER, None), (PeopleUnknown("x"), SLOWER, None),
    (IllegalMove("o-1", "held", "approve"), [], "job dropped"), (UnknownOrder("o-1"), [], "job dropped"),
    (Refused("x"), SLOWER, "job failed"), (RuntimeError("x"), SLOWER, "job failed"),
], ids=repr)  # fmt: skip
def test_what_goes_wrong_is_tried_again_ever_more_slowly_and_what_is_forbidden_is_dropped(
    shop: Shop, error: Exception, pauses: list[float], event: str | None
) -> None:
    shop.schedule("follow", "o-1")
    worker, waited = shop.worker({"follow": raising(error)}), list[float]()
    with capture_logs() as logged:
        while (due := shop.due()) is not None and len(waited) <= len(SLOWER):
            waited.append((due - shop.clock.time).total_seconds())
            shop.clock.time = due
            worker.run(*shop.table.claim(due, "w-x", 1))
    assert waited == [0, *pauses]
    assert {(line["event"], line["job"]) for line in logged} == ({(event, "follow:o-1")} if event else set())


def test_a_worker_takes_no_more_than_it_can_run_at_once(shop: Shop) -> None:
    verb = Gate()
    shop.schedule("wait", *"abcdefghij")
    worker = shop.worker({"wait": verb})
    worker.work_once()
    assert all(verb.begun.acquire(timeout=PATIENCE) for _ in range(SLOTS))
    worker.work_once()
    assert not verb.begun.acquire(blocking=False)
    assert len(shop.table.claim(shop.clock.now(), "somebody else", 10)) == 10 - SLOTS
    verb.go.set()


def test_stopping_waits_for_what_runs_and_heartbeats_hold_its_lease(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.jobs, "BEAT_SECONDS", 0.02)
    verb = Gate()
    shop.schedule("long", "o-1")
    worker = shop.worker({"long": verb}).__enter__()
    assert verb.begun.acquire(timeout=PATIENCE)
    assert shop.table.beats.get(timeout=PATIENCE) == [1]
    stopping = threading.Thread(target=worker.__exit__)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive()
    verb.go.set()
    stopping.join(PATIENCE)
    assert (verb.ended.is_set(), stopping.is_alive(), shop.due()) == (True, False, None)


def test_a_job_a_chore_or_a_post_that_breaks_is_logged_and_stops_nothing_else(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    good, swept, sender = Gate(), threading.Event(), Sender(RuntimeError("a post"))
    good.go.set()
    shop.schedule("broken", *"abc")
    shop.schedule("good", *"defghi")
    verbs: dict[str, Verb] = {"broken": raising(RuntimeError("a job")), "good": good}
    with capture_logs() as logged, shop.worker(verbs, raising(RuntimeError("a chore")), swept.set, send=sender):
        assert all(good.begun.acquire(timeout=PATIENCE) for _ in "defghi")
        assert swept.wait(PATIENCE)
        assert sender.asked.wait(PATIENCE)
    assert [line["event"] for line in logged] == ["job failed"] * 3
    assert sorted(str(record.exc_info[1]) for record in caplog.records if record.exc_info) == ["a chore", "a post"]
