"""What every supplier must do, played against the OpenSRS stand-in over HTTP through the real client."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from bot.domain.errors import Lost, Refused, SupplierError
from bot.domain.request import Kind, Request
from bot.domain.supply import State, Task, differences
from bot.ports import Supplier
from bot.suppliers import catalogue
from bot.suppliers.opensrs.client import OpenSRSClient
from bot.suppliers.opensrs.supplier import OpenSRS
from tests.bot.suppliers.orders import AGENCY, BY_MAIL, COMPANY_CHECKED, DOMAIN_ONLY, EVERY_KIND, csr_for, public_key
from tests.builders import ACCOUNT
from tests.fakes import NOW, FakeClock
from tests.sandbox.opensrs import OpenSRS as StandIn

KINDS = pytest.mark.parametrize("request_", EVERY_KIND.values(), ids=EVERY_KIND.keys())


@dataclass
class Desk:
    """A supplier and the stand-in behind it."""

    supplier: Supplier
    world: StandIn

    def draft(self, request: Request = DOMAIN_ONLY) -> str:
        return self.supplier.draft(request, csr_for(request))

    def bought(self, request: Request = DOMAIN_ONLY) -> str:
        return self.supplier.submit(self.draft(request), request).order_id

    def issued(self, request: Request = DOMAIN_ONLY) -> str:
        order_id = self.bought(request)
        for step in (self.world.ca_asks, self.world.approve, self.world.issue):
            step(order_id)
        return order_id


def connect(world: StandIn, *, key: str = "") -> Supplier:
    client = OpenSRSClient(world.url, world.username, key or world.key, (2.0, 5.0))
    return OpenSRS(client, ACCOUNT, AGENCY, catalogue.standard(), FakeClock())


@pytest.fixture
def desk() -> Iterator[Desk]:
    with StandIn() as world:
        yield Desk(connect(world), world)


@KINDS
def test_a_draft_is_saved_and_reads_back_as_asked(desk: Desk, request_: Request) -> None:
    order_id = desk.draft(request_)
    look = desk.supplier.look(order_id)
    assert (look.order_id, look.state, look.at) == (order_id, State.PENDING, NOW)
    assert public_key(look.csr) == public_key(csr_for(request_))
    assert differences(request_, look, csr_is_ours=True, agreed_price=look.price) == ((), ())
    assert not look.money_held
    assert desk.world.submitted() == []


@KINDS
def test_a_draft_is_bought_once_and_its_certificate_comes_with_its_chain(desk: Desk, request_: Request) -> None:
    order_id = desk.issued(request_)
    look = desk.supplier.look(order_id)
    assert (look.state, look.money_held) == (State.COMPLETED, True)
    pems = desk.supplier.fetch(look)
    assert public_key(csr_for(request_)) in {public_key(pem) for pem in pems}
    assert len(pems) > 1
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
        desk.supplier.cancel(desk.issued(COMPANY_CHECKED))


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
    desk.supplier.switch_dcv(order_id, "dns", "")
    assert desk.supplier.look(order_id).dcv == "dns"
    desk.supplier.switch_dcv(order_id, "email", "admin@acme.test")
    assert desk.supplier.look(order_id).dcv == "email"


def test_a_renewal_names_the_order_it_renews_and_reads_back_as_one(desk: Desk) -> None:
    renewal = replace(COMPANY_CHECKED, kind=Kind.RENEW, renews=desk.issued(COMPANY_CHECKED))
    with pytest.raises(Refused):  # a year too early
        desk.draft(renewal)
    began = desk.world.clock()
    desk.world.clock = lambda: began + 340 * 86_400.0
    look = desk.supplier.look(desk.draft(renewal))
    assert differences(renewal, look, csr_is_ours=True, agreed_price=look.price) == ((), ())
    assert dict(look.fields)["registration"] == "renewal"


def test_being_locked_out_says_nothing_about_an_order(desk: Desk) -> None:
    order_id = desk.draft()
    with pytest.raises(Lost, match="API key"):
        connect(desk.world, key="wrong" * 20).look(order_id)


def test_ended_products_are_not_on_offer(desk: Desk) -> None:
    codes = {product.code for product in desk.supplier.products()}
    assert "sslwebserver_wildcard" in codes
    assert not codes & {"quickssl", "sgcsuper_certs", "thawte_csc", "truebizid_ev_ft"}


def test_a_reissue_is_another_certificate_for_the_same_key(desk: Desk) -> None:
    order_id = desk.issued()
    before = desk.supplier.fetch(desk.supplier.look(order_id))
    desk.world.reissue(order_id)
    after = desk.supplier.fetch(desk.supplier.look(order_id))
    ours = public_key(csr_for(DOMAIN_ONLY))
    (old,), (new,) = ([pem for pem in pems if public_key(pem) == ours] for pems in (before, after))
    assert old != new
