"""What comes out at the end is accepted by the real openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.sandbox.office import Office

pytestmark = pytest.mark.needs("openssl")


def openssl(*arguments: str | Path) -> str:
    """Run the real program; everything it says."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["rapidssl", "sslwebserver"])
@pytest.mark.parametrize("key", ["rsa2048", "p256"])
def test_request_and_chain_of_a_whole_order_verify(office: Office, tmp_path: Path, kind: str, key: str) -> None:
    name = office.name()
    order = office.buy(name, Which_kind=kind, Key=key)
    office.issue(name)
    office.until_reply(order, "is issued")
    office.world.bot.command("export", order, "--to", str(tmp_path))
    (tmp_path / "root.pem").write_text(office.opensrs.roots_pem, encoding="ascii")
    request = openssl("req", "-verify", "-noout", "-subject", "-in", tmp_path / "request.csr")
    assert "verify OK" in request
    subject = "".join(request.split())
    assert f"CN={name}" in subject
    assert ("O=AcmeLLC" in subject) is (kind == "sslwebserver")
    at, chain = str(int(office.world.time())), tmp_path / "chain.pem"
    told = openssl(
        "verify", "-attime", at, "-verify_hostname", name, "-purpose", "sslserver", "-CAfile", tmp_path / "root.pem",
        "-untrusted", chain, tmp_path / "certificate.pem",
    )  # fmt: skip
    assert told.strip().endswith("certificate.pem: OK"), told
    keys = {openssl(what, "-noout", "-pubkey", "-in", tmp_path / file) for what, file in
            (("req", "request.csr"), ("x509", "certificate.pem"))}  # fmt: skip
    assert len(keys) == 1
    whole = (tmp_path / "certificate.pem").read_text() + chain.read_text()
    assert (tmp_path / "fullchain.pem").read_text() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "certificate.pem", "chain.pem", "fullchain.pem", "request.csr", "root.pem",
    ]  # fmt: skip
