"""A transport that answers what it was told to and remembers what was sent; the real client and session run on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import requests
from requests.adapters import BaseAdapter

from bot.suppliers.opensrs import wire
from bot.suppliers.opensrs.client import OpenSRSClient

URL = "http://supplier.test/"
USERNAME, KEY = "agency", "0123456789abcdef" * 7


def tree(value: object) -> str:
    """A value as an envelope holds it, written apart from the product's own encoder."""
    if not isinstance(value, Mapping | list):
        return str(value)
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    items = "".join(f"<item key={quoteattr(str(key))}>{tree(item)}</item>" for key, item in pairs)
    return f"<dt_array>{items}</dt_array>" if isinstance(value, list) else f"<dt_assoc>{items}</dt_assoc>"


def envelope(value: object) -> bytes:
    """An answer's bytes as the supplier writes them."""
    head = '<?xml version=\'1.0\' encoding="UTF-8" standalone="no" ?>\n<!DOCTYPE OPS_envelope SYSTEM "ops.dtd">\n'
    body = f"<header><version>0.9</version></header><body><data_block>{tree(value)}</data_block></body>"
    return f"{head}<OPS_envelope>{body}</OPS_envelope>".encode()


def yes(**attributes: object) -> bytes:
    """A success."""
    return envelope({"is_success": "1", "response_code": "200", "response_text": "done", "attributes": attributes})


def no(code: str, text: str = "it will not", details: object = "") -> bytes:
    """A failure as recorded: HTTP 200, no attributes."""
    return envelope({"is_success": "0", "response_code": code, "response_text": text, "error_details": details})


@dataclass
class Canned(BaseAdapter):
    """Answers each request with the next of `answers` (the last one for ever): bytes, or an error to raise."""

    answers: list[bytes | Exception]
    status: int = 200
    sent: list[requests.PreparedRequest] = field(default_factory=list)
    options: list[Mapping[str, object]] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *_: object, **options: object) -> requests.Response:
        self.sent.append(request)
        self.options.append(options)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code, response.raw, response.request, response.url = self.status, BytesIO(answer), request, URL
        if 300 <= self.status < 400:
            response.headers["Location"] = "http://elsewhere.test/"
        return response

    def close(self) -> None:
        """Nothing is open."""

    @property
    def calls(self) -> list[tuple[str, Mapping[str, wire.Value]]]:
        """Action and attributes of every request."""
        read: list[Any] = [wire.decode(request.body) for request in self.sent if isinstance(request.body, bytes)]
        return [(call["action"], call["attributes"]) for call in read]


def client_on(transport: Canned) -> OpenSRSClient:
    """The client with this transport under it."""

    def session() -> requests.Session:
        made = requests.Session()
        made.mount("http://", transport)
        return made

    return OpenSRSClient(URL, USERNAME, KEY, sessions=session)
