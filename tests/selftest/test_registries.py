"""The stand-ins for registration data, DNS and served certificates, asked with the real client libraries."""

import importlib
import itertools
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import dns.resolver
import pytest
import requests
from cryptography import x509

from tests.sandbox.registries import Registries

whoisit: Any = importlib.import_module("whoisit")  # it ships no types
DAYS = (date(2011, 4, 5), date(2027, 4, 5))


@pytest.fixture(scope="module")
def running() -> Iterator[Registries]:
    with Registries() as registries:
        yield registries


@pytest.fixture
def known(running: Registries) -> Registries:
    running.add("acme.com", *DAYS, organisation="Acme, Inc.", status=("client hold", "auto renew period"))
    running.add("acme.org", *DAYS, organisation="Acme, Inc.", redacted=True)
    return running


def get(registries: Registries, path: str, **more: Any) -> requests.Response:
    return requests.get(f"{registries.rdap.url}/{path}", timeout=5, **more)


def look_up(registries: Registries, name: str) -> dict[str, Any]:
    whoisit.clear_bootstrapping()
    files = {
        name: get(registries, f"rdap/{name}.json").json() for name in ("dns", "asn", "ipv4", "ipv6", "object-tags")
    }
    files["object"] = files.pop("object-tags")
    whoisit.load_bootstrap_data(json.dumps({"timestamp": 1, **files}), allow_insecure=True)
    return dict(whoisit.domain(name, include_raw=True))


def test_a_thin_registry_leads_to_the_registrar(known: Registries) -> None:
    found = look_up(known, "acme.com")
    assert (found["registration_date"].date(), found["expiration_date"].date()) == DAYS
    assert found["entities"]["registrant"][0]["name"] == "Acme, Inc."
    assert set(found["status"]) == {"client hold", "auto renew period"}
    asked = [entry.path for entry in known.rdap.recorder.entries if "/domain/" in entry.path]
    assert asked[-2:] == ["/registry/domain/acme.com", "/registrar/domain/acme.com"]
    assert "registrant" not in get(known, "registry/domain/ACME.com").text


def test_a_redacted_registrant_has_a_country_left(known: Registries) -> None:
    found = look_up(known, "acme.org")
    assert "Acme" not in json.dumps(found, default=str)
    card = found["raw"]["entities"][1]["vcardArray"][1]
    assert [part[1]["cc"] for part in card if part[0] == "adr"] == ["US"]
    assert {each["method"] for each in found["raw"]["redacted"]} == {"emptyValue", "removal"}


@pytest.mark.parametrize(("name", "status"), [("shop.acme.com", 404), ("other.com", 404), ("-a.com", 400)])
def test_what_is_not_registered_is_not_there(known: Registries, name: str, status: int) -> None:
    answer = get(known, f"registry/domain/{name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/rdap+json")


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("rate_limited", lambda answer: answer.status_code == 429 and answer.headers["Retry-After"] == "2"),
        ("status", lambda answer: answer.status_code == 500),
        ("redirect", lambda answer: answer.headers["Location"].startswith("http://169.254.169.254/")),
        ("related", lambda answer: answer.json()["links"][0]["href"].startswith("http://10.")),
        ("huge", lambda answer: len(answer.content) > 10_000_000 and "ldhName" in answer.json()),
        ("wrong_types", lambda answer: isinstance(answer.json()["events"], dict)),
        ("no_events", lambda answer: "events" not in answer.json()),
        ("not_json", lambda answer: answer.text.startswith("<")),
    ],
)
def test_trouble_comes_once(known: Registries, kind: str, seen: Callable[[Any], bool]) -> None:
    known.rdap.arm("registry/acme.com", kind)
    assert seen(get(known, "registry/domain/acme.com", allow_redirects=False))
    assert get(known, "registry/domain/acme.com").json()["ldhName"] == "ACME.COM"


def test_some_answers_never_end(known: Registries) -> None:
    known.rdap.arm("acme.com", "hang")
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{known.rdap.url}/registrar/domain/acme.com", timeout=0.2)
    known.rdap.release()
    known.rdap.arm("acme.com", "endless")
    with get(known, "registry/domain/acme.com", stream=True) as answer:
        assert sum(map(len, itertools.islice(answer.iter_content(65_536), 200))) > 10_000_000
    known.rdap.arm("acme.com", "loop")
    with pytest.raises(requests.TooManyRedirects):
        get(known, "registry/domain/acme.com")


def ask(registries: Registries, name: str, kind: str, lifetime: float = 5) -> list[str]:
    resolver = dns.resolver.Resolver(configure=False)
    host, port = registries.dns_server.split(":")
    resolver.nameservers, resolver.port, resolver.lifetime = [host], int(port), lifetime
    return [record.to_text() for record in resolver.resolve(name, kind)]


def test_names_are_answered_as_their_zones_say(known: Registries) -> None:
    rows = (("MX", "10 mail.acme.com."), ("CAA", '0 issue "digicert.com"'), ("TXT", '"v=spf1 -all"'), ("AAAA", "::1"))
    for kind, value in rows:
        known.dns.set("acme.com", kind, value)
        assert ask(known, "Acme.com", kind) == [value]
    known.dns.set("www.acme.com", "CNAME", "acme.com.")
    assert ask(known, "www.acme.com", "A") == ask(known, "any.host.acme.com", "A") == ["127.0.0.1"]
    assert ask(known, "www.acme.com", "CAA") == ['0 issue "digicert.com"']
    assert len(ask(known, "acme.com", "NS")) == 2
    with pytest.raises(dns.resolver.NoAnswer):
        ask(known, "shop.acme.com", "MX")
    with pytest.raises(dns.resolver.NXDOMAIN):
        ask(known, "nobody.net", "A")


def test_failures_last_until_mended(known: Registries) -> None:
    for how, words in (("SERVFAIL", "SERVFAIL"), ("REFUSED", "REFUSED"), ("silence", "expired")):
        known.dns.fail("acme.com", how, "NS")
        with pytest.raises((dns.resolver.NoNameservers, dns.resolver.LifetimeTimeout), match=words):
            ask(known, "acme.com", "NS", 0.3)
        assert known.dns.recorder.find("NS")[-1].path == "acme.com"
        assert ask(known, "acme.com", "A") == ["127.0.0.1"]
    known.dns.fail("acme.com", "", "NS")
    assert ask(known, "acme.com", "NS")
    known.dns.set("a.acme.com", "CNAME", "b.acme.com.")
    known.dns.set("b.acme.com", "CNAME", "a.acme.com.")
    with pytest.raises(dns.resolver.NoNameservers, match="SERVFAIL"):
        ask(known, "a.acme.com", "A")


def shown(registries: Registries, host: str, timeout: float = 5) -> x509.Certificate:
    context = ssl.create_default_context(cadata=registries.served.root_pem)
    with (
        socket.create_connection(("127.0.0.1", registries.https_port), timeout) as connection,
        context.wrap_socket(connection, server_hostname=host) as tls,
    ):
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")


def test_each_host_shows_its_own_certificate(running: Registries) -> None:
    end = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    parts = {"organisation": "Acme, Inc.", "city": "Chicago", "state": "Illinois", "country": "US"}
    served = running.served.serve("shop.acme.com", "acme.com", "shop.acme.com", not_after=end, **parts)
    assert shown(running, "shop.acme.com") == served
    assert served.not_valid_after_utc == end
    assert served.subject.rfc4514_string() == "O=Acme\\, Inc.,L=Chicago,ST=Illinois,C=US,CN=acme.com"


@pytest.mark.parametrize(
    ("how", "names", "error", "words"),
    [
        ({"not_after": datetime(2026, 1, 1, tzinfo=UTC)}, (), ssl.SSLCertVerificationError, "expired"),
        ({"trouble": "self_signed"}, (), ssl.SSLCertVerificationError, "self-signed"),
        ({}, ("other.com",), ssl.SSLCertVerificationError, "Hostname mismatch"),
        ({"trouble": "close"}, (), OSError, "EOF|reset"),
        ({"trouble": "hang"}, (), TimeoutError, "timed out"),
        (None, (), ssl.SSLError, "UNRECOGNIZED_NAME"),
    ],
)
def test_trouble_is_shown_for_one_host(
    running: Registries, how: dict[str, Any] | None, names: tuple[str, ...], error: type[Exception], words: str
) -> None:
    host = f"bad{abs(hash(words))}.com"
    if how is not None:
        running.served.serve(host, *names, **how)
    with pytest.raises(error, match=words):
        shown(running, host, 0.5)
    assert running.served.recorder.entries[-1].path == host
