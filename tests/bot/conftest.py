"""Programs configure logging for themselves; tests that start them put it back."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture
def logging_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
