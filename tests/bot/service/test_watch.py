"""The daily watch: a word for each change for the worse, one when all is well, ladders before the ends, no nagging."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.client import Attestation
from bot.domain.notices import Told
from bot.domain.order import Certificate, Status
from bot.domain.pace import DAY, HOUR
from bot.ports import Job
from bot.service.project import ProjectInput
from bot.shown.found import Registration
from tests.builders import COMPANY, World, a_client, a_project, a_request, an_order
from tests.fakes import CHANNEL, NOW, OWNER, FakeLookups

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
    return [
        " ".join(filter(None, (n.told, n.order_id, *(value for name, value in n.facts if name in {"what", "days"}))))
        for n in world.told()[before:] if not kinds or n.told in kinds
    ]  # fmt: skip


def registered(world: World, *days: tuple[int, Registration]) -> list[list[str]]:
    """What is said on these days with such answers of the register."""
    lookups = world.gear.lookups
    assert isinstance(lookups, FakeLookups)
    said = []
    for day, answer in days:
        lookups.registrations["acme.com"] = answer
        said.append(says(world, NOW + timedelta(days=day), Told.WARNING, Told.WELL_AGAIN))
    return said


OFF = "warning acme.com cannot be used now: its register has switched it off."
AGAIN = "well_again The registration of acme.com"
UNCLEAR = "warning For two days nobody could tell how acme.com is registered."
ENDS = "warning The registration of acme.com ends on 31 December 2026"


@pytest.mark.parametrize(("days", "said"), [
    ([(0, WELL), (1, WELL)], [[], []]),
    ([(0, HELD), (1, HELD), (2, WELL), (3, WELL), (4, HELD)], [[OFF], [], [AGAIN], [], [OFF]]),
    ([(0, SILENT), (1, SILENT), (2, SILENT), (3, SILENT), (4, WELL)], [[], [], [UNCLEAR], [], [AGAIN]]),
    ([(0, SILENT), (1, WELL), (2, SILENT), (3, SILENT)], [[], [], [], []]),
    ([(0, HELD), (1, SILENT), (2, HELD), (3, WELL)], [[OFF], [], [], [AGAIN]]),
    ([(day, replace(WELL, expires_at=NOW + 38 * DAY)) for day in (0, 7, 8, 9, 24, 25, 37, 38, 39)],
     [[], [], [ENDS], [], [ENDS], [], [ENDS], [ENDS], [ENDS]]),
])  # fmt: skip
def test_a_domain_is_warned_of_once_for_each_change(
    world: World, days: list[tuple[int, Registration]], said: list[list[str]]
) -> None:
    watched(world)
    assert registered(world, *days) == said
    owners = {notice.mentions for notice in world.told(Told.WARNING)}
    assert owners <= {(OWNER,)}


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
    assert world.desk.jobs["watch"](Job("watch", CHANNEL, NOW)) == NOW + DAY
    world.clock.time = friday
    assert world.desk.jobs["watch"](Job("watch", CHANNEL, friday)) == datetime(2026, 11, 30, 15, tzinfo=NOW.tzinfo)
    assert world.desk.jobs["watch"](Job("watch", "C0", friday)) is None
