"""The story: two certificates from `/cert new` to issued, as each person sees it. `python -m tests.sandbox story`.

Every step is driven through what people have (Slack, the supplier's panel, the authority), and checked.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.sandbox.slack.people import Person
from tests.sandbox.slack.seen import OpenView
from tests.sandbox.slack.state import Message
from tests.sandbox.world import World

COMPANY = {
    "Registered name": "Acme LLC",
    "Street and number": "500 West Madison Street",
    "City": "Chicago",
    "State or province": "Illinois",
    "Postal code": "60661",
    "Country": "US",
    "Phone of the company": "+1.3125550177",
}
CONTACT = {
    "First name": "Carla",
    "Last name": "Client",
    "Position": "Head of web",
    "E-mail": "carla@acme.com",
    "Phone": "+1.3125550178",
}
WILDCARD, SHOP = "*.acme.com", "shop.acme.com"
CONSENT = "The agency makes and keeps the secret key of this certificate."


class Story:
    """Tells steps, counts them, and shows what people see."""

    def __init__(self, world: World) -> None:
        self.world, self.ws = world, world.slack
        self.steps = self.failed = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step; what goes wrong in it ends the story."""
        self.steps += 1
        print(f"\n{self.steps:2}. {title}")
        try:
            yield
        except Exception:
            self.failed += 1
            print(f"    FAILED in step {self.steps}; the bot wrote:\n{self.world.bot.written()[-2000:]}")
            raise

    def shows(self, who: str, text: str) -> None:
        """Print what somebody sees."""
        print(f"    ┌ {who}")
        for line in text.splitlines():
            for piece in textwrap.wrap(line, 108) or [""]:
                print(f"    │ {piece}")

    def sees_form(self, person: Person) -> OpenView:
        """The modal on top of somebody's screen."""
        view = person.view
        assert view is not None, f"{person.name} has no modal open"
        self.shows(f"{person.name} sees the form “{view.title}” [{view.submit_label}]", view.plain)
        return view

    # -- finding -------------------------------------------------------------------------------------------------------

    def card(self, names: str) -> Message:
        """The order's card: the newest message of the channel that is no reply and names the address."""
        found = self.cards(names)
        assert found, f"no card for {names}"
        return found[-1]

    def cards(self, names: str) -> list[Message]:
        """The channel's messages that are no replies and name the address."""
        channel = self.ws.messages(self.world.channel)
        return [m for m in channel if m.thread_ts in (None, "", m.ts) and names in m.plain]

    def until_card(self, names: str, words: str) -> Message:
        """Wait until the order's card says so, and show it."""

        def says() -> Message | None:
            return next((m for m in reversed(self.cards(names)) if words in m.plain), None)

        message = self.ws.wait_for(says, 20)
        self.shows("#acme-website, the card", message.plain)
        return message

    def until_reply(self, names: str, words: str, *, quiet: bool = False) -> Message:
        """Wait until the order's thread says so, and show it."""

        def says() -> Message | None:
            try:
                thread = self.ws.messages(self.world.channel, self.card(names).ts)
            except AssertionError:
                return None
            return next((m for m in reversed(thread) if words in m.plain), None)

        message = self.ws.wait_for(says, 20)
        if not quiet:
            also = " and in the channel" if message.broadcast else ""
            self.shows(f"#acme-website, in the thread{also}", message.plain)
        return message

    def until_private(self, person: Person, act: Callable[[], object], words: str) -> None:
        """Something only this person sees, in answer to what they do."""
        before = len(person.ephemerals)
        act()
        told = self.ws.wait_for(lambda: next((m for m in person.ephemerals[before:] if words in m.plain), None), 10)
        self.shows(f"{person.name}, privately", told.plain)

    def until_view(self, person: Person, words: str) -> OpenView:
        """Wait until somebody's modal says so, and show it."""

        def says() -> OpenView | None:
            return person.view if person.view is not None and words in person.view.plain else None

        self.ws.wait_for(says, 20)
        return self.sees_form(person)

    def order_id(self, names: str) -> str:
        """The supplier's newest order for a name."""
        found = [o.order_id for o in self.world.opensrs.orders.values() if o.domain == names and o.state != "cancelled"]
        assert found, f"OpenSRS has no order for {names}"
        return found[-1]

    def review(self, person: Person, names: str) -> OpenView:
        """Open the review and wait for the draft to be read."""
        person.click(self.until_reply(names, "Please review", quiet=True), "Review")
        return self.until_view(person, "read back")


def project_is_set_up(story: Story) -> None:
    ws = story.ws
    pm = story.world.pm
    engineer = story.world.engineer
    channel = story.world.channel
    with story.step("paula sets the project up: /cert project"):
        story.until_private(pm, lambda: pm.command(channel, "/cert new"), "no project yet")
        pm.command(channel, "/cert project")
        for label, value in {
            "Project": "Acme website",
            "Client": "Acme LLC",
            "Owner": pm,
            "Engineer": engineer,
        }.items():
            pm.fill(label, value)
        assert pm.submit().closed
        ws.wait_for(lambda: [m for m in ws.messages(channel) if "has its project now" in m.plain])
        story.shows("#acme-website", ws.messages(channel)[-1].plain)


def wrong_name_first(story: Story) -> None:
    pm = story.world.pm
    channel = story.world.channel
    with story.step("paula asks for a certificate, with an address nobody can have first: /cert new *.co.uk"):
        pm.command(channel, "/cert new *.co.uk")
        story.sees_form(pm)
        errors = pm.submit().errors
        assert "*.co.uk belongs to everybody" in errors["Web addresses"]
        story.shows("paula, at the field", errors["Web addresses"])


def company_is_asked_once(story: Story) -> None:
    pm = story.world.pm
    with story.step("she corrects it; certdesk suggests a kind and asks for the company once"):
        pm.fill("Web addresses", WILDCARD)
        assert not pm.submit().errors
        story.sees_form(pm)
        pm.submit()
        for label, value in COMPANY.items():
            pm.fill(label, value)
        assert not pm.submit().errors
        for label, value in CONTACT.items():
            pm.fill(label, value)
        assert not pm.submit().errors


def it_is_sent(story: Story) -> None:
    pm = story.world.pm
    with story.step("she checks everything and sends it"):
        pm.fill(CONSENT, ["Yes, that is agreed"])
        view = story.sees_form(pm)
        assert "Nothing is bought yet" in view.plain
        assert not pm.submit().errors
        story.sees_form(pm)
        pm.close()


def draft_is_saved(story: Story) -> None:
    world = story.world
    with story.step("key and request file are made, the checks run, a draft is saved at OpenSRS and read back"):
        story.until_card(WILDCARD, "approv")
        story.until_reply(WILDCARD, "Please review")
        assert not world.opensrs.submitted(), "nothing may be bought before an approval"


def two_who_may_not(story: Story) -> None:
    world = story.world
    pm = story.world.pm
    with story.step("an outsider and the requester herself try to approve"):
        wanted = story.until_reply(WILDCARD, "Please review", quiet=True)
        world.guest.click(wanted, "Review")
        story.until_view(world.guest, "full members")
        world.guest.close(everything=True)
        pm.click(wanted, "Review")
        view = story.until_view(pm, "somebody else must approve")
        assert not view.submit_label
        pm.close()


def draft_changes_under_the_review(story: Story) -> None:
    pm = story.world.pm
    engineer = story.world.engineer
    with story.step("erik opens the review; while he reads, paula corrects the contact's phone number"):
        view = story.review(engineer, WILDCARD)
        assert view.submit_label == "Buy for USD 449.00"
        pm.click(story.card(WILDCARD), "Change")
        for _ in ("names", "kind", "company"):
            assert not pm.submit().errors
        change_phone(story, pm)


def lost_answer(story: Story) -> None:
    world = story.world
    ws = story.ws
    engineer = story.world.engineer
    with story.step(
        "erik's yes to the old draft does not count; he reads the new one and buys it, but the answer is lost"
    ):
        ws.wait_for(lambda: len(reviews(story, WILDCARD)) == 2, 20)
        engineer.submit()
        story.until_view(engineer, "changed")
        ws.wait_for(lambda: engineer.view and engineer.view.submit_label == "Buy for USD 449.00", 20)
        story.shows("erik, the review read anew", line_with(engineer, "+1.3125550199"))
        world.opensrs.faults.arm("process_pending", "drop_after")
        assert not engineer.submit().errors
        story.until_reply(WILDCARD, "no clear answer")
        assert len(world.opensrs.submitted()) == 1


def found_bought(story: Story) -> None:
    world = story.world
    with story.step("five minutes later certdesk looks, finds it bought, and buys nothing a second time"):
        world.pass_time(minutes=5)
        story.until_reply(WILDCARD, "shows the order")
        story.until_card(WILDCARD, "Waiting for")
        assert len(world.opensrs.submitted()) == 1


def authority_asks(story: Story) -> None:
    world = story.world
    with story.step("the authority asks the client to show control of the domain"):
        order = story.order_id(WILDCARD)
        world.opensrs.ca_asks(order)
        world.pass_time(hours=1)
        story.until_reply(WILDCARD, "waits for the client")


def issued(story: Story) -> None:
    world = story.world
    order = story.order_id(WILDCARD)
    with story.step("the client did it; two days later the certificate is issued"):
        world.opensrs.dns_record_seen(order)
        world.pass_time(days=2)
        world.opensrs.issue(order)
        world.pass_time(hours=2)
        story.until_reply(WILDCARD, "is issued")
        story.until_card(WILDCARD, "ssued")


def reviews(story: Story, names: str) -> list[Message]:
    """Every invitation to review an order."""
    return [m for m in story.ws.messages(story.world.channel, story.card(names).ts) if "Please review" in m.plain]


def line_with(person: Person, words: str) -> str:
    """The line of somebody's modal that holds the words."""
    assert person.view is not None
    return next(line for line in person.view.plain.splitlines() if words in line)


def change_phone(story: Story, pm: Person) -> None:
    """Go back to the contact, type another number, and send the change."""
    pm.fill("Phone", "+1.3125550199")
    assert not pm.submit().errors
    pm.fill(CONSENT, ["Yes, that is agreed"])
    story.sees_form(pm)
    assert not pm.submit().errors
    pm.close(everything=True)


def files_verify(story: Story) -> None:
    """What certdesk holds is accepted by the real openssl."""
    world = story.world
    with story.step("openssl accepts what certdesk made and received"):
        found = world.bot.command("export", WILDCARD, "--to", str(world.folder / "export"))
        print(textwrap.indent(found.strip(), "    │ "))
        folder = world.folder / "export"
        (folder / "root.pem").write_text(world.opensrs.roots_pem, encoding="ascii")
        when = str(int(world.time()))
        told = openssl("req", "-verify", "-noout", "-subject", "-in", str(folder / "request.csr"))
        told += openssl(
            "verify", "-attime", when, "-CAfile", str(folder / "root.pem"), "-untrusted", str(folder / "chain.pem"),
            str(folder / "certificate.pem"),
        )  # fmt: skip
        told += openssl("x509", "-noout", "-subject", "-issuer", "-enddate", "-in", str(folder / "certificate.pem"))
        story.shows("openssl", told)
        assert "verify OK" in told
        assert "certificate.pem: OK" in told
        assert not list(folder.glob("*key*"))


def openssl(*arguments: str) -> str:
    """Run the real program; everything it says."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def restarted_by_hand(story: Story) -> None:
    world = story.world
    with story.step("the desk is restarted with BUYING=by_hand; nothing is lost"):
        world.bot.stop()
        world.bot.environment["BUYING"] = "by_hand"
        world.start_bot()
        story.until_card(WILDCARD, "ssued")


def known_client(story: Story) -> None:
    pm = story.world.pm
    channel = story.world.channel
    names = SHOP
    with story.step("paula orders for the known client: one field, two submits"):
        pm.command(channel, f"/cert new {names}")
        assert not pm.submit().errors
        pm.fill(CONSENT, ["Yes, that is agreed"])
        story.sees_form(pm)
        assert not pm.submit().errors
        pm.close(everything=True)


def asked_to_buy_by_hand(story: Story) -> None:
    world = story.world
    engineer = story.world.engineer
    names = SHOP
    with story.step("erik approves and is asked to add the service in OpenSRS's panel"):
        story.review(engineer, names)
        assert not engineer.submit().errors
        story.until_reply(names, "in OpenSRS’s panel")
        story.until_card(names, "Next")
        assert len(world.opensrs.submitted()) == 1


def new_number(story: Story) -> None:
    world = story.world
    names = SHOP
    with story.step("he does; the panel cancels the draft and goes on under a new number, which certdesk asks for"):
        world.opensrs.submit_in_panel(story.order_id(names), new_id=True)
        world.pass_time(minutes=6)
        story.until_reply(names, "Which order number")


def wrong_number_then_right(story: Story) -> None:
    world = story.world
    engineer = story.world.engineer
    names = SHOP
    wanted = story.until_reply(SHOP, "Which order number", quiet=True)
    with story.step("a wrong number is not taken, the right one is"):
        engineer.click(wanted, "Enter the order number…")
        number = next(iter(engineer.view.inputs)) if engineer.view else ""
        world.opensrs.add_foreign_order("9001", state="in-progress")
        engineer.fill(number, "9001")
        assert not engineer.submit().errors
        again = story.until_reply(names, "does not do")
        engineer.click(again, "Enter the order number…")
        engineer.fill(number, story.order_id(names))
        assert not engineer.submit().errors
        story.until_reply(names, "shows the order")


def issued_the_same_day(story: Story) -> None:
    world = story.world
    names = SHOP
    with story.step("it is issued the same day"):
        order = story.order_id(names)
        world.opensrs.ca_asks(order)
        world.opensrs.dns_record_seen(order)
        world.opensrs.issue(order)
        world.pass_time(hours=1)
        story.until_reply(names, "is issued")
        assert len(world.opensrs.submitted()) == 2


def nothing_leaked(story: Story) -> None:
    world = story.world
    ws = story.ws
    pm = story.world.pm
    channel = story.world.channel
    with story.step("the history of the first order, and no secret anywhere"):
        story.until_private(pm, lambda: pm.command(channel, "/cert history *.acme.com"), "approved")
        assert world.leaks() == [], world.leaks()
        assert ws.violations == [], ws.violations
        print("    │ no private key, reseller key, vault key or token in any request, log line or database row")


SCENES = (
    # a company-checked wildcard, bought by the desk, with trouble on the way
    project_is_set_up, wrong_name_first, company_is_asked_once, it_is_sent, draft_is_saved, two_who_may_not,
    draft_changes_under_the_review, lost_answer, found_bought, authority_asks, issued, files_verify,
    # a domain-only one for the known client, bought by hand in the panel, where the order gets a new number
    restarted_by_hand, known_client, asked_to_buy_by_hand, new_number, wrong_number_then_right, issued_the_same_day,
    nothing_leaked,
)  # fmt: skip


def tell() -> int:
    """Tell the whole story; 0 when nothing failed."""
    began = time.monotonic()
    print("certdesk: from /cert new to issued, as everybody sees it. Everything outside is a stand-in on this machine.")
    with World() as world:
        story = Story(world)
        try:
            for scene in SCENES:
                scene(story)
        except AssertionError as failure:
            print(f"\n{failure}", file=sys.stderr)
        print(f"\nstory: {story.steps} steps, {story.failed} failed, {time.monotonic() - began:.0f} s")
        return 1 if story.failed else 0
