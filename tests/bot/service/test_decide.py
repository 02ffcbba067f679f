"""The approver's side: the review of the exact draft, yes by its digest, no, and all the same."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain import errors
from bot.domain.errors import BadInput, IllegalMove, NotAllowed, NotAMember, UnknownOrder
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.shown.review import Review
from tests import fakes
from tests.bot.service.conftest import Act, MakeDesk, arm, at_supplier, foreign_csr
from tests.bot.service.test_buy import Meddled
from tests.builders import World
from tests.fakes import ADMIN, COLLEAGUE, FIRST, GUEST, OUTSIDER, REQUESTER, SECOND, STRANGER, FakeCheck

STOP = Finding("standing", "STANDING-1", Verdict.STOP, "Not in good standing.", subject="Acme LLC", evidence="NGS")
OTHER_STOP = replace(STOP, rule="STANDING-2", sentence="Dissolved.", mender=Mender.CLIENT)


def review(world: World, order: Order, user: str = FIRST) -> Review:
    """What this person sees after the click on Review."""
    world.desk.decide.begin_review(order.id, user, "V1")
    world.run_jobs()
    return world.screens.reviews["V1"]


@pytest.fixture
def order(world: World) -> Order:
    return world.waiting()


# -- the review


@pytest.mark.parametrize("bought", [True, False])
def test_what_differs_from_the_last_order_that_was_bought_is_shown(world: World, *, bought: bool) -> None:
    if bought:
        assert world.later(world.approve(world.waiting(), FIRST)).status is Status.VALIDATING
    else:
        world.desk.decide.refuse(world.waiting().id, FIRST, "no")
    changes = (("addresses", "www.acme.com", "shop.acme.com"),) * bought
    assert review(world, world.waiting("shop.acme.com")).changes == changes


def test_warnings_and_unknowns_are_named_in_the_review(make: MakeDesk) -> None:
    found = [replace(STOP, rule=f"R-{kind}", verdict=kind) for kind in (Verdict.WARN, Verdict.UNKNOWN, Verdict.FINE)]
    world = make(checks=(FakeCheck("standing", *found),))
    assert [finding.rule for finding in review(world, world.waiting()).findings] == ["R-warn", "R-unknown"]


TOUCHED: dict[str, tuple[Act, Status]] = {
    "another price": (lambda world, _: world.standin.set_price("rapidssl", "59.00"), Status.HELD),
    "another domain": (at_supplier("change_draft", domain="x.acme.com"), Status.HELD),
    "another request file": (
        lambda world, order: world.standin.change_draft(order.supplier_id, csr=foreign_csr(world)), Status.HELD,
    ),
    "cancelled": (at_supplier("cancel_at_supplier"), Status.HELD), "gone": (at_supplier("delete_draft"), Status.HELD),
    "bought in the panel": (at_supplier("submit_in_panel"), Status.DOUBTFUL),
    "bought, declined": (
        lambda world, order: world.standin.decline(world.standin.submit_in_panel(order.supplier_id).order_id, "no"),
        Status.DOUBTFUL,
    ),
}  # fmt: skip


@pytest.mark.parametrize("seen_by", ["review", "watch"])
@pytest.mark.parametrize("what", TOUCHED)
def test_a_draft_that_somebody_touched_cannot_be_approved(world: World, order: Order, what: str, seen_by: str) -> None:
    act, then = TOUCHED[what]
    act(world, order)
    if seen_by == "review":
        assert review(world, order).problem
    else:
        world.pass_time(hours=1)
    assert world.order(order.id).status is then
    with pytest.raises(IllegalMove):
        world.desk.decide.approve(order.id, FIRST, order.digest)


def test_a_draft_that_changed_hands_while_it_was_read_is_not_judged_by_the_old_look(make: MakeDesk) -> None:
    world = make(limit_order=Decimal(1))
    order = world.waiting()

    def meanwhile(world: World, order: Order) -> None:
        world.approve(order, SECOND)
        world.standin.delete_draft(order.supplier_id)

    world.restart(supplier=Meddled(world.gear.supplier, look=lambda: meanwhile(world, order)))
    world.desk.decide.review(order.id, FIRST)
    after = world.order(order.id)
    assert (after.status, [approval.by for approval in after.standing_approvals]) == (
        Status.AWAITING_APPROVAL,
        [SECOND],
    )


@pytest.mark.parametrize("trouble", ["drop_before", "html_502"])
def test_while_the_supplier_is_silent_nothing_may_be_approved(world: World, order: Order, trouble: str) -> None:
    arm(trouble, command="get_order_info")(world, order)
    assert review(world, order).problem
    assert world.order(order.id) == order
    assert review(world, order).problem == ""


@pytest.mark.parametrize(("others", "balance", "fine"), [
    ((), "48.99", False), ((), "49.00", True), (["shop.acme.com"], "97.99", False),  # 49 are held for the other
])  # fmt: skip
def test_a_balance_below_the_price_shows_before_anybody_says_yes(
    world: World, order: Order, others: list[str], balance: str, *, fine: bool
) -> None:
    for name in others:
        world.bought(name)
    world.standin.set_balance(balance)
    shown = review(world, order)
    assert shown.funds is not None
    assert (shown.problem == "", shown.funds.balance) == (fine, Decimal(balance))


# -- yes


DECISIONS: dict[str, Callable[[World, Order, str], object]] = {
    "review": lambda world, order, who: world.desk.decide.begin_review(order.id, who, "V1"),
    "approve": lambda world, order, who: world.desk.decide.approve(order.id, who, order.digest),
    "refuse": lambda world, order, who: world.desk.decide.refuse(order.id, who, "no"),
    "override": lambda world, order, who: world.desk.decide.override(order.id, who, (STOP.key,), "all the same"),
}


@pytest.mark.parametrize("act", DECISIONS)
@pytest.mark.parametrize(("who", "error"), [
    (REQUESTER, NotAllowed), (COLLEAGUE, NotAllowed), (ADMIN, NotAllowed), (OUTSIDER, UnknownOrder),
    (GUEST, NotAMember), (STRANGER, NotAMember), (fakes.GONE, NotAMember),
])  # fmt: skip
def test_nobody_else_sees_the_review_or_decides(
    world: World, order: Order, act: str, who: str, error: type[errors.DeskError]
) -> None:
    with pytest.raises(error):
        DECISIONS[act](world, order, who)
    world.run_jobs()
    assert (world.order(order.id), world.screens.reviews) == (order, {})


@pytest.mark.parametrize("act", ["approve", "refuse", "override"])
def test_who_decides_is_asked_afresh(world: World, order: Order, act: str) -> None:
    world.people.silent = True
    with pytest.raises(errors.PeopleUnknown):
        DECISIONS[act](world, order, FIRST)
    assert world.order(order.id) == order


def test_a_small_shop_approves_its_own_and_card_and_audit_say_so(make: MakeDesk) -> None:
    world = make(self_approval=True)
    world.people.approving = frozenset({REQUESTER})
    order = world.approve(world.waiting(), REQUESTER)
    assert (order.status, order.standing_approvals[0].own) == (Status.BUYING, True)
    assert world.told(Told.APPROVED)[0].fact("own") == "yes"


# -- all the same


def held(make: MakeDesk) -> tuple[World, Order]:
    """An order that two findings stop."""
    world = make(checks=(FakeCheck("standing", STOP, OTHER_STOP),))
    order = world.place()
    assert world.later(order).status is Status.HELD
    return world, world.order(order.id)


def test_an_override_covers_what_it_names_and_nothing_else(make: MakeDesk) -> None:
    world, order = held(make)
    world.desk.decide.override(order.id, FIRST, (STOP.key,), "known")
    after = world.later(order)
    assert after.hold is not None
    assert (after.status, after.hold.reasons) == (Status.HELD, (OTHER_STOP.sentence,))
    with pytest.raises(BadInput) as bad:
        world.desk.decide.override(order.id, FIRST, (STOP.key,), "again")
    assert list(bad.value.fields) == ["stops"]


def test_an_override_does_not_cover_a_later_worse_finding(make: MakeDesk) -> None:
    check = FakeCheck("standing", STOP)
    world = make(checks=(check,))
    order = world.place()
    world.run_jobs()
    world.desk.decide.override(order.id, FIRST, (STOP.key,), "known")
    after = world.later(order)
    assert (after.status, after.approvals, [o.by for o in after.overrides]) == (Status.AWAITING_APPROVAL, (), [FIRST])
    check.findings = [replace(STOP, evidence="REVOKED")]
    world.desk.ask.check_again(order.id, REQUESTER)
    assert world.later(order).status is Status.HELD
