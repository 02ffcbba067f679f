"""Posting: where each notice goes, what each kind of trouble means, and how an unsure post is found again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from slack_sdk import WebClient

from bot.domain.notices import Audience, Notice, Told
from bot.ports import CannotPost, Later, Place, Post, PostKind, Unsure
from bot.shown.review import Review
from handlers.notify import SlackNotifier
from tests.fakes import CHANNEL, NOW, REQUESTER
from tests.handlers.desk import ORDER, facts_of
from tests.sandbox.slack import Message, Workspace

CARD = Post("p-card", PostKind.CARD, CHANNEL, ORDER, NOW)
REVIEW = Review(facts_of(), "d" * 64)


def told_post(audience: Audience, number: str = "p-1", lane: str = CHANNEL) -> Post:
    told = next(each for each in Told if Notice(each).audience is audience and each is not Told.SECOND_WANTED)
    notice = Notice(told, CHANNEL, ORDER, lane if audience is Audience.PERSON else "")
    return Post(number, PostKind.NOTICE, lane, ORDER, NOW, notice)


REPLY = told_post(Audience.THREAD)


@dataclass
class Edge:
    """The notifier in front of a workspace in which an order has its card."""

    ws: Workspace
    notifier: SlackNotifier
    card: Place

    def send(self, post: Post) -> Place:
        return self.notifier.send(post, facts_of(), self.card)

    def at(self, place: Place) -> Message:
        found = self.ws.find_post(place.channel, place.ts)
        assert found is not None
        return found


@pytest.fixture
def edge(workspace: Workspace) -> Edge:
    workspace.faults.clear()
    workspace.violations.clear()
    admins = next((each for each in workspace.channels.values() if each.name == "admins"), None)
    admins = admins or workspace.add_channel("admins")
    notifier = SlackNotifier(WebClient(workspace.bot_token, workspace.api_url, timeout=2), admins.id)
    return Edge(workspace, notifier, notifier.send(CARD, facts_of(), None))


def test_a_card_is_posted_once_and_then_changed_in_place(edge: Edge) -> None:
    before = len(edge.ws.messages(CHANNEL))
    assert edge.notifier.send(replace(CARD, id="p-2"), replace(facts_of(), needed=2), edge.card) == edge.card
    assert (len(edge.ws.messages(CHANNEL)), bool(edge.at(edge.card).edited)) == (before, True)
    assert edge.at(edge.card).metadata == {"event_type": "certdesk_post", "event_payload": {"post": "p-card"}}


@pytest.mark.parametrize("error", ["message_not_found", "edit_window_closed"])
def test_a_card_that_vanished_is_posted_anew(edge: Edge, error: str) -> None:
    edge.ws.faults.arm("chat.update", "error", error=error)
    anew = edge.send(CARD)
    assert anew.ts != edge.card.ts
    assert edge.at(anew).thread_ts is None


@pytest.mark.parametrize(("audience", "in_thread", "in_channel"), [
    (Audience.THREAD, True, False), (Audience.MILESTONE, True, True), (Audience.CHANNEL, False, True),
])  # fmt: skip
def test_a_notice_goes_where_its_audience_reads_and_shows_no_links(
    edge: Edge, audience: Audience, *, in_thread: bool, in_channel: bool
) -> None:
    place = edge.send(told_post(audience))
    assert (edge.at(place).thread_ts == edge.card.ts) is in_thread
    assert (place.ts in [each.ts for each in edge.ws.messages(CHANNEL)]) is in_channel
    sent = json.loads(edge.ws.recorder.find("/api/chat.postMessage")[-1].body)
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


def test_a_notice_for_the_admins_goes_to_their_channel(edge: Edge) -> None:
    place = edge.notifier.send(told_post(Audience.ADMINS, lane=""), None, edge.card)
    assert edge.ws.find_channel(place.channel).name == "admins"


def test_without_an_admin_channel_nothing_is_posted(workspace: Workspace) -> None:
    alone = SlackNotifier(WebClient(workspace.bot_token, workspace.api_url))
    with pytest.raises(CannotPost):
        alone.send(told_post(Audience.ADMINS, lane=""), None, None)


def test_a_notice_for_a_person_is_a_direct_message(edge: Edge) -> None:
    place = edge.send(told_post(Audience.PERSON, lane=REQUESTER))
    assert edge.ws.find_channel(place.channel).im == REQUESTER
    assert edge.at(place).thread_ts is None


OUTCOMES: list[tuple[str, Mapping[str, object], type[Exception]]] = [
    ("rate_limited", {"after": 17}, Later),
    *(("error", {"error": error}, Later) for error in ("ratelimited", "token_revoked")),
    *((trouble, {}, Unsure) for trouble in ("server_error", "html", "drop_before", "drop_after")),
    ("error", {"error": "internal_error"}, Unsure),
    *(("error", {"error": error}, CannotPost)
      for error in ("not_in_channel", "channel_not_found", "is_archived", "invalid_blocks")),
]  # fmt: skip


@pytest.mark.parametrize(("trouble", "how", "outcome"), OUTCOMES)
@pytest.mark.parametrize(("method", "post"), [("chat.postMessage", REPLY), ("chat.update", CARD)])
def test_each_trouble_has_its_outcome(
    edge: Edge, method: str, post: Post, trouble: str, how: Mapping[str, object], outcome: type[Exception]
) -> None:
    edge.ws.faults.arm(method, trouble, 1, **how)
    with pytest.raises(outcome) as raised:
        edge.send(post)
    if isinstance(raised.value, Later) and "after" in how:
        assert raised.value.seconds == how["after"]


def test_a_dropped_connection_posts_once_and_the_post_is_found(edge: Edge) -> None:
    post = told_post(Audience.MILESTONE, "p-unsure")
    edge.ws.faults.arm("chat.postMessage", "drop_after")
    with pytest.raises(Unsure):
        edge.send(post)
    found = edge.notifier.find(post, edge.card)
    assert found is not None
    ours = {"event_type": "certdesk_post", "event_payload": {"post": "p-unsure"}}
    assert edge.at(found).metadata == ours
    assert len([each for each in edge.ws.posts[CHANNEL] if each.metadata == ours]) == 1


def test_a_post_that_never_arrived_is_not_found(edge: Edge) -> None:
    post = told_post(Audience.THREAD, "p-lost")
    edge.ws.faults.arm("chat.postMessage", "drop_before")
    with pytest.raises(Unsure):
        edge.send(post)
    assert [edge.notifier.find(post, card) for card in (edge.card, replace(edge.card, ts="1.000001"))] == [None, None]


@pytest.mark.parametrize(("audience", "lane"), [(Audience.CHANNEL, CHANNEL), (Audience.PERSON, REQUESTER)])
def test_an_unsure_post_outside_a_thread_is_found_behind_others(edge: Edge, audience: Audience, lane: str) -> None:
    post = told_post(audience, "p-first", lane)
    place = edge.notifier.send(post, None, None)
    for number in range(3):
        edge.notifier.send(told_post(audience, f"p-later{number}", lane), None, None)
    assert edge.notifier.find(post, None) == place


def test_looking_for_a_post_in_vain_because_slack_is_away_proves_nothing(edge: Edge) -> None:
    edge.ws.faults.arm("conversations.replies", "server_error")
    with pytest.raises(Unsure):
        edge.notifier.find(REPLY, edge.card)


def test_a_thread_whose_card_was_deleted_goes_on_in_the_channel(edge: Edge) -> None:
    edge.ws.drop_post(edge.at(edge.card))
    assert edge.at(edge.send(REPLY)).thread_ts is None


def test_a_review_whose_view_was_closed_is_no_trouble_but_one_that_slack_did_not_take_is(edge: Edge) -> None:
    edge.notifier.review("V0GONE", REVIEW)
    edge.ws.faults.arm("views.update", "server_error")
    with pytest.raises(Unsure):
        edge.notifier.review("V0ANY", REVIEW)
