"""The bot is killed at every commit and every outgoing call from the approval to the certificate (promises 1 and 2)."""

from __future__ import annotations

import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Final

from tests.chaos.rig import Rig

if TYPE_CHECKING:
    from tests.chaos.conftest import Tally

LANES: Final = 2  # worlds side by side
DRY_RUNS: Final = 3  # what is said in one breath may be sent in one post or in two
ORDERS_IN_A_WORLD: Final = 20
TRIES: Final = 3  # to meet a point again
COURSES: Final = (
    "approved bought client_must_act progress issued",
    "approved found_bought client_must_act progress issued",
)


@contextmanager
def world() -> Iterator[Rig]:
    """A set-up desk; afterwards its audit must be whole, whatever happened to it."""
    with Rig() as rig:
        rig.set_up()
        yield rig
        assert "The audit is whole" in rig.bot.command("audit", "verify")


def buy(rig: Rig, name: str, point: str = "") -> None:
    """From the approval to the certificate; the bot is killed at the point."""
    order = rig.ready(name)
    rig.arm(point)
    rig.engineer.submit()
    rig.see_through(order, name)
    rig.disarm()
    rig.judge(order, name, *COURSES)


def points_of(rig: Rig, numbers: Iterator[int]) -> list[str]:
    """Every point that an undisturbed purchase passes, in the order they were first seen."""
    seen: dict[str, None] = {}
    for _ in range(DRY_RUNS):
        buy(rig, f"dry{next(numbers):04}.acme.com")
        seen |= dict.fromkeys(rig.passed())
    return list(seen)


def kinds(points: list[str]) -> str:
    """How many points there are of each kind."""
    found = Counter(point.split()[1].replace("commit", "commits") for point in points)
    return ", ".join(f"{number} at {kind}" for kind, number in sorted(found.items()))


def spread(points: list[str], rounds: int | None) -> list[str]:
    """All of them, or so many, evenly spread."""
    many = len(points) if rounds is None else min(rounds, len(points))
    return [points[(2 * each + 1) * len(points) // (2 * many)] for each in range(many)]


class Lane:
    """One of the rows of worlds that take points from the same queue."""

    def __init__(self, queue: deque[str], numbers: Iterator[int], tally: Tally, lock: threading.Lock) -> None:
        self.queue, self.numbers, self.tally, self.lock = queue, numbers, tally, lock

    def run(self) -> None:
        """World after world until no point is left; a world where something failed is left behind."""
        while self.queue:
            point = ""
            try:
                with world() as rig:
                    for _ in range(ORDERS_IN_A_WORLD):
                        if (point := self._next()) == "":
                            break
                        self._kill(rig, point)
            except Exception as failure:  # noqa: BLE001 - the outermost loop: one failed run must not hide the others
                self._failed(f"{point}: {type(failure).__name__}: {failure}")

    def _next(self) -> str:
        with self.lock:
            return self.queue.popleft() if self.queue else ""

    def _kill(self, rig: Rig, point: str) -> None:
        for _ in range(TRIES):
            deaths = rig.deaths
            buy(rig, f"k{next(self.numbers):04}.acme.com", point)
            if rig.deaths > deaths:
                break
        else:
            self.tally.not_met.append(point)
        with self.lock:
            self.tally.runs += 1

    def _failed(self, what: str) -> None:
        with self.lock:
            self.tally.runs += 1
            self.tally.failed.append(what)


def test_killed_anywhere_the_desk_buys_once_and_says_everything_once(tally: Tally, rounds: int | None) -> None:
    numbers = count()
    with world() as rig:
        points = points_of(rig, numbers)
    tally.points = len(points)
    print(f"{len(points)} points: {kinds(points)}")
    lane = Lane(deque(spread(points, rounds)), numbers, tally, threading.Lock())
    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(lane.run) for _ in range(LANES)]:
            done.result()
    print("not met again:", *tally.not_met, sep="\n  ")
    assert not tally.failed, "\n".join(tally.failed)
    assert len(tally.not_met) < tally.runs / 4, tally.not_met


def test_the_plug_is_pulled_where_it_was_asked_for() -> None:
    with world() as rig:
        order = rig.ready("plug.acme.com")
        rig.arm("before OpenSRS PROCESS_PENDING #1")
        rig.engineer.submit()
        rig.slack.wait_for(lambda: not rig.bot.alive, 30)
        assert rig.bot.stop(signal.SIGKILL) == -signal.SIGKILL
        assert rig.passed()[-1] == "before OpenSRS PROCESS_PENDING #1"
        assert not rig.opensrs.submitted()
        assert rig.rows("SELECT answer FROM attempts WHERE order_id = ?", order) == [("",)]
        rig.start_bot()
