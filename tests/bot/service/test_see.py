"""Looking things up: what one may not see does not exist."""

import pytest

from bot.domain.errors import NotAMember, UnknownOrder
from bot.domain.order import Order
from bot.service.project import ProjectInput
from bot.shown.card import CardFacts
from tests import fakes
from tests.builders import World, a_project
from tests.fakes import ADMIN, CHANNEL, COLLEAGUE, ENGINEER, FIRST, OTHER_CHANNEL, OUTSIDER, OWNER, REQUESTER, STAND_IN


def shop(world: World) -> Order:
    """An order of another project, in a channel that only two people are in."""
    with world.store.unit() as unit:
        unit.save_project(a_project(id=OTHER_CHANNEL, name="Shop"))
    form = world.desk.fill.open_form(COLLEAGUE, OTHER_CHANNEL, "shop.acme.com")
    return world.desk.ask.place(form.id, COLLEAGUE)


@pytest.fixture
def order(world: World) -> Order:
    return world.place()


def ids(found: list[CardFacts]) -> list[str]:
    return [facts.order.id for facts in found]


@pytest.mark.parametrize("who", [REQUESTER, COLLEAGUE, ENGINEER, FIRST, ADMIN])
def test_the_channel_the_approvers_and_the_admins_see_an_order(world: World, order: Order, who: str) -> None:
    assert world.desk.see.order(order.id, who).order == order
    assert [entry.what for entry in world.desk.see.history(order.id, who)] == ["placed"]
    assert ids(world.desk.see.find("acme", who, CHANNEL)) == [order.id]


@pytest.mark.parametrize(("who", "error"), [
    (OUTSIDER, UnknownOrder), (fakes.GUEST, NotAMember), (fakes.STRANGER, NotAMember), (fakes.GONE, NotAMember),
    (fakes.ROBOT, NotAMember),
])  # fmt: skip
def test_for_everybody_else_it_does_not_exist(world: World, order: Order, who: str, error: type[Exception]) -> None:
    see = world.desk.see
    for act in (see.order, see.history):
        with pytest.raises(error):
            act(order.id, who)
    found = [see.find("acme", who, CHANNEL), see.find(order.id, who, CHANNEL), see.open_orders(who, CHANNEL)]
    assert found == [[], [], []]


def test_an_unknown_order_and_a_hidden_one_look_the_same(world: World, order: Order) -> None:
    for order_id in (order.id, "o-none"):
        with pytest.raises(UnknownOrder, match=f"^{order_id}$"):
            world.desk.see.order(order_id, OUTSIDER)


@pytest.mark.parametrize(("text", "found"), [
    ("www.acme.com", True), ("ACME", True), (" acme.com ", True), ("O-ID", True), ("acme.org", False), ("shop", False),
])  # fmt: skip
def test_an_order_is_found_by_its_id_or_a_part_of_its_name(
    world: World, order: Order, text: str, *, found: bool
) -> None:
    typed = text.replace("O-ID", order.id.upper())
    assert ids(world.desk.see.find(typed, REQUESTER, CHANNEL)) == [order.id] * found


@pytest.mark.parametrize(("who", "where", "listed"), [
    (COLLEAGUE, CHANNEL, ["ours"]), (COLLEAGUE, OTHER_CHANNEL, ["theirs"]), (COLLEAGUE, "D1", ["theirs", "ours"]),
    (ENGINEER, "D1", ["ours"]), (ENGINEER, OTHER_CHANNEL, []),
])  # fmt: skip
def test_a_channel_lists_its_own_orders_and_a_direct_message_all_one_may_see(
    world: World, who: str, where: str, listed: list[str]
) -> None:
    known = {"ours": world.place().id, "theirs": shop(world).id}
    assert sorted(ids(world.desk.see.open_orders(who, where))) == sorted(known[name] for name in listed)


def test_what_is_found_in_this_channel_comes_first(world: World) -> None:
    ours, theirs = world.place(), shop(world)
    assert ids(world.desk.see.find("acme", COLLEAGUE, CHANNEL)) == [ours.id, theirs.id]
    assert ids(world.desk.see.find("acme", COLLEAGUE, OTHER_CHANNEL)) == [theirs.id, ours.id]


def test_what_is_over_is_listed_no_more_but_found(world: World, order: Order) -> None:
    world.desk.ask.cancel(order.id, REQUESTER)
    assert world.desk.see.open_orders(REQUESTER, CHANNEL) == []
    assert ids(world.desk.see.find("acme", REQUESTER, CHANNEL)) == [order.id]


def test_the_project_form_shows_what_was_set(world: World) -> None:
    wanted = ProjectInput("Acme site", "Acme", OWNER, STAND_IN, ENGINEER, "2026-12-10")
    world.desk.projects.set_up(CHANNEL, OWNER, wanted)
    assert world.desk.see.project_input(CHANNEL) == wanted
    assert (world.desk.see.project_input("C9"), world.desk.see.project("C9")) == (ProjectInput("", "", ""), None)


def test_my_projects_are_those_whose_channels_i_am_in(world: World) -> None:
    shop(world)
    mine = [{project.name for project in world.desk.see.my_projects(who)} for who in (COLLEAGUE, FIRST, OUTSIDER)]
    assert mine == [{"Acme site", "Shop"}, {"Acme site"}, set()]
