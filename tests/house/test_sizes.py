"""Small is a feature: files, functions and the whole stay within their limits."""

import textwrap
from pathlib import Path

import pytest

from tests.house import size
from tests.house.files import python_files

PRODUCT = ("bot", "handlers")


def test_blank_lines_comments_and_docstrings_are_no_code() -> None:
    source = (
        '"""Module\ndocstring."""\n\n# why\nx = 1  # a\n\n\ndef f():\n    """Doc."""\n    return """two\nlines"""\n'
    )
    assert size.code_lines(source) == {5, 8, 10, 11}


def test_a_body_is_measured_without_its_docstring_and_comments() -> None:
    source = textwrap.dedent('''
        async def short(ack):
            """Doc.

            More.
            """
            # why
            await ack()

        class A:
            def two(self):
                x = 1

                return x
    ''')
    measured = {(f.name, f.lines, f.is_listener) for f in size.functions_in(Path("a.py"), source)}
    assert measured == {("short", 1, True), ("two", 2, False)}


def test_no_file_is_longer_than_a_sitting() -> None:
    long = {str(path): size.lines_of(path) for path in python_files(*PRODUCT, "tests")}
    assert {path: lines for path, lines in long.items() if lines > size.FILE_LIMIT} == {}


@pytest.mark.parametrize(
    ("folders", "below", "limit"),
    [((*PRODUCT, "tests"), ".", size.BODY_LIMIT), (("bot",), "bot/domain", size.DOMAIN_BODY_LIMIT)],
)
def test_no_function_is_longer_than_its_ring_allows(folders: tuple[str, ...], below: str, limit: int) -> None:
    measured = [function for function in size.functions(*folders) if function.path.is_relative_to(below)]
    assert measured, f"nothing measured below {below}"
    assert [str(function) for function in measured if function.lines > limit] == []


def test_listeners_are_short_and_few_functions_are_long() -> None:
    measured = size.functions(*PRODUCT)
    listeners = [function for function in measured if function.is_listener]
    assert listeners, "no listener was found"
    assert [str(function) for function in listeners if function.lines > size.HANDLER_LIMIT] == []
    assert size.long_share(measured) <= size.LONG_SHARE


@pytest.mark.parametrize("what", size.BUDGETS, ids=str.strip)
def test_each_part_stays_within_its_budget(what: str) -> None:
    budget, inside, outside = size.BUDGETS[what]
    assert 0 < size.measure(inside, outside) <= budget
