"""The client loop on Slack's surface: what is to be copied, what is handed in, and what each asks of the desk."""

import base64
from typing import Any

import pytest

from bot.domain.errors import BadInput
from bot.domain.order import Order, Status
from bot.domain.request import Level
from bot.domain.supply import Account, Task
from bot.service.clients import Answered, ClientText, Question, Record, Support
from bot.shown.found import DnsHost
from handlers.clients import read_files
from handlers.views import client_text
from tests import builders
from tests.fakes import NOW, OWNER
from tests.handlers.desk import ORDER, an_order
from tests.handlers.surface import Surface, view_of

RECORD = Record("TXT", "_x.acme.com", "_x", "value-1")
CNAME = Record("CNAME", "acme.com", "", "target.example.net.")
GODADDY = DnsHost("GoDaddy", apex="@", dot="omit", menu="DNS > Add", quirks=("CNAME here", "TXT there", "Save twice"))
FULL = DnsHost("Hetzner", "full", "full name", "add")
RELATIVE = DnsHost("Bluehost", "relative", "blank", "unknown", also=("Acorn",))
PEM = "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n"


def told(order: Order | None = None, **changes: Any) -> ClientText:
    facts = dict.fromkeys(("records", "tasks", "hosts", "questions"), ()) | changes
    return ClientText(order or an_order(Status.VALIDATING), builders.a_product(), "Acme", **facts)


def company(status: Status, **changes: Any) -> Order:
    request = builders.a_request("*.acme.com", level=Level.OV, organisation=builders.COMPANY, admin=builders.CONTACT)
    return builders.an_order(status, id=ORDER, request=request, **changes)


def written(about: ClientText) -> str:
    return str(client_text.text(about)["blocks"][1]["element"]["initial_value"])


# -- texts


@pytest.mark.parametrize(
    ("record", "hosts", "said", "unsaid"),
    [
        (RECORD, (GODADDY,), ("At GoDaddy", "GoDaddy: DNS > Add", "Type: TXT",
         "Name: _x\n(if the whole name is wanted there: _x.acme.com)", "Value: value-1", "- TXT there",
         "- Save twice"), ("CNAME here",)),
        (CNAME, (GODADDY,), ("Name: @\n", "Target: target.example.net\n", "- CNAME here"), ("TXT there", "add a dot")),
        (CNAME, (FULL,), ("Name: acme.com\n", "Target: target.example.net.\n"), ("whole name",)),
        (CNAME, (RELATIVE,), ("Name: (leave the box empty)\n(only this: Bluehost", "add a dot at its end",
         "it may be Acorn instead"), ("whole name",)),
        (RECORD, (RELATIVE,), ("Name: _x\n(only this",), ("_x.acme.com",)),
        (CNAME, (), ("Where your DNS is looked after", "Name: @ (or leave", "is wanted there: acme.com"), ()),
        (RECORD, (FULL, RELATIVE), ("At Hetzner and Bluehost", "Name: _x\n(if the whole name"), ("only this",)),
    ],
)  # fmt: skip
def test_a_record_is_told_as_the_panel_of_its_host_wants_it(
    record: Record, hosts: tuple[DnsHost, ...], said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    text = written(told(records=(record,), hosts=hosts))
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []
    assert "forward it to us" in text
    assert "\n\n\n" not in text


def test_other_proofs_the_call_and_a_reminder_stand_in_the_text_where_they_apply() -> None:
    assert "writes to admin@acme.com" in written(told(tasks=(Task("mail", "admin@acme.com"),)))
    assert "/.well-known/pki-validation/a.txt" in written(told(tasks=(Task("file", "a.txt", "x"),)))
    assert "not known yet" in written(told())
    text = written(told(company(Status.VALIDATING, sent_at=NOW), records=(RECORD,)))
    assert "will call +1.3125550123 or write to ada@acme.com" in text
    assert "we wrote to you about this before" in text


def test_the_text_is_copied_from_an_input_and_its_button_says_that_it_was_sent(surface: Surface) -> None:
    surface.desk.answers["clients.text"] = told(records=(RECORD,) * 40)
    opened = view_of(surface.click("client.text"))
    value = opened.inputs["Text"].value
    assert 2500 < len(value) <= 3000
    assert value.splitlines()[-1] in written(told(records=(RECORD,))).splitlines()
    assert surface.person.submit().closed
    surface.assert_asked("clients.sent", order_id=ORDER)


def test_a_held_order_asks_its_questions_by_number_and_plain_name(surface: Surface) -> None:
    questions = (Question(2, "org.phone", "The phone is missing."), Question(5, "", "The domain ends soon."))
    surface.desk.answers["clients.text"] = told(company(Status.HELD), questions=questions)
    assert "2. Phone of the company (From a public" in view_of(surface.click("client.text")).inputs["Text"].value
    surface.person.press("Only the questions")
    lines = view_of(surface.person).inputs["Text"].value.splitlines()
    assert [line[:12] for line in lines] == ["2. Phone of ", "5. The domai"]


@pytest.mark.parametrize(("rule", "named"), [("CAA-2", True), ("STAND-2", False)])
def test_what_is_mended_in_the_dns_says_in_whose_panel(rule: str, *, named: bool) -> None:
    question = Question(1, "", "Add the record 0 issue ca.example to acme.com.", rule)
    host = DnsHost("GoDaddy", menu="Domains > DNS", panel="https://dcc.godaddy.com")
    text = written(told(company(Status.HELD), questions=(question,), hosts=(host,)))
    assert question.sentence in text
    assert ("GoDaddy; records are changed there: Domains > DNS (https://dcc.godaddy.com)." in text) is named


def test_who_orders_alone_is_handed_the_request_file_whole(surface: Surface) -> None:
    csr = "-----BEGIN CERTIFICATE REQUEST-----\n" + "A" * 64 + "\n" + ("B" * 64 + "\n") * 60 + "-----END-----\n"
    order = company(Status.VALIDATING, account=Account("client", "the client", "live"), csr=csr)
    surface.desk.answers["clients.text"] = told(order)
    inputs = view_of(surface.click("client.text")).inputs
    assert "it must be a wildcard" in inputs["Text"].value
    assert f"{inputs['Request file'].value}\n{inputs['Request file, part 2'].value}" == csr


def test_support_is_asked_with_numbers_by_who_may_see_them(surface: Surface) -> None:
    surface.desk.answers["clients.support"] = Support(an_order(Status.VALIDATING), OWNER, (("Order", "3515690"),))
    opened = view_of(surface.click("supplier.ask"))
    assert "Order: 3515690" in opened.inputs["Text"].value
    assert "<@" not in opened.plain
    assert surface.person.submit().closed
    surface.desk.answers["clients.support"] = Support(an_order(Status.VALIDATING), OWNER, ())
    assert "approvers see" in view_of(surface.click("supplier.ask")).plain


# -- answers, another way


def test_answers_are_read_without_the_questions_and_what_was_not_taken_stays(surface: Surface) -> None:
    surface.click("client.paste")
    pasted = "1. Street and number: 1 Main St\n2) x\n> 3. Phone (As in +1.3125550123.):\n555"
    surface.person.fill("Their answers", pasted)
    surface.desk.answers["clients.answer"] = Answered(an_order(version=8), ((3, "Write it out."),), "3. IL")
    again = view_of(surface.person.submit())
    surface.assert_asked("clients.answer", order_id=ORDER, text="1. 1 Main St\n2) x\n> 3.\n555")
    assert "3. Write it out." in again.plain
    assert again.inputs["Their answers"].value == "3. IL"
    surface.desk.answers["clients.answer"] = Answered(an_order(version=9), (), "")
    assert surface.person.submit().closed


# -- a certificate


def test_texts_and_files_are_handed_in_as_they_are(surface: Surface) -> None:
    surface.desk.answers["paste.paste"] = an_order(Status.ISSUED)
    surface.click("order.paste")
    surface.person.fill("Certificate", PEM)
    der = base64.b64decode("MAAA")
    surface.person.fill("Or files", {"a.pem": PEM.encode("utf-16"), "b.cer": der, "c.txt": "dear all"})
    assert surface.person.submit().closed
    (asked,) = surface.desk.calls("paste.paste")
    given = asked["given"]
    assert given.keys() == {"leaf", "chain1", "chain2", "files"}
    assert (given["leaf"].strip(), given["files"].count(PEM), "dear all" in given["files"]) == (PEM.strip(), 2, True)
    surface.desk.answers["paste.paste"] = an_order(Status.VALIDATING)  # it came alone
    surface.click("order.paste")
    assert "being fetched" in view_of(surface.person.submit()).plain


@pytest.mark.parametrize(
    ("trouble", "content", "said"),
    [("html", PEM, "did not hand out"), ("server_error", PEM, "did not hand out"), ("drop_before", PEM, "try again"),
     ("", "x" * (64 * 1024 + 1), "larger than 64 kB")],
)  # fmt: skip
def test_a_file_that_cannot_be_had_is_never_half_taken(surface: Surface, trouble: str, content: str, said: str) -> None:
    surface.click("order.paste")
    surface.person.fill("Or files", {"a.pem": content})
    if trouble:
        surface.ws.faults.arm("download", trouble)
    assert said in surface.person.submit().errors["Or files"]
    assert surface.desk.calls("paste.paste") == []


@pytest.mark.parametrize(
    "url", ["https://evil.test/a", "http://127.0.0.1:1/a", "{home}.evil.test/a", "file:///etc/passwd", "https:{rest}/a"]
)
def test_the_bots_token_goes_to_slack_alone(surface: Surface, url: str) -> None:
    home = surface.ws.url.rstrip("/")
    file = {"name": "a.pem", "url_private_download": url.format(home=home, rest=home.removeprefix("http:"))}
    view = {"state": {"values": {"files": {"value": {"type": "file_input", "files": [file]}}}}}
    with pytest.raises(BadInput) as refused:
        read_files(view, surface.app.client)
    assert "does not lie at Slack" in refused.value.fields["files"]
