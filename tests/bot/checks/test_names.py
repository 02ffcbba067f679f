import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.names import MOST, Names, normalise
from bot.domain.findings import Verdict
from tests.bot.checks.cases import STOP, WARN, case, judged

LONG_NAME = ".".join(["a" * 60] * 4) + ".example-shop.com"  # 260
LONG_LABEL = "a" * 64 + ".com"
LONG_FIRST = "a" * 60 + ".acme.com"

CLEAN = [  # what is typed, what is meant
    *((name, [name]) for name in (
        "www.acme.com", "acme.co.uk", "*.acme.co.uk", "shop.github.io", "xn--bcher-kva.de", "xn--e1afmkfd.xn--p1ai",
        "a" * 63 + ".com",
    )),
    ("WWW.Acme.COM", ["www.acme.com"]),
    ("a.com b.com", ["a.com", "b.com"]),
    ("a.com,b.com;c.com\nd.com\r\ne.com\tf.com", [f"{letter}.com" for letter in "abcdef"]),
    ("a.com, a.com,\nA.COM", ["a.com"]),
    ("  a.com  ", ["a.com"]),
    ("*.acme.com acme.com", ["*.acme.com", "acme.com"]),
    ("3com.com 1-2-3.de", ["3com.com", "1-2-3.de"]),
    ("", []),
    (" ,;\n", []),
]  # fmt: skip
TAKEN = [  # what is typed, what is taken from it, with which notes
    ("https://acme.com", "acme.com", {"NAME-1"}),
    ("HTTP://Acme.com/Shop?x=1#y", "acme.com", {"NAME-1"}),
    ("https://acme.com:8443/", "acme.com", {"NAME-1"}),
    ("https://somebody:word@acme.com/", "acme.com", {"NAME-1"}),
    ("acme.com/path/more", "acme.com", {"NAME-1"}),
    ("acme.com:443", "acme.com", {"NAME-1"}),
    ("acme.com.", "acme.com", {"NAME-1"}),
    ("<https://acme.com|acme.com>", "acme.com", {"NAME-1"}),
    ('"acme.com"', "acme.com", set()),
    ("bücher.de", "xn--bcher-kva.de", {"NAME-8"}),
    ("*.bücher.de", "*.xn--bcher-kva.de", {"NAME-8"}),
    ("straße.de", "xn--strae-oqa.de", {"NAME-8"}),
    ("https://пример.рф/", "xn--e1afmkfd.xn--p1ai", {"NAME-1", "NAME-8"}),
    ("acme。com", "acme.com", set()),
    ("acme\u200b.com", "acme.com", set()),
]
REFUSED = {  # the rule that is broken, what is typed
    "NAME-1": "8.8.8.8 https://9.9.9.9/ 2606:4700::1111 ada@acme.com".split(),
    "NAME-2": """com localhost server.local db.internal shop.corp x.test hidden.onion printer.home.arpa 10.0.0.1
        127.0.0.1 192.168.1.1:8080 ::1 [fe80::1] *.local 1.2.3""".split(),
    "NAME-3": [LONG_LABEL, *"""a_b.acme.com _dmarc.acme.com -acme.com acme-.com ac!me.com a..acme.com .acme.com
        acme.com.. ☃.net ab--cd.com xn--.com xn--zzzz.com""".split()],
    "NAME-4": "a.*.acme.com *.*.acme.com * *. w*.acme.com *acme.com acme.*".split(),
    "NAME-5": "*.com *.co.uk co.uk *.xn--p1ai".split(),
    "NAME-7": "4.3.2.1.in-addr.arpa in-addr.arpa 1.0.ip6.arpa".split(),
    "NAME-9": [LONG_NAME, "ü" * 300 + ".de"],
}  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), CLEAN)
def test_good_names_are_taken_without_a_word(typed: str, meant: list[str]) -> None:
    assert normalise(typed) == (tuple(meant), [])


@pytest.mark.parametrize(("typed", "meant", "notes"), TAKEN)
def test_what_does_not_belong_to_a_name_is_taken_away_and_said(typed: str, meant: str, notes: set[str]) -> None:
    names, found = normalise(typed)
    assert names == (meant,)
    assert {(finding.rule, finding.verdict) for finding in found} == {(rule, WARN) for rule in notes}


def test_a_login_in_a_link_is_not_repeated() -> None:
    _, found = normalise("https://ada:word@acme.com/")
    assert "word" not in repr(found)


@pytest.mark.parametrize(("rule", "typed"), [(rule, text) for rule, texts in REFUSED.items() for text in texts])
def test_a_name_that_cannot_be_certified_is_refused(rule: str, typed: str) -> None:
    names, found = normalise(f"good.com {typed}")
    assert names == ("good.com",)
    assert [(finding.rule, finding.verdict) for finding in found] == [(rule, STOP)]


def test_a_hundred_names_are_taken_and_one_more_is_not() -> None:
    hundred = "\n".join(f"host{number}.acme.com" for number in range(MOST))
    assert len(normalise(hundred)[0]) == MOST
    names, found = normalise(f"{hundred}\nacme.com")
    assert names == ()
    assert [(finding.rule, finding.verdict) for finding in found] == [("NAME-1", STOP)]


STORED = [  # names of an order, what the check says
    (("www.acme.com", "acme.com"), set()),
    (("*.acme.com",), set()),
    ((), {("NAME-1", STOP)}),
    (("acme.com", "acme.com"), {("NAME-1", WARN)}),
    (("Acme.com",), {("NAME-8", STOP)}),
    (("bücher.de",), {("NAME-8", STOP)}),
    (("acme.com.",), {("NAME-3", STOP)}),
    (("https://acme.com",), {("NAME-3", STOP)}),
    (("*.com", "a_b.com"), {("NAME-5", STOP), ("NAME-3", STOP)}),
    ((LONG_FIRST,), {("NAME-9", WARN)}),
    (("acme.com", LONG_FIRST), set()),
    ((LONG_NAME,), {("NAME-9", STOP)}),
]


@pytest.mark.parametrize(("names", "said"), STORED)
def test_an_order_holds_names_as_they_are_certified(names: tuple[str, ...], said: set[tuple[str, Verdict]]) -> None:
    assert judged(Names(), case(names=names)) == said


typed_text = st.text(alphabet=string.ascii_letters + string.digits + ".-_*:/@ \n,;[]<>|äßЖ。☃", max_size=60)


@given(st.one_of(typed_text, st.text(max_size=40), st.from_regex(r"(\*\.)?[a-zA-Zäöü]{1,9}\.(com|CO\.UK|de)\.?")))
def test_reading_names_twice_changes_nothing(text: str) -> None:
    names, _ = normalise(text)
    assert normalise("\n".join(names)) == (names, [])


@given(st.text(max_size=60))
def test_whatever_is_typed_every_name_is_one_an_order_may_hold(text: str) -> None:
    names, _ = normalise(text)
    assert all(re.fullmatch(r"(\*\.)?([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}", name) for name in names)
    assert not names or {verdict for _, verdict in judged(Names(), case(names=names))} <= {WARN}
