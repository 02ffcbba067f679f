"""What each submitted view asks of the desk, in typed values, and what its reader sees next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import BadInput, ChangedSince, IllegalMove
from bot.shown.review import Review
from handlers.views import form, review
from tests.builders import World, a_client, a_project, a_supplier
from tests.fakes import CHANNEL, OTHER_CHANNEL, REQUESTER
from tests.handlers.desk import ORDER, a_form, facts_of, shown
from tests.handlers.surface import Surface, view_of

DIGEST = "d" * 64
REVIEW = review.review(Review(facts_of(), DIGEST))
NAMES, LAST = (form.form_view(shown(a_form(), step)) for step in ("names", "send"))


def test_an_approval_carries_the_digest_that_was_shown(surface: Surface) -> None:
    assert surface.submit(REVIEW).closed
    surface.assert_asked("decide.approve", order_id=ORDER, digest=DIGEST)


def test_an_old_digest_approves_nothing_and_is_read_again(surface: Surface) -> None:
    surface.open(REVIEW)
    view_id = view_of(surface.person).id
    surface.desk.answers["decide.approve"] = ChangedSince(ORDER)
    shown = view_of(surface.person.submit())
    assert "nothing was approved" in shown.plain
    assert shown.submit_label == ""
    surface.assert_asked("decide.begin_review", order_id=ORDER, view_id=view_id)


def test_a_review_that_cannot_be_read_again_says_why(surface: Surface) -> None:
    moved = IllegalMove(ORDER, "held", "approve")
    surface.desk.answers |= {"decide.approve": ChangedSince(ORDER), "decide.begin_review": moved}
    shown = view_of(surface.submit(REVIEW))
    assert "moved on" in shown.plain
    assert "Waiting for approval" in shown.plain


def test_what_was_typed_wrong_is_said_at_its_field(surface: Surface) -> None:
    surface.desk.answers["fill.save_step"] = BadInput({"names": "“acme” is no web address.", "org.city": "Where?"})
    shown = surface.submit(NAMES)
    assert shown.errors == {"Web addresses": "“acme” is no web address."}
    assert not shown.closed


def test_what_another_step_lacks_is_said_above_this_one(surface: Surface) -> None:
    surface.desk.answers |= {"fill.next_step": "", "ask.place": BadInput({"names": "No kind fits these <addresses>."})}
    shown = view_of(surface.submit(LAST))
    assert shown.callback_id == "new.send"
    assert "No kind fits these <addresses>." in shown.plain


# -- the form of a real desk, driven by people

NEW_NAMES = " ".join(f"n{number}.acme.com" for number in range(100))


def orders(world: World) -> list[str]:
    with world.store.unit() as unit:
        return [order.id for order in unit.orders()]


@pytest.mark.parametrize(
    ("names", "said"),
    [("www.acme.com", "is being prepared"), ("*.acme.com", "is being prepared"), (NEW_NAMES, "No kind of certificate")],
    ids=["one", "wildcard", "a hundred"],
)
def test_a_form_left_open_for_a_day_is_sent_as_it_was(walk: Surface, world: World, names: str, said: str) -> None:
    assert view_of(walk.cert(f"new {names}")).inputs["Web addresses"].value.split() == names.split()
    for step in ("new.send", ""):
        world.clock.advance(timedelta(days=1))
        assert view_of(walk.person.submit()).callback_id == (step if len(names) < 99 else "new.send")
    assert said in view_of(walk.person).plain
    assert len(orders(world)) == (names != NEW_NAMES)


def test_an_address_added_by_its_button_stands_among_those_that_are_open(walk: Surface, world: World) -> None:
    roomy = tuple(replace(product, extra_names=4) for product in world.gear.supplier.products())
    world.restart(supplier=a_supplier(world.standin, world.clock, products=roomy))
    walk = Surface(walk.ws, walk.person, world.desk)
    walk.cert("new *.acme.com")
    walk.person.submit()
    walk.person.press("Change web addresses")
    walk.person.press("Add acme.com")
    assert view_of(walk.person).inputs["Web addresses"].value.split() == ["*.acme.com", "acme.com"]


def test_back_keeps_what_was_typed(walk: Surface, world: World) -> None:
    with world.store.unit() as unit:
        unit.save_client(a_client(organisation=None, contact=None))
    walk.cert("new *.acme.com")
    for _ in range(2):
        walk.person.submit()
    walk.person.fill("State or province", "IL")
    walk.person.press("Back")
    assert view_of(walk.person.submit()).inputs["State or province"].value == "IL"


@pytest.mark.parametrize(("where", "offered"), [(CHANNEL, True), (OTHER_CHANNEL, False)])
def test_a_draft_of_this_project_is_gone_on_with(walk: Surface, world: World, where: str, *, offered: bool) -> None:
    with world.store.unit() as unit:
        unit.save_project(a_project(id=OTHER_CHANNEL))
    draft = world.desk.fill.open_form(REQUESTER, where, "began.acme.com")
    assert ("Continue" in view_of(walk.cert("new")).buttons) is offered
    if offered:
        walk.person.press("Continue")
        assert view_of(walk.person).inputs["Web addresses"].value == "began.acme.com"
        assert draft.id in view_of(walk.person).private_metadata


@pytest.mark.parametrize(("text", "said"), [
    ("for www.acme.com and <https://shop.acme.com/a|shop>, ann.lee@acme.com!", "www.acme.com\nshop.acme.com"),
    ("-----BEGIN PRIVATE KEY-----\nMII for www.acme.com", "This is a private key"),
])  # fmt: skip
def test_a_messages_addresses_are_ordered_unless_it_holds_a_key(walk: Surface, text: str, said: str) -> None:
    done = walk.person.shortcut(walk.person.say(walk.channel, text), "new_from_message")
    told = "".join(each.plain for each in done.ephemerals)
    assert said in (done.view.inputs["Web addresses"].value if done.view else told)


def test_what_is_found_late_wipes_nothing(walk: Surface, world: World) -> None:
    walk.cert("new www.acme.com")
    other = view_of(walk.person.submit()).inputs["Which kind"].options[-1]
    walk.person.fill("Which kind", other)
    assert "Looking the domain up" in view_of(walk.person).plain
    world.run_jobs()
    assert "Looking the domain up" not in view_of(walk.person).plain
    assert view_of(walk.person).inputs["Which kind"].value == other
    walk.person.press("Back")
    walk.person.fill("Web addresses", "other.acme.com")
    walk.person.submit()
    walk.person.press("Back")
    walk.person.fill("Web addresses", "third.acme.com")
    world.run_jobs()
    assert view_of(walk.person).inputs["Web addresses"].value == "third.acme.com"
