"""What hosts show on their HTTPS port: one TLS server, and by SNI the certificate, or the trouble, of each host."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from tempfile import NamedTemporaryFile
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.sandbox.core import Entry, Recorder
from tests.sandbox.opensrs.ca import Authority, Subject, key_number, pem
from tests.sandbox.opensrs.server import Front
from tests.sandbox.opensrs.trouble import Gate

_LIFE = timedelta(days=90)


class Served:
    """Hosts on one loopback `port`, trusted by who trusts `root_pem`. `recorder` has the names that were asked for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.recorder, self._gate, self._clock = Recorder(), Gate(), clock
        self.root_pem = pem(Authority(clock).root)
        self._sites: dict[str, tuple[ssl.SSLContext, str]] = {}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._greet
        # The handshake is all that is imitated: who speaks HTTP afterwards is refused.
        self._front = Front(lambda *_: None, 0, context)
        self._front.start()
        self.port = self._front.server_port

    def stop(self) -> None:
        """Let what hangs go, and end every connection."""
        self._gate.release(for_good=True)
        self._front.stop()

    def serve(
        self, host: str, *names: str, not_after: datetime | None = None, trouble: str = "", **subject: str
    ) -> x509.Certificate:
        """What is shown from now on for the host; a host never set gets a TLS alert.

        `names` defaults to the host, `not_after` to 90 days from now; it may have passed. `subject` is organisation,
        city, state and country, or nothing. `trouble` is "hang" (until the client goes), "close" or "self_signed".
        """
        now, key = datetime.fromtimestamp(self._clock(), UTC).replace(microsecond=0), key_number(5)
        end = not_after or now + _LIFE
        start = min(now, end) - _LIFE
        authority = Authority(start.timestamp)  # names and keys are always the same: as it was on the day of issue
        parts = {"org_name": subject.pop("organisation", ""), **subject}
        of = Subject(names or (host,), "OV" if parts["org_name"] else "DV", parts)
        leaf = authority.issue(of, key.public_key(), end, days=3650)
        if trouble == "self_signed":
            bare = x509.CertificateBuilder(of.name(), of.name(), key.public_key(), leaf.serial_number, start, end)
            named = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            leaf = bare.add_extension(named, critical=False).sign(key, hashes.SHA256())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with NamedTemporaryFile() as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.write((pem(leaf) + pem(authority.intermediate) * (trouble != "self_signed")).encode())
            file.flush()
            context.load_cert_chain(file.name)
        self._sites[host] = context, trouble
        return leaf

    def _greet(self, connection: ssl.SSLSocket | ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> int | None:
        """Called by each handshake when the client has said which host it wants."""
        context, trouble = self._sites.get((host or "").lower(), (None, "unknown"))
        self.recorder.add(Entry(self._clock(), "", "hello", host or "", {}, "", 200, trouble))
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = context
        below = cast("socket.socket", connection)
        if trouble == "hang":
            self._gate.hold(below, None)
        elif trouble == "close":
            socket.socket.shutdown(below, socket.SHUT_RDWR)  # no goodbye of TLS
        return None
