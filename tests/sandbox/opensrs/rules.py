"""What an order must contain; every problem is named with its field."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cryptography.x509.oid import NameOID

from tests.sandbox.opensrs import csr
from tests.sandbox.opensrs.chosen import Kind, dv_methods, known, of_brand, roles
from tests.sandbox.opensrs.wire import Value

MAILBOXES = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
_ALL_ROLES = {"admin", "billing", "tech", "organization", "signer"}
_NEEDED = ("first_name", "last_name", "email", "phone", "address1", "city", "state", "country")
_PATTERNS = {
    "phone": re.compile(r"\+[1-9]\d{0,2}\.\d{4,14}(x\d{1,4})?"),
    "email": re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE),
    "country": re.compile("[A-Z]{2}"),
    "address1": re.compile(r"(?i)(?!.*\bp\.?\s*o\.?\s*box\b).+"),
}
_TWO_PART_SUFFIXES = {"co", "com", "org", "net", "ac", "gov"}


class Problem(NamedTuple):
    """One thing wrong with a request; `kind` is a key of the table of codes."""

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
    if missing := list(_missing(fields, *names)):
        raise RefusedError(*missing)
    return [text(fields, name) for name in names]


def _missing(fields: dict[str, Value], *names: str) -> Iterator[Problem]:
    yield from (Problem("missing", name, f"Missing required field: {name}") for name in names if not text(fields, name))


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
    """The contacts by role."""
    given = fields.get("contact_set") or {}
    if not isinstance(given, dict) or not all(isinstance(contact, dict) for contact in given.values()):
        raise refused("invalid", "contact_set is not a dict of dicts", "contact_set")
    pairs = [(role, contact) for role, contact in given.items() if isinstance(contact, dict)]
    return {role: {name: text(contact, name) for name in contact} for role, contact in pairs}


def order_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    """Everything wrong with an order of this kind of product."""
    yield from _missing(fields, "csr", "period", "domain", "server_type")
    yield from _csr_problems(fields, kind)
    yield from _name_problems(fields, kind)
    yield from control_problems(fields, kind)
    yield from _contact_problems(fields, kind)
    rules = (
        ("period", text(fields, "period") in ("", "1"), "Only one year can be bought"),
        ("server_type", text(fields, "server_type") in ("", *of_brand("servers", kind.brand).split()), "Unknown"),
        ("server_count", re.fullmatch("([1-9][0-9]{0,2})?", text(fields, "server_count")), "Not a count"),
    )
    yield from (Problem("invalid", name, said) for name, kept, said in rules if not kept)


def _csr_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    try:
        request = csr.read(text(fields, "csr"))
        csr.public_key(request)
    except ValueError as error:
        yield Problem("invalid", "csr", f"Invalid CSR: {error}")
        return
    yield from (Problem("invalid", "csr", f"Invalid CSR: {fault}") for fault in csr.faults(request, kind))
    if text(fields, "domain") != csr.part(request, NameOID.COMMON_NAME):
        yield Problem("invalid", "domain", "The domain does not match the common name of the CSR")
    legal = contacts(fields).get("organization", {}).get("org_name")
    if kind.level != "DV" and legal != csr.part(request, NameOID.ORGANIZATION_NAME):
        yield Problem("invalid", "org_name", "The organization name does not match the CSR")


def _name_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    listed = names(fields)
    rules = (
        (len(listed) <= kind.names, f"This product takes {kind.names} additional domains"),
        (all(map(csr.is_domain, listed)), "Not a domain name"),
        (len({*listed, text(fields, "domain")}) == len(listed) + 1, "A name stands twice"),
    )
    yield from (Problem("invalid", "additional_domains", said) for kept, said in rules if not kept)


def control_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    """What is wrong with the way to prove control of the domain."""
    method, approver = (text(fields, "dv_auth_method") or "email").lower(), text(fields, "approver_email")
    if method not in dv_methods(kind):
        yield Problem("invalid", "dv_auth_method", f"Not offered for this product: {method}")
    if kind.level == "DV" and method == "email":
        yield from _missing(fields, "approver_email")
        if approver and approver.lower() not in approvers(text(fields, "domain")):
            yield Problem("invalid", "approver_email", f"Not in the list of approvers: {approver}")


def _contact_problems(fields: dict[str, Value], kind: Kind) -> Iterator[Problem]:
    given = contacts(fields)
    for role in {*roles(kind)} - given.keys():
        yield Problem("missing", f"contact_set.{role}", f"Missing required contact: {role}")
    titled = kind.level == "EV" or kind.brand in ("thawte", "symantec")
    for role, contact in given.items():
        if role not in _ALL_ROLES:
            yield Problem("invalid", f"contact_set.{role}", f"Unknown contact: {role}")
        own = ("org_name",) if role == "organization" else ("title",) if titled else ()
        for name in (*_NEEDED, *own):
            if not contact.get(name):
                yield Problem("missing", f"{role}.{name}", f"Missing required field: {role} {name}")
        yield from _contact_faults(role, contact)


def _contact_faults(role: str, contact: dict[str, str]) -> Iterator[Problem]:
    for name, value in contact.items():
        pattern = _PATTERNS.get(name)
        if len(value) > known()["limits"].get(name, 0) or (value and pattern and not pattern.fullmatch(value)):
            yield Problem("invalid", f"{role}.{name}", f"Invalid {role} {name}: {value}")
    if contact.get("country") in ("US", "CA") and not re.fullmatch("[A-Z]{2}", contact.get("state", "")):
        yield Problem("invalid", f"{role}.state", "The state must be a two-letter code")
