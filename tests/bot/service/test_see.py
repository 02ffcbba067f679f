"""Looking things up: what one may not see does not exist."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import NotAMember, UnknownOrder
from bot.domain.findings import Mender
from bot.domain.order import Certificate, Hold, Order, Status
from bot.domain.pace import DAY
from bot.shown.card import CardFacts
from tests import fakes
from tests.builders import World, a_project, a_request, an_order
from tests.fakes import ADMIN, CHANNEL, COLLEAGUE, ENGINEER, FIRST, NOW, OTHER_CHANNEL, OUTSIDER, OWNER, REQUESTER

BY_ENGINEER = Hold(Mender.ENGINEER, ("Something technical.",))


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
    assert [entry.what for entry in world.desk.see.history(order.id, who)] == ["consent", "placed"]
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


def test_an_order_is_found_by_its_id_or_a_part_of_its_name_and_listed_until_it_is_over(
    world: World, order: Order
) -> None:
    world.desk.ask.cancel(order.id, REQUESTER)
    typed = ("www.acme.com", " ACME ", order.id.upper(), "acme.org", "shop")
    found = [ids(world.desk.see.find(text, REQUESTER, CHANNEL)) for text in typed]
    assert found == [[order.id]] * 3 + [[]] * 2
    assert world.desk.see.open_orders(REQUESTER, CHANNEL) == []


@pytest.mark.parametrize(("who", "where", "listed"), [
    (COLLEAGUE, CHANNEL, ["ours"]), (COLLEAGUE, OTHER_CHANNEL, ["theirs"]), (COLLEAGUE, "D1", ["theirs", "ours"]),
    (ENGINEER, "D1", ["ours"]), (ENGINEER, OTHER_CHANNEL, []),
])  # fmt: skip
def test_a_channel_lists_its_own_orders_and_a_direct_message_all_one_may_see(
    world: World, who: str, where: str, listed: list[str]
) -> None:
    known = {"ours": world.place().id, "theirs": shop(world).id}
    assert {*ids(world.desk.see.open_orders(who, where))} == {known[name] for name in listed}


def test_what_is_found_in_this_channel_comes_first(world: World) -> None:
    ours, theirs = world.place(), shop(world)
    assert ids(world.desk.see.find("acme", COLLEAGUE, CHANNEL)) == [ours.id, theirs.id]
    assert ids(world.desk.see.find("acme", COLLEAGUE, OTHER_CHANNEL)) == [theirs.id, ours.id]


def ends_in(days: int) -> Certificate:
    return Certificate("PEM", (), "0A", "CA", ("www.acme.com",), NOW, NOW + days * DAY)


def at_home(world: World, who: str, order: Order) -> list[str]:
    """In which lists of this person's home the order stands."""
    home = world.desk.see.home(who)
    return [name for name in ("waiting", "mine", "expiring") if order.id in ids(list(getattr(home, name)))]


@pytest.mark.parametrize(("status", "who", "lists", "changes"), [
    (Status.AWAITING_APPROVAL, REQUESTER, ["mine"], {}), (Status.AWAITING_APPROVAL, FIRST, ["waiting"], {}),
    (Status.AWAITING_APPROVAL, COLLEAGUE, [], {}), (Status.AWAITING_APPROVAL, OUTSIDER, [], {}),
    (Status.HELD, REQUESTER, ["waiting", "mine"], {}), (Status.HELD, ENGINEER, ["waiting"], {"hold": BY_ENGINEER}),
    (Status.ISSUED, ENGINEER, ["waiting"], {"certificate": ends_in(61)}),
    (Status.LIVE, COLLEAGUE, ["expiring"], {"certificate": ends_in(60)}),
    (Status.LIVE, REQUESTER, ["mine", "expiring"], {"certificate": ends_in(-1)}),
    (Status.LIVE, OUTSIDER, [], {"certificate": ends_in(1)}),
    (Status.REFUSED, REQUESTER, ["waiting"], {}), (Status.DECLINED, REQUESTER, [], {"since": NOW - 30 * DAY}),
    (Status.CANCELLED, REQUESTER, [], {}), (Status.ENDED, REQUESTER, [], {"certificate": ends_in(1)}),
])  # fmt: skip
def test_home_lists_what_concerns_its_reader(
    world: World, status: Status, who: str, lists: list[str], changes: dict[str, Any]
) -> None:
    order = an_order(status, **changes)
    with world.store.unit() as unit:
        unit.add_order(order)
    assert at_home(world, who, order) == lists


@pytest.mark.parametrize(("old", "new"), [
    (an_order(Status.LIVE, certificate=ends_in(9)), {"request": a_request("www.acme.com", renews="o-1")}),
    (an_order(Status.REFUSED), {"corrects": "o-1", "request": a_request("new.acme.com")}),
], ids=["renewed", "ordered again"])  # fmt: skip
def test_what_another_order_took_care_of_waits_for_nobody(world: World, old: Order, new: dict[str, Any]) -> None:
    with world.store.unit() as unit:
        unit.add_order(replace(old, requester=OWNER))
        unit.add_order(an_order(Status.ISSUED, id="o-2", supplier_ids=(), certificate=ends_in(199), form="f-2", **new))
    assert at_home(world, OWNER, old) == (["mine"] if old.certificate else [])


def test_what_ends_first_comes_first(world: World) -> None:
    with world.store.unit() as unit:
        for name, days in {"o-b": 40, "o-a": 50, "o-c": 3}.items():
            request = a_request(f"{name}.acme.com")
            live = an_order(Status.LIVE, id=name, form=name, supplier_ids=(), certificate=ends_in(days))
            unit.add_order(replace(live, request=request))
    assert ids(list(world.desk.see.home(COLLEAGUE).expiring)) == ["o-c", "o-b", "o-a"]


def test_home_shows_members_the_projects_they_are_in_and_which_they_may_change(world: World) -> None:
    shop(world)
    people = (OWNER, FIRST, COLLEAGUE, OUTSIDER)
    shown = [{p.name: may for p, may in world.desk.see.home(who).projects} for who in people]
    assert shown == [{"Acme site": True}, {"Acme site": True}, {"Acme site": False, "Shop": False}, {}]
    for who in (fakes.GUEST, fakes.STRANGER, fakes.GONE):
        with pytest.raises(NotAMember):
            world.desk.see.home(who)
