"""The commands that make, submit and stop orders."""

import hashlib
from datetime import timedelta

from tests.sandbox.opensrs import rules
from tests.sandbox.opensrs.books import IN_FLIGHT, Books, Order, not_enabled
from tests.sandbox.opensrs.chosen import catalogue, dv_methods, known, roles, successor
from tests.sandbox.opensrs.rules import RefusedError, Request, needed, refused, text
from tests.sandbox.opensrs.wire import Value

_REG_TYPES = {"new": "new", "renew": "renewal"}
_RENEWED_BY = ("order_id", "product_id", "inventory_item_id")
_COPIED = (
    "product_type", "domain", "csr", "period", "server_type", "server_count", "special_instructions", "trust_seal",
    "seal_in_search", "approver_email", "dv_auth_method",
)  # fmt: skip


def sw_register(books: Books, asked: Request) -> dict[str, Value]:
    """Save a draft, or submit at once."""
    given, product_type, handle = needed(asked.fields, "reg_type", "product_type", "handle")
    reg_type = _reg_type(given)
    if handle not in ("save", "process"):
        raise refused("invalid", "handle is save or process", "handle")
    fields = asked.fields | {"product_type": successor(product_type)}
    renewed = _renewed(books, fields) if reg_type == "renewal" else ""
    order = _checked(books, fields, reg_type)
    order.renews = renewed
    books.enter(order)
    return order_reply(books, _submit_or_forget(books, order, asked) if handle == "process" else order)


def _reg_type(given: str) -> str:
    """In the words of replies; any case is taken."""
    if given.lower() not in _REG_TYPES:
        raise refused("invalid", "reg_type is new or renew", "reg_type")
    return _REG_TYPES[given.lower()]


def _submit_or_forget(books: Books, order: Order, asked: Request) -> Order:
    try:
        return books.submit(order, new_id=bool(asked.trouble.get("new_id")))
    except RefusedError:
        del books.book[order.order_id]
        raise


def _order_fields(order: Order) -> dict[str, Value]:
    """The order as the fields of a request, without identity."""
    copied: dict[str, Value] = {name: getattr(order, name) for name in _COPIED}
    contacts: dict[str, Value] = {role: dict(contact) for role, contact in order.contacts.items()}
    return copied | {"contact_set": contacts, "additional_domains": list(order.additional_domains)}


def _renewed(books: Books, fields: dict[str, Value]) -> str:
    """The product id of what is renewed; the request's domain defaults to its domain."""
    given = [name for name in _RENEWED_BY if text(fields, name)]
    if len(given) != 1:
        raise refused("missing", f"Exactly one of {', '.join(_RENEWED_BY)} is needed", "product_id")
    shown = text(fields, given[0])
    product = books.product(books.order(shown).product_id if given == ["order_id"] else shown)
    if not books.renewable(product):
        raise refused("wrong_state", "The product is outside its renewal window")
    fields["domain"] = text(fields, "domain") or books.order(product.order_id).domain
    return product.product_id


def _checked(books: Books, fields: dict[str, Value], reg_type: str, order_id: str = "") -> Order:
    """An order from the request's fields, or every problem in them."""
    product_type = text(fields, "product_type")
    if product_type not in books.enabled:
        raise not_enabled()
    kind = catalogue()[product_type]
    if problems := list(rules.order_problems(fields, kind)):
        raise RefusedError(*problems)
    given = rules.contacts(fields)
    admin = given.get("admin", {}).get("email", "")
    return Order(
        order_id or books.new_order_id(), product_type, reg_type, text(fields, "domain"), text(fields, "csr"),
        contacts={role: given[role] for role in roles(kind)},
        contact_email=admin or given[roles(kind)[0]]["email"],
        additional_domains=rules.names(fields),
        approver_email=(text(fields, "approver_email") or admin) if kind.level == "DV" else "",
        dv_auth_method=(text(fields, "dv_auth_method") or "email").lower(),
        server_type=text(fields, "server_type"),
        server_count=text(fields, "server_count"),
        special_instructions=text(fields, "special_instructions"),
        trust_seal=text(fields, "trust_seal") or "0",
        seal_in_search=text(fields, "seal_in_search") or "0",
    )  # fmt: skip


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
        return order_reply(books, order)
    _choose_control(order, asked)
    return order_reply(books, books.submit(order, new_id=bool(asked.trouble.get("new_id"))))


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


def update_order(books: Books, asked: Request) -> dict[str, Value]:
    """Change a draft; an empty value clears, additional_domains replaces the whole list."""
    order = books.order(*needed(asked.fields, "order_id"))
    if order.state != "pending":
        raise refused("wrong_state", f"Only a pending order can be changed; it is {order.state}")
    given = text(asked.fields, "reg_type")
    fields = _order_fields(order) | {name: value for name, value in asked.fields.items() if name != "order_id"}
    fields["product_type"] = successor(text(fields, "product_type"))
    fresh = _checked(books, fields, _reg_type(given) if given else order.reg_type, order.order_id)
    # The contact that gave the address may not have been kept: the address stays until new contacts come.
    own = ("contact_email",) if "contact_set" in asked.fields else ()
    for name in (*_COPIED, "reg_type", "contacts", "additional_domains", *own):
        setattr(order, name, getattr(fresh, name))
    order.price = books.price_list[order.product_type]
    books.note(order, "order_updated", "changed.")
    return order_reply(books, order)


def cancel_order(books: Books, asked: Request) -> dict[str, Value]:
    """Stop an order that is not completed."""
    order = books.order(*needed(asked.fields, "order_id"))
    if order.state not in ("pending", *IN_FLIGHT):
        raise refused("wrong_state", f"The order cannot be cancelled; it is {order.state}")
    state = "cancelled" if order.state == "pending" else books.chosen.cancel_order_state
    books.end(order, state, "cancelled by the reseller.")
    return order_reply(books, order)


def resend_approve_email(books: Books, asked: Request) -> dict[str, Value]:
    """Mail the approver again."""
    order = books.order(*needed(asked.fields, "order_id"))
    if order.state != "awaiting-approval":
        raise refused("wrong_state", f"No approval is awaited; the order is {order.state}")
    if order.product_type in known()["no_approve_mail"]:
        raise refused("invalid", "Not supported for this product", "order_id")
    if order.dv_auth_method != "email":
        raise refused("wrong_state", f"The order is proven by {order.dv_auth_method}, not by e-mail")
    return _mailed(books, order, order.approver_email or order.contact_email)


def resend_cert_email(books: Books, asked: Request) -> dict[str, Value]:
    """Mail the certificate again."""
    order = books.order(*needed(asked.fields, "order_id"))
    if order.state != "completed" or order.kind.brand == "sectigo":
        raise refused("wrong_state", "Needs a completed order of another vendor than Comodo")
    return _mailed(books, order, order.contact_email)


def _mailed(books: Books, order: Order, to: str) -> dict[str, Value]:
    order.mails.append(to)
    books.note(order, "email_resent", f"mailed to {to}.")
    return {"order_id": order.order_id}


def update_dv_auth(books: Books, asked: Request) -> dict[str, Value]:
    """Switch the way to prove control (chosen: of domain-only products, but none of Thawte's), or have the CA look."""
    order = books.order(*needed(asked.fields, "order_id"))
    method, look = text(asked.fields, "dv_auth_method").lower(), text(asked.fields, "dv_auth_on_demand_check")
    if bool(method) == bool(look):
        raise refused("missing", "One of dv_auth_method and dv_auth_on_demand_check is needed", "dv_auth_method")
    if order.state not in ("in-progress", "awaiting-approval"):
        raise refused("wrong_state", f"Nothing to prove; the order is {order.state}")
    if look:
        if look != "1" or order.kind.brand != "rapidssl":
            raise refused("invalid", "Only RapidSSL looks on demand", "dv_auth_on_demand_check")
        confirm_if_seen(books, order)
        return {"order_id": order.order_id}
    if order.kind.level != "DV" or order.kind.brand == "thawte" or method not in dv_methods(order.kind):
        raise refused("invalid", "Not supported for this product", "dv_auth_method")
    order.dv_auth_method, order.token = method, ""
    return {"order_id": order.order_id}


def confirm_if_seen(books: Books, order: Order) -> None:
    """A published record proves control once the CA awaits it."""
    if order.record_seen and order.state == "awaiting-approval" and order.dv_auth_method in ("dns", "file"):
        order.state = "approver-confirmed"
        books.note(order, "order_approved", "control of the domain is proven.")


def order_reply(books: Books, order: Order) -> dict[str, Value]:
    """What the ordering commands answer."""
    return {"order_id": order.order_id, "domain": order.domain, "state": order.state} | control_details(books, order)


def is_good(books: Books, order: Order) -> bool:
    """Whether the order has a value for DNS or file that still lives: a day at Sectigo, 30 days elsewhere."""
    life = timedelta(days=1 if order.kind.brand == "sectigo" else 30)
    return bool(order.token) and books.clock() - order.token_made_at <= life.total_seconds()


def control_details(books: Books, order: Order) -> dict[str, Value]:
    """The value to publish, made anew when it has died; nothing for e-mail."""
    if order.dv_auth_method == "email" or order.state not in IN_FLIGHT:
        return {}
    if not is_good(books, order):
        now = books.clock()
        made = hashlib.sha256(f"{order.order_id} {now} {order.csr}".encode()).hexdigest()
        order.token, order.token_made_at, order.record_seen = f"{books.now:%Y%m%d}{made[:40]}", now, False
    return {"dv_auth_details": [_instruction(order)]}


def _instruction(order: Order) -> dict[str, Value]:
    bare, token = order.domain.removeprefix("*."), order.token
    if order.dv_auth_method == "file":
        return {"domain": bare, "filename": f"/.well-known/pki-validation/{token[8:24]}.txt", "contents": token}
    if order.kind.brand == "sectigo":
        return {"record_type": "CNAME", "domain": f"_{token[8:40]}.{bare}", "value": f"{token[8:40]}.dcv.ca.invalid"}
    return {"record_type": "TXT", "domain": bare, "value": token}
