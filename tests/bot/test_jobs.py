"""The worker: whatever a job does, every other one runs, and nothing runs twice."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

import bot.jobs
from bot.domain.errors import IllegalMove, Lost, PeopleUnknown, Refused, Stale, UnknownOrder
from bot.domain.notices import Notice, Told
from bot.jobs import SLOTS, Worker
from bot.ports import Job, Place, Post
from bot.service.desk import Verb
from bot.service.send import Send
from bot.shown.card import CardFacts
from bot.store.engine import open_engine
from bot.store.jobs import JobTable
from bot.store.outbox import Outbox
from bot.store.tables import metadata
from tests.fakes import NOW, FakeClock, FakeNotifier, SequentialIds, WatchedStore

PATIENCE = 10
SECOND = timedelta(seconds=1)


class NothingToSend:
    def send_next(self, owner: str) -> bool:  # noqa: ARG002 - the sender's shape
        return False


class Table(JobTable):
    """Remembers the heartbeats."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.beats: list[list[int]] = []
        self.beaten = threading.Event()

    def beat(self, held: Iterable[Job]) -> list[Job]:
        still = super().beat(held)
        self.beats.append([job.id for job in still])
        self.beaten.set()
        return still


class Shop:
    """A database with jobs, and workers in front of it that have not begun to tick."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(f"sqlite:///{folder / 'jobs.db'}")
        metadata.create_all(self.engine)
        self.table, self.clock = Table(self.engine), FakeClock()
        self.store = WatchedStore(self.engine, self.clock, SequentialIds(), b"a" * 32)
        self.workers: list[Worker] = []

    def schedule(self, kind: str, *subjects: str, at: datetime = NOW) -> None:
        with self.store.unit() as unit:
            for subject in subjects:
                unit.schedule(Job(kind, subject, at))

    def worker(self, verbs: dict[str, Verb], *daily: Callable[[], None], send: object = None) -> Worker:
        sender: Send = send or NothingToSend()  # type: ignore[assignment] # all a worker asks of it
        made = Worker(
            verbs, self.table, sender, self.clock, owner=f"w-{len(self.workers)}", tick_seconds=0.02, daily=daily
        )
        self.workers.append(made)
        return made

    def claim(self) -> Job:
        (job,) = self.table.claim(self.clock.now(), "w-x", 1)
        return job

    def now(self) -> datetime:
        return self.clock.now()

    def due(self) -> datetime | None:
        return self.table.next_due(self.clock.now())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def ticking() -> Iterator[Callable[[Worker], Worker]]:
    started: list[Worker] = []

    def start(worker: Worker) -> Worker:
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop()


def raising(error: Exception) -> Verb:
    def verb(_: Job) -> datetime | None:
        raise error

    return verb


# -- how a job ends


def test_somebody_else_was_faster_so_it_is_tried_again_at_once(shop: Shop) -> None:
    shop.schedule("follow", "o-1")
    shop.worker({"follow": raising(Stale("o-1", "held", "change"))}).run(shop.claim())
    due = shop.due()
    assert due is not None
    assert timedelta(0) < due - NOW < SECOND


@pytest.mark.parametrize("error", [IllegalMove("o-1", "held", "approve"), UnknownOrder("o-1")], ids=repr)
def test_what_the_table_forbids_is_dropped_and_logged(shop: Shop, error: Exception) -> None:
    shop.schedule("follow", "o-1")
    with capture_logs() as logged:
        shop.worker({"follow": raising(error)}).run(shop.claim())
    assert shop.due() is None
    assert [(line["event"], line["job"]) for line in logged] == [("job dropped", "follow:o-1")]


@pytest.mark.parametrize(
    "error", [Lost("x"), PeopleUnknown("x"), Refused("x"), RuntimeError("x"), KeyError("x")], ids=repr
)
def test_what_goes_wrong_is_tried_again_ever_more_slowly(shop: Shop, error: Exception) -> None:
    shop.schedule("follow", "o-1")
    worker, pauses = shop.worker({"follow": raising(error)}), []
    with capture_logs() as logged:
        for _ in range(5):
            worker.run(shop.claim())
            due = shop.due()
            assert due is not None
            pauses.append((due - shop.clock.now()).total_seconds())
            shop.clock.time = due
    assert pauses == [5, 30, 300, 1800, 1800]
    quiet = isinstance(error, Lost | PeopleUnknown)
    assert [line["event"] for line in logged] == ([] if quiet else ["job failed"] * 5)


# -- many jobs


def test_a_broken_job_does_not_stop_the_others(shop: Shop, ticking: Callable[[Worker], Worker]) -> None:
    done = threading.Semaphore(0)

    def verb(_: Job) -> datetime | None:
        done.release()
        return None

    shop.schedule("broken", *"abc")
    shop.schedule("good", *"defghi")
    with capture_logs():
        ticking(shop.worker({"broken": raising(RuntimeError("x")), "good": verb}))
        assert all(done.acquire(timeout=PATIENCE) for _ in "defghi")


def test_a_worker_takes_no_more_than_it_can_run_at_once(shop: Shop) -> None:
    go, begun = threading.Event(), threading.Semaphore(0)

    def verb(_: Job) -> datetime | None:
        begun.release()
        go.wait(PATIENCE)
        return None

    shop.schedule("wait", *"abcdefghij")
    worker = shop.worker({"wait": verb})
    worker.work_once()
    assert all(begun.acquire(timeout=PATIENCE) for _ in range(SLOTS))
    worker.work_once()
    assert not begun.acquire(blocking=False)
    assert len(shop.table.claim(shop.clock.now(), "somebody else", 10)) == 10 - SLOTS
    go.set()


# -- life


def test_stopping_waits_for_what_runs(shop: Shop) -> None:
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()

    def verb(_: Job) -> datetime | None:
        begun.set()
        go.wait(PATIENCE)
        ended.set()
        return None

    shop.schedule("long", "o-1")
    worker = shop.worker({"long": verb})
    worker.start()
    assert begun.wait(PATIENCE)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive()
    go.set()
    stopping.join(PATIENCE)
    assert ended.is_set()
    assert not stopping.is_alive()
    assert shop.due() is None


def test_heartbeats_hold_the_lease_of_a_long_job(
    shop: Shop, ticking: Callable[[Worker], Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.jobs, "BEAT_SECONDS", 0.02)
    begun, go = threading.Event(), threading.Event()

    def verb(_: Job) -> datetime | None:
        begun.set()
        go.wait(PATIENCE)
        return None

    shop.schedule("long", "o-1")
    ticking(shop.worker({"long": verb}))
    assert begun.wait(PATIENCE)
    assert shop.table.beaten.wait(PATIENCE)
    assert shop.table.beats[0] == [1]
    go.set()


def test_chores_run_at_the_start_and_one_that_fails_stops_nothing(
    shop: Shop, ticking: Callable[[Worker], Worker]
) -> None:
    done: list[str] = []

    def broken() -> None:
        raise RuntimeError("no")

    with capture_logs() as logged:
        ticking(shop.worker({}, broken, lambda: done.append("swept")))
    assert done == ["swept"]
    assert [line["error"] for line in logged] == ["RuntimeError"]


def test_a_post_that_cannot_even_be_drawn_stops_no_other_lane(shop: Shop, ticking: Callable[[Worker], Worker]) -> None:
    with shop.store.unit() as unit:
        for channel in ("C1", "C2"):
            unit.tell(Notice(Told.PROJECT_SET, channel))
    arrived = threading.Event()

    class Slack(FakeNotifier):
        def send(self, post: Post, facts: CardFacts | None, card: Place | None) -> Place:
            if post.lane == "C1":
                raise RuntimeError("cannot be drawn")
            arrived.set()
            return super().send(post, facts, card)

    sender = Send(shop, Outbox(shop.engine), Slack(), 0)  # type: ignore[arg-type] # its time and store are all it needs
    with capture_logs() as logged:
        ticking(shop.worker({}, send=sender))
        assert arrived.wait(PATIENCE)
    assert [line["error"] for line in logged] == ["RuntimeError"]
