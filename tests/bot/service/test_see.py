"""Looking things up: what one may not see does not exist."""

from datetime import date

import pytest

from bot.domain.errors import NotAMember, UnknownOrder
from bot.domain.order import Order
from bot.service.ask import ProjectInput
from bot.shown.card import CardFacts
from tests.builders import World, a_project
from tests.fakes import (
    ADMIN,
    CHANNEL,
    COLLEAGUE,
    ENGINEER,
    FIRST,
    GUEST,
    OTHER_CHANNEL,
    OUTSIDER,
    OWNER,
    REQUESTER,
    STAND_IN,
    STRANGER,
)

SEES, SEES_NOT = [REQUESTER, COLLEAGUE, ENGINEER, FIRST, ADMIN], [OUTSIDER]


def shop(world: World) -> Order:
    """An order of another project, in a channel that only two people are in."""
    with world.store.unit() as unit:
        unit.save_project(a_project(id=OTHER_CHANNEL, name="Shop"))
    form = world.desk.ask.open_form(COLLEAGUE, OTHER_CHANNEL, "shop.acme.com")
    return world.desk.ask.place(form.id, COLLEAGUE)


@pytest.fixture
def order(world: World) -> Order:
    return world.place()


def ids(found: list[CardFacts]) -> list[str]:
    return [facts.order.id for facts in found]


@pytest.mark.parametrize("who", SEES)
def test_the_channel_the_approvers_and_the_admins_see_an_order(world: World, order: Order, who: str) -> None:
    assert world.desk.see.order(order.id, who).order == order
    assert [entry.what for entry in world.desk.see.history(order.id, who)] == ["placed"]
    assert ids(world.desk.see.find("acme", who, CHANNEL)) == [order.id]


@pytest.mark.parametrize("who", SEES_NOT)
def test_for_everybody_else_it_is_an_order_that_does_not_exist(world: World, order: Order, who: str) -> None:
    with pytest.raises(UnknownOrder):
        world.desk.see.order(order.id, who)
    with pytest.raises(UnknownOrder):
        world.desk.see.history(order.id, who)
    assert world.desk.see.find("acme", who, CHANNEL) == []
    assert world.desk.see.find(order.id, who, CHANNEL) == []
    assert world.desk.see.open_orders(who, CHANNEL) == []
    assert world.desk.see.my_projects(who) == []


@pytest.mark.parametrize("who", [GUEST, STRANGER])
def test_guests_and_strangers_are_refused(world: World, order: Order, who: str) -> None:
    with pytest.raises(NotAMember):
        world.desk.see.order(order.id, who)
    assert world.desk.see.find("acme", who, CHANNEL) == []


@pytest.mark.parametrize(("text", "found"), [
    ("www.acme.com", True), ("ACME", True), (" acme.com ", True), ("acme.org", False), ("shop", False),
])  # fmt: skip
def test_an_order_is_found_by_a_part_of_its_name(world: World, order: Order, text: str, *, found: bool) -> None:
    assert ids(world.desk.see.find(text, REQUESTER, CHANNEL)) == ([order.id] if found else [])


def test_an_order_is_found_by_its_id(world: World, order: Order) -> None:
    assert ids(world.desk.see.find(order.id.upper(), REQUESTER, CHANNEL)) == [order.id]


def test_a_channel_lists_its_own_orders_and_a_direct_message_all_one_may_see(world: World) -> None:
    ours, theirs = world.place(), shop(world)
    assert ids(world.desk.see.open_orders(COLLEAGUE, CHANNEL)) == [ours.id]
    assert ids(world.desk.see.open_orders(COLLEAGUE, OTHER_CHANNEL)) == [theirs.id]
    assert set(ids(world.desk.see.open_orders(COLLEAGUE, "D1"))) == {ours.id, theirs.id}
    assert ids(world.desk.see.open_orders(ENGINEER, "D1")) == [ours.id]
    assert ids(world.desk.see.open_orders(ENGINEER, OTHER_CHANNEL)) == []


def test_what_is_found_in_this_channel_comes_first(world: World) -> None:
    ours, theirs = world.place(), shop(world)
    assert ids(world.desk.see.find("acme", COLLEAGUE, CHANNEL)) == [ours.id, theirs.id]
    assert ids(world.desk.see.find("acme", COLLEAGUE, OTHER_CHANNEL)) == [theirs.id, ours.id]


def test_what_is_over_is_listed_no_more_but_found(world: World, order: Order) -> None:
    world.desk.ask.cancel(order.id, REQUESTER)
    assert world.desk.see.open_orders(REQUESTER, CHANNEL) == []
    assert ids(world.desk.see.find("acme", REQUESTER, CHANNEL)) == [order.id]


def test_the_project_form_shows_what_was_set(world: World) -> None:
    wanted = ProjectInput("Acme site", "Acme", OWNER, STAND_IN, ENGINEER, date(2026, 12, 10).isoformat())
    world.desk.ask.set_up(CHANNEL, OWNER, wanted)
    assert world.desk.see.project_input(CHANNEL) == wanted
    assert world.desk.see.project_input("C9") == ProjectInput("", "", "")
    assert world.desk.see.project("C9") is None


def test_my_projects_are_those_whose_channels_i_am_in(world: World) -> None:
    shop(world)
    assert {project.name for project in world.desk.see.my_projects(COLLEAGUE)} == {"Acme site", "Shop"}
    assert [project.name for project in world.desk.see.my_projects(FIRST)] == ["Acme site"]
