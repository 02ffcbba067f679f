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
        self.ticking: list[Worker] = []

    def schedule(self, kind: str, *subjects: str, at: datetime = NOW) -> None:
        with self.store.unit() as unit:
            for subject in subjects:
                unit.schedule(Job(kind, subject, at))

    def worker(self, verbs: dict[str, Verb], *daily: Callable[[], None], send: object = None) -> Worker:
        sender: Send = send or NothingToSend()  # type: ignore[assignment] # all a worker asks of it
        return Worker(verbs, self.table, sender, self.clock, owner="w-0", tick_seconds=0.02, daily=daily)

    def start(self, verbs: dict[str, Verb], *daily: Callable[[], None], send: object = None) -> Worker:
        """A worker that ticks until the test is over."""
        self.ticking.append(self.worker(verbs, *daily, send=send))
        self.ticking[-1].start()
        return self.ticking[-1]

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
    for worker in made.ticking:
        worker.stop()
    made.engine.dispose()


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


def test_a_broken_job_does_not_stop_the_others(shop: Shop) -> None:
    good = Gate()
    good.go.set()
    shop.schedule("broken", *"abc")
    shop.schedule("good", *"defghi")
    with capture_logs():
        shop.start({"broken": raising(RuntimeError("x")), "good": good})
        assert all(good.begun.acquire(timeout=PATIENCE) for _ in "defghi")


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


# -- life


def test_stopping_waits_for_what_runs(shop: Shop) -> None:
    verb = Gate()
    shop.schedule("long", "o-1")
    worker = shop.worker({"long": verb})
    worker.start()
    assert verb.begun.acquire(timeout=PATIENCE)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive()
    verb.go.set()
    stopping.join(PATIENCE)
    assert (verb.ended.is_set(), stopping.is_alive(), shop.due()) == (True, False, None)


def test_heartbeats_hold_the_lease_of_a_long_job(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.jobs, "BEAT_SECONDS", 0.02)
    verb = Gate()
    shop.schedule("long", "o-1")
    shop.start({"long": verb})
    assert verb.begun.acquire(timeout=PATIENCE)
    assert shop.table.beaten.wait(PATIENCE)
    assert shop.table.beats[0] == [1]
    verb.go.set()


def test_chores_run_at_the_start_and_one_that_fails_stops_nothing(shop: Shop) -> None:
    done: list[str] = []

    def broken() -> None:
        raise RuntimeError("no")

    with capture_logs() as logged:
        shop.start({}, broken, lambda: done.append("swept"))
    assert done == ["swept"]
    assert [line["error"] for line in logged] == ["RuntimeError"]


def test_a_post_that_cannot_even_be_drawn_stops_no_other_lane(shop: Shop) -> None:
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
        shop.start({}, send=sender)
        assert arrived.wait(PATIENCE)
    assert [line["error"] for line in logged] == ["RuntimeError"]
