"""One signed POST to OpenSRS and what its outcome means. Repeats and logs nothing, shows no key, signature or body.

What is no clear yes or no is Lost; buying rests on that. A no is clear only where the table below says so.
"""

import re
from collections.abc import Callable
from typing import Final, NoReturn

import requests

from bot.domain.errors import Lost, Refused
from bot.suppliers.opensrs import wire

BIGGEST_ANSWER: Final = 2_000_000
TIMEOUTS: Final = (10.0, 90.0)  # the vendor gives clients 80 s
_LONGEST_TEXT = 500
_HINT = "check the API key and that this machine's address is on the account's allow-list"
_SECRET = re.compile(r"[0-9a-f]{32,}", re.IGNORECASE)  # what a key or a signature looks like, should one be echoed
_NO_ACCESS = frozenset({"401", "410"})
_DENIED = re.compile(r"access denied|invalid ip", re.IGNORECASE)

# a clear no, by the vendor's response codes
CLEAR_NO: Final = frozenset({
    "401", "410", "415",  # who asks is not let in
    "430", "435", "501",  # no such command, not allowed, not sold to this account
    "405", "480",  # no such order or product, or somebody else's
    "420", "470", "599",  # the contact is out of range, malformed, could not be made
    "460", "463", "465",  # a field or an argument is missing, a value is invalid
    "440", "445", "447",  # funds short, quota used up
})  # fmt: skip
# no clear answer, whatever was asked
BUSY: Final = frozenset({
    "300", "310", "350",  # too many commands or connections: deferred; nobody says it is dropped, a look tells later
    "404", "437", "486",  # internal error, another request is waiting, being processed
    "485", "555",  # exists already, renewed already: perhaps by an earlier call of ours
    "436", "702", "703", "704", "705", "720",  # the authority could not be reached, or answered nothing sensible
})  # fmt: skip


class OpenSRSClient:
    """Talks to one account at one address; may be shared between threads.

    Every call has a connection of its own: a kept one may die just as a write goes out, and then nobody knows.
    """

    def __init__(
        self,
        url: str,
        username: str,
        key: str,
        timeouts: tuple[float, float] = TIMEOUTS,
        sessions: Callable[[], requests.Session] = requests.Session,
    ) -> None:
        """`timeouts` are seconds to connect and between two bytes of the answer; `sessions` makes one for each call."""
        self._url, self._username, self._key, self._timeouts = url, username, key, timeouts
        self._sessions = sessions

    def ask(
        self, action: str, attributes: wire.Fields, *, about: str = "TRUST_SERVICE", harmless: bool = False
    ) -> wire.Fields:
        """The attributes of a clear yes; Refused for a clear no, Lost for everything else.

        `harmless`: done twice it costs nothing, so a failure with a code that is in no list counts as a no, too.
        """
        call: wire.Fields = {"protocol": "XCP", "action": action, "object": about, "attributes": attributes}
        try:
            body = wire.encode(call)
        except wire.WireError as error:
            raise Refused(f"not sent: {error}") from None
        try:
            reply = wire.read_reply(self._post(body))
        except wire.WireError as error:
            raise Lost(f"OpenSRS sent {error} ({_HINT})") from None
        if reply.success is None:
            raise Lost("OpenSRS did not say whether it worked")
        if not reply.success:
            self._fail(reply, harmless=harmless)
        return reply.attributes

    def _post(self, body: bytes) -> bytes:
        headers = {
            "Content-Type": "text/xml",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "X-Username": self._username,
            "X-Signature": wire.signature(body, self._key),
        }
        try:
            with (
                self._sessions() as session,
                session.post(
                    self._url, data=body, headers=headers, timeout=self._timeouts, allow_redirects=False, stream=True
                ) as response,
            ):
                answer, trouble = _limited(response), f"HTTP status {response.status_code}"
                if response.status_code == requests.codes.ok:
                    trouble = "" if len(answer) <= BIGGEST_ANSWER else "more than it may"
        except requests.RequestException as error:  # it holds headers and body: only its kind goes on
            answer, trouble = b"", type(error).__name__
        if trouble:
            raise Lost(f"no answer from OpenSRS: {trouble} ({_HINT})")
        return answer

    def _fail(self, reply: wire.Reply, *, harmless: bool) -> NoReturn:
        said = [reply.text, *(detail for _, detail in reply.details if detail and detail != reply.text)]
        words = _SECRET.sub("…", "; ".join(said).replace(self._key, "…"))[:_LONGEST_TEXT]
        if reply.code in _NO_ACCESS or _DENIED.search(words):
            raise Refused(f"{reply.code} {words}: {_HINT}")
        if reply.code in CLEAR_NO or (harmless and reply.code not in BUSY):
            field = next((name for name, _ in reply.details if name), "")
            raise Refused(words, field, funds=reply.code == "440", unknown_id=reply.code == "405")
        raise Lost(f"{reply.code} {words}")


def _limited(response: requests.Response) -> bytes:
    """The body, or a little more of it than is allowed."""
    answer = bytearray()
    for chunk in response.iter_content(65_536):
        answer += chunk
        if len(answer) > BIGGEST_ANSWER:
            break
    return bytes(answer)
