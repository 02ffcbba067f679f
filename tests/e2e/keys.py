"""The private keys that a desk made, opened with its master key: what no place but its vault may hold."""

from __future__ import annotations

from bot.vault import LocalVault
from tests.sandbox.leaks import pieces
from tests.sandbox.office import Office


def keys_of(office: Office) -> dict[str, str]:
    """Every form of every private key, by a name that says which."""
    vault = LocalVault(office.env["VAULT_KEY"].split(","))
    opened = {order: vault.open(sealed, order) for order, sealed in office.rows("SELECT order_id, sealed FROM keys")}
    return {f"{what} of the key of {order}": piece for order, key in opened.items() for what, piece in pieces(key)}
