"""Pictures of everything people meet: `python -m tests.browser.shots`, behind `make screenshots`.

What is photographed stands in shots.toml; every picture is taken wide and on a phone, into build/screenshots, and the
README's four are copied to docs/pictures. The world's clock begins on the story's Monday.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ALONE, CHROMIUM
from tests.sandbox import programs
from tests.sandbox.core import Serving
from tests.sandbox.demo import Demo
from tests.sandbox.office import ORDER
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.state import Channel
from tests.sandbox.slack.text import elements
from tests.sandbox.story import BEGINS

FOLDER, PICTURES = Path("build/screenshots"), Path("docs/pictures")
README: Final = {"channel": "awaiting-approval-channel", "form": "form-2-kind", "review": "review",
                 "client": "validating-text-for-the-client"}  # fmt: skip
SIZES: Final = {"wide": (1100, 820), "phone": (380, 780)}
TALLEST: Final = 1700
OPENS: Final = (
    "Change", "Fill in or change", "Look it up", "Text for the client", "Paste answers", "Paste the certificate",
    "Use e-mail instead", "Ask OpenSRS", "Correct and order again", "Order domain-only instead", "Renew",
)  # fmt: skip
APPROVERS_OPEN: Final = ("Refuse…", "Go on all the same…", "Enter the order number…", "Bought, under another number…")
_HIDDEN: Final = """() => Math.max(...[...document.querySelectorAll("dialog .body, aside .posts, .home")].map(
    (box) => (box.scrollHeight - box.clientHeight) / (box.closest("dialog") ? 0.88 : 1)), 0)"""


class Shots(Demo):
    """A world that is brought into every state and photographed there; `now` is the order placed last."""

    now = ""

    def __init__(self) -> None:
        super().__init__()
        self.pass_time(hours=(BEGINS.timestamp() - self.time()) / 3600)
        self.outside()
        self.ws.add_person("nora", title="New here")
        self.known: dict[str, Any] = {each.name: each for each in self.ws.people.values()}
        self.known |= {each.name: each for each in self.ws.channels.values()}

    @contextmanager
    def camera(self) -> Iterator[None]:
        """A browser that looks at this world."""
        with Serving(self.page.app) as serving, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=programs.find(CHROMIUM), args=ALONE)
            context, self.url = browser.new_context(), serving.url
            context.add_cookies([{"name": "certdesk_page", "value": self.page.key, "url": serving.url}])
            self.window: Page = context.new_page()
            yield
            browser.close()

    # What a step may be, beside what an office and its people do ------------------------------------------------------

    def step(self, verb: str, *rest: Any) -> None:
        """One step of a scene; a table at its end holds the arguments by name."""
        words = [self._meant(each) for each in rest]
        named = words.pop() if words and isinstance(words[-1], dict) else {}
        who = self.known.get(verb)
        done = getattr(who, words.pop(0))(*words) if who else getattr(self, verb)(*words, **named)
        if isinstance(done, str) and ORDER.fullmatch(done):
            self.now = done

    def _meant(self, said: Any) -> Any:  # noqa: ANN401 - a value of a TOML file, and what it stands for
        """Names are people and channels, ORDER is the order, THREAD its thread."""
        if isinstance(said, dict):
            return {key: self._meant(value) for key, value in said.items()}
        return self.now if said == "ORDER" else self.known.get(said, said) if isinstance(said, str) else said

    def take(self, name: str, who: Person | str, place: Channel | str = "acme-website", click: str = "") -> None:
        """Both sizes of what somebody sees, in full; `click` opens something there first."""
        where = place.name if isinstance(place, Channel) else place.replace("THREAD", self._thread())
        for size, (width, height) in SIZES.items():
            self.window.set_viewport_size({"width": width, "height": height})
            self.window.goto(f"{self.url}/{who.name if isinstance(who, Person) else who}/{where}")
            if click:
                self.window.locator(click).last.click()
            hidden = int(self.window.evaluate(_HIDDEN) + 0.9)
            self.window.set_viewport_size({"width": width, "height": min(height + hidden, TALLEST)})
            self.window.evaluate("document.querySelector('aside .posts')?.scrollTo(0, 0)")
            self.window.screenshot(path=FOLDER / f"{name}-{size}.png")
            print(f"  {name}-{size}.png", flush=True)

    def status(self, name: str) -> None:
        """The order's card over its thread, and every dialog that a button of the card opens."""
        self.take(name, self.pm, "THREAD")
        card = self.card(self.now)
        menu = [each["text"]["text"] for _, element in elements(card.blocks) for each in element.get("options", ())]
        for label in (*card.buttons, *menu):
            if label in OPENS + APPROVERS_OPEN:
                who = self.erik if label in APPROVERS_OPEN else self.pm
                self.press(who, label)
                self.until_view(who)
                self.take(f"{name}-{'-'.join(re.findall('[a-z]+', label.lower()))}", who)
                who.close(everything=True)

    def press(self, who: Person, label: str) -> None:
        """A button of the card, or a choice of its menu."""
        card = self.card(self.now)
        if label in card.buttons:
            who.click(card, label)
        else:
            who.choose(card, "order.more", label)

    def reply(self, who: Person, words: str, label: str) -> None:
        """A button under the reply that says so."""
        who.click(self.until_reply(self.now, words), label)

    def _thread(self) -> str:
        return f"acme-website?thread={self.card(self.now).ts}" if self.now else ""

    def sent(self, who: Person) -> str:
        """The order that the form just thanked for."""
        order = self.order_in(who.view) if who.view else ""
        who.close(everything=True)
        return order

    def recall(self, name: str) -> str:
        """The first order for a name."""
        found = (ORDER.search(m.plain) for m in self.ws.messages(self.channel) if name in m.plain)
        return next(each[0] for each in found if each)

    def answer(self, name: str, who: Person, command: str) -> None:
        """What a command answers, as the one sees it who typed it."""
        self.typed(who, command)
        self.take(name, who)
        who.shown.clear()

    def supplier(self, verb: str, name: str, *more: str, **how: bool) -> None:
        """Something happens to an order at the supplier."""
        getattr(self.opensrs, verb)(self.at_supplier(name).order_id, *more, **how)

    def fault(self, where: str, kind: str, times: int = 1) -> None:
        """OpenSRS is in trouble."""
        self.opensrs.faults.arm(where, kind, times)

    def well(self) -> None:
        """OpenSRS is well again."""
        self.opensrs.faults.clear()
        self.opensrs.release()

    def by_hand(self) -> None:
        """From now on the engineer buys in the panel."""
        self.bot.stop()
        self.env["BUYING"] = "by_hand"
        self.start_bot()

    def hand_over(self, who: Person) -> None:
        """The last button of somebody's Home."""
        block, element = list(elements(who.home.blocks if who.home else []))[-1]
        who.click_home(f"{block['block_id']}.{element['action_id']}")

    def lapse(self) -> None:
        """The registration of the client's domain ends; the channel is warned."""
        today = datetime.fromtimestamp(self.time(), UTC).date()
        self.registries.add("acme.com", BEGINS.date(), today, status=("redemption period",))
        self.pass_time(days=2)
        self.until(lambda: [m for m in self.ws.messages(self.channel) if "warning" in m.plain])


def main() -> int:
    """Take them all; the last line says how many."""
    began = time.monotonic()
    scenes = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["scene"]
    shutil.rmtree(FOLDER, ignore_errors=True)
    with Shots() as shots, shots.camera():
        for scene in scenes:
            print(scene["of"], flush=True)
            for step in scene["steps"]:
                shots.step(*step)
    PICTURES.mkdir(exist_ok=True)
    for name, taken in README.items():
        shutil.copy(FOLDER / f"{taken}-wide.png", PICTURES / f"{name}.png")
    print(f"screenshots: {len(list(FOLDER.iterdir()))} pictures in {FOLDER}, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
