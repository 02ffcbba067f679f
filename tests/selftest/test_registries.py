"""The stand-ins for registration data, DNS and served certificates, asked with the real client libraries."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dns.resolver
import pytest
import requests
from cryptography import x509

from tests.sandbox.registries import Registries

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAYS = (date(2011, 4, 5), date(2027, 4, 5))
STATUS = ("client hold", "auto renew period")


@pytest.fixture(scope="module")
def known() -> Iterator[Registries]:
    with Registries(NOW.timestamp) as registries:
        registries.add("acme.com", *DAYS, status=STATUS)
        yield registries


def get(registries: Registries, path: str) -> requests.Response:
    return requests.get(f"{registries.rdap.url}/{path}", timeout=5)


def test_a_thin_registry_leads_to_the_registrar(known: Registries) -> None:
    [[zones, [registry]]] = requests.get(known.rdap_bootstrap, timeout=5).json()["services"]
    thin = requests.get(f"{registry}domain/ACME.com", timeout=5).json()
    [further] = [link["href"] for link in thin["links"] if link["rel"] == "related"]
    full = requests.get(further, timeout=5).json()
    assert ("com" in zones, thin["ldhName"], full["ldhName"]) == (True, "ACME.COM", "acme.com")
    assert [len(found["entities"]) for found in (thin, full)] == [1, 2]  # the registrant is told by the registrar alone
    assert [each["eventDate"][:10] for each in full["events"][:2]] == [str(day) for day in DAYS]
    assert full["status"] == list(STATUS)


def test_what_is_not_registered_is_not_there_and_trouble_comes_once(known: Registries) -> None:
    known.rdap.faults.arm("registry/acme.com", "503")
    asked = ("shop.acme.com", "other.com", "acme.com", "acme.com")
    answers = [get(known, f"registry/domain/{name}") for name in asked]
    assert [answer.status_code for answer in answers] == [404, 404, 503, 200]
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/rdap+json"}
    for name, status in (("shop.acme.com", "active"), ("acme.com", "clientHold")):
        with pytest.raises(ValueError, match="not registrable"):
            known.add(name, *DAYS, status=(status,))


def ask(registries: Registries, name: str, kind: str) -> list[str]:
    resolver = dns.resolver.Resolver(configure=False)
    host, port = registries.dns_server.split(":")
    resolver.nameservers, resolver.port, resolver.lifetime = [host], int(port), 5
    return [record.to_text() for record in resolver.resolve(name, kind)]


def test_names_are_answered_as_their_zones_say(known: Registries) -> None:
    rows = (("MX", "10 mail.acme.com."), ("CAA", '0 issue "digicert.com"'), ("TXT", f'"{"x" * 200}" ' * 3))
    for kind, value in rows:
        known.dns.set("acme.com", kind, value)
        assert ask(known, "Acme.com", kind) == [value.strip()]
    assert [entry.body for entry in known.dns.recorder.find("TXT")] == ["udp", "tcp"]
    known.dns.set("www.acme.com", "CNAME", "acme.com.")
    assert ask(known, "www.acme.com", "A") == ask(known, "any.host.acme.com", "A") == ["127.0.0.1"]
    assert ask(known, "www.acme.com", "CAA") == ['0 issue "digicert.com"']
    assert len(ask(known, "acme.com", "NS")) == 2
    with pytest.raises(dns.resolver.NoAnswer):
        ask(known, "shop.acme.com", "MX")
    with pytest.raises(dns.resolver.NXDOMAIN):
        ask(known, "nobody.net", "A")


def test_failures_last_until_mended_and_a_circle_is_one(known: Registries) -> None:
    known.dns.set("a.acme.com", "CNAME", "a.acme.com.")
    known.dns.fail("acme.com", "REFUSED")
    for name, words in (("acme.com", "REFUSED"), ("acme.com", "REFUSED"), ("a.acme.com", "SERVFAIL")):
        with pytest.raises(dns.resolver.NoNameservers, match=words):
            ask(known, name, "A")
    known.dns.fail("acme.com", "")
    assert ask(known, "acme.com", "A") == ["127.0.0.1"]


def shown(registries: Registries, host: str) -> x509.Certificate:
    context = ssl.create_default_context(cadata=registries.served.root_pem)
    with (
        socket.create_connection(("127.0.0.1", registries.https_port), 5) as connection,
        context.wrap_socket(connection, server_hostname=host) as tls,
    ):
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")


def test_each_host_shows_its_own_certificate(known: Registries) -> None:
    end = NOW + timedelta(days=90)
    parts = {"organisation": "Acme, Inc.", "city": "Chicago", "state": "Illinois", "country": "US"}
    known.served.serve("shop.acme.com", "acme.com", "shop.acme.com", not_after=end, **parts)
    served = shown(known, "shop.acme.com")
    assert served.not_valid_after_utc == end
    assert served.subject.rfc4514_string() == "O=Acme\\, Inc.,L=Chicago,ST=Illinois,C=US,CN=acme.com"
    known.served.serve("other.acme.com", "acme.com", not_after=end)
    for host, words in (("other.acme.com", "Hostname mismatch"), ("never.acme.com", "UNRECOGNIZED_NAME")):
        with pytest.raises(ssl.SSLError, match=words):
            shown(known, host)
    assert known.served.recorder.entries[-1].path == "never.acme.com"
