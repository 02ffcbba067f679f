from dataclasses import replace
from typing import Any

import pytest

from bot.checks.standing import Standing, register_of, us_states
from bot.domain.client import Attestation
from bot.domain.pace import DAY, MINUTE
from bot.ports import Case
from tests.bot.checks.spoilt import DV, EV, case, company, judged, table
from tests.builders import a_client
from tests.fakes import NOW, OWNER


def seen(word: str = "ACTIVE", state: str = "Illinois", days: int = 0, **where: Any) -> Case:
    """The good order of a company in that state, with what was seen in its register some days ago."""
    of = company(state=state, **where)
    register = register_of(of)
    said = Attestation(of.name, register.code, word, register.meaning(word), OWNER, NOW - days * DAY)
    around = {"client": a_client(attestations=(said,)), "looked_by": "Otto Owner"}
    return case(organisation=of, around=around)


NEVER = case(around={"client": a_client(attestations=())})
LONG_AGO = replace(seen(days=30), now=NOW + MINUTE)


@table({
    "": [case(level=DV), case(organisation=None, around={"client": a_client()})],
    "STAND-1 stop": [
        NEVER, LONG_AGO, seen("REVOKED", days=31), replace(NEVER, request=replace(NEVER.request, level=EV)),
    ],
    "STAND-1 unknown": [case()],
    "STAND-2 stop": [
        seen("NOT GOOD STANDING"), seen("ngs"), seen("Revoked"), seen("dissolved", "", country="GB"),
        seen("Delinquent", "Colorado"), seen("Noncompliant", "Colorado"), seen("Forfeited Existence", "Texas"),
    ],
    "STAND-3 unknown": [
        seen("Registered Agent Resigned", "Colorado"), seen("Delinquent", "Delaware"), seen("Quiet"),
        seen("no end date", "Massachusetts"), seen("Active", "", country="DE"),
    ],
    "STAND-4 fine": [
        seen(), seen(days=30), seen("active"), seen("Good standing", "Colorado"),
        seen("active", "London", country="GB"), seen("Active", "Ontario", country="CA"), seen(name="ACME, L.L.C."),
    ],
})  # fmt: skip
def test_what_the_newest_look_up_is_worth(said: str, given: Case) -> None:
    assert judged(Standing(), given) == said


@pytest.mark.parametrize(("given", "words"), [
    (NEVER, "looked it up in Illinois yet. Please look it up at https://apps.ilsos.gov/businessentitysearch/ "),
    (LONG_AGO, "Otto Owner looked it up in Illinois on 24 October 2026, more than 30 days ago."),
    (seen("NGS"), "in Illinois: its register says “NGS” (looked up by Otto Owner on 23 November 2026)."),
    (seen("Active", "", country="DE"), "in the company's register by Otto Owner on 23 November 2026; it says"),
])  # fmt: skip
def test_it_says_who_looked_and_when_and_where_to_look(given: Case, words: str) -> None:
    (found,) = Standing().look(given)
    assert words in f"{found.sentence} {found.advice}"


def test_an_override_covers_one_look_up_and_no_later_one() -> None:
    keys = {Standing().look(replace(seen("NGS", days=days), now=NOW))[0].key for days in (0, 1)}
    assert len(keys) == 2


@pytest.mark.parametrize("code", [*us_states(), "GBR", "CAN", ""])
def test_every_state_has_its_register(code: str) -> None:
    country = {"GBR": "GB", "CAN": "CA", "": "FR"}.get(code, "US")
    register = register_of(company(state=us_states().get(code, "Ontario"), country=country))
    assert (register.code, len(us_states())) == (code, 51)
    assert bool(register.office) is register.search.startswith("https://") is bool(register.ended) is bool(code)
    words = [word.casefold() for word in register.words]
    assert len(set(words)) == len(words) < 100  # a menu holds no more, with one for something else
    assert max(map(len, words), default=0) <= 75
