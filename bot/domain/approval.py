"""Who may do what, and what an approval needs: the authorisation table, four eyes, how many approvers.

Everything is denied that the table does not list.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from bot.domain.client import Person, PersonKind, Project
from bot.domain.errors import ChangedSince, DecidedAlready, IllegalMove, NotAllowed, NotAMember, OwnOrder
from bot.domain.order import OPEN, Order, Status
from bot.domain.request import Contact, Level


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
    agency: Contact | None = None


class Role(StrEnum):
    """What a person is to an order's project."""

    MEMBER = "member"
    OWNER = "owner"
    STAND_IN = "stand_in"
    APPROVER = "approver"
    ADMIN = "admin"


_MEMBER = frozenset({Role.MEMBER})
_APPROVER = frozenset({Role.APPROVER})
_SEES = frozenset({Role.MEMBER, Role.APPROVER, Role.ADMIN})
_UNBOUGHT = frozenset({Status.PREPARING, Status.HELD, Status.AWAITING_APPROVAL})
_AT_AUTHORITY = frozenset({Status.VALIDATING})


class Action(StrEnum):
    """Every verb a person may call: its word, the roles one of which is enough, the statuses it makes sense in (None:
    any).
    """

    roles: frozenset[Role]
    statuses: frozenset[Status] | None

    def __new__(
        cls, word: str, roles: frozenset[Role] = frozenset(), statuses: frozenset[Status] | None = None
    ) -> Self:
        """A member is its word and carries its row."""
        member = str.__new__(cls, word)
        member._value_, member.roles, member.statuses = word, roles, statuses
        return member

    NEW = "new", _MEMBER
    SEE = "see", _SEES
    CHANGE = "change", _MEMBER, _UNBOUGHT
    CHECK = "check", _MEMBER, _UNBOUGHT
    CANCEL = "cancel", _MEMBER, _UNBOUGHT | {Status.BUYING}
    REORDER = "reorder", _MEMBER, frozenset({Status.REFUSED, Status.DECLINED, Status.CANCELLED})
    RENEW = "renew", _MEMBER, frozenset({Status.ISSUED, Status.LIVE, Status.ENDED})
    LOOK = "look", _MEMBER, frozenset({Status.VALIDATING, Status.BUYING, Status.DOUBTFUL})
    ASK_CLIENT = "ask_client", _MEMBER, frozenset({Status.HELD, Status.VALIDATING})  # texts, what came back, sent it
    SWITCH = "switch", _MEMBER, _AT_AUTHORITY
    PASTE = "paste", _MEMBER, _AT_AUTHORITY
    GIVE_UP = "give_up", _MEMBER, _AT_AUTHORITY
    ATTEST = "attest", _MEMBER
    APPROVE = "approve", _APPROVER, frozenset({Status.AWAITING_APPROVAL})
    REFUSE = "refuse", _APPROVER, frozenset({Status.AWAITING_APPROVAL})
    OVERRIDE = "override", _APPROVER, frozenset({Status.HELD})
    RESOLVE = "resolve", _APPROVER, frozenset({Status.DOUBTFUL})
    CANCEL_BOUGHT = "cancel_bought", _APPROVER, frozenset({Status.BUYING, Status.VALIDATING})
    ALLOW_SECOND = "allow_second", _APPROVER, frozenset(OPEN)
    ORDER_NUMBER = "order_number", _APPROVER, frozenset({Status.BUYING, Status.DOUBTFUL})
    SET_UP = "set_up", frozenset({Role.OWNER, Role.STAND_IN, Role.APPROVER})
    PAUSE = "pause", frozenset({Role.ADMIN})


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
    if not roles & action.roles:
        raise NotAllowed(action)
    if order is not None and action.statuses is not None and order.status not in action.statuses:
        raise IllegalMove(order.id, order.status, action)


def hands_in(order: Order) -> frozenset[str]:
    """Everybody who requested, typed, changed, attested, overrode or allowed any part of it (ORDER R11)."""
    second = {order.second.by} if order.second else set()
    return frozenset({order.requester, *order.authors, *second, *(override.by for override in order.overrides)})


def approvers_needed(order: Order, policy: Policy) -> int:
    """Two for EV, over the price limit, at an unknown price, after an override or for an allowed second order."""
    price = order.draft.price if order.draft else None
    dear = price is None or (policy.limit_order is not None and price > policy.limit_order)
    return 2 if order.request.level is Level.EV or dear or order.overrides or order.second else 1


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
