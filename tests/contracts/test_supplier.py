"""What every supplier must do, played against the OpenSRS stand-in over HTTP through the real client."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from bot.domain.errors import Refused, SupplierError
from bot.domain.request import Kind, Request
from bot.domain.supply import State, Task, differences
from bot.ports import Supplier
from tests.bot.suppliers import orders
from tests.bot.suppliers.orders import BY_MAIL, COMPANY_CHECKED, DOMAIN_ONLY, csr_for, public_key
from tests.builders import a_supplier
from tests.fakes import NOW, FakeClock
from tests.sandbox.opensrs import OpenSRS as StandIn


@dataclass
class Desk:
    """A supplier and the stand-in behind it."""

    supplier: Supplier
    world: StandIn

    def draft(self, request: Request = DOMAIN_ONLY) -> str:
        return self.supplier.draft(request, csr_for(request))

    def bought(self, request: Request = DOMAIN_ONLY) -> str:
        return self.supplier.submit(self.draft(request), request).order_id

    def issue(self, order_id: str) -> str:
        for step in (self.world.ca_asks, self.world.approve, self.world.issue):
            step(order_id)
        return order_id


@pytest.fixture
def desk() -> Iterator[Desk]:
    with StandIn() as world:
        yield Desk(a_supplier(world, FakeClock()), world)


@pytest.mark.parametrize("kind", ["DOMAIN_ONLY", "BY_MAIL", "OLD_SECTIGO", "COMPANY_CHECKED", "SEVERAL", "AT_LENGTH"])
def test_a_draft_reads_back_as_asked_is_bought_once_and_its_certificate_comes_with_its_chain(
    desk: Desk, kind: str
) -> None:
    request: Request = getattr(orders, kind)
    order_id = desk.draft(request)
    look = desk.supplier.look(order_id)
    assert (look.order_id, look.state, look.at, look.money_held) == (order_id, State.PENDING, NOW, False)
    assert public_key(look.csr) == public_key(csr_for(request))
    assert differences(request, look, csr_is_ours=True, agreed_price=look.price) == ((), ())
    assert desk.world.submitted() == []
    look = desk.supplier.look(desk.issue(desk.supplier.submit(order_id, request).order_id))
    assert (look.state, look.money_held) == (State.COMPLETED, True)
    ours = [public_key(pem) == public_key(csr_for(request)) for pem in desk.supplier.fetch(look)]
    assert (ours.count(True), len(ours) > 1) == (1, True)
    assert len(desk.world.submitted()) == 1


def test_a_draft_costs_nothing_and_a_purchase_holds_its_price(desk: Desk) -> None:
    desk.world.set_balance("1000.00")
    desk.world.set_price("rapidssl", "49.50")
    order_id = desk.draft()
    assert desk.supplier.look(order_id).price == Decimal("49.50")
    assert desk.supplier.funds().held == 0
    desk.supplier.submit(order_id, DOMAIN_ONLY)
    funds = desk.supplier.funds()
    assert (funds.balance, funds.held) == (Decimal(1000), Decimal("49.50"))


def test_a_cancelled_draft_cannot_be_bought_any_more(desk: Desk) -> None:
    order_id = desk.draft()
    desk.supplier.cancel_draft(order_id)
    assert desk.supplier.look(order_id).state is State.CANCELLED
    with pytest.raises(SupplierError):
        desk.supplier.submit(order_id, DOMAIN_ONLY)
    assert desk.world.submitted() == []


def test_a_bought_order_is_stopped_until_its_certificate_is_there(desk: Desk) -> None:
    order_id = desk.bought()
    assert desk.supplier.cancel(order_id) in {"declined", "cancelled"}
    assert desk.supplier.look(order_id).state in {State.DECLINED, State.CANCELLED}
    with pytest.raises(SupplierError):
        desk.supplier.cancel(desk.issue(desk.bought(COMPANY_CHECKED)))


@pytest.mark.parametrize("act", ["look", "cancel_draft", "cancel", "resend", "submit"])
def test_an_unknown_order_is_said_to_be_unknown(desk: Desk, act: str) -> None:
    with pytest.raises(Refused) as caught:
        getattr(desk.supplier, act)("999", *([DOMAIN_ONLY] if act == "submit" else []))
    assert caught.value.unknown_id


def test_short_funds_are_a_clear_no_and_the_draft_stays(desk: Desk) -> None:
    desk.world.set_balance("0.00")
    order_id = desk.draft()
    with pytest.raises(Refused) as caught:
        desk.supplier.submit(order_id, DOMAIN_ONLY)
    assert caught.value.funds
    assert desk.supplier.look(order_id).state is State.PENDING


def test_mail_is_sent_again_and_the_method_switched(desk: Desk) -> None:
    order_id = desk.bought(BY_MAIL)
    desk.world.ca_asks(order_id)
    look = desk.supplier.look(order_id)
    assert (look.dcv, look.tasks) == ("email", (Task("mail", "admin@acme.test"),))
    desk.supplier.resend(order_id)
    for method, mailbox in (("dns", ""), ("email", "admin@acme.test")):
        desk.supplier.switch_dcv(order_id, method, mailbox)
        assert desk.supplier.look(order_id).dcv == method


def test_a_renewal_names_the_order_it_renews_and_reads_back_as_one(desk: Desk) -> None:
    renewal = replace(COMPANY_CHECKED, kind=Kind.RENEW, renews=desk.issue(desk.bought(COMPANY_CHECKED)))
    with pytest.raises(Refused):  # a year too early
        desk.draft(renewal)
    began = desk.world.clock()
    desk.world.clock = lambda: began + 340 * 86_400.0
    look = desk.supplier.look(desk.draft(renewal))
    assert differences(renewal, look, csr_is_ours=True, agreed_price=look.price) == ((), ())
    assert dict(look.fields)["registration"] == "renewal"
