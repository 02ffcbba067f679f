"""The story: two certificates from `/cert new` to issued, as each person sees it. `python -m tests.sandbox story`.

Every step is driven through what people have (Slack, the supplier's panel, the authority), and checked.
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from tests.sandbox.office import COMPANY, CONTACT, Office
from tests.sandbox.opensrs.ca import Subject
from tests.sandbox.slack.people import Person
from tests.sandbox.slack.seen import OpenView
from tests.sandbox.world import World

WILDCARD, SHOP, API = "*.acme.com", "shop.acme.com", "api.acme.com"
BEGINS: Final = datetime(2026, 11, 30, 16, tzinfo=UTC)  # ten in the morning in Chicago
_BASE64: Final = re.compile(r"(?:^[A-Za-z0-9+/=]{60,}\n)+(?:^[A-Za-z0-9+/=]+\n)?", re.MULTILINE)
PRIVATE: Final = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"


class Story(Office):
    """An office that shows what its people see. Orders go by their address here. It begins on a Monday at ten."""

    request = questions = ""

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.pass_time(hours=(BEGINS.timestamp() - self.time()) / 3600)
        self.outside()

    def __enter__(self) -> Self:
        World.__enter__(self)  # the project is set up before everybody's eyes
        return self

    def shows(self, who: str, text: str) -> None:
        """Print what somebody sees."""
        print(f"    ┌ {who}")
        for line in _BASE64.sub("…\n", text).splitlines():
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

    def channel_says(self, words: str) -> None:
        """Wait until the channel says so outside any thread, and show it."""
        said = self.until(lambda: [m for m in self.ws.messages(self.channel) if words in m.plain])
        self.shows("#acme-website", said[-1].plain)

    def clicks(self, person: Person, names: str, button: str) -> None:
        """A button of the order's card, or a choice of its menu."""
        card = self.card(names)
        if button in card.buttons:
            person.click(card, button)
        else:
            person.choose(card, "order.more", button)

    def attests(self, word: str, person: Person | None = None) -> dict[str, str]:
        """What the register says of the company; the errors, by field."""
        who = person or self.pm
        who.fill("What it says", word)
        return who.submit().errors

    def signed_for_the_client(self) -> tuple[str, str]:
        """What another supplier makes of the request file that the client handed in: certificate and intermediate."""
        key, authority = x509.load_pem_x509_csr(self.request.encode()).public_key(), self.opensrs.authority
        assert isinstance(key, RSAPublicKey)
        end = datetime.fromtimestamp(self.time(), UTC) + timedelta(days=90)
        leaf = authority.issue(Subject((API,), "DV", {}), key, end)
        one, other = (each.public_bytes(Encoding.PEM).decode() for each in (leaf, authority.intermediate))
        return one, other

    def day(self, later: int) -> str:
        """A day so many days from now, as pickers give it."""
        return (datetime.fromtimestamp(self.time(), UTC) + timedelta(days=later)).date().isoformat()

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


Scene = Callable[[Story], None]
SCENES: Final[list[tuple[str, Scene]]] = []


def scene(title: str) -> Callable[[Scene], Scene]:
    """The function under it is the story's next step."""

    def register(act: Scene) -> Scene:
        SCENES.append((title, act))
        return act

    return register


# The guide's first steps: early, in plain words, with the client's help.


@scene(
    "G1: paula sets the project up; nobody orders, and on the first working day after its kick-off the channel hears"
)
def project_is_set_up(story: Story) -> None:
    story.reads(story.pm, "/cert new", "no project yet")
    usual = {"Project": "Acme website", "Engineer": story.erik, "Kick-off": story.day(1), "Launch": story.day(17)}
    story.set_up_project(story.channel, "Acme LLC", **usual)
    story.channel_says("has its project now")
    story.pass_time(days=1)
    story.channel_says("has no certificate on order yet")


@scene("G8: she asks for one, with an address nobody can have first")
def wrong_name_first(story: Story) -> None:
    story.pm.command(story.channel, "/cert new *.co.uk")
    story.sees(story.pm)
    error = story.pm.submit().errors["Web addresses"]
    assert "*.co.uk belongs to everybody" in error
    story.shows("paula, at the field", error)


@scene("G7: certdesk suggests a kind, says what each costs and when it comes, and what it found out about the domain")
def a_kind_is_suggested(story: Story) -> None:
    story.pm.fill("Web addresses", WILDCARD)
    story.submits(story.pm)
    story.sees(story.pm, "What we found")


@scene("G4: she does not know all about the company: what is public is filled in, the rest is for the client to say")
def the_client_is_asked(story: Story) -> None:
    story.submits(story.pm)
    story.sees(story.pm, "From the certificate served")
    story.pm.press("Ask the client")
    for label in ("Street and number", "Postal code"):
        story.pm.fill(label, COMPANY[label])
    story.submits(story.pm)
    for label in ("First name", "Last name", "E-mail"):
        story.pm.fill(label, CONTACT[label])
    story.submits(story.pm)
    assert "Nothing is bought yet" in story.sees(story.pm).plain
    story.submits(story.pm)
    story.pm.close()
    story.card_says(WILDCARD, "Waiting for the client")


@scene("G13: the questions go to the client, who is late; after two working days paula is told")
def the_client_is_late(story: Story) -> None:
    story.clicks(story.pm, WILDCARD, "Text for the client")
    story.questions = story.sees(story.pm).inputs["Text"].value
    story.submits(story.pm)
    story.card_says(WILDCARD, "does what the text says")
    story.pass_time(days=3)
    story.thread_says(WILDCARD, "Nothing has come of what the client was asked")


@scene("the answers come, with a line nobody asked for; what fits is taken, the rest is shown back")
def answers_are_pasted(story: Story) -> None:
    story.clicks(story.pm, WILDCARD, "Paste answers")
    asked = re.findall(r"(\d+)\. ([^(:\n]+)", story.questions)
    told = {
        "Phone of the company": COMPANY["Phone of the company"],
        "Phone": CONTACT["Phone"],
        "Position": "Head of web",
    }
    lines = [f"{number}. {told[label.strip()]}" for number, label in asked if label.strip() in told]
    story.pm.fill("Their answers", "\n".join(["Hi Paula, here you are:", *lines]))
    assert not story.pm.submit().errors
    story.sees(story.pm, "not taken")
    story.pm.close()
    story.thread_says(WILDCARD, "answers came")


@scene("G5: nobody has looked the company up yet; paula does, and the order goes on")
def standing_is_looked_up(story: Story) -> None:
    story.card_says(WILDCARD, "Needs you: 1 thing")
    story.clicks(story.pm, WILDCARD, "Look it up")
    story.sees(story.pm)
    story.attests("NOT GOOD STANDING")
    story.card_says(WILDCARD, "not in good standing")


@scene(
    "the client settles it with the register; somebody else looks again, for who saw it bad does not wave it through"
)
def standing_is_good_again(story: Story) -> None:
    story.clicks(story.pm, WILDCARD, "Look it up")
    story.shows("paula, at the field", next(iter(story.attests("ACTIVE").values())))
    story.pm.close()
    story.clicks(story.otto, WILDCARD, "Look it up")
    story.attests("ACTIVE", story.otto)


@scene("G9 to G11: key and request file are made, the checks run, a draft is saved at OpenSRS and read back")
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
    story.clicks(story.pm, WILDCARD, "Change")
    story.pm.press("Change contact")
    story.pm.fill("Phone", "+1.3125550199")
    story.sees(story.pm)
    story.submits(story.pm)
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
    story.clicks(story.pm, WILDCARD, "Text for the client")
    assert "GoDaddy" in story.sees(story.pm).plain
    story.submits(story.pm)
    story.card_says(WILDCARD, "does what the text says")


@scene("five working days later it takes longer than usual; it will miss the launch, and a quicker kind is offered")
def it_is_slow(story: Story) -> None:
    story.pass_time(days=10)
    story.thread_says(WILDCARD, "longer than usual")
    story.pass_time(days=4)
    story.thread_says(WILDCARD, "not be there for the launch")
    story.clicks(story.erik, WILDCARD, "Ask OpenSRS")
    story.sees(story.erik)
    story.erik.close()


@scene("G14: the client did it; three days later the certificate is issued")
def issued(story: Story) -> None:
    order = story.at_supplier(WILDCARD).order_id
    story.opensrs.dns_record_seen(order)
    story.pass_time(days=3)
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


@scene("paula orders for the known client, for a launch in three days: one field, two submits")
def known_client(story: Story) -> None:
    story.pm.command(story.channel, "/cert new")
    story.pm.fill("Web addresses", SHOP)
    story.pm.fill("When it must work", story.day(3))
    story.submits(story.pm)
    view = story.sees(story.pm)
    assert [label for label, box in view.inputs.items() if not box.optional and not box.value] == []
    story.submits(story.pm)
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


# Another project's client orders by itself.


@scene("G2: a client wants to buy by itself: certdesk makes key and request file and hands the file out")
def client_orders(story: Story) -> None:
    story.pm.command(story.channel, f"/cert new {API}")
    story.submits(story.pm)
    story.pm.press("More options")
    story.pm.fill("Who buys it", "The client buys it; we make the key")
    story.submits(story.pm)
    story.pm.close(everything=True)
    story.card_says(API, "With the client")
    story.clicks(story.pm, API, "Text for the client")
    story.request = story.sees(story.pm, "Request file").inputs["Request file"].value
    story.submits(story.pm)


@scene("G14: the client forwards what came: a secret key is refused, another key's certificate does not fit")
def certificate_is_pasted(story: Story) -> None:
    leaf, chain = story.signed_for_the_client()
    other = (story.folder / "export" / "certificate.pem").read_text(encoding="ascii")
    for given, words in ((PRIVATE, "private key"), (other, "key"), (leaf, "")):
        story.clicks(story.pm, API, "Paste the certificate")
        story.pm.fill("Certificate", given)
        story.pm.fill("Intermediate", chain)
        errors = story.pm.submit().errors
        story.shows("paula, at the field", " ".join(errors.values()) or "it is taken")
        assert words in " ".join(errors.values())
        if errors:
            story.pm.close(everything=True)
    story.thread_says(API, "is issued")


# Watching.


@scene(
    "G6: the domain's registration lapses, and the channel is warned; it is renewed, and the channel hears that, too"
)
def registration_lapses(story: Story) -> None:
    today = datetime.fromtimestamp(story.time(), UTC).date()
    for status, words in (("redemption period", "warning"), ("active", "well again")):
        story.registries.add("acme.com", today - timedelta(days=900), today + timedelta(days=700), status=(status,))
        story.pass_time(days=2)
        story.channel_says(words)


@scene("what paula finds in the app's Home")
def home(story: Story) -> None:
    story.shows("paula, in Home", story.pm.open_home().plain)


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
