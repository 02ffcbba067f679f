import itertools
from datetime import date

from hypothesis import given as whatever
from hypothesis import strategies as st

from bot.checks.period import coverage_end, lives
from bot.pem import cap_days


@whatever(st.dates(date(2025, 1, 1), date(2035, 1, 1)))
def test_a_plan_has_no_gap_and_no_certificate_over_its_cap(start: date) -> None:
    plan = lives(start)
    assert (plan[0][0], plan[-1][1]) == (start, coverage_end(start))
    assert all(later[0] < earlier[1] for earlier, later in itertools.pairwise(plan))
    assert all((ends - issued).days < cap_days(issued) for issued, ends in plan)


def test_a_leap_day_s_year_ends_in_march() -> None:
    assert coverage_end(date(2028, 2, 29)) == date(2029, 3, 1)
