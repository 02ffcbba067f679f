import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.ports import Job
from bot.store import tables
from bot.store.jobs import JobTable
from bot.store.unit import SqlStore
from tests.bot.store.samples import MINUTE, NOW, let_leases_run_out

ROOT = Path(__file__).parents[3]


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


def start(engine: Engine, owner: str) -> subprocess.Popen[str]:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.bot.store.workers", url, owner]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_only_what_is_due_is_claimed_most_urgent_first(store: SqlStore, table: JobTable) -> None:
    schedule(store, job("c"), job("b", NOW - MINUTE), job("later", NOW + MINUTE), job("a", NOW - 2 * MINUTE))
    assert [found.subject for found in table.claim(NOW, "w1", 2)] == ["a", "b"]
    assert [found.subject for found in table.claim(NOW, "w1", 2)] == ["c"]
    assert table.claim(NOW, "w1", 2) == []


def test_a_claimed_job_says_what_it_is(store: SqlStore, table: JobTable) -> None:
    schedule(store, job(view="V1"))
    assert claim(table) == replace(job(view="V1"), id=1, fence=1, attempts=1)


@pytest.mark.parametrize(("second", "due"), [(NOW - MINUTE, NOW - MINUTE), (NOW + MINUTE, NOW)])
def test_a_waiting_job_is_brought_forward_and_never_put_off(
    store: SqlStore, table: JobTable, second: datetime, due: datetime
) -> None:
    schedule(store, job(round="1"), job(run_at=second, round="2"))
    found = claim(table)
    assert (found.run_at, found.facts) == (due, (("round", "2"),))


def test_a_finished_job_may_be_scheduled_again(store: SqlStore, table: JobTable) -> None:
    schedule(store, job())
    assert table.finish(claim(table))
    assert table.claim(NOW + MINUTE, "w1", 10) == []
    schedule(store, job())
    assert claim(table).attempts == 1


IN_1, IN_5, IN_9 = (NOW + minutes * MINUTE for minutes in (1, 5, 9))
ENDS = [(None, None, None), (IN_5, None, IN_5), (None, IN_1, IN_1), (IN_5, IN_1, IN_1), (IN_5, IN_9, IN_5)]


@pytest.mark.parametrize(("again", "asked", "due"), ENDS)
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
    if due:
        assert table.claim(due - timedelta(microseconds=1), "w1", 10) == []
        assert claim(table, due).run_at == due


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
    assert table.next_due(NOW - MINUTE) is None
    let_leases_run_out(engine, tables.jobs)
    assert table.next_due(NOW - MINUTE) == NOW - MINUTE
    rerun = claim(table, owner="w2")
    assert (rerun.fence, rerun.attempts, rerun.run_at) == (2, 2, NOW)
    assert not table.finish(slow, NOW)
    assert not table.fail(slow, NOW, "Late")
    assert table.beat([slow, rerun]) == [rerun]
    assert table.finish(rerun)
    assert not table.finish(rerun, NOW)
    assert table.claim(NOW, "w1", 10) == []


def test_a_heartbeat_keeps_a_job(engine: Engine, store: SqlStore, table: JobTable) -> None:
    schedule(store, job())
    running = claim(table)
    let_leases_run_out(engine, tables.jobs)
    assert table.beat([running]) == [running]
    assert table.claim(NOW, "w2", 10) == []


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
    assert table.sweep(NOW) == 0
    assert table.sweep(NOW + MINUTE) == 1


def test_processes_share_the_jobs_and_run_each_once(engine: Engine, store: SqlStore) -> None:
    schedule(store, *(job(str(number)) for number in range(60)))
    workers = [start(engine, f"w{number}") for number in range(3)]
    lines = [line for worker in workers for line in worker.communicate()[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sorted(lines) == sorted(f"{number} True" for number in range(60))


def test_a_lease_lasts_a_minute_of_the_database(engine: Engine, store: SqlStore, tmp_path: Path) -> None:
    schedule(store, job())
    claim(JobTable(engine))
    (tmp_path / "now").touch()
    with engine.begin() as connection:
        until = connection.scalar(select(tables.jobs.c.lease_until)) or 0
    assert 55 < until - (tmp_path / "now").stat().st_mtime < 65
