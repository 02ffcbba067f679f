"""The outgoing guard: which addresses, ports and ways are open, and that nobody can keep it waiting or fill it up."""

import ssl
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.domain.errors import Lost
from bot.guard import REDIRECTS, Guard, Nobody
from tests.bot.authority import FAR_AWAY, LONG_AGO, root, text
from tests.bot.lookups.outside import Web, guard, shown_by, soon

TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@pytest.fixture
def web() -> Iterator[Web]:
    with closing(Web()) as known:
        yield known


@pytest.fixture
def neighbour() -> Iterator[Web]:
    """One that may not be reached."""
    with closing(Web("127.0.0.2")) as known:
        yield known


@pytest.mark.parametrize("address", TABLE["closed"])
def test_what_is_not_the_public_internet_is_closed(address: str) -> None:
    answering = Guard(lambda *_: ["1.1.1.1", address])  # one such address closes the whole name
    for host in ("name.test", f"[{address}]" if ":" in address else address):
        with pytest.raises(Lost, match="not on the public internet"):
            answering.get(f"http://{host}/", soon(), 10)


@pytest.mark.parametrize("address", TABLE["open"])
def test_the_public_internet_is_open(address: str) -> None:
    assert Guard(lambda *_: [address]).addresses("name.test", 443, soon()) == (address,)
    assert Guard(lambda *_: []).addresses(address, 80, soon()) == (address,)


@pytest.mark.parametrize(("why", "url"), [(why, url) for why, urls in TABLE["nowhere"].items() for url in urls])
def test_odd_addresses_lead_nowhere(why: str, url: str) -> None:
    with pytest.raises(Lost, match=why):
        guard().get(url, soon(), 10)


def test_an_answer_comes_whole_or_not_at_all(web: Web) -> None:
    web.say["/a?b=c"] = (429, {"Retry-After": "7"}, b"0123456789")
    answer = guard(web.port).get(f"http://web.test:{web.port}/a?b=c#d", soon(), 10)
    assert (answer.status, answer.body, answer.retry_after) == (429, b"0123456789", "7")
    with pytest.raises(Lost, match="more than 9 bytes"):
        guard(web.port).get(f"{web.url}/a?b=c", soon(), 9)


def test_a_name_is_asked_once_and_its_next_answer_changes_nothing(web: Web, neighbour: Web) -> None:
    web.say["/"], turns = (200, {}, b"the one that was judged"), iter([["127.0.0.1"], ["127.0.0.2"]])
    turning = replace(guard(web.port), resolve=lambda *_: next(turns))
    assert turning.get(f"http://turning.test:{web.port}/", soon(), 99).body == b"the one that was judged"
    with pytest.raises(Lost, match="127.0.0.2"):
        turning.get(f"http://turning.test:{web.port}/", soon(), 99)
    assert neighbour.asked == []


def test_sent_on_five_times_is_followed_and_six_is_not(web: Web) -> None:
    for step in range(REDIRECTS + 1):
        web.say[f"/{step}"] = (307, {"Location": f"/{step + 1}"}, b"")
    web.say[f"/{REDIRECTS + 1}"] = (200, {}, b"there")
    answer = guard(web.port).get(f"{web.url}/1", soon(), 10)
    assert (answer.body, answer.url) == (b"there", f"{web.url}/{REDIRECTS + 1}")
    with pytest.raises(Lost, match="more than 5"):
        guard(web.port).get(f"{web.url}/0", soon(), 10)


@pytest.mark.parametrize(
    "onward", ["http://nearby.test:{0}/", "http://127.0.0.2:{0}/", "http://127.0.0.1:22/", "file:/x"]
)
def test_where_one_is_sent_on_to_is_judged_again(web: Web, neighbour: Web, onward: str) -> None:
    web.say["/"] = (302, {"Location": onward.format(neighbour.port)}, b"")
    with pytest.raises(Lost, match="public internet|port|no web address"):
        guard(web.port, neighbour.port).get(f"{web.url}/", soon(), 10)
    assert (web.asked, neighbour.asked) == (["/"], [])


BEGUN = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("first", [b"", BEGUN, BEGUN + b"A: ", BEGUN + b"\r\n", BEGUN + b"Content-Length: 900\r\n\r\n"])
def test_what_drips_is_cut(web: Web, first: bytes) -> None:
    web.say["/"], started = web.drip(first), time.monotonic()
    with pytest.raises(Lost):
        guard(web.port).get(f"{web.url}/", soon(0.3), 1000)
    assert time.monotonic() - started < 2


def test_tls_is_verified_against_the_name_that_was_meant(web: Web, tmp_path: Path) -> None:
    key, authority, roots = ec.generate_private_key(ec.SECP256R1()), root("Root"), tmp_path / "roots.pem"
    leaf = authority.leaf(key.public_key(), ("web.test",), begins=LONG_AGO, ends=FAR_AWAY)
    roots.write_text(text(authority.certificate))
    with closing(Web(context=shown_by(leaf, key, tmp_path))) as secure:
        secure.say |= {"/": (200, {}, b"yes"), "/down": (301, {"Location": f"{web.url}/"}, b"")}
        trusting, url = guard(secure.port, web.port, roots=str(roots)), f"https://web.test:{secure.port}"
        assert trusting.get(f"{url}/", soon(), 10).body == b"yes"
        with pytest.raises(Lost, match="without TLS"):
            trusting.get(f"{url}/down", soon(), 10)
        for wrong, where in ((trusting, secure.url), (guard(secure.port), url)):
            with pytest.raises(Nobody, match="verify failed"):
                wrong.get(f"{where}/", soon(), 10)
        with trusting.tls("127.0.0.1", secure.port, soon(), verify=False) as connection:
            assert ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"") == text(leaf)
    assert web.asked == []
