import base64
import string
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.errors import VaultShut
from bot.vault import LocalVault, SealedVault, new_master_key

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
VAULT = LocalVault([OLD])
PEM = b"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"
IDS = st.text(max_size=20)


def shut(sealed: str, order_id: str = "o-1", vault: SealedVault = VAULT) -> bool:
    with pytest.raises(VaultShut):
        vault.open(sealed, order_id)
    return True


@given(content=st.binary(max_size=200), order_id=IDS)
def test_what_is_sealed_opens(content: bytes, order_id: str) -> None:
    assert VAULT.open(VAULT.seal(content, order_id), order_id) == content


@given(order_id=IDS, other=IDS)
def test_it_opens_for_no_other_order(order_id: str, other: str) -> None:
    assume(order_id != other)
    assert shut(VAULT.seal(PEM, order_id), other)


@given(spot=st.integers(0), character=st.characters(min_codepoint=33, max_codepoint=126))
def test_no_character_can_be_changed(spot: int, character: str) -> None:
    sealed = VAULT.seal(PEM, "o-1")
    spot %= len(sealed)
    assume(sealed[spot] != character)
    assert shut(sealed[:spot] + character + sealed[spot + 1 :])


def test_bits_that_say_nothing_cannot_be_changed_either() -> None:
    sealed = VAULT.seal(b"four", "o-1")
    assert sealed.endswith("=")
    twins = [sealed[:-2] + letter + "=" for letter in string.ascii_letters + string.digits if letter != sealed[-2]]
    twin = next(twin for twin in twins if base64.b64decode(twin[-4:]) == base64.b64decode(sealed[-4:]))
    assert shut(twin)


@given(text=st.one_of(st.text(), st.text(st.characters(codec="ascii")).map("certdesk1:a.b:".__add__)))
def test_no_other_text_opens(text: str) -> None:
    assert shut(text)


@pytest.mark.parametrize("cut", [1, 4, 16, 40, 90])
def test_a_shortened_text_does_not_open(cut: int) -> None:
    assert shut(VAULT.seal(PEM, "o-1")[:-cut])


def test_of_two_sealings_nothing_is_in_common_and_no_part_fits_the_other() -> None:
    (one, _, text), (_, _, other) = (VAULT.seal(PEM, "o-1").rpartition(":") for _ in range(2))
    assert text[:16] != other[:16]
    assert shut(f"{one}:{other}")


def test_the_newest_master_key_seals_and_all_open() -> None:
    sealed = VAULT.seal(PEM, "o-1")
    both = LocalVault([NEW, OLD])
    assert both.open(sealed, "o-1") == PEM
    assert LocalVault([NEW]).open(both.seal(PEM, "o-1"), "o-1") == PEM
    with pytest.raises(VaultShut, match="no master key"):
        LocalVault([NEW]).open(sealed, "o-1")


def test_rewrapping_moves_a_key_to_the_newest_master_key() -> None:
    moved = LocalVault([NEW, OLD]).rewrap(VAULT.seal(PEM, "o-1"), "o-1")
    assert LocalVault([NEW]).open(moved, "o-1") == PEM
    assert shut(moved)


def test_a_key_that_does_not_open_is_not_rewrapped() -> None:
    sealed = VAULT.seal(PEM, "o-1")
    for bad, order_id in ((sealed, "o-2"), (sealed[:-8], "o-1")):
        with pytest.raises(VaultShut):
            VAULT.rewrap(bad, order_id)


def test_the_known_value_proves_the_master_key() -> None:
    known = VAULT.known_value()
    LocalVault([NEW, OLD]).prove(known)
    with pytest.raises(VaultShut):
        LocalVault([NEW]).prove(known)


def test_subkeys_differ_by_purpose_and_survive_a_new_master_key() -> None:
    known = VAULT.known_value()
    both = LocalVault([NEW, OLD])
    audit = VAULT.subkey(known, "audit")
    assert len(audit) == 32
    assert audit != both.subkey(known, "other")
    assert audit != both.subkey(both.known_value(), "audit")
    assert audit == LocalVault([NEW]).subkey(both.rewrap_known(known), "audit")


def test_an_order_cannot_open_the_known_value() -> None:
    assert shut(VAULT.known_value(), "")


NO_KEYS = [[], [""], ["short"], [OLD[:-4]], [OLD + "AAAA"], [OLD, "é"], [OLD.strip("=")], [f"{OLD[:5]} {OLD[5:]}"]]


@pytest.mark.parametrize("keys", NO_KEYS)
def test_what_is_no_master_key_is_refused_without_showing_it(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="master key") as caught:
        LocalVault(keys)
    assert OLD[:8] not in str(caught.value)


def test_master_keys_are_made_and_differ() -> None:
    one, other = new_master_key(), new_master_key()
    assert one != other
    assert LocalVault([f" {one}\n", other]).open(LocalVault([one]).seal(PEM, "o-1"), "o-1") == PEM


@pytest.mark.parametrize("show", [repr, str, "{}".format])
def test_nothing_of_a_vault_is_shown(show: Callable[[object], str]) -> None:
    assert show(LocalVault([OLD])) == "LocalVault(...)"


class CountingWrapping:
    """A key service: it keeps the data keys itself."""

    def __init__(self) -> None:
        self._kept: list[tuple[bytes, str]] = []

    def wrap(self, data_key: bytes, context: str) -> str:
        self._kept.append((data_key, context))
        return str(len(self._kept) - 1)

    def unwrap(self, wrapped: str, context: str) -> bytes:
        data_key, wrapped_for = self._kept[int(wrapped)]
        if wrapped_for != context:
            raise VaultShut(context)
        return data_key


def test_another_wrapping_can_hold_the_master_key() -> None:
    vault = SealedVault(CountingWrapping())
    sealed = vault.seal(PEM, "o-1")
    assert vault.open(vault.rewrap(sealed, "o-1"), "o-1") == PEM
    assert shut(sealed, "o-2", vault)
