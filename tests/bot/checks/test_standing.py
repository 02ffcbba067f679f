from dataclasses import replace

import pytest

from bot.checks.standing import Standing, register_of, us_states
from bot.domain.pace import DAY
from tests.bot.checks.cases import Row, case, rows
from tests.builders import COMPANY


@pytest.mark.parametrize("row", rows("standing"), ids=str)
def test_a_word_means_what_its_register_says_it_means(row: Row) -> None:
    given = case(row.told)
    if given.client and given.request.organisation:
        register = register_of(given.request.organisation)
        seen = [a for a in given.client.attestations if a.register == register.code]
        assert [a.meaning for a in seen] == [register.meaning(a.word) for a in seen]


def test_an_override_covers_one_look_up_and_no_later_one() -> None:
    first = case({"client": {"attestations": [{"word": "NGS", "meaning": "curable"}]}})
    assert first.client
    (seen,) = first.client.attestations
    later = replace(first, client=replace(first.client, attestations=(replace(seen, at=seen.at - DAY),)))
    assert Standing().look(first)[0].key != Standing().look(later)[0].key


@pytest.mark.parametrize("code", [*us_states(), "GBR", "CAN", ""])
def test_every_state_has_its_register(code: str) -> None:
    country = {"GBR": "GB", "CAN": "CA", "": "FR"}.get(code, "US")
    register = register_of(replace(COMPANY, state=us_states().get(code, "Ontario"), country=country))
    assert (register.code, len(us_states())) == (code, 51)
    assert bool(register.office) is register.search.startswith("https://") is bool(register.ended) is bool(code)
    words = [word.casefold() for word in register.words]
    assert len(set(words)) == len(words) < 100  # a menu holds no more, with one for something else
    assert max(map(len, words), default=0) <= 75
