"""Who moves next on a card, and when it can be ready."""

from datetime import date, datetime
from typing import Any

import pytest

from bot.domain.approval import Buying
from bot.domain.findings import Mender
from bot.domain.order import Actor, Attempt, Hold, Order, Status
from bot.service.ask import CLIENT
from bot.shown.card import CardFacts, card_facts
from tests.builders import a_policy, a_product, a_project, a_request, an_order
from tests.fakes import APPROVERS, ENGINEER, NOW, REQUESTER, SECOND, THIRD


def facts(order: Order, **policy: Any) -> CardFacts:
    return card_facts(order, a_project(launch=date(2026, 12, 10)), a_product(), a_policy(**policy), APPROVERS, NOW)


@pytest.mark.parametrize("status", Status)
def test_the_next_actor_follows_from_the_status(status: Status) -> None:
    assert facts(an_order(status)).next_actor is status.next_actor


@pytest.mark.parametrize(
    ("who", "sent_at", "actor", "people"),
    [
        ("requester", None, Actor.REQUESTER, (REQUESTER,)),
        ("engineer", None, Actor.ENGINEER, (ENGINEER,)),
        ("client", None, Actor.REQUESTER, (REQUESTER,)),
        ("client", NOW, Actor.CLIENT, ()),
    ],
)
def test_a_hold_names_who_moves(who: str, sent_at: datetime | None, actor: Actor, people: tuple[str, ...]) -> None:
    shown = facts(an_order(Status.HELD, hold=Hold(Mender(who), ("no phone",)), sent_at=sent_at))
    assert (shown.next_actor, shown.next_people) == (actor, people)
    assert shown.to_send is (who == "client" and sent_at is None)


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({"raw_state": "in_progress"}, Actor.AUTHORITY),
        ({"raw_state": "Awaiting_Approval"}, Actor.REQUESTER),
        ({"raw_state": "awaiting-approval", "sent_at": NOW}, Actor.CLIENT),
        ({"raw_state": "approver-confirmed", "sent_at": NOW}, Actor.AUTHORITY),
        ({"account": CLIENT}, Actor.REQUESTER),
        ({"account": CLIENT, "sent_at": NOW}, Actor.CLIENT),
    ],
)
def test_at_the_authority_the_client_moves_when_told_what_to_do(changes: dict[str, Any], actor: Actor) -> None:
    assert facts(an_order(Status.VALIDATING, **changes)).next_actor is actor


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
