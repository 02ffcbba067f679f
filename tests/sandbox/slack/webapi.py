"""What each Web API method does: functions from the workspace and the merged arguments to the answer's fields.

The server calls them one at a time, under the workspace's lock.
"""

import base64
import binascii
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError
from tests.sandbox.slack.state import Channel, Message
from tests.sandbox.slack.surfaces import check_metadata

if TYPE_CHECKING:
    from tests.sandbox.slack.people import Person
    from tests.sandbox.slack.workspace import Workspace

Item = TypeVar("Item")
Method = Callable[["Workspace", Json], Json]


def _page(items: Sequence[Item], args: Json, most: int) -> tuple[list[Item], Json]:
    """One page and the metadata that leads to the next."""
    try:
        start = int(base64.b64decode(args.get("cursor") or "", validate=True).decode() or 0)
        size = min(int(args.get("limit") or most), most)
    except (binascii.Error, ValueError):
        raise ApiError("invalid_cursor") from None
    more = start + size < len(items)
    cursor = base64.b64encode(str(start + size).encode()).decode() if more else ""
    return list(items[start : start + size]), {"response_metadata": {"next_cursor": cursor}}


def need_scope(ws: "Workspace", *any_of: str) -> None:
    """ApiError and a violation when the manifest asks for none of the scopes."""
    if any_of and not set(any_of) & set(ws.scopes):
        ws.violate(f"missing scope: {' or '.join(any_of)}")
        raise ApiError("missing_scope", needed=",".join(any_of), provided=",".join(ws.scopes))


def _channel(ws: "Workspace", args: Json, scope: str = "") -> Channel:
    """The channel, as far as the bot can see it; direct messages also by the person's id."""
    wanted = str(args["channel"])
    person = ws.people.get(wanted)
    if person and person.kind not in ("bot", "deactivated"):
        return ws.open_im(wanted)
    found = ws.channels.get(wanted)
    if found is None or (found.private and ws.bot_user_id not in found.members):
        raise ApiError("channel_not_found")
    if scope:
        need_scope(ws, f"{found.kind}:{scope}")
    return found


def _writable(ws: "Workspace", args: Json) -> Channel:
    found = _channel(ws, args)
    if ws.bot_user_id not in found.members:
        raise ApiError("not_in_channel")
    if found.archived:
        raise ApiError("is_archived")
    if found.im and ws.setting("features", "app_home", "messages_tab_enabled", default=True) is False:
        raise ApiError("messages_tab_disabled")
    return found


def _thread(ws: "Workspace", channel: Channel, args: Json) -> str | None:
    """The parent's ts; a reply's ts or an unknown one is refused."""
    if not args.get("thread_ts"):
        return None
    parent = ws.find_post(channel.id, str(args["thread_ts"]))
    if parent is None or parent.thread_ts not in (None, parent.ts):
        raise ApiError("cannot_reply_to_message")
    parent.thread_ts = parent.ts
    return parent.ts


def _content(ws: "Workspace", args: Json, where: str) -> Json:
    if not args.get("text") and not args.get("blocks"):
        raise ApiError("no_text")
    ws.judge_message(args, where)
    if args.get("metadata") and (problems := check_metadata(args["metadata"])):
        ws.violate(f"{where}: {problems}")
        raise ApiError("invalid_metadata_format")
    metadata = args.get("metadata") or None
    return {"text": args.get("text") or "", "blocks": args.get("blocks") or [], "metadata": metadata}


def post_message(ws: "Workspace", args: Json) -> Json:
    channel = _writable(ws, args)
    content = _content(ws, args, "chat.postMessage")
    thread_ts, broadcast = _thread(ws, channel, args), bool(args.get("reply_broadcast"))
    if broadcast and not thread_ts:
        ws.violate("chat.postMessage: reply_broadcast without thread_ts")
        raise ApiError("invalid_arguments")
    message = ws.post_as_bot(channel, content, thread_ts=thread_ts, broadcast=broadcast)
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


def update_message(ws: "Workspace", args: Json) -> Json:
    """Blocks and metadata that are not sent stay; empty ones are removed."""
    message = ws.find_post(_writable(ws, args).id, str(args["ts"]))
    if message is None or message.user != ws.bot_user_id:
        raise ApiError("cant_update_message" if message else "message_not_found")
    if len(str(args.get("text") or "")) > 4000:
        raise ApiError("msg_too_long")
    kept = {"blocks": message.blocks, "metadata": message.metadata}
    content = _content(ws, kept | {key: value for key, value in args.items() if value is not None}, "chat.update")
    ws.edit_post(message, content)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.as_json()}


def _listed(messages: list[Message], args: Json) -> Json:
    page, more = _page(messages, args, 1000)
    found = [each.as_json(metadata=bool(args.get("include_all_metadata"))) for each in page]
    return {"messages": found, "has_more": bool(more["response_metadata"]["next_cursor"])} | more


def _readable(ws: "Workspace", args: Json) -> Channel:
    found = _channel(ws, args, "history")
    if ws.bot_user_id not in found.members:
        raise ApiError("not_in_channel")
    return found


def history(ws: "Workspace", args: Json) -> Json:
    """Newest first, without replies that were not sent to the channel."""
    channel = _readable(ws, args)
    return _listed(ws.messages(channel)[::-1], args)


def replies(ws: "Workspace", args: Json) -> Json:
    channel = _readable(ws, args)
    parent = ws.find_post(channel.id, str(args["ts"]))
    if parent is None:
        raise ApiError("thread_not_found")
    return _listed(ws.messages(channel, parent), args)


def members(ws: "Workspace", args: Json) -> Json:
    page, more = _page(_channel(ws, args, "read").members, args, 1000)
    return {"members": page} | more


def open_conversation(ws: "Workspace", args: Json) -> Json:
    """A direct message with one person; group conversations are not served."""
    person = _person(ws, args["users"])
    if person.kind in ("deactivated", "bot"):
        raise ApiError("user_disabled" if person.kind == "deactivated" else "user_not_found")
    return {"channel": {"id": ws.open_im(person.id).id}}


def _person(ws: "Workspace", user: object) -> "Person":
    if (person := ws.people.get(str(user))) is None:
        raise ApiError("user_not_found")
    return person


def user_info(ws: "Workspace", args: Json) -> Json:
    return {"user": _person(ws, args["user"]).as_json()}


def group_members(ws: "Workspace", args: Json) -> Json:
    group = ws.groups.get(str(args["usergroup"]))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": group.members}


def _open(where: str, ws: "Workspace", args: Json) -> Json:
    body = ws.judge_view(args["view"], where)
    trigger = ws.take_trigger(args["trigger_id"])
    person, push = ws.people[trigger.person], where == "views.push"
    if push and (trigger.view not in ws.views or not person.stack):
        raise ApiError("not_found")
    return {"view": ws.view_json(ws.show_view(person, body, push=push))}


def update_view(ws: "Workspace", args: Json) -> Json:
    view = ws.views.get(str(args["view_id"]))
    if view is None:
        raise ApiError("not_found")
    ws.replace_view(view, ws.judge_view(args["view"], "views.update", view.body["type"]))
    return {"view": ws.view_json(view)}


def publish_view(ws: "Workspace", args: Json) -> Json:
    if not ws.setting("features", "app_home", "home_tab_enabled", default=False):
        raise ApiError("not_enabled")
    body = ws.judge_view(args["view"], "views.publish", "home")
    person = _person(ws, args["user_id"])
    person.home = person.home or ws.new_view(body)
    ws.replace_view(person.home, body)
    return {"view": ws.view_json(person.home)}


def auth_test(ws: "Workspace", _args: Json) -> Json:
    who = {"url": f"{ws.url}/", "team": "Sandbox", "user": ws.name_of(ws.bot_user_id), "team_id": ws.team_id}
    return who | {"user_id": ws.bot_user_id, "bot_id": ws.bot_id, "is_enterprise_install": False}


def open_connection(ws: "Workspace", _args: Json) -> Json:
    return {"url": ws.socket.ticket()}


ROUTES: Final[Mapping[str, Method]] = {
    "chat.postMessage": post_message,
    "chat.update": update_message,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.members": members,
    "conversations.open": open_conversation,
    "users.info": user_info,
    "usergroups.users.list": group_members,
    "views.open": functools.partial(_open, "views.open"),
    "views.push": functools.partial(_open, "views.push"),
    "views.update": update_view,
    "views.publish": publish_view,
    "auth.test": auth_test,
    "apps.connections.open": open_connection,
}
