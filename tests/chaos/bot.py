"""The bot, with somebody at the plug: `python -m tests.chaos.bot run`, and nothing in the product knows of it.

The points are every commit that wrote a row and every outgoing call, before and after. While the file `armed` stands
in CHAOS_FOLDER, each point passed is named in `passed`; at the one that `armed` names the process gets its signal.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests
from sqlalchemy.engine.default import DefaultDialect

from bot.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_OURS: Final = ("bot.", "handlers.")
_PLUMBING: Final = ("bot.store.unit", "bot.store.engine")
_ACTION: Final = re.compile(rb'key="action">(\w+)<')


class Plug:
    """Counts the points passed since it was armed last, and pulls itself."""

    def __init__(self, folder: Path) -> None:
        self._armed, self._passed = folder / "armed", folder / "passed"
        self._lock = threading.Lock()
        self._count: Counter[str] = Counter()
        self._since = 0

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        """The two points of one commit or call; where it failed, the second is none to be killed at."""
        self._point(f"before {what}")
        try:
            yield
        except BaseException:
            self._point(f"failed {what}")
            raise
        self._point(f"after {what}")

    def _point(self, what: str) -> None:
        with self._lock:
            try:
                since, armed = self._armed.stat().st_mtime_ns, json.loads(self._armed.read_text(encoding="utf-8"))
            except OSError:
                return
            if since != self._since:
                self._since, self._count = since, Counter()
            self._count[what] += 1
            name = f"{what} #{self._count[what]}"
            with self._passed.open("a", encoding="utf-8") as passed:
                passed.write(f"{name}\n")
            if name == armed["point"]:
                os.kill(os.getpid(), armed["signal"])


def _who() -> str:
    """The function of the product on whose behalf this thread writes."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to see the caller from outside
    while frame is not None:
        module, name = str(frame.f_globals.get("__name__", "")), frame.f_code.co_qualname
        if (
            module.startswith(_OURS)
            and module not in _PLUMBING
            and not name.rpartition(".")[2].startswith(("_write", "_end"))
        ):
            return name
        frame = frame.f_back
    return "nobody"


def _replace(owner: type, name: str, make: Callable[[Any], Any]) -> None:
    setattr(owner, name, make(getattr(owner, name)))


def instrument(plug: Plug) -> None:
    """Put the points around every commit and call of this process."""

    def committing(commit: Callable[..., None]) -> Callable[..., None]:
        def with_points(self: DefaultDialect, connection: Any) -> None:  # noqa: ANN401 - any driver's connection
            before, now = connection.info.get("changes", 0), connection.total_changes
            connection.info["changes"] = now
            if now == before:
                return commit(self, connection)
            with plug.around(f"commit in {_who()}"):
                return commit(self, connection)

        return with_points

    def sending(send: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
        def with_points(self: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
            found = _ACTION.search(request.body if isinstance(request.body, bytes) else b"")
            with plug.around(f"OpenSRS {found[1].decode() if found else 'call'}"):
                return send(self, request, **how)

        return with_points

    def opening(open_it: Callable[..., Any]) -> Callable[..., Any]:
        def with_points(self: urllib.request.OpenerDirector, wanted: Any, *how: Any, **more: Any) -> Any:  # noqa: ANN401 - passed on
            address = wanted if isinstance(wanted, str) else wanted.full_url
            with plug.around(f"Slack {address.rpartition('/')[2].partition('?')[0]}"):
                return open_it(self, wanted, *how, **more)

        return with_points

    _replace(DefaultDialect, "do_commit", committing)
    _replace(requests.Session, "send", sending)
    _replace(urllib.request.OpenerDirector, "open", opening)


if __name__ == "__main__":
    instrument(Plug(Path(os.environ["CHAOS_FOLDER"])))
    sys.exit(main(sys.argv[1:]))
