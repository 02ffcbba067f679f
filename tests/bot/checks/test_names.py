import re
import string
from collections import Counter

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from bot.checks.names import Names, normalise
from bot.domain.findings import Verdict
from tests.bot.checks.cases import Row, case, rows

TYPED = st.text(alphabet=string.ascii_letters + string.digits + ".-_*:/@ \n,;[]<>|äßЖ。☃", max_size=60)
LABEL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True).filter(lambda x: x[2:4] != "--")
NAME = st.builds("{}{}.{}".format, st.sampled_from(["", "*."]), LABEL, st.sampled_from(["com", "CO.UK", "de"]))


@pytest.mark.parametrize("row", rows("typed"), ids=str)
def test_what_an_order_takes_from_what_is_typed(row: Row) -> None:
    names, found = normalise(row.told["typed"])
    assert list(names) == row.told["names"]
    assert "hunter2" not in repr(found), "a login is not repeated"


@whatever(st.one_of(TYPED, st.text(max_size=60), st.from_regex(r"(\*\.)?[a-zA-Zäöü]{1,9}\.(com|CO\.UK|de)\.?")))
def test_whatever_is_typed_every_name_is_one_an_order_may_hold_and_reading_it_again_changes_nothing(text: str) -> None:
    names, _ = normalise(text)
    assert normalise("\n".join(names)) == (names, [])
    assert all(re.fullmatch(r"(\*\.)?([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}", name) for name in names)
    said = Names().look(case({"request": {"names": list(names)}}))
    assert not names or {finding.verdict for finding in said} <= {Verdict.WARN}


@whatever(st.lists(NAME, max_size=8), st.sampled_from([" ", ",", ";", "\n", ", ", "\r\n\t"]))
def test_plain_names_come_out_in_small_letters_each_once_and_in_their_order(typed: list[str], between: str) -> None:
    assert normalise(between.join(typed)) == (tuple(Counter(name.lower() for name in typed)), [])
