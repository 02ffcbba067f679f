"""The daily watch: a word for each change for the worse, one when all is well, ladders before the ends, no nagging."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.approval import Buying
from bot.domain.client import Attestation
from bot.domain.errors import NotAMember, UnknownOrder
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.notices import Told
from bot.domain.order import Certificate, Status
from bot.domain.pace import DAY, HOUR
from bot.ports import Job
from bot.service.project import ProjectInput
from bot.shown.found import Registration
from tests.bot.service.conftest import MakeDesk
from tests.builders import COMPANY, World, a_client, a_project, a_request, an_order
from tests.fakes import CHANNEL, GUEST, NOW, OWNER, FakeCheck, FakeLookups

WELL = Registration("acme.com", registered=True, expires_at=NOW + 400 * DAY)
HELD = replace(WELL, statuses=("server hold",))
SILENT = Registration("acme.com", None, why="nobody answers")


def watched(world: World, **project: Any) -> None:
    """The project and its client, nothing said yet."""
    with world.store.unit() as unit:
        unit.save_client(a_client(domains=("acme.com",), attestations=()))
        unit.save_project(a_project(**project))


def says(world: World, at: datetime, *kinds: Told) -> list[str]:
    """What the watch says newly at this moment, in short."""
    world.clock.time, before = at, len(world.told())
    world.desk.jobs["watch"](Job("watch", CHANNEL, at))
    facts = ("before", "after", "days")
    said = [n for n in world.told()[before:] if not kinds or n.told in kinds]
    return [" ".join(filter(None, (n.told, n.order_id, *map(n.fact, facts)))) for n in said]


def registered(world: World, *days: tuple[int, Registration]) -> list[list[str]]:
    """What is said on these days with such answers of the register."""
    lookups = world.gear.lookups
    assert isinstance(lookups, FakeLookups)
    said = []
    for day, answer in days:
        lookups.registrations["acme.com"] = answer
        said.append(says(world, NOW + timedelta(days=day), Told.WARNING, Told.WELL_AGAIN))
    return said


GOOD = "acme.com is registered until 28 December 2027."
OFF = "acme.com cannot be used now: its register has switched it off."
UNCLEAR = "For two days nobody could tell: It could not be found out how acme.com is registered: nobody answers."
FIRST, AGAIN = [f"warning {OFF}"], [f"well_again {OFF} {GOOD}"]
CLEAR = [f"well_again {UNCLEAR} {GOOD}"]
END = "The registration of acme.com ends on 31 December 2026."


@pytest.mark.parametrize(("days", "said"), [
    ([(0, WELL), (1, WELL)], [[], []]),
    ([(0, HELD), (1, HELD), (2, WELL), (3, WELL), (4, HELD)], [FIRST, [], AGAIN, [], [f"warning {GOOD} {OFF}"]]),
    ([(0, SILENT), (1, SILENT), (2, SILENT), (3, SILENT), (4, WELL)], [[], [], [f"warning {UNCLEAR}"], [], CLEAR]),
    ([(0, SILENT), (1, WELL), (2, SILENT), (3, SILENT)], [[], [], [], []]),
    ([(0, HELD), (1, SILENT), (2, HELD), (3, WELL)], [FIRST, [], [], AGAIN]),
    ([(day, replace(WELL, expires_at=NOW + 38 * DAY)) for day in (0, 7, 8, 9, 24, 25, 37, 38, 39)],
     [[], [], [f"warning {END}"], [], [f"warning {END} {END}"], [], *[[f"warning {END} {END}"]] * 3]),
])  # fmt: skip
def test_a_domain_is_warned_of_once_for_each_change(
    world: World, days: list[tuple[int, Registration]], said: list[list[str]]
) -> None:
    watched(world)
    assert registered(world, *days) == said
    owners = {notice.mentions for notice in world.told(Told.WARNING)}
    assert owners <= {(OWNER,)}


def test_a_project_is_watched_from_the_moment_it_names_an_address(world: World) -> None:
    world.desk.projects.set_up(CHANNEL, OWNER, ProjectInput("Acme", "Acme", OWNER, names="shop.acme.org www.acme.com"))
    world.lookups.registrations["acme.org"] = replace(HELD, domain="acme.org")
    world.run_jobs()
    assert [n.fact("what") for n in world.told(Told.WARNING)] == ["The registration of acme.org"]


def test_a_look_up_of_the_standing_is_said_to_lapse_a_week_before_it_does(world: World) -> None:
    watched(world)
    seen = Attestation(COMPANY.name, "IL", "ACTIVE", "good", OWNER, NOW)

    def on(day: int, *attestations: Attestation) -> list[str]:
        with world.store.unit() as unit:
            unit.save_client(a_client(attestations=attestations))
        return [each.partition(" ")[0] for each in says(world, NOW + day * DAY)]

    said = [on(22, seen), on(23, seen), on(24, seen), on(25, seen, replace(seen, at=NOW + 25 * DAY))]
    assert said == [[], ["warning"], [], ["well_again"]]


@pytest.mark.parametrize(("life", "left", "said"), [
    (199, (31, 30, 29, 14, 7.5, 3, 1, 0.5, 0, -1), ("", "30", "", "14", "", "3", "1", "", " ", " ")),
    (46, (30, 15, 14, 13), ("", "", "14", "")), (9, (7, 3, 2), ("", "3", "")),
])  # fmt: skip
def test_the_ladder_before_a_certificates_end(
    world: World, life: int, left: tuple[float, ...], said: tuple[str, ...]
) -> None:
    watched(world)
    end = NOW + 200 * DAY
    held = Certificate("", (), "0A", "CA", ("www.acme.com",), end - life * DAY, end)
    with world.store.unit() as unit:
        unit.add_order(an_order(Status.ISSUED, certificate=held))
    spoken = [says(world, end - timedelta(days=days), Told.EXPIRES) for days in left]
    assert ["".join(each) for each in spoken] == [f"expires o-1 {word}".strip() if word else "" for word in said]
    with world.store.unit() as unit:
        unit.add_order(an_order(Status.LIVE, id="o-2", form="f", supplier_ids=(), request=a_request(renews="o-1")))
    assert says(world, end + 3 * DAY, Told.EXPIRES) == []


NAMES = ("caa", "dns", "dcv")


def a_stop(check: str, subject: str = "acme.com") -> Finding:
    return Finding(check, "X-1", Verdict.STOP, f"Something is wrong with {check}.", "Mend it.", subject, "0x1F")


@pytest.mark.parametrize("paid", [False, True], ids=["waiting", "in the engineer's hands"])
@pytest.mark.parametrize("check", ["caa", "dns", "registration", "standing"])
def test_a_new_stop_holds_what_is_not_bought_yet_and_lets_it_go_when_it_is_mended(
    make: MakeDesk, check: str, *, paid: bool
) -> None:
    asked = FakeCheck(check)
    world = make(checks=(asked,), buying=Buying.BY_HAND)
    order = world.waiting(product="sslwebserver" if check == "standing" else "rapidssl")
    if paid:
        order = world.later(world.approve(order))
    asked.findings = [a_stop(check)]
    world.pass_time(days=8)
    assert world.order(order.id).status is Status.HELD
    asked.findings = []
    world.pass_time(days=8)
    assert world.order(order.id).status is Status.AWAITING_APPROVAL
    assert [n.told for n in world.told(Told.HELD, Told.MENDED, Told.WARNING, Told.WELL_AGAIN)] == ["held", "mended"]


def test_a_stop_that_comes_once_it_is_bought_holds_nothing_and_is_a_warning(make: MakeDesk) -> None:
    asked = FakeCheck("dns")
    world = make(checks=(asked,))
    order = world.bought()
    asked.findings = [a_stop("dns", "www.acme.com")]
    world.pass_time(hours=3)
    assert world.order(order.id).status is Status.VALIDATING
    assert [dict(n.facts) | {"at": ""} for n in world.told(Told.WARNING)] == [{
        "what": "The DNS of www.acme.com", "before": "", "after": "Something is wrong with dns.", "advice": "Mend it.",
        "thing": "C1 dns www.acme.com", "at": "",
    }]  # fmt: skip


def test_what_the_desk_is_not_set_up_to_find_out_hides_no_recovery(make: MakeDesk) -> None:
    asked = FakeCheck("dns", a_stop("dns"))
    world = make(checks=(asked,))
    with world.store.unit() as unit:
        unit.add_order(an_order(Status.LIVE))
    said = [says(world, NOW)]
    asked.findings = [replace(a_stop("dns"), verdict=Verdict.UNKNOWN, mender=Mender.ENGINEER)]
    said += [says(world, NOW + day * DAY) for day in (1, 2, 3)]
    wrong = "Something is wrong with dns."
    assert said == [[f"warning {wrong}"], [f"well_again {wrong}"], [], []]


@pytest.mark.parametrize(("status", "pause", "looked_at"), [
    (Status.AWAITING_APPROVAL, 2 * HOUR, {"caa", "dns"}), (Status.VALIDATING, 2 * HOUR, {"caa", "dns", "dcv"}),
    (Status.HELD, DAY, {"caa", "dns"}), (Status.LIVE, DAY, {"caa", "dns"}), (Status.CANCELLED, DAY, set()),
])  # fmt: skip
def test_what_is_looked_at_and_how_often(make: MakeDesk, status: Status, pause: timedelta, looked_at: set[str]) -> None:
    checks = {name: FakeCheck(name) for name in ("names", "registration", "standing", *NAMES)}
    checks["standing"].findings = [replace(a_stop("standing"), verdict=Verdict.FINE)]
    world = make(checks=tuple(checks.values()))
    watched(world)
    with world.store.unit() as unit:
        unit.add_order(an_order(status))
    pauses = [world.desk.jobs["watch"](Job("watch", CHANNEL, NOW)) for _ in range(2)]
    assert pauses == [NOW + pause] * 2
    times = {name: len(check.cases) for name, check in checks.items()}
    assert times == {"names": 0, "standing": 1, "registration": 2, **{c: 2 * (c in looked_at) for c in NAMES}}


def test_what_was_seen_is_kept_for_those_who_may_see_it(world: World) -> None:
    watched(world)
    registered(world, (0, WELL), (1, replace(HELD, source="rdap.test")))
    thing = world.told(Told.WARNING)[0].fact("thing")
    known = world.desk.watch.evidence(thing, OWNER)
    assert [(f.evidence, f.source, f.at) for f in known.now] == [
        ("server hold", "EPP statuses (RFC 5731, RFC 3915)", NOW + DAY)
    ]
    assert [f.sentence for f in known.before] == [GOOD]
    with pytest.raises(UnknownOrder):
        world.desk.watch.evidence(f"{CHANNEL} dns www.acme.com", OWNER)
    with pytest.raises(NotAMember):
        world.desk.watch.evidence(thing, GUEST)


KICK_OFF = date(2026, 11, 30)


@pytest.mark.parametrize(("project", "days", "said"), [
    ({"kick_off": KICK_OFF}, (6, 7, 8, 14, 15, 21, 22, 28, 35, 36), "-+-+-+-++-"),
    ({"kick_off": KICK_OFF, "not_needed": "no site"}, (7, 14, 21), "---"), ({}, (0, 7), "--"),
    ({"kick_off": KICK_OFF, "quiet_until": date(2026, 12, 16)}, (7, 14, 21, 22, 23, 24, 28), "----+-+"),
    ({"kick_off": date(2026, 10, 1)}, (0, 1), "+-"),
])  # fmt: skip
def test_a_project_without_an_order_is_reminded_of_it(
    world: World, project: dict[str, Any], days: tuple[int, ...], said: str
) -> None:
    watched(world, launch=date(2026, 12, 24), **project)
    spoken = [says(world, NOW + day * DAY, Told.NO_ORDER) for day in days]
    assert "".join("+" if each else "-" for each in spoken) == said
    launches = {(n.fact("name"), n.fact("launch"), n.mentions) for n in world.told(Told.NO_ORDER)}
    assert launches <= {("Acme site", "2026-12-24", (OWNER,))}


def test_an_order_ends_the_reminders_unless_it_is_over(world: World) -> None:
    watched(world, kick_off=date(2026, 11, 23))
    order = world.place()
    assert says(world, NOW, Told.NO_ORDER) == []
    world.desk.ask.cancel(order.id, order.requester)
    assert says(world, NOW + HOUR, Told.NO_ORDER) == ["no_order"]


@pytest.mark.parametrize("begin", [
    lambda world: world.place(),
    lambda world: world.desk.projects.set_up(CHANNEL, OWNER, ProjectInput("Acme shop", "Acme", OWNER)),
], ids=["an order", "a project"])  # fmt: skip
def test_it_begins_with_a_project_or_an_order_and_goes_on_at_working_times(
    world: World, begin: Callable[[World], object]
) -> None:
    watched(world)
    begin(world)
    world.run_jobs()
    assert ("registration", "acme.com") in world.lookups.calls
    friday = NOW + 4 * DAY + 6 * HOUR
    world.clock.time = friday
    assert world.desk.jobs["watch"](Job("watch", CHANNEL, friday)) == datetime(2026, 11, 30, 15, tzinfo=NOW.tzinfo)
    assert world.desk.jobs["watch"](Job("watch", "C0", friday)) is None
