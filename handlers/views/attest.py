"""The dialog that asks what the official register says of a company, with the way there."""

from collections.abc import Mapping
from typing import Any

from bot.shown.standing import Asked
from handlers.views import dialogs, parts, words
from handlers.views.parts import Json

ATTEST, _OTHER = "standing.attest", "other"


def attest(asked: Asked) -> Json:
    """The link, the exact name, and the register's own words to pick from; those read at second hand say so."""
    register, said = asked.register, words.STANDING
    where = f"<{register.search}|{parts.foreign(register.office)}>" if register.search else register.state
    good = ", ".join(parts.bold(word) for word in register.good)
    doubt = "" if register.verified else said["doubt"]
    picks = [parts.option(word, parts.cut(word, 74 - len(doubt)) + doubt) for word in register.words]
    every = [*picks, parts.option(_OTHER, said["other"])]
    text = said["ask"].format(name=parts.code(asked.organisation), where=where)
    blocks = [
        parts.section(f"{text} {said['good'].format(good=good)}" if good else text),
        parts.entry("word", said["word"], parts.input_select(every, "" if picks else _OTHER)),
        parts.entry("other", said["otherwise"], parts.input_text(most=75), optional=True),
        parts.entry("number", said["number"], parts.input_text(most=75), optional=True),
    ]
    return dialogs.ask(ATTEST, said["title"], said["save"], asked.order_id, blocks)


def read(view: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The order, and what was picked and typed: word, other, number."""
    return dialogs.about(view), parts.read(view)
