"""Pages made from the code: `python -m tests.house.docs` writes them, `--check` says which are stale.

docs/states.md comes from the tables of bot/domain/order.py; docs/settings.md and .env.example from the texts of
the fields in bot/settings.py.
"""

import argparse
import json
import sys
import textwrap
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from bot.domain import order
from bot.settings import Settings
from tests.house.files import ROOT

MADE_FROM = "<!-- Made by `make docs` from {source}; change that. -->"


@dataclass(frozen=True)
class Setting:
    """One setting as people see it. `default` is what they would write to get what happens without it."""

    name: str
    default: str
    text: str
    required: bool


def settings_of(model: type[BaseSettings]) -> list[Setting]:
    """Every setting in the order of the model."""
    prefix = model.model_config.get("env_prefix", "")
    return [
        Setting(
            name=str(field.validation_alias or prefix + name).upper(),
            default=as_written(field.get_default(call_default_factory=False)),
            text=" ".join((field.description or "").split()),
            required=field.is_required(),
        )
        for name, field in model.model_fields.items()
    ]


def as_written(default: object) -> str:
    """A default value as it would stand in the environment; empty where there is none or it must not be shown."""
    if default is None or default is PydanticUndefined or isinstance(default, SecretStr):
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Enum):
        return str(default.value)
    if isinstance(default, list | tuple | set | frozenset):
        return json.dumps([as_written(item) for item in default]) if default else ""
    if isinstance(default, dict):
        return json.dumps(default) if default else ""
    return str(default)


def settings_page(settings: list[Setting]) -> str:
    """docs/settings.md"""
    rows = "".join(f"| `{setting.name}` | {_without(setting)} | {_cell(setting.text)} |\n" for setting in settings)
    return f"""{MADE_FROM.format(source="bot/settings.py")}
# Settings

Each is an environment variable or a line in `.env`; `NAME_FILE` gives the value of `NAME` from a file.

| name | without it | what it is |
| --- | --- | --- |
{rows}"""


def _without(setting: Setting) -> str:
    if setting.required:
        return "required"
    return f"`{_cell(setting.default)}`" if setting.default else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def example_environment(settings: list[Setting]) -> str:
    """.env.example: what must be set stands ready to be filled in, the rest is commented out with its default."""
    lines = ["# Made by `make docs` from bot/settings.py. Copy to .env and fill in.", ""]
    for setting in settings:
        lines += [f"# {line}" for line in textwrap.wrap(setting.text, 100)]
        lines += [f"{'' if setting.required else '#'}{setting.name}={setting.default}", ""]
    return "\n".join(lines).rstrip() + "\n"


def states_page() -> str:
    """docs/states.md"""
    rows = "".join(f"| `{status}` | {status.next_actor} |\n" for status in order.Status)
    return f"""{MADE_FROM.format(source="bot/domain/order.py")}
# The order's states

| status | who moves next |
| --- | --- |
{rows}
```mermaid
{order.diagram().rstrip()}
```
"""


def pages() -> dict[Path, str]:
    """Every page made from the code, with what it must hold."""
    settings = settings_of(Settings)
    return {
        Path("docs/states.md"): states_page(),
        Path("docs/settings.md"): settings_page(settings),
        Path(".env.example"): example_environment(settings),
    }


def stale(wanted: dict[Path, str]) -> list[Path]:
    """Pages that do not hold what the code says."""
    return [path for path, text in wanted.items() if _held(ROOT / path) != text]


def _held(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main() -> int:
    """Write what is stale, or with --check only name it; 1 when a check finds something."""
    parser = argparse.ArgumentParser(prog="python -m tests.house.docs")
    parser.add_argument("--check", action="store_true", help="change nothing, name what is stale")
    check_only = parser.parse_args().check
    wanted = pages()
    old = stale(wanted)
    if not check_only:
        for path in old:
            (ROOT / path).write_text(wanted[path], encoding="utf-8")
    names = ", ".join(str(path) for path in old)
    if check_only and old:
        print(f"docs: stale, run `make docs`: {names}")
        return 1
    print(f"docs: written {names}" if old else "docs: fresh")
    return 0


if __name__ == "__main__":
    sys.exit(main())
