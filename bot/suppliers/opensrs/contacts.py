"""Who is named on an order: the `contact_set` of OpenSRS made of our request, every field of every role filled.

The superset is safe: roles that a level does not keep are accepted and dropped.
"""

import re
from dataclasses import asdict

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
_OLD_SECTIGO = ("comodo_", "essentialssl")  # want an organisation whatever their level


def contact_set(request: Request, agency: Organisation) -> dict[str, dict[str, str]]:
    """Roles to fields. The client's people stand at the client's address, the agency's at the agency's.

    Refused before anything is sent when nobody is named, or the level wants a company and there is none.
    """
    admin = request.admin or request.technical or request.billing
    if admin is None:
        raise Refused("nobody is named whom the authority may write to", "contact.email")
    if request.organisation is None and request.level.company_checked:
        raise Refused("no company is named", "org.name")
    theirs = _fields(admin, request.organisation or agency)
    roles = {
        "admin": theirs,
        "billing": _fields(request.billing, agency) if request.billing else theirs,
        "tech": _fields(request.technical, agency) if request.technical else theirs,
    }
    if request.organisation and request.level.company_checked:
        roles["organization"] = {**theirs, "phone": request.organisation.phone}
    elif request.product.startswith(_OLD_SECTIGO):
        roles["organization"] = theirs
    if request.level is Level.EV:
        roles["signer"] = theirs
    return roles


def _fields(person: Contact, company: Organisation) -> dict[str, str]:
    street = [line.strip() for line in company.street.splitlines() if line.strip()]
    lettered = company.country in {"US", "CA"}  # states and provinces go as two letters there
    return {
        **asdict(person),
        "title": person.title or "Contact",
        "org_name": company.name,
        **{f"address{number}": line for number, line in enumerate(street[:3], 1)},
        "city": company.city,
        "state": _CODES.get(company.state.casefold(), company.state) if lettered else company.state,
        "postal_code": company.postal_code,
        "country": company.country,
    }
