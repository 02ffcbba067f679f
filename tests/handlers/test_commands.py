"""What each word of `/cert` asks of the desk, and what is answered."""

from itertools import product

import pytest

from bot.domain.errors import BadInput
from tests.fakes import CHANNEL
from tests.handlers.desk import ORDER, facts_of
from tests.handlers.surface import Surface, view_of


@pytest.mark.parametrize("text", ["", "help", "HELP"])
def test_cert_alone_explains_itself(surface: Surface, text: str) -> None:
    said = surface.cert(text)
    assert "/cert new" in said.text
    assert surface.desk.asked == []


FOUND = ("see.find", {"text": "acme.com", "channel": CHANNEL})
WORDS: list[tuple[str, str, dict[str, str]]] = [
    *((word, "fill.open_form", {"channel": CHANNEL, "names": names}) for word, names in (
        ("new", ""), ("New  www.acme.com, *.acme.com", "www.acme.com\n*.acme.com"), ("new a&amp;b.com", "a&b.com"))),
    ("project", "projects.shown", {"channel": CHANNEL}),
    ("list", "see.open_orders", {"channel": CHANNEL}),
    ("show acme.com", *FOUND),
    ("Acme.com", *FOUND),
    *((f"{word} {ORDER}", verb, {"order_id": ORDER}) for word, verb in (
        ("show", "see.order"), ("check", "ask.check_again"), ("cancel", "ask.cancel"), ("history", "see.history"))),
    (f"renew {ORDER}", "fill.open_form", {"channel": "", "names": "", "renews": ORDER}),
    ("pause", "buy.pause", {}),
    ("resume", "buy.resume", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verb", "arguments"), WORDS)
def test_each_word_calls_its_verb_for_the_one_who_typed(
    surface: Surface, text: str, verb: str, arguments: dict[str, str]
) -> None:
    said = surface.cert(text)
    surface.assert_asked(verb, **arguments)
    assert said.text or said.view
    assert {each.ephemeral_to for each in said.ephemerals} == ({surface.person.id} if said.text else set())


@pytest.mark.parametrize(("word", "found"), list(product(["show", "cancel", "renew", "history"], [0, 2])))
def test_nothing_is_done_unless_exactly_one_order_fits(surface: Surface, word: str, found: int) -> None:
    surface.desk.answers["see.find"] = [facts_of()] * found
    said = surface.cert(f"{word} acme.com")
    assert [each.verb for each in surface.desk.asked] == ["see.find"]
    assert ("2 orders" if found else "no order") in said.text


def test_addresses_are_looked_at_without_an_order(surface: Surface) -> None:
    opened = view_of(surface.cert("check www.acme.com *.acme.com"))
    assert "www.acme.com *.acme.com" in opened.plain
    surface.assert_asked("probe.begin", channel=CHANNEL, text="www.acme.com *.acme.com", view_id=opened.id)
    surface.desk.answers["probe.begin"] = BadInput({"names": "These are too many."})
    surface.cert("check acme.com")
    assert surface.person.view is not None
    assert "These are too many." in surface.person.view.plain


def test_an_address_without_an_order_is_offered_to_be_ordered(surface: Surface) -> None:
    surface.desk.answers["see.find"] = []
    said = surface.cert("new.acme.com")
    view_of(surface.person.click(said.ephemerals[0], "New certificate"))
    assert surface.desk.calls("fill.open_form")[0]["names"] == "new.acme.com"
