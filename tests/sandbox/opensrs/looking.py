"""The commands that read, and the small one on an issued product."""

import contextlib
from datetime import date

from tests.sandbox.opensrs import csr
from tests.sandbox.opensrs.books import Books, Note, Order, Product, money_text, not_enabled
from tests.sandbox.opensrs.ca import pem
from tests.sandbox.opensrs.chosen import Kind, catalogue, successor
from tests.sandbox.opensrs.ordering import control_details
from tests.sandbox.opensrs.rules import RefusedError, Request, approvers, is_mail, needed, refused, seal_problems, text
from tests.sandbox.opensrs.wire import Value

_SHOWN = (
    "order_id state product_type domain period reg_type server_type server_count special_instructions csr "
    "contact_email supplier_order_id"
)
_STATES = ("", "activated", "active", "expired", "renewed", "revoked", "upgraded")


def _kind(books: Books, product_type: str) -> Kind:
    if successor(product_type) not in books.enabled:
        raise not_enabled()
    return catalogue()[successor(product_type)]


def parse_csr(books: Books, asked: Request) -> dict[str, Value]:
    """Decode and judge a CSR."""
    given, product_type = needed(asked.fields, "csr", "product_type")
    kind = _kind(books, product_type)
    try:
        request = csr.read(given)
    except ValueError as error:
        raise refused("invalid", f"Invalid CSR: {error}", "csr") from error
    for fault in csr.faults(request, kind):
        raise refused("invalid", f"Invalid CSR: {fault}", "csr")
    extra = "1" if csr.has_bad_extensions(request) else "0"
    flags = {"has_bad_extensions": extra, "valid_quick_domain": "1", "valid_true_domain": "1"}
    return {"csr_data": {**csr.data(request), **flags}}


def query_approver_list(books: Books, asked: Request) -> dict[str, Value]:
    """The mailboxes that may approve; one stands twice, as it happens there."""
    domain, product_type = needed(asked.fields, "domain", "product_type")
    if _kind(books, product_type).brand == "trustwave":
        raise refused("invalid", "Not supported for Trustwave", "product_type")
    bare = domain.removeprefix("*.")
    if not csr.is_domain(bare):
        raise refused("invalid", f"Not a domain name: {domain}", "domain")
    listed = approvers(domain)
    return {"approver_list": [{"email": each, "domain": bare, "type": "GENERIC"} for each in (*listed, listed[0])]}


def get_order_info(books: Books, asked: Request) -> dict[str, Value]:
    """Everything the supplier tells of an order; what is empty of approver, names and product is not there."""
    order = books.order(*needed(asked.fields, "order_id"))
    reply: dict[str, Value] = {name: getattr(order, name) for name in _SHOWN.split()}
    reply |= {"price": money_text(order.price), "contact_set": _contact_set(order)}
    reply |= {"notes_list": _notes(books, order.notes)} | control_details(books, order)
    if order.kind.level == "DV":
        reply["approver_email"] = order.approver_email
    optional: dict[str, Value] = {"additional_domains": list(order.additional_domains), "product_id": order.product_id}
    return reply | {name: value for name, value in optional.items() if value}


def _contact_set(order: Order) -> dict[str, Value]:
    return {role: dict(contact) for role, contact in order.contacts.items()}


def _notes(books: Books, notes: list[Note]) -> list[Value]:
    shown: list[Value] = [{"date": books.note_date(n.at), "type": n.type, "note": n.text} for n in notes]
    books.chance.shuffle(shown)
    return shown


def _product_reply(books: Books, product: Product) -> dict[str, Value]:
    order, start = books.book[product.order_id], product.certificate.not_valid_before_utc
    return {
        "product_id": product.product_id, "product_type": order.product_type, "domain": order.domain,
        "state": books.product_state(product), "contact_email": product.contact_email,
        "issue_date": books.date_text(start), "start_date": books.date_text(start),
        "expiry_date": books.date_text(product.coverage_end),
    }  # fmt: skip


def get_cert(books: Books, asked: Request) -> dict[str, Value]:
    """The certificate of a product or of a completed order, with the ones above it and as PKCS#7 when asked."""
    product = books.product(_issued(books, asked.fields))
    data: dict[str, Value] = {"certificate": pem(product.certificate)}
    if text(asked.fields, "return_ca_certs") == "1":
        above = {"ROOT": books.authority.root, "INTERMEDIATE": books.authority.intermediate}
        data["ca_certificates"] = [{"type": kind, "certificate": pem(each)} for kind, each in above.items()]
    if text(asked.fields, "return_pkcs7_cert") == "1":
        data["pkcs7_cert"] = books.authority.pkcs7(product.certificate)
    return _product_reply(books, product) | {"cert_data": data}


def _issued(books: Books, fields: dict[str, Value]) -> str:
    """The product id; the vendor's own module gives the order's id instead."""
    if text(fields, "product_id") or not text(fields, "order_id"):
        return needed(fields, "product_id")[0]
    order = books.order(text(fields, "order_id"))
    if order.state != "completed":
        raise refused("wrong_state", f"No certificate yet; the order is {order.state}")
    return order.product_id


def _listed(books: Books, product: Product) -> dict[str, Value]:
    return _product_reply(books, product) | {"is_renewable": "1" if books.renewable(product) else "0"}


def get_product_info(books: Books, asked: Request) -> dict[str, Value]:
    """Data of an issued product; CSR, contacts and notes with all_info."""
    old = text(asked.fields, "inventory_item_id")
    product = books.product(old or needed(asked.fields, "product_id")[0])
    reply = _listed(books, product)
    if text(asked.fields, "all_info") == "1":
        order = books.book[product.order_id]
        reply |= {
            "csr": order.csr, "csr_data": {**csr.data(csr.read(order.csr))}, "contact_set": _contact_set(order),
            "notes_list": _notes(books, product.notes),
        }  # fmt: skip
    return reply


def get_products(books: Books, asked: Request) -> dict[str, Value]:
    """The issued products whose bought year ends between two days, both included."""
    needed(asked.fields, "min_expiry_date", "max_expiry_date")
    first, last = (_day(asked.fields, name) for name in ("min_expiry_date", "max_expiry_date"))
    state = text(asked.fields, "state")
    if state not in _STATES:
        raise refused("invalid", f"Unknown state: {state}", "state")
    ending = [books.product(i) for i, product in books.issued.items() if first <= product.coverage_end.date() <= last]
    return {"product_list": [_listed(books, each) for each in ending if state in ("", books.product_state(each))]}


def _day(fields: dict[str, Value], name: str) -> date:
    given = text(fields, name)
    with contextlib.suppress(ValueError):
        if (day := date.fromisoformat(given)).isoformat() == given:
            return day
    raise refused("invalid", f"Not YYYY-MM-DD: {given}", name)


def update_product(books: Books, asked: Request) -> dict[str, Value]:
    """Contact e-mail, reminder mails, seal."""
    product = books.product(*needed(asked.fields, "product_id"))
    changes = {name: text(asked.fields, name) for name in asked.fields if name != "product_id"}
    if not is_mail(changes.get("contact_email", product.contact_email)):
        raise refused("invalid", "Not an address", "contact_email")
    if changes.get("let_expire", "0") not in ("0", "1"):
        raise refused("invalid", "let_expire is 0 or 1", "let_expire")
    seal: dict[str, Value] = {"trust_seal": product.trust_seal, "seal_in_search": product.seal_in_search}
    if problems := list(seal_problems(seal | changes, books.book[product.order_id].kind)):
        raise RefusedError(*problems)
    for name, value in changes.items():
        setattr(product, name, value)
    return {"product_id": product.product_id}


def get_balance(books: Books, _: Request) -> dict[str, Value]:
    """The funds; held money is part of the balance until it is charged."""
    return {"balance": f"{books.funds:.2f}", "hold_balance": f"{sum(books.holds.values()):.2f}"}
