"""What the card of an order shows, derived from the order each time it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.domain.approval import Buying, Policy, approvers_needed
from bot.domain.order import Actor, Order, Status
from bot.domain.pace import business_days_later

if TYPE_CHECKING:
    from bot.domain.client import Project
    from bot.domain.request import Product


@dataclass(frozen=True, slots=True)
class CardFacts:
    """An order with what surrounds it. `next_people` are user ids who must move, empty for desk and authority."""

    order: Order
    project: Project | None
    product: Product | None
    buying: Buying
    needed: int
    next_actor: Actor
    next_people: tuple[str, ...]
    expected: date | None
    launch: date | None


def card_facts(
    order: Order,
    project: Project | None,
    product: Product | None,
    policy: Policy,
    approvers: frozenset[str],
    now: datetime,
) -> CardFacts:
    """Who moves next, and when it can be ready against the day it is wanted."""
    actor = next_actor(order, policy)
    people = {
        Actor.REQUESTER: (order.requester,),
        Actor.CLIENT: (order.requester,),
        Actor.ENGINEER: (project.engineer,) if project and project.engineer else tuple(sorted(approvers)),
        Actor.APPROVER: tuple(sorted(approvers - {order.requester})),
    }.get(actor, ())
    launch = order.request.wanted_by or (project.launch if project else None)
    return CardFacts(
        order, project, product, policy.buying, approvers_needed(order, policy), actor, people,
        _expected(order, product, policy, now), launch,
    )  # fmt: skip


def next_actor(order: Order, policy: Policy) -> Actor:
    """Who moves next; a hold names somebody, buying by hand is the engineer's."""
    if order.status is Status.HELD and order.hold is not None:
        return Actor(order.hold.who.value)
    if order.status is Status.BUYING and policy.buying is Buying.BY_HAND and not order.tries:
        return Actor.ENGINEER
    return order.status.next_actor


def _expected(order: Order, product: Product | None, policy: Policy, now: datetime) -> date | None:
    if product is None or order.status in (
        Status.ISSUED,
        Status.LIVE,
        Status.REFUSED,
        Status.DECLINED,
        Status.CANCELLED,
        Status.ENDED,
    ):
        return None
    start = order.since if order.status is Status.VALIDATING else now
    return business_days_later(start, product.days[1], policy.time_zone, policy.holidays).date()
