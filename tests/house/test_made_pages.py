"""Pages made from the code say what the code says, name every setting and show no secret."""

from pathlib import Path

import pytest
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from bot.settings import Settings
from tests.house import docs


def test_pages_made_from_the_code_are_fresh() -> None:
    assert docs.stale(docs.pages()) == [], "run `make docs`"


def test_a_changed_page_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    (tmp_path / "kept.md").write_text("as made")
    (tmp_path / "edited.md").write_text("by hand")
    wanted = {Path(name): "as made" for name in ("kept.md", "edited.md", "missing.md")}
    assert docs.stale(wanted) == [Path("edited.md"), Path("missing.md")]


class _Example(BaseSettings):
    token: SecretStr = Field(description="The bot's token.")
    rooms: tuple[str, ...] = Field(default=("a", "b"), description="One|many rooms.")
    key: SecretStr = Field(default=SecretStr("hidden"), description="Never shown.")
    loud: bool = Field(default=False, description="Shout.")


def test_settings_pages_name_every_setting_and_show_no_secret() -> None:
    settings = docs.settings_of(_Example)
    assert docs.example_environment(settings).split("\n\n")[1:] == [
        "# The bot's token.\nTOKEN=", '# One|many rooms.\n#ROOMS=["a", "b"]', "# Never shown.\n#KEY=",
        "# Shout.\n#LOUD=false\n",
    ]  # fmt: skip
    page = docs.settings_page(settings)
    assert "| `TOKEN` | required | The bot's token. |" in page
    assert '| `ROOMS` | `["a", "b"]` | One\\|many rooms. |' in page
    assert "hidden" not in page


def test_every_setting_has_a_text() -> None:
    assert [setting.name for setting in docs.settings_of(Settings) if not setting.text] == []
