import pytest

from bot.domain.client import Attestation
from bot.domain.pace import DAY
from bot.shown.standing import Register, newest, same_company
from tests.builders import COMPANY, a_client
from tests.fakes import NOW, OWNER

REGISTER = Register("IL", good=("ACTIVE",), curable=("Report due",), lost=("NOT GOOD STANDING",), ended=("REVOKED",))


@pytest.mark.parametrize(("one", "other", "same"), [
    ("Acme LLC", "ACME, L.L.C.", True), ("The Acme Company", "acme co", True), ("Smith & Sons", "SMITH AND SONS", True),
    ("Acme Limited Liability Company", "Acme LLC", True), ("Ａcme Corporation", "Acme Corp.", True),
    ("ACME LLC, Delinquent May 1, 2015, Dissolved June 12, 2016", "Acme LLC", True), ("O’Hara Inc", "OHara Inc.", True),
    ("Acme Inc", "Acme LLC", False), ("Acme Inc", "Acme Theatre Inc", False), ("Theta", "ta", False),
])  # fmt: skip
def test_spellings_of_a_company(one: str, other: str, *, same: bool) -> None:
    assert same_company(one, other) is same


@pytest.mark.parametrize(("word", "meaning", "stops"), [
    (" active ", "good", False), ("report  DUE", "curable", False), ("Not good Standing", "curable", True),
    ("revoked", "ended", True), ("Inactive", "unknown", False), ("", "unknown", False),
])  # fmt: skip
def test_what_a_registers_word_means(word: str, meaning: str, *, stops: bool) -> None:
    assert (REGISTER.meaning(word), REGISTER.stops(word)) == (meaning, stops)
    assert Register().meaning(word) == "unknown"


def test_the_newest_look_up_is_that_of_this_company_in_this_register() -> None:
    def seen(company: str, register: str, days: int) -> Attestation:
        return Attestation(company, register, str(days), "good", OWNER, NOW - days * DAY)

    ours, others = seen("ACME L.L.C.", "IL", 2), (seen("Acme Inc", "IL", 1), seen("Acme LLC", "DE", 0))
    assert newest(a_client(attestations=(ours, seen("Acme LLC", "IL", 5), *others)), COMPANY, REGISTER) is ours
    assert newest(a_client(attestations=others), COMPANY, REGISTER) is None
    assert newest(None, COMPANY, REGISTER) is None
