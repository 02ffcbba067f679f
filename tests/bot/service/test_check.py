"""What the outside is asked for one order, in one place: only for the checks that want it, each failing on its own."""

from dataclasses import replace

import pytest

from bot.domain.errors import Lost
from bot.domain.findings import Verdict
from bot.service.check import run_checks
from bot.shown.found import Registration
from tests.builders import World, a_request, an_order
from tests.fakes import FakeLookups

ORDER = an_order(request=a_request("www.acme.com", "api.acme.com", "shop.b.org"))


@pytest.mark.parametrize(("only", "asked"), [
    ("names", []), ("registration", [("registration", "acme.com"), ("registration", "b.org")]),
])  # fmt: skip
def test_only_what_the_checks_want_is_asked_each_once(world: World, only: str, asked: list[tuple[str, str]]) -> None:
    run_checks(world.gear, replace(ORDER, csr=""), frozenset({only}))
    assert sorted(world.lookups.calls) == asked


class OneIsDown(FakeLookups):
    """One register is not there at all; the other answers."""

    def registration(self, name: str) -> Registration:
        if name == "acme.com":
            raise Lost(name)
        return Registration(name, registered=True)


def test_a_source_that_fails_leaves_the_others_alone(world: World) -> None:
    world.restart(lookups=OneIsDown())
    found = run_checks(world.gear, replace(ORDER, csr=""), frozenset({"registration"}))
    assert [(f.subject, f.verdict) for f in found] == [("acme.com", Verdict.UNKNOWN), ("b.org", Verdict.FINE)]
