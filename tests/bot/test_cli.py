"""The commands, as an operator types them: what they print, how they end, never in a traceback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine

from bot.cli import main
from bot.store.engine import open_engine
from bot.store.tables import audit
from bot.store.unit import SqlStore
from bot.vault import LocalVault, new_master_key
from tests.bot.environment import SECRETS, put
from tests.builders import an_order
from tests.fakes import FakeClock, SequentialIds
from tests.sandbox.opensrs import OpenSRS
from tests.sandbox.slack import Workspace

MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text(encoding="utf-8"))
Given = Callable[..., None]

pytestmark = pytest.mark.usefixtures("logging_put_back")


@pytest.fixture(scope="module")
def around() -> Iterator[dict[str, str]]:
    """Where both stand-ins are, and what Slack's takes for a token."""
    with Workspace(MANIFEST) as slack, OpenSRS(key=SECRETS["OPENSRS_KEY"]) as opensrs:
        yield {
            "SLACK_API_URL": slack.api_url, "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token,
            "OPENSRS_URL": opensrs.url, "OPS_ADDRESS": "127.0.0.1:0",
        }  # fmt: skip


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, around: dict[str, str]) -> Given:
    """The environment of a desk in front of both stand-ins, with these changes."""
    monkeypatch.chdir(tmp_path)

    def change(**changes: str | None) -> None:
        put(monkeypatch, **{**around, **changes})

    change()
    return change


@pytest.fixture
def database(given: Given) -> Iterator[Engine]:  # noqa: ARG001 - it lies in the folder of the test
    engine = open_engine("sqlite:///var/certdesk.db")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("changes", "silent"), [
    ({}, []), ({"SLACK_BOT_TOKEN": SECRETS["SLACK_BOT_TOKEN"]}, ["Slack"]), ({"OPENSRS_KEY": "f00d" * 28}, ["OpenSRS"]),
    ({"OPENSRS_URL": "http://127.0.0.1:9/"}, ["OpenSRS"]),
], ids=str)  # fmt: skip
def test_check_says_who_answers_and_shows_no_secret(
    given: Given, capsys: pytest.CaptureFixture[str], changes: dict[str, str], silent: list[str]
) -> None:
    given(**changes)
    assert main(["check"]) == bool(silent)
    said = capsys.readouterr()
    lines = dict(line.split(": ", 1) for line in said.out.strip().splitlines())
    assert list(lines) == ["Slack", "OpenSRS"]
    assert [name for name, outcome in lines.items() if outcome != "answers"] == silent
    assert not any(secret in said.out + said.err for secret in (*SECRETS.values(), "f00d" * 28))


NO_DATABASE: dict[str, str | None] = {"DATABASE_URL": "sqlite:////proc/none/desk.db"}
WRONG: dict[str, tuple[dict[str, str | None], list[str], str]] = {
    "several settings": ({"APPROVERS": None, "PORT": "x"}, ["run"], "PORT: "),
    "what does not go together": ({"SLACK_APP_TOKEN": ""}, ["run"], "SLACK_APP_TOKEN"),
    "a database that cannot be": (NO_DATABASE, ["audit", "verify"], "database"),
    "no folder for it either": (NO_DATABASE, ["migrate"], "/proc/none"),
    "not migrated": ({"DATABASE_URL": "sqlite:///new.db"}, ["run"], "certdesk migrate"),
    "slack says no": ({"SLACK_BOT_TOKEN": SECRETS["SLACK_BOT_TOKEN"]}, ["run"], "Slack"),
    "slack is away": ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, ["run"], "Slack"),
    "web alone": ({}, ["web"], "certdesk run"), "worker alone": ({}, ["worker"], "certdesk run"),
    "another vault key": ({"VAULT_KEY": "b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyb3Q="}, ["run"], "master key"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_run_says_why_in_words(given: Given, capsys: pytest.CaptureFixture[str], what: str) -> None:
    given()
    assert (main(["migrate"]), main(["audit", "verify"])) == (0, 0)
    changes, command, named = WRONG[what]
    given(**changes)
    capsys.readouterr()
    assert main(command) == 2
    said = capsys.readouterr()
    assert named in said.err
    assert "Traceback" not in said.err
    assert not any(secret in said.out + said.err for secret in SECRETS.values())


def test_after_rotating_the_new_key_alone_opens_everything(
    given: Given, capsys: pytest.CaptureFixture[str], database: Engine
) -> None:
    old, new = new_master_key(), new_master_key()
    store = SqlStore(database, FakeClock(), SequentialIds(), b"a" * 32)
    given(VAULT_KEY=old)
    main(["migrate"])
    with store.unit() as unit:
        unit.add_order(an_order())
        unit.add_key("k-1", "o-1", LocalVault([old]).seal(b"the key", "o-1"))
    given(VAULT_KEY=f"{new},{old}")
    assert main(["vault", "rotate"]) == 0
    assert "1 keys" in capsys.readouterr().out
    given(VAULT_KEY=new)
    assert main(["audit", "verify"]) == 0
    with store.unit() as unit:
        assert LocalVault([new]).open(unit.sealed_key("k-1"), "o-1") == b"the key"


def test_an_audit_that_was_touched_is_broken_and_says_where(
    capsys: pytest.CaptureFixture[str], database: Engine
) -> None:
    main(["migrate"])
    assert main(["audit", "verify"]) == 0
    with database.begin() as connection:
        connection.execute(audit.insert().values(order_id="o-1", position=1, body="{}", mac="0"))
    assert main(["audit", "verify"]) == 1
    said = capsys.readouterr().out
    assert [word in said for word in ("whole", "broken", "o-1", "altered")] == [True] * 4
