"""What each word of `/cert` asks of the desk, and what is answered."""

import pytest

from bot.domain.errors import NoProject
from handlers.commands import SUBCOMMANDS
from tests.fakes import CHANNEL
from tests.handlers.desk import ORDER, facts_of
from tests.handlers.surface import Surface, view_of


@pytest.mark.parametrize("text", ["", "help", "HELP"])
def test_cert_alone_explains_itself(surface: Surface, text: str) -> None:
    said = surface.cert(text)
    assert "/cert new" in said.text
    assert surface.desk.asked == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("new", ""),
        ("new www.acme.com", "www.acme.com"),
        ("New  www.acme.com, *.acme.com", "www.acme.com\n*.acme.com"),
        ("new a&b.com", "a&b.com"),
        ("new a&amp;b.com", "a&b.com"),
    ],
)
def test_new_opens_the_form_with_the_addresses_one_a_line(surface: Surface, text: str, names: str) -> None:
    assert view_of(surface.cert(text)).callback_id == "new.names"
    surface.assert_asked("fill.open_form", channel=CHANNEL, names=names)


def test_project_opens_its_view_with_what_is_known(surface: Surface) -> None:
    opened = surface.cert("project")
    surface.assert_asked("projects.shown", channel=CHANNEL)
    assert view_of(opened).inputs["Client"].value == "Acme"


@pytest.mark.parametrize(
    ("text", "verb", "arguments"),
    [
        ("list", "see.open_orders", {"channel": CHANNEL}),
        ("show acme.com", "see.find", {"text": "acme.com", "channel": CHANNEL}),
        ("show acme.com", "see.order", {"order_id": ORDER}),
        ("check acme.com", "ask.check_again", {"order_id": ORDER}),
        (f"cancel {ORDER}", "ask.cancel", {"order_id": ORDER}),
        (f"renew {ORDER}", "fill.open_form", {"channel": "", "names": "", "renews": ORDER}),
        (f"history {ORDER}", "see.history", {"order_id": ORDER}),
        ("pause", "buy.pause", {}),
        ("resume", "buy.resume", {}),
        ("Acme.com", "see.find", {"text": "acme.com", "channel": CHANNEL}),
    ],
)
def test_each_word_calls_its_verb_for_the_one_who_typed(
    surface: Surface, text: str, verb: str, arguments: dict[str, str]
) -> None:
    said = surface.cert(text)
    surface.assert_asked(verb, **arguments)
    assert said.text or said.view
    assert {each.ephemeral_to for each in said.ephemerals} == ({surface.person.id} if said.text else set())


@pytest.mark.parametrize("word", ["show", "check", "cancel", "renew", "history"])
@pytest.mark.parametrize("found", [0, 2])
def test_nothing_is_done_unless_exactly_one_order_fits(surface: Surface, word: str, found: int) -> None:
    surface.desk.answers["see.find"] = [facts_of()] * found
    said = surface.cert(f"{word} acme.com")
    assert [each.verb for each in surface.desk.asked] == ["see.find"]
    assert ("2 orders" if found else "no order") in said.text


def test_an_address_without_an_order_is_offered_to_be_ordered(surface: Surface) -> None:
    surface.desk.answers["see.find"] = []
    said = surface.cert("new.acme.com")
    view_of(surface.person.click(said.ephemerals[0], "New certificate"))
    assert surface.desk.calls("fill.open_form")[0]["names"] == "new.acme.com"


def test_an_unknown_word_gets_the_nearest_and_help(surface: Surface) -> None:
    said = surface.cert("lists <!channel>")
    assert "/cert list" in said.text
    assert "/cert new" in said.text


def test_what_cannot_work_is_said_before_the_first_field(surface: Surface) -> None:
    surface.desk.answers["fill.open_form"] = NoProject(CHANNEL)
    said = surface.cert("new")
    assert said.view is None
    assert "/cert project" in said.text


def test_a_channel_without_the_bot_is_answered_all_the_same(surface: Surface) -> None:
    outside = surface.ws.add_channel(f"outside{surface.person.id}", [surface.person], private=True, bot=False)
    assert "/cert new" in surface.person.command(outside, "/cert").text


def test_every_word_answers(surface: Surface) -> None:
    for word in SUBCOMMANDS:
        said = surface.cert(f"{word} {ORDER}")
        assert said.acked, word
        assert said.text or said.view, word
