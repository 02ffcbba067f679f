import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.coverage import Coverage
from bot.domain.findings import Verdict
from bot.domain.request import Level, Product, Purpose
from tests.bot.checks.cases import PRODUCT, STOP, WARN, case, judged, product

STAR_KIND = product(wildcard=True)
EV_KIND = product(level=Level.EV)
OV, EV, PUBLIC, CUSTOMERS = Level.OV, Level.EV, Purpose.PUBLIC, Purpose.CUSTOMERS

Row = tuple[str, str, str, Level, Purpose, Product, set[tuple[str, Verdict]]]
TABLE: list[Row] = [
    ("by name", "a.com b.com", "a.com", OV, PUBLIC, PRODUCT, set()),
    ("nothing wanted beyond", "a.com", "", OV, PUBLIC, PRODUCT, set()),
    ("a wanted host is missing", "a.com", "b.com", OV, PUBLIC, PRODUCT, {("NAME-10", STOP)}),
    ("wanted in capitals", "a.com", "A.COM", OV, PUBLIC, PRODUCT, set()),
    ("star and its domain", "*.a.com a.com", "a.com x.a.com", OV, PUBLIC, STAR_KIND, set()),
    ("star without its domain", "*.a.com", "x.a.com", OV, PUBLIC, STAR_KIND, {("NAME-10", WARN)}),
    ("domain wanted, star only", "*.a.com", "a.com", OV, PUBLIC, STAR_KIND, {("NAME-10", STOP)}),
    ("two levels below", "*.a.com a.com", "x.y.a.com", OV, PUBLIC, STAR_KIND, {("NAME-10", STOP)}),
    ("star of a star", "*.x.a.com *.a.com a.com", "b.x.a.com", OV, PUBLIC, STAR_KIND, set()),
    ("long check, star", "*.a.com a.com", "", EV, PUBLIC, EV_KIND, {("NAME-6", STOP)}),
    ("long check, by name", "a.com", "", EV, CUSTOMERS, EV_KIND, set()),
    ("star in a kind without", "*.a.com a.com", "", OV, PUBLIC, PRODUCT, {("COVER-1", STOP)}),
    ("kind for stars without one", "a.com", "", OV, PUBLIC, STAR_KIND, {("COVER-1", STOP)}),
    ("star not first", "a.com *.a.com", "", OV, PUBLIC, STAR_KIND, {("COVER-1", STOP)}),
    ("as many as it holds", "a.com b.com c.com d.com e.com", "", OV, PUBLIC, PRODUCT, set()),
    ("one more than it holds", "a.com b.com c.com d.com e.com f.com", "", OV, PUBLIC, PRODUCT, {("COVER-2", STOP)}),
    ("star where customers pay", "*.a.com a.com", "", OV, CUSTOMERS, STAR_KIND, {("COVER-3", WARN)}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "hosts", "level", "purpose", "kind", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_the_names_cover(
    names: str, hosts: str, level: Level, purpose: Purpose, kind: Product, said: set[tuple[str, Verdict]]
) -> None:
    around = {"wanted_hosts": tuple(hosts.split())}
    looked_at = case(kind, around, names=tuple(names.split()), level=level, purpose=purpose)
    assert judged(Coverage(), looked_at) == said


def test_each_missing_host_is_named_once() -> None:
    found = Coverage().look(case(names=("a.com",), around={"wanted_hosts": ("b.com", "c.com", "B.com")}))
    assert [finding.subject for finding in found] == ["b.com", "c.com"]


labels = st.sampled_from(["a", "b", "www", "com", "de"])
hosts = st.lists(labels, min_size=2, max_size=4).map(".".join)
patterns = st.one_of(hosts, hosts.map(lambda host: f"*.{host}"))


def good_for(pattern: str, host: str) -> bool:
    """RFC 9525 6.3 by shell patterns: the same number of labels, each matching its own."""
    theirs, ours = pattern.split("."), host.split(".")
    return len(theirs) == len(ours) and all(map(fnmatch.fnmatchcase, ours, theirs))


@given(st.lists(patterns, min_size=1, max_size=4, unique=True), hosts)
def test_a_star_stands_for_exactly_one_label(names: list[str], host: str) -> None:
    around = {"wanted_hosts": (host,)}
    found = Coverage().look(case(None, around, names=tuple(names)))
    refused = host in {finding.subject for finding in found if finding.verdict is Verdict.STOP}
    assert refused is not any(good_for(name, host) for name in names)
