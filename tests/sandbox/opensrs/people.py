"""What people and companies outside do to an order: the CA, the supplier, an engineer in the panel, time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.sandbox.opensrs import csr, ordering
from tests.sandbox.opensrs.books import IN_FLIGHT, Books, Order, Product, locked
from tests.sandbox.opensrs.ca import Subject, key_number, request_for

if TYPE_CHECKING:
    from collections.abc import Callable

# With vetting_moves="after_looks" each look at an order moves it one step, after the answer.
_STEPS = {"in-progress": "ca_asks", "awaiting-approval": "approve", "approver-confirmed": "issue"}


class StateError(ValueError):
    """The order is not in a state in which this can happen."""


def _need(order: Order, *states: str) -> Order:
    if order.state not in states:
        msg = f"order {order.order_id} is {order.state}, not {' or '.join(states)}"
        raise StateError(msg)
    return order


class People(Books):
    """The books with the acts of everybody but the API's client."""

    @locked
    def ca_accepts(self, order_id: str) -> Order:
        """The CA takes the order and gives it a number."""
        order = _need(self.order(order_id), "in-progress")
        self.accept(order)
        return order

    @locked
    def ca_asks(self, order_id: str) -> Order:
        """The CA waits for proof of control, or starts vetting; a record it has already seen counts at once."""
        order = _need(self.order(order_id), "in-progress")
        self.accept(order)
        order.state = "awaiting-approval"
        ordering.control_details(self, order)
        ordering.confirm_if_seen(self, order)
        return order

    @locked
    def approve(self, order_id: str) -> Order:
        """The approval link was clicked, or vetting is done."""
        order = _need(self.order(order_id), "awaiting-approval")
        order.state = "approver-confirmed"
        self.note(order, "approved", "approved.")
        return order

    @locked
    def dns_record_seen(self, order_id: str) -> Order:
        """The CA sees the value for DNS or file; it counts once the order awaits it and while the value is good."""
        order = _need(self.order(order_id), "in-progress", "awaiting-approval")
        if order.dv_auth_method == "email":
            msg = f"order {order_id} is proven by e-mail"
            raise StateError(msg)
        if not order.token or self.clock() - order.token_made_at > ordering.token_life(order).total_seconds():
            msg = f"order {order_id} has no value that is still good"
            raise StateError(msg)
        order.record_seen = True
        ordering.confirm_if_seen(self, order)
        return order

    @locked
    def issue(self, order_id: str) -> Product:
        """The CA issues."""
        return self.complete(_need(self.order(order_id), *IN_FLIGHT))

    @locked
    def issue_for_other_key(self, order_id: str) -> Product:
        """The CA issues for a key that is not the one in the CSR."""
        order = _need(self.order(order_id), *IN_FLIGHT)
        end = self.authority.coverage_end()
        return self.complete(order, self.authority.issue(self.subject(order), key_number(2).public_key(), end))

    @locked
    def issue_otherwise(self, order_id: str, names: tuple[str, ...] = (), org_name: str = "", days: int = 0) -> Product:
        """The CA issues with other names, for another organization or for longer than was to be expected."""
        order = _need(self.order(order_id), *IN_FLIGHT)
        usual = self.subject(order)
        organization = usual.organization | ({"org_name": org_name} if org_name else {})
        subject = Subject(tuple(names) or usual.names, usual.level, organization)
        key = csr.public_key(csr.read(order.csr))
        return self.complete(order, self.authority.issue(subject, key, self.authority.coverage_end(), days))

    @locked
    def decline(self, order_id: str, reason: str) -> Order:
        """The CA refuses; the reason stands in the newest note."""
        order = _need(self.order(order_id), *IN_FLIGHT)
        self.end(order, "declined", f"declined: {reason}")
        return order

    @locked
    def cancel_at_supplier(self, order_id: str, *, replacement: bool = False) -> Order:
        """The supplier cancels; optionally it goes on with a new order, bought only if the old was not."""
        order = _need(self.order(order_id), "pending", *IN_FLIGHT)
        if not replacement:
            self.end(order, "cancelled", "cancelled by the supplier.")
            return order
        bought = order.submissions
        fresh = self.submit(order, new_id=True)
        fresh.submissions = 0 if bought else 1
        return fresh

    @locked
    def submit_in_panel(self, order_id: str, *, new_id: bool = False) -> Order:
        """An engineer adds the service by hand; with `new_id` the old order turns cancelled and a new one goes on."""
        return self.submit(_need(self.order(order_id), "pending"), new_id=new_id)

    @locked
    def change_draft(self, /, order_id: str, **fields: object) -> Order:
        """Somebody edits the draft in the panel."""
        order = _need(self.order(order_id), "pending")
        ordering.draft_changed(order, fields)
        return order

    @locked
    def delete_draft(self, order_id: str) -> None:
        """The draft is gone without a trace."""
        del self.book[_need(self.order(order_id), "pending").order_id]

    @locked
    def add_foreign_order(self, order_id: str, state: str = "pending") -> Order:
        """An order on this account that is another customer's."""
        if order_id in self.book:
            msg = f"order {order_id} exists"
            raise StateError(msg)
        domain = "somebody-else.example.net"
        person = {"first_name": "Sam", "last_name": "Else", "email": f"admin@{domain}"}
        order = Order(
            order_id, "quickssl_premium", "new", domain, request_for(domain), {"admin": person},
            person["email"], approver_email=person["email"], foreign=True,
        )  # fmt: skip
        self.enter(order)
        order.state = state
        return order

    @locked
    def set_state(self, order_id: str, raw: str) -> Order:
        """Any text as state, also one nobody knows."""
        order = self.order(order_id)
        order.state = raw
        return order

    @locked
    def set_dv_method(self, order_id: str, method: str) -> Order:
        """The supplier, or somebody in the panel, uses another way to prove control than was asked for."""
        order = self.order(order_id)
        order.dv_auth_method, order.token, order.record_seen = method, "", False
        return order

    @locked
    def reissue(self, order_id: str) -> Product:
        """The CA reissues on the same CSR with a new serial."""
        product = self.issued[_need(self.order(order_id), "completed").product_id]
        self.issue_again(product)
        return product

    @locked
    def revoke(self, order_id: str) -> Product:
        """The CA revokes."""
        product = self.issued[_need(self.order(order_id), "completed").product_id]
        product.revoked = True
        return product

    @locked
    def set_price(self, product: str, amount: str) -> None:
        """The price list changes, also for drafts."""
        self.price_list[product] = Decimal(amount)
        for order in self.book.values():
            if order.product_type == product and order.state == "pending":
                order.price = Decimal(amount)

    @locked
    def set_balance(self, amount: str) -> None:
        """The funds are now this much."""
        self.funds = Decimal(amount)

    @locked
    def disable(self, product: str) -> None:
        """The account may no longer sell this."""
        self.enabled.discard(product)

    @locked
    def looked(self, order_id: str) -> None:
        """Somebody has read the order: it moves one step."""
        order = self.book[order_id]
        order.looks += 1
        step: Callable[[str], object] | None = getattr(self, _STEPS.get(order.state, ""), None)
        if step:
            step(order_id)

    @locked
    def submitted(self) -> list[Order]:
        """The orders that were bought: submitted by the API or in the panel, oldest first."""
        return [order for order in self.book.values() if order.submissions]
