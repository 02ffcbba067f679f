"""Small stand-ins with a memory for what the desk needs besides database and supplier: time, ids, people, Slack.

Also a store in which something happens just before or just after the commit of one kind of write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.domain.client import Person, PersonKind
from bot.domain.errors import Lost, PeopleUnknown
from bot.domain.findings import Finding
from bot.ports import Case, Entry, Place, Post
from bot.shown.card import CardFacts
from bot.shown.form import FormShown
from bot.shown.found import NameDns, Placed, Registration, Served, Signed, Zone
from bot.shown.review import Probed, Review
from bot.store.unit import SqlStore, SqlUnit

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, nine in the morning in Chicago
TEAM, CHANNEL, OTHER_CHANNEL = "T1", "C1", "C2"
REQUESTER, OWNER, STAND_IN, ENGINEER, COLLEAGUE = "U1ASKS", "U2OWNS", "U3STANDS", "U4BUILDS", "U5WORKS"
FIRST, SECOND, THIRD, ADMIN = "U6OKAYS", "U7OKAYS", "U8OKAYS", "U9RUNS"
OUTSIDER, GUEST, STRANGER, GONE, ROBOT = "UAOUT", "UBGUEST", "UCOTHER", "UDGONE", "UEBOT"
APPROVERS = frozenset({FIRST, SECOND, THIRD})
MEMBERS = (REQUESTER, OWNER, STAND_IN, ENGINEER, COLLEAGUE, FIRST, SECOND, THIRD, ADMIN, OUTSIDER)
_KINDS = {
    **dict.fromkeys(MEMBERS, PersonKind.MEMBER), GUEST: PersonKind.GUEST, STRANGER: PersonKind.STRANGER,
    GONE: PersonKind.DEACTIVATED, ROBOT: PersonKind.BOT,
}  # fmt: skip


class Died(BaseException):
    """The process ends here; nothing may catch it."""


class FakeClock:
    """Moves only when told."""

    def __init__(self, time: datetime = NOW) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


class SequentialIds:
    """Ids in the order they were asked for."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._numbers)}"


class FakePeople:
    """The workspace. `silent`: it does not answer. Fresh questions are counted in `fresh`."""

    def __init__(self) -> None:
        self.persons = {user: Person(user, TEAM, kind, "America/Chicago") for user, kind in _KINDS.items()}
        self.channels = {CHANNEL: {*MEMBERS} - {OUTSIDER}, OTHER_CHANNEL: {REQUESTER, COLLEAGUE}}
        self.approving = APPROVERS
        self.silent, self.fresh = False, 0
        self.unseen: type[PeopleUnknown] | None = None  # how nobody can be seen in any channel
        self.forgotten: list[tuple[str, str]] = []

    def person(self, user: str, *, fresh: bool = False) -> Person:
        self._asked(fresh=fresh)
        return self.persons[user]

    def in_channel(self, user: str, channel: str, *, fresh: bool = False) -> bool:
        self._asked(fresh=fresh)
        if self.unseen:
            raise self.unseen(channel)
        return user in self.channels.get(channel, set())

    def approvers(self, *, fresh: bool = False) -> frozenset[str]:
        self._asked(fresh=fresh)
        return self.approving

    def outsiders(self, channel: str) -> frozenset[str]:
        outside = (PersonKind.GUEST, PersonKind.STRANGER)
        return frozenset(user for user in self.channels.get(channel, ()) if self.persons[user].kind in outside)

    def forget(self, *, user: str = "", channel: str = "") -> None:
        self.forgotten.append((user, channel))

    def _asked(self, *, fresh: bool) -> None:
        self.fresh += fresh
        if self.silent and fresh:
            raise PeopleUnknown("the workspace does not answer")


class FakeScreens:
    """The views that are open, with the review each of them shows, and the steps of forms drawn again."""

    def __init__(self) -> None:
        self.forms: list[tuple[str, FormShown]] = []
        self.reviews: dict[str, Review] = {}
        self.found: dict[str, Probed] = {}

    def form(self, view_id: str, shown: FormShown) -> None:
        self.forms.append((view_id, shown))

    def probed(self, view_id: str, probed: Probed) -> None:
        self.found[view_id] = probed

    def review(self, view_id: str, review: Review) -> None:
        self.reviews[view_id] = review


class FakeLookups:
    """Public sources that say what a test put in; else nothing is there, in faultless DNS. `calls`: the questions."""

    def __init__(self) -> None:
        self.registrations: dict[str, Registration] = {}
        self.certificates: dict[str, Served] = {}
        self.zones: dict[str, Zone] = {}
        self.records: dict[tuple[str, str], tuple[str, ...]] = {}
        self.chains: dict[str, tuple[str, ...]] = {}
        self.names, self.records_placed, self.no_mail = dict[str, NameDns](), dict[str, Placed](), set[str]()
        self.calls: list[tuple[str, str]] = []

    def registration(self, name: str) -> Registration:
        self.calls.append(("registration", name))
        return self.registrations.get(name, Registration(name, None, why="nobody answers"))

    def served(self, host: str) -> Served | None:
        self.calls.append(("served", host))
        return self.certificates.get(host)

    def zone(self, name: str) -> Zone:
        self.calls.append(("zone", name))
        if name not in self.zones:
            raise Lost("nobody answers")
        return self.zones[name]

    def values(self, name: str, kind: str) -> tuple[str, ...]:
        self.calls.append((kind, name))
        return self.records.get((name, kind), ())

    def dns(self, name: str) -> NameDns:
        self.calls.append(("dns", name))
        return self.names.get(name, NameDns(name, name, (), "", (("ns1.test", ()),), Signed.UNSIGNED))

    def placed(self, name: str, kind: str) -> Placed:
        self.calls.append((f"placed {kind}", name))
        return self.records_placed.get(name, Placed(name, kind, name, (("ns1.test", ()),)))

    def takes_mail(self, domain: str) -> bool:
        self.calls.append(("mail", domain))
        return domain not in self.no_mail

    def chain(self, leaf: str) -> tuple[str, ...]:
        return self.chains.get(leaf, ())


class FakeNotifier:
    """Everything posted, in order; each of `errors` meets one send. `arrived`: an unsure post did all the same."""

    def __init__(self) -> None:
        self.sent: list[Post] = []
        self.looked_for: list[Post] = []
        self.errors: list[Exception] = []
        self.arrived = False

    def send(self, post: Post, facts: CardFacts | None, card: Place | None) -> Place:  # noqa: ARG002 - the port's shape
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(post)
        return Place(post.lane, f"{len(self.sent)}.0")

    def find(self, post: Post, card: Place | None) -> Place | None:  # noqa: ARG002 - the port's shape
        self.looked_for.append(post)
        return Place(post.lane, "0.5") if self.arrived else None


class FakeCheck:
    """A check that finds what the test says, and remembers for whom it looked."""

    def __init__(self, name: str, *findings: Finding) -> None:
        self.name, self.findings = name, list(findings)
        self.cases: list[Case] = []

    def look(self, case: Case) -> list[Finding]:
        self.cases.append(case)
        return list(self.findings)


class _NotingUnit(SqlUnit):
    """Knows what was recorded in it; `before[what]` happens instead of the commit or just before it."""

    def watch(self, before: dict[str, Callable[[], None]]) -> list[str]:
        self._before, self._said = before, list[str]()
        return self._said

    def record(self, entry: Entry) -> None:
        super().record(entry)
        self._said.append(entry.what)
        self._before.pop(entry.what, _nothing)()


class WatchedStore(SqlStore):
    """`before["attempt"]` happens once, inside the next transaction recording an attempt; `after` once it is over."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type] # handed through
        self.before: dict[str, Callable[[], None]] = {}
        self.after: dict[str, Callable[[], None]] = {}

    @contextmanager
    def unit(self) -> Iterator[SqlUnit]:
        with self._engine.begin() as connection:
            unit = _NotingUnit(connection, self._clock, self._ids, self._audit_key)
            said = unit.watch(self.before)
            yield unit
        for what in said:
            self.after.pop(what, _nothing)()


def _nothing() -> None:
    """What usually happens."""


def die() -> None:
    """Something for `before` and `after`."""
    raise Died
