"""The outbox to Slack: in order, at a pace, once each, and never silently lost."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.domain.notices import Notice, Told
from bot.ports import CannotPost, Job, Later, Place, Post, Unsure
from bot.service.send import BURST, Send
from bot.shown.card import CardFacts
from bot.shown.found import Registration
from bot.store.outbox import Outbox
from bot.store.tables import outbox
from tests.builders import World, a_client
from tests.fakes import CHANNEL, NOW, OWNER, REQUESTER, FakeNotifier


class Slack(FakeNotifier):
    """Remembers what each post was drawn from."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[Place | None] = []
        self.facts: list[CardFacts | None] = []

    def send(self, post: Post, facts: CardFacts | None, card: Place | None) -> Place:
        place = super().send(post, facts, card)
        self.cards.append(card)
        self.facts.append(facts)
        return place


class Office:
    """A sender in front of the desk's outbox."""

    def __init__(self, world: World, pace: float = 0) -> None:
        self.world, self.slack, self.lanes = world, Slack(), Outbox(world.engine)
        self.send = Send(world.gear, self.lanes, self.slack, pace)

    def flush(self) -> list[str]:
        """Send what may go now; what was sent by this."""
        before = len(self.slack.sent)
        while self.send.send_next("w-1"):
            pass
        return self.said()[before:]

    def said(self) -> list[str]:
        return [post.notice.told.value if post.notice else "card" for post in self.slack.sent]

    def tell(self, *notices: Notice) -> None:
        with self.world.store.unit() as unit:
            for notice in notices:
                unit.tell(notice)

    def wait(self, seconds: float) -> list[str]:
        """Let time pass, then send."""
        self.world.clock.advance(timedelta(seconds=seconds))
        return self.flush()


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


# -- order


def test_the_card_stands_before_anything_is_said_in_its_thread(office: Office) -> None:
    order = office.world.waiting()
    assert office.flush() == ["card", "opened", "approval_wanted"]
    assert office.slack.cards == [None, *[Place(CHANNEL, "1.0")] * 2]
    assert [facts and facts.order for facts in office.slack.facts] == [order] * 3  # as it stands when it is sent


# -- working hours

TOKYO, FRIDAY = "Asia/Tokyo", timedelta(days=4, hours=9)  # six in the evening in Chicago


@pytest.mark.parametrize(("notice", "zone", "hours"), [
    (Notice(Told.NO_ORDER, CHANNEL, mentions=(OWNER,)), "America/Chicago", 63),
    (Notice(Told.NO_ORDER, CHANNEL, mentions=(OWNER,)), TOKYO, 63),
    (Notice(Told.NO_ORDER, CHANNEL, person=OWNER), TOKYO, 48), (Notice(Told.PROJECT_SET, CHANNEL), TOKYO, 0),
])  # fmt: skip
def test_what_is_for_working_hours_waits_for_its_readers(
    office: Office, notice: Notice, zone: str, hours: float
) -> None:
    people = office.world.people.persons
    people[OWNER] = replace(people[OWNER], time_zone=zone)
    office.world.clock.advance(FRIDAY)
    office.tell(notice, Notice(Told.PAUSED, CHANNEL))
    assert office.flush() == [*([] if hours else [notice.told.value]), "paused"]  # the others pass
    assert office.wait(hours * 3600 - 1) == []
    assert office.wait(1) == ([notice.told.value] if hours else [])


# -- old news

GOOD = Registration("acme.com", registered=True)
HELD, MOVING = (replace(GOOD, statuses=(status,)) for status in ("server hold", "pending transfer"))


def look(office: Office, answer: Registration) -> None:
    """The watch looks, now."""
    office.world.lookups.registrations["acme.com"] = answer
    office.world.clock.advance(timedelta(minutes=1))
    office.world.desk.jobs["watch"](Job("watch", CHANNEL, NOW))


@pytest.mark.parametrize(("story", "said"), [
    ([HELD, "post", GOOD, "post"], [["warning"], ["well_again"]]),
    ([HELD, 2, "post", "post"], [[], ["warning"]]),  # looked at again, and still so
    ([HELD, 2, "mend", "post", "post"], [[], []]),
    ([HELD, GOOD, "post", "post"], [[], []]),  # what was never said is not well again
    ([HELD, "post", GOOD, 2, "post", "post"], [["warning"], [], ["well_again"]]),
    ([HELD, "post", GOOD, 2, HELD, "post", "post"], [["warning"], [], ["warning"]]),
    ([HELD, "post", MOVING, 2, "mend", "post", "post"], [["warning"], [], ["well_again"]]),
])  # fmt: skip
def test_a_warning_that_waited_is_posted_only_where_it_is_still_so(
    office: Office, story: list[object], said: list[list[str]]
) -> None:
    heard = []
    with office.world.store.unit() as unit:
        unit.save_client(a_client(domains=("acme.com",), attestations=()))
    look(office, GOOD)
    for step in story:
        if isinstance(step, Registration):
            look(office, step)
        elif isinstance(step, int):
            office.world.clock.advance(timedelta(hours=step))
        elif step == "mend":
            office.world.lookups.registrations["acme.com"] = GOOD
        else:
            heard.append(office.flush())
            office.world.run_jobs()
    assert heard == said


# -- not now


def test_slacks_pause_is_kept_to_the_second_and_nothing_is_looked_for(office: Office) -> None:
    office.tell(Notice(Told.PROJECT_SET, CHANNEL))
    office.slack.errors = [Later(30)]
    assert (office.flush(), office.wait(29.9), office.wait(0.1)) == ([], [], ["project_set"])
    assert office.slack.looked_for == []


def test_a_pause_after_an_unsure_send_forgets_nothing(office: Office) -> None:
    office.tell(Notice(Told.PROJECT_SET, CHANNEL))
    office.slack.errors = [Unsure(), Later(30)]
    office.flush()
    office.wait(10)
    office.slack.arrived = True
    assert office.wait(30) == []
    assert len(office.slack.looked_for) == 2
    assert office.wait(3600) == []


# -- perhaps


def test_an_unsure_post_that_arrived_is_not_sent_again(office: Office) -> None:
    office.world.place()
    office.slack.errors = [Unsure()]
    office.slack.arrived = True
    assert office.flush() == []
    assert office.wait(3) == ["opened"]
    assert office.slack.cards == [Place(CHANNEL, "0.5")]  # the card was found, and the thread hangs there


def test_the_pauses_between_unsure_sends_grow(office: Office) -> None:
    office.tell(Notice(Told.PROJECT_SET, CHANNEL))
    office.slack.errors = [Unsure() for _ in range(6)]
    office.flush()
    left = []
    for pause in (2, 10, 60, 300, 300):
        office.wait(pause - 0.1)
        left.append(len(office.slack.errors))
        office.wait(0.1)
    assert (left, office.slack.errors) == ([5, 4, 3, 2, 1], [])


# -- never there


def test_what_cannot_be_posted_goes_to_requester_and_owner_by_direct_message_once(office: Office) -> None:
    order = office.world.place()
    office.flush()
    office.tell(Notice(Told.BOUGHT, CHANNEL, order.id))
    office.slack.errors = [CannotPost("is_archived")]
    assert office.flush() == ["undelivered", "undelivered"]
    told = office.world.told(Told.UNDELIVERED)
    assert [(notice.person, notice.fact("what")) for notice in told] == [(REQUESTER, "bought"), (OWNER, "bought")]
    assert [post.lane for post in office.slack.sent[-2:]] == [REQUESTER, OWNER]
    assert office.wait(3600) == []


def test_a_direct_message_that_cannot_be_sent_makes_no_further_ones(office: Office) -> None:
    order = office.world.place()
    office.flush()
    office.tell(Notice(Told.AFTERMATH, CHANNEL, order.id, OWNER))
    office.slack.errors = [CannotPost("user_not_found")]
    assert (office.flush(), office.wait(3600)) == ([], [])


# -- the pace


def test_a_burst_goes_at_once_and_then_one_at_a_time(world: World) -> None:
    office = Office(world, pace=1)
    office.tell(*[Notice(Told.PROJECT_SET, CHANNEL)] * (BURST + 2))
    assert len(office.flush()) == BURST
    assert [len(office.wait(1)) for _ in range(3)] == [1, 1, 0]


class Robbed(Outbox):
    """Somebody else takes each post up directly after it was claimed, because this sender slept."""

    def claim(self, now: datetime, owner: str) -> Post | None:
        post = super().claim(now, owner)
        with self._engine.begin() as connection:
            connection.execute(update(outbox).values(fence=outbox.c.fence + 1))
        return post


def test_a_sender_that_slept_over_its_lease_sends_nothing(office: Office) -> None:
    office.tell(Notice(Told.PROJECT_SET, CHANNEL))
    assert Send(office.world.gear, Robbed(office.world.engine), office.slack, 0).send_next("w-1")
    assert office.slack.sent == []
