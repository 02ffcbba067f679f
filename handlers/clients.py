"""The client loop in clicks and views: texts to copy, answers and certificates handed in, the proof of control."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.domain.errors import BadInput
from bot.domain.order import Status
from handlers.buttons import opens
from handlers.forms import user_of
from handlers.views import client_text, dialogs
from handlers.views.parts import Json, modal, read, section

if TYPE_CHECKING:
    from bot.service.desk import Desk

KINDS = ("pem", "crt", "cer", "txt")
MOST = 64 * 1024  # bytes of one file
_PATIENCE = 2.0  # seconds for all files together: Slack gives three for the whole answer
_KEPT = (
    "It fits. The certificates between it and the authority’s root are being fetched; the card says when it is done."
)


@opens
def ask_switch(desk: Desk, order_id: str, user: str) -> Json:
    order = desk.see.order(order_id, user).order
    return client_text.switch(order.id, order.request.dcv, desk.clients.mailboxes(order))


def text_sent(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    """The text's own button says the same as the card's."""
    desk.clients.sent(dialogs.about(view), user_of(body))
    ack(response_action="clear")


def _go_on(ack: Ack, view: Json | None) -> None:
    """With the next view in its place, or closed where there is none."""
    if view:
        ack(response_action="update", view=view)
    else:
        ack()


def done(ack: Ack) -> None:
    """A view with an input must have a button that submits it; there is nothing to keep."""
    ack()


def answers(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    """Closes when everything was taken; else what was not stays on the screen."""
    order_id = dialogs.about(view)
    answered = desk.clients.answer(order_id, user_of(body), client_text.read_answers(view))
    _go_on(ack, client_text.answers(order_id, answered) if answered.left else None)


def switch(ack: Ack, body: Json, view: Json, desk: Desk) -> None:
    said = read(view)
    desk.clients.switch(dialogs.about(view), user_of(body), said["dcv"], said["approver_email"])
    ack()


def certificate(ack: Ack, body: Json, view: Json, client: WebClient, desk: Desk) -> None:
    """Closes when it is in; one that came alone is completed by a job."""
    given = {**read(view), "files": read_files(view, client)}
    order = desk.paste.paste(dialogs.about(view), user_of(body), given)
    _go_on(ack, modal("Thank you", [section(_KEPT)]) if order.status is Status.VALIDATING else None)


def read_files(view: Json, client: WebClient) -> str:
    """What stands in the chosen files, one after the other; BadInput on `files` for one that cannot be had.

    The bot's token goes to Slack's own host only, and no redirect is followed.
    """
    chosen: list[Json] = view["state"]["values"]["files"]["value"].get("files") or []
    return "\n".join(_fetched(file, client, _PATIENCE / len(chosen)) for file in chosen)


def _fetched(file: Json, client: WebClient, patience: float) -> str:
    name, url, slack = str(file.get("name", "file"))[:80], str(file["url_private_download"]), urlsplit(client.base_url)
    where, home = urlsplit(url), slack.netloc.removeprefix("www.")
    if where.scheme != slack.scheme or not f".{where.netloc}".endswith(f".{home}"):
        raise BadInput({"files": f"{name} does not lie at Slack; please choose the file itself or paste its text."})
    try:
        headers = {"Authorization": f"Bearer {client.token}"}
        with requests.get(url, headers=headers, timeout=patience, stream=True, allow_redirects=False) as answer:
            html = "html" in answer.headers.get("Content-Type", "")
            data = b"" if answer.status_code != 200 or html else _at_most(answer)
    except (requests.RequestException, OSError):
        data = b""
    if not data:
        raise BadInput({"files": f"Slack did not hand out {name} just now; please try again, or paste its text."})
    if len(data) > MOST:
        raise BadInput({"files": f"{name} is larger than {MOST // 1024} kB, so it is no certificate."})
    return _as_text(data)


def _at_most(answer: requests.Response) -> bytes:
    data = bytearray()
    for part in answer.iter_content(MOST):
        data += part
        if len(data) > MOST:
            break
    return bytes(data)


def _as_text(data: bytes) -> str:
    """Certificates also come in binary; a text of two bytes a letter reads well without every other one."""
    if data[:1] == b"\x30" and b"-----" not in data:
        return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(data).decode()}-----END CERTIFICATE-----\n"
    return data.decode(errors="replace").replace("\0", "")
