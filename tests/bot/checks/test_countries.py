import re

from bot.checks.countries import COUNTRIES, OTHER_CODES, US_STATES


def test_codes_are_two_capital_letters_and_complete() -> None:
    assert (len(COUNTRIES), len(US_STATES), len(set(US_STATES.values()))) == (249, 51, 51)
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRIES | US_STATES.keys())


def test_what_people_write_instead_is_no_code_and_means_one() -> None:
    assert not COUNTRIES & OTHER_CODES.keys()
    assert COUNTRIES.issuperset(OTHER_CODES.values())
