"""Posts to Slack: implements the ports `Notifier` and `Screens`. Words and looks are the views'.

Slack has no idempotency key: every post carries its own id as metadata, by which an unsure one is found again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from itertools import islice
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.domain.notices import Audience
from bot.ports import CannotPost, Later, Place, Post, PostKind, Unsure
from bot.shown.card import CardFacts
from bot.shown.form import FormShown
from bot.shown.review import Probed, Review
from handlers.views.card import card as draw_card
from handlers.views.form import form_view
from handlers.views.notices import notice as draw_notice
from handlers.views.review import probed as draw_probed
from handlers.views.review import review as draw_review

EVENT_TYPE = "certdesk_post"
_PAGE, _MOST_PAGES = 200, 5
_LATER = 30.0
_QUIET = {"unfurl_links": False, "unfurl_media": False}
_IN_DOUBT = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_BUSY = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
# the operator can mend these, so nothing is given up
_OURS = frozenset({"account_inactive", "invalid_auth", "missing_scope", "not_authed", "token_expired", "token_revoked"})
_NOT_THERE = frozenset(
    {"cannot_reply_to_message", "edit_window_closed", "message_not_found", "not_found", "thread_not_found"}
)


class _Gone(CannotPost):
    """The message, thread or view that was meant is no longer there."""


class SlackNotifier:
    """`admin_channel` is where notices for the admins go.

    Posts through a client of its own without automatic retry: the library's would post again what Slack has accepted.
    """

    def __init__(self, client: WebClient, admin_channel: str = "") -> None:
        self._admin_channel = admin_channel
        self._client = WebClient(
            client.token, client.base_url, client.timeout, client.ssl, client.proxy, retry_handlers=[]
        )

    def send(self, post: Post, facts: CardFacts | None, card: Place | None) -> Place:
        """Post or update; answers where it stands. What hung on a message that vanished is posted anew."""
        message = _message(post, facts)
        with suppress(_Gone):
            if post.kind is PostKind.CARD and card is not None:
                return _place(_ask(self._client.chat_update, channel=card.channel, ts=card.ts, **message))
        message |= {"channel": self._channel(post), "metadata": _metadata(post), **_QUIET}
        with suppress(_Gone):
            return _place(_ask(self._client.chat_postMessage, **message, **_thread(post, card)))
        return _place(_ask(self._client.chat_postMessage, **message))

    def find(self, post: Post, card: Place | None) -> Place | None:
        """Where an unsure post arrived, by its metadata; None when it did not."""
        channel, thread = self._channel(post), _thread(post, card).get("thread_ts")
        with suppress(_Gone):
            messages = _ask(self._messages, channel=channel, thread=thread)
            ours = _metadata(post)["event_payload"]
            found = [each["ts"] for each in messages if each.get("metadata", {}).get("event_payload") == ours]
            return Place(channel, str(found[0])) if found else None
        return None

    def review(self, view_id: str, review: Review) -> None:
        """Replace a waiting view; nothing happens when its reader has closed it. Raises like `send`."""
        self._draw(view_id, draw_review(review))

    def probed(self, view_id: str, probed: Probed) -> None:
        """The same with what was found."""
        self._draw(view_id, draw_probed(probed))

    def form(self, view_id: str, shown: FormShown) -> None:
        """Draw a step of a form again; nothing happens when it is closed. Raises like `send`."""
        self._draw(view_id, form_view(shown))

    def _draw(self, view_id: str, view: dict[str, Any]) -> None:
        with suppress(_Gone):
            _ask(self._client.views_update, view_id=view_id, view=view)

    def _messages(self, *, channel: str, thread: str | None) -> list[dict[str, Any]]:
        where: dict[str, Any] = {"channel": channel, "limit": _PAGE, "include_all_metadata": True}
        if thread is None:
            pages = self._client.conversations_history(**where)
        else:
            pages = self._client.conversations_replies(ts=thread, **where)
        return [message for page in islice(pages, _MOST_PAGES) for message in page["messages"]]

    def _channel(self, post: Post) -> str:
        lane = post.lane
        if post.notice is not None and post.notice.audience is Audience.ADMINS:
            lane = self._admin_channel
        if not lane:
            raise CannotPost("nowhere to post it")
        if lane.startswith(("U", "W")):  # a person
            return str(_ask(self._client.conversations_open, users=lane)["channel"]["id"])
        return lane


def _message(post: Post, facts: CardFacts | None) -> dict[str, Any]:
    if post.notice is not None:
        text, blocks = draw_notice(post.notice, facts)
    elif facts is not None:
        text, blocks = draw_card(facts)
    else:
        raise CannotPost("a card without its order")
    return {"text": text, "blocks": blocks}


def _metadata(post: Post) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"post": post.id}}


def _thread(post: Post, card: Place | None) -> dict[str, Any]:
    """Where in the channel: a milestone is a reply that is also sent to the channel."""
    audience = post.notice.audience if post.notice else None
    if card is None or card.channel != post.lane or audience not in (Audience.THREAD, Audience.MILESTONE):
        return {}
    return {"thread_ts": card.ts, "reply_broadcast": audience is Audience.MILESTONE}


def _place(answer: SlackResponse) -> Place:
    return Place(str(answer["channel"]), str(answer["ts"]))


def _ask(method: Callable[..., Any], **arguments: Any) -> Any:  # noqa: ANN401 - each method answers its own shape
    """Call Slack; every failure becomes one of the port's outcomes, or _Gone."""
    try:
        return method(**arguments)
    except SlackApiError as error:
        raise _outcome(error.response) from error
    except (OSError, HTTPException, ValueError) as error:  # no answer, half an answer, an answer that is no JSON
        raise Unsure(type(error).__name__) from error


def _outcome(answer: SlackResponse) -> Exception:
    word = str(answer.get("error", ""))
    if answer.status_code == 429 or word in _BUSY | _OURS:
        return Later(_seconds(answer.headers))
    if answer.status_code >= 500 or word in _IN_DOUBT or not re.fullmatch(r"[a-z_]+", word):
        return Unsure(f"{answer.status_code} {word[:40]}")
    return _Gone(word) if word in _NOT_THERE else CannotPost(word)


def _seconds(headers: dict[str, str]) -> float:
    """Retry-After in whole seconds; a pause of our own where Slack names none."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(told) if told.isdigit() else _LATER
