"""Where private keys rest: AES-256-GCM, a data key of its own for each, wrapped by a master key.

Sealed text reads `certdesk1:<wrapped data key>:<nonce and ciphertext>`. Both layers are bound to the order's id and the
format, so that a key sealed for one order opens for no other.
"""

import base64
import os
from collections.abc import Iterable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.errors import VaultShut

_FORMAT = "certdesk1"
KNOWN = "vault known value"  # stands where an order id stands; ids hold no blanks
_NONCE, _KEY = 12, 32


class Wrapping(Protocol):
    """Seals data keys: the local master key, or a key service. The text says which key it was, and holds no colon."""

    def wrap(self, data_key: bytes, context: str) -> str:
        """Wrapped with the newest key."""

    def unwrap(self, wrapped: str, context: str) -> bytes:
        """The data key; VaultShut for an unknown key, another context or a changed text."""


def new_master_key() -> str:
    """32 random bytes as base64, for the settings."""
    return base64.b64encode(os.urandom(_KEY)).decode()


class LocalWrapping:
    """Wraps with master keys from the settings: the first seals, all open; ValueError for what is none."""

    def __init__(self, master_keys: Iterable[str]) -> None:
        keys = [_master(key) for key in master_keys]
        if not keys:
            raise ValueError("the vault needs a master key")
        self._keys = {_derived(key, "certdesk key id")[:4].hex(): key for key in keys}
        self._newest = next(iter(self._keys))

    def wrap(self, data_key: bytes, context: str) -> str:
        """`<key id>.<base64>`."""
        return f"{self._newest}.{_encrypt(self._keys[self._newest], data_key, context)}"

    def unwrap(self, wrapped: str, context: str) -> bytes:
        key_id, _, text = wrapped.partition(".")
        if key_id not in self._keys:
            raise VaultShut(f"no master key {key_id[:8]!r} among the settings")
        return _decrypt(self._keys[key_id], text, context)


class SealedVault:
    """`bot.ports.Vault` over a wrapping."""

    def __init__(self, wrapping: Wrapping) -> None:
        self._wrapping = wrapping

    def seal(self, key_pem: bytes, order_id: str) -> str:
        """Sealed text, safe in a database or a backup; different each time."""
        context, data_key = _context(order_id), os.urandom(_KEY)
        return f"{_FORMAT}:{self._wrapping.wrap(data_key, context)}:{_encrypt(data_key, key_pem, context)}"

    def open(self, sealed: str, order_id: str) -> bytes:
        """The PEM, or VaultShut."""
        return self._open(sealed, order_id)[1]

    def rewrap(self, sealed: str, order_id: str) -> str:
        """The same with its data key under the newest master key; VaultShut where it does not open."""
        data_key, _ = self._open(sealed, order_id)
        content = sealed.rpartition(":")[2]
        return f"{_FORMAT}:{self._wrapping.wrap(data_key, _context(order_id))}:{content}"

    def _open(self, sealed: str, order_id: str) -> tuple[bytes, bytes]:
        parts = sealed.split(":")
        if len(parts) != 3 or parts[0] != _FORMAT:
            raise VaultShut("not a sealed key of this format")
        context = _context(order_id)
        data_key = self._wrapping.unwrap(parts[1], context)
        return data_key, _decrypt(data_key, parts[2], context)

    def known_value(self) -> str:
        """A root secret, made once and kept beside the keys: it proves the master key, and subkeys come from it."""
        return self.seal(os.urandom(_KEY), KNOWN)

    def subkey(self, known: str, purpose: str) -> bytes:
        """32 bytes for one purpose, such as the audit; the same after the master key was exchanged. Every start makes
        one: VaultShut unless the known value opens.
        """
        return _derived(self.open(known, KNOWN), purpose)


class LocalVault(SealedVault):
    """The vault with master keys of its own, newest first."""

    def __init__(self, master_keys: Iterable[str]) -> None:
        super().__init__(LocalWrapping(master_keys))


def _context(order_id: str) -> str:
    return f"{_FORMAT} {order_id}"


def _master(text: str) -> bytes:
    key = _bytes(text.strip())
    if len(key) != _KEY:
        raise ValueError("a master key is 32 bytes in base64")
    return key


def _bytes(text: str) -> bytes:
    """Strict base64: one text for one value. Empty for anything else, which is neither a key nor a ciphertext."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return decoded if base64.b64encode(decoded).decode() == text else b""


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _KEY, salt=None, info=purpose.encode()).derive(key)


def _encrypt(key: bytes, content: bytes, context: str) -> str:
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, content, context.encode())).decode()


def _decrypt(key: bytes, text: str, context: str) -> bytes:
    raw = _bytes(text)
    try:
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise VaultShut("a sealed text was changed, or belongs to another order") from error
