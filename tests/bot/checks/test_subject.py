import pytest

from bot.checks.standing import us_states
from bot.checks.subject import Subject
from tests.bot.checks.cases import case


@pytest.mark.parametrize(("code", "name"), us_states().items())
def test_what_is_meant_by_a_state_s_code_is_offered(code: str, name: str) -> None:
    (found,) = Subject().look(case({"request": {"organisation": {"state": code}}}))
    assert found.advice == f"Write it out: {name}."
