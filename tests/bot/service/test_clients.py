"""The client loop: what the client is told and asked, what comes back, the proof of control, orders they place."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.errors import BadInput, IllegalMove, NotAllowed
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.domain.request import Dcv
from bot.keys import Pki
from bot.shown.found import DnsHost, Found, Zone
from tests.builders import World, a_client
from tests.fakes import COLLEAGUE, FIRST, GUEST, NOW, REQUESTER

MAIL = {"dcv": "email", "approver_email": "admin@acme.com"}
BLANK = {f"org__{field}": "" for field in ("street", "city", "state", "phone")} | {"org__country": "US"}


def client_orders(world: World, **values: str) -> Order:
    placed = world.place(buyer="client", **values)
    return world.later(placed)


def held(world: World) -> Order:
    """An order for which most of the company is still to be asked."""
    with world.store.unit() as unit:
        unit.save_client(a_client(organisation=None, confirmed_at=None))
    company = {"org__name": "Acme LLC", "org__postal_code": "60601", **BLANK}
    order = world.later(world.place(product="sslwebserver", ask_client="yes", **company))
    assert order.status is Status.HELD
    return order


def asked(world: World, order: Order) -> dict[str, int]:
    return {each.field: each.number for each in world.desk.clients.text(order.id, REQUESTER).questions}


# -- what the client is told


def test_the_text_has_the_record_as_the_last_look_showed_it_and_whose_panel_it_goes_into(world: World) -> None:
    order = world.bought()
    host = DnsHost("GoDaddy", apex="@")
    zone = Zone("www.acme.com", "acme.com", ("ns1.domaincontrol.com",), (host,))
    with world.store.unit() as unit:
        unit.save_found("www.acme.com", Found(NOW, zone=zone))
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(minutes=10)
    told = world.desk.clients.text(order.id, COLLEAGUE)
    (record,) = told.records
    token = world.standin.orders[order.supplier_id].token
    assert (record.kind, record.full, record.short, record.value) == ("TXT", "www.acme.com", "www", token)
    assert (told.client, told.hosts, told.tasks) == ("Acme", (host,), ())


@pytest.mark.parametrize(("verb", "arguments"), [("text", ()), ("sent", ()), ("answer", ("1. x",)), ("resend", ())])
def test_only_full_members_of_the_channel_have_to_do_with_it(
    world: World, verb: str, arguments: tuple[str, ...]
) -> None:
    order = world.bought(**MAIL)
    with pytest.raises(NotAllowed):
        getattr(world.desk.clients, verb)(order.id, GUEST, *arguments)
    assert world.order(order.id) == order


@pytest.mark.parametrize("waiting", [World.bought, held, client_orders])
def test_who_sent_it_is_reminded_once_after_two_working_days(world: World, waiting: Callable[[World], Order]) -> None:
    order = waiting(world)
    world.desk.clients.sent(order.id, REQUESTER)
    after = world.desk.clients.sent(order.id, REQUESTER)  # a double click
    assert (after.sent_at, len(world.told(Told.SENT))) == (NOW, 1)
    world.pass_time(days=1, hours=23)
    assert world.told(Told.CHASE) == []
    world.pass_time(days=5)
    assert [notice.mentions for notice in world.told(Told.CHASE)] == [(REQUESTER,)]


def test_nobody_is_chased_once_something_came_of_it(world: World) -> None:
    order = world.bought()
    world.desk.clients.sent(order.id, REQUESTER)
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(days=4)
    assert (world.order(order.id).sent_at, world.told(Told.CHASE)) == (None, [])


# -- questions and answers


def test_what_fits_is_filled_in_what_does_not_comes_back_and_numbers_stay(world: World) -> None:
    order = held(world)
    number = asked(world, order)
    assert {*number.values()} == {1, 2, 3, 4}
    answers = {"street": "1 Main St\n  Suite 5", "phone": "+1 312 555 0123", "city": "Chicago", "state": "IL"}
    lines = [f"> {number[f'org.{field}']}. {said}" for field, said in answers.items()]
    text = "\n".join(["Hello,", *lines, "9. who knows"])
    answered = world.desk.clients.answer(order.id, COLLEAGUE, text)
    company = answered.order.request.organisation
    assert company is not None
    assert (company.street, company.city, company.state, company.phone) == ("1 Main St Suite 5", "Chicago", "", "")
    assert answered.left.splitlines() == [
        f"{number['org.phone']}. +1 312 555 0123", f"{number['org.state']}. IL", "Hello,", "9. who knows"
    ]  # fmt: skip
    assert {n: "Illinois" in why or "+1.3125550123" in why for n, why in answered.wrong} == {
        number["org.phone"]: True, number["org.state"]: True
    }  # fmt: skip
    order = world.later(order)
    assert (order.status, order.authors) == (Status.HELD, (REQUESTER, COLLEAGUE))
    assert asked(world, order) == {field: number[field] for field in ("org.phone", "org.state")}
    rest = f"{number['org.phone']}. +1.3125550123\n{number['org.state']}) Illinois"
    assert world.desk.clients.answer(order.id, REQUESTER, rest).left == ""
    assert world.later(order).status is Status.AWAITING_APPROVAL
    with world.store.unit() as unit:
        client = unit.client("c-acme")
    assert client is not None
    assert (client.confirmed_at, client.organisation) == (NOW, world.order(order.id).request.organisation)
    assert [notice.fact("count") for notice in world.told(Told.ANSWERED)] == ["2", "2"]


def test_answers_that_fill_in_nothing_change_nothing(world: World) -> None:
    order = held(world)
    asked(world, order)
    text = "Which numbers?\n12. a\n1."
    assert world.desk.clients.answer(order.id, REQUESTER, text).left == "Which numbers?\n12. a"
    assert world.order(order.id) == order


def test_a_key_among_the_answers_is_refused_and_an_order_that_waits_for_nothing_takes_none(world: World) -> None:
    order = held(world)
    with pytest.raises(BadInput, match="answers"):
        world.desk.clients.answer(order.id, REQUESTER, "1. -----BEGIN PRIVATE KEY-----")
    number = asked(world, order)["org.street"]
    world.desk.ask.cancel(order.id, REQUESTER)
    with pytest.raises(IllegalMove):
        world.desk.clients.answer(order.id, REQUESTER, f"{number}. 1 Main St")


# -- proof of control


def test_the_mail_is_sent_again_by_a_job_and_only_where_there_is_one(world: World) -> None:
    order = world.bought(**MAIL)
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(minutes=10)
    assert [task.where for task in world.desk.clients.text(order.id, REQUESTER).tasks] == ["admin@acme.com"]
    world.desk.clients.resend(order.id, COLLEAGUE)
    assert world.calls("resend_approve_email") == 0
    world.run_jobs()
    assert (world.calls("resend_approve_email"), world.history(order)[-1]) == (1, "resend")
    assert [notice.fact("to") for notice in world.told(Told.RESENT)] == ["admin@acme.com"]
    other = world.bought("shop.acme.com")
    with pytest.raises(BadInput, match="dcv"):
        world.desk.clients.resend(other.id, COLLEAGUE)


def test_a_mail_that_the_supplier_will_not_send_again_is_said(world: World) -> None:
    order = world.bought(**MAIL)
    world.standin.faults.arm("resend_approve_email", "code", code=465)
    world.desk.clients.resend(order.id, COLLEAGUE)
    world.run_jobs()
    (told,) = world.told(Told.RESENT)
    assert (told.fact("to"), told.mentions, bool(told.fact("reason"))) == ("", (COLLEAGUE,), True)


def test_another_way_to_show_control_stays_and_its_values_are_told(world: World) -> None:
    order = world.bought(**MAIL)
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(minutes=10)
    world.desk.clients.sent(order.id, REQUESTER)
    world.desk.clients.switch(order.id, COLLEAGUE, "dns", "")
    world.run_jobs()
    order = world.order(order.id)
    assert (order.request.dcv, order.request.approver_email, order.sent_at) == (Dcv.DNS, "", None)
    world.pass_time(hours=1)
    assert (world.calls("update_dv_auth"), world.standin.orders[order.supplier_id].dv_auth_method) == (1, "dns")
    assert [notice.fact("dcv") for notice in world.told(Told.SWITCHED, Told.CLIENT_MUST_ACT)] == ["email", "dns", "dns"]
    assert [record.kind for record in world.desk.clients.text(order.id, REQUESTER).records] == ["TXT"]


@pytest.mark.parametrize("mailbox", ["", "boss@acme.com", "admin@elsewhere.com", "admin@acme.com@evil.test"])
def test_mail_goes_to_one_of_five_mailboxes_at_the_domain(world: World, mailbox: str) -> None:
    order = world.bought()
    assert "hostmaster@acme.com" in world.desk.clients.mailboxes(order)
    with pytest.raises(BadInput, match="approver_email"):
        world.desk.clients.switch(order.id, REQUESTER, "email", mailbox)
    world.run_jobs()
    assert world.calls("update_dv_auth") == 0


def test_the_suppliers_support_is_told_the_numbers_by_approvers_alone(world: World) -> None:
    order = world.bought()
    world.standin.ca_accepts(order.supplier_id)
    world.run_job("follow", order)
    numbers = dict(world.desk.clients.support(order.id, FIRST).numbers)
    assert numbers["Order"] == order.supplier_id
    assert numbers["Order at the authority"] == world.standin.orders[order.supplier_id].supplier_order_id
    assert world.desk.clients.support(order.id, REQUESTER).numbers == ()


# -- the client orders


def test_what_the_client_orders_never_reaches_our_supplier(world: World) -> None:
    order = client_orders(world)
    assert (order.status, order.draft, order.supplier_ids) == (Status.VALIDATING, None, ())
    (told,) = world.told(Told.CLIENT_MUST_ACT)
    assert told.mentions == (REQUESTER,)
    with pytest.raises(IllegalMove):
        world.desk.follow.cancel_bought(order.id, FIRST)
    with pytest.raises(IllegalMove):
        world.desk.clients.switch(order.id, REQUESTER, "dns", "")
    world.desk.follow.look_now(order.id, REQUESTER)
    world.pass_time(days=15)
    assert [notice.told for notice in world.told(Told.REMINDER, Told.SLOW, Told.VALUE_OLD)] == [Told.REMINDER] * 2
    world.desk.clients.give_up(order.id, COLLEAGUE)
    world.pass_time(days=2)
    order = world.order(order.id)
    assert (order.status, order.reason, world.dropped) == (Status.CANCELLED, "the client gave up", [])
    assert world.standin.entries == []


def test_the_client_may_hand_in_a_request_file_of_their_own_but_no_key(world: World) -> None:
    pki = Pki()
    request = world.order(world.place("x.acme.com").id).request
    key = pki.new_key(request.key_type)
    with pytest.raises(BadInput, match="own_csr") as refused:
        world.fill("shop.acme.com", own_csr=key.decode())
    assert "private key" in refused.value.fields["own_csr"]
    own = pki.make_csr(key, replace(request, names=("shop.acme.com",)))
    order = world.later(world.place("shop.acme.com", buyer="client", own_csr=own))
    assert (order.status, order.key_id, pki.same_csr(order.csr, own)) == (Status.VALIDATING, "", True)


def test_the_agency_takes_over_with_a_new_order_linked_to_the_old(world: World) -> None:
    with pytest.raises(IllegalMove):
        world.desk.clients.to_agency(world.bought("shop.acme.com").id, REQUESTER)
    order = client_orders(world)
    form = world.desk.clients.to_agency(order.id, REQUESTER)
    assert world.order(order.id).status is Status.CANCELLED
    new = world.later(world.desk.ask.place(form.id, REQUESTER))
    assert (new.corrects, new.by_client, new.status) == (order.id, False, Status.AWAITING_APPROVAL)
