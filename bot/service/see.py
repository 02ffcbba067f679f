"""Looking things up for people: cards, lists, history. Read-only; what one may not see does not exist."""

from __future__ import annotations

from bot.domain.approval import Action, Role, permit
from bot.domain.client import Project
from bot.domain.errors import NotAllowed
from bot.domain.order import OPEN, Order, Status
from bot.ports import Entry
from bot.service.gear import Gear
from bot.service.project import ProjectInput
from bot.shown.card import CardFacts

_MOST = 20
_LISTED = (*OPEN, Status.ISSUED, Status.LIVE)


class See:
    """Queries for the Slack edge."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def order(self, order_id: str, user: str) -> CardFacts:
        """One order, if this person may see it."""
        order = self.gear.allow(Action.SEE, user, order_id)
        return self.facts(order)

    def facts(self, order: Order) -> CardFacts:
        """What an order's card shows."""
        with self.gear.store.unit() as unit:
            return self.gear.facts(unit, order)

    def find(self, text: str, user: str, channel: str) -> list[CardFacts]:
        """Orders by id, or by a web address or a part of one; newest first."""
        wanted = text.strip().lower()
        with self.gear.store.unit() as unit:
            orders = [o for o in unit.orders() if o.id == wanted or any(wanted in name for name in o.request.names)]
        return [self.facts(order) for order in self._visible(orders, user, channel)[:_MOST]]

    def open_orders(self, user: str, channel: str) -> list[CardFacts]:
        """The channel's orders that are not over; in a direct message those of all the person's channels."""
        with self.gear.store.unit() as unit:
            project = unit.project(channel)
            orders = unit.orders(project_id=channel if project else "", statuses=_LISTED)
        return [self.facts(order) for order in self._visible(orders, user, channel)[:_MOST]]

    def _visible(self, orders: list[Order], user: str, channel: str) -> list[Order]:
        """What this person may see; the present channel first."""
        seen = {order.project_id: self._sees(order.project_id, user) for order in orders}
        return sorted((o for o in orders if seen[o.project_id]), key=lambda order: order.project_id != channel)

    def _sees(self, project_id: str, user: str) -> bool:
        with self.gear.store.unit() as unit:
            project = unit.project(project_id)
        try:
            permit(Action.SEE, self.gear.roles(user, project))
        except NotAllowed:
            return False
        return True

    def history(self, order_id: str, user: str) -> list[Entry]:
        """The order's audit, oldest first."""
        self.gear.allow(Action.SEE, user, order_id)
        with self.gear.store.unit() as unit:
            return unit.audit(order_id)

    def project(self, channel: str) -> Project | None:
        """The channel's project."""
        with self.gear.store.unit() as unit:
            return unit.project(channel)

    def project_input(self, channel: str) -> ProjectInput:
        """The project as its form shows it."""
        with self.gear.store.unit() as unit:
            project = unit.project(channel)
            client = unit.client(project.client_id) if project else None
        if project is None:
            return ProjectInput("", "", "")
        launch = project.launch.isoformat() if project.launch else ""
        name = client.name if client else ""
        return ProjectInput(project.name, name, project.owner, project.stand_in, project.engineer, launch)

    def my_projects(self, user: str) -> list[Project]:
        """The projects whose channels this person is in."""
        with self.gear.store.unit() as unit:
            projects = unit.projects()
        return [project for project in projects if Role.MEMBER in self.gear.roles(user, project)]
