"""What each button asks of the desk, and which view it opens."""

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.findings import Finding, Verdict
from bot.domain.order import Status
from bot.domain.request import Level
from bot.shown.offer import Suggestion
from handlers.views import form
from handlers.views.parts import actions, overflow
from tests.builders import a_product
from tests.fakes import CHANNEL, NOW
from tests.handlers.desk import ORDER, an_order, facts_of
from tests.handlers.surface import Surface, view_of

VERBS = {
    "order.check": "ask.check_again",
    "order.look": "follow.look_now",
    "order.cancel": "ask.cancel",
    "order.cancel_bought": "follow.cancel_bought",
    "order.resolve.not_bought": "resolve.not_bought",
    "order.resolve.outside": "resolve.bought_outside",
}
VIEWS = {
    "order.refuse": "order.refuse",
    "order.override": "order.override",
    "order.number": "order.number",
    "order.resolve.number": "order.bought_as",
}


@pytest.mark.parametrize(("action", "verb"), VERBS.items())
def test_a_button_calls_its_verb_for_the_order_it_stands_under(surface: Surface, action: str, verb: str) -> None:
    assert surface.click(action).acked
    assert [each.verb for each in surface.desk.asked] == [verb]
    surface.assert_asked(verb, order_id=ORDER)


@pytest.mark.parametrize(("action", "callback"), VIEWS.items())
def test_a_button_with_dots_opens_the_view_that_asks_for_the_rest(surface: Surface, action: str, callback: str) -> None:
    stop = Finding("caa", "CAA-1", Verdict.STOP, "The domain forbids this authority.")
    surface.desk.answers["see.order"] = facts_of(an_order(Status.HELD, findings=(stop,)))
    opened = view_of(surface.click(action))
    assert opened.callback_id == callback
    assert ORDER in opened.private_metadata
    assert {each.verb for each in surface.desk.asked} <= {"see.order"}


@pytest.mark.parametrize(("action", "why"), [("order.change", "changes"), ("order.reorder", "corrects")])
def test_changing_and_ordering_again_open_the_form_filled_in(surface: Surface, action: str, why: str) -> None:
    opened = view_of(surface.click(action))
    surface.assert_asked("fill.open_form", channel="", names="", **{why: ORDER})
    assert opened.inputs["Web addresses"].value == "acme.com"


@pytest.mark.parametrize("directly", [False, True])
def test_a_review_opens_at_once_and_a_job_fills_that_very_view(surface: Surface, *, directly: bool) -> None:
    opened = view_of(surface.person.click(surface.post("order.review", directly=directly), "Press"))
    surface.assert_asked("decide.begin_review", order_id=ORDER, view_id=opened.id)


def test_a_refused_review_says_so_in_the_view_that_is_open(surface: Surface) -> None:
    surface.desk.answers["decide.begin_review"] = NotAllowed("approve")
    opened = surface.click("order.review")
    assert opened.acked
    assert "an approver" in view_of(opened).plain
    assert opened.ephemerals == []


def test_show_opens_the_card_and_its_buttons_work_there(surface: Surface) -> None:
    assert "acme.com" in view_of(surface.click("order.show", ORDER)).plain
    assert view_of(surface.person.press("Refuse…")).callback_id == "order.refuse"


def test_a_second_order_is_wished_for_in_the_view_that_refused_it(surface: Surface) -> None:
    surface.open(form.exists_view(ORDER, ["acme.com"], "f-1"))
    surface.person.press("Ask for a second one")
    surface.assert_asked("ask.wish_second", form_id="f-1")
    assert "approvers are asked" in view_of(surface.person).plain


def test_allowing_a_second_order_wants_a_reason(surface: Surface) -> None:
    opened = surface.click("second.allow", "f-1")
    assert (view_of(opened).callback_id, surface.desk.asked) == ("second.allow", [])


@pytest.mark.parametrize(("value", "names"), [("new", ""), ("www.acme.com", "www.acme.com")])
def test_the_helps_button_opens_the_form(surface: Surface, value: str, names: str) -> None:
    assert view_of(surface.click("help.new", value)).callback_id == "new.names"
    surface.assert_asked("fill.open_form", channel=CHANNEL, names=names)


def test_the_helps_list_is_seen_by_its_reader_alone(surface: Surface) -> None:
    listed = surface.click("help.list", "list")
    surface.assert_asked("see.open_orders", channel=CHANNEL)
    assert [each.ephemeral_to for each in listed.ephemerals] == [surface.person.id]


def test_a_double_click_asks_twice_and_the_desk_decides(surface: Surface) -> None:
    message = surface.post("order.check")
    surface.ws.delivery_faults.arm("interactive", "duplicate")
    assert surface.person.click(message, "Press").acked
    assert len(surface.desk.calls("ask.check_again")) == 2


@pytest.mark.parametrize(("action", "verb"), [("order.look", "follow.look_now"), ("order.check", "ask.check_again")])
def test_what_is_picked_from_the_menu_does_what_its_button_does(surface: Surface, action: str, verb: str) -> None:
    blocks = actions(overflow("order.more", [(f"{action}|{ORDER}:7", "This"), (f"order.cancel|{ORDER}:7", "That")]))
    surface.app.client.chat_postMessage(channel=surface.channel.id, text="a card", blocks=blocks)
    assert surface.person.choose(surface.ws.messages(surface.channel)[-1], "order.more", "This").acked
    surface.assert_asked(verb, order_id=ORDER)


@pytest.mark.parametrize(("status", "changes"), [(Status.HELD, ORDER), (Status.VALIDATING, "")])
def test_plan_b_is_the_cheapest_kind_for_which_only_the_domain_is_checked(
    surface: Surface, status: Status, changes: str
) -> None:
    kinds = [a_product("ov", level=Level.OV), a_product("rapidssl"), a_product("geotrust_dv")]
    offers = [Suggestion(kind, ("acme.com",), (), NOW.date(), in_time=True) for kind in kinds]
    surface.desk.answers |= {"see.order": facts_of(an_order(status)), "fill.offers": offers}
    assert view_of(surface.click("order.plan_b")).callback_id == "new.send"
    surface.assert_asked("fill.open_form", channel=CHANNEL, names="acme.com", changes=changes)
    assert surface.desk.calls("fill.save_step")[0]["values"] == {"purpose": "public", "product": "rapidssl"}
