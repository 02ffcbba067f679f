"""Who is named on an order: the `contact_set` of OpenSRS made of our request, every field of every role filled.

The superset is safe: roles that a level does not keep are accepted and dropped.
"""

import re

from bot.domain.errors import Refused
from bot.domain.request import Contact, Level, Organisation, Request

_STATES = """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky
LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana
NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio
OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah
VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|PR Puerto Rico|GU Guam
VI U.S. Virgin Islands|AS American Samoa|MP Northern Mariana Islands|AB Alberta|BC British Columbia|MB Manitoba
NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario
PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon"""
_CODES = {name.casefold(): code for code, name in (row.split(" ", 1) for row in re.split(r"[|\n]", _STATES))}
_LETTERED = {"US", "CA"}  # states and provinces go as two letters there
_PHONE = re.compile(r"\+\d{1,3}\.\d{4,14}(x\d{1,4})?", re.ASCII)
_TWO_DIGITS = re.compile(r"2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")  # ITU-T E.164 country codes
_OLD_SECTIGO = ("comodo_", "essentialssl")  # want an organisation whatever their level
_ROLE_NAMES = {
    "admin": "Administrative contact",
    "billing": "Billing contact",
    "tech": "Technical contact",
    "organization": "Company contact",
    "signer": "Authorized signer",
}


def contact_set(request: Request, agency: Organisation) -> dict[str, dict[str, str]]:
    """Roles to fields. The client's people stand at the client's address, the agency's at the agency's.

    Refused before anything is sent when nobody is named, or the level wants a company and there is none.
    """
    admin = request.admin or request.technical or request.billing
    if admin is None:
        raise Refused("nobody is named whom the authority may write to", "contact.email")
    if request.organisation is None and request.level.company_checked:
        raise Refused("no company is named", "org.name")
    client = request.organisation or agency
    people = {
        "admin": (admin, client),
        "billing": (request.billing, agency) if request.billing else (admin, client),
        "tech": (request.technical, agency) if request.technical else (admin, client),
    }
    if request.level.company_checked or request.product.startswith(_OLD_SECTIGO):
        people["organization"] = (admin, client)
    if request.level is Level.EV:
        people["signer"] = (admin, client)
    roles = {role: _fields(role, person, company) for role, (person, company) in people.items()}
    if "organization" in roles and client.phone:
        roles["organization"]["phone"] = phone(client.phone, client.country)
    return roles


def phone(number: str, country: str) -> str:
    """A number as `+CC.NNNNNNNN`; one whose country cannot be told goes as it is, for OpenSRS to object to."""
    if _PHONE.fullmatch(number):
        return number
    digits = re.sub(r"\D", "", number, flags=re.ASCII)
    if not number.strip().startswith("+"):
        national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        return f"+1.{national}" if country in _LETTERED and len(national) == 10 else number
    length = 1 if digits[:1] in {"1", "7"} else 2 if _TWO_DIGITS.match(digits) else 3
    return f"+{digits[:length]}.{digits[length:]}"


def _fields(role: str, person: Contact, company: Organisation) -> dict[str, str]:
    street = [line.strip() for line in company.street.splitlines() if line.strip()]
    fields = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "title": person.title or _ROLE_NAMES[role],
        "org_name": company.name,
        "email": person.email,
        "phone": phone(person.phone or company.phone, company.country),
        "city": company.city,
        "state": _state(company),
        "postal_code": company.postal_code,
        "country": company.country,
    }
    return fields | {f"address{number}": line for number, line in enumerate(street[:3], 1)}


def _state(company: Organisation) -> str:
    if company.country in _LETTERED:
        return _CODES.get(company.state.casefold(), company.state)
    return company.state
