"""What each button asks of the desk, and which view it opens."""

import pytest

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.findings import Finding, Verdict
from bot.domain.order import Status
from handlers import ROUTES
from handlers.views import form
from handlers.views.parts import actions, button
from tests.handlers.desk import CHANNEL, a_form, an_order, facts_of
from tests.handlers.surface import Surface
from tests.sandbox.slack import Outcome

ORDER = "o-aaaa2222"


def click(surface: Surface, action: str, value: str = f"{ORDER}:7") -> Outcome:
    """Press a button that stands under a message in the channel."""
    message = surface.post(actions(button(action, "Press", value)))
    return surface.person.click(message, "Press")


@pytest.mark.parametrize(
    ("action", "verb"),
    [
        ("order.check", "ask.check_again"),
        ("order.look", "follow.look_now"),
        ("order.cancel", "ask.cancel"),
        ("order.cancel_bought", "follow.cancel_bought"),
        ("order.resolve.not_bought", "resolve.not_bought"),
        ("order.resolve.outside", "resolve.bought_outside"),
    ],
)
def test_a_button_calls_its_verb_for_the_order_it_stands_under(surface: Surface, action: str, verb: str) -> None:
    assert click(surface, action).acked
    assert [(each.verb, each.arguments) for each in surface.desk.asked] == [
        (verb, {"order_id": ORDER, "user": surface.person.id})
    ]


@pytest.mark.parametrize(
    ("action", "callback"),
    [
        ("order.refuse", "order.refuse"),
        ("order.override", "order.override"),
        ("order.number", "order.number"),
        ("order.resolve.number", "order.bought_as"),
    ],
)
def test_a_button_with_dots_opens_the_view_that_asks_for_the_rest(surface: Surface, action: str, callback: str) -> None:
    stop = Finding("caa", "CAA-1", Verdict.STOP, "The domain forbids this authority.")
    surface.desk.answers["see.order"] = facts_of(an_order(status=Status.HELD, findings=(stop,)))
    opened = click(surface, action)
    assert opened.view is not None
    assert opened.view.callback_id == callback
    assert ORDER in opened.view.private_metadata
    assert {each.verb for each in surface.desk.asked} <= {"see.order"}


@pytest.mark.parametrize(("action", "why"), [("order.change", "changes"), ("order.reorder", "corrects")])
def test_changing_and_ordering_again_open_the_form_filled_in(surface: Surface, action: str, why: str) -> None:
    opened = click(surface, action)
    assert surface.desk.calls("ask.open_form") == [{"user": surface.person.id, "channel": "", why: ORDER}]
    assert opened.view is not None
    assert opened.view.inputs["Web addresses"].value == "acme.com"


def test_a_review_opens_at_once_and_a_job_fills_that_very_view(surface: Surface) -> None:
    opened = click(surface, "order.review")
    assert opened.view is not None
    assert surface.desk.calls("decide.begin_review") == [
        {"order_id": ORDER, "user": surface.person.id, "view_id": opened.view.id}
    ]


def test_a_refused_review_says_so_in_the_view_that_is_open(surface: Surface) -> None:
    surface.desk.answers["decide.begin_review"] = NotAllowed("approve")
    opened = click(surface, "order.review")
    assert opened.acked
    assert opened.view is not None
    assert "an approver" in opened.view.plain
    assert opened.ephemerals == []


def test_show_opens_the_card_and_its_buttons_work_there(surface: Surface) -> None:
    opened = click(surface, "order.show", ORDER)
    assert opened.view is not None
    assert "acme.com" in opened.view.plain
    pushed = surface.person.press("Refuse…")
    assert pushed.view is not None
    assert pushed.view.callback_id == "order.refuse"


def test_back_keeps_what_was_typed_even_if_it_is_wrong(surface: Surface) -> None:
    surface.open(form.form_view(a_form(), "contact"))
    surface.person.fill("E-mail", "no address")
    surface.desk.answers["ask.save_step"] = BadInput({"contact.email": "This is no mail address."})
    assert surface.person.press("Back").acked
    assert surface.desk.calls("ask.save_step")[0]["values"]["contact.email"] == "no address"
    assert surface.person.view is not None
    assert surface.person.view.callback_id == "new.names"


def test_a_second_order_is_wished_for_in_the_view_that_refused_it(surface: Surface) -> None:
    surface.open(form.exists_view(ORDER, ["acme.com"], "f-1"))
    surface.person.press("Ask for a second one")
    assert surface.desk.calls("ask.wish_second") == [{"form_id": "f-1", "user": surface.person.id}]
    assert surface.person.view is not None
    assert "approvers are asked" in surface.person.view.plain


def test_allowing_a_second_order_wants_a_reason(surface: Surface) -> None:
    opened = click(surface, "second.allow", "f-1")
    assert opened.view is not None
    assert (opened.view.callback_id, surface.desk.asked) == ("second.allow", [])


@pytest.mark.parametrize(("value", "names"), [("new", ""), ("www.acme.com", "www.acme.com")])
def test_the_helps_button_opens_the_form(surface: Surface, value: str, names: str) -> None:
    opened = click(surface, "help.new", value)
    assert surface.desk.calls("ask.open_form") == [{"user": surface.person.id, "channel": CHANNEL, "names": names}]
    assert opened.view is not None


def test_the_helps_list_is_seen_by_its_reader_alone(surface: Surface) -> None:
    listed = click(surface, "help.list", "list")
    assert surface.desk.calls("see.open_orders") == [{"user": surface.person.id, "channel": CHANNEL}]
    assert [each.ephemeral_to for each in listed.ephemerals] == [surface.person.id]


def test_a_double_click_asks_twice_and_the_desk_decides(surface: Surface) -> None:
    message = surface.post(actions(button("order.check", "Press", f"{ORDER}:7")))
    surface.ws.delivery_faults.arm("interactive", "duplicate")
    assert surface.person.click(message, "Press").acked
    assert len(surface.desk.calls("ask.check_again")) == 2


def test_every_button_is_routed_once() -> None:
    routed = [route.id for route in ROUTES if route.kind == "action"]
    assert len(routed) == len(set(routed))
