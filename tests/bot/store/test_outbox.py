from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine

from bot.clock import RandomIds
from bot.domain.notices import Notice, Told
from bot.ports import Place, Post, PostKind
from bot.store import tables
from bot.store.outbox import Outbox
from bot.store.unit import SqlStore
from tests.bot.store.samples import AUDIT_KEY, MINUTE, NOW, let_leases_run_out, order, race
from tests.fakes import FakeClock

PLACE = Place("C1", "1700000000.000100")
CARD = "card"
side_by_side = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # on SQLite transactions queue


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    return Outbox(engine)


def in_channel(channel: str, word: str) -> Notice:
    """It hangs on no card."""
    return Notice(Told.PROJECT_SET, channel, facts=(("word", word),))


def on_card(order_id: str, word: str) -> Notice:
    return Notice(Told.HELD, "C1", order_id, facts=(("word", word),))


def put(store: SqlStore, *what: Notice | str) -> None:
    """Notices, and cards by their order's id, in this order."""
    with store.unit() as unit:
        for one in what:
            if isinstance(one, Notice):
                unit.tell(one)
            else:
                unit.draw_card(order(one))


def claim(outbox: Outbox) -> Post:
    post = outbox.claim(NOW, "w1")
    assert post is not None
    return post


def word(post: Post | None) -> str:
    """What a test called it."""
    if post is None:
        return ""
    return post.notice.fact("word") if post.notice else f"{CARD} {post.order_id}"


def send_all(outbox: Outbox) -> list[str]:
    sent = []
    while post := outbox.claim(NOW, "w1"):
        assert outbox.tried(post, NOW)
        assert outbox.sent(post, PLACE, NOW)
        sent.append(word(post))
    return sent


@pytest.mark.parametrize(("notice", "lane"), [
    (in_channel("C7", "a"), "C7"), (Notice(Told.UNDELIVERED, "C1", "o-1", person="U7"), "U7"),
    (Notice(Told.PAUSED, "C1"), "admins"),
])  # fmt: skip
def test_the_lane_is_where_it_goes(store: SqlStore, outbox: Outbox, notice: Notice, lane: str) -> None:
    put(store, notice)
    assert claim(outbox) == Post("p-1", PostKind.NOTICE, lane, notice.order_id, NOW, notice, fence=1)


def test_one_post_at_a_time_in_each_lane_in_order(store: SqlStore, outbox: Outbox) -> None:
    put(store, in_channel("C1", "a"), in_channel("C1", "b"), in_channel("C2", "c"))
    first, second = claim(outbox), claim(outbox)
    assert (word(first), word(second)) == ("a", "c")
    assert outbox.claim(NOW, "w2") is None
    assert outbox.sent(first, PLACE, NOW)
    assert word(outbox.claim(NOW, "w2")) == "b"


def test_what_waits_alone_lets_its_lane_go_on(store: SqlStore, outbox: Outbox) -> None:
    late = in_channel("C1", "late")
    put(store, late, late, in_channel("C1", "a"))
    assert all(outbox.later(claim(outbox), NOW + MINUTE, alone=True) for _ in range(2))
    assert send_all(outbox) == ["a"]
    assert outbox.claim(NOW + MINUTE, "w1") == Post("p-1", PostKind.NOTICE, "C1", "", NOW + MINUTE, late, fence=2)
    assert outbox.claim(NOW + MINUTE, "w2") is None  # now that it is due it comes before what was said after it


@pytest.mark.parametrize(("surely", "tried_at"), [({}, NOW), ({"arrived": False}, None)])
def test_a_post_that_may_have_arrived_says_so(
    store: SqlStore, outbox: Outbox, surely: dict[str, bool], tried_at: datetime | None
) -> None:
    put(store, in_channel("C1", "a"), in_channel("C1", "b"))
    post = claim(outbox)
    assert outbox.tried(post, NOW)
    assert outbox.later(post, NOW + MINUTE, **surely)
    assert outbox.claim(NOW, "w1") is None  # its lane waits with it
    again = outbox.claim(NOW + MINUTE, "w1")
    assert again == replace(post, tried_at=tried_at, tries=1, fence=2)


def test_a_sender_that_died_is_replaced_and_shut_out(engine: Engine, store: SqlStore, outbox: Outbox) -> None:
    put(store, in_channel("C1", "a"))
    slow = claim(outbox)
    assert outbox.tried(slow, NOW)
    let_leases_run_out(engine, tables.outbox)
    again = claim(outbox)
    assert again == replace(slow, fence=2, tried_at=NOW, tries=1)
    late = outbox.tried(slow, NOW), outbox.later(slow, NOW), outbox.sent(slow, PLACE, NOW)
    assert (*late, outbox.undeliverable(slow, "gone", NOW)) == (False,) * 4
    assert outbox.sent(again, PLACE, NOW)
    assert outbox.claim(NOW, "w1") is None


@pytest.mark.parametrize(("told", "sent"), [
    ([on_card("o-1", "held"), in_channel("C1", "b"), "o-1", on_card("o-1", "c")], ["b", "card o-1", "held", "c"]),
    ([on_card("o-1", "held"), "o-2", on_card("o-2", "fine")], ["card o-2", "fine"]),
    ([on_card("o-1", "held"), "o-2", "o-1"], ["card o-2", "card o-1", "held"]),
    (["o-1", "o-1", "o-2", "o-1"], ["card o-1", "card o-2"]),
], ids=["the card first", "another card", "its own at last", "doubled before it is begun"])  # fmt: skip
def test_what_a_thread_waits_for(store: SqlStore, outbox: Outbox, told: list[Notice | str], sent: list[str]) -> None:
    for one in told:
        put(store, one)
    assert send_all(outbox) == sent


def test_a_card_that_somebody_begins_to_send_is_drawn_again(store: SqlStore, outbox: Outbox) -> None:
    put(store, "o-1")
    sending = claim(outbox)
    put(store, "o-1", "o-1")
    assert outbox.sent(sending, PLACE, NOW)
    unsure = claim(outbox)
    assert outbox.tried(unsure, NOW)
    assert outbox.later(unsure, NOW)
    put(store, "o-1")
    assert send_all(outbox) == ["card o-1"] * 2


@side_by_side
def test_no_card_is_begun_while_its_order_is_being_changed(store: SqlStore, outbox: Outbox) -> None:
    put(store, "o-1")
    with store.unit() as unit:
        unit.draw_card(order("o-1"))
        assert outbox.claim(NOW, "w1") is None
    assert send_all(outbox) == ["card o-1"]


@side_by_side
def test_what_was_told_first_but_committed_later_comes_later(engine: Engine, store: SqlStore, outbox: Outbox) -> None:
    another = SqlStore(engine, FakeClock(NOW), RandomIds(), AUDIT_KEY)
    with store.unit() as unit:
        unit.tell(in_channel("C1", "late"))
        put(another, in_channel("C1", "early"))
        early = claim(outbox)
    assert word(early) == "early"
    assert outbox.claim(NOW, "w2") is None
    assert outbox.sent(early, PLACE, NOW)
    assert word(claim(outbox)) == "late"


def test_senders_share_the_lanes_and_keep_their_order(store: SqlStore, outbox: Outbox) -> None:
    lanes = [f"C{number}" for number in range(5)]
    put(store, *(in_channel(lane, str(number)) for number in range(8) for lane in lanes))
    sent: dict[str, list[str]] = {lane: [] for lane in lanes}

    def send(owner: int) -> None:
        while sum(map(len, sent.values())) < 40:
            if post := outbox.claim(NOW, f"w{owner}"):
                sent[post.lane].append(word(post))
                assert outbox.sent(post, PLACE, NOW)

    assert race(4, send) == [None] * 4
    assert sent == {lane: [str(number) for number in range(8)] for lane in lanes}


def test_what_was_sent_or_given_up_is_swept(store: SqlStore, outbox: Outbox) -> None:
    put(store, in_channel("C1", "a"), in_channel("C2", "b"), in_channel("C3", "c"))
    outbox.sent(claim(outbox), PLACE, NOW)
    outbox.undeliverable(claim(outbox), "archived", NOW)
    assert (outbox.sweep(NOW), outbox.sweep(NOW + MINUTE)) == (0, 2)
    assert word(outbox.claim(NOW, "w1")) == "c"
