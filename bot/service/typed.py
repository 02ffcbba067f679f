"""From what was typed to what is meant: form values to domain values, and a sentence for every value that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from bot.domain.approval import Policy
from bot.domain.client import Client
from bot.domain.errors import BadInput
from bot.domain.request import Contact, Dcv, KeyType, Level, Organisation, Product, Purpose, Request

ORGANISATION = ("name", "street", "city", "state", "postal_code", "country", "phone", "registration_number")
CONTACT = ("first_name", "last_name", "title", "email", "phone")
_OPTIONAL = {"org.registration_number", "contact.title"}
# longest value, in characters (certificates' own limits where there are any: X.520 upper bounds)
_LIMITS = {
    "org.name": 64, "org.street": 64, "org.city": 64, "org.state": 32, "org.postal_code": 16, "org.country": 2,
    "org.registration_number": 64, "contact.first_name": 64, "contact.last_name": 63, "contact.title": 64,
    "contact.email": 254, "contact.phone": 20, "org.phone": 20, "approver_email": 254,
}  # fmt: skip
_PHONE = re.compile(r"\+\d{1,3}\.\d{4,14}(x\d{1,6})?")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_FILLER = re.compile(r"[\s.\-]*|n/?a|none|unknown|x+", re.IGNORECASE)
_MAILBOXES = ("admin@", "administrator@", "webmaster@", "hostmaster@", "postmaster@")

_COMPANY_FIELDS = tuple(f"org.{f}" for f in ORGANISATION) + tuple(f"contact.{f}" for f in CONTACT)


def problems(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the values given, by field; an empty optional field is fine."""
    found = {field: sentence for field, value in values.items() if (sentence := _problem(field, value.strip()))}
    if values.get("dcv") == Dcv.EMAIL and not values.get("approver_email", "").strip().startswith(_MAILBOXES):
        found["approver_email"] = f"It must be one of {', '.join(_MAILBOXES)} at the domain."
    return found


# (what a field must be for the rule to speak, when it is wrong, the sentence); the first that is wrong is said
_RULES: tuple[tuple[Callable[[str], bool], Callable[[str], bool], str], ...] = (
    (
        lambda field: field in _COMPANY_FIELDS and field not in _OPTIONAL,
        lambda value: bool(_FILLER.fullmatch(value)),
        "This is needed: the authority looks it up and will not accept a placeholder.",
    ),
    (
        lambda field: field.endswith("phone"),
        lambda value: not _PHONE.fullmatch(value),
        "Please write it with the country code, like +1.3125550123.",
    ),
    (
        lambda field: field.endswith("email"),
        lambda value: bool(value) and not _EMAIL.fullmatch(value),
        "This does not look like an e-mail address.",
    ),
    (
        lambda field: field == "org.country",
        lambda value: not re.fullmatch(r"[A-Za-z]{2}", value),
        "Please give the two-letter country code, like US.",
    ),
    (lambda field: field == "wanted_by", lambda value: bool(value) and day(value) is None, "Please pick a date."),
    (
        lambda field: field == "consent",
        lambda value: value != "yes",
        "Please tick this: without it the agency may not keep the client's key.",
    ),
)


def _problem(field: str, value: str) -> str:
    limit = _LIMITS.get(field, 3000)
    if len(value) > limit:
        return f"Please keep this to {limit} characters; it has {len(value)}."
    return next((sentence for speaks, wrong, sentence in _RULES if speaks(field) and wrong(value)), "")


def company_problems(values: Mapping[str, str]) -> dict[str, str]:
    """What is missing or wrong about the company and its contact."""
    return {
        field: sentence for field in _COMPANY_FIELDS if (sentence := _problem(field, values.get(field, "").strip()))
    }


def project_problems(name: str, client: str, owner: str, launch: str) -> dict[str, str]:
    """What is wrong with a project's form."""
    found = {
        "name": "" if 0 < len(name.strip()) <= 80 else "Please give the project a name of up to 80 characters.",
        "client_name": "" if 0 < len(client.strip()) <= 120 else "Please name the client, in up to 120 characters.",
        "owner": "" if owner else "Please say who owns the project.",
        "launch": "" if not launch or day(launch) else "Please pick a date.",
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def reason(text: str) -> str:
    """A reason somebody must give: not empty, up to 500 characters."""
    plain = text.strip()
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


def values_of(request: Request) -> dict[str, str]:
    """A request as form values, for changing it or ordering again."""
    company = {f"org.{f}": getattr(request.organisation, f) for f in ORGANISATION} if request.organisation else {}
    person = (
        {f"contact.{f}": getattr(request.admin, f) for f in CONTACT} if request.organisation and request.admin else {}
    )
    return {
        "names": "\n".join(request.names), "purpose": request.purpose.value, "product": request.product,
        "wanted_by": request.wanted_by.isoformat() if request.wanted_by else "", "dcv": request.dcv.value,
        "approver_email": request.approver_email, "key_type": request.key_type.value, "own_csr": request.own_csr,
        **company, **person,
    }  # fmt: skip


def request_from(values: Mapping[str, str], names: tuple[str, ...], product: Product, policy: Policy) -> Request:
    """The request the values mean; BadInput when the company is needed and incomplete."""
    company = product.level is not Level.DV
    wrong = {
        **(company_problems(values) if company else {}),
        **problems({"dcv": values.get("dcv", ""), **_mail(values)}),
    }
    if wrong:
        raise BadInput(wrong)
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


def _mail(values: Mapping[str, str]) -> dict[str, str]:
    return {"approver_email": values["approver_email"]} if values.get("approver_email") else {}


def told(values: Mapping[str, str], names: tuple[str, ...], *, company: bool) -> tuple[tuple[str, str], ...]:
    """The form in words, as (label, value), for the last step."""
    rows = [("Web addresses", ", ".join(names)), ("Wanted by", values.get("wanted_by", "") or "no date given")]
    if company:
        place = f"{values.get('org.city', '')}, {values.get('org.state', '')}, {values.get('org.country', '')}"
        rows.append(("Company", f"{values.get('org.name', '')}, {place}"))
        person = f"{values.get('contact.first_name', '')} {values.get('contact.last_name', '')}"
        rows.append(
            ("Contact", f"{person.strip()}, {values.get('contact.email', '')}, {values.get('contact.phone', '')}")
        )
    return tuple(rows)
