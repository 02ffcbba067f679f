"""The form in its five steps: field ids, how each step is drawn from a draft, and how a submitted view is read back.

Every input’s block_id is the name of the field it fills. What was typed stays: every step is drawn from the draft.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from bot.domain.request import Dcv, KeyType, Purpose
from bot.ports import Form
from bot.service.ask import FormSummary
from bot.shown.card import CardFacts
from bot.shown.offer import Suggestion
from handlers.views import parts
from handlers.views.parts import Json, read
from handlers.views.words import CONTROL, KEY, PURPOSE

__all__ = ["exists_view", "form_view", "meta", "placed_view", "read"]  # `read` is the same for every view

STEPS = {  # step: title
    "names": "New certificate",
    "kind": "What we suggest",
    "company": "The client’s company",
    "contact": "Their contact",
    "send": "Check and send",
}
BACK, SHOW, WISH_SECOND = "form.back", "order.show", "second.wish"
_MOST_RADIOS = 10
_KEPT = "Asked once, then kept with the client. You may close this and come back: what you sent with Next is kept."
_NOT_BOUGHT = "Nothing is bought yet: an engineer must approve this first."
_CONSENT = "The agency makes and keeps the secret key of this certificate."


class Field(NamedTuple):
    """A one-line text input."""

    name: str
    label: str
    hint: str = ""
    optional: bool = False


_COMPANY = (
    Field("org.name", "Registered name", "Exactly as in the commercial register, with its Inc., LLC or GmbH."),
    Field("org.street", "Street and number"),
    Field("org.city", "City"),
    Field("org.state", "State or province", "Written out: Illinois, not IL."),
    Field("org.postal_code", "Postal code"),
    Field("org.country", "Country", "Two letters, as in US or DE."),
    Field("org.phone", "Phone of the company", "From a public listing; the authority calls it. As in +1.3125550123."),
    Field("org.registration_number", "Number in the register", optional=True),
)
_CONTACT = (
    Field("contact.first_name", "First name"),
    Field("contact.last_name", "Last name"),
    Field("contact.title", "Position", "As in Head of IT.", optional=True),
    Field("contact.email", "E-mail", "At the company’s own domain, if there is one."),
    Field("contact.phone", "Phone", "As in +1.3125550123."),
)


def form_view(
    form: Form,
    step: str,
    offers: Sequence[Suggestion] = (),
    summary: FormSummary | None = None,
    errors: Mapping[str, str] | None = None,
) -> Json:
    """One step of the form as a modal. `offers` belong to "kind", or to "send" where that is not a step of its own."""
    blocks = [parts.alert(parts.foreign(text, 200), "error") for text in (errors or {}).values()]
    blocks += _DRAW[step](form, offers, summary)
    if step != "names":
        blocks += parts.actions(parts.button(BACK, "Back", form.id))
    title = "Change the order" if form.changes and step == "names" else STEPS[step]
    metadata = json.dumps({"form": form.id, "step": step})
    return parts.modal(title, blocks, f"new.{step}", "Send" if step == "send" else "Next", metadata)


def meta(view: Mapping[str, Any]) -> tuple[str, str]:
    """The form's id and the step that a view is."""
    said = json.loads(view["private_metadata"])
    return said["form"], said["step"]


def _names(form: Form, _offers: Sequence[Suggestion], _summary: FormSummary | None) -> list[Json]:
    value = form.values.get
    lines = value("names", "").splitlines()
    fitting = _fitting(lines)
    dropped = parts.alert(f"Only the first {len(fitting)} of {len(lines)} addresses fit here; the rest is left out.")
    purposes = [parts.option(purpose, PURPOSE[purpose]) for purpose in Purpose]
    return [
        *([dropped] if len(fitting) < len(lines) else []),
        parts.entry(
            "names",
            "Web addresses",
            parts.input_text("\n".join(fitting), "www.acme.com", multiline=True),
            "One a line. *.acme.com stands for everything directly below acme.com.",
        ),
        parts.entry("purpose", "What it is for", parts.input_radio(purposes, value("purpose") or Purpose.PUBLIC)),
        parts.entry("wanted_by", "When it must work", parts.input_date(value("wanted_by", "")), optional=True),
    ]


def _fitting(lines: Sequence[str]) -> list[str]:
    """As many whole lines as one input holds."""
    total, fitting = 0, []
    for line in lines:
        total += len(line) + 1
        if total > parts.LONGEST_INPUT:
            break
        fitting.append(line)
    return fitting


def _kind(form: Form, offers: Sequence[Suggestion], _summary: FormSummary | None) -> list[Json]:
    if not offers:
        return [parts.section("No kind we can order covers these addresses together. Go back and split them.")]
    wanted = _wanted_by(form)
    options = [parts.option(each.product.code, _offer_text(each), _offer_time(each, wanted)) for each in offers]
    picked = form.values.get("product", "")
    best = min(offers, key=lambda each: (each.product.code != picked, not each.preselected))
    pick = parts.input_radio if len(options) <= _MOST_RADIOS else parts.input_select
    covered = f"*Covered:* {parts.names(best.covered, 10)}"
    missing = f"\n*Not covered:* {parts.names(best.not_covered, 10)}. To add it, go back." if best.not_covered else ""
    return [parts.section(covered + missing), parts.entry("product", "Which kind", pick(options, best.product.code))]


def _offer_text(offer: Suggestion) -> str:
    price = "price not known" if offer.product.price is None else f"USD {offer.product.price:.2f}"
    return f"{parts.cut(offer.product.title, 75 - len(price) - 3)} · {price}"


def _offer_time(offer: Suggestion, wanted: date | None) -> str:
    least, most = offer.product.days
    late = "Too late" + (f" for {parts.day(wanted, weekday=False)}" if wanted else "")
    verdict = {None: "", True: "In time · ", False: f"{late} · "}[offer.in_time]
    return f"{verdict}{least} to {most} business days · ready {parts.day(offer.ready_by)}"


def _wanted_by(form: Form) -> date | None:
    text = form.values.get("wanted_by", "")
    return date.fromisoformat(text) if text else None


def _texts(form: Form, fields: Sequence[Field]) -> list[Json]:
    return [
        parts.entry(name, label, parts.input_text(form.values.get(name, "")), hint, optional=optional)
        for name, label, hint, optional in fields
    ]


def _company(form: Form, _offers: Sequence[Suggestion], _summary: FormSummary | None) -> list[Json]:
    why = "The authority looks this company up and calls it."
    return [parts.section(f"{why} {_KEPT}"), *_texts(form, _COMPANY)]


def _contact(form: Form, _offers: Sequence[Suggestion], _summary: FormSummary | None) -> list[Json]:
    why = "Somebody at the client whom the authority may write to and call."
    return [parts.section(f"{why} {_KEPT}"), *_texts(form, _CONTACT)]


def _send(form: Form, offers: Sequence[Suggestion], summary: FormSummary | None) -> list[Json]:
    consent = parts.input_boxes([parts.option("yes", "Yes, that is agreed")], [form.values.get("consent", "")])
    return [
        *(_kind(form, offers, summary) if offers else []),
        *(_summed_up(form, summary) if summary else []),
        parts.section(parts.bold(_NOT_BOUGHT)),
        parts.entry("consent", _CONSENT, consent),
        *_more(form),
    ]


def _summed_up(form: Form, summary: FormSummary) -> list[Json]:
    said = [(label, parts.foreign(value, 600)) for label, value in summary.fields]
    missing = "\n".join(f"{place}. {parts.foreign(text)}" for place, text in enumerate(summary.missing[:8], 1))
    return [
        *parts.fields(said),
        *([parts.section(dates)] if (dates := _dates(form, summary)) else []),
        *([parts.section(f"*Still missing, asked for before anything is ordered:*\n{missing}")] if missing else []),
    ]


def _dates(form: Form, summary: FormSummary) -> str:
    offer, project = summary.suggestion, summary.project
    launch = _wanted_by(form) or project.launch
    wanted = f"Launch {parts.day(launch)}. " if launch else ""
    if offer is None:
        return wanted.strip()
    late = bool(launch and offer.ready_by > launch)
    verdict = f"*Too late for {parts.day(launch, weekday=False)}.*" if launch and late else "In time." if launch else ""
    return f"Earliest ready about {parts.day(offer.ready_by)}. {wanted}{verdict}".strip()


def _more(form: Form) -> list[Json]:
    """More options: every one may stay as it is."""
    value = form.values.get
    ways = [parts.option(way, CONTROL[way]) for way in (Dcv.DNS, Dcv.EMAIL)]
    keys = [parts.option(key, KEY[key]) for key in KeyType]
    mailbox = parts.input_text(value("approver_email", ""), "admin@acme.com", most=254)
    own = parts.input_text(value("own_csr", ""), multiline=True)
    return [
        parts.section("*More options.* Leave them as they are if in doubt."),
        parts.entry("dcv", "Proof of control", parts.input_radio(ways, value("dcv") or Dcv.DNS)),
        parts.entry("approver_email", "Mailbox for the proof", mailbox, "Only for proof by mail.", optional=True),
        parts.entry("key_type", "Key", parts.input_select(keys, value("key_type") or KeyType.RSA_2048)),
        parts.entry("own_csr", "Own request file", own, "Only if the client made one. Never a key.", optional=True),
    ]


_DRAW: dict[str, Callable[[Form, Sequence[Suggestion], FormSummary | None], list[Json]]] = {
    "names": _names,
    "kind": _kind,
    "company": _company,
    "contact": _contact,
    "send": _send,
}


def placed_view(facts: CardFacts) -> Json:
    """Shown after Send."""
    order = facts.order
    said = f"Order {parts.code(order.id)} is being prepared in {parts.channel(order.project_id)}."
    return parts.modal(
        "Thank you", [parts.section(f"{said}\n{_NOT_BOUGHT}"), parts.section(parts.names(order.request.names))]
    )


def exists_view(order_id: str, names: Sequence[str], form_id: str) -> Json:
    """An open order for the same addresses exists already."""
    said = f"Order {parts.code(order_id)} for {parts.names(names)} is already open. Two would both be paid for."
    show = parts.button(SHOW, "Show it", order_id, "primary")
    second = parts.button(WISH_SECOND, "Ask for a second one", form_id)
    return parts.modal("Already ordered", [parts.section(said), *parts.actions(show, second)])
