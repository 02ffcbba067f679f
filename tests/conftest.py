"""What holds for every test: the random-input profile, real programs, and the report of those this machine lacks."""

import hypothesis
import pytest

from tests.sandbox import programs
from tests.sandbox.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]  # fixtures for every suite

hypothesis.settings.register_profile("house", deadline=None, print_blob=True)  # the cores may be shared with others
hypothesis.settings.load_profile("house")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """`@pytest.mark.needs("openssl")`: skipped where the program is missing, a failure under REQUIRE_ALL=1."""
    wanted = [program for mark in item.iter_markers("needs") for program in mark.args]
    missing = {program: programs.PACKAGES[program] for program in wanted if programs.find(program) is None}
    if missing:
        (pytest.fail if programs.REQUIRE_ALL else pytest.skip)(programs.report(missing))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once, at the end, what this machine could not run."""
    terminalreporter.section("programs")
    terminalreporter.line(programs.report(programs.lacking()))
