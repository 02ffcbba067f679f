"""The DNS around a name, from a real name server with faults, and who runs it; zone and answers: test_dns.toml."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.domain.errors import Lost
from bot.guard import Guard
from bot.lookups.dns import Dns, hosts, hosts_of
from bot.shown.found import Zone
from tests.bot.lookups.outside import LOOPBACK, Names, guard, soon

OWN = (53,)
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
    servers = ("ns1.domaincontrol.com", "ns2.domaincontrol.com")
    acme = Zone("a.b.ACME.com.", "acme.com", servers, hosts_of(servers))
    shop = Zone("*.shop.acme.com", "shop.acme.com", ("ns1.shop.acme.com",), acme.hosts)
    nobodys = ["nowhere.com", "www.nowhere.co.uk", "co.uk", "localhost", "", "acme.corp"]
    www = replace(acme, name="www.acme.com", alias="d1.cloudfront.net")
    for known in (acme, www, shop, *(Zone(name, "") for name in nobodys)):
        assert dns.zone(known.name, soon()) == known


@pytest.mark.parametrize(("name", "found"), KNOWN["caa"].items())
def test_the_first_set_on_the_way_up_counts(dns: Dns, name: str, found: list[str]) -> None:
    said = dns.name(name, guard(*OWN), soon())
    records = [f"{each.flags} {each.tag} {each.value}" for each in said.caa or ()]
    assert [said.caa_at, *sorted(records)] == found


@pytest.mark.parametrize(("zone", "states"), KNOWN["signed"].items())
def test_bogus_is_what_fails_only_while_it_is_checked(dns: Dns, names: Names, zone: str, states: list[str]) -> None:
    names.signed, names.bogus, seen = {"signed.org"}, {"bogus.org", "dnssec-failed.org"}, []
    for names.blind in (False, True):
        seen.append(dns.name(zone, guard(*OWN), soon()).signed)
    assert seen == states


def test_mail_goes_where_mx_says_or_to_the_address(dns: Dns) -> None:
    assert {domain: dns.takes_mail(domain, soon()) for domain in KNOWN["mail"]} == KNOWN["mail"]


def test_every_server_of_a_zone_is_asked_itself() -> None:
    long = " ".join(f'"{letter * 250}"' for letter in "abc")
    zone = "two.org. SOA a. b. 1 2 3 4 5\n" + "".join(f"two.org. NS ns{n}.two.org.\n" for n in (1, 2, 3, 4, 5))
    hosts = {"ns1.two.org": ["127.0.0.1"], "ns2.two.org": ["127.0.0.2"], "ns3.two.org": ["127.0.0.3"],
             "ns4.two.org": ["10.0.0.1"], "ns5.two.org": []}  # fmt: skip
    with ExitStack() as open_:
        first = open_.enter_context(closing(Names(f"{zone}_a.two.org. TXT {long}")))
        others = [open_.enter_context(closing(Names(zone, f"127.0.0.{n}", first.port))) for n in (2, 3)]
        others[1].lame = True
        own = Guard(lambda name, _: hosts[name], (ip_network("127.0.0.0/8"),), (first.port,))
        dns = Dns([first.address], one_port=True)
        placed = dns.placed("_a.two.org", "TXT", own, soon())
        said = dict(dns.name("two.org", own, soon(1)).servers)
    assert placed.servers == (
        ("ns1.two.org", (long.replace('"', "").replace(" ", ""),)),
        ("ns2.two.org", ()),
        *((f"ns{n}.two.org", None) for n in (3, 4, 5)),
    )
    assert said["ns1.two.org"] == said["ns2.two.org"] == tuple(f"two.org ns ns{n}.two.org" for n in (1, 2, 3, 4, 5))
    assert [said[f"ns{n}.two.org"] for n in (3, 4, 5)] == [None] * 3


@pytest.mark.parametrize(("asked", "found"), KNOWN["placed"].items())
def test_a_record_of_proof_is_looked_for_where_slips_end_up(names: Names, asked: str, found: list[object]) -> None:
    name, kind = asked.split()
    own = Guard(lambda *_: ["127.0.0.1"], LOOPBACK, (names.port,))
    placed = Dns([names.address], one_port=True).placed(name, kind, own, soon())
    assert [list(placed.servers[0][1] or ()), *map(" ".join, placed.elsewhere)] == found


@pytest.mark.parametrize(("asked", "values"), KNOWN["values"].items())
def test_values_stand_under_exactly_this_name(dns: Dns, asked: str, values: list[str]) -> None:
    name, kind = asked.split()
    assert sorted(dns.values(name, kind, soon())) == values


@pytest.mark.parametrize("broken", ["a.bare.net CNAME", "bare.net SOA", "bare.net NS"])
def test_what_is_broken_is_not_taken_for_absent(dns: Dns, names: Names, broken: str) -> None:
    assert dns.zone("a.bare.net", soon()).zone == "bare.net"
    names.broken |= {broken, "net CAA", "bare.net MX"}
    with pytest.raises(Lost):
        dns.zone("a.bare.net", soon())
    with pytest.raises(Lost):
        dns.takes_mail("bare.net", soon())
    said = dns.name("a.bare.net", guard(*OWN), soon())
    assert (said.caa, said.zone) == (None, "bare.net" if "CNAME" in broken else None)


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
