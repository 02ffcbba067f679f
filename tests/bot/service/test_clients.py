"""The client loop: what the client is told and asked, what comes back, the proof of control, orders they place."""

from collections.abc import Callable

import pytest

from bot.domain.errors import BadInput, IllegalMove, NotAllowed
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.domain.request import Dcv, KeyType, Organisation
from bot.keys import Pki
from bot.service.clients import Record
from bot.shown.found import DnsHost, Found, Zone
from tests.builders import World, a_client, a_request
from tests.fakes import COLLEAGUE, FIRST, GUEST, NOW, REQUESTER

MAIL = {"dcv": "email", "approver_email": "admin@acme.com"}
BLANK = {f"org__{field}": "" for field in ("street", "city", "state", "phone")} | {"org__country": "US"}


def client_orders(world: World) -> Order:
    return world.later(world.place(buyer="client"))


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
    world.desk.clients.sent(order.id, REQUESTER)
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(days=4)
    told = world.desk.clients.text(order.id, COLLEAGUE)
    record = Record("TXT", "www.acme.com", "www", world.standin.orders[order.supplier_id].token)
    assert (told.client, told.records, told.hosts, told.tasks) == ("Acme", (record,), (host,), ())
    assert (told.order.sent_at, world.told(Told.CHASE)) == (None, [])  # nobody is chased once something came of it


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


# -- questions and answers


def test_what_fits_is_filled_in_what_does_not_comes_back_and_numbers_stay(world: World) -> None:
    order = held(world)
    number = asked(world, order)
    assert {*number.values()} == {1, 2, 3, 4}
    phone, state = number["org.phone"], number["org.state"]
    answers = {"street": "1 Main St\n  Suite 5", "phone": "+1 312 555 0123", "city": "Chicago", "state": "IL"}
    lines = [f"> {number[f'org.{field}']}. {said}" for field, said in answers.items()]
    text = "\n".join(["Hello,", *lines, "9. who knows"])
    answered = world.desk.clients.answer(order.id, COLLEAGUE, text)
    company = answered.order.request.organisation
    assert company == Organisation("Acme LLC", "1 Main St Suite 5", "Chicago", "", "60601", "US", "")
    assert answered.left.splitlines() == [f"{phone}. +1 312 555 0123", f"{state}. IL", "Hello,", "9. who knows"]
    assert [(n, sum(good in why for good in ("Illinois", "+1.3125550123"))) for n, why in answered.wrong] == [
        (phone, 1), (state, 1)
    ]  # fmt: skip
    order = world.later(order)
    assert (order.status, order.authors) == (Status.HELD, (REQUESTER, COLLEAGUE))
    assert world.desk.clients.answer(order.id, REQUESTER, "Which numbers?\n12. a\n1.").left == "Which numbers?\n12. a"
    assert world.order(order.id) == order
    assert asked(world, order) == {"org.phone": phone, "org.state": state}
    rest = f"{phone}. +1.3125550123\n{state}) Illinois"
    assert world.desk.clients.answer(order.id, REQUESTER, rest).left == ""
    assert world.later(order).status is Status.AWAITING_APPROVAL
    with world.store.unit() as unit:
        (client,) = unit.clients()
    assert (client.confirmed_at, client.organisation) == (NOW, world.order(order.id).request.organisation)
    assert [notice.fact("count") for notice in world.told(Told.ANSWERED)] == ["2", "2"]


def test_a_key_among_the_answers_is_refused_and_an_order_that_waits_for_nothing_takes_none(world: World) -> None:
    order = held(world)
    with pytest.raises(BadInput, match="answers"):
        world.desk.clients.answer(order.id, REQUESTER, "1. -----BEGIN PRIVATE KEY-----")
    number = asked(world, order)["org.street"]
    world.desk.ask.cancel(order.id, REQUESTER)
    with pytest.raises(IllegalMove):
        world.desk.clients.answer(order.id, REQUESTER, f"{number}. 1 Main St")


# -- proof of control


def test_the_mail_is_sent_again_by_a_job_where_there_is_one_and_a_no_is_said(world: World) -> None:
    order = world.bought(**MAIL)
    world.standin.ca_asks(order.supplier_id)
    world.pass_time(minutes=10)
    assert [task.where for task in world.desk.clients.text(order.id, REQUESTER).tasks] == ["admin@acme.com"]
    world.desk.clients.resend(order.id, COLLEAGUE)
    assert world.calls("resend_approve_email") == 0
    world.run_jobs()
    assert (world.calls("resend_approve_email"), world.history(order)[-1]) == (1, "resend")
    world.standin.faults.arm("resend_approve_email", "code", code=465)
    world.desk.clients.resend(order.id, COLLEAGUE)
    world.run_jobs()
    said = [(notice.fact("to"), notice.mentions, bool(notice.fact("reason"))) for notice in world.told(Told.RESENT)]
    assert said == [("admin@acme.com", (), False), ("", (COLLEAGUE,), True)]
    other = world.bought("shop.acme.com")
    with pytest.raises(BadInput, match="dcv"):
        world.desk.clients.resend(other.id, COLLEAGUE)


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
    assert [notice.fact("mailbox") for notice in world.told(Told.CLIENT_MUST_ACT)] == ["admin@acme.com", ""]
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
    theirs = world.standin.orders[order.supplier_id].supplier_order_id
    assert world.desk.clients.support(order.id, FIRST).numbers == (
        ("Order", order.supplier_id), ("Order at the authority", theirs)
    )  # fmt: skip
    assert world.desk.clients.support(order.id, REQUESTER).numbers == ()


# -- the client orders


def test_what_the_client_orders_never_reaches_our_supplier(world: World) -> None:
    order, switch = client_orders(world), world.desk.clients.switch
    assert (order.status, order.draft, order.supplier_ids) == (Status.VALIDATING, None, ())
    assert [notice.mentions for notice in world.told(Told.CLIENT_MUST_ACT)] == [(REQUESTER,)]
    for refused in (world.desk.follow.cancel_bought, lambda order_id, who: switch(order_id, who, "dns", "")):
        with pytest.raises(IllegalMove):
            refused(order.id, FIRST)
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
    key = pki.new_key(KeyType.P256)
    with pytest.raises(BadInput, match="own_csr") as refused:
        world.fill("shop.acme.com", own_csr=key.decode())
    assert "private key" in refused.value.fields["own_csr"]
    own = pki.make_csr(key, a_request("shop.acme.com"))
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
