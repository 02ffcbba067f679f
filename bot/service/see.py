"""Looking things up for people: cards, lists, history. Read-only; what one may not see does not exist."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from bot.domain.approval import Action, Role
from bot.domain.client import Project
from bot.domain.errors import NotAMember
from bot.domain.order import ENDS, OPEN, Order, Status
from bot.domain.pace import DAY
from bot.ports import Entry
from bot.service.gear import Gear
from bot.shown.card import CardFacts

_MOST = 20
_IN_HAND = (Status.ISSUED, Status.LIVE)
_LISTED = (*OPEN, *_IN_HAND)
_FORGOTTEN = 30 * DAY  # a no that nobody answered for so long waits for nobody
_EXPIRING = 60 * DAY


@dataclass(frozen=True, slots=True)
class Home:
    """What one person finds at home; each project with whether they may change it."""

    waiting: tuple[CardFacts, ...]
    mine: tuple[CardFacts, ...]
    expiring: tuple[CardFacts, ...]
    projects: tuple[tuple[Project, bool], ...]


class See:
    """Queries for the Slack edge."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def order(self, order_id: str, user: str) -> CardFacts:
        """One order, if this person may see it."""
        return self._facts(self.gear.allow(Action.SEE, user, order_id))

    def _facts(self, order: Order) -> CardFacts:
        with self.gear.store.unit() as unit:
            return self.gear.facts(unit, order)

    def find(self, text: str, user: str, channel: str) -> list[CardFacts]:
        """Orders by id, or by a web address or a part of one; newest first."""
        wanted = text.strip().lower()
        with self.gear.store.unit() as unit:
            orders = [o for o in unit.orders() if o.id == wanted or any(wanted in name for name in o.request.names)]
        return [self._facts(order) for order in self._visible(orders, user, channel)[:_MOST]]

    def open_orders(self, user: str, channel: str) -> list[CardFacts]:
        """The channel's orders that are not over; in a direct message those of all the person's channels."""
        with self.gear.store.unit() as unit:
            project = unit.project(channel)
            orders = unit.orders(project_id=channel if project else "", statuses=_LISTED)
        return [self._facts(order) for order in self._visible(orders, user, channel)[:_MOST]]

    def _visible(self, orders: list[Order], user: str, channel: str) -> list[Order]:
        """What this person may see; the present channel first."""
        with self.gear.store.unit() as unit:
            projects = {order.project_id: unit.project(order.project_id) for order in orders}
        seen = set()
        with suppress(NotAMember):
            seen = {key for key, of in projects.items() if self.gear.roles(user, of) & Action.SEE.roles}
        return sorted((o for o in orders if o.project_id in seen), key=lambda order: order.project_id != channel)

    def history(self, order_id: str, user: str) -> list[Entry]:
        """The order's audit, oldest first."""
        self.gear.allow(Action.SEE, user, order_id)
        with self.gear.store.unit() as unit:
            return unit.audit(order_id)

    def home(self, user: str) -> Home:
        """What waits for this person, what they asked for, what ends soon, the projects they are in."""
        gear, now = self.gear, self.gear.now()
        gear.roles(user, None)  # says so to guests
        with gear.store.unit() as unit:
            orders, projects = unit.orders(statuses=[s for s in Status if s not in ENDS]), unit.projects()
        roles = [(project, gear.roles(user, project)) for project in projects]
        again = {order.corrects for order in orders}
        renewed = {order.request.renews for order in orders if order.status in _IN_HAND}
        fresh = [o for o in orders if o.status in _LISTED or (o.id not in again and now - o.since < _FORGOTTEN)]
        seen = [self._facts(order) for order in self._visible(fresh, user, "")]
        ends = sorted(
            (of.order.certificate.not_after, of.order.id, of)
            for of in seen
            if of.order.certificate and of.order.status in _IN_HAND and of.order.id not in renewed
        )
        return Home(
            tuple(of for of in seen if user in of.next_people),
            tuple(of for of in seen if of.order.requester == user and of.order.status in _LISTED),
            tuple(of for end, _, of in ends if end - now <= _EXPIRING),
            tuple((project, bool(own & Action.SET_UP.roles)) for project, own in roles if Role.MEMBER in own),
        )
