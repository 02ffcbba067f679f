"""What each button asks of the desk, which view it opens, and what that view asks when it is sent."""

from dataclasses import replace

import pytest

from bot.checks.standing import register_of
from bot.domain.findings import Finding, Verdict
from bot.domain.order import Status
from bot.domain.request import Level
from bot.domain.watching import Known
from bot.service.project import ProjectInput
from bot.shown.offer import Suggestion
from bot.shown.standing import Asked
from handlers.views.parts import actions, overflow
from tests.builders import COMPANY, a_product
from tests.fakes import CHANNEL, NOW, OWNER
from tests.handlers.desk import ORDER, a_form, an_order, facts_of
from tests.handlers.surface import Surface, view_of

STOP = Finding("caa", "CAA-1", Verdict.STOP, "The domain forbids this authority.")
BOXES = ("admin@acme.com", "postmaster@acme.com")
VERBS = {
    "order.check": "ask.check_again", "order.look": "follow.look_now", "order.cancel": "ask.cancel",
    "order.cancel_bought": "follow.cancel_bought", "order.resolve.not_bought": "resolve.not_bought",
    "order.resolve.outside": "resolve.bought_outside", "client.sent": "clients.sent",
    "order.resend": "clients.resend", "order.give_up": "clients.give_up",
    "project.next_sprint": "projects.next_sprint",
}  # fmt: skip
DIALOGS = [  # button, what is typed, verb, its arguments after what it is about and by whom
    ("order.refuse", {"Why?": "*wrong* <company>"}, "decide.refuse", ("*wrong* <company>",)),
    ("order.override", {"Go on in spite of": [STOP.sentence], "Why?": "agreed"}, "decide.override",
     ((STOP.key,), "agreed")),
    ("order.number", {"Order number in OpenSRS’s panel": "00123"}, "resolve.order_number", ("00123",)),
    ("order.resolve.number", {"Order number in OpenSRS’s panel": "00123"}, "resolve.bought_as", ("00123",)),
    ("order.switch", {"Mailbox": BOXES[1]}, "clients.switch", ("email", BOXES[1])),
    ("standing.attest", {"What it says": "ACTIVE (not verified)", "Number in the register": "0123"}, "attest.attest",
     ("ACTIVE", "", "0123")),
    ("second.allow", {"Why are two needed?": "two teams"}, "ask.allow_second", ("two teams",)),
    ("project.set_up", {"Launch": "2026-12-10"}, "projects.set_up",
     (ProjectInput("Acme site", "Acme", OWNER, "", "", "2026-12-10"),)),
    ("project.not_needed", {"Because …": "They have one."}, "projects.not_needed", ("They have one.",)),
]  # fmt: skip


def asked(surface: Surface, verb: str) -> list[tuple[object, ...]]:
    return [tuple(each.values()) for each in surface.desk.calls(verb)]


@pytest.mark.parametrize(("action", "verb"), VERBS.items())
def test_a_button_calls_its_verb_for_what_it_stands_under(surface: Surface, action: str, verb: str) -> None:
    assert surface.click(action).acked
    assert [each.verb for each in surface.desk.asked] == [verb]
    assert asked(surface, verb) == [(ORDER, surface.person.id)]


@pytest.mark.parametrize(("action", "typed", "verb", "said"), DIALOGS)
def test_a_button_with_dots_opens_the_view_that_asks_for_the_rest(
    surface: Surface, action: str, typed: dict[str, object], verb: str, said: tuple[object, ...]
) -> None:
    surface.desk.answers |= {
        "see.order": facts_of(an_order(Status.HELD, findings=(STOP,))), "clients.mailboxes": BOXES,
        "attest.asked": Asked(ORDER, "Acme LLC", register_of(COMPANY)),
    }  # fmt: skip
    assert surface.click(action).view
    assert surface.desk.calls(verb) == []
    for label, value in typed.items():
        surface.person.fill(label, value)
    assert surface.person.submit().closed
    assert asked(surface, verb) == [(ORDER, surface.person.id, *said)]


@pytest.mark.parametrize(
    ("action", "value", "verb", "arguments"),
    [
        *((f"order.{each}", f"{ORDER}:7", "fill.open_form", {"channel": "", "names": "", why: ORDER})
          for each, why in (("change", "changes"), ("reorder", "corrects"), ("renew", "renews"))),
        ("order.to_agency", f"{ORDER}:7", "clients.to_agency", {"order_id": ORDER}),
        ("help.new", "new", "fill.open_form", {"channel": CHANNEL, "names": ""}),
        ("help.new", "www.acme.com", "fill.open_form", {"channel": CHANNEL, "names": "www.acme.com"}),
    ],
)  # fmt: skip
def test_what_is_ordered_in_another_way_opens_the_form(
    surface: Surface, action: str, value: str, verb: str, arguments: dict[str, str]
) -> None:
    surface.desk.answers["clients.to_agency"] = a_form()
    assert view_of(surface.click(action, value)).inputs["Web addresses"].value == "acme.com"
    surface.assert_asked(verb, **arguments)


def test_a_review_opens_at_once_and_a_job_fills_that_very_view(surface: Surface) -> None:
    opened = view_of(surface.person.click(surface.post("order.review", directly=True), "Press"))
    surface.assert_asked("decide.begin_review", order_id=ORDER, view_id=opened.id)


def test_what_was_seen_opens_beside_the_warning(surface: Surface) -> None:
    seen = replace(STOP, evidence="0 issue ca.example", source="RFC 8659", at=NOW)
    surface.desk.answers["watch.evidence"] = Known((seen,), (replace(seen, evidence="nothing"),))
    said = view_of(surface.click("watch.evidence", f"{CHANNEL} caa acme.com")).plain
    assert [text in said for text in (STOP.sentence, "0 issue ca.example", "RFC 8659", "nothing")] == [True] * 4
    surface.assert_asked("watch.evidence", thing=f"{CHANNEL} caa acme.com")


def test_show_opens_the_card_and_its_buttons_work_there(surface: Surface) -> None:
    assert "acme.com" in view_of(surface.click("order.show", ORDER)).plain
    assert view_of(surface.person.press("Refuse…")).callback_id == "order.refuse"


def test_the_helps_list_is_seen_by_its_reader_alone(surface: Surface) -> None:
    listed = surface.click("help.list", "list")
    surface.assert_asked("see.open_orders", channel=CHANNEL)
    assert [each.ephemeral_to for each in listed.ephemerals] == [surface.person.id]


def test_what_is_picked_from_the_menu_does_what_its_button_does(surface: Surface) -> None:
    blocks = actions(overflow("order.more", [(f"order.look|{ORDER}:7", "This"), (f"order.cancel|{ORDER}:7", "That")]))
    surface.app.client.chat_postMessage(channel=surface.channel.id, text="a card", blocks=blocks)
    assert surface.person.choose(surface.ws.messages(surface.channel)[-1], "order.more", "This").acked
    surface.assert_asked("follow.look_now", order_id=ORDER)


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
