"""What happens outside Slack, done by hand: the authority, the registry, the client's DNS, trouble, and the clock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Final
from xml.parsers.expat import ExpatError

from defusedxml import minidom

from tests.sandbox.core import Entry
from tests.sandbox.opensrs.books import Order
from tests.sandbox.page.surface import templates
from tests.sandbox.slack.shapes import Json
from tests.sandbox.world import World

DOMAIN: Final = "acme.com"
_LISTED: Final = 60
_FLIGHT: Final = ("in-progress", "awaiting-approval", "approver-confirmed")
_NO_LIMIT: Final = 40_000


def _at_supplier(name: str, *more: str) -> Callable[[World, str], object]:
    return lambda world, order: getattr(world.opensrs, name)(order, *more)


# What can be done with an order of the supplier's: its label, in which of their states, and the act.
_ORDER: Final[Mapping[str, tuple[str, tuple[str, ...], Callable[[World, str], object]]]] = {
    "panel": ("Add the service in OpenSRS’s panel", ("pending",), _at_supplier("submit_in_panel")),
    "asks": ("The authority asks for the proof", ("in-progress",), _at_supplier("ca_asks")),
    "record": ("The client sets the DNS record", ("awaiting-approval",), _at_supplier("dns_record_seen")),
    "approves": ("The authority approves", ("awaiting-approval",), _at_supplier("approve")),
    "issues": ("The authority issues", _FLIGHT, _at_supplier("issue")),
    "declines": ("The authority declines", _FLIGHT, _at_supplier("decline", "the company could not be verified")),
}


def _registered(world: World, days: int, *status: str) -> None:
    today = datetime.fromtimestamp(world.time(), UTC).date()
    world.registries.add(
        DOMAIN, today - timedelta(days=900), today + timedelta(days=days), status=status or ("active",)
    )


def _bot(world: World, *, runs: bool) -> None:
    if runs and not world.bot.alive:
        world.start_bot()
    elif not runs and world.bot.alive:
        world.bot.stop()


_WORLD: Final[Mapping[str, tuple[str, str, Callable[[World], object]]]] = {  # its group, its label, the act
    "hour": ("The clock", "One hour on", lambda world: world.pass_time(hours=1)),
    "day": ("The clock", "One day on", lambda world: world.pass_time(days=1)),
    "month": ("The clock", "Thirty days on", lambda world: world.pass_time(days=30)),
    "next": ("The clock", "To the next event", lambda world: world.pass_time(minutes=next_due(world) / 60)),
    "expires": (f"The registration of {DOMAIN}", "Expires", lambda world: _registered(world, -3, "redemption period")),
    "soon": (f"The registration of {DOMAIN}", "Ends in ten days", lambda world: _registered(world, 10)),
    "renewed": (f"The registration of {DOMAIN}", "Is renewed", lambda world: _registered(world, 700)),
    "lost": ("OpenSRS", "Loses its next answer", lambda world: world.opensrs.faults.arm("*", "drop_after")),
    "down": ("OpenSRS", "Does not answer ten times", lambda world: world.opensrs.faults.arm("*", "drop_before", 10)),
    "well": ("OpenSRS", "Is well again", lambda world: world.opensrs.faults.clear()),
    "drops": ("The connection to certdesk", "Drops", lambda world: world.slack.socket.drop()),
    "stop": ("The connection to certdesk", "Stop certdesk", lambda world: _bot(world, runs=False)),
    "start": ("The connection to certdesk", "Start certdesk", lambda world: _bot(world, runs=True)),
}


def next_due(world: World) -> float:
    """In how many seconds the desk will do something by itself; a minute when nothing waits."""
    waiting = "SELECT min(run_at) FROM jobs WHERE lease_until IS NULL AND run_at > ?"
    now = datetime.fromtimestamp(world.time(), UTC).replace(tzinfo=None)
    with closing(sqlite3.connect(world.folder / "certdesk.db")) as database:
        [(at,)] = database.execute(waiting, (now.isoformat(sep=" "),)).fetchall()
    return (datetime.fromisoformat(at) - now).total_seconds() + 1 if at else 60.0


class Outside:
    """The panel of one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def act(self, said: Json) -> Json:
        """Do one thing; `toast` says what came of it."""
        try:
            if said["act"] in _ORDER:
                label, _, order_act = _ORDER[said["act"]]
                order_act(self.world, said["order"])
            else:
                group, label, act = _WORLD[said["act"]]
                act(self.world)
                label = f"{group}: {label[:1].lower()}{label[1:]}"
        except (KeyError, ValueError, AssertionError, OSError) as refused:
            return {"toast": f"It did not happen: {refused}"}
        with self.world.slack.changed:
            self.world.slack.changed.notify_all()
        return {"toast": f"Done: {label}."}

    def html(self) -> str:
        """The panel with everything that went both ways, newest first."""
        now = datetime.fromtimestamp(self.world.time(), UTC)
        groups: dict[str, list[tuple[str, str]]] = {}
        for act, (group, label, _) in _WORLD.items():
            groups.setdefault(group, []).append((act, label))
        orders = list(self.world.opensrs.orders.values())[::-1]
        return templates().get_template("world.html").render(
            now=now, groups=groups, orders=[(each, _acts(each)) for each in orders], entries=self._entries(),
            alive=self.world.bot.alive, connected=self.world.slack.link.ready(), violations=self.world.slack.violations,
        )  # fmt: skip

    def _entries(self) -> list[tuple[datetime, str, Entry, str, str]]:
        """When, whose side, the request, and what was sent and answered, readable; secrets are hashes in the record."""
        both = (("Slack", self.world.slack.recorder), ("OpenSRS", self.world.opensrs.recorder))
        rows = [(where, each) for where, recorder in both for each in recorder.entries]
        newest = sorted(rows, key=lambda row: attrgetter("at")(row[1]))[: -_LISTED - 1 : -1]
        return [(datetime.fromtimestamp(e.at, UTC), w, e, readable(e.body), readable(e.reply)) for w, e in newest]


def _acts(order: Order) -> list[tuple[str, str]]:
    return [(act, label) for act, (label, states, _) in _ORDER.items() if order.state in states]


def readable(body: str) -> str:
    """JSON and XML with indentation, anything else as it is."""
    body = body[:_NO_LIMIT]
    try:
        found: Any = json.loads(body)
        return json.dumps(found, indent=2, ensure_ascii=False)
    except ValueError:
        pass
    try:
        return minidom.parseString(body).toprettyxml(indent=" ") if body.lstrip().startswith("<?xml") else body
    except ExpatError:
        return body
