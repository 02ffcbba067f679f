"""The requester's side: placing, changing, cancelling, a second order."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.domain.errors import BadInput, DeskError, IllegalMove, NotAllowed, OpenOrderExists, UnknownOrder
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.service.typed import values_on_file
from bot.shown.form import Form
from tests.bot.service.test_fill import new_client, opened
from tests.builders import World, a_client
from tests.fakes import CHANNEL, COLLEAGUE, FIRST, OUTSIDER, OWNER, REQUESTER


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


def test_what_was_typed_about_the_company_is_kept_with_the_client(world: World) -> None:
    new_client(world)
    world.clock.advance(timedelta(days=3))
    world.place(product="sslwebserver", **values_on_file(a_client()))
    with world.store.unit() as unit:
        client = unit.client("c-acme")
    assert client == a_client(
        confirmed_at=world.clock.now(), consent_at=world.clock.now(), consent_by=REQUESTER, domains=("acme.com",)
    )


def test_who_has_left_the_channel_since_places_nothing(world: World) -> None:
    form = world.fill(product="rapidssl")
    world.people.channels[CHANNEL].remove(REQUESTER)
    with pytest.raises(NotAllowed):
        world.desk.ask.place(form.id, REQUESTER)


# -- a second order for the same names (R12)


@pytest.fixture
def form(world: World, order: Order) -> Form:
    """A form that the open order stands in the way of."""
    made = world.fill(product="rapidssl")
    with pytest.raises(OpenOrderExists) as exists:
        world.desk.ask.place(made.id, REQUESTER)
    assert exists.value.order_id == order.id
    return made


def test_allowing_twice_makes_one_order(world: World, form: Form) -> None:
    once, twice = (world.desk.ask.allow_second(form.id, FIRST, "why not") for _ in range(2))
    assert once.id == twice.id
    assert len(world.desk.see.open_orders(REQUESTER, CHANNEL)) == 2


@pytest.mark.parametrize("who", [REQUESTER, COLLEAGUE, OWNER])
def test_only_an_approver_allows_a_second_order_even_when_nothing_is_in_the_way(
    world: World, order: Order, form: Form, who: str
) -> None:
    with pytest.raises(NotAllowed):
        world.desk.ask.allow_second(form.id, who, "please")
    world.desk.ask.cancel(order.id, REQUESTER)
    with pytest.raises(NotAllowed):
        world.desk.ask.allow_second(form.id, who, "please")


@pytest.mark.parametrize(("given", "reason", "error"), [("f-none", "x", UnknownOrder), ("", " ", BadInput)])
def test_a_second_order_needs_a_form_and_a_reason(
    world: World, form: Form, given: str, reason: str, error: type[DeskError]
) -> None:
    with pytest.raises(error):
        world.desk.ask.allow_second(given or form.id, FIRST, reason)


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
