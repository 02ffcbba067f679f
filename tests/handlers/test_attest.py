"""The dialog about a company's standing: the way to the register, its words, and what was said of them."""

import pytest

from bot.checks.standing import register_of
from bot.domain.errors import BadInput
from bot.domain.findings import Finding, Verdict
from bot.domain.order import Status
from bot.shown.standing import Asked, Register
from handlers.views import dialogs
from handlers.views.card import buttons
from tests.builders import COMPANY
from tests.handlers.desk import ORDER, an_order, facts_of
from tests.handlers.surface import Surface, view_of


@pytest.mark.parametrize(("register", "shown", "picks"), [
    (register_of(COMPANY), ("Illinois Secretary of State", "Acme LLC", "ACTIVE"), ["ACTIVE (not verified)", "NGS"]),
    (Register(), ("the company's register", "Acme LLC"), ["Something else"]),
])  # fmt: skip
def test_it_leads_to_the_register_and_offers_its_words(
    surface: Surface, register: Register, shown: tuple[str, ...], picks: list[str]
) -> None:
    surface.desk.answers["attest.asked"] = Asked(ORDER, "Acme LLC", register)
    opened = view_of(surface.click("standing.attest"))
    surface.assert_asked("attest.asked", order_id=ORDER)
    assert [word for word in shown if word not in opened.plain] == []
    drawn = dialogs.attest(Asked(ORDER, "Acme LLC", register))
    offered = [option["text"]["text"] for option in drawn["blocks"][1]["element"]["options"]]
    assert len(offered) == len(register.words) + 1
    assert all(any(each.startswith(pick) for each in offered) for pick in picks)
    assert (f"<{register.search}|{register.office}>" in str(drawn["blocks"][0])) is bool(register.office)


def test_what_was_said_reaches_the_desk(surface: Surface) -> None:
    view = dialogs.attest(Asked(ORDER, "Acme LLC", register_of(COMPANY)))
    done = surface.submit(view, {"What it says": "ACTIVE (not verified)", "Number in the register": "0123"})
    assert done.closed
    surface.assert_asked("attest.attest", order_id=ORDER, word="ACTIVE", other="", number="0123")


def test_what_cannot_be_stands_at_its_field(surface: Surface) -> None:
    surface.desk.answers["attest.attest"] = BadInput({"word": "Somebody else must look it up."})
    view = dialogs.attest(Asked(ORDER, "Acme LLC", Register()))
    assert surface.submit(view).errors == {"What it says": "Somebody else must look it up."}


@pytest.mark.parametrize(("check", "offered"), [("standing", True), ("registration", False)])
def test_the_card_offers_it_only_where_the_standing_stops(check: str, *, offered: bool) -> None:
    order = an_order(Status.HELD, findings=(Finding(check, "X-1", Verdict.STOP, "No."),))
    assert ("standing.attest" in str(buttons(facts_of(order)))) is offered
