"""The control address: the workspace's people driven by name from another process, answers as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.state import Message

if TYPE_CHECKING:
    from tests.sandbox.slack.people import Person
    from tests.sandbox.slack.seen import Outcome
    from tests.sandbox.slack.workspace import Workspace

CONTROL_NAMES: Final = tuple(
    "arm click close command disconnect fill home log messages people press say submit view violations".split()
)


class Control:
    """Acts and looks; people and channels are given by name, messages by their ts."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def _person(self, name: str) -> Person:
        return next(each for each in self._ws.people.values() if name in (each.id, each.name))

    def _message(self, person: Person, channel: str, ts: str) -> Message:
        seen = [*self._ws.posts.get(self._ws.find_channel(channel).id, []), *person.shown]
        return self._ws.snapshot(next(each for each in seen if each.ts == ts), person.tz)

    def _came(self, outcome: Outcome) -> Json:
        return {"acked": outcome.acked, "text": outcome.text}

    def people(self) -> list[str]:
        return [each.name for each in self._ws.people.values()]

    def violations(self) -> list[str]:
        return list(self._ws.violations)

    def log(self) -> list[object]:
        return list(self._ws.recorder.entries)

    def arm(self, where: str, kind: str, times: int = 1, **how: object) -> None:
        self._ws.faults.arm(where, kind, times, **how)

    def disconnect(self, reason: str = "refresh_requested") -> None:
        self._ws.disconnect(reason)

    def command(self, person: str, channel: str, text: str) -> Json:
        return self._came(self._person(person).command(channel, text))

    def say(self, person: str, channel: str, text: str, thread: str | None = None) -> str:
        return self._person(person).say(channel, text, thread).ts

    def click(self, person: str, channel: str, ts: str, wanted: str, confirm: bool = True) -> Json:  # noqa: FBT001, FBT002 - JSON
        who = self._person(person)
        return self._came(who.click(self._message(who, channel, ts), wanted, confirm=confirm))

    def press(self, person: str, wanted: str) -> Json:
        return self._came(self._person(person).press(wanted))

    def fill(self, person: str, wanted: str, value: object) -> None:
        self._person(person).fill(wanted, value)

    def submit(self, person: str) -> Json:
        done = self._person(person).submit()
        return {"errors": done.errors, "closed": done.closed}

    def close(self, person: str) -> None:
        self._person(person).close()

    def home(self, person: str) -> str:
        return self._person(person).open_home().plain

    def view(self, person: str) -> Json | None:
        """The modal on top as text, or nothing."""
        top = self._person(person).view
        return {"title": top.title, "plain": top.plain, "errors": top.errors} if top else None

    def messages(self, person: str, channel: str, thread: str | None = None) -> list[Json]:
        seen = self._person(person).messages(channel, thread)
        return [{"ts": each.ts, "plain": each.plain, "buttons": each.buttons} for each in seen]
