"""A desk that remembers what was asked of it and answers as a test says. It knows exactly the real desk's verbs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.approval import Buying
from bot.domain.order import Actor, Order, Status
from bot.service import desk
from bot.service.project import ProjectInput
from bot.service.see import Home
from bot.shown.card import CardFacts
from bot.shown.form import Form, FormShown
from tests import builders
from tests.builders import a_product, a_project
from tests.fakes import CHANNEL, FIRST, NOW, OWNER, REQUESTER, FakePeople

ORDER = "o-aaaa2222"


def an_order(status: Status = Status.AWAITING_APPROVAL, **changes: Any) -> Order:
    return builders.an_order(status, id=ORDER, request=builders.a_request("acme.com"), **changes)


def facts_of(order: Order | None = None) -> CardFacts:
    shown = order or an_order()
    return CardFacts(shown, a_project(), a_product(), Buying.AUTO, 1, Actor.APPROVER, (FIRST,), None, None)


def a_form(**values: str) -> Form:
    return Form("f-1", REQUESTER, CHANNEL, NOW, values or {"names": "acme.com"})


def shown(form: Form, step: str, view: str = "") -> FormShown:
    """A step as the real desk shows it; `view` is the screen it is on."""
    return FormShown(replace(form, step=step, view=view), step, a_project(), first=step == "names")


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


class FakeDesk:
    """`answers` maps a verb to what it returns, to what works that out, or to the error it raises."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, Any] = {
            "fill.open_form": a_form(), "fill.form": a_form(), "fill.save_step": a_form(),
            "fill.steps": ("names", "send"), "fill.next_step": "send", "fill.previous_step": "names",
            "fill.show": shown, "ask.place": an_order(),
            "see.order": facts_of(), "see.find": [facts_of()], "see.open_orders": [facts_of()], "see.history": [],
            "see.home": Home((), (), (), ()), "projects.client_names": ("Acme",),
            "projects.shown": ProjectInput("Acme site", "Acme", OWNER),
        }  # fmt: skip
        self.people = FakePeople()
        parts = {name.lower(): real for name, real in vars(desk).items() if inspect.isclass(real)}
        self.__dict__.update({name: Verbs(real, name, self) for name, real in parts.items()})

    def was_asked(self, verb: str, arguments: dict[str, Any]) -> object:
        self.asked.append(Asked(verb, arguments))
        answer = self.answers.get(verb, an_order())
        if isinstance(answer, Exception):
            raise answer
        return answer(**arguments) if callable(answer) else answer

    def calls(self, verb: str) -> list[dict[str, Any]]:
        return [each.arguments for each in self.asked if each.verb == verb]
