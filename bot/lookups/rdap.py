"""What the registry says of a domain: RDAP (RFC 9083) over the guard, servers from IANA's list (RFC 9224).

Nothing in an answer is trusted to have the shape it should. Why no library does this: docs/decisions/003-rdap.md.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from requests import codes

from bot.domain.errors import Lost
from bot.guard import Guard
from bot.lookups.dns import climb, plain, registrable
from bot.ports import Clock
from bot.shown.found import Registration

T = TypeVar("T")
Json = dict[str, Any]

IANA = "https://data.iana.org/rdap/dns.json"
MISSING = {  # servers that IANA's list lacks or has wrong
    "co": "https://rdap.registry.co/co/", "de": "https://rdap.denic.de/", "us": "https://rdap.nic.us/",
    "io": "https://rdap.identitydigital.services/rdap/", "me": "https://rdap.identitydigital.services/rdap/",
}  # fmt: skip
MOST = 1_000_000  # bytes of one answer
FRESH, LONGEST, AGAIN = timedelta(hours=24), timedelta(hours=48), timedelta(minutes=10)
_REST, _LONGEST_REST = 60, 3600  # seconds a busy register is left alone: where it does not say how long, and at most
_LONGEST_TEXT, _MOST_STATUSES = 200, 20
_KIND = "application/rdap+json"
_HIDDEN = re.compile(r"redacted|privacy|proxy|withheld|not disclosed|data protected", re.IGNORECASE)

NO_DOMAIN = "Nobody can register a name like this."
NO_LIST = "The list of domain registers could not be had just now."
NO_REGISTER = "The register of these names cannot be asked by machines."
NO_ANSWER = "The register did not give an answer just now."
BUSY = "The register asks for a pause; it will be asked again later."
NO_SENSE = "The register gave an answer that makes no sense."


class Unclear(Exception):
    """Nobody could tell; the text says why, in plain words."""


class Kept(Generic[T]):
    """Good answers for a day, and for one more while no newer is to be had; others for minutes.

    May be shared between threads: at worst something is asked twice.
    """

    def __init__(self, clock: Clock, good: Callable[[T], bool]) -> None:
        self._clock, self._good = clock, good
        self._kept: dict[str, tuple[T, datetime, datetime]] = {}  # answer, its end, when to ask again

    def get(self, key: str, ask: Callable[[], T]) -> T:
        """The answer kept under a key, or a newly asked one."""
        now, old = self._clock.now(), self._kept.get(key)
        if old and now < old[2]:
            return old[0]
        new = (ask(), now + AGAIN, now + AGAIN)
        if self._good(new[0]):
            new = (new[0], now + LONGEST, now + FRESH)
        elif old and now < old[1]:
            new = (old[0], old[1], min(now + AGAIN, old[1]))
        self._kept = {name: kept for name, kept in self._kept.items() if now < kept[1]} | {key: new}
        return new[0]


class Rdap:
    """Asks registries, and where they know little the registrar; remembers what was clear."""

    def __init__(self, guard: Guard, clock: Clock, bootstrap: str) -> None:
        self._guard, self._clock, self._bootstrap = guard, clock, bootstrap
        self._registers: Kept[dict[str, str]] = Kept(clock, bool)
        self._known: Kept[Registration] = Kept(clock, lambda found: found.registered is not None)
        self._resting: dict[str, datetime] = {}

    def registration(self, name: str, until: float) -> Registration:
        """What `bot.ports.Lookups.registration` promises."""
        if domain := registrable(name):
            return self._known.get(domain, partial(self._ask, domain, until))
        return Registration(plain(name), None, why=NO_DOMAIN)

    def _ask(self, domain: str, until: float) -> Registration:
        try:
            said, url = self._get(f"{self._register(domain, until).rstrip('/')}/domain/{domain}", until)
            source = urlsplit(url).hostname or ""
            if not said:
                return Registration(domain, registered=False, source=source)
            found = _read(said, domain, source)
            for href in _related(said, url)[:1] if not found.organisation else ():
                with suppress(Unclear):  # of what both say the register's word counts
                    more = _read(self._get(href, until)[0], domain, source)
                    found = replace(
                        more, expires_at=found.expires_at or more.expires_at, statuses=found.statuses or more.statuses,
                        registrar=found.registrar or more.registrar,
                    )  # fmt: skip
        except Unclear as unclear:
            return Registration(domain, None, why=str(unclear))
        return found

    def _register(self, domain: str, until: float) -> str:
        listed = self._registers.get("", partial(self._list, until))
        known = {**listed, **MISSING} if self._bootstrap == IANA else listed
        for end in climb(domain):
            if end in known:
                return known[end]
        raise Unclear(NO_REGISTER if listed else NO_LIST)

    def _list(self, until: float) -> dict[str, str]:
        """End of a domain to its register's address, https where there is a choice; empty when it cannot be had."""
        found: dict[str, str] = {}
        with suppress(Lost, Unclear):
            for service in _all(_table(self._guard.get(self._bootstrap, until, MOST).body), "services", list):
                match service:
                    case [[*ends], [*urls], *_] if urls:
                        found |= {plain(str(end)): min(map(str, urls), key=_without_tls) for end in ends}
        return found

    def _get(self, url: str, until: float) -> tuple[Json, str]:
        """A clear answer and where it stood, empty for no such domain. A busy server is left alone for a while."""
        host, now = url.partition("//")[2].partition("/")[0], self._clock.now()
        if now < self._resting.get(host, now):
            raise Unclear(BUSY)
        try:
            said = self._guard.get(url, until, MOST, _KIND)
        except Lost:
            raise Unclear(NO_ANSWER) from None
        if said.status == codes.too_many_requests:
            rest = min(int(said.retry_after[:9]), _LONGEST_REST) if said.retry_after.isdecimal() else _REST
            self._resting[host] = now + timedelta(seconds=rest)
            raise Unclear(BUSY)
        if said.status not in {codes.ok, codes.not_found}:
            raise Unclear(NO_ANSWER)
        return _table(said.body) if said.status == codes.ok else {}, said.url


def _table(body: bytes) -> Json:
    with suppress(ValueError, RecursionError):
        if isinstance(read := json.loads(body), dict) and read:
            return read
    raise Unclear(NO_SENSE)


def _without_tls(url: str) -> bool:
    return not url.startswith("https:")


def _related(said: Json, asked: str) -> list[str]:
    """Where the registrar's answer stands (RFC 9083 4.2); never with less protection than this one."""
    links = [link for link in _all(said, "links", dict) if _text(link, "rel").lower() == "related"]
    hrefs = [_text(link, "href") for link in links if _text(link, "type") in {"", _KIND}]
    return [href for href in hrefs if href != asked and _without_tls(href) <= _without_tls(asked)]


def _read(said: Json, domain: str, source: str) -> Registration:
    if _text(said, "objectClassName") != "domain" or plain(_text(said, "ldhName")) != domain:
        raise Unclear(NO_SENSE)
    ends = [event for event in _all(said, "events", dict) if _text(event, "eventAction") == "expiration"]
    company = _card(said, "registrant", "org")
    hidden = "registrant organization" in _redacted(said) or _HIDDEN.search(company)
    words = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _line(word)) for word in _all(said, "status", str)]  # clientHold, too
    return Registration(
        domain, registered=True, expires_at=_time(_text(ends[0], "eventDate")) if ends else None,
        statuses=tuple(word.lower() for word in words[:_MOST_STATUSES]),
        registrar=_card(said, "registrar", "org", "fn"), organisation="" if hidden else company, source=source,
    )  # fmt: skip


def _redacted(said: Json) -> set[str]:
    """What the answer says itself that it hides (RFC 9537)."""
    names = [entry["name"] for entry in _all(said, "redacted", dict) if isinstance(entry.get("name"), dict)]
    return {_text(name, field).lower() for name in names for field in ("type", "description")}


def _card(said: Json, role: str, *kinds: str) -> str:
    """The first of these kinds of text on the jCard (RFC 7095) of the first one in a role."""
    for entity in _all(said, "entities", dict):
        match entity.get("vcardArray"):
            case ["vcard", [*fields], *_] if role in _all(entity, "roles", str):
                lines = [field for field in fields if isinstance(field, list) and len(field) > 3]
                texts = [_line(field[3]) for kind in kinds for field in lines if field[0] == kind]
                return next(filter(None, texts), "")
    return ""


def _time(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    return None


def _all(said: Json, field: str, kind: type[T]) -> list[T]:
    """What stands in a list there, as far as it is of that kind."""
    value = said.get(field)
    return [each for each in value if isinstance(each, kind)] if isinstance(value, list) else []


def _text(said: Json, field: str) -> str:
    return _line(said.get(field))


def _line(value: object) -> str:
    """One short line of what can be printed; of a structured value (RFC 6350 6.6.4) the first part."""
    first = value[0] if isinstance(value, list) and value else value
    line = "".join(letter if letter.isprintable() else " " for letter in first) if isinstance(first, str) else ""
    return " ".join(line.split())[:_LONGEST_TEXT]
