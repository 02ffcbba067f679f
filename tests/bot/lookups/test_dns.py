"""The DNS around a name, from a real name server with faults, and who runs it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

import pytest

from bot.domain.errors import Lost
from bot.lookups.dns import Dns, hosts, hosts_of
from bot.shown.found import Zone
from tests.bot.lookups.outside import Names, soon

ZONE = """
acme.com. SOA ns1.domaincontrol.com. dns.jomax.net. 1 2 3 4 5
acme.com. NS NS2.Domaincontrol.com.
acme.com. NS ns1.domaincontrol.com.
acme.com. MX 10 mx.acme.com.
acme.com. CAA 0 issue "digicert.com; accounturi=x"
acme.com. CAA 0 issue "letsencrypt.org"
acme.com. CAA 0 issueWild ";"
acme.com. CAA 128 iodef "mailto:it@acme.com"
www.acme.com. CNAME d1.cloudfront.net.
_one.acme.com. TXT "first half, " "second half"
_one.acme.com. TXT "another"
_two.acme.com. CNAME _x.validations.aws.
shop.acme.com. SOA ns1.shop.acme.com. dns.jomax.net. 1 2 3 4 5
shop.acme.com. NS ns1.shop.acme.com.
shop.acme.com. MX 0 .
shop.acme.com. CAA 0 iodef "mailto:it@acme.com"
only.acme.com. CAA 0 issuewild "sectigo.com"
strict.acme.com. CAA 128 future "x"
strict.acme.com. CAA 0 issue "digicert.com"
bare.net. SOA ns1.bare.net. x.bare.net. 1 2 3 4 5
cloudfront.net. SOA ns1.cloudfront.net. x.cloudfront.net. 1 2 3 4 5
d1.cloudfront.net. SOA ns1.cloudfront.net. x.cloudfront.net. 1 2 3 4 5
d1.cloudfront.net. A 192.0.2.1
d1.cloudfront.net. AAAA 2001:db8::1
co.uk. SOA ns1.nic.uk. x.nic.uk. 1 2 3 4 5
"""
ISSUERS = ("digicert.com; accounturi=x", "letsencrypt.org")
SERVERS = ("ns1.domaincontrol.com", "ns2.domaincontrol.com")


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    known = Names(ZONE)
    yield known
    known.close()


@pytest.fixture
def dns(names: Names) -> Dns:
    names.broken.clear()
    return Dns([names.address])


def test_a_zone_is_where_a_soa_of_its_own_stands(dns: Dns) -> None:
    acme = Zone("a.b.ACME.com.", "acme.com", SERVERS, hosts_of(SERVERS), mail=True, issuers=ISSUERS)
    shop = Zone("*.shop.acme.com", "shop.acme.com", ("ns1.shop.acme.com",), acme.hosts)
    for known in (acme, replace(acme, name="www.acme.com", alias="d1.cloudfront.net"), shop):
        assert dns.zone(known.name, soon()) == known


@pytest.mark.parametrize("name", ["nowhere.com", "www.nowhere.co.uk", "co.uk", "localhost", "", "acme.corp"])
def test_a_domain_that_nobody_registered_has_no_zone(dns: Dns, name: str) -> None:
    assert dns.zone(name, soon()) == Zone(name, "")


@pytest.mark.parametrize(
    ("name", "issuers"),
    [("acme.com", ISSUERS), ("*.acme.com", (";",)), ("d1.cloudfront.net", ()), ("shop.acme.com", ()),
     ("only.acme.com", ()), ("*.only.acme.com", ("sectigo.com",)), ("strict.acme.com", (";",))],
)  # fmt: skip
def test_the_first_set_on_the_way_up_says_who_may_issue(dns: Dns, name: str, issuers: tuple[str, ...]) -> None:
    assert dns.zone(name, soon()).issuers == issuers


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [("_one.acme.com", "TXT", {"first half, second half", "another"}), ("acme.com", "TXT", set()),
     ("_two.acme.com.", "CNAME", {"_x.validations.aws"}), ("_three.acme.com", "TXT", set()),
     ("nowhere.com", "CNAME", set()), ("www.acme.com", "AAAA", {"2001:db8::1"})],
)  # fmt: skip
def test_values_stand_under_exactly_this_name(dns: Dns, name: str, kind: str, values: set[str]) -> None:
    assert set(dns.values(name, kind, soon())) == values


@pytest.mark.parametrize("broken", ["a.bare.net CNAME", "bare.net SOA", "bare.net NS", "bare.net MX", "net CAA"])
def test_what_is_broken_is_not_taken_for_absent(dns: Dns, names: Names, broken: str) -> None:
    names.broken.add(broken)
    with pytest.raises(Lost):
        dns.zone("a.bare.net", soon())
    names.broken.clear()
    assert dns.zone("a.bare.net", soon()).zone == "bare.net"


@pytest.mark.parametrize(
    ("name", "kind"), [("a" * 64 + ".com", "TXT"), ("a..com", "A"), ("é" * 99, "A"), ("a.com", "AXFR")]
)
def test_what_cannot_be_asked_is_lost(dns: Dns, name: str, kind: str) -> None:
    with pytest.raises(Lost):
        dns.values(name, kind, soon())


@pytest.mark.parametrize(
    ("servers", "companies"),
    [
        ("ns31.domaincontrol.com ns32.domaincontrol.com", ["GoDaddy"]), ("domaincontrol.com", ["GoDaddy"]),
        ("notdomaincontrol.com domaincontrol.com.evil.test", []), ("ns-12.awsdns-34.co.uk", ["Amazon Route 53 (AWS)"]),
        ("xns-12.awsdns-34.com", []), ("awsdns-hostmaster.amazon.com", ["Amazon Route 53 (AWS)"]),
        ("dns1.p03.nsone.net", ["Netlify DNS"]), ("dns1.p03.nsone.net.", []),
        ("dns9.p03.nsone.net", ["IBM NS1 Connect"]),
        ("ana.ns.cloudflare.com ns1.example.net ns1.linode.com", ["Cloudflare", "Linode (Akamai Cloud)"]),
        ("ns1.bdm.microsoftonline.com", ["Microsoft 365 managed DNS"]), ("ns1.dns-parking.com", ["Hostinger"]),
        ("ns1.sedoparking.com", ["a parking service"]), ("", []),
    ],
)  # fmt: skip
def test_companies_are_told_by_whole_ends_of_names(servers: str, companies: list[str]) -> None:
    assert [host.name for host in hosts_of(servers.split())] == companies


def test_the_table_of_companies_is_whole() -> None:
    table, known = (
        tomllib.loads(files("bot.lookups").joinpath("hosts.toml").read_text(encoding="utf-8")),
        hosts().values(),
    )
    assert len(table) == 59
    assert {host.name for host in known} == {entry["name"] for entry in table.values()}
    assert {host.name for host in known if host.style != "either"} == {
        "Microsoft Azure DNS", "WordPress.com", "DNSimple", "Linode (Akamai Cloud)"
    }  # fmt: skip
    assert {(host.dot, host.apex) for host in known} <= {
        (dot, apex) for dot in ("add", "omit", "unknown") for apex in ("@", "blank", "full name", "")
    }
    words = " ".join(word for host in known for word in (*host.quirks, *host.also, host.menu))
    assert re.findall(r"\b(CSR|DCV|SAN|CAA|RDAP|WHOIS|OV|DV|EV|TLS|NS|MX|unverified)\b", words) == []
