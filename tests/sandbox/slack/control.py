"""The control address: the workspace's people driven by name from another process, answers as plain data."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tests.sandbox.slack.seen import OpenView, Outcome, Submitted
from tests.sandbox.slack.state import Message

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

_ACTS: Final = tuple("click click_home close command fill messages open_home press say shortcut submit view".split())
CONTROL_NAMES: Final = (*_ACTS, "arm", "disconnect", "log", "people", "violations")
_TOLD: Final = {  # what is told of what comes of an act
    Outcome: ("acked", "text"),
    Submitted: ("errors", "closed"),
    OpenView: ("title", "plain", "errors"),
    Message: ("ts", "plain", "buttons"),
}


class Control:
    """Acts of people, by the names of `Person`'s methods; people and channels are given by name, messages by ts."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self.arm, self.disconnect = ws.faults.arm, ws.disconnect

    def __getattr__(self, act: str) -> Callable[..., object]:
        if act not in _ACTS:
            raise AttributeError(act)
        return functools.partial(self._act, act)

    def _act(self, act: str, person: str, **how: object) -> object:
        who = next(each for each in self._ws.people.values() if person in (each.id, each.name))
        if "ts" in how:
            seen = [*self._ws.posts.get(self._ws.find_channel(str(how.pop("channel"))).id, []), *who.shown]
            found = next(each for each in seen if each.ts == how["ts"])
            how = {name: value for name, value in how.items() if name != "ts"}
            how["message"] = self._ws.snapshot(found, who.tz)
        done = getattr(who, act)
        return _plain(done(**how) if callable(done) else done)

    def people(self) -> list[str]:
        return [each.name for each in self._ws.people.values()]

    def violations(self) -> list[str]:
        return list(self._ws.violations)

    def log(self) -> list[object]:
        return list(self._ws.recorder.entries)


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {name: getattr(value, name) for name in _TOLD[type(value)]} if type(value) in _TOLD else value
