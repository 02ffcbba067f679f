"""The Web API methods this workspace serves and the events it sends: arguments, scopes, tiers, possible errors.

Source: the method and event pages of docs.slack.dev; of the errors only those that the workspace can answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

GENERAL_ERRORS: Final = frozenset(
    {
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "unknown_method",
    }
)


@dataclass(frozen=True)
class Method:
    """`scopes` lists alternatives: which one is needed can depend on the kind of conversation."""

    required: tuple[str, ...]
    args: frozenset[str]
    scopes: tuple[str, ...]
    tier: str
    json: bool
    errors: frozenset[str]


def _method(required: str, optional: str, scopes: str, tier: str, errors: str, *, json: bool = True) -> Method:
    needed = tuple(required.split())
    return Method(
        needed,
        frozenset((*needed, *optional.split())),
        tuple(scopes.split()),
        tier,
        json,
        frozenset(errors.split()),
    )


_READ = "channels:read groups:read im:read mpim:read"
_HISTORY = "channels:history groups:history im:history mpim:history"
_LOOKS = "as_user attachments blocks icon_emoji icon_url link_names markdown_text metadata parse text username"
_POSTING = (
    "cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks invalid_metadata_format is_archived "
    "messages_tab_disabled msg_blocks_too_long msg_too_long no_text not_in_channel"
)
_TRIGGER = "invalid_trigger_id expired_trigger_id exchanged_trigger_id view_too_large duplicate_external_id"
_PAGE = "channel_not_found invalid_cursor"

METHODS: Final[Mapping[str, Method]] = {
    "apps.connections.open": _method("", "", "connections:write", "3", ""),
    "auth.test": _method("", "", "", "special", ""),
    "chat.delete": _method(
        "channel ts", "as_user", "chat:write", "3", "cant_delete_message channel_not_found message_not_found"
    ),
    "chat.getPermalink": _method(
        "channel message_ts", "", "", "special", "channel_not_found message_not_found", json=False
    ),
    "chat.postEphemeral": _method(
        "channel user", f"{_LOOKS} thread_ts", "chat:write", "4", f"{_POSTING} user_not_in_channel"
    ),
    "chat.postMessage": _method(
        "channel",
        f"{_LOOKS} mrkdwn reply_broadcast thread_ts unfurl_links unfurl_media",
        "chat:write",
        "special",
        _POSTING,
    ),
    "chat.update": _method(
        "channel ts",
        "as_user attachments blocks link_names markdown_text metadata parse reply_broadcast text",
        "chat:write",
        "3",
        f"{_POSTING} block_mismatch cant_broadcast_message cant_update_message message_not_found",
    ),
    "conversations.history": _method(
        "channel",
        "cursor include_all_metadata inclusive latest limit oldest",
        _HISTORY,
        "3",
        f"{_PAGE} not_in_channel invalid_ts_latest invalid_ts_oldest",
    ),
    "conversations.info": _method(
        "channel", "include_locale include_num_members", _READ, "3", "channel_not_found", json=False
    ),
    "conversations.list": _method(
        "", "cursor exclude_archived limit team_id types", _READ, "2", "invalid_cursor invalid_types", json=False
    ),
    "conversations.members": _method("channel", "cursor limit", _READ, "4", _PAGE, json=False),
    "conversations.open": _method(
        "",
        "channel prevent_creation return_im users",
        "im:write",
        "3",
        "channel_not_found method_not_supported_for_channel_type user_disabled user_not_found users_list_not_supplied",
    ),
    "conversations.replies": _method(
        "channel ts",
        "cursor include_all_metadata inclusive latest limit oldest",
        _HISTORY,
        "3",
        f"{_PAGE} not_in_channel thread_not_found invalid_ts_latest invalid_ts_oldest",
        json=False,
    ),
    "files.completeUploadExternal": _method(
        "files",
        "blocks channel_id channels initial_comment thread_ts",
        "files:write",
        "4",
        "channel_not_found file_not_found invalid_blocks is_archived not_in_channel",
    ),
    "files.getUploadURLExternal": _method(
        "filename length", "alt_txt snippet_type", "files:write", "4", "missing_argument", json=False
    ),
    "files.info": _method("file", "count cursor limit page", "files:read", "4", "file_not_found", json=False),
    "usergroups.list": _method(
        "", "include_count include_disabled include_users team_id", "usergroups:read", "2", "", json=False
    ),
    "usergroups.users.list": _method(
        "usergroup", "include_disabled team_id", "usergroups:read", "2", "no_such_subteam", json=False
    ),
    "users.info": _method("user", "include_locale", "users:read", "4", "user_not_found", json=False),
    "users.list": _method("", "cursor include_locale limit team_id", "users:read", "2", "invalid_cursor", json=False),
    "views.open": _method("view", "interactivity_pointer trigger_id", "", "4", _TRIGGER),
    "views.publish": _method(
        "user_id view",
        "hash interactivity_pointer",
        "",
        "4",
        "hash_conflict not_enabled user_not_found view_too_large duplicate_external_id",
    ),
    "views.push": _method(
        "view", "interactivity_pointer trigger_id", "", "4", f"{_TRIGGER} not_found push_limit_reached"
    ),
    "views.update": _method(
        "view",
        "external_id hash view_id",
        "",
        "4",
        "hash_conflict not_found view_too_large duplicate_external_id",
    ),
}

# Any one of the scopes lets the event through; an event without scopes needs none.
EVENT_SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_left": ("groups:read",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_join": ("users:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}
