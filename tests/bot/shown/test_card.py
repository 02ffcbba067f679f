"""Who moves next on a card, and when it can be ready."""

from datetime import date
from typing import Any

import pytest

from bot.domain.approval import Buying
from bot.domain.findings import Mender
from bot.domain.order import Actor, Attempt, Hold, Order, Status
from bot.shown.card import CardFacts, card_facts
from tests.builders import a_policy, a_product, a_project, a_request, an_order
from tests.fakes import APPROVERS, ENGINEER, NOW, REQUESTER, SECOND, THIRD


def facts(order: Order, **policy: Any) -> CardFacts:
    return card_facts(order, a_project(launch=date(2026, 12, 10)), a_product(), a_policy(**policy), APPROVERS, NOW)


@pytest.mark.parametrize("status", Status)
def test_the_next_actor_follows_from_the_status(status: Status) -> None:
    assert facts(an_order(status)).next_actor is status.next_actor


@pytest.mark.parametrize(
    ("who", "people"), [("requester", (REQUESTER,)), ("client", (REQUESTER,)), ("engineer", (ENGINEER,))]
)
def test_a_hold_names_who_moves(who: str, people: tuple[str, ...]) -> None:
    shown = facts(an_order(Status.HELD, hold=Hold(Mender(who), ("no phone",))))
    assert (shown.next_actor, shown.next_people) == (Actor(who), people)


@pytest.mark.parametrize(("buying", "tried", "actor"), [
    (Buying.BY_HAND, False, Actor.ENGINEER), (Buying.BY_HAND, True, Actor.DESK), (Buying.AUTO, False, Actor.DESK),
])  # fmt: skip
def test_buying_by_hand_is_the_engineers_move(buying: Buying, actor: Actor, *, tried: bool) -> None:
    order = an_order(Status.BUYING, attempts=(Attempt(0, 1, NOW),) if tried else ())
    assert facts(order, buying=buying).next_actor is actor


def test_the_requester_is_not_asked_to_approve() -> None:
    assert facts(an_order(Status.AWAITING_APPROVAL, requester=min(APPROVERS))).next_people == (SECOND, THIRD)


def test_without_an_engineer_the_approvers_move() -> None:
    held = an_order(Status.HELD, hold=Hold(Mender.ENGINEER, ("price",)))
    shown = card_facts(held, a_project(engineer=""), a_product(), a_policy(), APPROVERS, NOW)
    assert shown.next_people == tuple(sorted(APPROVERS))


def test_the_day_wanted_comes_before_the_projects_launch() -> None:
    assert facts(an_order()).launch == date(2026, 12, 10)
    assert facts(an_order(request=a_request(wanted_by=date(2026, 12, 1)))).launch == date(2026, 12, 1)


@pytest.mark.parametrize("status", Status)
def test_a_date_is_expected_while_the_order_is_open(status: Status) -> None:
    is_open = status in (Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING, Status.DOUBTFUL,
                         Status.VALIDATING)  # fmt: skip
    assert facts(an_order(status)).expected == (date(2026, 11, 24) if is_open else None)
