"""Every failure is answered where the person is: in the view, under the command, or for them alone in the thread."""

import inspect
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain import errors as known
from bot.domain.approval import Action
from handlers.errors import WORDING, wording
from handlers.views import dialogs
from handlers.views.parts import actions, button
from handlers.views.review import waiting
from tests.handlers.desk import ORDER
from tests.handlers.surface import Surface, view_of

FACTS: dict[type[known.DeskError], tuple[Any, ...]] = {  # what each is made of; else a word of the inside
    known.IllegalMove: (ORDER, "held", "approve"), known.Stale: (ORDER, "held", "approve"),
    known.UnknownOrder: (ORDER,), known.NotAllowed: ("approve",), known.OwnOrder: ("approve",),
    known.NotAMember: ("guest",), known.ChangedSince: (ORDER,), known.DecidedAlready: (ORDER,),
    known.OpenOrderExists: (ORDER, "f-1"), known.BadInput: ({"somewhere": "This <cannot> be."},),
    known.Refused: ("No <b>money</b> {here} <!channel>",), known.WrongKey: ("0A1B", "Some <CA>"),
}  # fmt: skip
CLASSES = [found for _, found in inspect.getmembers(known, inspect.isclass) if issubclass(found, known.DeskError)]


@pytest.fixture(params=[True, False], ids=["at_once", "beside"])
def at_once(request: pytest.FixtureRequest) -> bool:
    """Listeners run before Bolt answers, and beside it: errors must reach people either way."""
    return bool(request.param)


def made(kind: type[known.DeskError]) -> known.DeskError:
    return kind(*FACTS.get(kind, ("inside",)))


def opening(kind: type[known.DeskError]) -> str:
    """The wording up to its first fact."""
    return WORDING[kind][0].split("{")[0]


def said_to(surface: Surface) -> str:
    """What this person reads after a click, once it is there."""
    outcome = surface.click("order.check")
    assert outcome.acked, "the click was not acknowledged"
    return surface.ws.wait_for(lambda: outcome.ephemerals)[0].plain


def answered(surface: Surface) -> str:
    said = surface.cert("pause")
    assert (said.acked, [each.ephemeral_to for each in said.ephemerals]) == (True, [surface.person.id])
    return said.text


def shown_instead(surface: Surface) -> str:
    shown = surface.submit(dialogs.refuse(ORDER), {"Why?": "because"})
    assert (shown.errors, view_of(shown).submit_label) == ({}, "")
    return view_of(shown).plain


WAYS: dict[str, tuple[str, Callable[[Surface], str]]] = {  # what fails, and what its asker reads
    "click": ("ask.check_again", said_to),
    "command": ("buy.pause", answered),
    "submission": ("decide.refuse", shown_instead),
}


@pytest.mark.parametrize(
    ("kind", "way"),  # an open order has a view of its own in answer to a submission
    [(kind, way) for kind in CLASSES for way in WAYS if (kind, way) != (known.OpenOrderExists, "submission")],
)
def test_every_error_is_answered_where_its_cause_was(surface: Surface, kind: type[known.DeskError], way: str) -> None:
    verb, read = WAYS[way]
    surface.desk.answers[verb] = made(kind)
    said = read(surface)
    assert opening(kind) in said
    assert "inside" not in said
    assert kind is not known.Refused or "No <b>money</b> {here} <!channel>" in said, "what others wrote stays text"


def test_a_click_within_a_view_is_answered_on_top_of_it(surface: Surface) -> None:
    surface.desk.answers["ask.cancel"] = known.NotAllowed("cancel")
    view = waiting(ORDER)
    surface.open(view | {"blocks": [*view["blocks"], *actions(button("order.cancel", "Press", f"{ORDER}:1"))]})
    outcome = surface.person.press("Press")
    assert outcome.acked
    surface.ws.wait_for(lambda: outcome.view)
    assert "a full member" in view_of(outcome).plain


@pytest.mark.parametrize("kind", [known.IllegalMove, known.Stale, known.DecidedAlready, known.OpenOrderExists])
def test_a_click_that_came_too_late_gets_the_present_state(surface: Surface, kind: type[known.DeskError]) -> None:
    surface.desk.answers["ask.check_again"] = made(kind)
    assert "Waiting for approval" in said_to(surface)
    surface.assert_asked("see.order", order_id=ORDER)


def test_the_present_state_is_kept_from_those_who_may_not_see_it(surface: Surface) -> None:
    surface.desk.answers |= {"ask.check_again": made(known.IllegalMove), "see.order": known.UnknownOrder(ORDER)}
    assert "acme.com" not in said_to(surface)


@pytest.mark.parametrize("directly", [True, False])
def test_an_answer_stays_in_its_thread_or_direct_message(surface: Surface, *, directly: bool) -> None:
    surface.desk.answers["ask.check_again"] = known.NotAllowed("check")
    thread = None if directly else surface.post("order.look").ts
    outcome = surface.person.click(surface.post("order.check", thread_ts=thread, directly=directly), "Press")
    said = surface.ws.wait_for(lambda: outcome.ephemerals)[0]
    assert (said.channel, said.thread_ts) == ((surface.person.dm if directly else surface.channel).id, thread)


class Inner(Exception):
    """Something nobody expected."""


@pytest.mark.parametrize("way", WAYS)
def test_the_unexpected_gives_a_number_and_nothing_of_the_inside(
    surface: Surface, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    trouble, (verb, read) = Inner("password hunter2 at /srv/secret.py"), WAYS[way]
    surface.desk.answers[verb] = trouble
    with caplog.at_level(logging.ERROR, "handlers.errors"):
        said = read(surface)
    reference = re.search(r"number: ([0-9a-f]{8})", said)
    assert reference
    assert not re.search("hunter2|Inner", said)
    [record] = [each for each in caplog.records if each.name == "handlers.errors"]
    assert reference[1] in record.getMessage()
    assert record.exc_info
    assert record.exc_info[1] is trouble


def test_a_lost_answer_is_logged_and_the_click_still_acknowledged(
    surface: Surface, caplog: pytest.LogCaptureFixture
) -> None:
    surface.desk.answers["ask.check_again"] = known.NotAllowed("check")
    surface.ws.faults.arm("response_url", "drop_before", times=2)
    with caplog.at_level(logging.WARNING, "handlers.errors"):
        assert surface.click("order.check").acked
        surface.app.listener_runner.listener_executor.shutdown(wait=True)
    assert "did not reach" in caplog.text


@pytest.mark.parametrize("action", Action)
def test_who_may_is_said_for_every_action(action: Action) -> None:
    said = wording(known.NotAllowed(action))
    assert said.count(" or ") == len(action.roles) - 1
    assert "somebody else" not in said
