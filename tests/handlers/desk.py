"""A desk that remembers what was asked of it and answers as a test says. It knows exactly the real desk's verbs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.domain.approval import Buying
from bot.domain.client import Project
from bot.domain.order import Actor, Order, Status
from bot.domain.request import Level, Product, Purpose, Request, Standing
from bot.domain.supply import Account
from bot.ports import Form
from bot.service.ask import Ask, FormSummary, ProjectInput
from bot.service.buy import Buy
from bot.service.decide import Decide
from bot.service.follow import Follow
from bot.service.resolve import Resolve
from bot.service.see import See
from bot.shown.card import CardFacts

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
CHANNEL = "C0ACME"


def an_order(**changes: Any) -> Order:
    """An order that waits for its approval."""
    request = Request(names=("acme.com",), purpose=Purpose.PUBLIC, product="rapidssl", level=Level.DV)
    known: dict[str, Any] = {
        "id": "o-aaaa2222",
        "project_id": CHANNEL,
        "requester": "U0ASKS",
        "request": request,
        "account": Account("opensrs", "agency", "test"),
        "status": Status.AWAITING_APPROVAL,
        "opened_at": AT,
        "since": AT,
    }
    return Order(**known | changes)


def facts_of(order: Order | None = None) -> CardFacts:
    project = Project(CHANNEL, "Acme site", "c-1", "U0OWNS")
    product = Product("rapidssl", "RapidSSL", "RapidSSL", Level.DV, False, 0, None, (0, 1), Standing.CONFIRMED)  # noqa: FBT003
    return CardFacts(order or an_order(), project, product, Buying.AUTO, 1, Actor.APPROVER, ("U0OKAYS",), None, None)


def a_form(**changes: Any) -> Form:
    known: dict[str, Any] = {"id": "f-1", "user": "U0ASKS", "project_id": CHANNEL, "opened_at": AT}
    return Form(**known | {"values": {"names": "acme.com"}} | changes)


@dataclass
class Asked:
    """One call of a verb, its arguments by the real verb's names."""

    verb: str
    arguments: dict[str, Any]


class Verbs:
    """One part of the desk: any verb the real part has, called as the real one can be called."""

    def __init__(self, real: type, part: str, desk: FakeDesk) -> None:
        self._real, self._part, self._desk = real, part, desk

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        shape = inspect.signature(getattr(self._real, verb))

        def call(*given: object, **named: object) -> object:
            bound = shape.bind(self, *given, **named)
            arguments = {name: value for name, value in bound.arguments.items() if name != "self"}
            return self._desk.was_asked(f"{self._part}.{verb}", arguments)

        return call


@dataclass
class FakePeople:
    forgotten: list[tuple[str, str]] = field(default_factory=list)

    def forget(self, *, user: str = "", channel: str = "") -> None:
        self.forgotten.append((user, channel))


class FakeDesk:
    """`answers` maps a verb to what it returns, or to the error it raises."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, Any] = {
            "ask.open_form": a_form(),
            "ask.form": a_form(),
            "ask.save_step": a_form(),
            "ask.steps": ("names", "send"),
            "ask.next_step": "send",
            "ask.previous_step": "names",
            "ask.offers": (),
            "ask.summary": FormSummary(facts_of().project or Project("", "", "", ""), None, None, None, (), (), ""),
            "ask.place": an_order(),
            "see.order": facts_of(),
            "see.find": [facts_of()],
            "see.open_orders": [facts_of()],
            "see.history": [],
            "see.project_input": ProjectInput("Acme site", "Acme", "U0OWNS"),
            "see.my_projects": [],
        }
        parts = {"ask": Ask, "decide": Decide, "buy": Buy, "resolve": Resolve, "follow": Follow, "see": See}
        self.people = FakePeople()
        self.__dict__.update({name: Verbs(real, name, self) for name, real in parts.items()})

    def was_asked(self, verb: str, arguments: dict[str, Any]) -> object:
        self.asked.append(Asked(verb, arguments))
        answer = self.answers.get(verb, an_order())
        if isinstance(answer, Exception):
            raise answer
        return answer

    def calls(self, verb: str) -> list[dict[str, Any]]:
        return [each.arguments for each in self.asked if each.verb == verb]
