"""While a form is filled in public sources are asked; what they say late is shown and never disturbs what is typed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.service.infer import MOST
from bot.shown.form import Form, FormShown
from bot.shown.found import Found, Registration, Served, Zone
from tests.builders import World
from tests.fakes import CHANNEL, GUEST, NOW, REQUESTER, STRANGER, FakeLookups

REGISTERED = Registration("acme.com", registered=True, expires_at=datetime(2027, 3, 3, tzinfo=UTC))
SERVED, ZONE = Served("acme.com", ("acme.com",), NOW, "Some CA"), Zone("acme.com", "acme.com", ("ns1.example.net",))


@pytest.fixture
def sources(world: World) -> FakeLookups:
    sources = FakeLookups()
    sources.registrations["acme.com"], sources.certificates["acme.com"] = REGISTERED, SERVED
    sources.zones["acme.com"] = ZONE
    world.restart(lookups=sources)
    return sources


def typed(world: World, names: str = "*.acme.com") -> Form:
    """The first step sent, and the next one on the screen."""
    form = world.desk.fill.open_form(REQUESTER, CHANNEL)
    form = world.desk.fill.save_step(form.id, REQUESTER, {"names": names})
    return world.desk.fill.show(form, world.desk.fill.next_step(form, "names"), "V1").form


def test_what_is_found_is_shown_on_the_open_view_with_what_was_typed_meanwhile(
    world: World, sources: FakeLookups
) -> None:
    world.people.channels[CHANNEL] |= {GUEST, STRANGER}
    form = typed(world)
    world.desk.fill.save_step(form.id, REQUESTER, {"product": "rapidssl_wildcard"})
    world.run_jobs()
    ((view, shown),) = world.screens.forms
    assert (view, shown.step, shown.found) == ("V1", "send", Found(NOW, REGISTERED, SERVED, ZONE))
    assert (shown.outsiders, shown.form.values["product"]) == (2, "rapidssl_wildcard")
    assert sorted(sources.calls) == [(kind, "acme.com") for kind in ("registration", "served", "zone")]


@pytest.mark.usefixtures("sources")
def test_a_group_opened_in_the_moment_of_drawing_stays_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    form, draw = typed(world), world.screens.form

    def slow(view: str, shown: FormShown) -> None:
        if not world.screens.forms:
            world.desk.fill.show(world.desk.fill.open_group(form.id, REQUESTER, "more"), "send")
        draw(view, shown)

    monkeypatch.setattr(world.screens, "form", slow)
    world.run_jobs()
    assert ["more" in shown.form.open for _, shown in world.screens.forms] == [False, True]


@pytest.mark.parametrize(("step", "view"), [("names", "V1"), ("company", "V1"), ("send", "")])
def test_late_answers_leave_a_view_with_typing_alone(world: World, sources: FakeLookups, step: str, view: str) -> None:
    del sources.zones["acme.com"]  # one that fails does not take the others along
    form = world.desk.fill.open_form(REQUESTER, CHANNEL)
    form = world.desk.fill.save_step(form.id, REQUESTER, {"names": "acme.com"})
    world.desk.fill.show(form, step, view)
    world.run_jobs()
    assert (world.screens.forms, len(sources.calls)) == ([], 3)
    assert world.desk.fill.show(form, step).found == Found(NOW, REGISTERED, SERVED)


def test_the_same_address_is_asked_again_only_after_an_hour(world: World, sources: FakeLookups) -> None:
    for hours, asked in ((0, 3), (1, 3), (0.1, 6)):
        world.clock.advance(timedelta(hours=hours))
        typed(world)
        world.run_jobs()
        assert len(sources.calls) == asked


def test_one_person_makes_the_desk_ask_no_more_than_thirty_times_an_hour(world: World, sources: FakeLookups) -> None:
    for hours, many, asked in ((0, MOST + 2, MOST), (1, 1, MOST + 1)):
        world.clock.advance(timedelta(hours=hours))
        for at in range(many):
            typed(world, f"a{at}.{hours}.acme.com")
        world.run_jobs()
        assert len(sources.calls) == 3 * asked
