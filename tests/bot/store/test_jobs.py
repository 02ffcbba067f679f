from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.ports import Job
from bot.store import tables
from bot.store.jobs import JobTable
from bot.store.unit import SqlStore
from tests.bot.store.samples import MINUTE, NOW, let_leases_run_out, race


@pytest.fixture
def table(engine: Engine) -> JobTable:
    return JobTable(engine)


def schedule(store: SqlStore, *jobs: Job) -> None:
    with store.unit() as unit:
        for job in jobs:
            unit.schedule(job)


def job(subject: str = "o-1", run_at: datetime = NOW, **facts: str) -> Job:
    return Job("follow", subject, run_at, tuple(facts.items()))


def claim(table: JobTable, now: datetime = NOW, owner: str = "w1") -> Job:
    (only,) = table.claim(now, owner, 10)
    return only


def test_only_what_is_due_is_claimed_most_urgent_first(store: SqlStore, table: JobTable) -> None:
    schedule(store, job("c"), job("b", NOW - MINUTE), job("later", NOW + MINUTE), job("a", NOW - 2 * MINUTE, view="V1"))
    first, second = table.claim(NOW, "w1", 2)
    assert first == replace(job("a", NOW - 2 * MINUTE, view="V1"), id=4, fence=1, attempts=1)
    assert (second.subject, claim(table).subject) == ("b", "c")
    assert table.claim(NOW, "w1", 2) == []


@pytest.mark.parametrize(("second", "due"), [(NOW - MINUTE, NOW - MINUTE), (NOW + MINUTE, NOW)])
def test_a_waiting_job_is_brought_forward_and_never_put_off(
    store: SqlStore, table: JobTable, second: datetime, due: datetime
) -> None:
    schedule(store, job(round="1"), job(run_at=second, round="2"))
    found = claim(table)
    assert (found.run_at, found.facts) == (due, (("round", "2"),))


IN_1, IN_5, IN_9 = (NOW + minutes * MINUTE for minutes in (1, 5, 9))


@pytest.mark.parametrize(
    ("again", "asked", "due"),
    [(None, None, None), (IN_5, None, IN_5), (None, IN_1, IN_1), (IN_5, IN_1, IN_1), (IN_5, IN_9, IN_5)],
)
def test_a_job_ends_as_wished_or_as_asked_for_meanwhile(
    store: SqlStore, table: JobTable, again: datetime | None, asked: datetime | None, due: datetime | None
) -> None:
    schedule(store, job())
    running = claim(table)
    if asked:
        schedule(store, job(run_at=asked))
    assert table.claim(NOW + 10 * MINUTE, "w2", 10) == []
    assert table.finish(running, again)
    assert table.next_due(NOW) == due
    schedule(store, job(run_at=due or IN_1))
    assert table.claim((due or IN_1) - timedelta(microseconds=1), "w1", 10) == []
    found = claim(table, due or IN_1)
    assert (found.run_at, found.attempts) == (due or IN_1, 1)


def test_attempts_count_failures_and_forget_them_on_success(engine: Engine, store: SqlStore, table: JobTable) -> None:
    schedule(store, job())
    for number in (1, 2):
        failing = claim(table)
        assert failing.attempts == number
        assert table.fail(failing, NOW, "Lost")
    with engine.begin() as connection:
        assert connection.scalar(select(tables.jobs.c.error)) == "Lost"
    assert table.finish(claim(table), NOW)
    assert claim(table).attempts == 1


def test_a_lease_that_ran_out_gives_the_job_to_another(engine: Engine, store: SqlStore, table: JobTable) -> None:
    schedule(store, job())
    slow = claim(table)
    let_leases_run_out(engine, tables.jobs)
    assert table.beat([slow]) == [slow]
    assert table.claim(NOW, "w2", 10) == []
    assert table.next_due(NOW - MINUTE) is None
    let_leases_run_out(engine, tables.jobs)
    assert table.next_due(NOW - MINUTE) == NOW - MINUTE
    rerun = claim(table, owner="w2")
    assert rerun == replace(slow, fence=2, attempts=2)
    assert not table.finish(slow, NOW)
    assert not table.fail(slow, NOW, "Late")
    assert table.beat([slow, rerun]) == [rerun]
    assert table.finish(rerun)
    assert not table.finish(rerun, NOW)
    assert table.claim(NOW, "w1", 10) == []


@pytest.mark.parametrize(("asked", "due"), [(NOW - MINUTE, None), (NOW + MINUTE, NOW + MINUTE)])
def test_what_a_lost_holder_was_asked_for_is_not_forgotten(
    engine: Engine, store: SqlStore, table: JobTable, asked: datetime, due: datetime | None
) -> None:
    schedule(store, job())
    claim(table)
    schedule(store, job(run_at=asked))
    let_leases_run_out(engine, tables.jobs)
    assert table.finish(claim(table))
    assert table.next_due(NOW) == due


def test_finished_jobs_are_swept(store: SqlStore, table: JobTable) -> None:
    schedule(store, job("done"), job("running"), job("waiting"))
    for found in table.claim(NOW, "w1", 10):
        if found.subject != "running":
            table.finish(found, NOW if found.subject == "waiting" else None)
    assert (table.sweep(NOW), table.sweep(NOW + MINUTE)) == (0, 1)


def test_workers_share_the_jobs_and_run_each_once(store: SqlStore, table: JobTable) -> None:
    schedule(store, *(job(str(number)) for number in range(60)))
    ran: list[str] = []

    def drain(owner: int) -> None:
        while batch := table.claim(NOW, f"w{owner}", 5):
            ran.extend(found.subject for found in batch if table.finish(found))

    assert race(4, drain) == [None] * 4
    assert sorted(ran, key=int) == [str(number) for number in range(60)]


def test_a_lease_lasts_a_minute_of_the_database(
    engine: Engine, store: SqlStore, table: JobTable, tmp_path: Path
) -> None:
    schedule(store, job())
    claim(table)
    (tmp_path / "now").touch()
    with engine.begin() as connection:
        until = connection.scalar(select(tables.jobs.c.lease_until)) or 0
    assert 55 < until - (tmp_path / "now").stat().st_mtime < 65
