"""What a person may enter: a value for each kind of element, refused where Slack's client would refuse it."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.sandbox.slack.blocks import options_of
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.state import Channel, File, View, extension
from tests.sandbox.slack.text import Reader, chosen, elements, label_of

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

REQUIRED: Final = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_WEB = re.compile(r"https?://[^\s/]+\S*")
_FILE_BYTES: Final = 10_000_000


class Entry(NamedTuple):
    """One value being entered: the workspace's people and channels, the element, and who enters."""

    space: "Workspace"
    element: Json
    person: str


def refuse(reason: str) -> AssertionError:
    return AssertionError(f"Slack's client does not let anybody do this: {reason}")


def _typed(entry: Entry, value: object) -> str:
    if not isinstance(value, str):
        raise refuse(f"{value!r} is no text")
    most = entry.element.get("max_length", 3000)
    if len(value) > most:
        raise refuse(f"{len(value)} characters, at most {most}")
    if "\n" in value and not entry.element.get("multiline"):
        raise refuse("a line break in a field of one line")
    return value


def _formed(form: re.Pattern[str], what: str) -> Callable[[Entry, object], str]:
    def check(entry: Entry, value: object) -> str:
        text = _typed(entry, value)
        if text and not form.fullmatch(text):
            raise refuse(f"{text!r} is no {what}")
        return text

    return check


def _number(entry: Entry, value: object) -> str:
    text = _typed(entry, str(value))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise refuse(f"{text!r} is no number") from None
    if number != number.to_integral_value() and not entry.element["is_decimal_allowed"]:
        raise refuse(f"{text} is no whole number")
    least, most = (Decimal(entry.element.get(key, text)) for key in ("min_value", "max_value"))
    if not least <= number <= most:
        raise refuse(f"{text} is not between {least} and {most}")
    return text


def _day(_entry: Entry, value: object) -> str:
    return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()


def _hour(_entry: Entry, value: object) -> str:
    return (value if isinstance(value, time) else time.fromisoformat(str(value))).strftime("%H:%M")


def _option(entry: Entry, value: object) -> Json:
    options = options_of(entry.element)
    for each in options:
        if value in (each["text"]["text"], each.get("value")):
            return each
    raise refuse(f"no option {value!r}, there are {[each['text']['text'] for each in options]}")


def _user(entry: Entry, value: object) -> str:
    user = str(getattr(value, "id", value))
    if user not in entry.space.people or entry.space.people[user].kind == "deactivated":
        raise refuse(f"nobody to choose: {value!r}")
    return user


def _conversation(entry: Entry, value: object) -> str:
    found = entry.space.find_channel(value if isinstance(value, (Channel, str)) else _user(entry, value))
    rule = entry.element.get("filter", {})
    kind = {"channels": "public", "groups": "private"}.get(found.kind, "im")
    if kind not in rule.get("include", [kind]) or (
        entry.space.is_shared(found) and rule.get("exclude_external_shared_channels")
    ):
        raise refuse(f"#{found.name} is filtered out")
    return found.id


def _files(entry: Entry, value: object) -> list[Json]:
    """Upload files, given as names with their contents (bytes, or text), as Slack does while the form is open."""
    if not isinstance(value, Mapping):
        raise refuse(f"files are given as names with contents, not as {value!r}")
    most, kinds = entry.element.get("max_files", 10), [each.lower() for each in entry.element.get("filetypes", [])]
    if len(value) > most:
        raise refuse(f"{len(value)} files, at most {most}")
    files = []
    for name, given in value.items():
        content = given.encode() if isinstance(given, str) else given
        if kinds and extension(name) not in kinds:
            raise refuse(f"{name} is none of {kinds}")
        if not 0 < len(content) <= _FILE_BYTES:
            raise refuse(f"{name} has {len(content)} bytes, allowed are 1 to {_FILE_BYTES}")
        files.append(File(entry.space.ids.new("F"), name, len(content), content, complete=True, user=entry.person))
    entry.space.files |= {each.id: each for each in files}
    return [each.as_json(entry.space.url) for each in files]


def _several(one: Callable[[Entry, object], object]) -> Callable[[Entry, object], list[object]]:
    def check(entry: Entry, value: object) -> list[object]:
        if not isinstance(value, (list, tuple)):
            raise refuse(f"several can be chosen here: give a list, not {value!r}")
        if len(value) > entry.element.get("max_selected_items", 100):
            raise refuse("more than max_selected_items")
        return [one(entry, each) for each in value]

    return check


_ENTERED: Final[Mapping[str, Callable[[Entry, object], object]]] = {
    "plain_text_input": _typed,
    "email_text_input": _formed(_EMAIL, "e-mail address"),
    "url_text_input": _formed(_WEB, "web address"),
    "number_input": _number,
    "datepicker": _day,
    "timepicker": _hour,
    "static_select": _option,
    "radio_buttons": _option,
    "overflow": _option,
    "checkboxes": _several(_option),
    "multi_static_select": _several(_option),
    "users_select": _user,
    "conversations_select": _conversation,
    "multi_users_select": _several(_user),
    "multi_conversations_select": _several(_conversation),
    "file_input": _files,
}


def entered(entry: Entry, value: object) -> object:
    """The value as the state holds it; None empties the field; AssertionError when the client would refuse."""
    kind = entry.element["type"]
    if kind not in _ENTERED:
        raise refuse(f"nothing can be entered into a {kind}")
    return None if value is None else _ENTERED[kind](entry, value)


def locate(reader: Reader, blocks: list[Json], wanted: str, kinds: Callable[[str], bool]) -> tuple[Json, Json]:
    """The one element with this label, action_id or `block_id.action_id`; AssertionError with the labels there are."""
    there = [(block, element) for block, element in elements(blocks) if kinds(element["type"])]

    def names(block: Json, element: Json) -> tuple[str, ...]:
        exact = (element["action_id"], f"{block['block_id']}.{element['action_id']}")
        return (label_of(reader, block, element), *exact)

    found = [each for each in there if wanted in names(*each)]
    if len(found) == 1:
        return found[0]
    labels = [names(*each)[0] for each in there]
    raise AssertionError(f"{len(found)} of {wanted!r}, there are {labels}; block_id.action_id is always exact")


class Input(NamedTuple):
    """A field as a person sees it."""

    label: str
    block_id: str
    action_id: str
    type: str
    options: list[str]
    value: str
    optional: bool
    hint: str
    placeholder: str


def inputs(reader: Reader, view: View) -> Iterator[Input]:
    for block, element in elements(view.blocks):
        key = (block["block_id"], element["action_id"])
        if key not in view.values:
            continue
        options = [each["text"]["text"] for each in options_of(element)]
        optional = bool(block.get("optional", block["type"] != "input"))
        hint, placeholder = reader.of(block.get("hint")), reader.of(element.get("placeholder"))
        label, value = label_of(reader, block, element), chosen(view.values[key])
        yield Input(label, *key, element["type"], options, value, optional, hint, placeholder)


def incomplete(view: View) -> dict[str, str]:
    """What the client says under the fields when they are submitted, by block_id; nothing is sent then."""
    found = {}
    for block, element in elements(view.blocks):
        if block["type"] != "input":
            continue
        value = chosen(view.values[block["block_id"], element["action_id"]])
        least = element.get("min_length", 0)
        if not value and not block.get("optional"):
            found[block["block_id"]] = REQUIRED
        elif value and len(value) < least:
            found[block["block_id"]] = f"Please enter at least {least} characters."
    return found
