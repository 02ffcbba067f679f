"""Nothing that must stay secret is written, whoever logs it and however deep it stands."""

import io
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from tests.bot.environment import SECRETS

PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGlq\nRi4fBQ==\n-----END EC PRIVATE KEY-----"
KINDS = {
    **SECRETS, "a whole key": PEM, "a key cut short": PEM[:60], "a key on one line": PEM.replace("\n", "\\n"),
    "a signature": "d41d8cd98f00b204e9800998ecf8427e", "capitals": "5EED" * 28,
}  # fmt: skip
ADDRESS = "postgresql+psycopg://desk:hunter2@db.example/certdesk"
QUIET = st.text(st.characters(codec="utf-8", categories=["Ll", "Zs"], exclude_characters="abcdefx"), max_size=20)

pytestmark = pytest.mark.usefixtures("logging_put_back")


def hidden(secret: str, text: str) -> bool:
    """Nothing of it can be read, not even a good part."""
    core = secret.removeprefix("xoxb-").removeprefix("xapp-")
    return core not in text and "MHcCAQEE" not in text


@pytest.mark.parametrize("kind", KINDS)
@given(before=QUIET, after=QUIET)
def test_a_secret_is_hidden_wherever_it_stands(kind: str, before: str, after: str) -> None:
    text = logs.redact(f"{before} {KINDS[kind]} {after}")
    assert hidden(KINDS[kind], text)
    assert text.startswith(before)
    assert "[redacted]" in text


@given(st.text())
def test_what_was_redacted_once_stays_as_it_is(text: str) -> None:
    once = logs.redact(text)
    assert logs.redact(once) == once


@given(QUIET)
def test_plain_words_stay(text: str) -> None:
    assert logs.redact(text) == text


@pytest.mark.parametrize("text", ["o-k3v9x2mq: held has no approve", "www.acme.com", "order 1000001", "0A:0B:0C:0D"])
def test_what_an_operator_needs_stays(text: str) -> None:
    assert logs.redact(text) == text


def test_a_password_in_an_address_is_hidden_the_rest_stays() -> None:
    assert logs.redact(f"cannot reach {ADDRESS}") == "cannot reach postgresql+psycopg://[redacted]@db.example/certdesk"


class Odd:
    """Something that shows a secret when it is printed."""

    def __repr__(self) -> str:
        return f"Odd({SECRETS['SLACK_BOT_TOKEN']})"


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_of_our_own_is_json_without_secrets(kind: str) -> None:
    written, secret = io.StringIO(), KINDS[kind]
    logs.set_up(written)
    structlog.get_logger().info("seen", flat=secret, deep={"in": [secret, (secret,)]}, odd=Odd(), count=3, none=None)
    line = json.loads(written.getvalue())
    assert hidden(secret, written.getvalue())
    assert hidden(SECRETS["SLACK_BOT_TOKEN"], written.getvalue())
    assert (line["event"], line["level"], line["count"], line["none"]) == ("seen", "info", 3, None)


def test_a_traceback_is_written_without_secrets() -> None:
    written = io.StringIO()
    logs.set_up(written)
    try:
        int(SECRETS["OPENSRS_KEY"])
    except ValueError:
        structlog.get_logger().exception("job failed")
    assert "Traceback" in json.loads(written.getvalue())["exception"]
    assert hidden(SECRETS["OPENSRS_KEY"], written.getvalue())


def test_what_libraries_log_is_redacted_too() -> None:
    written = io.StringIO()
    logs.set_up(written)
    try:
        int(PEM)
    except ValueError:
        logging.getLogger("somebody.elses").exception("with %s", SECRETS["SLACK_BOT_TOKEN"])
    assert "somebody.elses" in written.getvalue()
    assert all(hidden(secret, written.getvalue()) for secret in (PEM, SECRETS["SLACK_BOT_TOKEN"]))


@pytest.mark.parametrize("name", [
    "slack_bolt", "slack_sdk.web.client", "urllib3.pool", "paramiko.transport", "botocore.x", "boto3", "requests",
])  # fmt: skip
def test_libraries_that_would_write_bodies_are_held(name: str) -> None:
    written = io.StringIO()
    logs.set_up(written)
    logging.getLogger().setLevel(logging.DEBUG)  # even where somebody turns everything else up
    logging.getLogger(name).debug("body: %s", "private")
    logging.getLogger(name).info("body: %s", "private")
    assert written.getvalue() == ""
    logging.getLogger(name).warning("cannot connect")
    assert "cannot connect" in written.getvalue()
