"""Clicks of several people in the same moment: one of them counts, and everybody learns how things stand."""

from __future__ import annotations

import json

import pytest

from tests.e2e.office import Office, at_once
from tests.sandbox.slack.seen import OpenView

CLICKS = 10


def answers(office: Office, view: OpenView) -> list[str]:
    """What the desk answered to every submission of a view, as it was recorded."""
    told = []
    for entry in office.ws.recorder.find("interactive"):
        payload = json.loads(entry.body)
        if payload["type"] == "view_submission" and payload["view"]["id"] == view.id:
            assert entry.status == 200, f"not acknowledged: {entry.reply}"
            told.append(entry.reply)
    return told


def twenty_clicks(office: Office) -> None:
    """Erik and Edith press the button of their open reviews ten times each, in the same moment."""
    name = office.name()
    order = office.waiting(name)
    reviews = [(person, office.review(person, order)) for person in (office.erik, office.edith)]
    at_once(*(lambda p=person, v=view: p.submit(v) for person, view in reviews for _ in range(CLICKS)))  # type: ignore[misc]
    said = [reply for _, view in reviews for reply in answers(office, view)]
    assert len(said) == 2 * CLICKS
    late = [reply for reply in said if reply not in ("null", "{}")]
    assert len(late) == 2 * CLICKS - 1, "exactly one click counts"
    for reply in late:
        assert "how it stands now" in reply, reply
        assert "Something went wrong" not in reply
        assert name in reply, reply
    office.until_card(order, "Waiting for the client and the authority")
    assert len(office.bought(name)) == 1
    assert sum(o.submissions for o in office.bought(name)) == 1
    number = office.at_supplier(name).order_id
    calls = [e for e in office.opensrs.recorder.find("process_pending") if f">{number}<" in e.body]
    assert len(calls) == 1
    decided = office.rows("SELECT * FROM approvals WHERE order_id = :order", order=order)
    assert len(decided) == 1
    assert len(office.rows("SELECT * FROM attempts WHERE order_id = :order", order=order)) == 1
    assert len(office.replies(order, "is approved")) == 1
    card = office.card(order).plain
    assert ("approved by @erik" in card) != ("approved by @edith" in card)


def test_of_twenty_approvals_in_the_same_moment_one_counts_and_everybody_learns_it(office: Office) -> None:
    twenty_clicks(office)


@pytest.mark.parametrize("round_", range(2))
def test_the_same_holds_for_four_processes_on_postgresql(office_of_four: Office, round_: int) -> None:
    del round_
    twenty_clicks(office_of_four)
