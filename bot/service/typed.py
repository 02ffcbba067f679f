"""From what was typed to what is meant: form values to domain values, and a sentence for every value that cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date

from bot.domain.approval import Policy
from bot.domain.client import Client
from bot.domain.errors import BadInput
from bot.domain.order import Order
from bot.domain.request import Contact, Dcv, KeyType, Organisation, Product, Purpose, Request
from bot.shown.offer import Suggestion

_LONGEST = 3000  # of any field; what the authority allows is for the checks
MAILBOXES = ("admin@", "administrator@", "webmaster@", "hostmaster@", "postmaster@")
_NAME = re.compile(r"(?<![\w@.-])(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w@-])", re.IGNORECASE)
_PRIVATE = re.compile(r"PRIVATE\s+KEY-----|PuTTY-User-Key-File", re.IGNORECASE)


def refuse_keys(values: Mapping[str, str]) -> None:
    """BadInput for every field that holds a private key; to be asked before anything is kept."""
    if found := {field: _BURNT for field, value in values.items() if _PRIVATE.search(value)}:
        raise BadInput(found)


_BURNT = (
    "This is a private key. It is not kept here, but others may have seen it: it must not be used any more. Please "
    "have a new one made, and never paste it anywhere."
)


def problems(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the values given, by field, as far as a form can tell without its surroundings."""
    wrong = {}
    if values.get("dcv") == Dcv.EMAIL and not values.get("approver_email", "").strip().startswith(MAILBOXES):
        wrong["approver_email"] = f"It must be one of {', '.join(MAILBOXES)} at the domain."
    if values.get("wanted_by") and day(values["wanted_by"]) is None:
        wrong["wanted_by"] = "Please pick a date."
    long = {field: len(value) for field, value in values.items() if len(value) > _LONGEST}
    return wrong | {f: f"Please keep this to {_LONGEST} characters; it has {length}." for f, length in long.items()}


def reason(text: str) -> str:
    """A reason somebody must give: not empty, up to 500 characters."""
    plain = text.strip()
    refuse_keys({"reason": plain})
    if not 0 < len(plain) <= 500:
        raise BadInput({"reason": "Please give a reason, in up to 500 characters."})
    return plain


def day(text: str) -> date | None:
    """An ISO date, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def organisation(values: Mapping[str, str]) -> Organisation:
    """The company as typed."""
    parts = {field.name: values.get(f"org.{field.name}", "").strip() for field in fields(Organisation)}
    return Organisation(**{**parts, "country": parts["country"].upper()})


def contact(values: Mapping[str, str]) -> Contact:
    """The client's contact as typed."""
    return Contact(**{field.name: values.get(f"contact.{field.name}", "").strip() for field in fields(Contact)})


def values_on_file(client: Client) -> dict[str, str]:
    """What the client's file says, as form values."""
    return _values(client.organisation, client.contact)


def _values(company: Organisation | None, person: Contact | None) -> dict[str, str]:
    groups = {"org": asdict(company) if company else {}, "contact": asdict(person) if person else {}}
    return {f"{group}.{field}": value for group, known in groups.items() for field, value in known.items()}


def values_of(order: Order) -> dict[str, str]:
    """An order as form values, for changing it, ordering again or renewing."""
    request = order.request
    return {
        "names": "\n".join(request.names), "purpose": request.purpose.value, "product": request.product,
        "wanted_by": request.wanted_by.isoformat() if request.wanted_by else "", "dcv": request.dcv.value,
        "approver_email": request.approver_email, "key_type": request.key_type.value, "own_csr": request.own_csr,
        "buyer": "client" if order.by_client else "agency",
        **_values(request.organisation, request.admin if request.organisation else None),
    }  # fmt: skip


def request_from(values: Mapping[str, str], names: tuple[str, ...], product: Product, policy: Policy) -> Request:
    """The request the values mean; whether its company is complete is judged before."""
    company, dcv = product.level.company_checked, Dcv(values.get("dcv") or Dcv.DNS)
    mailbox = values.get("approver_email", "").strip() if dcv is Dcv.EMAIL else ""
    return Request(
        names, Purpose(values.get("purpose") or Purpose.PUBLIC), product.code, product.level,
        day(values.get("wanted_by", "")), organisation(values) if company else None,
        contact(values) if company else policy.agency, policy.billing, policy.agency, dcv, mailbox,
        KeyType(values.get("key_type") or KeyType.RSA_2048), values.get("own_csr", "").strip(),
    )  # fmt: skip


def told(
    values: Mapping[str, str], names: tuple[str, ...], chosen: Suggestion | None, *, company: bool
) -> tuple[tuple[str, str, str], ...]:
    """The form in words, as (group, label, value), for the last step."""
    typed, who = organisation(values), contact(values)
    place = (typed.name, typed.city, typed.state, typed.country)
    person = (f"{who.first_name} {who.last_name}".strip(), who.email, who.phone)
    rows = (
        ("names", "Web addresses", ", ".join(names)),
        ("names", "Wanted by", values.get("wanted_by", "") or "no date given"),
        ("kind", "Kind", chosen.product.title if chosen else ""),
        ("company", "Company", ", ".join(filter(None, place)) or "to be asked of the client"),
        ("contact", "Contact", ", ".join(filter(None, person)) or "to be asked of the client"),
    )
    return rows if company else rows[:3]


def names_in(text: str) -> str:
    """The web addresses that a message mentions, one a line, each once; Slack writes links as <http://a.com|a.com>.

    BadInput where it holds a private key.
    """
    refuse_keys({"names": text})
    return "\n".join(dict.fromkeys(match.lower() for match in _NAME.findall(text)))
