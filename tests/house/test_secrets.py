"""What holds a secret shows it to nobody who prints, logs, dumps or compares it."""

import dataclasses
import importlib
import io
import json
import logging
import pprint
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from slack_sdk import WebClient

from bot import logs
from bot.app import supplier_of, web_client
from bot.clock import SystemClock
from bot.domain.errors import VaultShut
from bot.domain.request import KeyType
from bot.keys import Pki
from bot.settings import Settings
from bot.suppliers.opensrs.client import OpenSRSClient
from bot.vault import LocalVault, LocalWrapping
from handlers.notify import SlackNotifier
from tests.bot.conftest import logging_put_back
from tests.bot.environment import SECRETS, settings
from tests.builders import World, a_desk
from tests.house.files import MODULES
from tests.sandbox.opensrs import OpenSRS

__all__ = ["logging_put_back"]
pytestmark = pytest.mark.usefixtures("logging_put_back")
DATABASE = "postgresql+psycopg://desk:hunter2hunter2@db.example/certdesk"
PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY|M[A-Za-z0-9+/]{2}[A-Za-z0-9+/\n]*(?=\n-----END [A-Z ]*PRIVATE)")
OURS, OTHER = SECRETS["VAULT_KEY"], "b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyb3Q="
_NAMED = re.compile(r"secret|token|password|private|pem\b|master")


def given() -> Settings:
    return settings(database_url=DATABASE)


HOLDERS: dict[str, Callable[[], object]] = {
    "settings": given,
    "vault": lambda: LocalVault([SECRETS["VAULT_KEY"]]),
    "wrapping": lambda: LocalWrapping([SECRETS["VAULT_KEY"]]),
    "supplier": lambda: supplier_of(given(), SystemClock()),
    "supplier's client": lambda: OpenSRSClient("http://127.0.0.1:9/", "agency", SECRETS["OPENSRS_KEY"]),
    "slack's client": lambda: web_client(given(), 1),
    "notifier": lambda: SlackNotifier(WebClient(SECRETS["SLACK_BOT_TOKEN"])),
}
WAYS: dict[str, Callable[[object], str]] = {
    "repr": repr,
    "str": str,
    "format": "{0} {0!r} {0!s}".format,
    "list": lambda thing: str([thing, {"it": thing}]),
    "pprint": pprint.pformat,
    "json": lambda thing: json.dumps(thing, default=repr),
    "our log": lambda thing: logged(lambda: structlog.get_logger().warning("seen", thing=thing, inside=[thing])),
    "library's log": lambda thing: logged(lambda: logging.getLogger("other").warning("seen %r", thing)),
    "error": lambda thing: str(KeyError(thing)),
}


def logged(act: Callable[[], object]) -> str:
    written = io.StringIO()
    logs.set_up(written)
    act()
    return written.getvalue()


def shown(text: str) -> list[str]:
    return [name for name, secret in {**SECRETS, "password": "hunter2hunter2"}.items() if secret in text]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("holder", HOLDERS)
def test_nothing_that_holds_a_secret_shows_it(holder: str, way: str) -> None:
    assert shown(WAYS[way](HOLDERS[holder]())) == []


def test_settings_written_out_hold_no_secret() -> None:
    known = given()
    assert shown(known.model_dump_json()) == []
    assert shown(str(known.model_dump())) == []


@pytest.mark.parametrize(("master", "more", "order_id"), [(OTHER, "", "o-1"), (OURS, "A", "o-1"), (OURS, "", "o-2")])
def test_an_error_of_the_vault_shows_neither_key_nor_content(master: str, more: str, order_id: str) -> None:
    sealed = LocalVault([OURS]).seal(b"content of a key", "o-1")
    with pytest.raises(VaultShut) as shut:
        LocalVault([master]).open(sealed + more, order_id)
    assert shown(str(shut.value) + repr(shut.value)) == []
    assert "content" not in str(shut.value)


def test_no_record_of_ours_prints_what_its_name_says_is_secret() -> None:
    """A field named like one is left out of repr, in every dataclass of the product."""
    kinds = {
        kind for name in MODULES for kind in vars(importlib.import_module(name)).values() if isinstance(kind, type)
    }
    records = [kind for kind in kinds if dataclasses.is_dataclass(kind) and kind.__module__ in MODULES]
    assert len(records) > 20
    printed = [f"{kind.__name__}.{field.name}" for kind in records for field in dataclasses.fields(kind)
               if _NAMED.search(field.name) and field.repr]  # fmt: skip
    assert printed == []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[World]:
    with OpenSRS() as standin:
        world = a_desk(tmp_path, standin)
        yield world
        world.engine.dispose()


def test_after_an_order_its_private_key_is_nowhere_but_sealed(desk: World, tmp_path: Path) -> None:
    order = desk.approve(desk.waiting())
    desk.run_jobs()
    with desk.store.unit() as unit:
        key = desk.gear.vault.open(unit.sealed_key(order.key_id), order.id)
        told = repr([unit.order(order.id), unit.audit(order.id), desk.gear, desk.desk])
    told += repr(desk.told())
    assert PRIVATE.search(key), "this is how a private key looks"
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    sent = "".join(entry.body + entry.reply for entry in desk.standin.entries)
    for line in (line for line in key.splitlines() if len(line) > 20):
        assert line not in written
        assert line.decode() not in told + sent
    assert [PRIVATE.search(text) for text in (written, told.encode(), sent.encode())] == [None] * 3


@pytest.mark.parametrize("kind", KeyType)
def test_a_private_key_that_is_logged_is_redacted(kind: KeyType) -> None:
    key = Pki().new_key(kind).decode()
    for said in (key, repr(key.encode()), json.dumps({"key": key})):
        assert not PRIVATE.search(logs.redact(said).encode())
        assert not any(line in logs.redact(said) for line in key.splitlines()[1:2])
