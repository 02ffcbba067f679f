import pytest

from bot.checks.countries import US_STATES
from bot.checks.subject import Subject, is_filler
from bot.domain.findings import Verdict
from bot.domain.request import Level, Organisation
from tests.bot.checks.cases import COMPANY, STOP, case, company, judged

BERLIN = company(country="DE", state="Berlin", city="Berlin")

TABLE: list[tuple[str, Level, Organisation | None, set[tuple[str, Verdict]]]] = [
    ("all there", Level.OV, COMPANY, set()),
    ("all there, long check", Level.EV, COMPANY, set()),
    ("domain only needs no company", Level.DV, None, set()),
    ("domain only judges no company", Level.DV, company(state="IL", name=""), set()),
    ("no company at all is said elsewhere", Level.OV, None, set()),
    ("no name", Level.OV, company(name=""), {("SUBJECT-1", STOP)}),
    ("no country", Level.OV, company(country=""), {("SUBJECT-1", STOP)}),
    ("no state in the USA", Level.OV, company(state=""), {("SUBJECT-1", STOP)}),
    ("neither city nor state", Level.OV, company(city="", state=""), {("SUBJECT-1", STOP)}),
    ("no state elsewhere", Level.OV, company(country="SG", state="", city="Singapore"), set()),
    ("no city elsewhere", Level.OV, company(country="DE", state="Berlin", city=""), set()),
    ("another country", Level.OV, BERLIN, set()),
    ("no number, long check", Level.EV, company(registration_number=""), {("SUBJECT-1", STOP)}),
    ("no number", Level.OV, company(registration_number=""), set()),
    ("a dash for a city", Level.OV, company(city="-"), {("SUBJECT-2", STOP)}),
    ("n/a for a postal code", Level.OV, company(postal_code="N/A"), {("SUBJECT-2", STOP)}),
    ("a blank for a name", Level.OV, company(name=" "), {("SUBJECT-2", STOP)}),
    ("a name of 64", Level.OV, company(name="A" * 64), set()),
    ("a name of 65", Level.OV, company(name="A" * 65), {("SUBJECT-3", STOP)}),
    ("64 letters of more than one byte", Level.OV, company(name="Ü" * 64), set()),
    ("a city of 129", Level.OV, company(city="A" * 129), {("SUBJECT-3", STOP)}),
    ("a line break in the name", Level.OV, company(name="Acme\nBakery"), {("SUBJECT-3", STOP)}),
    ("a small country code", Level.OV, company(country="us"), {("SUBJECT-4", STOP)}),
    ("a country code that is none", Level.OV, company(country="UK"), {("SUBJECT-4", STOP)}),
    ("a country of three letters", Level.OV, company(country="USA"), {("SUBJECT-4", STOP)}),
    ("the unknown country", Level.OV, company(country="XX"), {("SUBJECT-4", STOP)}),
    ("a state abbreviated", Level.OV, company(state="IL"), {("SUBJECT-5", STOP)}),
    ("a state in small letters", Level.OV, company(state="illinois"), {("SUBJECT-5", STOP)}),
    ("no such state", Level.OV, company(state="Bavaria"), {("SUBJECT-5", STOP)}),
    ("the capital", Level.OV, company(state="District of Columbia"), set()),
    ("two at once", Level.OV, company(state="IL", city="."), {("SUBJECT-5", STOP), ("SUBJECT-2", STOP)}),
]


@pytest.mark.parametrize(("level", "organisation", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_each_level_needs_of_the_company(
    level: Level, organisation: Organisation | None, said: set[tuple[str, Verdict]]
) -> None:
    assert judged(Subject(), case(level=level, organisation=organisation)) == said


@pytest.mark.parametrize("code", sorted(US_STATES))
def test_an_abbreviated_state_is_answered_with_its_full_name(code: str) -> None:
    (found,) = Subject().look(case(organisation=company(state=code)))
    assert US_STATES[code] in found.advice
    assert judged(Subject(), case(organisation=company(state=US_STATES[code]))) == set()


@pytest.mark.parametrize(("typed", "code"), [("UK", "GB"), ("us", "US"), ("USA", "US")])
def test_the_right_code_is_offered(typed: str, code: str) -> None:
    (found,) = Subject().look(case(organisation=company(country=typed)))
    assert f": {code}" in found.advice


@pytest.mark.parametrize("value", [".", "-", " ", "--", "N/A", "n.a.", "None", "unknown", "xxx", "TBD", "Test"])
def test_placeholders_are_known(value: str) -> None:
    assert is_filler(value)


@pytest.mark.parametrize("value", ["", "Nantes", "X-Press", "Test Valley Ltd", "No. 5", "N/A Services"])
def test_other_values_are_no_placeholders(value: str) -> None:
    assert not is_filler(value)
