"""What a person may enter: a value for each kind of element, refused where Slack's client would refuse it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.sandbox.slack.blocks import options_of
from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.state import File, View, extension
from tests.sandbox.slack.text import Reader, chosen, elements, label_of

if TYPE_CHECKING:
    from tests.sandbox.slack.workspace import Workspace

REQUIRED: Final = "Please complete this required field."
_FILE_BYTES: Final = 10_000_000


class Entry(NamedTuple):
    """One value being entered: the workspace's people, the element, and who enters."""

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


def _day(_entry: Entry, value: object) -> str:
    return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()


def _option(entry: Entry, value: object) -> Json:
    options = options_of(entry.element)
    for each in options:
        if value in (each["text"]["text"], each["value"]):
            return each
    raise refuse(f"no option {value!r}, there are {[each['text']['text'] for each in options]}")


def _options(entry: Entry, value: object) -> list[Json]:
    if not isinstance(value, (list, tuple)):
        raise refuse(f"several can be chosen here: give a list, not {value!r}")
    return [_option(entry, each) for each in value]


def _user(entry: Entry, value: object) -> str:
    user = str(getattr(value, "id", value))
    if user not in entry.space.people or entry.space.people[user].kind == "deactivated":
        raise refuse(f"nobody to choose: {value!r}")
    return user


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
        files.append(File(entry.space.ids.new("F"), name, content, entry.person))
    entry.space.files |= {each.id: each for each in files}
    return [each.as_json(entry.space.url) for each in files]


_ENTERED: Final[Mapping[str, Callable[[Entry, object], object]]] = {
    "plain_text_input": _typed,
    "datepicker": _day,
    "static_select": _option,
    "radio_buttons": _option,
    "overflow": _option,
    "checkboxes": _options,
    "users_select": _user,
    "file_input": _files,
}


def entered(entry: Entry, value: object) -> object:
    """The value as the state holds it; None empties the field; AssertionError when the client would refuse."""
    return None if value is None else _ENTERED[entry.element["type"]](entry, value)


def locate(reader: Reader, blocks: list[Json], wanted: str, *, buttons: bool) -> tuple[Json, Json]:
    """The one button (or other element) with this label, action_id or `block_id.action_id`.

    AssertionError with the labels there are.
    """
    there = [
        (label_of(reader, block, element), block, element)
        for block, element in elements(blocks)
        if (element["type"] == "button") is buttons
    ]
    found = [
        (block, each)
        for label, block, each in there
        if wanted in (label, each["action_id"], f"{block['block_id']}.{each['action_id']}")
    ]
    if len(found) == 1:
        return found[0]
    labels = [label for label, _, _ in there]
    raise AssertionError(f"{len(found)} of {wanted!r}, there are {labels}; block_id.action_id is always exact")


class Input(NamedTuple):
    """A field as a person sees it."""

    options: list[str]
    value: str
    optional: bool


def inputs(reader: Reader, view: View) -> Iterator[tuple[str, Input]]:
    """The fields by label; a second one with the same label by block_id.action_id."""
    seen = set()
    for block, element in elements(view.blocks):
        key = (block["block_id"], element["action_id"])
        if key in view.values:
            label = label_of(reader, block, element)
            options = [each["text"]["text"] for each in options_of(element)]
            optional = bool(block.get("optional", block["type"] != "input"))
            yield ".".join(key) if label in seen else label, Input(options, chosen(view.values[key]), optional)
            seen.add(label)


def incomplete(view: View) -> dict[str, str]:
    """What the client says under the fields when they are submitted, by block_id; nothing is sent then."""
    return {
        block["block_id"]: REQUIRED
        for block, each in elements(view.blocks)
        if block["type"] == "input" and not block.get("optional")
        if not chosen(view.values[block["block_id"], each["action_id"]])
    }
