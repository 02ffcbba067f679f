"""The DNS around a name, from a real name server with faults, and who runs it; zone and answers: test_dns.toml."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import Lost
from bot.lookups.dns import Dns, hosts, hosts_of
from bot.shown.found import Zone
from tests.bot.lookups.outside import Names, soon

KNOWN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    with closing(Names(KNOWN["zone"])) as known:
        yield known


@pytest.fixture
def dns(names: Names) -> Dns:
    names.broken.clear()
    return Dns([names.address])


def test_a_zone_is_where_a_soa_of_its_own_stands(dns: Dns) -> None:
    servers, issuers = ("ns1.domaincontrol.com", "ns2.domaincontrol.com"), tuple(KNOWN["issuers"]["acme.com"])
    acme = Zone("a.b.ACME.com.", "acme.com", servers, hosts_of(servers), mail=True, issuers=issuers)
    shop = Zone("*.shop.acme.com", "shop.acme.com", ("ns1.shop.acme.com",), acme.hosts)
    nobodys = ["nowhere.com", "www.nowhere.co.uk", "co.uk", "localhost", "", "acme.corp"]
    www = replace(acme, name="www.acme.com", alias="d1.cloudfront.net")
    for known in (acme, www, shop, *(Zone(name, "") for name in nobodys)):
        assert dns.zone(known.name, soon()) == known


@pytest.mark.parametrize(("name", "issuers"), KNOWN["issuers"].items())
def test_the_first_set_on_the_way_up_says_who_may_issue(dns: Dns, name: str, issuers: list[str]) -> None:
    assert dns.zone(name, soon()).issuers == tuple(issuers)


@pytest.mark.parametrize(("asked", "values"), KNOWN["values"].items())
def test_values_stand_under_exactly_this_name(dns: Dns, asked: str, values: list[str]) -> None:
    name, kind = asked.split()
    assert sorted(dns.values(name, kind, soon())) == values


@pytest.mark.parametrize("broken", ["a.bare.net CNAME", "bare.net SOA", "bare.net NS", "bare.net MX", "net CAA"])
def test_what_is_broken_is_not_taken_for_absent(dns: Dns, names: Names, broken: str) -> None:
    assert dns.zone("a.bare.net", soon()).zone == "bare.net"
    names.broken.add(broken)
    with pytest.raises(Lost):
        dns.zone("a.bare.net", soon())


@pytest.mark.parametrize(("name", "kind"), [("a" * 64, "TXT"), ("a..com", "A"), ("é" * 99, "A"), ("a.com", "AXFR")])
def test_what_cannot_be_asked_is_lost(dns: Dns, name: str, kind: str) -> None:
    with pytest.raises(Lost):
        dns.values(name, kind, soon())


@pytest.mark.parametrize(("servers", "companies"), KNOWN["companies"].items())
def test_companies_are_told_by_whole_ends_of_names(servers: str, companies: list[str]) -> None:
    assert [host.name for host in hosts_of(servers.split())] == companies


def test_the_table_of_companies_is_whole_and_plain() -> None:
    assert {host.dot for host in hosts().values()} == {"add", "omit", "unknown"}
    assert {host.apex for host in hosts().values()} == {"@", "blank", "full name", ""}
    assert {host.style for host in hosts().values()} <= {"either", "relative", "full"}
    words = " ".join(word for host in hosts().values() for word in (*host.quirks, *host.also, host.menu))
    assert re.findall(r"\b(CSR|DCV|SAN|CAA|RDAP|WHOIS|OV|DV|EV|TLS|NS|MX|unverified)\b", words) == []
