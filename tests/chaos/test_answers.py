"""The answer to the call that buys gets lost, comes late, or finds a worker that slept: one purchase (ORDER R1, R2)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.chaos.rig import PATIENCE, Rig, desk

REST: Final = "client_must_act progress issued"
BUY: Final = "process_pending"


@pytest.fixture(scope="module")
def shared() -> Iterator[Rig]:
    with desk() as made:
        yield made


@pytest.fixture
def rig(shared: Rig) -> Iterator[Rig]:
    """A desk that many tests share; one whose test failed is tidied up for the next."""
    judged = len(shared.judged)
    yield shared
    if len(shared.judged) == judged:
        shared.tidy_up()


@pytest.fixture
def name(shared: Rig) -> str:
    """An address nobody has ordered for."""
    ordered = len(shared.rows("SELECT id FROM orders"))
    return f"late{ordered:04}.acme.com"


@pytest.mark.parametrize(
    ("trouble", "how"),
    [
        ("drop_after", {}),
        ("reset_mid_body", {}),
        ("truncated_xml", {}),
        ("missing_is_success", {}),
        ("html_502", {"stored": True}),
        ("code", {"stored": True, "code": 300}),
    ],
)
def test_a_lost_answer_is_found_by_looking(rig: Rig, name: str, trouble: str, how: dict[str, Any]) -> None:
    order = rig.ready(name)
    rig.opensrs.faults.arm(BUY, trouble, **how)
    rig.engineer.submit()
    rig.see_through(order, name)
    rig.judge(order, name, f"approved no_answer found_bought {REST}")
    assert len(rig.asked_to_sell(name)) == 1


@pytest.mark.parametrize("trouble", ["drop_before", "html_502", "ip_denied"])
def test_a_lost_call_is_made_again_once_it_surely_did_not_arrive(rig: Rig, name: str, trouble: str) -> None:
    order = rig.ready(name)
    rig.opensrs.faults.arm(BUY, trouble)
    rig.engineer.submit()
    rig.see_through(order, name)
    rig.judge(order, name, f"approved no_answer bought {REST}")
    assert len(rig.asked_to_sell(name)) == 2


def test_a_bot_killed_while_it_waits_for_the_answer_asks_no_second_time(rig: Rig, name: str) -> None:
    order = rig.ready(name)
    rig.opensrs.faults.arm(BUY, "timeout_after")
    rig.engineer.submit()
    assert rig.opensrs.gate.wait_for(1, PATIENCE)
    rig.raise_the_dead()
    rig.see_through(order, name)
    rig.judge(order, name, f"approved found_bought {REST}")
    assert len(rig.asked_to_sell(name)) == 1


@pytest.mark.parametrize(("minutes", "calls"), [(1, 1), (7, 1), (12, 1), (25, 2)])
def test_a_call_that_takes_effect_late_buys_all_the_same_once(rig: Rig, name: str, minutes: int, calls: int) -> None:
    order = rig.ready(name)
    rig.opensrs.faults.arm(BUY, "still_running", hold=True)
    rig.engineer.submit()
    assert rig.opensrs.gate.wait_for(1, PATIENCE)
    rig.raise_the_dead()
    rig.live(minutes)
    assert len(rig.opensrs.finish_late()) == 1
    rig.see_through(order, name)
    rig.judge(order, name, f"approved (found_)?bought {REST}")
    assert len(rig.asked_to_sell(name)) == calls


def test_an_answer_that_finds_the_worker_asleep_for_ten_minutes_counts_once(rig: Rig, name: str) -> None:
    order = rig.ready(name)
    rig.opensrs.faults.arm(BUY, "timeout_after")
    rig.engineer.submit()
    assert rig.opensrs.gate.wait_for(1, PATIENCE)
    rig.stop()
    rig.opensrs.release()
    rig.sleep_through(minutes=10)
    rig.see_through(order, name)
    rig.judge(order, name, f"approved (found_)?bought {REST}")
    assert len(rig.asked_to_sell(name)) == 1


@pytest.mark.parametrize(
    ("point", "course", "calls"),
    [
        ("after commit in Buy._attempt #1", "(no_answer )?(found_)?bought", 1),
        ("before OpenSRS PROCESS_PENDING #1", "(found_)?bought", 1),
        ("after OpenSRS PROCESS_PENDING #1", "(found_)?bought", 1),
        ("after commit in Buy._answered #1", "(found_)?bought", 1),
    ],
)
def test_a_worker_that_slept_ten_minutes_around_its_attempt_buys_once(
    rig: Rig, name: str, point: str, course: str, calls: int
) -> None:
    order = rig.ready(name)
    rig.arm(point, signal.SIGSTOP)
    rig.engineer.submit()
    rig.wait_until_stopped()
    rig.disarm()
    rig.sleep_through(minutes=10)
    rig.see_through(order, name)
    rig.judge(order, name, f"approved {course} {REST}")
    assert len(rig.asked_to_sell(name)) == calls
