"""What the workspace keeps: channels, groups, messages, views and files as plain records, and how ids are made."""

import copy
import itertools
import mimetypes
import threading
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.text import Reader, Values, elements, show_blocks

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HELD_AT: Final = {  # where the state holds what stands in an element
    "plain_text_input": "value", "datepicker": "selected_date", "static_select": "selected_option",
    "radio_buttons": "selected_option", "checkboxes": "selected_options", "users_select": "selected_user",
    "file_input": "files",
}  # fmt: skip


class Ids:
    """Ids in Slack's shapes, never twice, the same in every run; and rising message timestamps."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._lock = threading.Lock()
        self._last = 0

    def new(self, prefix: str) -> str:
        with self._lock:
            number, digits = next(self._count) * 2_147_483_647 * 7_919, ""
        for _ in range(9):
            number, digit = divmod(number, 36)
            digits = _DIGITS[digit] + digits
        return f"{prefix}0{digits}"

    def ts(self, now: float) -> str:
        """`seconds.micros`, later than every one before, even when the clock stands still or goes back."""
        with self._lock:
            self._last = max(self._last + 1, int(now * 1_000_000))
            return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


@dataclass
class Channel:
    """A conversation; `im` names the person of a direct message with the bot."""

    id: str
    name: str
    members: list[str]
    private: bool = False
    archived: bool = False
    im: str | None = None

    @property
    def kind(self) -> str:
        """The word in scopes and in `types`: channels, groups or im."""
        return "im" if self.im else "groups" if self.private else "channels"


@dataclass
class Group:
    id: str
    handle: str
    members: list[str]


@dataclass
class File:
    """What somebody chose in a form; `user` is who."""

    id: str
    name: str
    content: bytes
    user: str

    def as_json(self, url: str) -> Json:
        """The file object; its addresses are served to the app's token only."""
        at, name = f"{url}/files-pri/{self.id}", quote(self.name)
        named = {"id": self.id, "name": self.name, "title": self.name, "size": len(self.content)}
        kind = {"mimetype": self.mimetype, "filetype": extension(self.name) or "binary", "mode": "hosted"}
        where = {"url_private": f"{at}/{name}", "url_private_download": f"{at}/download/{name}"}
        return named | kind | where | {"permalink": f"{at}/{name}", "user": self.user, "channels": []}

    @property
    def mimetype(self) -> str:
        """By the name, as far as Python itself knows it."""
        return mimetypes.MimeTypes().guess_type(self.name)[0] or "application/octet-stream"


def extension(name: str) -> str:
    """What stands behind the last dot, in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


@dataclass
class Message:
    """A message; copies handed out keep what was seen then, so that an old button can be clicked later."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: bool = False
    ephemeral_to: str | None = None
    broadcast: bool = False
    bot_id: str | None = None
    reader: Reader = field(default_factory=lambda: Reader(str), repr=False, compare=False)

    @property
    def plain(self) -> str:
        """What a person reads: the blocks, or the text where there are none."""
        return show_blocks(self.reader, self.blocks) if self.blocks else self.reader.mrkdwn(self.text)

    @property
    def buttons(self) -> list[str]:
        return buttons_in(self.blocks)

    def as_json(self, *, metadata: bool = True) -> Json:
        """The message as the API and payloads carry it."""
        found: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        extra = {name: getattr(self, name) for name in ("bot_id", "thread_ts", "blocks")}
        extra["subtype"] = "thread_broadcast" if self.broadcast else None
        extra["metadata"] = self.metadata if metadata else None
        extra["edited"] = {"user": self.user, "ts": self.ts} if self.edited else None
        return found | {key: value for key, value in extra.items() if value}


@dataclass
class View:
    """A view that one person has open, or their Home; `body` is what the app sent, with missing ids generated."""

    id: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    values: dict[tuple[str, str], Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = initial_values(self.blocks)

    @property
    def blocks(self) -> list[Json]:
        return list(self.body["blocks"])

    def replace(self, body: Json, new_hash: str) -> None:
        """A new body; what was typed stays where block_id, action_id and type stay."""
        typed, self.body, self.hash, self.errors = self.values, body, new_hash, {}
        fresh = initial_values(self.blocks)
        kept = {key: typed[key] for key in fresh.keys() & typed.keys() if fresh[key]["type"] == typed[key]["type"]}
        self.values = fresh | kept

    def as_json(self, team: str, app: str, bot: str) -> Json:
        """The view as the API and payloads carry it."""
        defaults = {"private_metadata": "", "callback_id": "", "clear_on_close": False}
        empty = {"notify_on_close": False, "close": None, "submit": None, "title": None}
        belongs = {"id": self.id, "team_id": team, "app_id": app, "bot_id": bot, "app_installed_team_id": team}
        stack = {"hash": self.hash, "root_view_id": self.root, "previous_view_id": self.previous}
        return defaults | empty | self.body | belongs | stack | {"state": {"values": nested(self.values)}}


def buttons_in(blocks: list[Json]) -> list[str]:
    """The words on the buttons."""
    return [each["text"]["text"] for _, each in elements(blocks) if each["type"] == "button"]


def nested(values: Values) -> dict[str, dict[str, Json]]:
    """`values[block_id][action_id]`, the shape of a payload's state."""
    found: dict[str, dict[str, Json]] = {}
    for (block_id, action_id), value in values.items():
        found.setdefault(block_id, {})[action_id] = value
    return found


def state_of(element: Json, value: object) -> Json:
    """What the state says of an element holding this value; an empty field is null, an empty choice of many a list."""
    key = HELD_AT[element["type"]]
    return {"type": element["type"], key: value or ([] if key in ("selected_options", "files") else None)}


def initial_values(blocks: list[Json]) -> dict[tuple[str, str], Json]:
    """The state before anybody typed: initial values, or nothing."""
    return {
        (block["block_id"], each["action_id"]): state_of(each, each.get(f"initial_{key.removeprefix('selected_')}"))
        for block, each in elements(blocks)
        if (key := HELD_AT.get(each["type"]))
    }


def with_ids(blocks: list[Json], ids: Ids) -> list[Json]:
    """A copy of the blocks with generated block_ids and action_ids where the app left them out."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", ids.new("b"))
    for _, element in elements(blocks):
        element.setdefault("action_id", ids.new("a"))
    return blocks
