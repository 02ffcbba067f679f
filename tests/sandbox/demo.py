"""The demo: the bot as its own process, everything around it on loopback, and a page to use it with.

`python -m tests.sandbox demo`. People and orders are brought into their states through what people have, never by rows.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from typing import Final

from tests.sandbox.core import Serving
from tests.sandbox.office import Office
from tests.sandbox.page.server import Page

PORT: Final = 8400


class Demo(Office):
    """An agency with one client and two projects; its orders stand where the desk stands on any day."""

    def __init__(self) -> None:
        super().__init__(BUY_LIMIT_ORDER="300")
        self.page = Page(self)
        self.shop = self.ws.add_channel("acme-shop", (self.pm, self.otto, self.erik, self.edith, self.ada))
        self.ws.join(self.stranger, self.shop)

    def scenes(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        """What is done before anybody looks: what the page says meanwhile, and the act."""
        return (
            ("A certificate is issued", self._issued),
            ("Another is with the authority", self._with_the_authority),
            ("One needs a second approver", lambda: self.approve(self.waiting("*.acme.com"), self.erik)),
            ("One waits for its approval", lambda: self.waiting("shop.acme.com", channel=self.shop)),
            ("One is refused", lambda: self.refuse(self.waiting("old.acme.com"), "The site moves in March")),
            (
                "The client is asked",
                lambda: self.order("api.acme.com", Who_buys_it="The client buys it; we make the key"),
            ),
        )

    def _issued(self) -> None:
        self.buy("www.acme.com")
        self.issue("www.acme.com")

    def _with_the_authority(self) -> None:
        self.buy("login.acme.com")
        self.opensrs.ca_asks(self.at_supplier("login.acme.com").order_id)
        self.pass_time(hours=1)

    def prepare(self) -> None:
        """Everything before anybody looks, one after the other, with news of it on the page and the terminal."""
        self.set_up_project(self.shop, Engineer=self.edith, Project="Acme shop")
        scenes = self.scenes()
        for number, (title, act) in enumerate(scenes, 1):
            self.says(f"{title} … ({number} of {len(scenes)})")
            act()
        self.says("")

    def says(self, news: str) -> None:
        """What goes on, above the messages."""
        with self.ws.changed:
            self.page.news = news
            self.ws.changed.notify_all()


def main(began: str = "") -> int:
    """Serve the page on DEMO_PORT, or the port everybody knows, until Ctrl-C; `began` counts the installation in."""
    start, port = float(began or time.time()), int(os.environ.get("DEMO_PORT", PORT))
    print("demo: starting certdesk and the world around it …", flush=True)
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", port)) == 0
    if taken:
        print(f"demo: something else answers on port {port}; take another one: make demo DEMO_PORT={port + 1}")
        return 1
    with contextlib.suppress(KeyboardInterrupt), Demo() as demo, Serving(demo.page.app, port=port) as serving:
        address = f"{serving.url}/?key={demo.page.key}"
        print(f"demo: {address}\ndemo: ready after {time.time() - start:.0f} s; Ctrl-C ends it", flush=True)
        if sys.stdout.isatty():
            webbrowser.open(address)
        demo.prepare()
        print(f"demo: {len(demo.scenes())} orders are there to look at", flush=True)
        threading.Event().wait()
    print("demo: ended")
    return 0
