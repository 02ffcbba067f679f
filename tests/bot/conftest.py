"""Programs configure logging for themselves; tests that start them put it back."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture
def logging_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("", *_touched())}
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def _touched() -> tuple[str, ...]:
    return ("apscheduler", "slack_bolt", "slack_sdk", "botocore", "boto3", "paramiko", "urllib3", "requests")
