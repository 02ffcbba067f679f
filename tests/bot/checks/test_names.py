import re
import string

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from bot.checks.names import MOST, Names, normalise
from bot.domain.findings import Verdict
from tests.bot.checks.spoilt import case, judged, table

LONG_NAME = ".".join(["a" * 60] * 4) + ".example-shop.com"  # 260
LONG_LABEL = "a" * 64 + ".com"
LONG_FIRST = "a" * 60 + ".acme.com"

CLEAN = {  # what is meant, what is typed
    **{name: [name] for name in (
        "www.acme.com", "acme.co.uk", "*.acme.co.uk", "shop.github.io", "xn--bcher-kva.de", "xn--e1afmkfd.xn--p1ai",
        "a" * 63 + ".com", "*.acme.com acme.com", "3com.com 1-2-3.de",
    )},
    "www.acme.com": ["WWW.Acme.COM"], "a.com": ["a.com, a.com,\nA.COM", "  a.com  "], "": ["", " ,;\n"],
    "a.com b.com c.com d.com e.com f.com": ["a.com,b.com;c.com\nd.com\r\ne.com\tf.com"],
    "acme.com": ['"acme.com"', "acme。com", "acme\u200b.com"],
}  # fmt: skip
LINKS = """https://acme.com HTTP://Acme.com/Shop?x=1#y https://acme.com:8443/ https://somebody:word@acme.com/
    acme.com/path/more acme.com:443 acme.com. <https://acme.com|acme.com>"""


@table(CLEAN)
def test_good_names_are_taken_without_a_word(said: str, given: str) -> None:
    assert normalise(given) == (tuple(said.split()), [])


@pytest.mark.parametrize(("typed", "meant", "rules"), [
    *((link, "acme.com", ["NAME-1"]) for link in LINKS.split()), ("bücher.de", "xn--bcher-kva.de", ["NAME-8"]),
    ("*.bücher.de", "*.xn--bcher-kva.de", ["NAME-8"]), ("straße.de", "xn--strae-oqa.de", ["NAME-8"]),
    ("https://пример.рф/", "xn--e1afmkfd.xn--p1ai", ["NAME-1", "NAME-8"]),
])  # fmt: skip
def test_what_does_not_belong_to_a_name_is_taken_away_and_said(typed: str, meant: str, rules: list[str]) -> None:
    names, found = normalise(typed)
    assert (names, sorted((finding.rule, finding.verdict) for finding in found)) == (
        (meant,), [(rule, Verdict.WARN) for rule in rules],
    )  # fmt: skip
    assert "word" not in repr(found), "a login is not repeated"


@table({
    "NAME-1": "8.8.8.8 https://9.9.9.9/ 2606:4700::1111 ada@acme.com".split(),
    "NAME-2": """com localhost server.local db.internal shop.corp x.test hidden.onion printer.home.arpa 10.0.0.1
        127.0.0.1 192.168.1.1:8080 ::1 [fe80::1] *.local 1.2.3""".split(),
    "NAME-3": [LONG_LABEL, *"""a_b.acme.com _dmarc.acme.com -acme.com acme-.com ac!me.com a..acme.com .acme.com
        acme.com.. ☃.net ab--cd.com xn--.com xn--zzzz.com""".split()],
    "NAME-4": "a.*.acme.com *.*.acme.com * *. w*.acme.com *acme.com acme.*".split(),
    "NAME-5": "*.com *.co.uk co.uk *.xn--p1ai".split(),
    "NAME-7": "4.3.2.1.in-addr.arpa in-addr.arpa 1.0.ip6.arpa".split(),
    "NAME-9": [LONG_NAME, "ü" * 300 + ".de"],
})  # fmt: skip
def test_a_name_that_cannot_be_certified_is_refused(said: str, given: str) -> None:
    names, found = normalise(f"good.com {given}")
    assert names == ("good.com",)
    assert [(finding.rule, finding.verdict) for finding in found] == [(said, Verdict.STOP)]


def test_a_hundred_names_are_taken_and_one_more_is_not() -> None:
    hundred = "\n".join(f"host{number}.acme.com" for number in range(MOST))
    assert len(normalise(hundred)[0]) == MOST
    names, (found,) = normalise(f"{hundred}\nacme.com")
    assert (names, found.rule, found.verdict) == ((), "NAME-1", Verdict.STOP)


@table({
    "": [["www.acme.com", "acme.com"], ["*.acme.com"], ["acme.com", LONG_FIRST]],
    "NAME-1 stop": [[]], "NAME-1 warn": [["acme.com", "acme.com"]], "NAME-8 stop": [["Acme.com"], ["bücher.de"]],
    "NAME-3 stop": [["acme.com."], ["https://acme.com"]], "NAME-3 stop, NAME-5 stop": [["*.com", "a_b.com"]],
    "NAME-9 warn": [[LONG_FIRST]], "NAME-9 stop": [[LONG_NAME]],
})  # fmt: skip
def test_an_order_holds_names_as_they_are_certified(said: str, given: list[str]) -> None:
    assert judged(Names(), case(names=tuple(given))) == said


TYPED = st.text(alphabet=string.ascii_letters + string.digits + ".-_*:/@ \n,;[]<>|äßЖ。☃", max_size=60)


@whatever(st.one_of(TYPED, st.text(max_size=60), st.from_regex(r"(\*\.)?[a-zA-Zäöü]{1,9}\.(com|CO\.UK|de)\.?")))
def test_whatever_is_typed_every_name_is_one_an_order_may_hold_and_reading_it_again_changes_nothing(text: str) -> None:
    names, _ = normalise(text)
    assert normalise("\n".join(names)) == (names, [])
    assert all(re.fullmatch(r"(\*\.)?([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}", name) for name in names)
    assert not names or not re.search("stop|unknown|fine", judged(Names(), case(names=names)))
