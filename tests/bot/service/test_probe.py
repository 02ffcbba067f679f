"""Looking without an order: every check, once, for members alone, within their hour, and nothing is stored."""

from collections.abc import Callable

import pytest

from bot.checks.registration import Registered
from bot.domain.errors import BadInput, DeskError, NoProject, NotAllowed, NotAMember
from bot.domain.findings import Finding, Verdict
from bot.domain.request import Level
from bot.service.infer import MOST
from bot.shown.review import Probed
from tests.bot.service.conftest import MakeDesk
from tests.builders import COMPANY, World, a_client
from tests.fakes import CHANNEL, COLLEAGUE, GUEST, NOW, OUTSIDER, FakeCheck

STOP = Finding("dns", "DNS-1", Verdict.STOP, "Nobody answers.", "Have it set.", "www.acme.com", "SERVFAIL")
UNREAD = "It could not be found out how acme.com is registered: nobody answers."


def probe(world: World, text: str = "www.acme.com", by: str = COLLEAGUE, channel: str = CHANNEL) -> Probed:
    world.desk.probe.begin(channel, by, text, "V1")
    world.run_jobs()
    return world.screens.found["V1"]


@pytest.mark.parametrize(("text", "on_file", "level", "kind"), [
    ("https://www.ACME.com/shop", True, Level.OV, True), ("www.acme.com", False, Level.DV, True),
    ("www.acme.com *.shop.acme.com", True, Level.OV, False),  # no kind holds both
])  # fmt: skip
def test_everything_is_looked_at_for_the_projects_client_and_nothing_is_stored(
    make: MakeDesk, text: str, level: Level, *, on_file: bool, kind: bool
) -> None:
    asked = FakeCheck("dns", STOP)
    world = make(checks=(asked, Registered()))
    with world.store.unit() as unit:
        unit.save_client(a_client() if on_file else a_client(organisation=None))
    found = probe(world, text)
    assert (found.company, found.names[0]) == (COMPANY.name if on_file else "", "www.acme.com")
    assert [(f.sentence, f.at) for f in found.findings] == [(STOP.sentence, NOW), (UNREAD, NOW)]
    (case,) = asked.cases
    company = case.request.organisation
    assert (case.request.level, bool(case.product), company) == (level, kind, COMPANY if on_file else None)
    with world.store.unit() as unit:
        assert (unit.orders(), unit.forms(COLLEAGUE)) == ([], [])


@pytest.mark.parametrize(("call", "error"), [
    (lambda world: probe(world, by=OUTSIDER), NotAllowed), (lambda world: probe(world, by=GUEST), NotAMember),
    (lambda world: probe(world, channel="C2"), NoProject), (lambda world: probe(world, "*.co.uk"), BadInput),
    (lambda world: probe(world, " ".join(f"a{n}.com" for n in range(MOST + 1))), BadInput),
    (lambda world: [probe(world) for _ in range(MOST + 1)], BadInput),
])  # fmt: skip
def test_who_may_not_and_what_cannot_be_looked_at(
    world: World, call: Callable[[World], object], error: type[DeskError]
) -> None:
    with pytest.raises(error):
        call(world)
