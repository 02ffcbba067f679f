"""Standing by a person's word: what a look-up lets go or stops, and that nobody takes back what they saw themselves."""

import pytest

from bot.domain.client import Attestation
from bot.domain.errors import BadInput, OwnOrder, UnknownOrder
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.domain.pace import DAY
from bot.service.attest import OTHER
from tests.builders import COMPANY, World, a_client
from tests.fakes import COLLEAGUE, FIRST, NOW, OUTSIDER, OWNER, REQUESTER

BAD, GOOD = "NOT GOOD STANDING", "ACTIVE"


def held(world: World) -> Order:
    """A company-checked order of a client that nobody has looked up yet."""
    with world.store.unit() as unit:
        unit.save_client(a_client(attestations=()))
    order = world.later(world.place(product="sslwebserver"))
    assert (order.status, [f.rule for f in order.findings if f.check == "standing"]) == (Status.HELD, ["STAND-1"])
    return order


def attest(world: World, order: Order, by: str, word: str, **more: str) -> Order:
    world.desk.attest.attest(order.id, by, word, **more)
    return world.later(order)


def test_what_is_asked_is_the_exact_name_and_its_register_and_something_must_be_said(world: World) -> None:
    order = held(world)
    asked = world.desk.attest.asked(order.id, REQUESTER)
    assert (asked.organisation, asked.register.code, asked.register.good) == (COMPANY.name, "IL", (GOOD,))
    for word, other, field in (("", "", "word"), (OTHER, " ", "other"), (OTHER, "x" * 76, "other")):
        with pytest.raises(BadInput, match=field):
            world.desk.attest.attest(order.id, REQUESTER, word, other)
    assert world.order(order.id) == order


def test_a_good_word_lets_the_order_go_and_its_witness_approves_nothing(world: World) -> None:
    order = attest(world, held(world), FIRST, GOOD, number=" 0123 ")
    assert (order.status, order.authors) == (Status.AWAITING_APPROVAL, (REQUESTER, FIRST))
    assert [what for what in world.history(order) if what.startswith("attest")] == ["attested", "attest"]
    with pytest.raises(OwnOrder):
        world.approve(order, FIRST)
    with world.store.unit() as unit:
        assert unit.clients()[0].attestations == (Attestation(COMPANY.name, "IL", GOOD, "good", FIRST, NOW, "0123"),)
    assert len(world.told(Told.MENDED)) == 1
    assert FIRST in world.waiting("b.acme.com", product="sslwebserver").authors  # as before, for the same client
    assert FIRST not in world.waiting("c.acme.com").authors


@pytest.mark.parametrize(("said", "status", "rule"), [
    ({"word": "revoked"}, Status.HELD, "STAND-2"),
    ({"word": OTHER, "other": "not good  standing"}, Status.HELD, "STAND-2"),
    ({"word": OTHER, "other": "in limbo"}, Status.AWAITING_APPROVAL, "STAND-3"),
    ({"word": GOOD}, Status.AWAITING_APPROVAL, "STAND-4"),
])  # fmt: skip
def test_what_becomes_of_the_order(world: World, said: dict[str, str], status: Status, rule: str) -> None:
    order = attest(world, held(world), REQUESTER, **said)
    assert (order.status, [f.rule for f in order.findings if f.check == "standing"]) == (status, [rule])


@pytest.mark.parametrize(("by", "days", "field"), [
    (REQUESTER, 30, "word"), (COLLEAGUE, 1, ""), (REQUESTER, 31, ""),
])  # fmt: skip
def test_what_somebody_saw_lost_somebody_else_must_see_regained(world: World, by: str, days: int, field: str) -> None:
    order = attest(world, held(world), REQUESTER, BAD)
    world.clock.advance(days * DAY)
    if field:
        with pytest.raises(BadInput, match=field):
            world.desk.attest.attest(order.id, by, GOOD)
        world.desk.attest.attest(order.id, by, "REVOKED")  # no better
    else:
        assert attest(world, order, by, GOOD).status is Status.AWAITING_APPROVAL


def test_a_look_up_is_for_every_held_order_of_the_client_and_checks_the_waiting_ones(world: World) -> None:
    order = held(world)
    other = world.later(world.place("b.acme.com", product="sslwebserver"))
    assert [attest(world, order, OWNER, GOOD).status, world.order(other.id).status] == [Status.AWAITING_APPROVAL] * 2
    third = world.later(world.place("c.acme.com", product="sslwebserver", org__name="Acme Labs LLC"))
    assert third.status is Status.HELD
    attest(world, third, OWNER, BAD)
    assert [world.order(each.id).status for each in (order, third)] == [Status.AWAITING_APPROVAL, Status.HELD]


def test_nobody_from_outside_attests_and_nothing_where_no_company_is_checked(world: World) -> None:
    with pytest.raises(UnknownOrder):
        world.desk.attest.attest(held(world).id, OUTSIDER, GOOD)
    with pytest.raises(BadInput):
        world.desk.attest.asked(world.place("d.acme.com").id, REQUESTER)
