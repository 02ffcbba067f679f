"""Run the stand-in for a person or a client of another language: `python -m tests.sandbox.opensrs`."""

import argparse
import signal
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
    given = parser.parse_args()
    stop = {signal.SIGINT, signal.SIGTERM}
    # Blocked before any thread starts, so that every thread leaves the signals to sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    stand_in = OpenSRS(given.username, given.key)
    with tempfile.TemporaryDirectory() as folder, stand_in.start(given.port, given.control_port, given.tls_port):
        root = Path(folder) / "tls-root.pem"
        shown = {
            "plain": stand_in.url, "TLS": stand_in.tls_url, "TLS root": root, "control": stand_in.control_url,
            "username": given.username, "key": given.key,
        }  # fmt: skip
        root.write_text(stand_in.tls_root_pem)
        print("OpenSRS stand-in", *(f"  {name}: {value}" for name, value in shown.items()), sep="\n", flush=True)
        signal.sigwait(stop)
    print("stopped")


if __name__ == "__main__":
    main()
