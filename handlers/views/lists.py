"""Private answers to commands: help, orders, an order's history, the pause."""

from collections.abc import Sequence

from bot.ports import Entry
from bot.shown.card import CardFacts
from handlers.views import card, parts
from handlers.views.form import SHOW
from handlers.views.parts import Message
from handlers.views.words import DEED, HELP, counted

_MOST_ORDERS, _MOST_ENTRIES = 20, 40


def help_text(unknown: str = "", nearest: str = "") -> Message:
    """Short help; for a word that is no command, with the nearest that is one."""
    meant = f" Did you mean `/cert {nearest}`?" if nearest else ""
    sorry = f"I do not know {parts.code(unknown, 80)}.{meant}" if unknown else ""
    new, listed = (
        parts.button("help.new", "New certificate", "new", "primary"),
        parts.button("help.list", "Orders", "list"),
    )
    said = [parts.section(HELP["intro"]), parts.context(HELP["engineers"]), *parts.actions(new, listed)]
    return sorry or "How to use certdesk", [*([parts.section(sorry)] if sorry else []), *said]


def orders(found: Sequence[CardFacts], wanted: str = "") -> Message:
    """One line an order, each with a button that shows it. `wanted` is what was looked for, empty for what is open."""
    for_what = f" for {parts.code(wanted, 100)}" if wanted else ""
    if not found:
        text = f"I know no order{for_what} that you may see." if wanted else "No order is open here."
        new = parts.button("help.new", "New certificate", wanted[:200] or "new")
        return text, [parts.section(text), *parts.actions(new)]
    number = counted(len(found), "order")
    shown = [(f"{card.headline(facts)}\n{card.dates(facts)}".strip(), facts.order.id) for facts in found[:_MOST_ORDERS]]
    rows = [parts.section(said, parts.button(SHOW, "Show", order_id)) for said, order_id in shown]
    rest = [parts.context(f"… and {len(found) - _MOST_ORDERS} more")] if len(found) > _MOST_ORDERS else []
    return f"{number}{for_what}", [parts.section(f"{parts.bold(number)}{for_what}"), *rows, *rest]


def history(order_id: str, entries: Sequence[Entry]) -> Message:
    """Who did what when, newest last; of a long history the newest."""
    title = f"*History of order* {parts.code(order_id, 40)}"
    lines = [_entry(entry) for entry in entries[-_MOST_ENTRIES:]]
    older = ["… only the newest are shown"] if len(entries) > _MOST_ENTRIES else []
    sections = [parts.section("\n".join(lines[at : at + 10])) for at in range(0, len(lines), 10)]
    return title, [parts.section("\n".join([title, *older])), *sections]


def _entry(entry: Entry) -> str:
    deed = DEED.get(entry.what) or parts.foreign(entry.what.replace("_", " "), 80)
    facts = ", ".join(f"{parts.foreign(name, 20)} {parts.foreign(value, 60)}" for name, value in entry.facts[:2])
    return f"{parts.when(entry.at)} · {parts.mention(entry.by)}: {deed}" + (f" ({facts})" if facts else "")


def told(of: str) -> Message:
    """One line: `paused` or `resumed`."""
    return HELP[of], [parts.section(HELP[of])]
