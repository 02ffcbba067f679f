"""App Home shows what concerns its reader, and its buttons work there."""

import pytest

from bot.domain.errors import DeskError, NotAllowed, NotAMember, PeopleUnknown
from bot.service.see import Home
from tests.builders import a_project
from tests.fakes import CHANNEL, OWNER
from tests.handlers.desk import ORDER, facts_of
from tests.handlers.surface import Surface, view_of

ONE = Home((facts_of(),), (facts_of(),), (), ((a_project(), True),))
LISTS = ("Waiting for you", "Your orders", "Ends within 60 days", "Your projects")


def test_home_shows_every_list_or_says_that_it_is_empty(surface: Surface) -> None:
    opened = surface.person.open_home()
    surface.assert_asked("see.home")
    assert [name for name in LISTS if name in opened.plain] == [*LISTS]
    assert "Nothing waits for you" in opened.plain
    assert opened.buttons == ["New certificate"]
    surface.desk.answers["see.home"] = ONE
    opened = surface.person.open_home()
    assert opened.buttons == ["New certificate", "Show", "Show", "Set up", "Hand over"]
    assert "acme.com" in opened.plain


def test_home_is_not_drawn_for_who_reads_their_messages(surface: Surface) -> None:
    event = {"type": "app_home_opened", "user": surface.person.id, "channel": "D1", "tab": "messages"}
    assert (surface.event(event).status, surface.desk.asked) == (200, [])


@pytest.mark.parametrize(("error", "said"), [
    (NotAMember("guest"), "Only full members of this workspace"), (PeopleUnknown("U1"), "Slack did not tell me"),
])  # fmt: skip
def test_who_has_no_home_reads_why_in_one_line(surface: Surface, error: DeskError, said: str) -> None:
    surface.desk.answers["see.home"] = error
    opened = surface.person.open_home()
    assert opened.plain.startswith(said)
    assert (len(opened.blocks), opened.buttons) == (1, [])


@pytest.mark.parametrize(("label", "verb", "arguments", "callback"), [
    ("New certificate", "fill.open_form", {"channel": "", "names": ""}, "new.names"),
    ("Show", "see.order", {"order_id": ORDER}, ""),
    ("Set up", "projects.shown", {"channel": CHANNEL}, "project.save"),
    ("Hand over", "projects.shown", {"channel": CHANNEL}, "project.hand_over"),
])  # fmt: skip
def test_the_buttons_at_home_open_a_view(
    surface: Surface, label: str, verb: str, arguments: dict[str, str], callback: str
) -> None:
    surface.desk.answers["see.home"] = Home((facts_of(),), (), (), ((a_project(), True),))
    surface.person.open_home()
    assert view_of(surface.person.click_home(label)).callback_id == callback
    surface.assert_asked(verb, **arguments)


@pytest.mark.parametrize("label", ["New certificate", "Set up"])
def test_what_cannot_be_done_at_home_is_said_in_a_view(surface: Surface, label: str) -> None:
    surface.desk.answers |= {"see.home": ONE, "fill.open_form": NotAllowed("new"), "projects.shown": NotAllowed("new")}
    surface.person.open_home()
    assert "Only a full member" in view_of(surface.person.click_home(label)).plain


def test_a_project_is_handed_over_at_home(surface: Surface) -> None:
    surface.desk.answers["see.home"] = ONE
    surface.person.open_home()
    surface.person.click_home("Hand over")
    surface.person.fill("New owner", OWNER)
    surface.desk.answers["see.home"] = Home((), (), (), ())
    assert surface.person.submit().closed
    surface.assert_asked("projects.hand_over", channel=CHANNEL, owner=OWNER, stand_in="")
    surface.ws.wait_for(lambda: surface.person.home and "Hand over" not in str(surface.person.home.blocks))
