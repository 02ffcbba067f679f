"""The story: two certificates from `/cert new` to issued, as each person sees it. `python -m tests.sandbox story`.

Every step is driven through what people have (Slack, the supplier's panel, the authority), and checked.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from tests.sandbox.office import COMPANY, CONTACT, Office
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.seen import OpenView
from tests.sandbox.world import World

WILDCARD, SHOP = "*.acme.com", "shop.acme.com"


class Story(Office):
    """An office that shows what its people see. Orders go by their address here."""

    def __enter__(self) -> Self:
        World.__enter__(self)  # the project is set up before everybody's eyes
        return self

    def shows(self, who: str, text: str) -> None:
        """Print what somebody sees."""
        print(f"    ┌ {who}")
        for line in text.splitlines():
            for piece in textwrap.wrap(line, 108) or [""]:
                print(f"    │ {piece}")

    def sees(self, person: Person, *words: str) -> OpenView:
        """The modal on top of somebody's screen, once it says so."""
        view = self.until_view(person, *words)
        self.shows(f"{person.name} sees the form “{view.title}” [{view.submit_label}]", view.plain)
        return view

    def card_says(self, names: str, words: str) -> None:
        """Wait until the order's card says so, and show it."""
        self.shows("#acme-website, the card", self.until_card(names, words).plain)

    def thread_says(self, names: str, words: str) -> None:
        """Wait until the order's thread says so, and show it."""
        message = self.until_reply(names, words)
        also = " and in the channel" if message.broadcast else ""
        self.shows(f"#acme-website, in the thread{also}", message.plain)

    def reads(self, person: Person, command: str, words: str) -> None:
        """Something only this person sees, in answer to a command."""
        self.shows(f"{person.name}, privately", self.typed(person, command, words))

    def reviews(self, person: Person, names: str, words: str = "read back") -> OpenView:
        """Open the review and wait until it says so."""
        self.review(person, names, words)
        return self.sees(person)

    def submits(self, person: Person, times: int = 1) -> None:
        """Send the step of the form, or so many in a row; nothing may be wrong in any."""
        for _ in range(times):
            errors = person.submit().errors
            assert not errors, errors

    def agrees_and_sends(self) -> OpenView:
        """The last step of a form."""
        view = self.sees(self.pm)
        self.submits(self.pm)
        return view


Scene = Callable[[Story], None]
SCENES: Final[list[tuple[str, Scene]]] = []


def scene(title: str) -> Callable[[Scene], Scene]:
    """The function under it is the story's next step."""

    def register(act: Scene) -> Scene:
        SCENES.append((title, act))
        return act

    return register


# A company-checked wildcard, bought by the desk, with trouble on the way.


@scene("paula sets the project up: /cert project")
def project_is_set_up(story: Story) -> None:
    story.reads(story.pm, "/cert new", "no project yet")
    story.set_up_project(story.channel, Project="Acme website", Engineer=story.erik)
    said = story.until(lambda: [m for m in story.ws.messages(story.channel) if "has its project now" in m.plain])
    story.shows("#acme-website", said[-1].plain)


@scene("paula asks for a certificate, with an address nobody can have first: /cert new *.co.uk")
def wrong_name_first(story: Story) -> None:
    story.pm.command(story.channel, "/cert new *.co.uk")
    story.sees(story.pm)
    error = story.pm.submit().errors["Web addresses"]
    assert "*.co.uk belongs to everybody" in error
    story.shows("paula, at the field", error)


@scene("she corrects it; certdesk suggests a kind and asks for the company once")
def company_is_asked_once(story: Story) -> None:
    story.pm.fill("Web addresses", WILDCARD)
    story.submits(story.pm)
    story.sees(story.pm)
    for step in ({}, COMPANY, CONTACT):
        for label, value in step.items():
            story.pm.fill(label, value)
        story.submits(story.pm)


@scene("she checks everything and sends it")
def it_is_sent(story: Story) -> None:
    assert "Nothing is bought yet" in story.agrees_and_sends().plain
    story.sees(story.pm)
    story.pm.close()


@scene("key and request file are made, the checks run, a draft is saved at OpenSRS and read back")
def draft_is_saved(story: Story) -> None:
    story.card_says(WILDCARD, "approv")
    story.thread_says(WILDCARD, "Please review")
    assert not story.opensrs.submitted(), "nothing may be bought before an approval"


@scene("an outsider and the requester herself try to approve")
def two_who_may_not(story: Story) -> None:
    for person, words in ((story.guest, "full members"), (story.pm, "somebody else must approve")):
        assert not story.reviews(person, WILDCARD, words).submit_label
        person.close(everything=True)


@scene("erik opens the review; while he reads, paula corrects the contact's phone number")
def draft_changes_under_the_review(story: Story) -> None:
    assert story.reviews(story.erik, WILDCARD).submit_label == "Buy for USD 449.00"
    story.pm.click(story.card(WILDCARD), "Change")
    story.submits(story.pm, 3)
    story.pm.fill("Phone", "+1.3125550199")
    story.submits(story.pm)
    story.agrees_and_sends()
    story.pm.close(everything=True)


@scene("erik's yes to the old draft does not count; he reads the new one and buys it, but the answer is lost")
def lost_answer(story: Story) -> None:
    story.until_reply(WILDCARD, "Please review", 2)
    story.erik.submit()
    story.sees(story.erik, "changed")
    view = story.until_view(story.erik, "+1.3125550199")
    story.until(lambda: view.submit_label == "Buy for USD 449.00")
    story.shows("erik, the review read anew", next(line for line in view.plain.splitlines() if "+1.3125550199" in line))
    story.opensrs.faults.arm("process_pending", "drop_after")
    story.submits(story.erik)
    story.thread_says(WILDCARD, "no clear answer")
    assert len(story.opensrs.submitted()) == 1


@scene("five minutes later certdesk looks, finds it bought, and buys nothing a second time")
def found_bought(story: Story) -> None:
    story.pass_time(minutes=5)
    story.thread_says(WILDCARD, "shows the order")
    story.card_says(WILDCARD, "Waiting for")
    assert len(story.opensrs.submitted()) == 1


@scene("the authority asks the client to show control of the domain")
def authority_asks(story: Story) -> None:
    story.opensrs.ca_asks(story.at_supplier(WILDCARD).order_id)
    story.pass_time(hours=1)
    story.thread_says(WILDCARD, "waits for the client")


@scene("the client did it; two days later the certificate is issued")
def issued(story: Story) -> None:
    order = story.at_supplier(WILDCARD).order_id
    story.opensrs.dns_record_seen(order)
    story.pass_time(days=2)
    story.opensrs.issue(order)
    story.pass_time(hours=2)
    story.thread_says(WILDCARD, "is issued")
    story.card_says(WILDCARD, "ssued")


@scene("openssl accepts what certdesk made and received")
def files_verify(story: Story) -> None:
    folder = story.folder / "export"
    print(textwrap.indent(story.bot.command("export", WILDCARD, "--to", str(folder)).strip(), "    │ "))
    (folder / "root.pem").write_text(story.opensrs.roots_pem, encoding="ascii")
    told = openssl(folder, "req -verify -noout -subject -in request.csr")
    told += openssl(folder, f"verify -attime {int(story.time())} -CAfile root.pem -untrusted chain.pem certificate.pem")
    told += openssl(folder, "x509 -noout -subject -issuer -enddate -in certificate.pem")
    story.shows("openssl", told)
    assert "verify OK" in told
    assert "certificate.pem: OK" in told
    assert not list(folder.glob("*key*"))


def openssl(folder: Path, command: str) -> str:
    """Run the real program in a folder; everything it says."""
    done = subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


# A domain-only one for the known client, bought by hand in the panel, where the order gets a new number.


@scene("the desk is restarted with BUYING=by_hand; nothing is lost")
def restarted_by_hand(story: Story) -> None:
    story.bot.stop()
    story.env["BUYING"] = "by_hand"
    story.start_bot()
    story.card_says(WILDCARD, "ssued")


@scene("paula orders for the known client: one field, two submits")
def known_client(story: Story) -> None:
    story.pm.command(story.channel, f"/cert new {SHOP}")
    story.submits(story.pm)
    story.agrees_and_sends()
    story.pm.close(everything=True)


@scene("erik approves and is asked to add the service in OpenSRS's panel")
def asked_to_buy_by_hand(story: Story) -> None:
    story.reviews(story.erik, SHOP)
    story.submits(story.erik)
    story.thread_says(SHOP, "in OpenSRS’s panel")
    story.card_says(SHOP, "Next")
    assert len(story.opensrs.submitted()) == 1


@scene("he does; the panel cancels the draft and goes on under a new number, which certdesk asks for")
def new_number(story: Story) -> None:
    story.opensrs.submit_in_panel(story.at_supplier(SHOP).order_id, new_id=True)
    story.pass_time(minutes=6)
    story.thread_says(SHOP, "Which order number")


@scene("a wrong number is not taken, the right one is")
def wrong_number_then_right(story: Story) -> None:
    story.opensrs.add_foreign_order("9001", state="in-progress")
    right = story.at_supplier(SHOP).order_id
    for asked, number, answer in (
        ("Which order number", "9001", "does not do"),
        ("does not do", right, "shows the order"),
    ):
        story.erik.click(story.until_reply(SHOP, asked), "Enter the order number…")
        [field] = story.until_view(story.erik).inputs
        story.erik.fill(field, number)
        story.submits(story.erik)
        story.thread_says(SHOP, answer)


@scene("it is issued the same day")
def issued_the_same_day(story: Story) -> None:
    story.issue(SHOP)
    story.thread_says(SHOP, "is issued")
    assert len(story.opensrs.submitted()) == 2


@scene("the history of the first order, and no secret anywhere")
def nothing_leaked(story: Story) -> None:
    story.reads(story.pm, f"/cert history {WILDCARD}", "approved")
    assert story.leaks() == [], story.leaks()
    assert story.ws.violations == [], story.ws.violations
    print("    │ no private key, reseller key, vault key or token in any request, log line or database row")


def tell() -> int:
    """Tell the whole story; 0 when nothing failed."""
    began, number, failed = time.monotonic(), 0, 0
    print("certdesk: from /cert new to issued, as everybody sees it. Everything outside is a stand-in on this machine.")
    with Story(BUY_LIMIT_ORDER="1000") as story:
        try:
            for number, (title, act) in enumerate(SCENES, 1):
                print(f"\n{number:2}. {title}")
                act(story)
        except Exception as failure:  # noqa: BLE001 - whatever goes wrong ends the story and is told
            failed = 1
            print(f"    FAILED in step {number}; the bot wrote:\n{story.written()[-2000:]}")
            print(f"\n{type(failure).__name__}: {failure}", file=sys.stderr)
    print(f"\nstory: {number} steps, {failed} failed, {time.monotonic() - began:.0f} s")
    return failed
