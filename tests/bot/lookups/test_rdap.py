"""Registrations: what a register says is read whatever its shape, and what nobody can tell is never guessed."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.lookups import rdap
from bot.lookups.rdap import Rdap
from bot.shown.found import Registration
from tests.bot.lookups.outside import Web, guard, soon
from tests.fakes import FakeClock

KNOWN = Registration(
    "acme.com", registered=True, expires_at=datetime(2027, 5, 1, 4, tzinfo=UTC), registrar="Names Inc",
    statuses=("client transfer prohibited", "active"), organisation="Acme LLC", source="127.0.0.1",
)  # fmt: skip
Json = dict[str, Any]


def card(role: str, **texts: object) -> Json:
    fields = [["version", {}, "text", "4.0"], *([kind, {}, "text", value] for kind, value in texts.items())]
    return {"objectClassName": "entity", "roles": [role], "vcardArray": ["vcard", fields]}


REGISTRAR = card("registrar", fn="Names Inc")


def domain(**changes: object) -> Json:
    events = ("registration", "1999-05-01T04:00:00Z"), ("expiration", "2027-05-01T00:00:00-04:00")
    return {
        "objectClassName": "domain", "ldhName": "ACME.COM", "status": ["client transfer prohibited", "active"],
        "events": [{"eventAction": action, "eventDate": date} for action, date in events],
        "entities": [REGISTRAR, card("registrant", org="Acme LLC", fn="Ada")], **changes,
    }  # fmt: skip


class Register(Web):
    """The register of .com and .net, and the list that names it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.rdap = Rdap(guard(self.port), self.clock, f"{self.url}/dns.json")
        listed: object = [["net", "com"], [f"{self.url}/r/"]], [["xyz"], []], 7, None, [[], []], [["us"], [9]]
        self.holds({"services": listed}, path="/dns.json")

    def holds(self, body: object, status: int = 200, path: str = "/r/domain/acme.com", **headers: str) -> None:
        self.say[path] = (status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())

    def look(self, name: str = "www.acme.com", seconds: float = 5) -> Registration:
        return self.rdap.registration(name, soon(seconds))


@pytest.fixture
def register() -> Iterator[Register]:
    with closing(Register()) as known:
        yield known


def test_the_registrable_domain_is_asked_for_and_what_is_said_is_read(register: Register) -> None:
    register.holds(domain())
    assert register.look("*.shop.ACME.com.") == KNOWN
    assert register.asked == ["/dns.json", "/r/domain/acme.com"]


def test_a_register_that_knows_little_is_completed_by_the_registrar_and_its_word_counts(register: Register) -> None:
    hrefs = ("self", "/x", ""), ("related", "/x", "text/html"), ("Related", "/registrar", "application/rdap+json")
    links = [{"rel": rel, "href": register.url + path, "type": kind} for rel, path, kind in hrefs]
    register.holds(domain(entities=[], links=links))
    register.holds(domain(status=["server hold"], events=[]), path="/registrar")
    assert register.look() == KNOWN
    assert register.asked[2:] == ["/registrar"]


@pytest.mark.parametrize("trouble", ["private", "itself", "loop", "gone", "other", "hangs", "garbage", "nowhere"])
def test_a_registrar_in_trouble_takes_nothing_away(register: Register, trouble: str) -> None:
    there = f"{register.url}/{trouble}"
    href = {"private": "http://169.254.169.254/", "nowhere": "http://[", "itself": f"{register.url}/r/domain/acme.com"}
    thin = domain(entities=[REGISTRAR], links=[{"rel": "related", "href": href.get(trouble, there)}])
    register.holds(thin)
    register.holds(thin, path="/loop")
    register.holds(domain(ldhName="evil.com"), path="/other")
    register.holds(b"[" * 100_000, path="/garbage")
    register.say["/hangs"] = register.drip(b"")
    assert register.look(seconds=0.5) == replace(KNOWN, organisation="")
    assert len(register.asked) <= 3


UNCLEAR = [
    (b"", 500), (b"", 403), (b"", 302), (b"<html>", 200), (b"", 200), ([domain()], 200), ({}, 200), (b"\xff\xfe", 200),
    (b"[" * 100_000, 200), (b'{"a":' + b"9" * 5000 + b"}", 200), (domain(ldhName="other.com"), 200),
    (domain(ldhName=7), 200), (domain(objectClassName="entity"), 200), (b" " * 10_000_000, 200),
]  # fmt: skip


@pytest.mark.parametrize("said", UNCLEAR, ids=range(len(UNCLEAR)))
def test_an_unclear_answer_is_no_answer(register: Register, said: tuple[object, int]) -> None:
    register.holds(*said)
    found = register.look()
    assert found in [Registration("acme.com", None, why=why) for why in (rdap.NO_ANSWER, rdap.NO_SENSE)]


@pytest.mark.parametrize(("name", "known"), [
    ("acme.net", Registration("acme.net", registered=False, source="127.0.0.1")),
    *((name, Registration(name, None, why=rdap.NO_DOMAIN)) for name in ("co.uk", "localhost", "")),
    *((name, Registration(name, None, why=rdap.NO_ANSWER)) for name in ("é.com", "acme.us")),
    *((name, Registration(name, None, why=rdap.NO_REGISTER)) for name in ("acme.xyz", "acme.fr")),
])  # fmt: skip
def test_nobody_there_is_clear_and_names_without_a_register_are_not(
    register: Register, name: str, known: Registration
) -> None:
    assert register.look(name) == known


def ending(date: str) -> Json:
    return {"events": [{"eventAction": "expiration", "eventDate": date}]}


NOBODY: Json = {"registrar": "", "organisation": ""}
ODD: tuple[object, ...] = (7, "x", {"a": 1}, [None, 7, []], None)
LOST: dict[str, Json] = {
    "events": {"expires_at": None}, "status": {"statuses": ()}, "links": {}, "redacted": {}, "entities": NOBODY
}  # fmt: skip
COMPANIES = [
    ("Acme LLC", "Acme LLC"), (["Acme LLC", "Web"], "Acme LLC"), (" Acme\n\u202eLLC\ud800 ", "Acme LLC"),
    ("A" * 9999, "A" * 200), ("", ""), (7, ""), ([], ""), ([[]], ""), ("REDACTED FOR PRIVACY", ""),
    ("Data Protected", ""), ("Domains By Proxy, LLC", ""), ("Withheld for Somebody ehf", ""),
]  # fmt: skip
HIDDEN = {"name": {"type": "Registrant Organization"}, "method": "replacementValue"}
SAID: list[tuple[Json, Json]] = [
    *(({field: odd}, lost) for field, lost in LOST.items() for odd in ODD),
    *(({"entities": [REGISTRAR, card("registrant", org=said)]}, {"organisation": read}) for said, read in COMPANIES),
    (ending("soon"), {"expires_at": None}), (ending("9999-12-31T23:59:59-14:00"), {"expires_at": None}),
    (ending("2027-05-01T04:00:00"), {}), ({"status": ["clientTransferProhibited", "active"]}, {}),
    ({"status": ["active"] * 1000}, {"statuses": ("active",) * 20}), ({"redacted": [HIDDEN]}, {"organisation": ""}),
    ({"entities": [{"roles": ["registrant"], "vcardArray": ["vcard", 7]}]}, NOBODY),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "read"), SAID)
def test_odd_parts_are_left_out_and_the_rest_is_read(register: Register, changes: Json, read: Json) -> None:
    register.holds(domain(**changes))
    assert register.look() == replace(KNOWN, **read)


KEPT = [  # hours later, the register's status; what is known then, how often the register was asked by then
    [(0, 200, True, 1), (23.9, 500, True, 1), (0.1, 500, True, 2), (0.1, 500, True, 2), (23.8, 500, True, 3),
     (0.1, 500, None, 4), (1, 200, True, 5)],
    [(0, 500, None, 1), (0.15, 500, None, 1), (0.02, 500, None, 2)],
]  # fmt: skip


@pytest.mark.parametrize("steps", KEPT, ids=["clear", "unclear"])
def test_a_clear_answer_is_kept_a_day_and_one_more_without_news_others_ten_minutes(
    register: Register, steps: list[tuple[float, int, bool | None, int]]
) -> None:
    for after, status, known, asked in steps:
        register.clock.advance(timedelta(hours=after))
        register.holds(domain(), status)
        assert (register.look().registered, register.asked.count("/r/domain/acme.com")) == (known, asked)


@pytest.mark.parametrize(("asks", "seconds"), [("30", 30), ("", 60), ("tomorrow", 60), ("9" * 999, 3600)])
def test_a_busy_register_is_left_alone_as_long_as_it_asks(register: Register, asks: str, seconds: int) -> None:
    register.holds(b"", 429, **{"Retry-After": asks})
    answers = [register.look().why, register.look("b.com").why]
    register.clock.advance(timedelta(seconds=seconds))
    assert (answers, register.look("c.com").registered) == ([rdap.BUSY, rdap.BUSY], False)
    assert register.asked == ["/dns.json", "/r/domain/acme.com", "/r/domain/c.com"]
