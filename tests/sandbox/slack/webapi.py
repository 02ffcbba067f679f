"""What each Web API method does: functions from the workspace and the merged arguments to the answer's fields."""

import base64
import binascii
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from tests.sandbox.slack.shapes import Json
from tests.sandbox.slack.space import ApiError
from tests.sandbox.slack.state import Channel, File, Message, View
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
    open_to_all = "chat:write.public" in ws.scopes and not found.private
    if ws.bot_user_id not in found.members and not open_to_all:
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
    with ws.changed:
        thread_ts = _thread(ws, channel, args)
        broadcast = bool(args.get("reply_broadcast"))
        if broadcast and not thread_ts:
            ws.violate("chat.postMessage: reply_broadcast without thread_ts")
            raise ApiError("invalid_arguments")
        message = ws.post_as_bot(channel, content, thread_ts=thread_ts, broadcast=broadcast)
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


def post_ephemeral(ws: "Workspace", args: Json) -> Json:
    channel = _writable(ws, args)
    if args["user"] not in channel.members:
        raise ApiError("user_not_in_channel")
    content = _content(ws, args, "chat.postEphemeral")
    thread_ts = _thread(ws, channel, args)
    return {"message_ts": ws.post_as_bot(channel, content, thread_ts=thread_ts, ephemeral_to=args["user"]).ts}


def update_message(ws: "Workspace", args: Json) -> Json:
    """Blocks and metadata that are not sent stay; empty ones are removed."""
    _writable(ws, args)
    message = ws.find_post(_channel(ws, args).id, str(args["ts"]))
    if message is None or message.user != ws.bot_user_id:
        raise ApiError("cant_update_message" if message else "message_not_found")
    if len(str(args.get("text") or "")) > 4000:
        raise ApiError("msg_too_long")
    kept = {"blocks": message.blocks, "metadata": message.metadata}
    content = _content(ws, kept | {key: value for key, value in args.items() if value is not None}, "chat.update")
    if args.get("reply_broadcast") and message.thread_ts in (None, message.ts):
        raise ApiError("cant_broadcast_message")
    ws.edit_post(message, content)
    message.broadcast = message.broadcast or bool(args.get("reply_broadcast"))
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.as_json()}


def _listed(ws: "Workspace", messages: list[Message], args: Json) -> Json:
    page, more = _page(messages, args, 1000)
    metadata = bool(args.get("include_all_metadata"))
    with ws.changed:
        found = [each.as_json(metadata=metadata) for each in page]
    return {"messages": found, "has_more": bool(more["response_metadata"]["next_cursor"])} | more


def _readable(ws: "Workspace", args: Json) -> Channel:
    found = _channel(ws, args, "history")
    if ws.bot_user_id not in found.members:
        raise ApiError("not_in_channel")
    return found


def history(ws: "Workspace", args: Json) -> Json:
    """Newest first, without replies that were not sent to the channel."""
    channel = _readable(ws, args)
    return _listed(ws, ws.messages(channel)[::-1], args)


def replies(ws: "Workspace", args: Json) -> Json:
    channel = _readable(ws, args)
    parent = ws.find_post(channel.id, str(args["ts"]))
    if parent is None:
        raise ApiError("thread_not_found")
    return _listed(ws, ws.messages(channel, parent), args)


def conversation_info(ws: "Workspace", args: Json) -> Json:
    found = _channel(ws, args, "read")
    count = {"num_members": len(found.members)} if args.get("include_num_members") else {}
    named = {"user": found.im} if found.im else {"name": found.name, "name_normalized": found.name}
    shared = ws.is_shared(found)
    told: Json = {
        "id": found.id, "is_channel": found.kind == "channels", "is_group": found.kind == "groups",
        "is_im": bool(found.im), "is_mpim": False, "is_private": found.private, "is_archived": found.archived,
        "is_member": ws.bot_user_id in found.members, "is_shared": shared, "is_ext_shared": shared,
        "is_org_shared": False, "context_team_id": ws.team_id,
    }  # fmt: skip
    return {"channel": told | named | count}


def members(ws: "Workspace", args: Json) -> Json:
    page, more = _page(_channel(ws, args, "read").members, args, 1000)
    return {"members": page} | more


def open_conversation(ws: "Workspace", args: Json) -> Json:
    """A direct message with one person; group conversations are not served."""
    users = args["users"] if isinstance(args["users"], list) else str(args["users"]).split(",")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    person = _person(ws, users[0])
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
    trigger = ws.take_trigger(args.get("trigger_id"))
    person, push = ws.people[trigger.person], where == "views.push"
    if push and (trigger.view not in ws.views or not person.stack):
        raise ApiError("not_found")
    return {"view": ws.view_json(ws.show_view(person, body, trigger.channel, push=push))}


def _check_hash(args: Json, view: View) -> None:
    if args.get("hash") and args["hash"] != view.hash:
        raise ApiError("hash_conflict")


def update_view(ws: "Workspace", args: Json) -> Json:
    with ws.changed:
        view = ws.views.get(str(args["view_id"]))
        if view is None:
            raise ApiError("not_found")
        _check_hash(args, view)
        ws.replace_view(view, ws.judge_view(args["view"], "views.update", view.body["type"]))
        return {"view": ws.view_json(view)}


def publish_view(ws: "Workspace", args: Json) -> Json:
    if not ws.setting("features", "app_home", "home_tab_enabled", default=False):
        raise ApiError("not_enabled")
    body = ws.judge_view(args["view"], "views.publish", "home")
    person = _person(ws, args["user_id"])
    with ws.changed:
        if person.home:
            _check_hash(args, person.home)
            ws.replace_view(person.home, body)
        else:
            person.home = ws.new_view(person, body)
            ws.changed.notify_all()
        return {"view": ws.view_json(person.home)}


def upload_url(ws: "Workspace", args: Json) -> Json:
    if not str(args["length"]).isdigit() or int(args["length"]) == 0:
        raise ApiError("missing_argument")
    made = File(ws.ids.new("F"), str(args["filename"]), int(args["length"]))
    ws.files[made.id] = made
    return {"upload_url": f"{ws.url}/upload/{made.id}", "file_id": made.id}


def complete_upload(ws: "Workspace", args: Json) -> Json:
    """The files must have arrived whole; with a channel they are posted there."""
    done: list[File] = []
    for each in args["files"]:
        file = ws.files.get(each.get("id", ""))
        if file is None or file.complete or len(file.content or b"") != file.length:
            raise ApiError("file_not_found")
        file.title = each.get("title", "")
        done.append(file)
    if args.get("channel_id"):
        where = _writable(ws, {"channel": args["channel_id"]})
        content: Json = {"text": args.get("initial_comment") or "", "blocks": args.get("blocks") or []}
        ws.judge_message(content, "files.completeUploadExternal")
        for file in done:
            file.channels.append(where.id)
        files = [each.as_json(ws.url) for each in done]
        ws.post_as_bot(where, content, thread_ts=_thread(ws, where, args), files=files)
    for file in done:
        file.complete = True
    return {"files": [each.as_json(ws.url) for each in done]}


def auth_test(ws: "Workspace", _args: Json) -> Json:
    who = {"url": f"{ws.url}/", "team": "Sandbox", "user": ws.name_of(ws.bot_user_id), "team_id": ws.team_id}
    return who | {"user_id": ws.bot_user_id, "bot_id": ws.bot_id, "is_enterprise_install": False}


def open_connection(ws: "Workspace", _args: Json) -> Json:
    return {"url": ws.socket.ticket()}


ROUTES: Final[Mapping[str, Method]] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update_message,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": conversation_info,
    "conversations.members": members,
    "conversations.open": open_conversation,
    "users.info": user_info,
    "usergroups.users.list": group_members,
    "views.open": functools.partial(_open, "views.open"),
    "views.push": functools.partial(_open, "views.push"),
    "views.update": update_view,
    "views.publish": publish_view,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
    "auth.test": auth_test,
    "apps.connections.open": open_connection,
}
