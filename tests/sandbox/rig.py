"""A world whose bot dies or sleeps at a named point, and who goes on when it does: people, the authority, time."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from tests.sandbox.opensrs.books import Order
from tests.sandbox.slack.state import Message
from tests.sandbox.world import World

PATIENCE: Final = 30.0  # seconds of real time for what takes a second on a machine with nothing else to do
_MOST_STEPS: Final = 60
_MOMENT: Final = 0.2
_SURE: Final = 15 * 60.0  # seconds of business time that R2 asks for
_KEY: Final = "P-256 (smaller and faster)"
_SETTINGS: Final = {"TICK_SECONDS": "0.05", "BUY_LIMIT_DAY": "100000"}


@contextmanager
def desk() -> Iterator[Rig]:
    """A set-up desk; afterwards its audit must be whole, whatever happened to it."""
    with Rig() as rig:
        rig.set_up_project(rig.channel, Engineer=rig.engineer)
        yield rig
        assert "The audit is whole" in rig.bot.command("audit", "verify")


class Rig(World):
    """Drives orders from the form to the certificate, whatever happens to the bot."""

    def __init__(self) -> None:
        super().__init__(_SETTINGS, ("-m", "tests.chaos.bot"))
        self.bot.environment["CHAOS_FOLDER"] = str(self.folder)
        self._armed, self._passed = self.folder / "armed", self.folder / "passed"
        self.deaths = 0
        self.judged: list[str] = []

    # -- the plug ------------------------------------------------------------------------------------------------------

    def arm(self, point: str = "", how: signal.Signals = signal.SIGKILL) -> None:
        """From now on points are counted, and at this one the bot gets the signal."""
        self._passed.write_text("", encoding="utf-8")
        fresh = self._armed.with_suffix(".new")
        fresh.write_text(json.dumps({"point": point, "signal": how}), encoding="utf-8")
        fresh.replace(self._armed)

    def disarm(self) -> None:
        """Count and kill no more."""
        self._armed.unlink(missing_ok=True)

    def passed(self) -> list[str]:
        """The points since the bot was armed."""
        return [line for line in self._lines() if not line.startswith("failed")]

    def _lines(self) -> list[str]:
        return self._passed.read_text(encoding="utf-8").splitlines()

    def struck(self, point: str) -> bool:
        """Whether the bot, which has nothing to do any more, dies at this point all the same."""

        def decided() -> bool:  # every commit and call that began has ended
            moments = Counter(line.split()[0] for line in self._lines())
            return not self.bot.alive or moments["before"] == moments["after"] + moments["failed"]

        self.slack.wait_for(decided, PATIENCE)
        if point not in self.passed():
            return False
        self.slack.wait_for(lambda: not self.bot.alive, PATIENCE)
        return True

    def stop(self) -> None:
        """Stop the bot as it stands."""
        assert self.bot.process is not None
        self.bot.process.send_signal(signal.SIGSTOP)
        self.wait_until_stopped()

    def wait_until_stopped(self) -> None:
        """Until the signal SIGSTOP has reached the bot."""
        assert self.bot.process is not None
        who, what = self.bot.process.pid, os.WSTOPPED | os.WNOHANG
        self.slack.wait_for(lambda: os.waitid(os.P_PID, who, what), PATIENCE)

    def sleep_through(self, minutes: float) -> None:
        """The stopped bot misses so much time, its leases run out, and it goes on."""
        assert self.bot.process is not None
        self.pass_time(minutes=minutes)
        with suppress(sqlite3.OperationalError):  # stopped inside a transaction, it lets nobody take anything over
            self.let_leases_run_out(patience=_MOMENT)
        self.bot.process.send_signal(signal.SIGCONT)

    def raise_the_dead(self) -> None:
        """Start the bot again after it was killed; meanwhile everybody's lease has run out."""
        self.disarm()
        self.bot.stop(signal.SIGKILL)
        self.deaths += 1
        self.opensrs.faults.clear()
        self.let_leases_run_out()
        self.pass_time(minutes=1)
        self.start_bot()

    def tidy_up(self) -> None:
        """After something went wrong: a fresh bot, nobody in the middle of anything."""
        self.opensrs.release()
        self.pm.stack.clear()
        self.engineer.stack.clear()
        self.raise_the_dead()

    # -- the database, looked at from outside --------------------------------------------------------------------------

    def rows(self, statement: str, *values: str, patience: float = PATIENCE) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with closing(sqlite3.connect(self.folder / "certdesk.db", timeout=patience)) as database, database:
            return database.execute(statement, values).fetchall()

    def let_leases_run_out(self, patience: float = PATIENCE) -> None:
        """As if a minute of the database's own time had passed without a heartbeat."""
        for table in ("jobs", "outbox"):
            end = f"UPDATE {table} SET lease_until = 0 WHERE lease_until IS NOT NULL"  # noqa: S608 - two names of ours
            self.rows(end, patience=patience)

    def status(self, order: str) -> str:
        """Where an order stands."""
        return str(self.rows("SELECT status FROM orders WHERE id = ?", order)[0][0])

    def next_due(self) -> float | None:
        """In how many seconds something is due, 0 while anything runs; None when nothing waits at all."""
        running = "SELECT 1 FROM {} WHERE lease_until IS NOT NULL"
        if self.rows(f"{running.format('jobs')} UNION {running.format('outbox')}"):
            return 0
        waiting = self.rows(
            "SELECT run_at FROM jobs WHERE run_at IS NOT NULL UNION SELECT not_before FROM outbox WHERE done_at IS NULL"
        )
        due = [datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() for (at,) in waiting]
        return max(0, min(due) - self.time()) if due else None

    # -- people --------------------------------------------------------------------------------------------------------

    def ready(self, name: str) -> str:
        """An order for one address that waits for an approval, its review open before the engineer; its id."""
        self.pm.command(self.channel, f"/cert new {name}")
        assert not self.pm.submit().errors
        self.pm.press("More options")
        self.pm.fill("Key", _KEY)
        assert not self.pm.submit().errors
        self.pm.close(everything=True)
        order = str(self.rows("SELECT id FROM orders ORDER BY opened_at DESC LIMIT 1")[0][0])
        self.slack.wait_for(lambda: self.status(order) == "awaiting_approval" and self.quiet(), PATIENCE)
        self.open_review(order)
        return order

    def open_review(self, order: str) -> None:
        """The engineer opens the review; the draft is read."""
        self.engineer.stack.clear()
        self.engineer.click(self.card(order), "Review")
        self.slack.wait_for(lambda: self.engineer.view and self.engineer.view.submit_label.startswith("Buy"), PATIENCE)
        self.slack.wait_for(self.quiet, PATIENCE)

    def card(self, order: str) -> Message:
        """The order's card; AssertionError unless there is exactly one."""
        found = [m for m in self.slack.messages(self.channel) if m.thread_ts in (None, m.ts) and order in m.plain]
        assert len(found) == 1, f"{len(found)} cards for {order}"
        return found[0]

    def at_supplier(self, name: str) -> Order:
        """The supplier's order for an address."""
        return next(o for o in reversed(self.opensrs.orders.values()) if o.domain == name)

    # -- the course of things ------------------------------------------------------------------------------------------

    def quiet(self) -> bool:
        """Nothing to do for a second or more."""
        due = self.next_due()
        return due is None or due > 1

    def see_through(self, order: str, name: str) -> None:
        """Everybody does their part until the certificate is issued and said to be; the dead bot is started again."""
        for _ in range(_MOST_STEPS):
            self.slack.wait_for(lambda: self.quiet() or not self.bot.alive, PATIENCE)
            if not self.bot.alive:
                self.raise_the_dead()
            elif self.status(order) == "issued":
                return
            elif self.status(order) == "awaiting_approval":
                self.open_review(order)
                self.engineer.submit()
            elif self.status(order) == "held":
                self.pm.click(self.card(order), "Check again")
            elif not self.authority_acts(order, name):
                self.pass_time(minutes=(self.next_due() or 60) / 60)
        raise AssertionError(f"{order} is {self.status(order)} after {_MOST_STEPS} steps")

    def live(self, minutes: float) -> None:
        """So much time passes, and the desk does what is due in it."""
        until = self.time() + minutes * 60
        while (left := until - self.time()) > 0:
            self.slack.wait_for(self.quiet, PATIENCE)
            self.pass_time(minutes=min(left, self.next_due() or left) / 60)
        self.slack.wait_for(self.quiet, PATIENCE)

    def authority_acts(self, order: str, name: str) -> bool:
        """The authority asks for a proof, and issues when the desk has told of it; False when it is not its turn."""
        there = self.at_supplier(name)
        if there.state == "in-progress" and self.status(order) == "validating":
            self.opensrs.ca_asks(there.order_id)
        elif there.state == "awaiting-approval" and "client_must_act" in self.told(order):
            self.opensrs.dns_record_seen(there.order_id)
            self.opensrs.issue(there.order_id)
        else:
            return False
        self.pass_time(minutes=(self.next_due() or 60) / 60)
        return True

    # -- judging -------------------------------------------------------------------------------------------------------

    def told(self, order: str) -> list[str]:
        """What the desk wanted to say about an order, in the order of committing."""
        return [notice["told"] for _, notice in self._notices(order)]

    def _notices(self, order: str) -> list[tuple[str, dict[str, Any]]]:
        wanted = "SELECT post_id, notice FROM outbox WHERE order_id = ? AND kind = 'notice' ORDER BY id"
        return [(post, json.loads(notice)) for post, notice in self.rows(wanted, order)]

    def judge(self, order: str, name: str, course: str) -> None:
        """One purchase, one card that tells the truth, every notice in its place exactly once, nothing given up.

        `course` is a pattern for the kinds of notices since the approval, in the order of committing.
        """
        bought = [o for o in self.opensrs.submitted() if o.domain == name]
        assert [o.submissions for o in bought] == [1], f"bought: {[(o.order_id, o.submissions) for o in bought]}"
        asked = self.asked_to_sell(name)
        assert all(later - sooner >= _SURE for sooner, later in pairwise(asked)), f"asked in the dark (R2): {asked}"
        told = self.told(order)
        assert re.fullmatch(course, found := " ".join(told[told.index("approved") :])), found
        self._judge_slack(order)
        self.judged.append(name)

    def _judge_slack(self, order: str) -> None:
        card = self.card(order)
        assert "Issued" in card.plain, card.plain
        sent = [m.metadata or {} for m in self.slack.messages(self.channel, card.ts)[1:]]
        said = [str(told.get("event_payload", {}).get("post")) for told in sent]
        wanted = [post for post, _ in self._notices(order)]
        twice, never = Counter(said) - Counter(wanted), Counter(wanted) - Counter(said)
        assert said == wanted, f"once too often: {list(twice)}; never: {list(never)}; told: {self.told(order)}"
        given_up = self.rows("SELECT lane, notice, failed FROM outbox WHERE failed <> '' OR done_at IS NULL")
        assert not given_up, given_up
        assert not self.slack.violations, self.slack.violations

    def asked_to_sell(self, name: str) -> list[float]:
        """When the supplier was asked to sell a draft for an address."""
        drafts = [f">{each.order_id}<" for each in self.opensrs.orders.values() if each.domain == name]
        calls = [each for each in self.opensrs.recorder.find("process_pending") if "cancel" not in each.body]
        return [each.at for each in calls if any(draft in each.body for draft in drafts)]
