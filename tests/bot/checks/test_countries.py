import re

from bot.checks.countries import COUNTRIES, OTHER_CODES, US_STATES


def test_codes_of_countries_are_two_capital_letters_and_complete() -> None:
    assert len(COUNTRIES) == 249
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRIES)


def test_what_people_write_instead_is_no_code_and_means_one() -> None:
    assert not COUNTRIES & OTHER_CODES.keys()
    assert set(OTHER_CODES.values()) - COUNTRIES == set()


def test_the_fifty_states_and_the_capital() -> None:
    assert len(US_STATES) == len(set(US_STATES.values())) == 51
    assert all(re.fullmatch("[A-Z]{2}", code) for code in US_STATES)
