"""The company as it will stand in the certificate: what each level needs and what no authority accepts."""

import re
from collections.abc import Iterator
from functools import partial

from bot.checks.rules import Rule
from bot.checks.standing import us_states
from bot.domain.findings import Finding, Verdict
from bot.domain.request import Level, Organisation
from bot.ports import Case

# ISO 3166-1 alpha-2
COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)
OTHER_CODES = {"UK": "GB", "EL": "GR", "USA": "US"}  # what people write instead

_BR = "Baseline Requirements 7.1.2.7"
_stop = partial(Rule, "subject", Verdict.STOP)

# fmt: off
MISSING = _stop("SUBJECT-1", "The company's {what} is missing.", "Give it as its register shows it.", _BR)
PLACE = _stop("SUBJECT-1", "Neither city nor state of the company is given.", "Give both.", _BR)
NUMBER = _stop("SUBJECT-1", "The company's registration number is missing.",
    "The register that the company is in shows it; for this kind of certificate it is needed.",
    "EV Guidelines 7.1.4.2.5")
FILLER = _stop("SUBJECT-2", "The company's {what} is a placeholder.", "Give the real one or leave it empty.",
    "Baseline Requirements 7.1.4.2, 3.2.2")
LONG = _stop("SUBJECT-3", "The company's {what} is longer than {most} characters.",
    "Shorten it in a way its register knows, for example Inc. for Incorporated.", _BR)
UNPRINTABLE = _stop("SUBJECT-3", "The company's {what} holds a character that cannot be printed.", "Type it anew.", _BR)
COUNTRY = _stop("SUBJECT-4", "{subject} is no code of a country.", "Write two capital letters{hint}.",
    f"{_BR}, ISO 3166-1")
STATE = _stop("SUBJECT-5", "{subject} is not the full name of a state of the USA.", "Write it out{hint}.",
    "EV Guidelines 7.1.4.2.4")
# fmt: on

# field: what people call it, most characters (X.520 upper bounds)
_FIELDS = {
    "name": ("name", 64),
    "street": ("street", 128),
    "city": ("city", 128),
    "state": ("state", 128),
    "postal_code": ("postal code", 40),
    "country": ("country", 2),
    "registration_number": ("registration number", 64),
}
_FILLER = re.compile(
    r"[\s.\-_*/?]+|n\.?\s?/?\s?a\.?|none|null|nil|unknown|tbd|test|x{2,}|not applicable", re.IGNORECASE
)


def is_filler(value: str) -> bool:
    """True for a value that stands for no value: dots, dashes, N/A and the like; an empty one is none."""
    return bool(value) and bool(_FILLER.fullmatch(value.strip() or value))


class Subject:
    """SUBJECT-1 to SUBJECT-5: fields by level (Baseline Requirements 7.1.2.7, EV Guidelines 7.1.4.2).

    Where only the domain is checked the certificate names no company, so nothing is judged. A department (OU) is
    forbidden everywhere: no field here can hold one. A company that is missing altogether is a stop of `contacts`.
    """

    name = "subject"

    def look(self, case: Case) -> list[Finding]:
        """Every field that is missing, a placeholder, too long or not in the form the certificate needs."""
        request = case.request
        if not request.level.company_checked or request.organisation is None:
            return []
        return [*_missing(request.organisation, request.level), *_malformed(request.organisation)]


def _missing(company: Organisation, level: Level) -> Iterator[Finding]:
    for field in ("name", "country"):
        if not getattr(company, field):
            yield MISSING.found(field, what=field)
    if not company.city and not company.state:
        yield PLACE.found("city")
    elif company.country == "US" and not company.state:
        yield MISSING.found("state", what="state")
    if level is Level.EV and not company.registration_number:
        yield NUMBER.found("registration_number")


def _malformed(company: Organisation) -> Iterator[Finding]:
    for field, (what, most) in _FIELDS.items():
        value: str = getattr(company, field)
        if is_filler(value) and field != "country":
            yield FILLER.found(field, value, what=what)
        elif not value.isprintable():
            yield UNPRINTABLE.found(field, what=what)
        elif len(value) > most and field != "country":
            yield LONG.found(field, f"{len(value)} characters", what=what, most=most)
    if company.country and company.country not in COUNTRIES:
        code = OTHER_CODES.get(company.country.upper(), company.country.upper())
        yield COUNTRY.found(company.country, hint=f": {code}" if code in COUNTRIES else ", for example US")
    if company.country == "US" and company.state and company.state not in us_states().values():
        yield STATE.found(company.state, hint=_meant(company.state))


def _meant(state: str) -> str:
    names = {word.upper(): name for code, name in us_states().items() for word in (code, name)}
    meant = names.get(state.replace(".", "").strip().upper())
    return f": {meant}" if meant else ", for example Illinois"
