"""The requester's side: placing, changing, cancelling, a second order."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.domain.errors import (
    BadInput,
    DeskError,
    IllegalMove,
    NotAllowed,
    OpenOrderExists,
    OwnOrder,
    UnknownOrder,
)
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.shown.form import Form
from tests.builders import COMPANY, CONTACT, World, a_client
from tests.fakes import (
    CHANNEL,
    COLLEAGUE,
    FIRST,
    OUTSIDER,
    OWNER,
    REQUESTER,
    SECOND,
    THIRD,
)

TYPED = {
    **{f"org.{field}": getattr(COMPANY, field) for field in COMPANY.__dataclass_fields__},
    **{f"contact.{field}": getattr(CONTACT, field) for field in CONTACT.__dataclass_fields__},
}


def new_client(world: World) -> None:
    """Nothing is on file about the client."""
    with world.store.unit() as unit:
        unit.save_client(a_client(organisation=None, contact=None, confirmed_at=None))


def opened(world: World, **values: str) -> Form:
    form = world.desk.fill.open_form(REQUESTER, CHANNEL)
    return world.desk.fill.save_step(form.id, REQUESTER, {k.replace("__", "."): v for k, v in values.items()})


def walk(world: World, form: Form) -> list[str]:
    """The steps from the first to the last."""
    walked = ["names"]
    while (step := world.desk.fill.next_step(form, walked[-1])) and step not in walked:
        walked.append(step)
    return walked


@pytest.fixture
def order(world: World) -> Order:
    return world.place()


@pytest.mark.parametrize(("values", "field"), [
    ({"names": "*.acme.com\nwww.acme.com"}, "product"),
    ({"names": "www.acme.com", "product": "sslwebserver", "org.name": ""}, "org.name"),
    ({"names": "", "product": "rapidssl"}, "names"),
], ids=str)  # fmt: skip
def test_nothing_incomplete_is_placed(world: World, values: dict[str, str], field: str) -> None:
    form = opened(world)
    with suppress(BadInput):
        world.desk.fill.save_step(form.id, REQUESTER, values)
    with pytest.raises(BadInput) as bad:
        world.desk.ask.place(form.id, REQUESTER)
    assert field in bad.value.fields
    assert world.desk.see.open_orders(REQUESTER, CHANNEL) == []


# -- placing


def test_a_placed_order_is_prepared_and_said(world: World, order: Order) -> None:
    assert (order.status, order.requester, order.authors) == (Status.PREPARING, REQUESTER, (REQUESTER,))
    assert [notice.mentions for notice in world.told(Told.OPENED)] == [(REQUESTER,)]
    assert world.history(order) == ["consent", "placed"]
    assert world.later(order).status is Status.AWAITING_APPROVAL


def test_the_same_form_twice_makes_one_order(world: World) -> None:
    form = world.fill(product="rapidssl")
    once, twice = (world.desk.ask.place(form.id, REQUESTER) for _ in range(2))
    assert once.id == twice.id
    assert len(world.desk.see.open_orders(REQUESTER, CHANNEL)) == 1


def test_what_was_typed_about_the_company_is_kept_with_the_client(world: World) -> None:
    new_client(world)
    world.clock.advance(timedelta(days=3))
    world.place(product="sslwebserver", **{name.replace(".", "__"): value for name, value in TYPED.items()})
    with world.store.unit() as unit:
        client = unit.client("c-acme")
    assert client == a_client(
        confirmed_at=world.clock.now(), consent_at=world.clock.now(), consent_by=REQUESTER, domains=("acme.com",)
    )


def test_a_domain_only_order_carries_nothing_of_the_clients(world: World) -> None:
    order = world.place(product="rapidssl")
    assert (order.request.organisation, order.request.admin) == (None, world.gear.policy.agency)


def test_a_request_file_of_ones_own_is_judged_when_it_is_sent(world: World) -> None:
    form = world.fill(product="rapidssl", own_csr="-----BEGIN CERTIFICATE REQUEST-----\nMII")
    with pytest.raises(BadInput) as bad:
        world.desk.ask.place(form.id, REQUESTER)
    assert list(bad.value.fields) == ["own_csr"]


def test_who_has_left_the_channel_since_places_nothing(world: World) -> None:
    form = world.fill(product="rapidssl")
    world.people.channels[CHANNEL].remove(REQUESTER)
    with pytest.raises(NotAllowed):
        world.desk.ask.place(form.id, REQUESTER)


# -- a second order for the same names (R12)


def refused_form(world: World, *names: str) -> tuple[Form, OpenOrderExists]:
    """A form that an open order stands in the way of."""
    form = world.fill(*names, product="rapidssl")
    with pytest.raises(OpenOrderExists) as exists:
        world.desk.ask.place(form.id, REQUESTER)
    return form, exists.value


def test_the_second_requester_is_told_which_order_exists(world: World, order: Order) -> None:
    form, exists = refused_form(world)
    assert (exists.order_id, exists.form) == (order.id, form.id)


def test_the_approvers_are_asked_in_the_existing_orders_thread(world: World, order: Order) -> None:
    form, _ = refused_form(world)
    world.desk.ask.wish_second(form.id, REQUESTER)
    (told,) = world.told(Told.SECOND_WANTED)
    assert (told.order_id, told.fact("form"), set(told.mentions)) == (order.id, form.id, {FIRST, SECOND, THIRD})


def test_a_wish_for_what_no_longer_stands_in_the_way_asks_nobody(world: World, order: Order) -> None:
    form, _ = refused_form(world)
    world.desk.ask.cancel(order.id, REQUESTER)
    world.desk.ask.wish_second(form.id, REQUESTER)
    assert world.told(Told.SECOND_WANTED) == []


def test_an_allowed_second_order_needs_two_others(world: World) -> None:
    other = world.place()
    form, _ = refused_form(world)
    order = world.desk.ask.allow_second(form.id, FIRST, "another data centre")
    assert order.second is not None
    assert (order.requester, order.second.other, order.second.by) == (REQUESTER, other.id, FIRST)
    world.run_jobs()
    with pytest.raises(OwnOrder):
        world.desk.decide.approve(order.id, FIRST, world.order(order.id).digest)
    assert world.approve(order, SECOND).status is Status.AWAITING_APPROVAL
    assert world.approve(order, THIRD).status is Status.BUYING


def test_allowing_twice_makes_one_order(world: World) -> None:
    world.place()
    form, _ = refused_form(world)
    once, twice = (world.desk.ask.allow_second(form.id, FIRST, "why not") for _ in range(2))
    assert once.id == twice.id
    assert len(world.desk.see.open_orders(REQUESTER, CHANNEL)) == 2


@pytest.mark.parametrize("who", [REQUESTER, COLLEAGUE, OWNER])
def test_only_an_approver_allows_a_second_order_even_when_nothing_is_in_the_way(world: World, who: str) -> None:
    other = world.place()
    form, _ = refused_form(world)
    with pytest.raises(NotAllowed):
        world.desk.ask.allow_second(form.id, who, "please")
    world.desk.ask.cancel(other.id, REQUESTER)
    with pytest.raises(NotAllowed):
        world.desk.ask.allow_second(form.id, who, "please")


@pytest.mark.parametrize(("form", "reason", "error"), [("f-none", "x", UnknownOrder), ("", " ", BadInput)])
def test_a_second_order_needs_a_form_and_a_reason(world: World, form: str, reason: str, error: type[DeskError]) -> None:
    world.place()
    waiting, _ = refused_form(world)
    with pytest.raises(error):
        world.desk.ask.allow_second(form or waiting.id, FIRST, reason)


# -- changing


def test_whoever_changes_it_has_a_hand_in_it(world: World) -> None:
    order = world.waiting()
    assert world.change(order, by=COLLEAGUE, names="shop.acme.com").authors == (REQUESTER, COLLEAGUE)


def test_a_change_into_the_names_of_another_open_order_is_refused(world: World) -> None:
    order, other = world.waiting(), world.waiting("shop.acme.com")
    with pytest.raises(OpenOrderExists) as exists:
        world.change(order, names="shop.acme.com")
    assert exists.value.order_id == other.id
    assert world.order(order.id) == order


def test_what_is_approved_is_changed_no_more(world: World) -> None:
    order = world.waiting()
    form = world.desk.fill.open_form(REQUESTER, CHANNEL, changes=order.id)
    world.approve(order)
    with pytest.raises(IllegalMove):
        world.desk.ask.place(form.id, REQUESTER)


def test_correct_and_order_again_is_a_new_linked_order_with_everything_filled_in(world: World) -> None:
    order = world.waiting()
    with pytest.raises(IllegalMove):
        world.desk.fill.open_form(REQUESTER, CHANNEL, corrects=order.id)
    world.desk.decide.refuse(order.id, FIRST, "no")
    form = world.desk.fill.open_form(COLLEAGUE, CHANNEL, corrects=order.id)
    again = world.desk.ask.place(form.id, COLLEAGUE)
    assert (again.corrects, again.request, again.requester) == (order.id, order.request, COLLEAGUE)
    assert again.key_id == ""


# -- cancelling


STAGES: dict[str, Callable[[World], Order]] = {
    "preparing": lambda world: world.place(), "awaiting approval": lambda world: world.waiting(),
    "approved": lambda world: world.approve(world.waiting()),
}  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_anybody_of_the_channel_cancels_while_nothing_is_bought(world: World, stage: str) -> None:
    order = STAGES[stage](world)
    with pytest.raises(UnknownOrder):
        world.desk.ask.cancel(order.id, OUTSIDER)
    assert world.desk.ask.cancel(order.id, COLLEAGUE).status is Status.CANCELLED
    world.run_jobs()
    assert [order.state for order in world.standin.orders.values() if order.state != "cancelled"] == []
    with pytest.raises(IllegalMove) as again:
        world.desk.ask.cancel(order.id, COLLEAGUE)
    assert again.value.status is Status.CANCELLED
