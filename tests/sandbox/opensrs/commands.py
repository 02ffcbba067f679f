"""The commands that the desk sends. Every other one is answered with 430.

An attribute that a command does not take is refused, stricter than known, so that a misspelt one shows.
"""

from collections.abc import Callable

from tests.sandbox.opensrs import rules
from tests.sandbox.opensrs.books import IN_FLIGHT, Books, Order, money_text, not_enabled, note_date
from tests.sandbox.opensrs.ca import pem
from tests.sandbox.opensrs.chosen import catalogue, dv_methods, roles
from tests.sandbox.opensrs.rules import RefusedError, Request, needed, refused, text
from tests.sandbox.opensrs.wire import Value

_REG_TYPES = {"new": "new", "renew": "renewal"}
_SHOWN = (
    "order_id state product_type domain period reg_type server_type server_count special_instructions csr "
    "contact_email supplier_order_id"
)


def sw_register(books: Books, asked: Request) -> dict[str, Value]:
    """Save a draft, new or of a renewal."""
    reg_type, product_type, handle = needed(asked.fields, "reg_type", "product_type", "handle")
    if handle != "save":
        raise refused("invalid", "Nothing is bought but from a draft", "handle")
    if reg_type not in _REG_TYPES:
        raise refused("invalid", "reg_type is new or renew", "reg_type")
    if product_type not in books.enabled:
        raise not_enabled()
    renews = _renewed(books, *needed(asked.fields, "order_id")) if reg_type == "renew" else ""
    kind, given = catalogue()[product_type], rules.contacts(asked.fields)
    if problems := list(rules.order_problems(asked.fields, kind)):
        raise RefusedError(*problems)
    order = Order(
        books.new_order_id(), product_type, _REG_TYPES[reg_type], text(asked.fields, "domain"),
        text(asked.fields, "csr"), {role: given[role] for role in roles(kind)}, given[roles(kind)[0]]["email"],
        additional_domains=rules.names(asked.fields), renews=renews,
        approver_email=text(asked.fields, "approver_email"),
        dv_auth_method=(text(asked.fields, "dv_auth_method") or "email").lower(),
        server_type=text(asked.fields, "server_type"), server_count=text(asked.fields, "server_count"),
    )  # fmt: skip
    return _order_reply(books, books.enter(order))


def _renewed(books: Books, order_id: str) -> str:
    """The product id of what is renewed."""
    product = books.product(books.order(order_id).product_id)
    if not books.renewable(product):
        raise refused("wrong_state", "The product is outside its renewal window")
    return product.product_id


def process_pending(books: Books, asked: Request) -> dict[str, Value]:
    """Submit (or cancel) a draft; a declined order goes on under a new id."""
    order = books.order(*needed(asked.fields, "order_id"))
    command = text(asked.fields, "command")
    if command not in ("", "cancel"):
        raise refused("invalid", f"Unknown command: {command}", "command")
    if order.state != "pending" and (command or order.state != "declined"):
        raise refused("wrong_state", f"The order is {order.state}")
    if command:
        books.end(order, "cancelled", "cancelled by the reseller.")
        return _order_reply(books, order)
    _choose_control(order, asked)
    return _order_reply(books, books.submit(order, new_id=bool(asked.trouble.get("new_id"))))


def _choose_control(order: Order, asked: Request) -> None:
    """The way to prove control, given again with the submission; e-mail when absent."""
    method, given = (text(asked.fields, name) for name in ("dv_auth_method", "approver_email"))
    if given and method.lower() not in ("", "email"):
        raise refused("invalid", "An approver belongs to the e-mail method only", "approver_email")
    approver = given or order.approver_email
    fields: dict[str, Value] = {"domain": order.domain, "dv_auth_method": method, "approver_email": approver}
    if problems := list(rules.control_problems(fields, order.kind)):
        raise RefusedError(*problems)
    order.dv_auth_method, order.approver_email = (method or "email").lower(), approver


def cancel_order(books: Books, asked: Request) -> dict[str, Value]:
    """Stop an order that is not completed."""
    order = books.order(*needed(asked.fields, "order_id"))
    if order.state not in ("pending", *IN_FLIGHT):
        raise refused("wrong_state", f"The order cannot be cancelled; it is {order.state}")
    # Of an order in flight the guide says declined, a support article cancelled.
    books.end(order, "cancelled" if order.state == "pending" else "declined", "cancelled by the reseller.")
    return _order_reply(books, order)


def resend_approve_email(books: Books, asked: Request) -> dict[str, Value]:
    """Mail the approver again."""
    order = books.order(*needed(asked.fields, "order_id"))
    if order.state != "awaiting-approval" or order.dv_auth_method != "email":
        raise refused("wrong_state", f"No mail is awaited; the order is {order.state}, by {order.dv_auth_method}")
    books.note(order, "email_resent", f"mailed to {order.approver_email or order.contact_email}.")
    return {"order_id": order.order_id}


def update_dv_auth(books: Books, asked: Request) -> dict[str, Value]:
    """Switch the way to prove control; chosen: of domain-only products, but none of Thawte's."""
    order_id, method = needed(asked.fields, "order_id", "dv_auth_method")
    order = books.order(order_id)
    if order.state not in ("in-progress", "awaiting-approval"):
        raise refused("wrong_state", f"Nothing to prove; the order is {order.state}")
    if order.kind.level != "DV" or order.kind.brand == "thawte" or method.lower() not in dv_methods(order.kind):
        raise refused("invalid", "Not supported for this product", "dv_auth_method")
    order.dv_auth_method, order.token = method.lower(), ""
    return {"order_id": order_id}


def get_order_info(books: Books, asked: Request) -> dict[str, Value]:
    """Everything the supplier tells of an order; what is empty of approver, names and product is not there."""
    order = books.order(*needed(asked.fields, "order_id"))
    notes: list[Value] = [{"date": note_date(each.at), "type": each.type, "note": each.text} for each in order.notes]
    books.chance.shuffle(notes)
    contacts: dict[str, Value] = {role: {**contact} for role, contact in order.contacts.items()}
    reply: dict[str, Value] = {name: getattr(order, name) for name in _SHOWN.split()}
    reply |= {"price": money_text(order.price), "contact_set": contacts, "notes_list": notes}
    optional: dict[str, Value] = {"additional_domains": [*order.additional_domains], "product_id": order.product_id}
    optional["approver_email"] = order.approver_email if order.kind.level == "DV" else ""
    return reply | _control_details(books, order) | {name: value for name, value in optional.items() if value}


def get_cert(books: Books, asked: Request) -> dict[str, Value]:
    """The certificate of a product, with the ones above it when asked."""
    product = books.product(*needed(asked.fields, "product_id"))
    order, leaf = books.order(product.order_id), product.certificate
    data: dict[str, Value] = {"certificate": pem(leaf)}
    if text(asked.fields, "return_ca_certs") == "1":
        above = {"ROOT": books.authority.root, "INTERMEDIATE": books.authority.intermediate}
        data["ca_certificates"] = [{"type": kind, "certificate": pem(each)} for kind, each in above.items()]
    start, end = (f"{day:%Y-%m-%d}-05:00" for day in (leaf.not_valid_before_utc, product.coverage_end))
    return {
        "product_id": product.product_id, "product_type": order.product_type, "domain": order.domain,
        "state": "active", "contact_email": order.contact_email, "issue_date": start, "start_date": start,
        "expiry_date": end, "cert_data": data,
    }  # fmt: skip


def get_balance(books: Books, _: Request) -> dict[str, Value]:
    """The funds; held money is part of the balance until it is charged."""
    return {"balance": f"{books.funds:.2f}", "hold_balance": f"{sum(books.holds.values()):.2f}"}


def _order_reply(books: Books, order: Order) -> dict[str, Value]:
    return {"order_id": order.order_id, "domain": order.domain, "state": order.state} | _control_details(books, order)


def _control_details(books: Books, order: Order) -> dict[str, Value]:
    """The value to publish, where; nothing for e-mail."""
    if order.dv_auth_method == "email" or order.state not in IN_FLIGHT:
        return {}
    bare, token = order.domain.removeprefix("*."), books.token(order)
    name, file = token[8:40], f"/.well-known/pki-validation/{token[8:24]}.txt"
    ways: dict[str, dict[str, Value]] = {
        "file": {"domain": bare, "filename": file, "contents": token},
        "sectigo": {"record_type": "CNAME", "domain": f"_{name}.{bare}", "value": f"{name}.dcv.ca.invalid"},
        "": {"record_type": "TXT", "domain": bare, "value": token},
    }
    return {"dv_auth_details": [ways.get(order.dv_auth_method) or ways.get(order.kind.brand) or ways[""]]}


# Each with the attributes that it takes.
COMMANDS: dict[Callable[[Books, Request], dict[str, Value]], str] = {
    sw_register: "reg_type product_type handle domain csr period server_type server_count approver_email "
    "dv_auth_method contact_set additional_domains order_id",
    process_pending: "order_id command dv_auth_method approver_email",
    get_order_info: "order_id",
    cancel_order: "order_id",
    resend_approve_email: "order_id",
    update_dv_auth: "order_id dv_auth_method",
    get_cert: "product_id return_ca_certs",
    get_balance: "",
}
