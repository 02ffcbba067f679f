"""The outbox to Slack: in order, at a pace, once each, and never silently lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.domain.notices import Notice, Told
from bot.domain.order import Order
from bot.ports import CannotPost, Later, Place, Post, PostKind, Unsure
from bot.service.send import BURST, Send
from bot.shown.card import CardFacts
from bot.store.outbox import Outbox
from bot.store.tables import outbox
from tests.builders import World, a_project
from tests.fakes import CHANNEL, OTHER_CHANNEL, OWNER, REQUESTER, FakeNotifier


class Slack(FakeNotifier):
    """Remembers what each post was drawn from; `meanwhile` happens during the next send."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[Place | None] = []
        self.facts: list[CardFacts | None] = []
        self.meanwhile: list[Callable[[], object]] = []

    def send(self, post: Post, facts: CardFacts | None, card: Place | None) -> Place:
        if self.meanwhile:
            self.meanwhile.pop()()
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


def about(order: Order, told: Told = Told.PROGRESS) -> Notice:
    return Notice(told, order.project_id, order.id)


def shop(world: World) -> None:
    with world.store.unit() as unit:
        unit.save_project(a_project(id=OTHER_CHANNEL))


# -- order


def test_the_card_stands_before_anything_is_said_in_its_thread(office: Office) -> None:
    order = office.world.place()
    assert office.flush() == ["card", "opened"]
    assert office.slack.cards == [None, Place(CHANNEL, "1.0")]
    assert [facts.order.id for facts in office.slack.facts if facts] == [order.id] * 2


def test_what_is_said_is_said_in_the_order_it_was_written(office: Office) -> None:
    order = office.world.place()
    wanted = [Told.MENDED, Told.CHANGED, Told.PROGRESS, Told.BOUGHT]
    office.tell(*(about(order, told) for told in wanted))
    assert office.flush() == ["card", "opened", *wanted]


def test_a_card_is_drawn_from_the_order_as_it_stands_when_it_is_sent(office: Office) -> None:
    order = office.world.waiting()
    office.flush()
    drawn = [facts.order.status for post, facts in zip(office.slack.sent, office.slack.facts, strict=True)
             if facts and post.kind is PostKind.CARD]  # fmt: skip
    assert drawn == [office.world.order(order.id).status]


def test_one_lane_that_must_wait_holds_up_no_other(office: Office) -> None:
    shop(office.world)
    office.tell(
        Notice(Told.PROJECT_SET, CHANNEL), Notice(Told.PROJECT_SET, CHANNEL), Notice(Told.PROJECT_SET, OTHER_CHANNEL)
    )
    office.slack.errors = [Later(30)]
    office.flush()
    assert [post.lane for post in office.slack.sent] == [OTHER_CHANNEL]
    office.wait(31)
    assert [post.lane for post in office.slack.sent] == [OTHER_CHANNEL, CHANNEL, CHANNEL]


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


def test_an_unsure_post_that_did_not_arrive_is_sent_again(office: Office) -> None:
    office.tell(Notice(Told.PROJECT_SET, CHANNEL))
    office.slack.errors = [Unsure()]
    assert (office.flush(), office.wait(3)) == ([], ["project_set"])
    assert len(office.slack.looked_for) == 1


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
    office.tell(about(order, Told.BOUGHT))
    office.slack.errors = [CannotPost("is_archived")]
    assert office.flush() == ["undelivered", "undelivered"]
    told = office.world.told(Told.UNDELIVERED)
    assert [(notice.person, notice.fact("what")) for notice in told] == [(REQUESTER, "bought"), (OWNER, "bought")]
    assert [post.lane for post in office.slack.sent[-2:]] == [REQUESTER, OWNER]
    assert office.wait(3600) == []


def test_without_a_card_the_thread_is_not_lost(office: Office) -> None:
    order = office.world.place()
    office.slack.errors = [CannotPost("not_in_channel")] * 2
    assert office.flush() == ["undelivered", "undelivered"]
    assert {notice.fact("what") for notice in office.world.told(Told.UNDELIVERED)} == {"opened"}
    assert office.world.told(Told.UNDELIVERED)[0].order_id == order.id


def test_a_direct_message_that_cannot_be_sent_makes_no_further_ones(office: Office) -> None:
    order = office.world.place()
    office.flush()
    office.tell(Notice(Told.AFTERMATH, CHANNEL, order.id, OWNER))
    office.slack.errors = [CannotPost("user_not_found")]
    assert (office.flush(), office.wait(3600)) == ([], [])


def test_a_notice_about_nothing_that_can_be_found_stops_nobody(office: Office) -> None:
    office.tell(Notice(Told.AFTERMATH, CHANNEL, "o-none", OWNER), Notice(Told.PROJECT_SET, CHANNEL))
    assert office.flush() == ["aftermath", "project_set"]
    assert office.slack.facts == [None, None]


# -- the pace


def test_a_burst_goes_at_once_and_then_one_at_a_time(world: World) -> None:
    office = Office(world, pace=1)
    office.tell(*[Notice(Told.PROJECT_SET, CHANNEL)] * (BURST + 2))
    assert len(office.flush()) == BURST
    assert [len(office.wait(1)) for _ in range(3)] == [1, 1, 0]


# -- two senders


def test_while_one_sends_nobody_else_sends_in_that_lane(office: Office) -> None:
    other = Send(office.world.gear, office.lanes, office.slack, 0)
    office.tell(Notice(Told.PROJECT_SET, CHANNEL), Notice(Told.PROJECT_SET, CHANNEL))
    found: list[bool] = []
    office.slack.meanwhile = [lambda: found.append(other.send_next("w-2"))]
    office.flush()
    assert (found, len(office.slack.sent), len({post.id for post in office.slack.sent})) == ([False], 2, 2)


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
