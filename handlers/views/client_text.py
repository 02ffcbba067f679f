"""Texts for the client and for the supplier's support, to be copied from an input; and what is handed in.

The prose stands in texts/, one file a text; here it becomes modals.
"""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, select_autoescape

from bot.domain.order import Status
from bot.domain.request import Dcv
from bot.service.clients import Answered, ClientText, Support
from handlers.views import dialogs, parts
from handlers.views.form import COMPANY, CONTACT
from handlers.views.parts import Json
from handlers.views.words import CONTROL, LINE

SENT, QUESTIONS, ANSWERS = "client.sent", "client.questions", "client.paste"
SUPPORT, SWITCH, PASTE = "supplier.ask", "order.switch", "order.paste"
_LABELS = {field.name: field for field in (*COMPANY, *CONTACT)}
_COPY = "Copy it from here; what you change in it here is not kept."


@cache
def _texts() -> Environment:
    folder = files("handlers.views").joinpath("texts")
    load = FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    return Environment(loader=load, autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True)


def _written(name: str, about: ClientText | Support, **more: object) -> str:
    """A text in whole lines, as many as one input holds; runs of empty lines are one."""
    facts = {field: getattr(about, field) for field in about.__slots__}
    order = about.order
    names, product = ", ".join(order.request.names[:5]), facts.get("product")
    text = _texts().get_template(f"{name}.txt").render(
        facts, names=names, labels=_LABELS, since=order.sent_at, kind=product.title if product else "",
        brand=product.brand if product else "", **more,
    )  # fmt: skip
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return pieces("\n".join(kept))[0]


def pieces(text: str) -> list[str]:
    """Whole lines in pieces that one input holds each."""
    if len(text) <= parts.LONGEST_INPUT:
        return [text]
    head = text[: parts.LONGEST_INPUT].rpartition("\n")[0] or text[: parts.LONGEST_INPUT]
    return [head, *pieces(text[len(head) :].lstrip("\n"))]


def text(about: ClientText, name: str = "") -> Json:
    """What the client is told as the order stands, or the text of that name; with the request file if they order."""
    order = about.order
    handed = pieces(order.csr) if order.by_client and order.status is Status.VALIDATING and not name else []
    name = name or ("by_client" if handed else order.status.value)
    labels = ("Request file", *(f"Request file, part {n}" for n in range(2, len(handed) + 1)))
    handing = [_copied(f"request{n}", label, p) for n, (label, p) in enumerate(zip(labels, handed, strict=False), 1)]
    inputs = (_copied("text", "Text", _written(name, about)), *handing)
    alone = parts.actions(parts.button(QUESTIONS, "Only the questions", order.id)) if name == "held" else []
    return dialogs.ask(SENT, "Text for the client", "I have sent it", order.id, [parts.section(_COPY), *inputs, *alone])


questions = partial(text, name="questions")


def support(about: Support) -> Json:
    """For who may not see the numbers, whom to ask for them."""
    ask = parts.mention(about.engineer) if about.engineer else "an engineer"
    whom = _COPY if about.numbers else f"OpenSRS wants the order’s numbers, which approvers see: please ask {ask}."
    blocks = [parts.section(whom), _copied("text", "Text", _written("support", about, product=None))]
    return dialogs.ask(SUPPORT, "Ask OpenSRS", "Done", about.order.id, blocks)


def answers(order_id: str, answered: Answered | None = None) -> Json:
    """Asks for the client's answers; after a first try with what was not taken, which stands in a new input."""
    said = "Paste what the client wrote. Each answer begins with its number, as in `1. Acme LLC`."
    left = answered.left if answered else ""
    wrong = [parts.alert(parts.foreign(f"{n}. {why}", 190), "error") for n, why in (answered.wrong if answered else ())]
    done = LINE["not_taken"] if answered else ""
    box = parts.input_text(parts.cut(left, parts.LONGEST_INPUT), multiline=True)
    field = f"answers{answered.order.version if answered else ''}"
    blocks = [*wrong[:10], parts.section(done or said), parts.entry(field, "Their answers", box)]
    return dialogs.ask(ANSWERS, "Paste answers", "Fill in", order_id, blocks)


def read_answers(view: Mapping[str, Any]) -> str:
    """What was pasted, without the questions' own words where they were quoted."""
    said = "\n".join(parts.read(view).values())
    for field in _LABELS.values():
        for asked in (f"{field.label} ({field.hint}):", f"{field.label}:"):
            said = said.replace(f". {asked}", ".")
    return said


def switch(order_id: str, now: str, mailboxes: Sequence[str]) -> Json:
    """The other way to show control; the mailbox counts for mail alone."""
    ways = [parts.option(way, CONTROL[way]) for way in (Dcv.DNS, Dcv.EMAIL)]
    other = Dcv.DNS if now == Dcv.EMAIL else Dcv.EMAIL
    boxes = parts.input_select([parts.option(box, box) for box in mailboxes], mailboxes[0])
    asked = (
        parts.entry("dcv", "Proof of control", parts.input_radio(ways, other)),
        parts.entry("approver_email", "Mailbox", boxes, "Only for proof by mail: it must be read.", optional=True),
    )
    return dialogs.ask(SWITCH, "Proof of control", "Switch", order_id, asked)


def certificate(order_id: str, kinds: Sequence[str]) -> Json:
    """Three texts or up to three files of these kinds, in any order. Never a key."""
    labels = {"leaf": "Certificate", "chain1": "Intermediate", "chain2": "Another intermediate"}
    inputs = [parts.entry(f, label, parts.input_text(multiline=True), optional=True) for f, label in labels.items()]
    said = "Paste what came, or choose its files; the order does not matter. *Never a secret key.*"
    picked = {"type": "file_input", "action_id": parts.VALUE, "filetypes": list(kinds), "max_files": 3}
    chosen = parts.entry("files", "Or files", picked, optional=True)
    return dialogs.ask(PASTE, "Paste the certificate", "Hand in", order_id, [parts.section(said), *inputs, chosen])


def _copied(field: str, label: str, value: str) -> Json:
    return parts.entry(field, label, parts.input_text(value, multiline=True))
