"""What people do with the desk, in one line each: a world with an agency's people in it, and their usual steps."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any, Final, Self, TypeVar

from sqlalchemy import create_engine, text

from tests.sandbox.opensrs.books import Order
from tests.sandbox.slack.delivery import SignedHttp
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.seen import OpenView, Submitted
from tests.sandbox.slack.state import Channel, Message
from tests.sandbox.world import Bot, World

Result = TypeVar("Result")

PATIENCE: Final = 20.0
COMPANY: Final = {
    "Registered name": "Acme LLC", "Street and number": "500 West Madison Street", "City": "Chicago",
    "State or province": "Illinois", "Postal code": "60661", "Country": "US", "Phone of the company": "+1.3125550177",
}  # fmt: skip
CONTACT: Final = {
    "First name": "Carla", "Last name": "Client", "Position": "Head of web", "E-mail": "carla@acme.com",
    "Phone": "+1.3125550178",
}  # fmt: skip
_SETTLED: Final = "Waiting for approval|must be settled"
_FILLED: Final = {"The client’s company": COMPANY, "Their contact": CONTACT}
_MORE: Final = {"Key", "Mailbox for the proof", "Own request file", "Proof of control", "Who buys it"}
ORDER: Final = re.compile(r"\bo-[a-z0-9]+\b")


class Office(World):
    """One running world. Every test orders for addresses (and where it matters in a channel) of its own."""

    def __init__(self, **settings: str) -> None:
        super().__init__({"BUY_LIMIT_ORDER": "300", "BUY_LIMIT_DAY": "90000", **settings})
        self.world, self.ws, self.env = self, self.slack, self.bot.environment
        self.erik, self.edith, self.ada = self.engineer, self.second, self.admin
        self.otto, self.eva = (self.ws.add_person(name, title="At the agency") for name in ("otto", "eva"))
        for person in (self.otto, self.eva):
            self.ws.join(person, self.channel)
        self.env["APPROVERS"] += f",{self.eva.id}"
        self.opensrs.set_balance("90000.00")
        self._numbers, self.bots = count(1), [self.bot]

    # -- life ----------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        super().__enter__()
        self.until(lambda: "certdesk runs" in self.written())
        self.set_up_project(self.channel)
        return self

    def over_http(self) -> None:
        """From the start on the bot is reached by signed HTTP, not through its own connection."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.ws.link = SignedHttp(self.ws)
        self.ws.request_url = f"http://127.0.0.1:{port}/slack/events"
        self.env |= {"SLACK_MODE": "http", "SLACK_SIGNING_SECRET": self.ws.signing_secret, "PORT": str(port)}

    def start(self, *commands: str) -> None:
        """Begin with these processes (`web`, `worker`, …), all on one database, in place of one that does it all."""
        self.bot.command("migrate")
        for place, command in enumerate(commands):
            folder = self.folder / f"{command}-{place}"
            folder.mkdir()
            self.bots.append(Bot(self.env, folder))
            self.bots[-1].start(command)
        self.until(lambda: sum("certdesk runs" in bot.written() for bot in self.bots) == len(commands))
        self.set_up_project(self.channel)

    def stop(self) -> None:
        """End every process that was started here, then the world."""
        for bot in self.bots:
            bot.stop()
        self.__exit__()

    # -- seeing --------------------------------------------------------------------------------------------------------

    def until(self, found: Callable[[], Result | None], seconds: float = PATIENCE) -> Result:
        """What it returns once that is something; a failure tells what the desk wrote."""
        try:
            return self.ws.wait_for(found, seconds)
        except AssertionError as never:
            raise AssertionError(f"{never}\nthe desk wrote:\n{self.written()[-3000:]}") from None

    def card(self, order: str) -> Message:
        """The card of an order (of the desk's id)."""
        found = self._cards(order)
        assert found, f"no card of {order}"
        return self.ws.snapshot(found[-1])

    def until_card(self, order: str, words: str) -> Message:
        """The card once it says so."""
        return self.until(lambda: next((self.ws.snapshot(m) for m in self._cards(order) if words in m.plain), None))

    def until_bought(self, order: str, *names: str) -> None:
        """The card once the order is bought; exactly one purchase for its names."""
        self.until_card(order, "Waiting for the client and the authority")
        assert [bought.submissions for bought in self.bought(*names)] == [1] * len(names)

    def until_waiting(self, order: str) -> None:
        """Until it waits for its approval; where nobody knows the company's standing yet, paula looks it up."""
        card = self.until(lambda: next((m for m in self._cards(order) if re.search(_SETTLED, m.plain)), None))
        if "Look it up" in card.buttons:
            self.pm.click(self.ws.snapshot(card), "Look it up")
            self.pm.fill("What it says", "ACTIVE (not verified)")
            assert self.pm.submit().closed
        self.until_card(order, "Waiting for approval")

    def replies(self, order: str, words: str) -> list[Message]:
        """What stands in the order's thread with these words."""
        card = self.card(order)
        return [m for m in self.ws.messages(card.channel, card.ts) if m.ts != card.ts and words in m.plain]

    def until_reply(self, order: str, words: str, number: int = 1) -> Message:
        """The newest reply with these words, once there are so many."""
        self.until(lambda: self._cards(order))
        return self.until(lambda: found if len(found := self.replies(order, words)) >= number else None)[-1]

    def until_view(self, person: Person, *words: str) -> OpenView:
        """Somebody's modal, once it says so."""
        return self.until(lambda: view if (view := person.view) and all(word in view.plain for word in words) else None)

    def told(self, person: Person, act: Callable[[], object], *words: str) -> str:
        """What only this person reads, in answer to what they do."""
        before = len(person.ephemerals)
        act()
        said = self.until(
            lambda: next((m for m in person.ephemerals[before:] if all(word in m.plain for word in words)), None)
        )
        return said.plain

    def typed(self, person: Person, command: str, *words: str, channel: Channel | None = None) -> str:
        """What a command answers."""
        return self.told(person, lambda: person.command(channel or self.channel, command), *words)

    def written(self) -> str:
        """Everything that the desk's processes logged."""
        return "".join(bot.written() for bot in self.bots)

    def _cards(self, order: str) -> list[Message]:
        return [m for posts in self.ws.posts.values() for m in posts if not _reply(m) and order in m.plain]

    # -- the supplier and the database ---------------------------------------------------------------------------------

    def at_supplier(self, name: str) -> Order:
        """The newest order for a name that is not cancelled."""
        return [o for o in self.opensrs.orders.values() if o.domain == name and o.state != "cancelled"][-1]

    def bought(self, *names: str) -> list[Order]:
        """What was bought for these names."""
        return [order for order in self.opensrs.submitted() if order.domain in names]

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """What the database holds."""
        engine = create_engine(self.env["DATABASE_URL"])
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(statement), values)]
        finally:
            engine.dispose()

    # -- doing ---------------------------------------------------------------------------------------------------------

    def name(self) -> str:
        """A web address nobody has asked for yet."""
        return f"n{next(self._numbers)}.acme.com"

    def fresh(self, **values: Any) -> tuple[str, str]:
        """A name of its own, and the order for it that waits for its approval."""
        name = self.name()
        return name, self.waiting(name, **values)

    def new_channel(self, name: str, client: str) -> Channel:
        """A channel with everybody and a project for a client of its own."""
        everybody = (self.pm, self.otto, self.erik, self.edith, self.eva, self.ada, self.guest)
        channel = self.ws.add_channel(name, everybody)
        self.set_up_project(channel, client)
        return channel

    def fill_form(
        self, person: Person, *names: str, channel: Channel | None = None, stop_at: str = "", **values: object
    ) -> OpenView:
        """The form as far as a step (`Check and send` filled, not yet sent), with what differs from the usual."""
        person.command(channel or self.channel, f"/cert new {' '.join(names)}")
        return self.fill_on(person, stop_at=stop_at or "Check and send", **values)

    def fill_on(self, person: Person, *, stop_at: str, **values: object) -> OpenView:
        """From the step that is open to another one. Values by label, with _ for blanks."""
        given = {label.replace("_", " "): value for label, value in values.items()}
        for _ in range(6):
            view = person.view
            assert view is not None
            if view.title == stop_at and _MORE & given.keys() and "More options" in view.buttons:
                person.press("More options")
            wanted: Mapping[str, object] = {**_FILLED.get(view.title, {}), **given}
            for label, value in wanted.items():
                if label in view.inputs:
                    person.fill(label, value)
            if view.title == stop_at:
                return view
            done = person.submit()
            assert not done.errors, done.errors
        raise AssertionError(f"the form never comes to {stop_at!r}")

    def send(self, person: Person, **values: object) -> str:
        """Send the form, with the company where its kind asks for one only now; the new order's id."""
        done = person.submit()
        if done.view and done.view.title in _FILLED:
            self.fill_on(person, stop_at="Check and send", **values)
            done = person.submit()
        assert not done.errors, done.errors
        order = self.order_in(done.view)
        person.close(everything=True)
        return order

    @staticmethod
    def order_in(view: OpenView | None) -> str:
        """The id of the order that the last view of a form thanks for."""
        assert view is not None
        found = ORDER.search(view.plain)
        assert view.title == "Thank you", view.plain
        assert found, view.plain
        return found[0]

    def order(self, *names: str, by: Person | None = None, channel: Channel | None = None, **values: object) -> str:
        """A new order, sent."""
        person = by or self.pm
        self.fill_form(person, *names, channel=channel, stop_at="", **values)
        return self.send(person, **values)

    def waiting(self, *names: str, **values: Any) -> str:
        """A new order that waits for its approval."""
        order = self.order(*names, **values)
        self.until_waiting(order)
        return order

    def review(self, person: Person, order: str, *words: str) -> OpenView:
        """The review, once the draft is read."""
        invitation = self.until_reply(order, "Please review")
        person.click(invitation, "Review")
        return self.until_view(person, *(words or ("read back",)))

    def no_button(self, person: Person, order: str, *words: str) -> None:
        """The review as somebody sees it who cannot say yes now."""
        assert not self.review(person, order, *words).submit_label
        person.close()

    def refuse(self, order: str, why: str) -> Submitted:
        """No, by erik."""
        self.erik.click(self.until_reply(order, "Please review"), "Refuse…")
        self.erik.fill("Why?", why)
        return self.erik.submit()

    def approve(self, order: str, *people: Person) -> None:
        """Yes, by everybody named."""
        for person in people:
            assert self.review(person, order).submit_label
            done = person.submit()
            assert done.closed, (done.errors, done.view and done.view.plain)

    def buy(self, *names: str, **values: Any) -> str:
        """A new order, approved by erik and bought."""
        order = self.waiting(*names, **values)
        self.approve(order, self.erik)
        self.until_bought(order)
        return order

    def issue(self, name: str) -> None:
        """The authority asks, the client does it, the authority issues; the desk looks an hour later."""
        number = self.at_supplier(name).order_id
        self.opensrs.ca_asks(number)
        self.opensrs.dns_record_seen(number)
        self.opensrs.issue(number)
        self.pass_time(hours=2)


def at_once(*acts: Callable[[], Result]) -> list[Result]:
    """Let all of these happen in the same moment; what each of them gave."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Result]) -> Result:
        ready.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def _reply(message: Message) -> bool:
    return message.thread_ts not in (None, "", message.ts)
