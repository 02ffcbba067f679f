"""No secret where it does not belong, after a whole purchase; and the search itself would notice one."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import create_engine, text

from tests.e2e.keys import keys_of
from tests.sandbox import leaks
from tests.sandbox.core import Entry, Recorder
from tests.sandbox.office import Office
from tests.sandbox.world import RESELLER_KEY

PEM = "-----BEGIN {} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END {} KEY-----\n"


@pytest.fixture
def office(small_office: Office) -> Office:
    return small_office


def test_after_a_purchase_no_secret_stands_anywhere(office: Office) -> None:
    name = office.name()
    order = office.buy(name)
    office.issue(name)
    office.until_reply(order, "is issued")
    office.typed(office.pm, f"/cert history {name}", order)
    keys = keys_of(office)
    assert sum(order in what for what in keys) == 4, "the key was opened and taken to pieces"
    assert office.world.leaks(keys) == []


def in_the_log(office: Office, secret: str) -> Callable[[], object]:
    log = office.world.bot.log
    before = log.read_bytes()
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"event": "job failed", "exception": f"Trace\nValueError: bad value {secret}"}) + "\n")
    return lambda: log.write_bytes(before)


def in_the_database(office: Office, secret: str) -> Callable[[], object]:
    """In another one that is taken for the desk's, because a database's file remembers even what was deleted."""
    before, file = office.env["DATABASE_URL"], office.world.folder / "planted.db"
    office.env["DATABASE_URL"] = f"sqlite:///{file}"
    engine = create_engine(office.env["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE planted (body TEXT)"))
        connection.execute(text("INSERT INTO planted VALUES (:secret)"), {"secret": f"{{'{secret}'}}"})
    engine.dispose()

    def take_back() -> None:
        office.env["DATABASE_URL"] = before
        file.unlink()

    return take_back


def in_a_message(office: Office, secret: str) -> Callable[[], object]:
    message = office.ws.posts[office.channel.id][0]
    before = message.text
    message.text += secret
    return lambda: setattr(message, "text", before)


def recorded(office: Office, secret: str, verb: str = "") -> Callable[[], object]:
    """As the stand-in records it, which replaces what it knows to be secret by fingerprints."""
    ws, standin = office.ws, office.opensrs if verb == "sw_register" else office.ws
    before, standin.recorder = standin.recorder, Recorder()
    for known in (RESELLER_KEY,) if standin is office.opensrs else (ws.bot_token, ws.app_token, ws.signing_secret):
        standin.recorder.hide(known)
    body = json.dumps({"text": secret})
    standin.recorder.add(Entry(0.0, "127.0.0.1", verb, "/", {}, body, 200, body))
    return lambda: setattr(standin, "recorder", before)


PLACES: dict[str, Callable[[Office, str], Callable[[], object]]] = {
    "the log": in_the_log, "the database": in_the_database, "a message": in_a_message,
    "a request to OpenSRS": partial(recorded, verb="sw_register"),
    "a request to Slack": partial(recorded, verb="POST"), "an answer to Slack": partial(recorded, verb="interactive"),
}  # fmt: skip
SECRETS: dict[str, Callable[[Office], str]] = {
    "reseller key": lambda _: RESELLER_KEY,
    "bot token": lambda office: office.ws.bot_token,
    "app token": lambda office: office.ws.app_token,
    "signing secret": lambda office: office.ws.signing_secret,
    "vault key": lambda office: office.env["VAULT_KEY"],
    "private key": lambda _: PEM.format("PRIVATE", "PRIVATE"),
    "piece of a private key": lambda office: next(iter(keys_of(office).values())),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_the_open_is_noticed(office: Office, place: str, secret: str) -> None:
    if not office.rows("SELECT id FROM keys"):
        office.waiting(office.name())
    keys = keys_of(office)
    take_back = PLACES[place](office, SECRETS[secret](office))
    try:
        assert office.world.leaks(keys)
    finally:
        take_back()
    assert office.world.leaks(keys) == []


@pytest.mark.parametrize("private", ["price", "mailbox", "phone", "number"])
def test_what_guests_must_not_read_is_noticed_in_a_channel(office: Office, private: str) -> None:
    name = office.name()
    office.waiting(name)
    order = office.at_supplier(name)
    contact = order.contacts["admin"]
    values = {"price": "USD 19.00", "mailbox": contact["email"], "phone": contact["phone"], "number": order.order_id}
    assert office.private_in_channels() == []
    planted = office.ws.post_as_bot(office.channel, {"text": f"It is {values[private]}, by the way", "blocks": []})
    try:
        [found] = office.private_in_channels()
        assert values[private] in found
    finally:
        office.ws.drop_post(planted)


@pytest.mark.parametrize(
    "seen",
    ["xoxb-123456789012-abc/def", "xoxb-123456789012-abc%2Fdef", "eG94Yi0xMjM0NTY3ODkwMTItYWJjL2RlZg"],
    ids=["plain", "in a form", "base64"],
)
def test_a_secret_is_found_in_every_dress(seen: str) -> None:
    secret = {"token": "xoxb-123456789012-abc/def"}
    assert leaks.search({"the log": f"…{seen}…"}, secret) == ["token in the log"]
    assert leaks.search({"the log": "xoxb-…"}, secret) == []


def test_what_people_type_is_not_the_desks_doing() -> None:
    typed = Entry(0.0, "slack", "interactive", "block_actions", {}, "typed: sha256:0123456789abcdef", 200, "null")
    answered = Entry(0.0, "slack", "interactive", "block_actions", {}, "", 200, "sha256:0123456789abcdef")
    assert leaks.hidden([typed]) == []
    assert leaks.hidden([answered]) == ["sha256:0123456789abcdef"]
    assert leaks.hidden([answered], allowed=["other"]) == ["sha256:0123456789abcdef"]


@pytest.mark.parametrize("kind", ["PRIVATE", "RSA PRIVATE", "EC PRIVATE", "ENCRYPTED PRIVATE", "OPENSSH PRIVATE"])
def test_any_private_key_is_noticed_even_escaped_or_cut(kind: str) -> None:
    key = PEM.format(kind, kind)
    words = key.replace(" ", "\n")
    for shown in (key, json.dumps(key), key.replace(" ", "+"), key[:60], words, json.dumps(words)):
        assert leaks.search({"the log": shown}, {}) == ["private key in the log"]


def test_so_short_a_secret_cannot_be_searched_for() -> None:
    with pytest.raises(ValueError, match="by chance"):
        leaks.search({}, {"pin": "1234"})
