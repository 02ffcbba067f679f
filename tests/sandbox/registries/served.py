"""What hosts show on their HTTPS port: one TLS server, and by SNI the certificate of each host."""

import contextlib
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from socketserver import BaseRequestHandler, ThreadingTCPServer
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.sandbox.core import Entry, Recorder
from tests.sandbox.opensrs.ca import Authority, Subject, key_number, pem


class Served:
    """Hosts on one loopback `port`, trusted by who trusts `root_pem`. `recorder` has the names that were asked for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.recorder, self._clock, self._authority = Recorder(), clock, Authority(clock)
        self.root_pem = pem(self._authority.root)
        self._sites: dict[str, ssl.SSLContext] = {}
        self._any = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._any.sni_callback = self._greet
        served = self

        class Hello(BaseRequestHandler):
            """The handshake is all that is imitated: who speaks HTTP afterwards is refused."""

            timeout = 5

            def handle(self) -> None:
                self.request.settimeout(self.timeout)
                with contextlib.suppress(OSError), served._any.wrap_socket(self.request, server_side=True):
                    pass

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Hello)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every connection."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self, host: str, *names: str, not_after: datetime, organisation: str = "", **subject: str) -> None:
        """What is shown from now on for the host; a host never set gets a TLS alert.

        `names` are the certificate's; `subject` is city, state and country, where an organisation has it.
        """
        key = key_number(5)
        of = Subject(names, "OV" if organisation else "DV", {"org_name": organisation, **subject})
        leaf = self._authority.issue(of, key.public_key(), not_after)
        self._sites[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with NamedTemporaryFile() as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.write((pem(leaf) + pem(self._authority.intermediate)).encode())
            file.flush()
            self._sites[host].load_cert_chain(file.name)

    def _greet(self, connection: ssl.SSLSocket | ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> int | None:
        """Called by each handshake when the client has said which host it wants."""
        context = self._sites.get((host or "").lower())
        self.recorder.add(Entry(self._clock(), "", "hello", host or "", {}, "", 200, ""))
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = context
        return None
