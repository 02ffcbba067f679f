"""What the card of an order shows, derived from the order each time it is drawn."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.approval import Buying, Policy, approvers_needed
from bot.domain.client import Client, Project
from bot.domain.findings import Mender
from bot.domain.order import Actor, Order, Status
from bot.domain.request import Product
from bot.domain.supply import State
from bot.shown import forecast


@dataclass(frozen=True, slots=True)
class CardFacts:
    """An order with what surrounds it. `next_people` are user ids who must move, empty for desk, client and authority;
    `to_send` is true while the client was not sent what they must do.
    """

    order: Order
    project: Project | None
    product: Product | None
    buying: Buying
    needed: int
    next_actor: Actor
    next_people: tuple[str, ...]
    expected: date | None
    launch: date | None
    client: str = "the client"
    to_send: bool = False


def card_facts(
    order: Order,
    project: Project | None,
    product: Product | None,
    policy: Policy,
    approvers: frozenset[str],
    now: datetime,
    client: Client | None = None,
) -> CardFacts:
    """Who moves next, and when it can be ready against the day it is wanted."""
    actor, to_send = next_actor(order, policy), _clients_turn(order) and order.sent_at is None
    people = {
        Actor.REQUESTER: (order.requester,),
        Actor.ENGINEER: (project.engineer,) if project and project.engineer else tuple(sorted(approvers)),
        Actor.APPROVER: tuple(sorted(approvers - {order.requester})),
    }.get(actor, ())
    launch = order.request.wanted_by or (project.launch if project else None)
    return CardFacts(
        order, project, product, policy.buying, approvers_needed(order, policy), actor, people,
        forecast.expected(order, product, policy, now), launch, client.name if client else "the client", to_send,
    )  # fmt: skip


def next_actor(order: Order, policy: Policy) -> Actor:
    """Who moves next; a hold names somebody, buying by hand is the engineer's, and the client's turn is the requester's
    until the client was told.
    """
    if _clients_turn(order):
        return Actor.CLIENT if order.sent_at else Actor.REQUESTER
    if order.status is Status.HELD and order.hold is not None:
        return Actor(order.hold.who.value)
    if order.status is Status.BUYING and policy.buying is Buying.BY_HAND and not order.tries:
        return Actor.ENGINEER
    return order.status.next_actor


def _clients_turn(order: Order) -> bool:
    if order.status is Status.HELD:
        return order.hold is not None and order.hold.who is Mender.CLIENT
    awaited = order.by_client or proof(order) is State.AWAITING_APPROVAL
    return order.status is Status.VALIDATING and awaited


def proof(order: Order) -> State:
    """How far the proof of control is, as the supplier's state was seen last."""
    seen = order.raw_state.strip().lower().replace("_", "-")
    return next((state for state in State if state == seen), State.UNKNOWN)
