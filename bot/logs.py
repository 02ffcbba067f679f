"""Logs as one JSON line an event, with ids and plain words only: no bodies, no keys, no tokens, no contact data."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog

# libraries that would write bodies or credentials when asked to talk more
_HELD = ("slack_bolt", "slack_sdk", "botocore", "boto3", "paramiko", "urllib3", "requests")
_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?<![0-9a-fA-F])[0-9a-fA-F]{32,}"  # tokens; reseller keys, signatures and secrets
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}="  # master keys
    r"|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"  # the password in a database's address
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


def redact(text: str) -> str:
    """Text without anything that looks like a token, a private key, a password or a long hexadecimal secret."""
    return _SECRETS.sub("[redacted]", text)


def _plain(value: object) -> object:
    """A value as it may be written: texts redacted however deep they stand, everything else by its name."""
    if isinstance(value, Mapping):
        return {redact(str(name)): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | float | None) else redact(str(value))


class _Redacting(logging.Formatter):
    """What libraries log, as one redacted line."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(f"{record.levelname.lower()} {record.name} {super().format(record)}")


def set_up(stream: TextIO = sys.stderr) -> None:
    """Where logs go and what may be in them; called once, by the process that starts."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(lambda event, **_: json.dumps(_plain(event))),
        ],
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Redacting())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that comes too early is no news
    for name in _HELD:
        logging.getLogger(name).setLevel(logging.WARNING)
