"""Which changes are worth a word, told a second time: by what is so each day, not by what is remembered of it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.findings import Finding, Verdict
from bot.domain.notices import Told
from bot.domain.watching import Known, learn
from tests.fakes import NOW

FOUND = {
    "w": Finding("dns", "DNS-1", Verdict.WARN, "One server differs."),
    "s": Finding("dns", "DNS-2", Verdict.STOP, "Nobody answers."),
    "?": Finding("dns", "DNS-3", Verdict.UNKNOWN, "Nobody can tell."),
}
FINE = Finding("dns", "DNS-1", Verdict.FINE, "All is well.")
DAYS = st.lists(st.sets(st.sampled_from(sorted(FOUND))), max_size=14)


def wrong_by(days: list[set[str]]) -> list[set[str]]:
    """What is wrong at the end of each day: what is seen, what was and cannot be seen now, two days of not seeing."""
    wrong: list[set[str]] = []
    for day, seen in enumerate(days):
        blind = all("?" in each for each in days[day - 2 : day + 1]) and day >= 2
        still = wrong[-1] if wrong and "?" in seen else set()
        wrong.append((seen - {"?"}) | still | ({"?"} if blind else set()))
    return wrong


@given(DAYS)
def test_each_change_for_the_worse_is_one_warning_and_the_end_of_all_one_word(days: list[set[str]]) -> None:
    wrong, known = wrong_by(days), Known()
    for day, (seen, before, after) in enumerate(zip(days, [set[str](), *wrong], wrong, strict=False)):
        known, told = learn(known, tuple(FOUND[each] for each in sorted(seen)) or (FINE,), NOW + timedelta(days=day))
        assert told is (Told.WARNING if after - before else Told.WELL_AGAIN if before and not after else None)
        assert {f.sentence for f in known.now if f is not FINE} == {FOUND[each].sentence for each in after}
        if told:
            assert {f.sentence for f in known.before if f is not FINE} == {FOUND[each].sentence for each in before}
