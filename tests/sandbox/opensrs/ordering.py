"""The commands that make, change, submit and stop orders."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.sandbox.opensrs.books import IN_FLIGHT, Books, Order, not_enabled
from tests.sandbox.opensrs.chosen import ANY_DV_METHOD, CATALOGUE, DV_METHODS, SUCCESSORS, roles
from tests.sandbox.opensrs.rules import (
    RefusedError,
    Request,
    check_address,
    contacts,
    names,
    needed,
    order_problems,
    refused,
    text,
)

if TYPE_CHECKING:
    from tests.sandbox.opensrs.wire import Value

_COPIED = ("product_type", "domain", "csr", "period", "server_type", "server_count", "special_instructions")
_REG_TYPES = {"new": "new", "renew": "renewal"}
_RENEWED_BY = ("order_id", "product_id", "inventory_item_id")


def sw_register(books: Books, asked: Request) -> dict[str, Value]:
    """Save a draft, or submit at once."""
    check_address(asked.address)
    reg_type, product_type, handle = needed(asked.fields, "reg_type", "product_type", "handle")
    if reg_type.lower() not in _REG_TYPES or handle not in ("save", "process"):
        raise refused("invalid", "reg_type is new or renew, handle is save or process", "reg_type")
    fields = asked.fields | {"product_type": SUCCESSORS.get(product_type, product_type), "reg_type": reg_type.lower()}
    if text(fields, "base_order_id"):
        fields = _cloned(books, fields)
    renewed = _renewed(books, fields) if fields["reg_type"] == "renew" else ""
    order = _checked(books, fields, books.new_order_id())
    order.renews = renewed
    books.enter(order)
    if handle == "process":
        order = _submit_or_forget(books, order)
    return order_reply(books, order)


def _submit_or_forget(books: Books, order: Order) -> Order:
    try:
        return books.submit(order)
    except RefusedError:
        del books.book[order.order_id]
        raise


def _cloned(books: Books, fields: dict[str, Value]) -> dict[str, Value]:
    base = books.order(text(fields, "base_order_id"))
    if fields["reg_type"] != "new" or fields["product_type"] != base.product_type:
        raise refused("invalid", "A clone is new and of the same product", "base_order_id")
    return order_fields(base) | fields


def _renewed(books: Books, fields: dict[str, Value]) -> str:
    """The product id of what is renewed; the request's domain defaults to its domain."""
    given = [name for name in _RENEWED_BY if text(fields, name)]
    if len(given) != 1:
        raise refused("missing", "Exactly one of order_id, product_id, inventory_item_id is needed", "product_id")
    shown = text(fields, given[0])
    product = books.product(books.order(shown).product_id if given == ["order_id"] else shown)
    if not books.renewable(product):
        raise refused("wrong_state", "The product is outside its renewal window")
    fields["domain"] = text(fields, "domain") or books.order(product.order_id).domain
    return product.product_id


def _checked(books: Books, fields: dict[str, Value], order_id: str) -> Order:
    """An order from the request's fields, or every problem in them."""
    product_type = text(fields, "product_type")
    if product_type not in books.enabled or product_type not in CATALOGUE:
        raise not_enabled()
    kind = CATALOGUE[product_type]
    problems = list(order_problems(fields, kind, strict_subject=books.chosen.strict_subject))
    if problems:
        raise RefusedError(*problems)
    given = contacts(fields)
    admin = given.get("admin", {}).get("email", "")
    return Order(
        order_id=order_id,
        reg_type=_REG_TYPES[text(fields, "reg_type")],
        contacts={role: given[role] for role in roles(kind)},
        contact_email=admin or given[roles(kind)[0]]["email"],
        additional_domains=names(fields),
        approver_email=(text(fields, "approver_email") or admin) if kind.level == "DV" else "",
        dv_auth_method=(text(fields, "dv_auth_method") or "email").lower(),
        product_type=product_type,
        domain=text(fields, "domain"),
        csr=text(fields, "csr"),
        server_type=text(fields, "server_type"),
        server_count=text(fields, "server_count"),
        special_instructions=text(fields, "special_instructions"),
    )


def order_fields(order: Order) -> dict[str, Value]:
    """The order as the fields of a request, without identity."""
    return {
        **{name: getattr(order, name) for name in (*_COPIED, "approver_email", "dv_auth_method")},
        "reg_type": "renew" if order.reg_type == "renewal" else order.reg_type,
        "contact_set": {role: dict(contact) for role, contact in order.contacts.items()},
        "additional_domains": list(order.additional_domains),
    }


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
    method, approver = (text(asked.fields, name) for name in ("dv_auth_method", "approver_email"))
    changed = (
        order_fields(order) | {"dv_auth_method": method or "email"} | ({"approver_email": approver} if approver else {})
    )
    if approver and method.lower() not in ("", "email"):
        raise refused("invalid", "An approver belongs to the e-mail method only", "approver_email")
    problems = [
        p
        for p in order_problems(changed, order.kind, strict_subject=False)
        if p.field in ("dv_auth_method", "approver_email")
    ]
    if problems:
        raise RefusedError(*problems)
    order.dv_auth_method, order.approver_email = str(changed["dv_auth_method"]).lower(), str(changed["approver_email"])


def update_order(books: Books, asked: Request) -> dict[str, Value]:
    """Change a draft; an empty value clears, additional_domains replaces the whole list."""
    order = books.order(*needed(asked.fields, "order_id"))
    if order.state != "pending":
        raise refused("wrong_state", f"Only a pending order can be changed; it is {order.state}")
    changes = {name: value for name, value in asked.fields.items() if name != "order_id"}
    if text(changes | {"reg_type": changes.get("reg_type", "new")}, "reg_type") not in _REG_TYPES:
        raise refused("invalid", "Unknown reg_type", "reg_type")
    fresh = _checked(books, order_fields(order) | changes, order.order_id)
    for name in (*_COPIED, "contacts", "contact_email", "additional_domains", "approver_email", "reg_type"):
        setattr(order, name, getattr(fresh, name))
    order.price = books.price_list[order.product_type]
    books.note(order, "updated", "changed.")
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
    if (order.kind.brand, order.kind.level) == ("sectigo", "EV") or order.product_type in (
        "trustwave_premiumssl",
        "trustwave_ev",
    ):
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
    books.note(order, "resent", f"mailed to {to}.")
    return {"order_id": order.order_id}


def update_dv_auth(books: Books, asked: Request) -> dict[str, Value]:
    """Switch the way to prove control, or have the CA look now."""
    order = books.order(*needed(asked.fields, "order_id"))
    method, check = text(asked.fields, "dv_auth_method").lower(), text(asked.fields, "dv_auth_on_demand_check")
    if bool(method) == bool(check) or check not in ("", "1"):
        raise refused("missing", "One of dv_auth_method and dv_auth_on_demand_check is needed", "dv_auth_method")
    if order.state not in ("in-progress", "awaiting-approval"):
        raise refused("wrong_state", f"Nothing to prove; the order is {order.state}")
    if check:
        return _check_now(books, order)
    offered = DV_METHODS.get(order.kind.brand, ANY_DV_METHOD) - ({"file"} if order.kind.wildcard else set())
    if order.kind.level not in books.chosen.dv_switch_levels or method not in offered or order.kind.brand == "thawte":
        raise refused("invalid", "Not supported for this product", "dv_auth_method")
    order.dv_auth_method, order.token = method, ""
    return {"order_id": order.order_id}


def _check_now(books: Books, order: Order) -> dict[str, Value]:
    if order.kind.brand != "rapidssl":
        raise refused("invalid", "Only RapidSSL is looked at on demand", "dv_auth_on_demand_check")
    confirm_if_seen(books, order)
    return {"order_id": order.order_id}


def confirm_if_seen(books: Books, order: Order) -> None:
    """A published record proves control once the CA awaits it."""
    if order.record_seen and order.state == "awaiting-approval" and order.dv_auth_method in ("dns", "file"):
        order.state = "approver-confirmed"
        books.note(order, "approved", "control of the domain is proven.")


def order_reply(books: Books, order: Order) -> dict[str, Value]:
    """What the ordering commands answer."""
    return {"order_id": order.order_id, "domain": order.domain, "state": order.state} | control_details(books, order)


def token_life(order: Order) -> timedelta:
    """How long a value for DNS or file stays good: a day at Sectigo, 30 days elsewhere."""
    return timedelta(days=1 if order.kind.brand == "sectigo" else 30)


def control_details(books: Books, order: Order) -> dict[str, Value]:
    """The value to publish, made anew when it has died; nothing for e-mail."""
    shown = order.state in IN_FLIGHT or (books.chosen.dv_details_in_draft and order.state == "pending")
    if order.dv_auth_method == "email" or not shown:
        return {}
    now = books.clock()
    if not order.token or now - order.token_made_at > token_life(order).total_seconds():
        made = hashlib.sha256(f"{order.order_id} {now} {order.csr}".encode()).hexdigest()
        order.token, order.token_made_at, order.record_seen = f"{books.day_text(now)}{made[:40]}", now, False
    return {books.chosen.dv_details_name: [_instruction(order)]}


def _instruction(order: Order) -> dict[str, Value]:
    bare, token = order.domain.removeprefix("*."), order.token
    if order.dv_auth_method == "file":
        return {"domain": bare, "filename": f"/.well-known/pki-validation/{token[8:24]}.txt", "contents": token}
    if order.kind.brand == "sectigo":
        return {"record_type": "CNAME", "domain": f"_{token[8:40]}.{bare}", "value": f"{token[8:40]}.dcv.ca.invalid"}
    return {"record_type": "TXT", "domain": bare, "value": token}


def draft_changed(order: Order, fields: dict[str, object]) -> None:
    """Somebody edits the draft in the panel: no rule is checked."""
    known = {item.name for item in dataclasses.fields(Order)}
    for name, value in fields.items():
        if name not in known:
            msg = f"an order has no {name}"
            raise ValueError(msg)
        setattr(order, name, value)
