import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.period import Period, coverage_end, lives
from bot.domain.findings import Verdict
from bot.domain.request import Dcv
from bot.pem import cap_days
from tests.bot.checks.cases import FINE, NOW, STOP, WARN, case, judged

EMAIL = {"dcv": Dcv.EMAIL, "approver_email": "admin@acme-bakery.com"}


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


TABLE: list[tuple[str, datetime, dict[str, Any], set[tuple[str, Verdict]]]] = [
    ("one year", NOW, {}, {("PERIOD-2", FINE)}),
    ("two years", NOW, {"period": 2}, {("PERIOD-1", STOP)}),
    ("no year", NOW, {"period": 0}, {("PERIOD-1", STOP)}),
    ("three years", NOW, {"period": 3}, {("PERIOD-1", STOP)}),
    ("mail, long before its end", NOW, EMAIL, {("PERIOD-2", FINE)}),
    ("mail, the year ends before", noon(2027, 3, 13), EMAIL, {("PERIOD-2", FINE)}),
    ("mail, the year ends at the margin", noon(2027, 3, 14), EMAIL, {("PERIOD-2", FINE), ("PERIOD-3", WARN)}),
    ("mail, two days before", noon(2028, 3, 13), EMAIL, {("PERIOD-2", FINE), ("PERIOD-3", WARN)}),
    ("mail, at the margin", noon(2028, 3, 14), EMAIL, {("PERIOD-2", FINE), ("PERIOD-3", STOP)}),
    ("mail, after", noon(2029, 1, 1), EMAIL, {("PERIOD-2", FINE), ("PERIOD-3", STOP)}),
    ("record, after", noon(2029, 1, 1), {}, {("PERIOD-2", FINE)}),
]


@pytest.mark.parametrize(("now", "changes", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_year_holds(now: datetime, changes: dict[str, Any], said: set[tuple[str, Verdict]]) -> None:
    assert judged(Period(), case(around={"now": now}, **changes)) == said


def test_the_plan_says_when_and_how_often() -> None:
    (found,) = Period().look(case())
    assert found.sentence == (
        "One year is paid for, until 23 November 2027; the certificate inside is replaced 2 times within it, "
        "first by 27 May 2027."
    )


PLANS = [(1, 14, 3), (1, 30, 4), (2, 14, 8), (2, 30, 9), (3, 14, 16)]


@pytest.mark.parametrize(("years", "lead", "count"), PLANS)
def test_how_many_certificates_a_coverage_holds(years: int, lead: int, count: int) -> None:
    assert len(lives(date(2026, 11, 23), years, timedelta(days=lead))) == count


def test_the_dates_of_a_year_bought_today() -> None:
    assert lives(date(2026, 11, 23)) == [
        (date(2026, 11, 23), date(2027, 6, 10)),
        (date(2027, 5, 27), date(2027, 9, 3)),
        (date(2027, 8, 20), date(2027, 11, 23)),
    ]


@given(st.dates(date(2025, 1, 1), date(2035, 1, 1)))
def test_a_plan_has_no_gap_and_no_certificate_over_its_cap(start: date) -> None:
    plan = lives(start)
    assert plan[0][0] == start
    assert plan[-1][1] == coverage_end(start)
    assert all(later[0] < earlier[1] for earlier, later in itertools.pairwise(plan))
    assert all((ends - issued).days < cap_days(issued) for issued, ends in plan)


def test_a_leap_day_s_year_ends_in_march() -> None:
    assert coverage_end(date(2028, 2, 29)) == date(2029, 3, 1)
