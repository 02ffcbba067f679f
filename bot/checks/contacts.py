"""Whom the authority may write to, call and visit: complete for the level, in the form the supplier takes."""

import re
from collections.abc import Iterator
from functools import partial

from bot.checks.rules import Rule
from bot.checks.subject import is_filler
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.request import Contact, Level, Organisation, Request
from bot.ports import Case

_FORM = "OpenSRS contact fields"
_warn, _stop = partial(Rule, "contacts", Verdict.WARN), partial(Rule, "contacts", Verdict.STOP)

# fmt: off
NOBODY = _stop("CONTACT-1", "Nobody is named whom the authority may ask.", "Name the client's contact.", _FORM)
NO_COMPANY = _stop("CONTACT-1", "The company is missing.", "Give its registered name, address and telephone number.",
    "Baseline Requirements 3.2.2.1")
MISSING = _stop("CONTACT-2", "{who}: the {what} is missing.", "Please fill it in.", _FORM)
FILLER = _stop("CONTACT-3", "{who}: the {what} is a placeholder.", "The authority looks it up.", _FORM)
PHONE = _stop("CONTACT-4", "{who}: the telephone number is not in the form the supplier takes.",
    "Write it as {example}.", _FORM)
MAIL = _stop("CONTACT-5", "{who}: the e-mail address cannot be one.", "Check its spelling.", _FORM)
LONG = _stop("CONTACT-6", "{who}: the {what} is longer than {most} characters.", "Shorten it.", _FORM)
PO_BOX = _stop("CONTACT-7", "The company's address is a post office box.", "Give the address where the company works.",
    "EV Guidelines 3.2.2.4")
PO_BOX_MAYBE = _warn("CONTACT-7",
    "The company's address is a post office box; the supplier wants one that can be visited.",
    "Give the address where the company works.", "OpenSRS: physical address")
AGENT = _warn("CONTACT-7", "The company's address looks like that of somebody else who takes its post.",
    "Give the address where the company works.", "EV Guidelines 3.2.2.4")
# fmt: on

_PHONE = re.compile(r"\+[1-9]\d{0,2}\.\d{4,14}(x\d{1,4})?")
_MAIL = re.compile(r"[^@\s<>,;]{1,64}@(?!-)[^@\s<>,;.]+(\.[^@\s<>,;.]+)+")
_BOX = re.compile(
    r"\bP\.?\s*O\.?\s*Box\b|\bpost(al)? ?(office)? ?box\b|\bPostfach\b|\bbo.t. postale\b|\bB\.?P\.? \d"
    r"|\bapartado\b|\bcasella postale\b|\bpostbus\b|\bPMB\b",
    re.IGNORECASE,
)
_AGENT = re.compile(r"\bc/o\b|\bregistered agent", re.IGNORECASE)
# field: what people call it, most characters, needed by every level
_PERSON = {
    "first_name": ("first name", 64, True),
    "last_name": ("last name", 63, True),
    "title": ("position", 64, False),
    "email": ("e-mail address", 254, True),
    "phone": ("telephone number", 20, True),
}
_COMPANY = {
    "street": ("street", 64, True),
    "city": ("city", 64, False),
    "state": ("state", 32, False),
    "postal_code": ("postal code", 16, False),
    "phone": ("telephone number", 20, True),
}
_TITLE_BRANDS = {"thawte", "symantec"}


class Contacts:
    """CONTACT-1 to CONTACT-7: what the supplier's contact form needs, no post office box, no agent.

    EV Guidelines 3.2.2.4. The client's contact always; the company where the authority checks it. Whether mail can
    arrive is another look.
    """

    name = "contacts"

    def look(self, case: Case) -> list[Finding]:
        """What is missing, a placeholder or not in form."""
        request = case.request
        found = [] if request.admin else [NOBODY.found("admin")]
        people = {"Contact": request.admin, "Accounts": request.billing, "Engineer": request.technical}
        for who, person in people.items():
            found += _person(who, person) if person else []
        if request.admin and not request.admin.title and _needs_title(case):
            found.append(MISSING.found("Contact.title", who="Contact", what="position"))
        return found + list(_company(request) if request.level.company_checked else ())


def as_phone(typed: str) -> str:
    """A number whose country code stands apart in the supplier's form (+1.4165551234); others as typed."""
    parts = re.fullmatch(
        r"\+(1|[2-9]\d{0,2}(?=[\s.()/-]))([\d\s.()/-]+)(?:\s*(?:x|ext\.?)\s*(\d{1,4}))?", typed.strip()
    )
    if parts is None:
        return typed
    return f"+{parts[1]}.{re.sub(r'[^0-9]', '', parts[2])}" + (f"x{parts[3]}" if parts[3] else "")


def _needs_title(case: Case) -> bool:
    """Needed for every certificate of the long check and for some brands, where the company is checked at all."""
    brand = case.product.brand.lower() if case.product else ""
    level = case.request.level
    return level is Level.EV or (level.company_checked and brand in _TITLE_BRANDS)


def _person(who: str, person: Contact) -> Iterator[Finding]:
    mender = Mender.REQUESTER if who == "Contact" else Mender.ENGINEER
    yield from _fields(who, person, _PERSON, mender)
    if person.email and (len(person.email) > 254 or not _MAIL.fullmatch(person.email)):
        yield MAIL.found(f"{who}.email", person.email, mender, who=who)


def _company(request: Request) -> Iterator[Finding]:
    company = request.organisation
    if company is None:
        yield NO_COMPANY.found("organisation")
        return
    yield from _fields("Company", company, _COMPANY, Mender.REQUESTER)
    if _BOX.search(company.street):
        yield (PO_BOX if request.level is Level.EV else PO_BOX_MAYBE).found("Company.street", company.street)
    elif _AGENT.search(company.street):
        yield AGENT.found("Company.street", company.street)


def _fields(
    who: str, holder: Contact | Organisation, fields: dict[str, tuple[str, int, bool]], mender: Mender
) -> Iterator[Finding]:
    for field, (what, most, needed) in fields.items():
        value: str = getattr(holder, field)
        subject = f"{who}.{field}"
        if not value.strip() and needed:
            yield MISSING.found(subject, mender=mender, who=who, what=what)
        elif is_filler(value) and who != "Company":
            yield FILLER.found(subject, value, mender, who=who, what=what)
        elif field == "phone" and value:
            yield from _phone(who, value, mender)
        elif len(value) > most:
            yield LONG.found(subject, f"{len(value)} characters", mender, who=who, what=what, most=most)


def _phone(who: str, value: str, mender: Mender) -> Iterator[Finding]:
    digits = value.rpartition(".")[2].partition("x")[0]
    if not _PHONE.fullmatch(value) or len(value) > 20:
        better = as_phone(value)
        example = better if _PHONE.fullmatch(better) and better != value else "+1.3125550123"
        yield PHONE.found(f"{who}.phone", value, mender, who=who, example=example)
    elif len(set(digits)) == 1:
        yield FILLER.found(f"{who}.phone", value, mender, who=who, what="telephone number")
