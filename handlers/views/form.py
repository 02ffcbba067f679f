"""The form in its steps: field ids, how each step is drawn, and how a submitted view is read back.

Every input’s block_id is the name of the field it fills. What was typed stays: every step is drawn from the draft, and
an input keeps its id when a view is drawn again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from bot.domain.request import Dcv, KeyType, Purpose
from bot.shown.card import CardFacts
from bot.shown.form import Form, FormShown
from bot.shown.found import Found
from bot.shown.offer import Suggestion
from handlers.views import parts
from handlers.views.parts import Json, read
from handlers.views.words import BUYER, CONTROL, KEY, PURPOSE, VETTED, WHY, counted

__all__ = ["exists_view", "form_view", "meta", "placed_view", "read"]  # `read` is the same for every view

TITLES = {
    "project": "Which project?",
    "names": "New certificate",
    "kind": "What we suggest",
    "company": "The client’s company",
    "contact": "Their contact",
    "send": "Check and send",
}
_ABOUT = {"changes": "Change the order", "corrects": "Correct and order again", "renews": "Renew it"}
BACK, OPEN, APEX, CONTINUE, ASK_CLIENT = "form.back", "form.open", "form.apex", "form.continue", "form.ask_client"
SHOW, WISH_SECOND = "order.show", "second.wish"
_MOST_RADIOS = 10
_KEPT = "Asked once, then kept with the client. If you do not have all of it, the client can be asked."
_LEAVE = "Leave empty what you do not know: the order waits, and you get the questions to send to the client."
_NOT_BOUGHT = "Nothing is bought yet: an engineer must approve this first."


class Field(NamedTuple):
    """A one-line text input."""

    name: str
    label: str
    hint: str = ""
    optional: bool = False


COMPANY = (
    Field("org.name", "Registered name", "Exactly as in the commercial register, with its Inc., LLC or GmbH."),
    Field("org.street", "Street and number"),
    Field("org.city", "City"),
    Field("org.state", "State or province", "Written out: Illinois, not IL."),
    Field("org.postal_code", "Postal code"),
    Field("org.country", "Country", "Two letters, as in US or DE."),
    Field("org.phone", "Phone of the company", "From a public listing; the authority calls it. As in +1.3125550123."),
    Field("org.registration_number", "Number in the register", optional=True),
)
CONTACT = (
    Field("contact.first_name", "First name"),
    Field("contact.last_name", "Last name"),
    Field("contact.title", "Position", "As in Head of IT. Some authorities want it.", optional=True),
    Field("contact.email", "E-mail", "At the company’s own domain, if there is one."),
    Field("contact.phone", "Phone", "As in +1.3125550123."),
)


def form_view(shown: FormShown, errors: Mapping[str, str] | None = None) -> Json:
    """One step of the form as a modal."""
    form, step = shown.form, shown.step
    blocks = [parts.alert(parts.foreign(text, 200), "error") for text in (errors or {}).values()]
    blocks += _DRAW[step](shown)
    if not shown.first:
        blocks += parts.actions(parts.button(BACK, "Back", form.id))
    title = next((title for field, title in _ABOUT.items() if getattr(form, field)), TITLES[step])
    metadata = json.dumps({"form": form.id, "step": step})
    return parts.modal(title, blocks, f"new.{step}", "Send" if step == "send" else "Next", metadata)


def meta(view: Mapping[str, Any]) -> tuple[str, str]:
    """The form's id and the step that a view is."""
    said = json.loads(view["private_metadata"])
    return said["form"], said["step"]


def _project(shown: FormShown) -> list[Json]:
    options = [parts.option(project.id, project.name) for project in shown.projects[:100]]
    return [parts.entry("project", "The project it is for", parts.input_select(options, ""))]


def _names(shown: FormShown) -> list[Json]:
    value = shown.form.values.get
    lines = value("names", "").splitlines()
    fitting = _fitting(lines)
    dropped = parts.alert(f"Only the first {len(fitting)} of {len(lines)} addresses fit here; the rest is left out.")
    purposes = [parts.option(purpose, PURPOSE[purpose]) for purpose in Purpose]
    return [
        *_began(shown.began),
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


def _began(began: Form | None) -> list[Json]:
    """Another draft of this person's that was never sent."""
    if began is None:
        return []
    said = f"You began {parts.names(began.values['names'].split(), 2)} {parts.when(began.opened_at)}."
    return [parts.section(said, parts.button(CONTINUE, "Continue", began.id))]


def _fitting(lines: Sequence[str]) -> list[str]:
    """As many whole lines as one input holds."""
    total, fitting = 0, []
    for line in lines:
        total += len(line) + 1
        if total > parts.LONGEST_INPUT:
            break
        fitting.append(line)
    return fitting


def _kind(shown: FormShown) -> list[Json]:
    offers, form = shown.offers, shown.form
    if not offers:
        return [parts.section("No kind we can order covers these addresses together. Go back and split them.")]
    wanted = _wanted_by(form)
    options = [parts.option(each.product.code, _offer_text(each), _offer_time(each, wanted)) for each in offers]
    best = shown.chosen or offers[0]
    pick = parts.input_radio if len(options) <= _MOST_RADIOS else parts.input_select
    add = parts.button(APEX, f"Add {parts.cut(shown.apex, 60)}", form.id) if shown.apex else None
    covered = f"*Covered:* {parts.names(best.covered, 10)}"
    missing = f"\n*Not covered:* {parts.names(best.not_covered, 10)}" if best.not_covered else ""
    found = parts.section(_found(shown.found)) | {"block_id": "found"}
    return [
        parts.section(covered + missing, add), found,
        parts.entry("product", "Which kind", pick(options, best.product.code)), parts.context(_reasons(offers)),
    ]  # fmt: skip


def _reasons(offers: Sequence[Suggestion]) -> str:
    """Which kind is suggested and why, and what each of them looks at."""
    levels = dict.fromkeys(offer.product.level for offer in offers)
    why = [f"We suggest *{parts.foreign(each.product.title)}*: {WHY[each.why]}." for each in offers if each.why]
    return "\n".join([*why, *(VETTED[level] for level in levels)])


def _found(found: Found | None) -> str:
    """What public sources say, as far as it is there."""
    if found is None:
        return "_Looking the domain up; what is found stands here or on the card._"
    registration, served, zone = found.registration, found.served, found.zone
    hosts = parts.foreign(", ".join(host.name for host in zone.hosts), 80) if zone else ""
    lines = []
    if registration and registration.registered is False:
        lines.append(f"{parts.code(registration.domain)} is *not registered*.")
    elif registration and registration.registered:
        until = f" until {parts.when(registration.expires_at, parts.DATE)}" if registration.expires_at else ""
        at = f" at {parts.foreign(registration.registrar, 60).rstrip('.')}" if registration.registrar else ""
        lines.append(f"{parts.code(registration.domain)} is registered{until}{at}.")
    if hosts:
        lines.append(f"Its DNS is run by {hosts}.")
    if served:
        ends = parts.when(served.not_after, parts.DATE)
        lines.append(f"There is a certificate for {parts.names(served.names, 3)} now, good until {ends}.")
    return "*What we found:* " + (" ".join(lines) or "nothing in time; the card will say more.")


def _offer_text(offer: Suggestion) -> str:
    price = "price not known" if offer.product.price is None else f"USD {offer.product.price:.2f}"
    return f"{parts.cut(offer.product.title, 75 - len(price) - 3)} · {price}"


def _offer_time(offer: Suggestion, wanted: date | None) -> str:
    least, most = offer.product.days
    late = "Too late" + (f" for {parts.day(wanted, weekday=False)}" if wanted else "")
    verdict = {None: "", True: "In time · ", False: f"{late} · "}[offer.in_time]
    span = f"{least} to {most} business days" if least else f"up to {counted(most, 'business day')}"
    return f"{verdict}{span} · ready {parts.day(offer.ready_by)}"


def _wanted_by(form: Form) -> date | None:
    text = form.values.get("wanted_by", "")
    return date.fromisoformat(text) if text else None


def _texts(shown: FormShown, fields: Sequence[Field]) -> list[Json]:
    """One-line inputs; what is not typed yet starts with what was found elsewhere, and the hint says where."""
    made, asked = [], _is_asked(shown)
    for name, label, hint, optional in fields:
        typed, (found, where) = shown.form.values.get(name, ""), shown.hints.get(name, ("", ""))
        box = parts.input_text(parts.cut(typed or found, parts.LONGEST_INPUT))
        said = hint if typed or not found else where
        made.append(parts.entry(name, label, box, said, optional=optional or asked))
    return made


def _is_asked(shown: FormShown) -> bool:
    return shown.form.values.get("ask_client") == "yes"


def _why(shown: FormShown, why: str) -> Json:
    """What it is for; and the way out for who does not know it all: then nothing here is required."""
    ask = None if _is_asked(shown) else parts.button(ASK_CLIENT, "Ask the client", shown.form.id)
    return parts.section(f"{why} {_LEAVE if _is_asked(shown) else _KEPT}", ask)


def _company(shown: FormShown) -> list[Json]:
    return [_why(shown, "The authority looks this company up and calls it."), *_texts(shown, COMPANY)]


def _contact(shown: FormShown) -> list[Json]:
    return [_why(shown, "Somebody at the client whom the authority may write to and call."), *_texts(shown, CONTACT)]


_INPUTS: dict[str, Callable[[FormShown], list[Json]]] = {
    "names": lambda shown: _names(shown)[-3:],
    "kind": _kind,
    "company": lambda shown: _texts(shown, COMPANY),
    "contact": lambda shown: _texts(shown, CONTACT),
}


def _send(shown: FormShown) -> list[Json]:
    """Everything in a row each, with Change; a group that is open stands there as inputs."""
    form, done, blocks, wanted = shown.form, set[str](), list[Json](), _wanted_by(shown.form)
    for group, label, value in shown.rows:
        if group not in form.open:
            change = parts.button(OPEN, f"Change {label.lower()}", f"{form.id}:{group}") if group not in done else None
            said = parts.day(wanted) if wanted and value == wanted.isoformat() else parts.foreign(value, 600)
            blocks.append(parts.section(f"{parts.bold(label)}\n{said}", change))
        elif group not in done:
            blocks += _INPUTS[group](shown)
        done.add(group)
    said = "\n\n".join(line for line in (_dates(shown), _missing(shown), _told(shown), parts.bold(_NOT_BOUGHT)) if line)
    more = (
        parts.actions(parts.button(OPEN, "More options", f"{form.id}:more")) if "more" not in form.open else _more(form)
    )
    return [*blocks, parts.section(said), *more]


def _missing(shown: FormShown) -> str:
    listed = "\n".join(f"{place}. {parts.foreign(text)}" for place, text in enumerate(shown.missing[:8], 1))
    return f"*Still missing; the client is asked before anything is ordered:*\n{listed}" if listed else ""


def _told(shown: FormShown) -> str:
    """What sending says: that the client's data still holds, that the agency keeps the key, and who reads along."""
    client, name = shown.client, parts.foreign(shown.client.name, 80) if shown.client else "The client"
    known = client is not None and client.confirmed_at is not None and any(g == "company" for g, _, _ in shown.rows)
    data = (
        f"Company and contact as confirmed by {name} {parts.when(client.confirmed_at, parts.DATE)}; with Send you say "
        "that they still hold."
        if client and client.confirmed_at and known
        else ""
    )
    consent = (
        f"{name} agreed {parts.when(client.consent_at, parts.DATE)} that the agency keeps the secret key."
        if client and client.consent_at
        else f"With Send you say that {name} agrees: the agency makes and keeps the secret key."
    )
    others = f"Guests and partners ({shown.outsiders}) read along here: addresses, state and dates, nothing else."
    return "\n".join(filter(None, (data, consent, others if shown.outsiders else "")))


def _dates(shown: FormShown) -> str:
    offer, project = shown.chosen, shown.project
    launch = _wanted_by(shown.form) or (project.launch if project else None)
    wanted = f"Launch {parts.day(launch)}. " if launch else ""
    if offer is None:
        return wanted.strip()
    verdict = ("*Too late.*" if offer.ready_by > launch else "In time.") if launch else ""
    return f"Earliest ready about {parts.day(offer.ready_by)}. {wanted}{verdict}".strip()


def _more(form: Form) -> list[Json]:
    """More options: every one may stay as it is."""
    value = form.values.get
    buyers = [parts.option(buyer, text) for buyer, text in BUYER.items()]
    ways = [parts.option(way, CONTROL[way]) for way in (Dcv.DNS, Dcv.EMAIL)]
    keys = [parts.option(key, KEY[key]) for key in KeyType]
    mailbox = parts.input_text(value("approver_email", ""), "admin@acme.com", most=254)
    own = parts.input_text(value("own_csr", ""), multiline=True)
    return [
        parts.section("*More options.* Leave them as they are if in doubt."),
        parts.entry("buyer", "Who buys it", parts.input_radio(buyers, value("buyer") or "agency")),
        parts.entry("engineer", "Engineer", parts.input_user(value("engineer", "")), optional=True),
        parts.entry("dcv", "Proof of control", parts.input_radio(ways, value("dcv") or Dcv.DNS)),
        parts.entry("approver_email", "Mailbox for the proof", mailbox, "Only for proof by mail.", optional=True),
        parts.entry("key_type", "Key", parts.input_select(keys, value("key_type") or KeyType.RSA_2048)),
        parts.entry("own_csr", "Own request file", own, "Only if the client made one. Never a key.", optional=True),
    ]


_DRAW: dict[str, Callable[[FormShown], list[Json]]] = {
    "project": _project,
    "names": _names,
    "kind": _kind,
    "company": _company,
    "contact": _contact,
    "send": _send,
}


def placed_view(facts: CardFacts) -> Json:
    """Shown after Send."""
    order = facts.order
    about = f"{parts.code(order.id)} for {parts.names(order.request.names)}"
    said = f"Order {about} is being prepared in {parts.channel(order.project_id)}."
    return parts.modal("Thank you", [parts.section(f"{said}\n{_NOT_BOUGHT}")])


def exists_view(order_id: str, names: Sequence[str], form_id: str) -> Json:
    """An open order for the same addresses exists already."""
    said = f"Order {parts.code(order_id)} for {parts.names(names)} is already open. Two would both be paid for."
    show = parts.button(SHOW, "Show it", order_id, "primary")
    second = parts.button(WISH_SECOND, "Ask for a second one", form_id)
    return parts.modal("Already ordered", [parts.section(said), *parts.actions(show, second)])
