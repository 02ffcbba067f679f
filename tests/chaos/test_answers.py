"""The answer to the call that buys gets lost, comes late, or finds a worker that slept: one purchase (ORDER R1, R2)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.rig import PATIENCE, Rig, desk


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


def bought(rig: Rig, name: str, trouble: str, **how: Any) -> str:
    """A new order, approved; the call that buys it meets this trouble. Its id."""
    order = rig.ready(name)
    rig.opensrs.faults.arm("process_pending", trouble, **how)
    rig.engineer.submit()
    return order


def finish(rig: Rig, order: str, name: str, course: str, calls: int = 1) -> None:
    """On to the certificate; what was told since the approval, and how often the supplier was asked to sell."""
    rig.see_through(order, name)
    rig.judge(order, name, f"approved {course} client_must_act progress issued")
    assert len(rig.asked_to_sell(name)) == calls


@pytest.mark.parametrize(
    ("trouble", "how"),
    [("drop_after", {}), ("reset_mid_body", {}), ("truncated_xml", {}), ("missing_is_success", {}),
     ("html_502", {"stored": True}), ("code", {"stored": True, "code": 300})],
)  # fmt: skip
def test_a_lost_answer_is_found_by_looking(rig: Rig, name: str, trouble: str, how: dict[str, Any]) -> None:
    order = bought(rig, name, trouble, **how)
    finish(rig, order, name, "no_answer found_bought")


@pytest.mark.parametrize("trouble", ["drop_before", "html_502", "ip_denied"])
def test_a_lost_call_is_made_again_once_it_surely_did_not_arrive(rig: Rig, name: str, trouble: str) -> None:
    order = bought(rig, name, trouble)
    finish(rig, order, name, "no_answer bought", calls=2)


def test_a_bot_killed_while_it_waits_for_the_answer_asks_no_second_time(rig: Rig, name: str) -> None:
    order = bought(rig, name, "timeout_after")
    assert rig.opensrs.gate.wait_for(1, PATIENCE)
    rig.raise_the_dead()
    finish(rig, order, name, "found_bought")


@pytest.mark.parametrize(("minutes", "calls"), [(1, 1), (7, 1), (12, 1), (25, 2)])
def test_a_call_that_takes_effect_late_buys_all_the_same_once(rig: Rig, name: str, minutes: int, calls: int) -> None:
    order = bought(rig, name, "still_running", hold=True)
    assert rig.opensrs.gate.wait_for(1, PATIENCE)
    rig.raise_the_dead()
    rig.live(minutes)
    assert len(rig.opensrs.finish_late()) == 1
    finish(rig, order, name, "(found_)?bought", calls=calls)


def test_an_answer_that_finds_the_worker_asleep_for_ten_minutes_counts_once(rig: Rig, name: str) -> None:
    order = bought(rig, name, "timeout_after")
    assert rig.opensrs.gate.wait_for(1, PATIENCE)
    rig.stop()
    rig.opensrs.release()
    rig.sleep_through(minutes=10)
    finish(rig, order, name, "(found_)?bought")


@pytest.mark.parametrize(
    ("point", "course"),
    [("after commit in Buy._attempt #1", "(no_answer )?"), ("before OpenSRS PROCESS_PENDING #1", ""),
     ("after OpenSRS PROCESS_PENDING #1", ""), ("after commit in Buy._answered #1", "")],
)  # fmt: skip
def test_a_worker_that_slept_ten_minutes_around_its_attempt_buys_once(
    rig: Rig, name: str, point: str, course: str
) -> None:
    order = rig.ready(name)
    rig.arm(point, signal.SIGSTOP)
    rig.engineer.submit()
    rig.wait_until_stopped()
    rig.disarm()
    rig.sleep_through(minutes=10)
    finish(rig, order, name, f"{course}(found_)?bought")
