"""What an order must contain; every problem is named with its field."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.sandbox.opensrs import csr
from tests.sandbox.opensrs.chosen import ANY_DV_METHOD, DV_METHODS, SECTIGO_SERVERS, SYMANTEC_SERVERS, Kind, roles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.sandbox.opensrs.wire import Value

MAILBOXES = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
_LIMITS = {
    "first_name": 64, "last_name": 63, "title": 64, "org_name": 64, "email": 255, "phone": 20, "fax": 20,
    "address1": 64, "address2": 64, "address3": 64, "city": 64, "state": 32, "postal_code": 16, "country": 2,
    "duns": 32,
}  # fmt: skip
_ALL_ROLES = {"admin", "billing", "tech", "organization", "signer"}
_PLACE = ("phone", "address1", "city", "state", "country")
_PERSON = ("first_name", "last_name", "email")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_PATTERNS = {
    "phone": re.compile(r"\+[1-9]\d{0,2}\.\d{4,14}(x\d{1,4})?"),
    "fax": re.compile(r"\+[1-9]\d{0,2}\.\d{4,14}(x\d{1,4})?"),
    "email": _EMAIL,
    "country": re.compile("[A-Z]{2}"),
    "address1": re.compile(r"(?i)(?!.*\bp\.?\s*o\.?\s*box\b).+"),
}
_TWO_PART_SUFFIXES = {"co", "com", "org", "net", "ac", "gov"}
_LONGEST_AFFILIATE = 256


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request; `kind` is a key of the tables of codes."""

    kind: str
    field: str
    text: str


class RefusedError(Exception):
    """A command is answered with is_success 0; problems without a field have no detail."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].text)
        self.problems = problems


@dataclass(frozen=True)
class Request:
    """One command as read from the wire; `trouble` carries what an armed fault wants of the command itself."""

    name: str
    object: str
    fields: dict[str, Value]
    address: str = ""
    trouble: Mapping[str, Any] = field(default_factory=dict)


def refused(kind: str, text: str, field: str = "") -> RefusedError:
    """One problem as an error."""
    return RefusedError(Problem(kind, field, text))


def text(fields: dict[str, Value], name: str) -> str:
    """The scalar of this name, empty when absent; a structure is refused."""
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise refused("invalid", f"{name} is not a scalar", name)
    return value


def needed(fields: dict[str, Value], *names: str) -> list[str]:
    """The scalars of these names; all missing ones are refused at once."""
    missing = [Problem("missing", name, f"Missing required field: {name}") for name in names if not text(fields, name)]
    if missing:
        raise RefusedError(*missing)
    return [text(fields, name) for name in names]


def contact_email_fits(address: str) -> bool:
    """Whether it is one plain address."""
    return bool(_EMAIL.fullmatch(address))


def approvers(domain: str) -> list[str]:
    """The generic mailboxes of the domain and of its parents down to the registered one."""
    labels = domain.removeprefix("*.").split(".")
    least = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _TWO_PART_SUFFIXES else 2
    parents = [".".join(labels[place:]) for place in range(len(labels) - least + 1)]
    return [f"{box}@{parent}" for parent in parents for box in MAILBOXES]


def names(fields: dict[str, Value]) -> tuple[str, ...]:
    """The additional domains; anything but an array of texts is refused."""
    listed = fields.get("additional_domains") or []
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise refused("invalid", "additional_domains is not an array of names", "additional_domains")
    return tuple(str(name) for name in listed)


def contacts(fields: dict[str, Value]) -> dict[str, dict[str, str]]:
    """The contacts by role; the person of `organization` is copied from `admin` when missing."""
    given = fields.get("contact_set") or {}
    if not isinstance(given, dict) or not all(isinstance(contact, dict) for contact in given.values()):
        raise refused("invalid", "contact_set is not a dict of dicts", "contact_set")
    found = {
        role: {name: text(contact, name) for name in contact}
        for role, contact in given.items()
        if isinstance(contact, dict)
    }
    if "organization" in found and "admin" in found:
        copied = {name: found["admin"][name] for name in _PERSON if found["admin"].get(name)}
        found["organization"] = copied | {name: value for name, value in found["organization"].items() if value}
    return found


def order_problems(fields: dict[str, Value], kind: Kind, *, strict_subject: bool) -> Iterator[Problem]:
    """Everything wrong with an order of this kind of product."""
    for name in ("csr", "period", "domain", *(() if kind.brand == "trustwave" else ("server_type",))):
        if not text(fields, name):
            yield Problem("missing", name, f"Missing required field: {name}")
    yield from _csr_problems(fields, kind, strict_subject=strict_subject)
    yield from _name_problems(fields, kind)
    yield from _control_problems(fields, kind)
    yield from _contact_problems(fields, kind)
    for name, problem in _small_rules(fields, kind):
        if problem:
            yield Problem("invalid", name, problem)


def _csr_problems(fields: dict[str, Value], kind: Kind, *, strict_subject: bool) -> Iterator[Problem]:
    if not text(fields, "csr"):
        return
    try:
        request = csr.read(text(fields, "csr"))
    except ValueError as error:
        yield Problem("invalid", "csr", f"Invalid CSR: {error}")
        return
    for fault in csr.faults(request, kind, strict_subject=strict_subject):
        yield Problem("invalid", "csr", f"Invalid CSR: {fault}")
    said = csr.data(request)
    if text(fields, "domain") and text(fields, "domain") != said["domain"]:
        yield Problem("invalid", "domain", "The domain does not match the common name of the CSR")
    legal = contacts(fields).get("organization", {}).get("org_name", "")
    if strict_subject and kind.level != "DV" and legal and said["organization"] and legal != said["organization"]:
        yield Problem("invalid", "org_name", "The organization name does not match the CSR")


def _name_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    listed = names(fields)
    if len(listed) > kind.names:
        yield Problem("invalid", "additional_domains", f"This product takes {kind.names} additional domains")
    for name in listed:
        if not csr.is_domain(name):
            yield Problem("invalid", "additional_domains", f"Not a domain name: {name}")
    if len({*listed, text(fields, "domain")}) != len(listed) + 1:
        yield Problem("invalid", "additional_domains", "A name stands twice")


def _control_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    method = (text(fields, "dv_auth_method") or "email").lower()
    if method not in DV_METHODS.get(kind.brand, ANY_DV_METHOD):
        yield Problem("invalid", "dv_auth_method", f"Not offered for this product: {method}")
    if method == "file" and kind.wildcard:
        yield Problem("invalid", "dv_auth_method", "A wildcard cannot be proven by a file")
    chosen = text(fields, "approver_email") or contacts(fields).get("admin", {}).get("email", "")
    if kind.level == "DV" and kind.brand != "trustwave" and method == "email":
        if not chosen:
            yield Problem("missing", "approver_email", "Missing required field: approver_email")
        elif chosen.lower() not in approvers(text(fields, "domain")):
            yield Problem("invalid", "approver_email", f"Not in the list of approvers: {chosen}")


def _contact_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    given = contacts(fields)
    for role in roles(kind):
        if role not in given:
            yield Problem("missing", f"contact_set.{role}", f"Missing required contact: {role}")
    for role, contact in given.items():
        if role not in _ALL_ROLES:
            yield Problem("invalid", f"contact_set.{role}", f"Unknown contact: {role}")
        yield from _contact_gaps(role, contact, kind)
        yield from _contact_faults(role, contact)


def _contact_gaps(role: str, contact: dict[str, str], kind: Kind) -> Iterator[Problem]:
    wanted = [*_PERSON, *_PLACE]
    if role == "organization":
        wanted.append("org_name")
    elif kind.level == "EV" or kind.brand in ("thawte", "symantec"):
        wanted.append("title")
    for name in wanted:
        if not contact.get(name):
            yield Problem("missing", f"{role}.{name}", f"Missing required field: {role} {name}")


def _contact_faults(role: str, contact: dict[str, str]) -> Iterator[Problem]:
    for name, value in contact.items():
        pattern = _PATTERNS.get(name)
        if len(value) > _LIMITS.get(name, 0) or (value and pattern and not pattern.fullmatch(value)):
            yield Problem("invalid", f"{role}.{name}", f"Invalid {role} {name}: {value}")
    if contact.get("country") in ("US", "CA") and not re.fullmatch("[A-Z]{2}", contact.get("state", "")):
        yield Problem("invalid", f"{role}.state", "The state must be a two-letter code")


def _small_rules(fields: dict[str, Value], kind: Kind) -> list[tuple[str, str]]:
    """One value against one rule each; an empty text means that the rule is kept."""
    seal, search = text(fields, "trust_seal"), text(fields, "seal_in_search")
    servers = SECTIGO_SERVERS if kind.brand == "sectigo" else SYMANTEC_SERVERS
    rules = (
        ("period", text(fields, "period") in ("", "1"), "Only one year can be bought"),
        ("server_type", text(fields, "server_type") in {"", *servers}, "Unknown server type"),
        ("server_count", re.fullmatch("([1-9][0-9]{0,2})?", text(fields, "server_count")), "Not a count"),
        ("trust_seal", seal in ("", "0") or (seal == "1" and kind.brand == "symantec"), "No seal for this product"),
        ("seal_in_search", search in ("", "0") or (search == "1" and seal == "1"), "Needs trust_seal"),
        ("affiliate_id", len(text(fields, "affiliate_id")) <= _LONGEST_AFFILIATE, "Too long"),
    )
    return [(name, "" if kept else problem) for name, kept, problem in rules]


def check_address(address: str) -> None:
    """The optional `registrant_ip` must be an address."""
    try:
        if address:
            ipaddress.ip_address(address)
    except ValueError as error:
        raise refused("invalid", str(error), "registrant_ip") from error
