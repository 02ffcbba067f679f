"""What identifies a request, and which levels look at the company."""

import pytest

from bot.domain.request import Level
from tests.builders import a_request


def test_the_first_name_is_the_common_name() -> None:
    assert a_request("b.com", "a.com").common_name == "b.com"


def test_the_same_names_in_another_order_are_the_same() -> None:
    assert a_request("b.com", "a.com").names_key == a_request("a.com", "b.com").names_key
    assert a_request("a.com").names_key != a_request("a.com", "b.com").names_key


@pytest.mark.parametrize(("level", "checked"), [(Level.DV, False), (Level.OV, True), (Level.EV, True)])
def test_companies_are_checked_by_level(level: Level, *, checked: bool) -> None:
    assert level.company_checked is checked
