"""Slack's texts as safe HTML: everything is escaped first, then the few signs that mean something are put in."""

import re
from html import unescape
from typing import Final

from markupsafe import Markup, escape

from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.text import ANGLE, CODE, STYLE, Reader

_TAGS: Final = {"*": "strong", "_": "em", "~": "s"}
_HELD: Final = re.compile(r"[\ue000-\uf8ff]")  # no text has a letter there; each stands for a finished piece
_LINKS: Final = ("http://", "https://", "mailto:")


def said(reader: Reader, text: Json | None) -> Markup:
    """A text object, or an element of a context block."""
    if not text:
        return Markup()
    return mrkdwn(reader, text["text"]) if text["type"] == "mrkdwn" else escape(text["text"])


def mrkdwn(reader: Reader, text: str) -> Markup:
    """Text in mrkdwn with its styles, code, mentions, links and dates, as this reader has them."""
    parts = enumerate(CODE.split(_HELD.sub("", text)))
    return Markup().join(_code(part) if place % 2 else _styled(reader, part) for place, part in parts)


def _code(part: str) -> Markup:
    shape = Markup("<pre>{}</pre>") if part.startswith("```") else Markup("<code>{}</code>")
    return shape.format(_decoded(part.strip("`").strip("\n")))


def _decoded(text: str) -> str:
    return re.sub(r"&(?:amp|lt|gt);", lambda found: unescape(found[0]), text)


def _styled(reader: Reader, text: str) -> Markup:
    held: list[Markup] = []

    def hold(found: re.Match[str]) -> str:
        held.append(_construct(reader, found[1]))
        return chr(0xE000 + len(held) - 1)

    plain = str(escape(_decoded(ANGLE.sub(hold, text))))
    return Markup(_HELD.sub(lambda found: held[ord(found[0]) - 0xE000], _tagged(plain)))  # noqa: S704 - escaped above


def _tagged(text: str) -> str:
    return STYLE.sub(lambda found: f"<{_TAGS[found[1]]}>{_tagged(found[2])}</{_TAGS[found[1]]}>", text)


def _construct(reader: Reader, inner: str) -> Markup:
    """A mention, a date or a link; what is none of these is shown as it was written."""
    shown = reader.construct(inner)
    if shown is None:
        return escape(f"<{inner}>")
    if inner.startswith(_LINKS):
        link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
        return link.format(_decoded(inner.partition("|")[0]), _decoded(shown))
    kind = "when" if inner.startswith("!date") else "mention"
    return Markup('<span class="{}">{}</span>').format(kind, _decoded(shown))
