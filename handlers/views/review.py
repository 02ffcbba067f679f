"""What an approver sees before saying yes, and the view that waits for it. Its submit button is the approval.

Only approvers open it, so it may show price, balance and contacts, and speak the trade's words.
"""

import json
from collections.abc import Iterable
from typing import Any

from bot.domain.approval import Buying
from bot.domain.findings import Finding
from bot.domain.order import Order
from bot.domain.request import Contact, Dcv, Organisation
from bot.domain.watching import Known, troubles
from bot.shown.review import Probed, Review
from handlers.views import parts
from handlers.views.card import dates
from handlers.views.parts import Json
from handlers.views.words import CONTROL, FOUND, KEY, LEVEL, LINE

CALLBACK = "review.approve"
_TITLE = "Review"
_LONGEST_SUBMIT = 24
_MOST = 12  # rows of any one list


def waiting(order_id: str) -> Json:
    """Shown at once: a trigger lives three seconds, reading the draft may take longer."""
    said = f"Reading the draft of order {parts.code(order_id)} at OpenSRS…"
    return parts.modal(_TITLE, [parts.section(said)], "review.waiting")


def review(review: Review) -> Json:
    """The draft as read just now; without a submit button where nothing may be approved."""
    order = review.facts.order
    found = (_list(heading, map(_finding, group)) for heading, group in _grouped(review.findings))
    paragraphs = (_read_back(review), *found, *_decisions(order), _by_hand(review))
    blocks = [
        _account(order),
        *([parts.alert(parts.foreign(review.problem, 200), "error")] if review.problem else []),
        parts.section(_since_last(review)),
        *parts.fields(_what(review)),
        *(parts.section(text) for text in paragraphs if text),
        parts.context(_engineers(review)),
        *([] if review.problem else [parts.section(_which(review))]),
    ]
    metadata = json.dumps({"order": order.id, "digest": review.digest})
    return parts.modal(_TITLE, blocks, CALLBACK, "" if review.problem else _submit(review), metadata)


def read(view: dict[str, Any]) -> tuple[str, str]:
    """The order and the digest that a submitted review is a yes to."""
    said = json.loads(view["private_metadata"])
    return said["order"], said["digest"]


def _account(order: Order) -> Json:
    if order.account.is_test:
        return parts.alert("*TEST account*: nothing real is bought and no money is spent.", "info")
    return parts.alert("*LIVE account*: approving this spends money.")


def _submit(review: Review) -> str:
    price = _price(review.facts.order)
    if not price:
        return "Approve (price unknown)"
    text = f"{'Buy' if review.facts.buying is Buying.AUTO else 'Approve'} for {price}"
    return text if len(text) <= _LONGEST_SUBMIT else "Approve"


def _price(order: Order) -> str:
    return f"USD {order.draft.price:.2f}" if order.draft and order.draft.price is not None else ""


def _list(heading: str, lines: Iterable[str]) -> str:
    """A heading over its points, or nothing where there are none."""
    points = [f"\n• {line}" for line in lines]
    rest = f"\n… and {len(points) - _MOST} more" if len(points) > _MOST else ""
    return f"*{heading}*{''.join(points[:_MOST])}{rest}" if points else ""


def _since_last(review: Review) -> str:
    lines = [
        f"{parts.foreign(what, 60)}: {parts.foreign(before or '–', 70)} → {parts.foreign(now or '–', 70)}"
        for what, before, now in review.changes
    ]
    return _list("Other than in the last order", lines) or "Nothing differs from the last order, or there was none."


def _what(review: Review) -> list[tuple[str, str]]:
    facts, order = review.facts, review.facts.order
    request, product = order.request, review.facts.product
    funds = f"USD {review.funds.balance:.2f}" if review.funds else ""
    held = f", USD {review.funds.held:.2f} of it set aside" if review.funds and review.funds.held else ""
    return [
        ("Web addresses", parts.names(request.names, 10)),
        ("Kind", parts.foreign(product.title if product else f"{request.product}, {LEVEL[request.level]}", 150)),
        ("Price", _price(order) or "not known"),
        ("Balance", funds + held),
        ("Limit of the day", f"USD {parts.foreign(review.limit_day, 20)}" if review.limit_day else ""),
        ("Company", _company(request.organisation)),
        ("Standing", _standing(order)),
        ("Contact", _person(request.admin)),
        ("Asked by", parts.mention(order.requester)),
        ("Dates", dates(facts)),
    ]


def _company(of: Organisation | None) -> str:
    if of is None:
        return ""
    number = f"No. {of.registration_number}" if of.registration_number else ""
    place = f"{of.street}, {of.postal_code} {of.city}, {of.state}, {of.country}"
    return "\n".join(parts.foreign(line, 150) for line in (of.name, place, of.phone, number) if line)


def _standing(order: Order) -> str:
    found = [finding for finding in order.findings if finding.check == "standing"]
    return "\n".join(parts.foreign(finding.sentence, 200) for finding in found[:3])


def _person(of: Contact | None) -> str:
    lines = (f"{of.first_name} {of.last_name}", of.title, of.email, of.phone) if of else ()
    return "\n".join(parts.foreign(line, 150) for line in lines if line)


def _read_back(review: Review) -> str:
    wrong = [
        f"{parts.foreign(each.field, 60)}: {parts.foreign(each.asked, 70)} asked, {parts.foreign(each.found, 70)} found"
        for each in review.differences
    ]
    hidden = parts.foreign(", ".join(review.not_shown), 500)
    said = _list("The draft reads back otherwise than it was asked for", wrong) or "Draft read back: *identical*."
    return said + (f"\nNot shown by the supplier: {hidden}." if hidden else "")


def _grouped(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """What there is of each kind under its heading, the gravest first."""
    groups = [(FOUND[verdict], [each for each in findings if each.verdict == verdict]) for verdict in FOUND]
    return [group for group in groups if group[1]]


def evidence(known: Known) -> Json:
    """What was seen of a watched thing, now and before. Only on the screen of whoever asked: never in a message."""
    before = [parts.section("*Before that*"), *_seen(known.before)] if known.before else []
    return parts.modal("What was seen", [*_seen(known.now), *before])


def probed(of: Probed) -> Json:
    """What was found about addresses that nobody ordered for, and what could not be looked at."""
    well = LINE["well"] if not troubles(of.findings) else ""
    missing = LINE["unlooked"] + ("" if of.company else LINE["no company"])
    about = f"{parts.names(of.names, 10)} {parts.foreign(of.company, 100)}\n{well}"
    return parts.modal("What was found", [parts.section(about), *_seen(of.findings), parts.context(missing)])


def _seen(findings: Iterable[Finding]) -> list[Json]:
    """Each finding under the heading of its kind, with what to do, where it comes from, what was seen and when."""
    return [parts.section(f"*{kind}*: {_told(each)}") for kind, found in _grouped(findings) for each in found]


def _told(finding: Finding) -> str:
    seen = " · ".join(filter(None, (finding.rule, finding.source, finding.evidence)))
    at = f" · {parts.when(finding.at)}" if finding.at else ""
    return f"{parts.foreign(f'{finding.sentence} {finding.advice}', 500)}\n_{parts.foreign(seen, 500)}{at}_"


def _finding(finding: Finding) -> str:
    return f"{parts.foreign(finding.rule, 30)}: {parts.foreign(f'{finding.sentence} {finding.advice}', 230)}"


def _decisions(order: Order) -> list[str]:
    """What approvers decided before: overrides, a permitted second order."""
    given = [(each.by, each.reason, f"{parts.foreign(each.rule, 30)}, ") for each in order.overrides]
    seconds = [(order.second.by, order.second.reason, "")] if order.second else []
    return [
        _list(heading, (f"{rule}{parts.mention(by)}: {parts.foreign(reason, 150)}" for by, reason, rule in decided))
        for heading, decided in (("Overridden", given), ("Allowed as a second order for these addresses", seconds))
    ]


def _by_hand(review: Review) -> str:
    """For the panel: the draft's number and the proof of control, which are typed there again."""
    order, request = review.facts.order, review.facts.order.request
    mailbox = f", {parts.code(request.approver_email)}" if request.dcv is Dcv.EMAIL else ""
    draft = f" Draft {parts.code(order.draft.id, 60)}." if order.draft else ""
    by_hand = review.facts.buying is Buying.BY_HAND
    return f"*For the panel:*{draft} Proof of control {CONTROL[request.dcv]}{mailbox}." if by_hand else ""


def _engineers(review: Review) -> str:
    order = review.facts.order
    rows = [
        ("Account", f"{order.account.supplier}, {order.account.name}, {order.account.environment}"),
        ("Key", "the client’s own" if order.request.own_csr else KEY[order.request.key_type]),
        *review.csr,
        ("DCV", f"{order.request.dcv} {order.request.approver_email}"),
        ("Digest", review.digest[:16]),
    ]
    return "*Engineers’ details* · " + " · ".join(
        f"{parts.foreign(k, 40)}: {parts.foreign(v, 200)}" for k, v in rows[:12]
    )


def _which(review: Review) -> str:
    """What approval a yes would be."""
    given, needed = len(review.facts.order.standing_approvals), review.facts.needed
    own = " It is your own order; the card will say so." if review.own else ""
    return f"Your yes would be approval {min(given + 1, needed)} of {needed}.{own}"
