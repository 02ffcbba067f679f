"""Run the stand-in for a person or a client of another language: `python -m tests.sandbox.opensrs`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.sandbox.opensrs import DEFAULT_KEY, OpenSRS


def main() -> None:
    """Start, print the addresses, stop on Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "control-port", "tls-port"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--username", default="agency")
    parser.add_argument("--key", default=DEFAULT_KEY)
    parser.add_argument("--vetting", choices=("by_hand", "after_looks"), default="by_hand")
    given = parser.parse_args()
    stand_in = OpenSRS(given.username, given.key, vetting_moves=given.vetting, tls=True)
    stop = {signal.SIGINT, signal.SIGTERM}
    # Blocked before any thread starts, so that every thread leaves the signals to sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    with tempfile.TemporaryDirectory() as folder, stand_in.start(given.port, given.control_port, given.tls_port):
        root = Path(folder) / "tls-root.pem"
        root.write_text(stand_in.tls_root_pem)
        sys.stdout.write(
            f"OpenSRS stand-in\n  plain:    {stand_in.url}\n  TLS:      {stand_in.tls_url} (root: {root})\n"
            f"  control:  {stand_in.control_url}\n  username: {given.username}\n  key:      {given.key}\n"
            "Ctrl-C stops it.\n"
        )
        sys.stdout.flush()
        signal.sigwait(stop)
    sys.stdout.write("stopped\n")


if __name__ == "__main__":
    main()
