"""The commands that read, and the small ones on issued products and the account."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from tests.sandbox.opensrs import csr
from tests.sandbox.opensrs.books import Books, Note, Product, money_text, not_enabled
from tests.sandbox.opensrs.ca import pem
from tests.sandbox.opensrs.chosen import CATALOGUE, SUCCESSORS, Kind
from tests.sandbox.opensrs.ordering import control_details
from tests.sandbox.opensrs.rules import Request, approvers, contact_email_fits, needed, refused, text

if TYPE_CHECKING:
    from tests.sandbox.opensrs.wire import Value

_STATES = {"", "activated", "active", "expired", "renewed", "revoked", "upgraded"}


def _kind(books: Books, product_type: str) -> Kind:
    code = SUCCESSORS.get(product_type, product_type)
    if code not in books.enabled or code not in CATALOGUE:
        raise not_enabled()
    return CATALOGUE[code]


def parse_csr(books: Books, asked: Request) -> dict[str, Value]:
    """Decode and judge a CSR."""
    given, product_type = needed(asked.fields, "csr", "product_type")
    kind = _kind(books, product_type)
    try:
        request = csr.read(given)
    except ValueError as error:
        raise refused("invalid", f"Invalid CSR: {error}", "csr") from error
    for wrong in csr.faults(request, kind, strict_subject=books.chosen.strict_subject):
        raise refused("invalid", f"Invalid CSR: {wrong}", "csr")
    extra = "1" if csr.has_bad_extensions(request) else "0"
    flags: dict[str, Value] = {"has_bad_extensions": extra, "valid_quick_domain": "1", "valid_true_domain": "1"}
    return {"csr_data": {**csr.data(request), **flags}}


def query_approver_list(books: Books, asked: Request) -> dict[str, Value]:
    """The mailboxes that may approve; some stand twice."""
    domain, product_type = needed(asked.fields, "domain", "product_type")
    if _kind(books, product_type).brand == "trustwave":
        raise refused("invalid", "Not supported for Trustwave", "product_type")
    if not csr.is_domain(domain.removeprefix("*.")):
        raise refused("invalid", f"Not a domain name: {domain}", "domain")
    listed = approvers(domain)
    bare = domain.removeprefix("*.")
    entries: list[Value] = [
        {"email": email, "domain": bare, "type": books.chosen.approver_type} for email in (*listed, listed[0])
    ]
    return {"approver_list": entries}


def get_order_info(books: Books, asked: Request) -> dict[str, Value]:
    """Everything the supplier tells of an order."""
    order = books.order(*needed(asked.fields, "order_id"))
    shown = "order_id state product_type domain period reg_type server_type server_count special_instructions csr"
    reply: dict[str, Value] = {name: getattr(order, name) for name in shown.split()}
    reply |= {
        "price": money_text(order.price),
        "contact_email": order.contact_email,
        "contact_set": {role: dict(contact) for role, contact in order.contacts.items()},
        "notes_list": _notes(books, order.notes),
        "supplier_order_id": order.supplier_order_id,
    }
    if order.kind.level == "DV":
        reply["approver_email"] = order.approver_email
    if order.additional_domains:
        reply["additional_domains"] = list(order.additional_domains)
    if order.product_id:
        reply["product_id"] = order.product_id
    return reply | control_details(books, order)


def _notes(books: Books, notes: list[Note]) -> list[Value]:
    shown: list[Value] = [{"date": books.note_date(note.at), "type": note.type, "note": note.text} for note in notes]
    books.chance.shuffle(shown)
    return shown


def _dates(books: Books, product: Product) -> dict[str, Value]:
    start = product.certificate.not_valid_before_utc
    return {
        "issue_date": books.date_text(start),
        "start_date": books.date_text(start),
        "expiry_date": books.date_text(books.expiry(product)),
    }


def _product_reply(books: Books, product: Product) -> dict[str, Value]:
    order = books.book[product.order_id]
    renewable = "1" if books.renewable(product) else "0"
    names: dict[str, Value] = {
        "product_id": product.product_id,
        "product_type": order.product_type,
        "domain": order.domain,
    }
    state: dict[str, Value] = {
        "state": books.product_state(product),
        "contact_email": product.contact_email,
        "is_renewable": renewable,
    }
    return names | state | {"is_renewable": renewable} | _dates(books, product)


def get_cert(books: Books, asked: Request) -> dict[str, Value]:
    """The certificate of a completed order, with chain and PKCS#7 when asked."""
    product = books.product(_product_id(books, asked))
    reply = _product_reply(books, product)
    del reply["is_renewable"]
    with_chain = text(asked.fields, "return_ca_certs") == "1"
    data = _SHAPES[books.chosen.cert_shape](books, product) if with_chain else {}
    data["certificate"] = pem(product.certificate) + (str(data.pop("after", "")))
    if text(asked.fields, "return_pkcs7_cert") == "1":
        data["pkcs7_cert"] = books.authority.pkcs7(product.certificate)
    return reply | {"cert_data": data}


def _product_id(books: Books, asked: Request) -> str:
    if text(asked.fields, "product_id") or not books.chosen.get_cert_by_order:
        return needed(asked.fields, "product_id")[0]
    if not text(asked.fields, "order_id"):
        raise refused("missing", "Missing required field: product_id", "product_id")
    order = books.order(text(asked.fields, "order_id"))
    if order.state != "completed":
        raise refused("wrong_state", f"No certificate yet; the order is {order.state}")
    return order.product_id


def _listed(books: Books, _: Product) -> dict[str, Value]:
    kinds = (("ROOT", books.authority.root), ("INTERMEDIATE", books.authority.intermediate))
    return {"ca_certificates": [{"type": kind, "certificate": pem(certificate)} for kind, certificate in kinds]}


def _flat(books: Books, _: Product) -> dict[str, Value]:
    return {"intermediate": pem(books.authority.intermediate), "root": pem(books.authority.root)}


def _joined(books: Books, _: Product) -> dict[str, Value]:
    return {"after": pem(books.authority.intermediate) + pem(books.authority.root)}


_SHAPES = {"list": _listed, "flat": _flat, "joined": _joined}


def get_product_info(books: Books, asked: Request) -> dict[str, Value]:
    """Data of an issued product; CSR, contacts and notes with all_info."""
    product = books.product(*needed(asked.fields, "product_id"))
    reply = _product_reply(books, product)
    if text(asked.fields, "all_info") == "1":
        order = books.book[product.order_id]
        reply["csr"] = order.csr
        reply["csr_data"] = dict(csr.data(csr.read(order.csr)))
        reply["contact_set"] = {role: dict(contact) for role, contact in order.contacts.items()}
        reply["notes_list"] = _notes(books, product.notes)
    return reply


def get_products(books: Books, asked: Request) -> dict[str, Value]:
    """The issued products whose expiry lies between two days, both included."""
    first, last = (_day(given) for given in needed(asked.fields, "min_expiry_date", "max_expiry_date"))
    state = text(asked.fields, "state")
    if state not in _STATES:
        raise refused("invalid", f"Unknown state: {state}", "state")
    products = [books.product(product_id) for product_id in list(books.issued)]
    listed: list[Value] = [
        _product_reply(books, product)
        for product in products
        if first <= books.expiry(product).date() <= last and state in ("", books.product_state(product))
    ]
    return {"product_list": listed}


def _day(given: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", given):
            return date.fromisoformat(given)
    except ValueError as error:
        raise refused("invalid", str(error), "min_expiry_date") from error
    raise refused("invalid", f"Not YYYY-MM-DD: {given}", "min_expiry_date")


def update_product(books: Books, asked: Request) -> dict[str, Value]:
    """Contact e-mail, reminder mails, seal."""
    product = books.product(*needed(asked.fields, "product_id"))
    changes = {name: text(asked.fields, name) for name in asked.fields if name != "product_id"}
    flags = {"let_expire", "trust_seal", "seal_in_search"}
    for name, value in changes.items():
        if not (contact_email_fits(value) if name == "contact_email" else name in flags and value in ("0", "1")):
            raise refused("invalid", f"Invalid {name}: {value}", name)
    if (changes.get("trust_seal") or product.trust_seal) == "0" and changes.get("seal_in_search") == "1":
        raise refused("invalid", "seal_in_search needs trust_seal", "seal_in_search")
    for name, value in changes.items():
        setattr(product, name, value)
    return {"product_id": product.product_id}


def get_balance(books: Books, asked: Request) -> dict[str, Value]:
    """The funds; held money is part of the balance until it is charged."""
    del asked
    return {"balance": f"{books.funds:.2f}", "hold_balance": f"{sum(books.holds.values()):.2f}"}
