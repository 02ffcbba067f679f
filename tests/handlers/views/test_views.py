"""Every message and view: what it looks like, that Slack takes it, and that nothing foreign gets through as markup."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.checks.standing import register_of
from bot.domain.approval import Buying
from bot.domain.findings import Mender, Verdict
from bot.domain.notices import Audience, Notice, Told
from bot.domain.order import Actor, Hold, Status
from bot.domain.request import Dcv
from bot.domain.watching import Known
from bot.service.ask import CLIENT
from bot.service.see import Home
from bot.shown.card import CardFacts
from bot.shown.form import STEPS, FormShown
from bot.shown.review import Probed
from bot.shown.standing import Asked, Register
from handlers.views import dialogs, form, lists
from handlers.views.card import card
from handlers.views.home import home
from handlers.views.notices import notice
from handlers.views.parts import Json, Message
from handlers.views.review import evidence, probed, review, waiting
from handlers.views.words import TOLD
from tests.handlers.views import samples
from tests.sandbox.slack.surfaces import check_message, check_view

_OURS = re.compile(r"<(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!date\^\d+\^[^|<>]+\|[^<>]+)>")
_ALL_FACTS = {*re.findall(r"{(\w+)", "".join(TOLD.values())), "by", "what", "form", "dcv"} - {"list", "dates"}
_USUAL_FACTS = {
    Told.HELD: {"reason": "Acme LLC is not in good standing in Illinois.\nWe have no phone number."},
    Told.CHANGED: {"by": "U0PM", "void": "yes"},
    Told.OVERRIDDEN: {"by": "U0BOSS", "reason": "They filed it today", "what": samples.STOP.sentence},
    Told.APPROVED_ONE: {"given": "1", "needed": "2"},
    Told.BLOCKED: {"reason": "buying is paused"},
    Told.VOTED: {"about": "not_bought"},
    Told.REFUSED: {"reason": "The launch moved to spring."},
    Told.UNKNOWN_STATE: {"state": "quantum <b>"},
    Told.SUPPLIER_SILENT: {"since": samples.AT.isoformat()},
    Told.CLIENT_MUST_ACT: {"before": "in-progress", "after": "awaiting-approval", "dcv": "dns"},
    Told.PROGRESS: {"before": "pending", "after": "in-progress"},
    Told.ISSUED: {"until": samples.AT.isoformat(), "names": "*.acme.com, acme.com", "warnings": "",
                  "promised": "2026-11-30", "early": "2", "late": ""},
    Told.ANSWERED: {"count": "3", "open": "1"},
    Told.CHASE: {"since": samples.AT.isoformat()},
    Told.SLIPS: {"before": "2026-12-09", "after": "2026-12-11", "launch": "2026-12-10", "plan_b": "yes",
                 "second": "yes"},
    Told.SWITCHED: {"how": "email"},
    Told.RESENT: {"to": "admin@acme.com"},
    Told.WARNING: {"what": "The domain acme.com expires on 1 Dec.", "advice": "Ask the client to renew it.",
                   "before": "acme.com is registered.", "after": "It ends soon.", "thing": "C0ACME end acme.com"},
    Told.WELL_AGAIN: {"what": "the registration of acme.com"},
    Told.EXPIRES: {"names": "*.acme.com", "until": "2026-12-24", "days": "1", "next": "Please renew it now."},
    Told.NO_ORDER: {"name": "Acme shop", "launch": "2026-12-10", "days": "17"},
    Told.OTHER_KEY: {"serial": "0A:0B", "issuer": "Thawte TLS CA"},
    Told.SECOND_WANTED: {"form": samples.FORM.id, "project": "Acme shop", "by": "U0PM"},
    Told.SECOND_ALLOWED: {"other": "o-zzzz2222", "reason": "Another data centre"},
    Told.REMINDER: {"since": samples.AT.isoformat()},
    Told.LAPSE_SOON: {"until": "2026-12-24"},
    Told.PROJECT_SET: {"name": "Acme shop", "client": "Acme LLC", "by": "U0PM"},
    Told.UNDELIVERED: {"what": "issued", "until": samples.AT.isoformat()},
}  # fmt: skip


@pytest.fixture
def shown(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def told(kind: Told, mentions: tuple[str, ...] = ("U0PM",), /, **said: str) -> Notice:
    return Notice(kind, samples.PROJECT.id, samples.ORDER.id, "", mentions, tuple(said.items()))


def worst_notice(kind: Told) -> Message:
    crowd = tuple(f"U0A{n}" for n in range(60))
    said = tuple((name, samples.LONG) for name in sorted(_ALL_FACTS))
    return notice(replace(told(kind, crowd), facts=said), samples.worst_facts(Status.DOUBTFUL))


def messages() -> Iterator[tuple[str, Message]]:
    """Every message, both as on every day and at its worst."""
    for status in Status:
        yield f"card {status}", card(samples.facts(samples.usual(status)))
        yield f"worst card {status}", card(samples.worst_facts(status))
    for kind in Told:
        yield f"bare notice {kind}", notice(Notice(kind), None)
        yield f"worst notice {kind}", worst_notice(kind)
    crowd = [samples.worst_facts(status) for status in Status] * 5
    yield "help", lists.help_text()
    yield "unknown word", lists.help_text(samples.LONG, "list")
    yield "orders", lists.orders(crowd, samples.LONG)
    yield "no orders", lists.orders([], samples.LONG)
    yield "none open", lists.orders([])
    yield "history", lists.history(samples.LONG, samples.entries(200))
    yield from ((word, lists.told(word)) for word in ("paused", "resumed"))


def views() -> Iterator[tuple[str, Json]]:
    empty = replace(samples.FORM, values={})
    hard = dict.fromkeys(samples.VALUES, (samples.LONG, samples.LONG))
    errors = {"org.name": samples.LONG, "elsewhere": samples.LONG}
    for step in STEPS:
        yield f"form {step}", form.form_view(samples.form_shown(step))
        yield f"open form {step}", form.form_view(samples.form_shown(step, samples.OPEN_FORM))
        worst = samples.form_shown(step, samples.WORST_FORM, 25, hints=hard)
        yield f"worst form {step}", form.form_view(worst, errors)
        yield f"empty form {step}", form.form_view(FormShown(empty, step, projects=(samples.PROJECT,)))
    stops = [finding for finding in samples.worst(Status.HELD).findings if finding.verdict is Verdict.STOP]
    yield "placed", form.placed_view(samples.worst_facts(Status.PREPARING))
    yield "exists", form.exists_view(samples.ORDER.id, samples.MANY_NAMES, samples.FORM.id)
    yield "waiting", waiting(samples.ORDER.id)
    yield "review", review(samples.review())
    yield "worst review", review(samples.worst_review())
    yield "review without a way", review(replace(samples.worst_review(), problem=samples.LONG))
    seen = samples.worst(Status.HELD).findings
    yield "evidence", evidence(Known(tuple(replace(each, at=samples.AT) for each in seen[:40]), seen))
    yield "probed", probed(Probed(samples.MANY_NAMES, samples.LONG, seen))
    yield "refuse", dialogs.refuse(samples.ORDER.id)
    yield "override", dialogs.override(samples.ORDER.id, stops)
    yield "nothing to override", dialogs.override(samples.ORDER.id, [])
    yield "second", dialogs.allow_second(samples.FORM.id)
    yield "number", dialogs.number(samples.ORDER.id)
    yield "project", dialogs.project("C0ACME", {})
    long = {"name": samples.LONG, "client_name": samples.LONG, "owner": "U0PM"}
    yield "worst project", dialogs.project("C0ACME", long)
    crowd, projects = (
        (samples.worst_facts(Status.HELD),) * 30,
        ((replace(samples.PROJECT, name=samples.LONG), True),) * 30,
    )
    yield "worst home", home(Home(crowd, crowd, crowd, projects))


DANGEROUS = {
    "order.cancel", "order.cancel_bought", "order.resolve.not_bought", "order.resolve.outside", "order.to_agency",
    "order.give_up",
}  # fmt: skip
MESSAGES, VIEWS = dict(messages()), dict(views())


def texts(value: object, key: str = "") -> Iterator[str]:
    """Every text a person reads; what stands in an input to be edited is left as it was typed."""
    if isinstance(value, str) and key in {"text", ""}:
        yield value
    for name, each in value.items() if isinstance(value, Mapping) else ():
        yield from texts(each, name)
    for each in value if isinstance(value, list | tuple) else ():
        yield from texts(each)


def read_by_people(what: object) -> str:
    return "\n".join(texts(what))


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_card(status: Status, shown: SnapshotAssertion) -> None:
    assert card(samples.facts(samples.usual(status))) == shown


@pytest.mark.parametrize("kind", Told)
def test_everything_told_has_its_words(kind: Told, shown: SnapshotAssertion) -> None:
    facts = None if kind.place in {Audience.ADMINS, Audience.CHANNEL} else samples.facts(samples.ORDER)
    assert notice(told(kind, ("U0PM",), **_USUAL_FACTS.get(kind, {})), facts) == shown


@pytest.mark.parametrize("name", [*(f"form {step}" for step in STEPS), "review", "refuse", "number", "exists"])
def test_every_view_has_its_look(name: str, shown: SnapshotAssertion) -> None:
    assert VIEWS[name] == shown


@pytest.mark.parametrize("register", [register_of(samples.COMPANY), Register()], ids=["known", "unknown"])
def test_a_companys_standing_is_asked_in_the_words_of_its_register(
    register: Register, shown: SnapshotAssertion
) -> None:
    view = dialogs.attest(Asked(samples.ORDER.id, samples.COMPANY.name, register))
    assert check_view(view) == []
    assert view == shown


def test_lists_have_their_look(shown: SnapshotAssertion) -> None:
    orders = lists.orders([samples.facts(samples.usual(status)) for status in (Status.HELD, Status.LIVE)])
    assert [lists.help_text(), orders, lists.history(samples.ORDER.id, samples.entries())] == shown


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_takes_every_message(name: str) -> None:
    text, blocks = MESSAGES[name]
    assert check_message({"text": text, "blocks": blocks}) == []


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_every_view(name: str) -> None:
    assert check_view(VIEWS[name]) == []


@pytest.mark.parametrize("name", [*MESSAGES, *VIEWS])
def test_nothing_foreign_becomes_a_mention_a_link_or_half_an_entity(name: str) -> None:
    said = _OURS.sub("", read_by_people(MESSAGES.get(name) or VIEWS.get(name)))
    assert "<" not in said
    assert "U0EVIL>" not in said
    assert re.findall(r"&(?!(?:amp|lt|gt);)", said) == []


def shapes(status: Status) -> Iterator[CardFacts]:
    """An order in this status in every shape that has a card of its own, each also with as much to say as may come."""
    shape: dict[str, Collection[object]] = {"account": (samples.ORDER.account, CLIENT)}
    if status is Status.HELD:
        shape["hold"] = [Hold(who, (samples.LONG,) * 9) for who in Mender]
    if status is Status.VALIDATING:
        shape |= {"sent_at": (None, samples.AT), "raw_state": ("", "awaiting_approval", "approver-confirmed")}
    for of, dcv, values in product((samples.usual(status), samples.worst(status)), Dcv, product(*shape.values())):
        changes: dict[str, Any] = dict(zip(shape, values, strict=True)) | {"request": replace(of.request, dcv=dcv)}
        made = samples.facts(samples.approved(replace(of, **changes), "U0A", "U0B", "U0C", "U0D"), client=samples.LONG)
        yield from (made, replace(made, launch=samples.AT.date()))
    yield samples.worst_facts(status)


@pytest.mark.parametrize("status", Status)
def test_a_card_has_at_most_eight_lines_and_five_buttons_before_its_menu(status: Status) -> None:
    for facts in shapes(status):
        blocks = card(facts)[1]
        shown = actions(blocks)
        menu = [each for element in shown for each in element.get("options", ())]
        assert 2 <= len(blocks[0]["text"]["text"].splitlines()) <= 8
        assert len(shown) - bool(menu) <= 5
        assert len(menu) in {0, 2, 3, 4, 5}
        assert {each["action_id"] for each in shown if "confirm" in each} == DANGEROUS & offered(facts)


def offered(facts: CardFacts) -> set[str]:
    """What the card's buttons and its menu do."""
    shown = actions(card(facts)[1])
    menu = {each["value"].partition("|")[0] for element in shown for each in element.get("options", ())}
    return {each["action_id"] for each in shown} - {"order.more"} | menu


_AT_AUTHORITY = {"client.text", "order.look", "order.paste", "order.switch", "supplier.ask", "order.cancel_bought"}
_HELD = {"order.change", "order.check", "order.cancel"}
_MAIL, _SOON = replace(samples.REQUEST, dcv=Dcv.EMAIL), replace(samples.REQUEST, wanted_by=samples.AT.date())


def seen(status: Status, buying: Buying = Buying.AUTO, **changes: Any) -> CardFacts:
    return samples.facts(samples.usual(status, **changes), buying=buying)


@pytest.mark.parametrize(("facts", "wanted"), [
    (seen(Status.VALIDATING), _AT_AUTHORITY | {"client.sent"}),
    (seen(Status.VALIDATING, sent_at=samples.AT), _AT_AUTHORITY),
    (seen(Status.VALIDATING, request=_MAIL, sent_at=samples.AT), _AT_AUTHORITY | {"order.resend"}),
    (seen(Status.VALIDATING, account=CLIENT),
     {"client.text", "client.sent", "order.paste", "order.to_agency", "order.give_up"}),
    (seen(Status.HELD), _HELD),
    (seen(Status.HELD, findings=(samples.STOP,)), _HELD | {"standing.attest", "order.override"}),
    (seen(Status.HELD, findings=(replace(samples.STOP, check="registration"),)), _HELD | {"order.override"}),
    (seen(Status.HELD, hold=Hold(Mender.CLIENT, ("no phone",))),
     _HELD | {"client.text", "client.paste", "client.sent"}),
    (seen(Status.AWAITING_APPROVAL, request=_SOON),
     {"order.review", "order.refuse", "order.change", "order.check", "order.cancel", "order.plan_b"}),
    (seen(Status.BUYING, attempts=()), {"order.look", "order.cancel"}),
    (seen(Status.BUYING, Buying.BY_HAND, attempts=()), {"order.look", "order.number", "order.cancel"}),
    (seen(Status.BUYING), {"order.look", "order.cancel_bought"}),
    (seen(Status.LIVE), {"order.renew"}),
])  # fmt: skip
def test_a_card_offers_what_makes_sense(facts: CardFacts, wanted: set[str]) -> None:
    assert offered(facts) == wanted


@pytest.mark.parametrize(("changes", "said"), [
    ({}, "<@U0PM>: send the text to Acme, then say so here"),
    ({"sent_at": samples.AT}, "Acme: does what the text says"),
    ({"account": CLIENT, "sent_at": samples.AT, "raw_state": "quantum"}, "Acme: orders it and hands in"),
    ({"raw_state": "quantum"}, "the certificate authority: "),
])  # fmt: skip
def test_at_the_authority_the_card_says_who_must_do_what(changes: dict[str, Any], said: str) -> None:
    facts = samples.facts(samples.usual(Status.VALIDATING, **changes), client="Acme")
    assert f"*Next:* {said}" in read_by_people(card(facts)[1])
    raw = changes.get("raw_state") == "quantum" and facts.order.account is not CLIENT
    assert ("State at OpenSRS: `quantum`" in read_by_people(card(facts)[1][0])) is raw


@pytest.mark.parametrize(("changes", "said"), [
    ({"blocked": "buying is paused"}, "buys it once buying goes on"), ({}, "add the service in the supplier’s panel"),
    ({"told": ("number",)}, "enter the order number"),
])  # fmt: skip
def test_what_an_approved_order_waits_for(changes: dict[str, Any], said: str) -> None:
    facts = replace(seen(Status.BUYING, Buying.BY_HAND, attempts=(), **changes), next_actor=Actor.ENGINEER)
    assert f": {said}" in read_by_people(card(facts)[1])


def test_a_direct_message_says_where_it_is_from_and_has_the_same_buttons() -> None:
    facts, wanted = samples.facts(samples.usual(Status.AWAITING_APPROVAL)), told(Told.APPROVAL_WANTED, ())
    text, blocks = notice(replace(wanted, person="U0ENG"), facts)
    assert text.startswith("<#C0ACME>: Please review the order for `*.acme.com`")
    assert actions(blocks) == actions(notice(wanted, facts)[1]) != []


@pytest.mark.parametrize("name", MESSAGES)
def test_no_message_carries_price_contact_or_suppliers_number(name: str) -> None:
    said = json.dumps(MESSAGES[name])
    private = ("449", "USD", "ann@", "312555", "3515690", "Smith", "admin@")
    assert [each for each in private if each in said] == []


@pytest.mark.parametrize("kind", Told)
def test_a_notice_calls_only_those_who_must_act(kind: Told) -> None:
    text, _ = notice(told(kind, ("U0PM", "U0ENG"), by="U0BOSS"), samples.worst_facts(Status.VALIDATING))
    assert re.findall(r"<@(\w+)>", text) == ["U0PM", "U0ENG"]


def actions(blocks: list[Json]) -> list[Json]:
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def test_a_test_account_says_so_in_words() -> None:
    test = replace(samples.ORDER, account=replace(samples.ORDER.account, environment="test"))
    assert "TEST account" in read_by_people(card(samples.facts(test))[1])
    assert "TEST account" not in read_by_people(card(samples.facts(samples.ORDER))[1])
    assert "TEST account" in review(samples.review(test))["blocks"][0]["text"]["text"]
    assert "LIVE account" in review(samples.review())["blocks"][0]["text"]["text"]


@pytest.mark.parametrize(("buying", "price", "submit"), [
    (Buying.AUTO, samples.PRODUCT.price, "Buy for USD 449.00"),
    (Buying.BY_HAND, samples.PRODUCT.price, "Approve for USD 449.00"),
    (Buying.AUTO, None, "Approve (price unknown)"),
])  # fmt: skip
def test_the_reviews_button_says_what_a_yes_does(buying: Buying, price: Decimal | None, submit: str) -> None:
    assert samples.ORDER.draft
    facts = seen(Status.AWAITING_APPROVAL, buying, draft=replace(samples.ORDER.draft, price=price))
    assert review(replace(samples.review(facts.order), facts=facts))["submit"]["text"] == submit


def test_a_review_with_a_problem_cannot_be_submitted() -> None:
    view = review(replace(samples.review(), problem="The draft is gone."))
    assert "submit" not in view
    assert "The draft is gone." in (said := read_by_people(view))
    assert "Your yes" not in said
