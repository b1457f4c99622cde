"""What is sealed for one place opens there, whole, and nowhere else."""

from __future__ import annotations

import copy
import os
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import SecretRefused, VaultTampered
from vault.sealing import Place, Sealed, derive, rewrap, seal, unseal
from vault.secret import LONGEST_VALUE, Secret

PLACE = Place("ab" * 16, "OPENAI_API_KEY", 1, '{"hosts":["api.openai.com"],"locations":["bearer"]}')
KEYS = derive(Secret(bytes(range(32))), PLACE.vault_id)
OTHER_KEYS = derive(Secret(bytes(range(1, 33))), PLACE.vault_id)

ELSEWHERE = {
    "another vault": replace(PLACE, vault_id="cd" * 16),
    "another name": replace(PLACE, name="GITHUB_TOKEN"),
    "another version": replace(PLACE, version=2),
    "another host": replace(PLACE, binding=PLACE.binding.replace("openai", "attacker")),
    "another location": replace(PLACE, binding=PLACE.binding.replace("bearer", "body")),
}


@given(st.binary(max_size=512))
def test_every_value_comes_back_as_it_was(value: bytes) -> None:
    sealed = seal(KEYS, Secret(value), PLACE)
    assert bytes(unseal(KEYS, sealed, PLACE).buffer) == value
    if len(value) > 3:
        assert value not in sealed.value + sealed.wrapped_key


@pytest.mark.parametrize("where", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_sealed_value_does_not_open_at(where: Place) -> None:
    sealed = seal(KEYS, Secret(b"value"), PLACE)
    with pytest.raises(VaultTampered):
        unseal(KEYS, sealed, where)


@given(st.data())
def test_a_sealed_value_does_not_open_after_any_flipped_bit(data: st.DataObject) -> None:
    sealed = seal(KEYS, Secret(b"a value"), PLACE)
    part = data.draw(st.sampled_from(["wrapped_key", "value"]))
    blob = bytearray(getattr(sealed, part))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(VaultTampered):
        unseal(KEYS, replace(sealed, **{part: bytes(blob)}), PLACE)


@pytest.mark.parametrize("size", [0, 11, 12, 27, 28, 59, 61, 1000])
def test_a_sealed_value_that_is_cut_off_does_not_open(size: int) -> None:
    sealed = seal(KEYS, Secret(b"a value"), PLACE)
    for part in ("wrapped_key", "value"):
        blob = getattr(sealed, part)
        cut = (blob + bytes(1000))[:size]
        if cut != blob:
            with pytest.raises(VaultTampered):
                unseal(KEYS, replace(sealed, **{part: cut}), PLACE)


def test_keys_and_ciphertexts_of_two_values_cannot_be_mixed() -> None:
    one, two = seal(KEYS, Secret(b"one"), PLACE), seal(KEYS, Secret(b"two"), PLACE)
    with pytest.raises(VaultTampered):
        unseal(KEYS, Sealed(one.wrapped_key, two.value), PLACE)


def test_sealing_twice_shares_nothing() -> None:
    one, two = seal(KEYS, Secret(b"same"), PLACE), seal(KEYS, Secret(b"same"), PLACE)
    assert one.value[:12] != two.value[:12]
    assert one.wrapped_key != two.wrapped_key


def test_a_rewrapped_key_opens_with_the_new_key_only_and_leaves_the_value_as_it_was() -> None:
    sealed = seal(KEYS, Secret(b"value"), PLACE)
    moved = rewrap(KEYS, OTHER_KEYS, sealed, PLACE)
    assert moved.value == sealed.value
    assert bytes(unseal(OTHER_KEYS, moved, PLACE).buffer) == b"value"
    with pytest.raises(VaultTampered):
        unseal(KEYS, moved, PLACE)
    with pytest.raises(VaultTampered):
        rewrap(OTHER_KEYS, KEYS, sealed, PLACE)


def test_each_vault_and_each_master_key_has_keys_of_its_own() -> None:
    master = Secret(bytes(range(32)))
    ids = {derive(master, "ab" * 16).id, derive(master, "cd" * 16).id, OTHER_KEYS.id}
    assert len(ids) == 3


def test_a_closed_secret_holds_nothing_and_its_memory_is_overwritten() -> None:
    secret = Secret(b"value")
    buffer = secret.buffer
    with secret:
        assert len(secret) == 5
    assert bytes(buffer) == bytes(5)
    assert len(secret) == 0


def test_a_secret_has_no_text_form() -> None:
    secret = Secret(b"FAKE-value")
    for text in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        repr([secret]),
        repr({"a": secret}),
    ):
        assert "FAKE" not in text
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(secret)
    assert "FAKE" not in repr(KEYS)


@pytest.mark.parametrize("text", ["", "\n", "  \n", "x" * (LONGEST_VALUE + 1), "\ud800"])
def test_values_that_cannot_be_kept_are_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(SecretRefused) as refused:
        Secret.from_text(text)
    assert len(str(refused.value)) < 80


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_one_line_end_after_a_value_is_not_part_of_it(ending: str) -> None:
    assert bytes(Secret.from_text(f"value{ending}").buffer) == b"value"
    assert bytes(Secret.from_text(f"two\nlines{ending}").buffer) == b"two\nlines"


def test_values_are_compared_whole() -> None:
    value = os.urandom(16)
    assert Secret(value).is_same(Secret(value))
    assert not Secret(value).is_same(Secret(value[:-1]))
