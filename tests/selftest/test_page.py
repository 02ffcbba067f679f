"""The page shows every kind of block and element that the workspace lets the bot send, and no other."""

from typing import Any

import pytest

from tests.sandbox.page import markup
from tests.sandbox.page.surface import Surface, templates
from tests.sandbox.slack.blocks import table
from tests.sandbox.slack.text import Reader

READER = Reader({"U1": "paula"}.get, "America/Chicago", 1_795_000_000)


@pytest.mark.parametrize("kind", ["block", "element"])
def test_every_kind_of_the_validators_table_has_its_shape(kind: str) -> None:
    macros = templates().get_template("blocks.html").module
    shown = {name.removeprefix(f"{kind}_") for name in vars(macros) if name.startswith(f"{kind}_")}
    assert shown == set(table(f"{kind}s"))


def test_an_unknown_kind_is_an_error() -> None:
    nobody: Any = None
    with pytest.raises(AttributeError, match="block_carousel"):
        Surface(nobody, nobody, [{"type": "carousel", "block_id": "b"}], "click", "m1").blocks()


@pytest.mark.parametrize(("text", "html"), [
    ("*bold* _it_ ~no~ `a*b*`", "<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code>"),
    ("<@U1>", '<span class="mention">@paula</span>'), ("<@U2>", "&lt;@U2&gt;"),
    ("<https://a.example/?a=1&amp;b=2|here>",
     '<a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>'),
    ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
    ("&lt;b&gt; <b> \ue000", "&lt;b&gt; &lt;b&gt; "),
    ("*<@U1>*", '<strong><span class="mention">@paula</span></strong>'),
    ("<!date^1795000000^{date_short}|x>", '<span class="when">Nov 18, 2026</span>'),
])  # fmt: skip
def test_text_is_escaped_and_only_what_slack_knows_is_put_in(text: str, html: str) -> None:
    assert markup.mrkdwn(READER, text) == html
