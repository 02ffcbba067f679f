"""Whole desks for tests. However a world was used, in the end Slack saw nothing wrong and no secret stands anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.e2e.keys import keys_of
from tests.sandbox.office import Office
from tests.sandbox.slack.text import mrkdwn_in


def opened(desk: Office) -> Iterator[Office]:
    """A desk for as long as it is needed; in the end all must be in order."""
    with desk:
        yield desk
        in_order(desk)


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """One desk in Socket Mode on SQLite that buys by itself, shared by all tests of a process."""
    yield from opened(Office())


@pytest.fixture(scope="module")
def small_office() -> Iterator[Office]:
    """Another one in which little has happened yet, so that everything it ever said is searched in no time."""
    yield from opened(Office())


@pytest.fixture(scope="module")
def office_over_http() -> Iterator[Office]:
    """The same behind signed HTTP requests."""
    desk = Office()
    desk.over_http()
    yield from opened(desk)


@pytest.fixture
def office_of_four(postgres_url: str) -> Iterator[Office]:
    """Two processes that talk to Slack and two workers, sharing a PostgreSQL database."""
    desk = Office(DATABASE_URL=postgres_url)
    try:
        desk.start("web", "web", "worker", "worker")
        yield desk
        in_order(desk)
    finally:
        desk.stop()


def in_order(office: Office) -> None:
    """What must hold at the end of every world."""
    assert office.ws.violations == [], "Slack would not have taken this"
    assert shouts(office) == [], "nobody but the desk calls people"
    assert office.world.leaks(keys_of(office)) == []


def shouts(office: Office) -> list[str]:
    """Texts of messages that would call a whole channel or group, or show a link of somebody else's."""
    posts = [message for posts in office.ws.posts.values() for message in posts]
    private = [message for person in office.ws.people.values() for message in person.ephemerals]
    texts = [text for message in posts + private for text in (message.text, *mrkdwn_in(message.blocks))]
    return [text for text in texts if re.search(r"<!(?!date\^)|<https?:|<mailto:", text)]
