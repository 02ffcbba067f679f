from typing import Any

import pytest

from bot.checks.standing import us_states
from bot.checks.subject import Subject, is_filler
from bot.domain.request import Level
from bot.ports import Case
from tests.bot.checks.spoilt import DV, EV, OV, case, company, judged, table


def of(level: Level = OV, **changes: str) -> Case:
    """An order for a company that is spoilt."""
    return case(level=level, organisation=company(**changes))


@table({
    "": [
        of(), of(EV), of(DV, state="IL", name=""), case(level=DV, organisation=None), case(organisation=None),
        of(country="SG", state="", city="Singapore"), of(country="DE", state="Berlin", city=""),
        of(country="DE", state="Berlin", city="Berlin"), of(registration_number=""), of(name="A" * 64),
        of(name="Ü" * 64),  # letters, not bytes
    ],
    "SUBJECT-1 stop": [
        of(name=""), of(country=""), of(state=""), of(city="", state=""), of(EV, registration_number=""),
    ],
    "SUBJECT-2 stop": [of(city="-"), of(postal_code="N/A"), of(name=" ")],
    "SUBJECT-3 stop": [of(name="A" * 65), of(city="A" * 129), of(name="Acme\nBakery")],
    "SUBJECT-4 stop": [of(country=code) for code in ("us", "UK", "USA", "XX")],
    "SUBJECT-5 stop": [of(state=state) for state in ("IL", "illinois", "Bavaria")],
    "SUBJECT-2 stop, SUBJECT-5 stop": [of(state="IL", city=".")],
})  # fmt: skip
def test_what_each_level_needs_of_the_company(said: str, given: Case) -> None:
    assert judged(Subject(), given) == said


@pytest.mark.parametrize(("typed", "meant"), [
    *(({"state": code}, name) for code, name in us_states().items()), ({"country": "UK"}, ": GB"),
    ({"country": "us"}, ": US"), ({"country": "USA"}, ": US"),
])  # fmt: skip
def test_what_is_meant_is_offered(typed: dict[str, Any], meant: str) -> None:
    (found,) = Subject().look(of(**typed))
    assert meant in found.advice


FILLERS = [".", "-", " ", "--", "N/A", "n.a.", "None", "unknown", "xxx", "TBD", "Test"]


@pytest.mark.parametrize("value", [*FILLERS, "", "Nantes", "X-Press", "Test Valley Ltd", "No. 5", "N/A Services"])
def test_placeholders_are_known(value: str) -> None:
    assert is_filler(value) is (value in FILLERS)
