"""What people and companies outside do to an order: the CA, the supplier, an engineer in the panel."""

import functools
import inspect
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from tests.sandbox.opensrs.books import IN_FLIGHT, Books, Order, Product
from tests.sandbox.opensrs.ca import Subject, key_number, request_for

B = TypeVar("B", bound=Books)


def one_at_a_time(people: type[B]) -> type[B]:
    """Every act of the class holds the lock of the books."""
    for name, act in vars(people).copy().items():
        if inspect.isfunction(act) and not name.startswith("_"):
            setattr(people, name, _locked(act))
    return people


def _locked(act: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(act)
    def wrapper(books: Books, /, *args: object, **kwargs: object) -> object:
        with books.lock:
            return act(books, *args, **kwargs)

    return wrapper


@one_at_a_time
class People(Books):
    """The books with the acts of everybody but the API's client."""

    def _order_in(self, order_id: str, *states: str) -> Order:
        order = self.order(order_id)
        if order.state not in states:
            raise ValueError(f"order {order_id} is {order.state}, not {' or '.join(states)}")
        return order

    def ca_accepts(self, order_id: str) -> Order:
        """The CA takes the order and gives it a number."""
        return self.accept(self._order_in(order_id, "in-progress"))

    def ca_asks(self, order_id: str) -> Order:
        """The CA takes the order and waits for proof of control, or starts vetting."""
        order = self.ca_accepts(order_id)
        order.state = "awaiting-approval"
        return order

    def approve(self, order_id: str) -> Order:
        """The approval link was clicked, or vetting is done."""
        order = self._order_in(order_id, "awaiting-approval")
        order.state = "approver-confirmed"
        self.note(order, "order_approved", "approved.")
        return order

    def dns_record_seen(self, order_id: str) -> Order:
        """The CA sees the value that it awaits in the DNS, or in the file."""
        if self.order(order_id).dv_auth_method == "email":
            raise ValueError(f"order {order_id} is proven by e-mail")
        return self.approve(order_id)

    def issue(self, order_id: str) -> Product:
        """The CA issues."""
        return self.issue_otherwise(order_id)

    def issue_for_other_key(self, order_id: str) -> Product:
        """The CA issues for a key that is not the one in the CSR."""
        return self.issue_otherwise(order_id, other_key=True)

    def issue_otherwise(
        self, order_id: str, names: tuple[str, ...] = (), org_name: str = "", days: int = 0, *, other_key: bool = False
    ) -> Product:
        """The CA issues with other names, for another organization, for longer or for another key than expected."""
        order = self._order_in(order_id, *IN_FLIGHT)
        usual, key = order.subject, key_number(2).public_key() if other_key else order.key
        organization = usual.organization | ({"org_name": org_name} if org_name else {})
        subject = Subject(names or usual.names, usual.level, organization)
        return self.complete(order, self.authority.issue(subject, key, self.authority.coverage_end(), days))

    def reissue(self, order_id: str) -> Product:
        """A new serial on the same CSR until the end of the bought year."""
        order = self._order_in(order_id, "completed")
        product = self.issued[order.product_id]
        product.certificates.append(self.authority.issue(order.subject, order.key, product.coverage_end))
        self.note(order, "product_reissued", f"certificate reissued, serial {product.certificate.serial_number:x}.")
        return product

    def decline(self, order_id: str, reason: str) -> Order:
        """The CA refuses; the reason stands in the newest note."""
        order = self._order_in(order_id, *IN_FLIGHT)
        self.end(order, "declined", f"declined: {reason}")
        return order

    def cancel_at_supplier(self, order_id: str, *, replacement: bool = False) -> Order:
        """The supplier cancels; optionally it goes on with a new order, bought only if the old was not."""
        order = self._order_in(order_id, "pending", *IN_FLIGHT)
        if not replacement:
            self.end(order, "cancelled", "cancelled by the supplier.")
            return order
        fresh = self.submit(order, new_id=True)
        fresh.submissions = 0 if order.submissions else 1
        return fresh

    def submit_in_panel(self, order_id: str, *, new_id: bool = False) -> Order:
        """An engineer adds the service by hand; with `new_id` the old order turns cancelled and a new one goes on."""
        return self.submit(self._order_in(order_id, "pending"), new_id=new_id)

    def change_draft(self, order_id: str, **fields: object) -> None:
        """Somebody edits the draft in the panel: no rule is checked."""
        order = self._order_in(order_id, "pending")
        for name, value in fields.items():
            getattr(order, name)
            setattr(order, name, value)

    def delete_draft(self, order_id: str) -> None:
        """The draft is gone without a trace."""
        del self.book[self._order_in(order_id, "pending").order_id]

    def add_foreign_order(self, order_id: str, state: str = "pending") -> Order:
        """An order on this account that is another customer's."""
        domain = "somebody-else.example.net"
        person = {"first_name": "Sam", "last_name": "Else", "email": f"admin@{domain}"}
        order = Order(
            order_id, "quickssl_premium", "new", domain, request_for(domain), {"admin": person}, person["email"],
            approver_email=person["email"],
        )  # fmt: skip
        self.enter(order)
        order.state = state
        return order

    def set_state(self, order_id: str, raw: str) -> None:
        """Any text as state, also one nobody knows."""
        self.order(order_id).state = raw

    def set_dv_method(self, order_id: str, method: str) -> None:
        """The supplier, or somebody in the panel, uses another way to prove control than was asked for."""
        order = self.order(order_id)
        order.dv_auth_method, order.token = method, ""

    def set_price(self, product: str, amount: str) -> None:
        """The price list changes, also for drafts."""
        self.price_list[product] = Decimal(amount)
        for order in self.book.values():
            if order.product_type == product and order.state == "pending":
                order.price = Decimal(amount)

    def set_balance(self, amount: str) -> None:
        """The funds are now this much."""
        self.funds = Decimal(amount)

    def disable(self, product: str) -> None:
        """The account may no longer sell this."""
        self.enabled.discard(product)

    def submitted(self) -> list[Order]:
        """The orders that were bought: submitted by the API or in the panel, oldest first."""
        return [order for order in self.book.values() if order.submissions]
