"""Who may do what (the action table of the design) and what an approval needs (R11)."""

from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from bot.domain.approval import Action, Role, approvers_needed, may_approve, permit, roles_of
from bot.domain.client import Person, PersonKind
from bot.domain.errors import ChangedSince, DecidedAlready, IllegalMove, NotAllowed, NotAMember, OwnOrder
from bot.domain.findings import Override
from bot.domain.order import Approval, Second, Status
from bot.domain.request import Level
from bot.domain.supply import Draft
from tests.builders import a_policy, a_project, a_request, an_order
from tests.fakes import ADMIN, APPROVERS, FIRST, NOW, OWNER, REQUESTER, SECOND, STAND_IN, TEAM, THIRD

# action: who | in which statuses (none = any)
TABLE = """
new: member |
see: member approver admin |
change: member | preparing held awaiting_approval
check: member | preparing held awaiting_approval
cancel: member | preparing held awaiting_approval buying
reorder: member | refused declined cancelled
renew: member | issued live ended
look: member | validating buying doubtful
ask_client: member | held validating
switch: member | validating
paste: member | validating
give_up: member | validating
attest: member |
approve: approver | awaiting_approval
refuse: approver | awaiting_approval
override: approver | held
resolve: approver | doubtful
cancel_bought: approver | buying validating
allow_second: approver | preparing held awaiting_approval buying doubtful validating
order_number: approver | buying doubtful
set_up: owner stand_in approver |
pause: admin |
"""
ROWS = {
    Action(action): (frozenset(map(Role, roles.split())), frozenset(map(Status, statuses.split())))
    for action, _, row in (line.partition(":") for line in TABLE.strip().splitlines())
    for roles, _, statuses in [row.partition("|")]
}
OVERRIDE, ALLOWED = Override("names|NAME-1||", "NAME-1", "they insist", FIRST, NOW), Second("two sites", FIRST, "o-0")


@pytest.mark.parametrize(("action", "roles"), list(product(Action, [frozenset(), *({role} for role in Role)])))
def test_who_may_do_what_and_when(action: Action, roles: frozenset[Role]) -> None:
    who, when = ROWS[action]
    for status in Status:
        refused = NotAllowed if not roles & who else IllegalMove if when and status not in when else None
        with pytest.raises(refused) if refused else nullcontext():
            permit(action, roles, an_order(status))


KINDS = [kind for kind in PersonKind if kind is not PersonKind.MEMBER]


def person(user: str, kind: PersonKind = PersonKind.MEMBER, team: str = TEAM) -> Person:
    return Person(user, team, kind, "UTC")


@pytest.mark.parametrize(("user", "in_channel", "roles"), [
    (REQUESTER, True, {Role.MEMBER}), (REQUESTER, False, set()), (OWNER, True, {Role.MEMBER, Role.OWNER}),
    (OWNER, False, set()), (STAND_IN, True, {Role.MEMBER, Role.STAND_IN}), (FIRST, True, {Role.MEMBER, Role.APPROVER}),
    (FIRST, False, {Role.APPROVER}), (ADMIN, False, {Role.ADMIN}),
])  # fmt: skip
def test_roles_come_from_channel_project_and_settings(user: str, roles: set[Role], *, in_channel: bool) -> None:
    assert roles_of(person(user), a_project(), a_policy(), APPROVERS, in_channel=in_channel) == roles


@pytest.mark.parametrize("who", [person(FIRST, team="T2"), *(person(FIRST, kind) for kind in KINDS)])
def test_whoever_is_no_full_member_of_our_workspace_is_refused_even_as_an_approver(who: Person) -> None:
    with pytest.raises(NotAMember):
        roles_of(who, a_project(), a_policy(), APPROVERS, in_channel=True)


@pytest.mark.parametrize(("changes", "policy", "needed"), [
    ({}, {}, 1), ({"request": a_request(level=Level.OV)}, {}, 1), ({"request": a_request(level=Level.EV)}, {}, 2),
    ({}, {"limit_order": Decimal(49)}, 1), ({}, {"limit_order": Decimal("48.99")}, 2),
    ({"draft": Draft("1001", NOW)}, {"limit_order": Decimal(1000)}, 2), ({"draft": Draft("1001", NOW)}, {}, 2),
    ({"overrides": (OVERRIDE,)}, {}, 2), ({"second": ALLOWED}, {}, 2),
])  # fmt: skip
def test_how_many_approvers_are_needed(changes: dict[str, Any], policy: dict[str, Any], needed: int) -> None:
    assert approvers_needed(an_order(Status.AWAITING_APPROVAL, **changes), a_policy(**policy)) == needed


@pytest.mark.parametrize(("changes", "small_shop"), [
    ({"requester": FIRST}, True), ({"authors": (REQUESTER, FIRST)}, True), ({"overrides": (OVERRIDE,)}, False),
    ({"second": ALLOWED}, False),
])  # fmt: skip
def test_nobody_approves_what_they_had_a_hand_in_but_the_plain_order_of_a_small_shop(
    changes: dict[str, Any], *, small_shop: bool
) -> None:
    order = an_order(Status.AWAITING_APPROVAL, **changes)
    assert may_approve(order, THIRD, order.digest, a_policy()) is False
    if small_shop:
        assert may_approve(order, FIRST, order.digest, a_policy(self_approval=True)) is True
    with pytest.raises(OwnOrder):
        may_approve(order, FIRST, order.digest, a_policy(self_approval=not small_shop))


def test_one_person_approves_once_and_only_what_the_order_says_now() -> None:
    order = an_order(Status.AWAITING_APPROVAL)
    approved = replace(order, approvals=(Approval(order.digest, FIRST, NOW), Approval("older", SECOND, NOW)))
    for user, digest, refused in ((FIRST, order.digest, DecidedAlready), (SECOND, "older", ChangedSince)):
        with pytest.raises(refused):
            may_approve(approved, user, digest, a_policy())
    assert may_approve(approved, SECOND, order.digest, a_policy()) is False
