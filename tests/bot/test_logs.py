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


@pytest.mark.parametrize(("text", "left"), [
    *((text, text) for text in ("o-k3v9x2mq: held has no approve", "www.acme.com", "order 1000001", "0A:0B:0C:0D")),
    ("at postgresql://desk:hunter2@db.example/certdesk", "at postgresql://[redacted]@db.example/certdesk"),
])  # fmt: skip
def test_what_an_operator_needs_stays(text: str, left: str) -> None:
    assert logs.redact(text) == left


@pytest.fixture
def written() -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(stream)
    return stream


class Odd:
    """Something that shows a secret when it is printed."""

    def __repr__(self) -> str:
        return f"Odd({SECRETS['SLACK_BOT_TOKEN']})"


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_of_our_own_is_json_without_secrets(kind: str, written: io.StringIO) -> None:
    secret = KINDS[kind]
    structlog.get_logger().info("seen", flat=secret, deep={"in": [secret, (secret,)]}, odd=Odd(), count=3, none=None)
    line = json.loads(written.getvalue())
    assert all(hidden(each, written.getvalue()) for each in (secret, SECRETS["SLACK_BOT_TOKEN"]))
    assert (line["event"], line["level"], line["count"], line["none"]) == ("seen", "info", 3, None)


def test_a_traceback_is_written_without_secrets_whoever_logs_it(written: io.StringIO) -> None:
    for logger, what in (
        (structlog.get_logger(), "job failed"),
        (logging.getLogger("somebody.elses"), KINDS["capitals"]),
    ):
        try:
            int(PEM)
        except ValueError:
            logger.exception(what)
    ours, *theirs = written.getvalue().splitlines()
    assert "Traceback" in json.loads(ours)["exception"]
    assert "somebody.elses" in theirs[0]
    assert all(hidden(secret, written.getvalue()) for secret in (PEM, KINDS["capitals"]))


@pytest.mark.parametrize("name", [
    "slack_bolt", "slack_sdk.web.client", "urllib3.pool", "paramiko.transport", "botocore.x", "boto3", "requests",
])  # fmt: skip
def test_libraries_that_would_write_bodies_are_held(name: str, written: io.StringIO) -> None:
    logging.getLogger().setLevel(logging.DEBUG)  # even where somebody turns everything else up
    logging.getLogger(name).debug("body: %s", "private")
    logging.getLogger(name).info("body: %s", "private")
    assert written.getvalue() == ""
    logging.getLogger(name).warning("cannot connect")
    assert "cannot connect" in written.getvalue()
