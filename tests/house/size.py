"""How big the project is, against what it may be: `python -m tests.house.size`, behind `make size`.

A code line holds at least one token of code: blank lines, comments and docstrings do not count.
A function's body is measured the same way, from its first statement after the docstring to its end.
"""

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.house.files import ROOT, project_files, python_files

FILE_LIMIT, BODY_LIMIT, DOMAIN_BODY_LIMIT, HANDLER_LIMIT = 400, 40, 25, 15
LONG_BODY, LONG_SHARE = 15, 0.15
GENERATED = {Path("docs/states.md"), Path("docs/settings.md")}

BUDGETS = {  # what: most lines, folders that count, folders that do not
    "product": (10_000, ("bot", "handlers"), ()),
    "  domain": (1_000, ("bot/domain",), ()),
    "  checks": (1_300, ("bot/checks",), ()),
    "  views": (1_000, ("handlers/views",), ()),
    "sandbox": (5_500, ("tests/sandbox",), ()),
    "tests": (12_000, ("tests",), ("tests/sandbox",)),
    "README": (200, ("README.md",), ()),
    "docs, written by hand": (1_500, ("docs",), ()),
}

_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
_SCOPES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Function:
    path: Path
    name: str
    lines: int
    is_listener: bool

    def __str__(self) -> str:
        return f"{self.path} {self.name}: {self.lines}"


def code_lines(source: str) -> set[int]:
    """Numbers of the lines of a Python source that hold code."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _SCOPES) and ast.get_docstring(node, clean=False) is not None:
            docstrings.update(_span(node.body[0]))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines - docstrings


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


@cache
def lines_of(path: Path) -> int:
    """Code lines of Python, lines that are not blank of anything else."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.suffix == ".py":
        return len(code_lines(text))
    return sum(1 for line in text.splitlines() if line.strip())


def functions_in(path: Path, source: str) -> Iterator[Function]:
    """Every function and method; a listener is one that takes `ack`, as Bolt's do."""
    lines = code_lines(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = {line for part in node.body for line in _span(part)} & lines
            arguments = {argument.arg for argument in node.args.args}
            yield Function(path, node.name, len(body), "ack" in arguments)


@cache
def functions(*folders: str) -> tuple[Function, ...]:
    """Functions of every Python file below the folders."""
    return tuple(
        function
        for path in python_files(*folders)
        for function in functions_in(path, (ROOT / path).read_text(encoding="utf-8"))
    )


def measure(inside: tuple[str, ...], outside: tuple[str, ...]) -> int:
    """Sum of lines over the counted files below `inside` and not below `outside`."""
    counted = {".py", ".html", ".js", ".css", ".md"}
    return sum(
        lines_of(path)
        for path in project_files()
        if path.suffix in counted
        and path not in GENERATED
        and any(path.is_relative_to(folder) for folder in inside)
        and not any(path.is_relative_to(folder) for folder in outside)
    )


def long_share(measured: tuple[Function, ...]) -> float:
    """Share of functions longer than LONG_BODY lines."""
    return sum(1 for function in measured if function.lines > LONG_BODY) / max(len(measured), 1)


def main() -> int:
    """Print the table; 1 when something is over."""
    over = 0
    for what, (budget, inside, outside) in BUDGETS.items():
        lines = measure(inside, outside)
        over += lines > budget
        print(f"{what:<24}{lines:>7,} of {budget:>6,}{'   OVER' if lines > budget else ''}")
    product = functions("bot", "handlers")
    share = long_share(product)
    over += share > LONG_SHARE
    mark = "   OVER" if share > LONG_SHARE else ""
    print(f"{'functions over 15 lines':<24}{share:>7.1%} of {LONG_SHARE:>6.0%}{mark}")
    listeners = tuple(function for function in product if function.is_listener)
    for what, measured, limit in (("longest body", product, BODY_LIMIT), ("longest handler", listeners, HANDLER_LIMIT)):
        longest = max(measured, key=lambda function: function.lines, default=None)
        if longest:
            over += longest.lines > limit
            print(f"{what:<24}{longest.lines:>7} of {limit:>6}   {longest.path} {longest.name}")
    print(f"size: {over} over the limit" if over else "size: everything within its limit")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
