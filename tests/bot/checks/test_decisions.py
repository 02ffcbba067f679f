import pytest

from tests.bot.checks.cases import ROWS, Row, case


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_decision(row: Row) -> None:
    found = row.found()
    assert sorted(f"{each.rule} {each.verdict}" for each in found) == sorted(row.says)
    told = "\n".join(f"{each.subject}: {each.sentence} {each.advice} ({each.mender})" for each in found)
    assert [words for words in row.words if words not in told] == []


def test_no_row_is_a_duplicate_of_another() -> None:
    told = [f"{row.check} {row.told['typed'] if row.check == 'typed' else case(row.told)}" for row in ROWS]
    assert [str(row) for row, each in zip(ROWS, told, strict=True) if told.count(each) > 1] == []
