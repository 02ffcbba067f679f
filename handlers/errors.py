"""What people read when something cannot be done, and where: one wording per error class, answered where they clicked.

Nothing of an unexpected error is shown but a reference number, which stands in the log beside the trace.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, TypeVar

from slack_bolt import Ack, BoltContext, BoltResponse, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.domain import errors as known
from bot.domain.approval import Action, Role
from handlers.forms import draw_step
from handlers.views import form
from handlers.views.card import card
from handlers.views.parts import Json, foreign, modal, section

if TYPE_CHECKING:
    from bot.service.desk import Desk

LOG = logging.getLogger(__name__)
SCREEN = "screen"  # the context's word for a view that a listener has just opened

# error class: what happened, what one can do. Names in braces are the error's own facts, escaped
WORDING: dict[type[known.DeskError], tuple[str, str]] = {
    known.DeskError: ("That did not work.", "Please try again; if it stays so, ask an engineer."),
    known.IllegalMove: ("The order has moved on, so this is no longer possible.", "This is how it stands now:"),
    known.Stale: ("Somebody else was a moment faster.", "This is how it stands now:"),
    known.UnknownOrder: ("I know no such order.", "`/cert list` shows the orders of this channel."),
    known.NotAllowed: ("Only {who} can do this.", "Please ask one of them."),
    known.NobodyApproves: (
        "Nobody but you may approve here, and nobody approves what they asked for themselves.",
        "Please ask an admin to name another approver.",
    ),
    known.OwnOrder: ("You had a hand in this order, so somebody else must decide.", "Please ask another approver."),
    known.NotAMember: ("Only full members of this workspace can do this.", "Please ask a colleague who is one."),
    known.ChangedSince: (
        "The order changed after you opened this review, so nothing was approved.",
        "It is being read again for you. If nothing appears here, close this and press Review once more.",
    ),
    known.DecidedAlready: ("You have approved this already.", "This is how it stands now:"),
    known.NoProject: (
        "This channel has no project yet, and every certificate belongs to one.",
        "Type `/cert project` in the project's channel, then `/cert new` there.",
    ),
    known.OpenOrderExists: ("There is an open order for these addresses already.", "This is how it stands now:"),
    known.BadInput: ("{sentences}", "Please correct it and send it again."),
    known.PeopleUnknown: ("Slack did not tell me who is who just now, so nothing was done.", "Try again in a minute."),
    known.NotInvited: ("I am not in this channel.", "Type `/invite @certdesk` in the project's channel first."),
    known.VaultShut: ("The vault that holds the keys does not open.", "Nothing is lost; please tell an admin."),
    known.SupplierError: ("There is trouble with the supplier.", "The desk tries again by itself."),
    known.Lost: (
        "The supplier did not answer, so it is not known whether it was done.",
        "The desk looks again by itself and says here what it finds.",
    ),
    known.Refused: ("The supplier said no: {text}", "Please correct it, or ask an engineer."),
    known.Unusable: ("The supplier answered with something unusable.", "The desk tries again; an engineer may look."),
    known.WrongKey: (
        "That certificate (serial {serial}, {issuer}) belongs to another key.",
        "It is not used. Please ask an engineer.",
    ),
}
UNEXPECTED = ("Something went wrong here; nothing is lost.", "Try again, or give an admin this number: {reference}.")
_PRESENT = (known.IllegalMove, known.DecidedAlready, known.OpenOrderExists)  # these end with the order's present state
WHO = {
    Role.MEMBER: "a full member of the project's channel",
    Role.OWNER: "the project's owner",
    Role.STAND_IN: "their stand-in",
    Role.APPROVER: "an approver",
    Role.ADMIN: "an admin",
}

V = TypeVar("V")
Reply = dict[str, Any]


def row(table: Mapping[type[known.DeskError], V], error: Exception) -> V | None:
    """The table's row for an error's class, or for the nearest of its parents."""
    return next((table[kind] for kind in type(error).__mro__ if kind in table), None)


def wording(error: known.DeskError) -> str:
    """What happened and what one can do, as safe mrkdwn."""
    facts = {"who": "somebody else"} | {name: foreign(str(value)) for name, value in vars(error).items()}
    for action in (action for action in Action if action == getattr(error, "action", "")):
        facts["who"] = " or ".join(WHO[role] for role in Role if role in action.roles)
    if isinstance(error, known.BadInput):
        facts["sentences"] = " ".join(foreign(sentence) for sentence in error.fields.values())
    return " ".join(row(WORDING, error) or WORDING[known.DeskError]).format_map(facts)


def answer(
    error: Exception,
    body: Mapping[str, Any],
    context: BoltContext,
    client: WebClient,
    respond: Respond,
    ack: Ack,
    response: BoltResponse | None,
) -> BoltResponse | None:
    """Bolt's error handler: tell the person where they clicked, and acknowledge if nobody has (`response` is given)."""
    text = _told(error, body, context)
    if response is not None and (reply := _reply(error, text, body, context)) is not None:
        return BoltResponse(status=200, body=reply)
    if response is not None:
        response.status = 200  # before ack: Bolt sends this very response as soon as ack was called
        ack()
    try:
        _show(text, body, context, client, respond)
    except (SlackClientError, OSError, HTTPException) as trouble:
        LOG.warning("an answer did not reach %s: %s", context.user_id, type(trouble).__name__)
    return None


def show_view(client: WebClient, body: Mapping[str, Any], view: Json) -> str:
    """Open a modal, from within a modal on top of it (App Home is a view too, but no modal); answers its id."""
    open_view = client.views_push if body.get("view", {}).get("type") == "modal" else client.views_open
    return str(open_view(trigger_id=body["trigger_id"], view=view)["view"]["id"])


def error_view(text: str) -> Json:
    """A modal that says what cannot be done."""
    return modal("That did not work", [section(text)])


def _told(error: Exception, body: Mapping[str, Any], context: BoltContext) -> str:
    if not isinstance(error, known.DeskError):
        reference = hashlib.sha256(repr(body).encode()).hexdigest()[:8]  # every payload has a trigger or event id
        LOG.error("unexpected error, reference %s", reference, exc_info=error)
        return " ".join(UNEXPECTED).format(reference=reference)
    present = _present(error, context) if isinstance(error, _PRESENT) else ""
    return f"{wording(error)}\n{present}".strip()


def _present(error: known.DeskError, context: BoltContext) -> str:
    """The order as it stands, in one line; nothing if this person may not see it."""
    order_id = str(getattr(error, "order_id", error))
    with suppress(known.DeskError):
        return card(context["desk"].see.order(order_id, context.user_id))[0]
    return ""


def _reply(error: Exception, text: str, body: Mapping[str, Any], context: BoltContext) -> Reply | None:
    """What can be said in the acknowledgement itself; None where it must be shown in another way."""
    if SCREEN in context:
        return None
    if body.get("type") == "view_submission":
        return (row(_IN_VIEW, error) or _on_top)(error, text, body["view"], context)
    return {"response_type": "ephemeral", "text": text} if "command" in body else None


def _show(text: str, body: Mapping[str, Any], context: BoltContext, client: WebClient, respond: Respond) -> None:
    if SCREEN in context:
        client.views_update(view_id=context[SCREEN], view=error_view(text))
    elif "view" in body:
        show_view(client, body, error_view(text))
    elif "response_url" in body:
        thread = body.get("message", {}).get("thread_ts")
        respond(text, response_type="ephemeral", replace_original=False, thread_ts=thread)


def _on_top(_error: Exception, text: str, _view: Json, _context: BoltContext) -> Reply:
    """Closing it leads back to what was typed."""
    return {"response_action": "push", "view": error_view(text)}


def _instead(_error: Exception, text: str, _view: Json, _context: BoltContext) -> Reply:
    return {"response_action": "update", "view": error_view(text)}


def _at_fields(error: known.BadInput, text: str, view: Json, context: BoltContext) -> Reply:
    """At the fields; what belongs to another step of the form stands above this one."""
    here = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if at_fields := {field: sentence for field, sentence in error.fields.items() if field in here}:
        return {"response_action": "errors", "errors": at_fields}
    if not view["callback_id"].startswith("new."):
        return _on_top(error, text, view, context)
    form_id, step = form.meta(view)
    desk: Desk = context["desk"]
    drawn = draw_step(desk, desk.fill.form(form_id, str(context.user_id)), step, error.fields)
    return {"response_action": "update", "view": drawn}


def _exists(error: known.OpenOrderExists, _text: str, _view: Json, context: BoltContext) -> Reply:
    names = context["desk"].fill.form(error.form, context.user_id).values.get("names", "").split()
    return {"response_action": "update", "view": form.exists_view(error.order_id, names, error.form)}


def _read_again(error: known.ChangedSince, text: str, view: Json, context: BoltContext) -> Reply:
    """The review was drawn from an older order: a job reads it again into the same view."""
    try:
        context["desk"].decide.begin_review(str(error), context.user_id, view["id"])
    except known.DeskError as now:
        text = _told(now, {}, context)
    return _instead(error, text, view, context)


_IN_VIEW: dict[type[known.DeskError], Callable[[Any, str, Json, BoltContext], Reply]] = {
    known.BadInput: _at_fields,
    known.OpenOrderExists: _exists,
    known.ChangedSince: _read_again,
    known.IllegalMove: _instead,
    known.DecidedAlready: _instead,
    known.UnknownOrder: _instead,
}
