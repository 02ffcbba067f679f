import itertools
from datetime import UTC, date, datetime

from hypothesis import given as whatever
from hypothesis import strategies as st

from bot.checks.period import Period, coverage_end, lives
from bot.domain.request import Dcv
from bot.pem import cap_days
from bot.ports import Case
from tests.bot.checks.spoilt import case, judged, table


def mail(day: str) -> Case:
    """With control shown by mail, on that day."""
    now = datetime.fromisoformat(f"{day}T12:00Z")
    return case(around={"now": now}, dcv=Dcv.EMAIL, approver_email="admin@acme.com")


@table({
    "PERIOD-1 stop": [case(period=years) for years in (0, 2, 3)],
    "PERIOD-2 fine": [
        case(), mail("2026-11-23"), mail("2027-03-13"), case(around={"now": datetime(2029, 1, 1, tzinfo=UTC)}),
    ],
    "PERIOD-2 fine, PERIOD-3 warn": [mail("2027-03-14"), mail("2028-03-13")],
    "PERIOD-2 fine, PERIOD-3 stop": [mail("2028-03-14"), mail("2029-01-01")],
})  # fmt: skip
def test_what_a_year_holds(said: str, given: Case) -> None:
    assert judged(Period(), given) == said


def test_the_plan_says_when_and_how_often() -> None:
    (found,) = Period().look(case())
    assert found.sentence == (
        "One year is paid for, until 23 November 2027; the certificate inside is replaced 2 times within it, "
        "first by 27 May 2027."
    )


@whatever(st.dates(date(2025, 1, 1), date(2035, 1, 1)))
def test_a_plan_has_no_gap_and_no_certificate_over_its_cap(start: date) -> None:
    plan = lives(start)
    assert (plan[0][0], plan[-1][1]) == (start, coverage_end(start))
    assert all(later[0] < earlier[1] for earlier, later in itertools.pairwise(plan))
    assert all((ends - issued).days < cap_days(issued) for issued, ends in plan)


def test_a_leap_day_s_year_ends_in_march() -> None:
    assert coverage_end(date(2028, 2, 29)) == date(2029, 3, 1)
