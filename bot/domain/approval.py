"""Who may do what, and what an approval needs: the authorisation table, four eyes, how many approvers.

Everything is denied that the table does not list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.client import Person, PersonKind, Project
from bot.domain.errors import ChangedSince, DecidedAlready, IllegalMove, NotAllowed, NotAMember, OwnOrder
from bot.domain.order import OPEN, Order, Status
from bot.domain.request import Contact, Level

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


class Buying(StrEnum):
    """Who adds the service once it is approved."""

    OFF = "off"
    BY_HAND = "by_hand"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator decided; amounts in US dollars, `agency` is the company the desk works for."""

    approvers: frozenset[str]
    admins: frozenset[str] = frozenset()
    team: str = ""
    admin_channel: str = ""
    buying: Buying = Buying.BY_HAND
    limit_order: Decimal | None = None
    limit_day: Decimal | None = None
    self_approval: bool = False
    time_zone: str = "UTC"
    holidays: frozenset[date] = frozenset()
    billing: Contact | None = None
    agency: Contact | None = field(default=None)


class Role(StrEnum):
    """What a person is to an order's project."""

    MEMBER = "member"
    OWNER = "owner"
    STAND_IN = "stand_in"
    APPROVER = "approver"
    ADMIN = "admin"


class Action(StrEnum):
    """Every verb a person may call."""

    NEW = "new"
    SEE = "see"
    CHANGE = "change"
    CHECK = "check"
    CANCEL = "cancel"
    REORDER = "reorder"
    LOOK = "look"
    APPROVE = "approve"
    REFUSE = "refuse"
    OVERRIDE = "override"
    RESOLVE = "resolve"
    CANCEL_BOUGHT = "cancel_bought"
    ALLOW_SECOND = "allow_second"
    ORDER_NUMBER = "order_number"
    SET_UP = "set_up"
    PAUSE = "pause"


_MEMBER = frozenset({Role.MEMBER})
_APPROVER = frozenset({Role.APPROVER})
_SEES = frozenset({Role.MEMBER, Role.APPROVER, Role.ADMIN})

# action: (roles, one of which is enough; statuses it makes sense in, None = any)
MAY: dict[Action, tuple[frozenset[Role], frozenset[Status] | None]] = {
    Action.NEW: (_MEMBER, None),
    Action.SEE: (_SEES, None),
    Action.CHANGE: (_MEMBER, frozenset({Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL})),
    Action.CHECK: (_MEMBER, frozenset({Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL})),
    Action.CANCEL: (_MEMBER, frozenset({Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL, Status.BUYING})),
    Action.REORDER: (_MEMBER, frozenset({Status.REFUSED, Status.DECLINED, Status.CANCELLED})),
    Action.LOOK: (_MEMBER, frozenset({Status.VALIDATING, Status.BUYING, Status.DOUBTFUL})),
    Action.APPROVE: (_APPROVER, frozenset({Status.AWAITING_APPROVAL})),
    Action.REFUSE: (_APPROVER, frozenset({Status.AWAITING_APPROVAL})),
    Action.OVERRIDE: (_APPROVER, frozenset({Status.HELD})),
    Action.RESOLVE: (_APPROVER, frozenset({Status.DOUBTFUL})),
    Action.CANCEL_BOUGHT: (_APPROVER, frozenset({Status.BUYING, Status.VALIDATING})),
    Action.ALLOW_SECOND: (_APPROVER, frozenset(OPEN)),
    Action.ORDER_NUMBER: (_APPROVER, frozenset({Status.BUYING, Status.DOUBTFUL})),
    Action.SET_UP: (frozenset({Role.OWNER, Role.STAND_IN, Role.APPROVER}), None),
    Action.PAUSE: (frozenset({Role.ADMIN}), None),
}


def roles_of(
    person: Person, project: Project | None, policy: Policy, approvers: frozenset[str], *, in_channel: bool
) -> frozenset[Role]:
    """The roles of a person in a project; NotAMember for everybody but full members of our own workspace."""
    if person.kind is not PersonKind.MEMBER or (policy.team and person.team != policy.team):
        raise NotAMember(person.kind)
    facts = {
        Role.MEMBER: in_channel,
        Role.OWNER: project is not None and in_channel and project.owner == person.id,
        Role.STAND_IN: project is not None and in_channel and project.stand_in == person.id,
        Role.APPROVER: person.id in approvers,
        Role.ADMIN: person.id in policy.admins,
    }
    return frozenset(role for role, fact in facts.items() if fact)


def permit(action: Action, roles: frozenset[Role], order: Order | None = None) -> None:
    """Raise NotAllowed unless the table lists one of the roles, IllegalMove where the order's status has no such
    action.
    """
    needed, statuses = MAY[action]
    if not roles & needed:
        raise NotAllowed(action)
    if order is not None and statuses is not None and order.status not in statuses:
        raise IllegalMove(order.id, order.status, action)


def hands_in(order: Order) -> frozenset[str]:
    """Everybody who requested, typed, changed, attested, overrode or allowed any part of it (ORDER R11)."""
    second = {order.second.by} if order.second else set()
    return frozenset({order.requester, *order.authors, *second, *(override.by for override in order.overrides)})


def approvers_needed(order: Order, policy: Policy) -> int:
    """Two for EV, over the price limit, at an unknown price, after an override or for an allowed second order."""
    price = order.draft.price if order.draft else None
    above = policy.limit_order is not None and (price is None or price > policy.limit_order)
    grave = (
        order.request.level is Level.EV or above or price is None or bool(order.overrides) or order.second is not None
    )
    return 2 if grave else 1


def may_approve(order: Order, person: str, digest: str, policy: Policy) -> bool:
    """Whether this approval would be one of their own work (only where the policy allows that); errors otherwise."""
    if digest != order.digest:
        raise ChangedSince(order.id)
    if any(approval.by == person for approval in order.standing_approvals):
        raise DecidedAlready(order.id)
    own = person in hands_in(order)
    grave = bool(order.overrides) or order.second is not None
    if own and (grave or not policy.self_approval):
        raise OwnOrder(Action.APPROVE)
    return own
