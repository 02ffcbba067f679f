"""Sending the outbox: one post at a time and lane, in commit order; an unsure one is looked for before another try."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.errors import PeopleUnknown, UnknownOrder
from bot.domain.notices import Audience, Notice, Told, Urgency
from bot.domain.pace import at_work
from bot.domain.watching import Known
from bot.ports import CannotPost, Job, Later, Notifier, Place, Post, Unsure
from bot.service.gear import Gear
from bot.shown.card import CardFacts

FRESH = timedelta(hours=1)  # how long what the watch saw is posted without another look
BURST = 5  # posts to one lane before it is slowed to its pace
AGAIN = (timedelta(seconds=2), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))


class Lanes(Protocol):
    """The outbox as the sender needs it."""

    def claim(self, now: datetime, owner: str) -> Post | None:
        """The oldest due post of a lane that nobody holds."""

    def tried(self, post: Post, now: datetime) -> bool:
        """Put on record, before sending, that it may arrive from now on. False: somebody else has it now."""

    def sent(self, post: Post, place: Place, now: datetime) -> bool:
        """It stands there."""

    def later(self, post: Post, at: datetime, *, arrived: bool | None = None, alone: bool = False) -> bool:
        """Come back then. `arrived=False`: it surely did not, so nothing need be looked for; `alone`: others pass."""

    def undeliverable(self, post: Post, reason: str, now: datetime) -> bool:
        """It can never be posted there."""


class Send:
    """Takes posts from the outbox to Slack."""

    def __init__(self, gear: Gear, lanes: Lanes, notifier: Notifier, pace: float) -> None:
        self.gear, self.lanes, self.notifier, self.pace = gear, lanes, notifier, timedelta(seconds=pace)
        self._until: dict[str, datetime] = {}  # by lane: when what was sent so far is paid for at that pace

    def send_next(self, owner: str) -> bool:
        """Send one post that is due; False when there is none."""
        post = self.lanes.claim(self.gear.now(), owner)
        if post is None:
            return False
        lanes, now = self.lanes, self.gear.now()
        if post.notice and not post.tried_at and (due := self._at_work(post.notice, now)) > now:
            return lanes.later(post, due, alone=True)
        if post.notice and self._is_old_news(post.notice, now):
            return lanes.undeliverable(post, "no longer the newest word", now)
        paid = max(self._until.get(post.lane, now), now) + self.pace
        if paid - now > BURST * self.pace:
            return lanes.later(post, now + self.pace, arrived=None if post.tried_at else False)
        self._until[post.lane] = paid
        facts, card = self._surroundings(post)
        try:
            place = self._attempt(post, facts, card, now)
        except Later as wait:
            lanes.later(post, now + timedelta(seconds=wait.seconds), arrived=None if post.tried_at else False)
        except Unsure:
            lanes.later(post, now + AGAIN[min(post.tries, len(AGAIN) - 1)])
        except CannotPost as cannot:
            self._give_up(post, facts, str(cannot))
        else:
            if place is not None:
                lanes.sent(post, place, now)
        return True

    def _at_work(self, notice: Notice, now: datetime) -> datetime:
        """When it may be posted: what is for working hours while the agency works, by whose calendar; directly to
        somebody, in their own time.
        """
        policy = self.gear.policy
        if notice.told.urgency is not Urgency.WORKING_HOURS:
            return now
        zone = policy.time_zone
        with suppress(PeopleUnknown):
            zone = self.gear.people.person(notice.person).time_zone if notice.person else zone
        return at_work(now, zone, policy.holidays)

    def _is_old_news(self, notice: Notice, now: datetime) -> bool:
        """What the watch saw is posted while it is fresh and nothing newer is known; else it looks again, and says
        what is so by then against what was said before.
        """
        thing, at = notice.fact("thing"), notice.fact("at")
        if not thing:
            return False
        with self.gear.store.unit() as unit:
            known = unit.known(thing)
            newest = known.at is not None and known.at.isoformat() == at
            if newest and now - datetime.fromisoformat(at) < FRESH:
                return False
            unit.save_known(thing, Known(known.before) if newest else Known())
            unit.schedule(Job("watch", notice.project_id, now))
        return True

    def _surroundings(self, post: Post) -> tuple[CardFacts | None, Place | None]:
        if not post.order_id:
            return None, None
        with self.gear.store.unit() as unit:
            try:
                order = unit.order(post.order_id)
            except UnknownOrder:
                return None, None
            return self.gear.facts(unit, order), unit.card_place(post.order_id)

    def _attempt(self, post: Post, facts: CardFacts | None, card: Place | None, now: datetime) -> Place | None:
        """Where it stands now; None when somebody else has it. An earlier try may have arrived: look before sending."""
        found = self.notifier.find(post, card) if post.tried_at else None
        if found is not None or not self.lanes.tried(post, now):
            return found
        return self.notifier.send(post, facts, card)

    def _give_up(self, post: Post, facts: CardFacts | None, reason: str) -> None:
        """What cannot be said in the channel goes to requester and owner by direct message, once."""
        self.lanes.undeliverable(post, reason, self.gear.now())
        if facts is None or (post.notice and post.notice.audience is Audience.PERSON):
            return
        owner = facts.project.owner if facts.project else ""
        with self.gear.store.unit() as unit:
            for person in dict.fromkeys((facts.order.requester, owner)):
                if person and post.notice is not None:
                    what = (("what", post.notice.told.value), *post.notice.facts)
                    unit.tell(Notice(Told.UNDELIVERED, post.lane, post.order_id, person, (), what))
