"""How fast the desk is beside a peer or the physical limit, measured in one run; ratios, never a bound."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from slack_sdk.models.views import View

from bot.domain.request import KeyType
from bot.keys import Pki
from bot.ports import Job
from bot.shown.form import Form, FormShown
from bot.store.engine import open_engine
from bot.store.jobs import JobTable
from bot.store.tables import metadata
from handlers.views.form import form_view
from tests.bot.store.samples import NOW, a_store

ROUNDS = 300


def seconds(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The time of one round, in seconds; the best of three series."""
    series = []
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(rounds):
            act()
        series.append((time.perf_counter() - began) / rounds)
    return min(series)


def tell(what: str, ours: float, peer: str, theirs: float) -> None:
    print(f"\nbench: {what}: {ours * 1000:.2f} ms, {ours / theirs:.1f} × {peer} ({theirs * 1000:.2f} ms)")


def test_a_job_from_asked_to_done_beside_three_bare_commits(tmp_path: Path) -> None:
    """Asking, claiming and finishing are three commits; three single-row commits are what the disk allows."""
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    metadata.create_all(engine)
    store, table = a_store(engine), JobTable(engine)

    def one_job() -> None:
        with store.unit() as unit:
            unit.schedule(Job("check", "o-1", NOW))
        for job in table.claim(NOW, "w", 1):
            table.finish(job)

    bare = sqlite3.connect(tmp_path / "bare.db", isolation_level=None)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (n); INSERT INTO t VALUES (0)")

    def three_commits() -> None:
        for _ in range(3):
            bare.execute("UPDATE t SET n = n + 1")

    tell("one job", seconds(one_job), "three bare SQLite commits", seconds(three_commits))
    bare.close()
    engine.dispose()


def test_a_form_beside_the_library_s_own_view_classes() -> None:
    form = FormShown(Form("f-1", "U1", "C1", NOW, {"names": "www.acme.com"}), "names")
    view = form_view(form)
    tell("the first form", seconds(lambda: form_view(form)), "slack_sdk", seconds(lambda: View(**view).to_dict()))


def test_a_key_beside_openssl() -> None:
    pki = Pki()
    theirs = seconds(lambda: subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True), 20)
    tell("an RSA key", seconds(lambda: pki.new_key(KeyType.RSA_2048), 20), "openssl genrsa", theirs)
