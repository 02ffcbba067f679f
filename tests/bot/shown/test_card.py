"""Who moves next on a card, and when it can be ready."""

from datetime import date
from typing import Any

import pytest

from bot.domain.approval import Buying
from bot.domain.findings import Mender
from bot.domain.order import Actor, Attempt, Hold, Order, Status
from bot.service.ask import CLIENT
from bot.shown.card import CardFacts, card_facts
from tests.builders import a_policy, a_product, a_project, a_request, an_order
from tests.fakes import APPROVERS, ENGINEER, NOW, REQUESTER, SECOND, THIRD


def facts(order: Order, **project: Any) -> CardFacts:
    known = a_project(**{"launch": date(2026, 12, 10), **project})
    return card_facts(order, known, a_product(), a_policy(buying=Buying.BY_HAND), APPROVERS, NOW)


def held(who: Mender, **changes: Any) -> Order:
    return an_order(Status.HELD, hold=Hold(who, ("no phone",)), **changes)


def validating(raw_state: str, **changes: Any) -> Order:
    return an_order(Status.VALIDATING, raw_state=raw_state, **changes)


@pytest.mark.parametrize(("order", "actor", "people", "to_send"), [
    (an_order(Status.PREPARING), Actor.DESK, (), False),
    (held(Mender.REQUESTER), Actor.REQUESTER, (REQUESTER,), False),
    (held(Mender.ENGINEER), Actor.ENGINEER, (ENGINEER,), False),
    (held(Mender.CLIENT), Actor.REQUESTER, (REQUESTER,), True),
    (held(Mender.CLIENT, sent_at=NOW), Actor.CLIENT, (), False),
    # nobody is asked to approve their own
    (an_order(Status.AWAITING_APPROVAL, requester=min(APPROVERS)), Actor.APPROVER, (SECOND, THIRD), False),
    (an_order(Status.BUYING), Actor.ENGINEER, (ENGINEER,), False),
    (an_order(Status.BUYING, attempts=(Attempt(0, 1, NOW),)), Actor.DESK, (), False),
    (validating("in_progress"), Actor.AUTHORITY, (), False),
    (validating("Awaiting_Approval"), Actor.REQUESTER, (REQUESTER,), True),
    (validating("awaiting-approval", sent_at=NOW), Actor.CLIENT, (), False),
    (validating("approver-confirmed", sent_at=NOW), Actor.AUTHORITY, (), False),
    (validating("", account=CLIENT), Actor.REQUESTER, (REQUESTER,), True),
    (validating("", account=CLIENT, sent_at=NOW), Actor.CLIENT, (), False),
])  # fmt: skip
def test_who_moves_next(order: Order, actor: Actor, people: tuple[str, ...], *, to_send: bool) -> None:
    shown = facts(order)
    assert (shown.next_actor, shown.next_people, shown.to_send) == (actor, people, to_send)


def test_without_an_engineer_the_approvers_move() -> None:
    assert facts(held(Mender.ENGINEER), engineer="").next_people == tuple(sorted(APPROVERS))


def test_the_day_wanted_comes_before_the_projects_launch() -> None:
    assert facts(an_order()).launch == date(2026, 12, 10)
    assert facts(an_order(request=a_request(wanted_by=date(2026, 12, 1)))).launch == date(2026, 12, 1)
