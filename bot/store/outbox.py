"""Posts to Slack: one at a time in each lane, in the order they were committed, each sent by one worker under a lease.

What hangs on an order's card waits, and lets others pass, until the card stands somewhere or can never be posted.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, delete, exists, insert, or_, select, update

from bot.domain.notices import Audience, Notice
from bot.domain.order import Order
from bot.ports import Place, Post, PostKind
from bot.store.body import dump, load
from bot.store.engine import database_seconds, lease, put_row, run, take
from bot.store.tables import cards, outbox

_FREE = {"lease_until": None, "owner": ""}
_ON_CARD = (Audience.THREAD, Audience.MILESTONE)


def put_notice(connection: sa.Connection, post_id: str, notice: Notice, at: datetime) -> None:
    """A notice to be said at that time, in the lane of the channel or person it goes to."""
    lanes = {Audience.PERSON: notice.person, Audience.ADMINS: "admins"}
    lane = lanes.get(notice.audience, notice.project_id)
    on_card = notice.audience in _ON_CARD and bool(notice.order_id)
    row = {"kind": PostKind.NOTICE, "order_id": notice.order_id, "on_card": on_card, "notice": dump(notice)}
    connection.execute(insert(outbox).values(post_id=post_id, lane=lane, at=at, not_before=at, **row))


def put_card(connection: sa.Connection, post_id: str, order: Order, at: datetime) -> None:
    """The order's card, unless one waits that nobody has begun to send.

    That row is locked: nobody may begin to send it with what the order was before this transaction.
    """
    waiting = and_(
        outbox.c.order_id == order.id, outbox.c.kind == PostKind.CARD, outbox.c.done_at.is_(None),
        outbox.c.tried_at.is_(None), outbox.c.lease_until.is_(None),
    )  # fmt: skip
    if connection.execute(select(outbox.c.id).where(waiting).with_for_update()).first() is None:
        row = {"kind": PostKind.CARD, "order_id": order.id, "on_card": False, "lane": order.project_id}
        connection.execute(insert(outbox).values(post_id=post_id, at=at, not_before=at, **row))


def place_of(connection: sa.Connection, order_id: str) -> Place | None:
    """Where the order's card stands."""
    row = connection.execute(select(cards).filter_by(order_id=order_id)).first()
    return Place(row.channel, row.ts) if row else None


def _held(post: Post) -> sa.ColumnElement[bool]:
    return and_(outbox.c.post_id == post.id, outbox.c.fence == post.fence, outbox.c.lease_until.is_not(None))


def _waits_for_card(row: sa.FromClause) -> sa.ColumnElement[bool]:
    given_up = outbox.alias()
    hopeless = (given_up.c.order_id == row.c.order_id) & (given_up.c.kind == PostKind.CARD) & (given_up.c.failed != "")
    placed = exists().where(cards.c.order_id == row.c.order_id)
    return and_(row.c.on_card, ~placed, ~exists().where(hopeless))


def _lane_is_taken(now: datetime) -> sa.ColumnElement[bool]:
    """An earlier post that is due and could go, or any post that somebody is sending, comes first."""
    other = outbox.alias()
    earlier = (other.c.id < outbox.c.id) & (other.c.at <= now) & ~_waits_for_card(other)
    sending = (other.c.id != outbox.c.id) & (other.c.lease_until >= database_seconds())
    same_lane = (other.c.lane == outbox.c.lane) & other.c.done_at.is_(None)
    return exists().where(same_lane, or_(earlier, sending))


class Outbox:
    """The senders' side. A False answer: the lease ran out and somebody else has the post."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def claim(self, now: datetime, owner: str) -> Post | None:
        """The oldest post that may go now, for this owner alone for 60 seconds."""
        free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < database_seconds())
        may_go = and_(
            outbox.c.done_at.is_(None), outbox.c.not_before <= now, free, ~_waits_for_card(outbox), ~_lane_is_taken(now)
        )
        oldest = select(outbox.c.id).where(may_go).order_by(outbox.c.id).limit(1)
        return next(map(_post, take(self._engine, outbox, oldest, owner)), None)

    def tried(self, post: Post, now: datetime) -> bool:
        """On record, directly before the send, that from now on it may have arrived."""
        return self._write(post, tried_at=now, tries=outbox.c.tries + 1, lease_until=lease())

    def sent(self, post: Post, place: Place, now: datetime) -> bool:
        """It arrived; a card's place is kept."""
        with self._engine.begin() as connection:
            done = connection.execute(update(outbox).where(_held(post)).values(**_FREE, done_at=now)).rowcount == 1
            if done and post.kind is PostKind.CARD:
                put_row(connection, cards, {"order_id": post.order_id}, {"channel": place.channel, "ts": place.ts})
        return done

    def later(self, post: Post, at: datetime, *, arrived: bool | None = None, alone: bool = False) -> bool:
        """Not now; its lane waits with it, unless it waits `alone`. `arrived=False`: it surely did not, so nothing need
        be reconciled.
        """
        forget = {"tried_at": None} if arrived is False else {}
        return self._write(post, **_FREE, not_before=at, **forget, **({"at": at} if alone else {}))

    def undeliverable(self, post: Post, reason: str, now: datetime) -> bool:
        """It can never be posted there; the lane goes on."""
        return self._write(post, **_FREE, done_at=now, failed=reason or "unknown")

    def _write(self, post: Post, **values: Any) -> bool:
        return run(self._engine, update(outbox).where(_held(post)).values(**values)) == 1

    def sweep(self, before: datetime) -> int:
        """Delete what was sent or given up before then; how many."""
        return run(self._engine, delete(outbox).where(outbox.c.done_at < before))


def _post(row: sa.Row[Any]) -> Post:
    notice = load(Notice, row.notice) if row.notice else None
    return Post(
        row.post_id, PostKind(row.kind), row.lane, row.order_id, row.at, notice, row.tried_at, row.tries, row.fence
    )
