"""Clicks of several people in the same moment: one of them counts, and everybody learns how things stand."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.office import ORDER, Office, at_once
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.seen import OpenView

CLICKS = 10


def answers(office: Office, view: OpenView) -> list[str]:
    """What the desk answered to every submission of a view, as it was recorded."""
    told = []
    for entry in office.ws.recorder.find("interactive"):
        payload = json.loads(entry.body) if view.id in entry.body else {}  # of others, one with half a key is no JSON
        if payload.get("type") == "view_submission" and payload["view"]["id"] == view.id:
            assert entry.status == 200, f"not acknowledged: {entry.reply}"
            told.append(entry.reply)
    return told


def twenty_clicks(office: Office) -> None:
    """Erik and Edith press the button of their open reviews ten times each, in the same moment."""
    name, order = office.fresh()
    reviews = [(person, office.review(person, order)) for person in (office.erik, office.edith)]
    at_once(*(lambda p=person, v=view: p.submit(v) for person, view in reviews for _ in range(CLICKS)))
    said = [reply for _, view in reviews for reply in answers(office, view)]
    assert len(said) == 2 * CLICKS
    late = [reply for reply in said if reply not in ("null", "{}")]
    assert len(late) == 2 * CLICKS - 1, "exactly one click counts"
    for reply in late:
        assert "how it stands now" in reply, reply
        assert "Something went wrong" not in reply
        assert name in reply, reply
    office.until_bought(order, name)
    number = office.at_supplier(name).order_id
    calls = [e for e in office.opensrs.recorder.find("process_pending") if f">{number}<" in e.body]
    assert len(calls) == 1
    for once in ("approvals", "attempts"):
        assert len(office.rows(f"SELECT * FROM {once} WHERE order_id = :order", order=order)) == 1  # noqa: S608 - ours
    assert len(office.replies(order, "is approved")) == 1
    card = office.card(order).plain
    assert ("approved by @erik" in card) != ("approved by @edith" in card)


@pytest.mark.parametrize("desk", ["office", "office_of_four"], ids=["SQLite", "four processes on PostgreSQL"])
def test_of_twenty_approvals_in_the_same_moment_one_counts_and_everybody_learns_it(
    request: pytest.FixtureRequest, desk: str
) -> None:
    twenty_clicks(request.getfixturevalue(desk))


def test_a_double_click_on_send_makes_one_order(office: Office) -> None:
    name = office.name()
    form = office.fill_form(office.pm, name)
    at_once(*(lambda: office.pm.submit(form) for _ in range(4)))
    thanks = answers(office, form)[-4:]
    assert all("Thank you" in reply for reply in thanks)
    made = office.rows("SELECT id FROM orders WHERE body LIKE :name", name=f'%"{name}"%')
    assert len(made) == 1
    assert all(made[0][0] in reply for reply in thanks)
    office.pm.close(everything=True)
    office.until_card(made[0][0], "Waiting for approval")
    assert [o.state for o in office.opensrs.orders.values() if o.domain == name] == ["pending"]


def test_two_people_who_send_the_same_names_in_one_moment_make_one_order(office: Office) -> None:
    name = office.name()
    forms = {person: office.fill_form(person, name) for person in (office.pm, office.otto)}
    sent = at_once(*(lambda p=person, f=form: (p, p.submit(f)) for person, form in forms.items()))
    titles = {person: done.view.title for person, done in sent}
    assert sorted(titles.values()) == ["Already ordered", "Thank you"]
    first, second = sorted(titles, key=lambda person: titles[person], reverse=True)
    order = office.order_in(first.view)
    first.close(everything=True)
    assert second.view is not None
    assert order in second.view.plain
    assert "Two would both be paid for" in second.view.plain
    allowed_second(office, order, name, second)


def allowed_second(office: Office, order: str, name: str, asker: Person) -> None:
    """Who came second asks, Erik allows it with a reason, and two others must agree."""
    asker.press("Ask for a second one")
    office.until_view(asker, "The approvers are asked")
    asker.close(everything=True)
    wish = office.until_reply(order, "wants a second order")
    office.otto.click(wish, "Allow a second order…")
    office.until_view(office.otto)
    office.otto.fill("Why are two needed?", "because I say so")
    refused = office.otto.submit()
    assert refused.view is not None
    assert "Only an approver can do this" in refused.view.plain
    office.otto.close(everything=True)
    office.erik.click(wish, "Allow a second order…")
    office.erik.fill("Why are two needed?", "the second data centre has a key of its own")
    assert office.erik.submit().closed
    said = office.until_reply(order, "A second order")
    assert "the second data centre has a key of its own" in said.plain
    second = next(found for found in ORDER.findall(said.plain) if found != order)
    office.until_card(second, "Waiting for approval")
    assert "Allowed as a second order" in office.card(second).plain
    office.no_button(office.erik, second, "You had a hand in this order")
    approvers = [person for person in (office.pm, office.edith, office.eva) if person is not asker][-2:]
    office.approve(second, approvers[0])
    office.until_card(second, "1 of 2 given")
    assert not office.bought(name)
    office.approve(second, approvers[1])
    office.until_bought(second, name)
    office.until_card(order, "Waiting for approval")
