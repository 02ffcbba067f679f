"""Small functions that make Block Kit dicts. Texts of others come in through `foreign`: escaped, on one line, cut.

Limits are Slack's (docs.slack.dev/reference/block-kit): section 3000, option 75, alert 200, modal title 24.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from handlers.views.words import DAYS, MONTHS

Json = dict[str, Any]
Message = tuple[str, list[Json]]

MOMENT = "{date_short_pretty} {time}"
DATE = "{date_short}"
VALUE = "value"  # the action_id of every input; its block_id is the field's name
LONGEST_INPUT = 3000
_HALF = re.compile(r"(&[a-z]{0,3}|<[^>]*)$")
_PRIVATE = re.compile(
    r"[^\s“<]+@[^\s”>,]+|\+\d[\d.() -]{6,}\d|\b(?:USD )?\d+\.\d{1,2}\b(?!\.\d)|\bUSD \d+"
    r"|\b(?!(?:19|20)\d\d\b)[A-Z]{0,4}\d{4,}\b"
)
_USER = re.compile(r"[UW][A-Z0-9]+")


def escape(text: str) -> str:
    """Slack's three: a mention or link that somebody typed stays mere text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, never ending inside an entity, a mention or a date."""
    return text if len(text) <= limit else _HALF.sub("", text[: limit - 1]) + "…"


def foreign(text: str, limit: int = 300) -> str:
    """What somebody else wrote, made safe for mrkdwn and to be read on one line."""
    return cut(escape(" ".join(text.split())), limit)


def public(text: str, limit: int = 300) -> str:
    """The same where guests read along: without mailboxes, telephone numbers, amounts and long numbers, years apart."""
    return foreign(_PRIVATE.sub("…", text), limit)


def bold(text: str) -> str:
    return f"*{text}*"


def code(text: str, limit: int = 300) -> str:
    """Foreign text in code style: a leading asterisk of a wildcard name is no bold there."""
    return f"`{foreign(text, limit).replace('`', chr(39))}`" if text.strip() else ""


def names(of: Sequence[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(code(name, 80) for name in of[:most])
    return f"{shown} and {len(of) - most} more" if len(of) > most else shown


def mention(user: str) -> str:
    """A person by id; what is no user id (the desk itself) stays text."""
    return f"<@{user}>" if _USER.fullmatch(user) else foreign(user, 80)


def channel(channel_id: str) -> str:
    return f"<#{channel_id}>" if re.fullmatch(r"[CG][A-Z0-9]+", channel_id) else foreign(channel_id, 80)


def when(at: datetime, form: str = MOMENT) -> str:
    """A moment in each reader's own time; `form` is Slack's, the fallback UTC."""
    return f"<!date^{int(at.timestamp())}^{form}|{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def day(on: date, *, weekday: bool = True) -> str:
    """A calendar day, the same for every reader: `Wed 9 Dec`."""
    return f"{DAYS[on.weekday()] + ' ' if weekday else ''}{on.day} {MONTHS[on.month - 1]}"


def plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(text, limit), "emoji": True}


def mrkdwn(text: str, limit: int = 3000) -> Json:
    """`verbatim`: Slack makes no links or mentions of its own out of names."""
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}


def section(text: str, accessory: Json | None = None) -> Json:
    return {"type": "section", "text": mrkdwn(text), **({"accessory": accessory} if accessory else {})}


def fields(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    """Label and value side by side, ten a block; values must be safe mrkdwn. Empty values are left out."""
    cells = [mrkdwn(f"{bold(foreign(label, 80))}\n{value}", 2000) for label, value in pairs if value]
    return [{"type": "section", "fields": cells[start : start + 10]} for start in range(0, len(cells), 10)]


def context(text: str) -> Json:
    return {"type": "context", "elements": [mrkdwn(text)]}


def alert(text: str, level: str = "warning") -> Json:
    """A coloured line at the top of a modal (modals only)."""
    return {"type": "alert", "level": level, "text": mrkdwn(text, 200)}


def actions(*elements: Json) -> list[Json]:
    """A row of buttons, or no block when there is none."""
    return [{"type": "actions", "elements": list(elements)}] if elements else []


def button(action_id: str, text: str, value: str, style: str = "", confirm: Json | None = None) -> Json:
    made: Json = {"type": "button", "action_id": action_id, "text": plain(text, 75), "value": value}
    return made | ({"style": style} if style else {}) | ({"confirm": confirm} if confirm else {})


def overflow(action_id: str, choices: Iterable[tuple[str, str]]) -> Json:
    """A menu of at most five (value, text)."""
    return {"type": "overflow", "action_id": action_id, "options": [option(*choice) for choice in choices]}


def confirmation(title: str, text: str, yes: str) -> Json:
    """Asked before a dangerous click; `text` must be safe mrkdwn."""
    return {
        "title": plain(title, 100),
        "text": mrkdwn(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain("No, go back", 30),
        "style": "danger",
    }


def option(value: str, text: str, description: str = "") -> Json:
    """A choice; texts are plain and never parsed."""
    made: Json = {"text": plain(text, 75), "value": str(value)}
    return made | ({"description": plain(description, 75)} if description else {})


def entry(field: str, label: str, element: Json, hint: str = "", *, optional: bool = False) -> Json:
    """One input of a modal: the block's id is the field's name."""
    made = {"type": "input", "block_id": field, "label": plain(label, 2000), "element": element, "optional": optional}
    return made | ({"hint": plain(hint, 2000)} if hint else {})


def input_text(initial: str = "", placeholder: str = "", *, multiline: bool = False, most: int = LONGEST_INPUT) -> Json:
    made: Json = {"type": "plain_text_input", "action_id": VALUE, "multiline": multiline, "max_length": most}
    made |= {"placeholder": plain(placeholder, 150)} if placeholder else {}
    return made | ({"initial_value": initial[:most]} if initial else {})


def input_select(options: Sequence[Json], initial: str = "") -> Json:
    return {"type": "static_select", "action_id": VALUE, "options": list(options), **_chosen(options, initial)}


def input_radio(options: Sequence[Json], initial: str = "") -> Json:
    """At most ten options."""
    return {"type": "radio_buttons", "action_id": VALUE, "options": list(options), **_chosen(options, initial)}


def input_boxes(options: Sequence[Json], initial: Iterable[str] = ()) -> Json:
    """At most ten options; `initial` are the values ticked."""
    wanted = set(initial)
    ticked = [each for each in options if each["value"] in wanted]
    made: Json = {"type": "checkboxes", "action_id": VALUE, "options": list(options)}
    return made | ({"initial_options": ticked} if ticked else {})


def input_date(initial: str = "") -> Json:
    """`initial` is an ISO date or empty."""
    return {"type": "datepicker", "action_id": VALUE} | ({"initial_date": initial} if initial else {})


def input_user(initial: str = "") -> Json:
    return {"type": "users_select", "action_id": VALUE} | ({"initial_user": initial} if initial else {})


def modal(title: str, blocks: list[Json], callback_id: str = "", submit: str = "", metadata: str = "") -> Json:
    """A modal; without `submit` it has only Close."""
    made: Json = {"type": "modal", "title": plain(title, 24), "close": plain("Close", 24), "blocks": blocks[:100]}
    made |= {"callback_id": callback_id} if callback_id else {}
    made |= {"private_metadata": metadata} if metadata else {}
    return made | ({"submit": plain(submit, 24)} if submit else {})


def _chosen(options: Sequence[Json], value: str) -> Json:
    found = [each for each in options if each["value"] == value]
    return {"initial_option": found[0]} if found else {}


# how each element says what was chosen (view.state.values[block_id][action_id])
_STATE_KEYS: Mapping[str, str] = {
    "datepicker": "selected_date",
    "users_select": "selected_user",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
}


def read(view: Mapping[str, Any]) -> dict[str, str]:
    """Field → text of everything in a submitted view; dates ISO, several ticks one a line, nothing as empty."""
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = view["state"]["values"]
    return {field: _said(state[VALUE]) for field, state in values.items() if VALUE in state}


def _said(state: Mapping[str, Any]) -> str:
    said = state.get(_STATE_KEYS.get(state["type"], "value"))
    if isinstance(said, list):
        return "\n".join(str(each["value"]) for each in said)
    return str(said["value"] if isinstance(said, dict) else said or "")
