"""The outgoing guard: which addresses, ports and ways are open, and that nobody can keep it waiting or fill it up."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.domain.errors import Lost
from bot.guard import REDIRECTS, Guard, Nobody
from bot.lookups.dns import Dns
from tests.bot.authority import FAR_AWAY, LONG_AGO, root, text
from tests.bot.lookups.outside import LOOPBACK, Names, Web, shown_by, soon

CLOSED = """
0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1
240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808
64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 4000::1 fc00::1 fd00:ec2::254 fe80::1
fec0::1 ff02::1
""".split()
OPEN = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 193.0.0.1 2606:4700::1111 2a00::1".split()


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    known = Names(
        "web.test. 0 A 127.0.0.1\nnearby.test. 0 A 127.0.0.2\nboth.test. 0 A 127.0.0.1\nboth.test. 0 A 10.0.0.1"
    )
    yield known
    known.close()


@pytest.fixture
def webs() -> Iterator[tuple[Web, Web]]:
    """The one that may be reached, and its neighbour that may not."""
    both = Web(), Web("127.0.0.2")
    yield both
    for web in both:
        web.close()


def guard(names: Names, *webs: Web, roots: str = "") -> Guard:
    ports = {web.port for web in webs} or {80, 443}
    return Guard(Dns([names.address]).addresses, LOOPBACK, ports, *([roots] if roots else []))


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_the_public_internet_is_closed(address: str) -> None:
    answering = Guard(lambda *_: ["1.1.1.1", address])  # one such address closes the whole name
    literal = f"[{address}]" if ":" in address else address
    for look in (
        lambda: answering.addresses("name.test", 443, soon()),
        lambda: answering.addresses(address, 443, soon()),
        lambda: answering.get(f"http://{literal}/", soon(), 10),
    ):
        with pytest.raises(Lost, match="not on the public internet"):
            look()


@pytest.mark.parametrize("address", OPEN)
def test_the_public_internet_is_open(address: str) -> None:
    assert Guard(lambda *_: [address]).addresses("name.test", 443, soon()) == (address,)
    assert Guard(lambda *_: []).addresses(address, 80, soon()) == (address,)


@pytest.mark.parametrize("port", [0, 22, 25, 8080, 6379])
def test_only_listed_ports_are_open(port: int) -> None:
    with pytest.raises(Lost, match="port"):
        Guard(lambda *_: ["1.1.1.1"]).addresses("name.test", port, soon())


@pytest.mark.parametrize(
    "url",
    """ftp://web.test/ file:///etc/passwd //web.test/ http:///x http://me@web.test/ http://web.test:0/ http://web.test:99999/
    http://[/ http://wéb.test/ http://127.1/ http://0x7f000001/ http://2130706433/ http://127.0.0.1.:1/ http://[fe80::1%25lo]/
    http://nowhere.test/ http://web.test\\@nearby.test/ http://both.test/ http://web.test%00.x/""".split(),
)
def test_odd_addresses_lead_nowhere(names: Names, url: str) -> None:
    with pytest.raises(Lost):
        guard(names).get(url, soon(), 10)


def test_an_answer_comes_whole_or_not_at_all(names: Names, webs: tuple[Web, Web]) -> None:
    web, _ = webs
    web.say["/a?b=c"] = (429, {"Retry-After": "7"}, b"0123456789")
    answer = guard(names, web).get(f"http://web.test:{web.port}/a?b=c#d", soon(), 10)
    assert (answer.status, answer.body, answer.retry_after) == (429, b"0123456789", "7")
    with pytest.raises(Lost, match="more than 9 bytes"):
        guard(names, web).get(f"{web.url}/a?b=c", soon(), 9)


def test_a_name_is_asked_once_and_its_next_answer_changes_nothing(names: Names, webs: tuple[Web, Web]) -> None:
    web, neighbour = webs
    web.say["/"] = (200, {}, b"the one that was judged")
    names.turns["turning.test"] = ["127.0.0.1", "127.0.0.2"]
    looking = guard(names, web)
    assert looking.get(f"http://turning.test:{web.port}/", soon(), 99).body == b"the one that was judged"
    assert names.asked.count(("turning.test", "A")) == 1
    with pytest.raises(Lost, match="127.0.0.2"):
        looking.get(f"http://turning.test:{web.port}/", soon(), 99)
    assert neighbour.asked == []


def test_sent_on_five_times_is_followed_and_six_is_not(names: Names, webs: tuple[Web, Web]) -> None:
    web, _ = webs
    for step in range(REDIRECTS + 1):
        web.say[f"/{step}"] = (307, {"Location": f"/{step + 1}"}, b"")
    web.say[f"/{REDIRECTS + 1}"] = (200, {}, b"there")
    answer = guard(names, web).get(f"{web.url}/1", soon(), 10)
    assert (answer.body, answer.url) == (b"there", f"{web.url}/{REDIRECTS + 1}")
    with pytest.raises(Lost, match="more than 5"):
        guard(names, web).get(f"{web.url}/0", soon(), 10)


@pytest.mark.parametrize(
    "onward", ["http://nearby.test:{port}/", "http://127.0.0.2:{port}/", "http://127.0.0.1:22/", "file:///etc/passwd"]
)
def test_where_one_is_sent_on_to_is_judged_again(names: Names, webs: tuple[Web, Web], onward: str) -> None:
    web, neighbour = webs
    web.say["/"] = (302, {"Location": onward.format(port=neighbour.port)}, b"")
    with pytest.raises(Lost):
        guard(names, *webs).get(f"{web.url}/", soon(), 10)
    assert (web.asked, neighbour.asked) == (["/"], [])


BEGUN = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("first", [b"", BEGUN, BEGUN + b"A: ", BEGUN + b"\r\n", BEGUN + b"Content-Length: 900\r\n\r\n"])
def test_what_drips_is_cut(names: Names, webs: tuple[Web, Web], first: bytes) -> None:
    webs[0].say["/"], started = webs[0].drip(first), time.monotonic()
    with pytest.raises(Lost):
        guard(names, webs[0]).get(f"{webs[0].url}/", soon(0.3), 1000)
    assert time.monotonic() - started < 2


def test_tls_is_verified_against_the_name_that_was_meant(names: Names, webs: tuple[Web, Web], tmp_path: Path) -> None:
    plain, key, authority = webs[0], ec.generate_private_key(ec.SECP256R1()), root("Root")
    leaf = authority.leaf(key.public_key(), ("web.test",), begins=LONG_AGO, ends=FAR_AWAY)
    (tmp_path / "roots.pem").write_text(text(authority.certificate))
    secure = Web(context=shown_by(leaf, key, tmp_path))
    secure.say |= {"/": (200, {}, b"yes"), "/down": (301, {"Location": f"{plain.url}/"}, b"")}
    trusting = guard(names, secure, plain, roots=str(tmp_path / "roots.pem"))
    try:
        assert trusting.get(f"https://web.test:{secure.port}/", soon(), 10).body == b"yes"
        with pytest.raises(Lost, match="without TLS"):
            trusting.get(f"https://web.test:{secure.port}/down", soon(), 10)
        for wrong, host in ((trusting, "127.0.0.1"), (guard(names, secure), "web.test")):
            with pytest.raises(Nobody, match="verify failed"):
                wrong.get(f"https://{host}:{secure.port}/", soon(), 10)
        with trusting.tls("127.0.0.1", secure.port, soon(), verify=False) as connection:
            shown = connection.getpeercert(binary_form=True) or b""
        assert ssl.DER_cert_to_PEM_cert(shown) == text(leaf)
    finally:
        secure.close()
    assert plain.asked == []
