"""The commands that read: an order, a certificate, the funds."""

from tests.sandbox.opensrs.books import Books, money_text
from tests.sandbox.opensrs.ca import pem
from tests.sandbox.opensrs.ordering import control_details
from tests.sandbox.opensrs.rules import Request, needed, text
from tests.sandbox.opensrs.wire import Value

_SHOWN = "order_id state product_type domain period reg_type server_type server_count special_instructions csr"


def get_order_info(books: Books, asked: Request) -> dict[str, Value]:
    """Everything the supplier tells of an order; what is empty of approver, names and product is not there."""
    order = books.order(*needed(asked.fields, "order_id"))
    notes: list[Value] = [{"date": books.note_date(n.at), "type": n.type, "note": n.text} for n in order.notes]
    books.chance.shuffle(notes)
    reply: dict[str, Value] = {name: getattr(order, name) for name in _SHOWN.split()}
    reply |= {
        "price": money_text(order.price),
        "contact_email": order.contact_email,
        "contact_set": {role: dict(contact) for role, contact in order.contacts.items()},
        "notes_list": notes,
        "supplier_order_id": order.supplier_order_id,
    }
    if order.kind.level == "DV":
        reply["approver_email"] = order.approver_email
    if order.additional_domains:
        reply["additional_domains"] = list(order.additional_domains)
    if order.product_id:
        reply["product_id"] = order.product_id
    return reply | control_details(books, order)


def get_cert(books: Books, asked: Request) -> dict[str, Value]:
    """The certificate of a product, with the ones above it when asked."""
    product = books.product(*needed(asked.fields, "product_id"))
    order, start = books.book[product.order_id], product.certificate.not_valid_before_utc
    data: dict[str, Value] = {"certificate": pem(product.certificate)}
    if text(asked.fields, "return_ca_certs") == "1":
        above = {"ROOT": books.authority.root, "INTERMEDIATE": books.authority.intermediate}
        data["ca_certificates"] = [{"type": kind, "certificate": pem(each)} for kind, each in above.items()]
    return {
        "product_id": product.product_id, "product_type": order.product_type, "domain": order.domain,
        "state": books.product_state(product), "contact_email": order.contact_email,
        "issue_date": books.date_text(start), "start_date": books.date_text(start),
        "expiry_date": books.date_text(product.coverage_end), "cert_data": data,
    }  # fmt: skip


def get_balance(books: Books, _: Request) -> dict[str, Value]:
    """The funds; held money is part of the balance until it is charged."""
    return {"balance": f"{books.funds:.2f}", "hold_balance": f"{sum(books.holds.values()):.2f}"}
