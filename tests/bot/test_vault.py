import base64
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.errors import VaultShut
from bot.vault import KNOWN, LocalVault, new_master_key

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
VAULT = LocalVault([OLD])
PEM = b"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"
IDS = st.text(max_size=20)


def shut(sealed: str, order_id: str = "o-1") -> bool:
    with pytest.raises(VaultShut):
        VAULT.open(sealed, order_id)
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


def test_of_two_sealings_nothing_is_in_common_and_no_part_fits_the_other() -> None:
    (one, _, text), (_, _, other) = (VAULT.seal(PEM, "o-1").rpartition(":") for _ in range(2))
    assert text[:16] != other[:16]
    assert shut(f"{one}:{other}")


def test_the_newest_master_key_seals_all_open_and_rewrapping_moves_a_key_to_it() -> None:
    sealed, both, new = VAULT.seal(PEM, "o-1"), LocalVault([NEW, OLD]), LocalVault([NEW])
    assert both.open(sealed, "o-1") == PEM
    with pytest.raises(VaultShut, match="no master key"):
        new.open(sealed, "o-1")
    for newest in (both.seal(PEM, "o-1"), both.rewrap(sealed, "o-1")):
        assert new.open(newest, "o-1") == PEM
        assert shut(newest)
    for bad, order_id in ((sealed, "o-2"), (sealed[:-8], "o-1")):
        with pytest.raises(VaultShut):
            both.rewrap(bad, order_id)


def test_subkeys_differ_by_purpose_and_survive_a_new_master_key() -> None:
    known, both, new = VAULT.known_value(), LocalVault([NEW, OLD]), LocalVault([NEW])
    audit = VAULT.subkey(known, "audit")
    assert (len(audit), audit) == (32, new.subkey(both.rewrap(known, KNOWN), "audit"))
    assert audit not in {both.subkey(known, "other"), both.subkey(both.known_value(), "audit")}
    assert shut(known, "")
    with pytest.raises(VaultShut):
        new.subkey(known, "audit")


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
