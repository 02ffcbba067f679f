"""Posting: where each notice goes, what each kind of trouble means, and how an unsure post is found again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient

from bot.domain.notices import Audience, Notice, Told
from bot.ports import CannotPost, Later, Place, Post, PostKind, Unsure
from bot.shown.review import Review
from handlers.notify import SlackNotifier
from handlers.views.review import waiting
from tests.handlers.desk import CHANNEL, facts_of
from tests.handlers.surface import Surface
from tests.sandbox.slack import Message, Workspace

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def notifier(workspace: Workspace) -> SlackNotifier:
    workspace.faults.clear()
    workspace.violations.clear()
    admins = next((each for each in workspace.channels.values() if each.name == "admins"), None)
    admins = admins or workspace.add_channel("admins")
    return SlackNotifier(WebClient(workspace.bot_token, workspace.api_url, timeout=2), admins.id)


def card_post(number: str = "p-card") -> Post:
    return Post(number, PostKind.CARD, CHANNEL, "o-aaaa2222", AT)


def told_post(audience: Audience, number: str = "p-1", lane: str = CHANNEL) -> Post:
    told = next(each for each in Told if Notice(each).audience is audience and each is not Told.SECOND_WANTED)
    notice = Notice(told, CHANNEL, "o-aaaa2222", lane if audience is Audience.PERSON else "")
    return Post(number, PostKind.NOTICE, lane, "o-aaaa2222", AT, notice)


def at(workspace: Workspace, place: Place) -> Message:
    found = workspace.find_post(place.channel, place.ts)
    assert found is not None
    return found


@pytest.fixture
def card(notifier: SlackNotifier) -> Place:
    return notifier.send(card_post(), facts_of(), None)


def test_a_card_is_posted_once_and_then_changed_in_place(
    workspace: Workspace, notifier: SlackNotifier, card: Place
) -> None:
    before = len(workspace.messages(CHANNEL))
    assert notifier.send(card_post("p-2"), replace(facts_of(), needed=2), card) == card
    assert len(workspace.messages(CHANNEL)) == before
    assert at(workspace, card).edited
    assert at(workspace, card).metadata == {"event_type": "certdesk_post", "event_payload": {"post": "p-card"}}


@pytest.mark.parametrize("error", ["message_not_found", "edit_window_closed"])
def test_a_card_that_vanished_is_posted_anew(
    workspace: Workspace, notifier: SlackNotifier, card: Place, error: str
) -> None:
    workspace.faults.arm("chat.update", "error", error=error)
    anew = notifier.send(card_post("p-3"), facts_of(), card)
    assert anew.ts != card.ts
    assert at(workspace, anew).thread_ts is None


@pytest.mark.parametrize(
    ("audience", "in_thread", "in_channel"),
    [(Audience.THREAD, True, False), (Audience.MILESTONE, True, True), (Audience.CHANNEL, False, True)],
)
def test_a_notice_goes_where_its_audience_reads(
    workspace: Workspace, notifier: SlackNotifier, card: Place, audience: Audience, *, in_thread: bool, in_channel: bool
) -> None:
    place = notifier.send(told_post(audience), facts_of(), card)
    assert (at(workspace, place).thread_ts == card.ts) is in_thread
    assert (place.ts in [each.ts for each in workspace.messages(CHANNEL)]) is in_channel


def test_a_notice_for_the_admins_goes_to_their_channel(
    workspace: Workspace, notifier: SlackNotifier, card: Place
) -> None:
    place = notifier.send(told_post(Audience.ADMINS, lane=""), None, card)
    assert workspace.find_channel(place.channel).name == "admins"


def test_without_an_admin_channel_nothing_is_posted(workspace: Workspace) -> None:
    alone = SlackNotifier(WebClient(workspace.bot_token, workspace.api_url))
    with pytest.raises(CannotPost):
        alone.send(told_post(Audience.ADMINS, lane=""), None, None)


def test_a_notice_for_a_person_is_a_direct_message(workspace: Workspace, notifier: SlackNotifier, card: Place) -> None:
    place = notifier.send(told_post(Audience.PERSON, lane="U0ASKS"), facts_of(), card)
    assert workspace.find_channel(place.channel).im == "U0ASKS"
    assert at(workspace, place).thread_ts is None


def test_links_in_a_post_do_not_unfurl(workspace: Workspace, notifier: SlackNotifier, card: Place) -> None:
    notifier.send(told_post(Audience.THREAD), facts_of(), card)
    sent = workspace.recorder.find("/api/chat.postMessage")[-1].body
    assert '"unfurl_links": false' in sent
    assert '"unfurl_media": false' in sent


Trouble = Callable[[Workspace], None]
OUTCOMES: list[tuple[str, dict[str, object], type[Exception]]] = [
    ("rate_limited", {"after": 17}, Later),
    ("error", {"error": "ratelimited"}, Later),
    ("error", {"error": "token_revoked"}, Later),
    ("server_error", {}, Unsure),
    ("html", {}, Unsure),
    ("drop_before", {}, Unsure),
    ("drop_after", {}, Unsure),
    ("error", {"error": "internal_error"}, Unsure),
    ("error", {"error": "not_in_channel"}, CannotPost),
    ("error", {"error": "channel_not_found"}, CannotPost),
    ("error", {"error": "is_archived"}, CannotPost),
    ("error", {"error": "invalid_blocks"}, CannotPost),
]


@pytest.mark.parametrize(("trouble", "how", "outcome"), OUTCOMES)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_each_trouble_has_its_outcome(
    workspace: Workspace,
    notifier: SlackNotifier,
    card: Place,
    method: str,
    trouble: str,
    how: dict[str, object],
    outcome: type[Exception],
) -> None:
    workspace.faults.arm(method, trouble, 1, **how)
    post = card_post("p-4") if method == "chat.update" else told_post(Audience.THREAD)
    with pytest.raises(outcome) as raised:
        notifier.send(post, facts_of(), card)
    if isinstance(raised.value, Later) and "after" in how:
        assert raised.value.seconds == how["after"]


def test_a_channel_the_desk_left_or_that_is_archived_takes_no_post(
    workspace: Workspace, notifier: SlackNotifier
) -> None:
    left = workspace.add_channel("left", bot=False)
    gone = workspace.add_channel("gone")
    workspace.archive(gone)
    for channel in (left, gone):
        with pytest.raises(CannotPost):
            notifier.send(told_post(Audience.CHANNEL, lane=channel.id), None, None)


def test_a_dropped_connection_posts_once_and_the_post_is_found(
    workspace: Workspace, notifier: SlackNotifier, card: Place
) -> None:
    post = told_post(Audience.MILESTONE, "p-unsure")
    workspace.faults.arm("chat.postMessage", "drop_after")
    with pytest.raises(Unsure):
        notifier.send(post, facts_of(), card)
    found = notifier.find(post, card)
    assert found is not None
    ours = {"event_type": "certdesk_post", "event_payload": {"post": "p-unsure"}}
    assert at(workspace, found).metadata == ours
    assert len([each for each in workspace.posts[CHANNEL] if each.metadata == ours]) == 1


def test_a_post_that_never_arrived_is_not_found(workspace: Workspace, notifier: SlackNotifier, card: Place) -> None:
    post = told_post(Audience.THREAD, "p-lost")
    workspace.faults.arm("chat.postMessage", "drop_before")
    with pytest.raises(Unsure):
        notifier.send(post, facts_of(), card)
    assert notifier.find(post, card) is None
    assert notifier.find(post, replace(card, ts="1.000001")) is None


@pytest.mark.parametrize(("audience", "lane"), [(Audience.CHANNEL, CHANNEL), (Audience.PERSON, "U0ASKS")])
def test_an_unsure_post_outside_a_thread_is_found_behind_others(
    notifier: SlackNotifier, audience: Audience, lane: str
) -> None:
    post = told_post(audience, "p-first", lane)
    place = notifier.send(post, None, None)
    for number in range(3):
        notifier.send(told_post(audience, f"p-later{number}", lane), None, None)
    assert notifier.find(post, None) == place


def test_looking_for_a_post_in_vain_because_slack_is_away_proves_nothing(
    workspace: Workspace, notifier: SlackNotifier, card: Place
) -> None:
    workspace.faults.arm("conversations.replies", "server_error")
    with pytest.raises(Unsure):
        notifier.find(told_post(Audience.THREAD), card)


def test_a_thread_whose_card_was_deleted_goes_on_in_the_channel(
    workspace: Workspace, notifier: SlackNotifier, card: Place
) -> None:
    workspace.drop_post(at(workspace, card))
    place = notifier.send(told_post(Audience.THREAD), facts_of(), card)
    assert at(workspace, place).thread_ts is None


def test_a_waiting_view_becomes_the_review(surface: Surface, notifier: SlackNotifier) -> None:
    surface.open(waiting("o-aaaa2222"))
    assert surface.person.view is not None
    notifier.review(surface.person.view.id, Review(facts_of(), "d" * 64))
    assert surface.person.view.callback_id == "review.approve"
    assert surface.person.view.submit_label


def test_a_view_that_was_closed_is_no_trouble(notifier: SlackNotifier) -> None:
    notifier.review("V0GONE", Review(facts_of(), "d" * 64))


def test_a_review_that_slack_did_not_take_is_tried_again(workspace: Workspace, notifier: SlackNotifier) -> None:
    workspace.faults.arm("views.update", "server_error")
    with pytest.raises(Unsure):
        notifier.review("V0ANY", Review(facts_of(), "d" * 64))


@pytest.mark.parametrize("told", Told)
def test_everything_that_can_be_told_is_taken_by_slack(
    workspace: Workspace, notifier: SlackNotifier, card: Place, told: Told
) -> None:
    lane = "U0ASKS" if Notice(told).audience is Audience.PERSON else CHANNEL
    notice = Notice(told, CHANNEL, "o-aaaa2222", facts=(("form", "f-1"), ("by", "U0OKAYS")), mentions=("U0ASKS",))
    place = notifier.send(Post(f"p-{told}", PostKind.NOTICE, lane, "o-aaaa2222", AT, notice), facts_of(), card)
    assert at(workspace, place).text
    assert workspace.violations == []
