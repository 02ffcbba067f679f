"""The approver's side: the review of the exact draft, yes by its digest, no, and all the same."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import (
    BadInput,
    ChangedSince,
    DecidedAlready,
    DeskError,
    IllegalMove,
    NotAllowed,
    NotAMember,
    OwnOrder,
    PeopleUnknown,
    UnknownOrder,
    Unusable,
)
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.shown.review import Review
from tests.bot.service.conftest import MakeDesk
from tests.builders import World
from tests.fakes import (
    ADMIN,
    APPROVERS,
    COLLEAGUE,
    FIRST,
    GONE,
    GUEST,
    OUTSIDER,
    REQUESTER,
    SECOND,
    STRANGER,
    THIRD,
    FakeCheck,
)

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


def test_an_untouched_draft_reads_back_identical(world: World, order: Order) -> None:
    shown = review(world, order)
    assert (shown.problem, shown.differences, shown.changes, shown.own) == ("", (), (), False)
    assert (shown.digest, shown.funds is not None) == (order.digest, True)
    assert ("Names", "www.acme.com") in shown.csr
    assert ("Signature", "verified") in shown.csr


def test_what_differs_from_the_clients_last_order_is_shown(world: World) -> None:
    first = world.approve(world.waiting(), FIRST)
    assert world.later(first).status is Status.VALIDATING
    assert review(world, world.waiting("shop.acme.com")).changes == (("addresses", "www.acme.com", "shop.acme.com"),)


def test_an_order_that_was_never_bought_is_no_last_order(world: World) -> None:
    world.desk.decide.refuse(world.waiting().id, FIRST, "no")
    assert review(world, world.waiting("shop.acme.com")).changes == ()


def test_warnings_and_unknowns_are_named_in_the_review(make: MakeDesk) -> None:
    found = [
        replace(STOP, rule=f"R-{verdict}", verdict=verdict) for verdict in (Verdict.WARN, Verdict.UNKNOWN, Verdict.FINE)
    ]
    world = make(checks=(FakeCheck("standing", *found),))
    assert [finding.rule for finding in review(world, world.waiting()).findings] == ["R-warn", "R-unknown"]


TOUCHED: dict[str, tuple[Callable[[World, str], object], Status]] = {
    "another price": (lambda world, _: world.standin.set_price("rapidssl", "59.00"), Status.HELD),
    "another domain": (lambda world, id_: world.standin.change_draft(id_, domain="x.acme.com"), Status.HELD),
    "another request file": (
        lambda world, id_: world.standin.change_draft(id_, csr=world.standin.add_foreign_order("5").csr), Status.HELD,
    ),
    "cancelled": (lambda world, id_: world.standin.cancel_at_supplier(id_), Status.HELD),
    "gone": (lambda world, id_: world.standin.delete_draft(id_), Status.HELD),
    "bought in the panel": (lambda world, id_: world.standin.submit_in_panel(id_), Status.DOUBTFUL),
    "bought, declined": (
        lambda world, id_: world.standin.decline(world.standin.submit_in_panel(id_).order_id, "no"), Status.DOUBTFUL,
    ),
}  # fmt: skip
EYES: dict[str, Callable[[World, Order], object]] = {
    "review": review, "watch": lambda world, _: world.pass_time(hours=1),
}  # fmt: skip


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("what", TOUCHED)
def test_a_draft_that_somebody_touched_cannot_be_approved(world: World, what: str, eyes: str) -> None:
    act, then = TOUCHED[what]
    order = world.waiting()
    digest = order.digest
    act(world, order.supplier_id)
    EYES[eyes](world, order)
    assert world.order(order.id).status is then
    assert eyes == "watch" or world.screens.reviews["V1"].problem
    with pytest.raises(IllegalMove):
        world.desk.decide.approve(order.id, FIRST, digest)


def test_a_draft_bought_in_the_panel_is_shown_the_approvers_as_doubtful(world: World, order: Order) -> None:
    world.standin.submit_in_panel(order.supplier_id)
    after = world.later(order, hours=1)
    assert (after.status, after.outside) == (Status.DOUBTFUL, True)
    assert [set(notice.mentions) for notice in world.told(Told.DOUBTFUL)] == [APPROVERS]
    assert world.later(order, hours=5).status is Status.DOUBTFUL  # only two approvers can say so


@pytest.mark.parametrize("trouble", ["drop_before", "html_502"])
def test_while_the_supplier_is_silent_nothing_may_be_approved_and_nothing_is_lost(world: World, trouble: str) -> None:
    order = world.waiting()
    world.standin.faults.arm("get_order_info", trouble)
    shown = review(world, order)
    assert shown.problem
    assert world.order(order.id) == order
    assert review(world, order).problem == ""


def test_an_unreadable_balance_shows_in_the_review_not_as_a_broken_job(world: World, order: Order) -> None:
    world.restart(supplier=Broke(world.gear.supplier))
    assert review(world, order).problem
    assert world.order(order.id) == order


class Broke:
    """The supplier, with a balance nobody can read."""

    def __init__(self, supplier: object) -> None:
        self.supplier = supplier

    def __getattr__(self, name: str) -> object:
        return getattr(self.supplier, name)

    def funds(self) -> object:
        raise Unusable("no readable balance")


@pytest.mark.parametrize(("balance", "fine"), [("48.99", False), ("49.00", True)])
def test_a_balance_below_the_price_shows_before_anybody_says_yes(world: World, balance: str, *, fine: bool) -> None:
    order = world.waiting()
    world.standin.set_balance(balance)
    shown = review(world, order)
    assert (shown.problem == "") is fine
    assert shown.funds is not None
    assert shown.funds.balance == Decimal(balance)


def test_money_already_set_aside_for_another_order_covers_nothing(world: World) -> None:
    world.approve(world.waiting("shop.acme.com"), FIRST)
    world.run_jobs()
    order = world.waiting()
    world.standin.set_balance("97.99")  # 49 of them are held for the shop
    assert review(world, order).problem
    world.approve(order, FIRST)
    assert world.later(order).status is Status.HELD
    assert world.calls("process_pending") == 1


def test_what_one_had_a_hand_in_shows_as_such(world: World) -> None:
    world.people.approving = APPROVERS | {REQUESTER}
    order = world.waiting()
    for allowed in (False, True):
        world.restart(self_approval=allowed)
        shown = review(world, order, REQUESTER)
        assert (shown.own, shown.problem == "") == (True, allowed)


def test_a_review_opened_too_late_says_so(world: World, order: Order) -> None:
    world.desk.decide.begin_review(order.id, SECOND, "V2")
    world.desk.decide.approve(order.id, FIRST, order.digest)
    world.run_jobs()
    assert "wait" in world.screens.reviews["V2"].problem


@pytest.mark.parametrize(("who", "error"), [
    (REQUESTER, NotAllowed), (ADMIN, NotAllowed), (OUTSIDER, UnknownOrder), (GUEST, NotAMember), (STRANGER, NotAMember),
])  # fmt: skip
def test_only_approvers_see_the_review(world: World, order: Order, who: str, error: type[DeskError]) -> None:
    with pytest.raises(error):
        world.desk.decide.begin_review(order.id, who, "V1")
    world.run_jobs()
    assert world.screens.reviews == {}


# -- yes


def test_one_yes_starts_the_purchase(world: World, order: Order) -> None:
    after = world.desk.decide.approve(order.id, FIRST, order.digest)
    assert (after.status, [a.by for a in after.standing_approvals]) == (Status.BUYING, [FIRST])
    assert [notice.fact("by") for notice in world.told(Told.APPROVED)] == [FIRST]


def test_an_older_digest_is_refused(world: World, order: Order) -> None:
    world.change(order, names="www.acme.com\nshop.acme.com", product="quickssl_premium")
    world.run_jobs()
    with pytest.raises(ChangedSince):
        world.desk.decide.approve(order.id, FIRST, order.digest)
    assert world.order(order.id).approvals == ()


NEEDS_TWO: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "a price above the limit": ({}, {"limit_order": Decimal("48.99")}),
    "the long check": ({"product": "sslwebserver_ev"}, {}),
}


@pytest.mark.parametrize("why", NEEDS_TWO)
def test_where_two_are_needed_two_different_people_say_yes(make: MakeDesk, why: str) -> None:
    values, policy = NEEDS_TWO[why]
    world = make(**policy)
    order = world.approve(world.waiting(**values), FIRST)
    assert order.status is Status.AWAITING_APPROVAL
    (told,) = world.told(Told.APPROVED_ONE)
    assert (told.fact("given"), told.fact("needed")) == ("1", "2")
    with pytest.raises(DecidedAlready):
        world.desk.decide.approve(order.id, FIRST, order.digest)
    assert world.approve(order, SECOND).status is Status.BUYING


def test_the_second_click_of_a_double_click_gets_the_present_state(world: World) -> None:
    order = world.approve(world.waiting(), FIRST)
    with pytest.raises(IllegalMove) as caught:
        world.desk.decide.approve(order.id, FIRST, order.digest)
    assert caught.value.status is Status.BUYING


@pytest.mark.parametrize("act", ["approve", "refuse", "override"])
@pytest.mark.parametrize(("who", "error"), [
    (COLLEAGUE, NotAllowed), (ADMIN, NotAllowed), (OUTSIDER, UnknownOrder), (GUEST, NotAMember), (STRANGER, NotAMember),
    (GONE, NotAMember),
])  # fmt: skip
def test_nobody_else_decides(world: World, order: Order, act: str, who: str, error: type[DeskError]) -> None:
    with pytest.raises(error):
        DECISIONS[act](world, order, who)
    assert world.order(order.id) == order


DECISIONS: dict[str, Callable[[World, Order, str], object]] = {
    "approve": lambda world, order, who: world.desk.decide.approve(order.id, who, order.digest),
    "refuse": lambda world, order, who: world.desk.decide.refuse(order.id, who, "no"),
    "override": lambda world, order, who: world.desk.decide.override(order.id, who, (STOP.key,), "all the same"),
}


@pytest.mark.parametrize("act", DECISIONS)
def test_deciding_asks_the_workspace_afresh_and_its_silence_refuses(world: World, order: Order, act: str) -> None:
    world.people.silent = True
    with pytest.raises(PeopleUnknown):
        DECISIONS[act](world, order, FIRST)
    assert world.order(order.id) == order


def test_nobody_approves_what_they_asked_for_or_changed(world: World) -> None:
    world.people.approving = APPROVERS | {REQUESTER}
    order = world.waiting()
    world.change(order, by=SECOND, names="shop.acme.com")
    world.run_jobs()
    for own in (REQUESTER, SECOND):
        with pytest.raises(OwnOrder):
            world.desk.decide.approve(order.id, own, world.order(order.id).digest)
    assert world.approve(order, THIRD).status is Status.BUYING


def test_a_small_shop_approves_its_own_and_card_and_audit_say_so(make: MakeDesk) -> None:
    world = make(self_approval=True)
    world.people.approving = frozenset({REQUESTER})
    order = world.approve(world.waiting(), REQUESTER)
    assert (order.status, order.standing_approvals[0].own) == (Status.BUYING, True)
    assert world.told(Told.APPROVED)[0].fact("own") == "yes"


# -- no


def test_a_refusal_needs_a_reason_and_ends_order_and_draft(world: World, order: Order) -> None:
    for empty in ("", "  ", "x" * 501):
        with pytest.raises(BadInput) as bad:
            world.desk.decide.refuse(order.id, FIRST, empty)
        assert list(bad.value.fields) == ["reason"]
    world.desk.decide.refuse(order.id, FIRST, " too expensive ")
    after = world.later(order)
    assert (after.status, after.reason) == (Status.REFUSED, "too expensive")
    assert world.standin.orders[order.supplier_id].state == "cancelled"
    (told,) = world.told(Told.REFUSED)
    assert (told.mentions, told.fact("by"), told.fact("reason")) == ((REQUESTER,), FIRST, "too expensive")


def test_what_is_approved_is_refused_no_more(world: World) -> None:
    order = world.approve(world.waiting(), FIRST)
    with pytest.raises(IllegalMove):
        world.desk.decide.refuse(order.id, SECOND, "no")


# -- all the same


def held(make: MakeDesk) -> tuple[World, Order]:
    """An order that two findings stop."""
    world = make(checks=(FakeCheck("standing", STOP, OTHER_STOP),))
    order = world.place()
    assert world.later(order).status is Status.HELD
    return world, world.order(order.id)


def test_an_override_is_no_approval_two_others_must_say_yes(make: MakeDesk) -> None:
    world, order = held(make)
    world.desk.decide.override(order.id, FIRST, (STOP.key, OTHER_STOP.key), "they filed it today")
    after = world.later(order)
    assert (after.status, after.approvals, [o.by for o in after.overrides]) == (
        Status.AWAITING_APPROVAL, (), [FIRST, FIRST],
    )  # fmt: skip
    with pytest.raises(OwnOrder):
        world.desk.decide.approve(order.id, FIRST, after.digest)
    assert world.approve(order, SECOND).status is Status.AWAITING_APPROVAL
    assert world.approve(order, THIRD).status is Status.BUYING


def test_an_override_covers_what_it_names_and_nothing_else(make: MakeDesk) -> None:
    world, order = held(make)
    world.desk.decide.override(order.id, FIRST, (STOP.key,), "known")
    after = world.later(order)
    assert after.status is Status.HELD
    assert after.hold is not None
    assert after.hold.reasons == (OTHER_STOP.sentence,)
    with pytest.raises(BadInput) as bad:
        world.desk.decide.override(order.id, FIRST, (STOP.key,), "again")
    assert list(bad.value.fields) == ["stops"]


def test_an_override_does_not_cover_a_later_worse_finding(make: MakeDesk) -> None:
    check = FakeCheck("standing", STOP)
    world = make(checks=(check,))
    order = world.place()
    world.run_jobs()
    world.desk.decide.override(order.id, FIRST, (STOP.key,), "known")
    assert world.later(order).status is Status.AWAITING_APPROVAL
    check.findings = [replace(STOP, evidence="REVOKED")]
    world.desk.ask.check_again(order.id, REQUESTER)
    assert world.later(order).status is Status.HELD
