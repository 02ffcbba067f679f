"""From what was typed to what is meant: form values to domain values, and a sentence for every value that cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from bot.domain.approval import Policy
from bot.domain.client import Client
from bot.domain.errors import BadInput
from bot.domain.order import Order
from bot.domain.request import Contact, Dcv, KeyType, Level, Organisation, Product, Purpose, Request
from bot.shown.offer import Suggestion

ORGANISATION = ("name", "street", "city", "state", "postal_code", "country", "phone", "registration_number")
CONTACT = ("first_name", "last_name", "title", "email", "phone")
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
    long = {
        field: f"Please keep this to {_LONGEST} characters; it has {len(value)}."
        for field, value in values.items()
        if len(value) > _LONGEST
    }
    email = values.get("dcv") == Dcv.EMAIL
    wrong = {
        "approver_email": email and not values.get("approver_email", "").strip().startswith(MAILBOXES),
        "wanted_by": bool(values.get("wanted_by")) and day(values["wanted_by"]) is None,
    }
    return {**{field: _SENTENCES[field] for field, so in wrong.items() if so}, **long}


_SENTENCES = {
    "approver_email": f"It must be one of {', '.join(MAILBOXES)} at the domain.",
    "wanted_by": "Please pick a date.",
}


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
    parts = {field: values.get(f"org.{field}", "").strip() for field in ORGANISATION}
    return Organisation(**{**parts, "country": parts["country"].upper()})


def contact(values: Mapping[str, str]) -> Contact:
    """The client's contact as typed."""
    return Contact(**{field: values.get(f"contact.{field}", "").strip() for field in CONTACT})


def values_on_file(client: Client) -> dict[str, str]:
    """What the client's file says, as form values."""
    company = {f"org.{f}": getattr(client.organisation, f) for f in ORGANISATION} if client.organisation else {}
    person = {f"contact.{f}": getattr(client.contact, f) for f in CONTACT} if client.contact else {}
    return {**company, **person}


def values_of(order: Order) -> dict[str, str]:
    """An order as form values, for changing it, ordering again or renewing."""
    request = order.request
    company = {f"org.{f}": getattr(request.organisation, f) for f in ORGANISATION} if request.organisation else {}
    person = (
        {f"contact.{f}": getattr(request.admin, f) for f in CONTACT} if request.organisation and request.admin else {}
    )
    return {
        "names": "\n".join(request.names), "purpose": request.purpose.value, "product": request.product,
        "wanted_by": request.wanted_by.isoformat() if request.wanted_by else "", "dcv": request.dcv.value,
        "approver_email": request.approver_email, "key_type": request.key_type.value, "own_csr": request.own_csr,
        "buyer": "client" if order.by_client else "agency", **company, **person,
    }  # fmt: skip


def request_from(values: Mapping[str, str], names: tuple[str, ...], product: Product, policy: Policy) -> Request:
    """The request the values mean; whether its company is complete is judged before."""
    company = product.level is not Level.DV
    return Request(
        names=names,
        purpose=Purpose(values.get("purpose") or Purpose.PUBLIC),
        product=product.code,
        level=product.level,
        wanted_by=day(values.get("wanted_by", "")),
        organisation=organisation(values) if company else None,
        admin=contact(values) if company else policy.agency,
        billing=policy.billing,
        technical=policy.agency,
        dcv=Dcv(values.get("dcv") or Dcv.DNS),
        approver_email=values.get("approver_email", "").strip() if values.get("dcv") == Dcv.EMAIL else "",
        key_type=KeyType(values.get("key_type") or KeyType.RSA_2048),
        own_csr=values.get("own_csr", "").strip(),
    )


def told(
    values: Mapping[str, str], names: tuple[str, ...], chosen: Suggestion | None, *, company: bool
) -> tuple[tuple[str, str, str], ...]:
    """The form in words, as (group, label, value), for the last step."""
    rows = [
        ("names", "Web addresses", ", ".join(names)),
        ("names", "Wanted by", values.get("wanted_by", "") or "no date given"),
        ("kind", "Kind", chosen.product.title if chosen else ""),
    ]
    if company:
        place = ", ".join(
            filter(None, (values.get(f"org.{field}", "") for field in ("name", "city", "state", "country")))
        )
        person = " ".join(values.get(f"contact.{field}", "") for field in ("first_name", "last_name")).strip()
        reach = (values.get("contact.email", ""), values.get("contact.phone", ""))
        rows.append(("company", "Company", place or "to be asked of the client"))
        rows.append(("contact", "Contact", ", ".join(filter(None, (person, *reach))) or "to be asked of the client"))
    return tuple(rows)


def names_in(text: str) -> str:
    """The web addresses that a message mentions, one a line, each once; Slack writes links as <http://a.com|a.com>.

    BadInput where it holds a private key.
    """
    refuse_keys({"names": text})
    return "\n".join(dict.fromkeys(match.lower() for match in _NAME.findall(text)))
