"""Whether the company is in good standing with its register, by what a person saw there (`registers.toml`)."""

import tomllib
from functools import cache, partial
from importlib.resources import files
from typing import Any

from bot.checks.rules import SHOWN, Rule
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.request import Organisation
from bot.ports import Case
from bot.shown.standing import LASTS, Register, newest

_OTHERS = {"GB": "GBR", "CA": "CAN"}
_LOOK = "Please look it up{where} (Look it up, below)."
_SOURCE = "Baseline Requirements 3.2.2.1"

_stop, _unknown, _fine = (partial(Rule, "standing", v) for v in (Verdict.STOP, Verdict.UNKNOWN, Verdict.FINE))

# fmt: off
NOBODY = _stop("STAND-1", "The standing of {subject} must be settled first: nobody has looked it up in {state} yet.",
    _LOOK, _SOURCE)
LAPSED = _stop("STAND-1", "The standing of {subject} must be settled anew: {who} looked it up in {state} on {on}, "
    "more than 30 days ago.", _LOOK, _SOURCE)
NO_CLIENT = _unknown("STAND-1", "It is not known whose company {subject} is, so nobody's look-up counts for it.",
    "Set the project up with its client.", _SOURCE)
BAD = _stop("STAND-2", "{subject} is not in good standing in {state}: its register says “{word}” (looked up by {who} "
    "on {on}).", "No authority issues until the client has filed what is missing with {office}; then look it up anew.",
    _SOURCE, Mender.CLIENT)
UNCLEAR = _unknown("STAND-3", "{subject} was looked up in {state} by {who} on {on}; it says “{word}” there, and "
    "nobody can tell from that whether its standing is good.", "A {document} from the register would settle it.",
    _SOURCE)
GOOD = _fine("STAND-4", "{subject} is in good standing in {state}: “{word}” (looked up by {who} on {on}).", "",
    _SOURCE)
# fmt: on


@cache
def _registers() -> dict[str, Register]:
    text = files("bot.checks").joinpath("registers.toml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {
        code: Register(code, **{**entry, **{name: tuple(v) for name, v in entry.items() if isinstance(v, list)}})
        for code, entry in entries.items()
    }


def us_states() -> dict[str, str]:
    """Postal code to full name."""
    return {code: register.state for code, register in _registers().items() if len(code) == 2}


def register_of(company: Organisation) -> Register:
    """The register a company is in: its state's in the USA, its country's elsewhere, one without words if unknown."""
    codes = {state: code for code, state in us_states().items()} if company.country == "US" else {}
    code = codes.get(company.state, _OTHERS.get(company.country, ""))
    return _registers().get(code, Register())


class Standing:
    """STAND-1 to STAND-4: a look-up of the last 30 days that says the company is in good standing.

    Only where the authority checks the company. What is neither clearly good nor clearly bad is for the approver.
    """

    name = "standing"

    def look(self, case: Case) -> list[Finding]:
        """What the newest look-up says, with who took it and when."""
        company = case.request.organisation
        if not case.request.level.company_checked or company is None:
            return []
        if case.client is None:
            return [NO_CLIENT.found(company.name)]
        register = register_of(company)
        seen = newest(case.client, company, register)
        words: dict[str, Any] = {
            "state": register.state,
            "document": register.document,
            "office": register.office or "its register",
        }
        link = f" at {register.search}"
        where = link if register.search and len(link) <= SHOWN else " there"
        if seen is None:
            return [NOBODY.found(company.name, where=where, **words)]
        words |= {"who": case.looked_by or seen.by, "on": f"{seen.at:%d %B %Y}", "word": seen.word}
        if case.now - seen.at > LASTS:
            return [LAPSED.found(company.name, seen.at.isoformat(), where=where, **words)]
        good = GOOD if seen.meaning == "good" else UNCLEAR
        rule = BAD if register.stops(seen.word) else good
        return [rule.found(company.name, f"{seen.word} {seen.at.isoformat()} {seen.by}", **words)]
