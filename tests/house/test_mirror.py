"""A module with rules has its test at the same path below tests/, a check at least its table of decisions."""

from pathlib import Path

import pytest

from tests.house.files import project_files, python_files

RULED = ("bot/domain", "bot/shown", "bot/service", "bot/checks", "bot/suppliers", "handlers")
AS_ONE = Path("handlers/views")  # one suite draws every view there is, with the same data


def wanted_test(module: Path) -> Path:
    """bot/domain/order.py → tests/bot/domain/test_order.py"""
    return Path("tests") / module.with_name(f"test_{module.name}")


@pytest.mark.parametrize("folder", RULED)
def test_every_module_with_rules_has_its_test(folder: str) -> None:
    there = {path.parents[1] / f"test_{path.stem}.py" for path in project_files() if path.parent.name == "decisions"}
    there |= set(python_files("tests"))
    modules = [
        path
        for path in python_files("bot", "handlers")
        if path.is_relative_to(folder) and path.name != "__init__.py" and not path.is_relative_to(AS_ONE)
    ]
    assert modules, f"{folder} is empty"
    assert [str(wanted_test(module)) for module in modules if wanted_test(module) not in there] == []
