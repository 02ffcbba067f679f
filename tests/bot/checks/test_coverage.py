from typing import Any

from bot.checks.coverage import Coverage
from bot.domain.request import Product, Purpose
from bot.ports import Case
from tests.bot.checks.cases import EV, PRODUCT, case, judged, product, table

STAR_KIND, LONG_CHECK = product(wildcard=True), product(level=EV)
CUSTOMERS = {"purpose": Purpose.CUSTOMERS}


def of(names: str, hosts: str = "", kind: Product | None = PRODUCT, **changes: Any) -> Case:
    """An order for these names, of a project with these hosts."""
    return case(kind, {"wanted_hosts": tuple(hosts.split())}, names=tuple(names.split()), **changes)


@table({
    "": [
        of("a.com b.com", "a.com"), of("a.com"), of("a.com", "A.COM"), of("a.com b.com c.com d.com e.com"),
        of("*.a.com a.com", "a.com x.a.com", STAR_KIND), of("*.x.a.com *.a.com a.com", "b.x.a.com", STAR_KIND),
        of("a.com", "", LONG_CHECK, level=EV, **CUSTOMERS),
    ],
    "NAME-10 stop": [
        of("a.com", "b.com"), of("*.a.com", "a.com", STAR_KIND), of("*.a.com a.com", "x.y.a.com", STAR_KIND),
    ],
    "NAME-10 warn": [of("*.a.com", "x.a.com", STAR_KIND)],
    "NAME-6 stop": [of("*.a.com a.com", "", LONG_CHECK, level=EV)],
    "COVER-1 stop": [of("*.a.com a.com"), of("a.com", "", STAR_KIND), of("a.com *.a.com", "", STAR_KIND)],
    "COVER-2 stop": [of("a.com b.com c.com d.com e.com f.com")],
    "COVER-3 warn": [of("*.a.com a.com", "", STAR_KIND, **CUSTOMERS)],
})  # fmt: skip
def test_what_the_names_cover(said: str, given: Case) -> None:
    assert judged(Coverage(), given) == said


def test_each_missing_host_is_named_once() -> None:
    assert [finding.subject for finding in Coverage().look(of("a.com", "b.com c.com B.com"))] == ["b.com", "c.com"]
