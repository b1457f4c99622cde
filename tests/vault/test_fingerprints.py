"""Any real value is recognized in traffic, in every form and however split, and nothing of it is kept."""

# ruff: noqa: S311 - the same texts in every run

from __future__ import annotations

import base64
import gc
import json
import os
import random
import string
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.samples import GITHUB, OPENAI
from vault.fingerprints import MOST_PLACES, RUN, Leak, Watch
from vault.secret import Secret

SHORT = b"FAKEpw12"
PEM = (
    b"-----BEGIN PRIVATE KEY-----\n"
    + base64.encodebytes(random.Random(7).randbytes(600))
    + b"-----END PRIVATE KEY-----\n"
)
ODD = 'FAKE "quoted"\\\u00e4/+ value'.encode()
VALUES = {"OPENAI": OPENAI, "GITHUB": GITHUB, "SHORT": SHORT, "PEM": PEM, "ODD": ODD}
WATCH = Watch((name, 1, Secret(value)) for name, value in VALUES.items())


def escaped(value: bytes) -> bytes:
    return "".join(f"\\u{byte:04x}" for byte in value).encode()


WHOLE = {
    "plain": lambda value: [value],
    "inside of other text": lambda value: [b'{"a": "x' + value + b'y"}'],
    "reversed": lambda value: [value[::-1]],
    "hex": lambda value: [value.hex().encode()],
    "hex in capitals": lambda value: [value.hex().upper().encode()],
    "hex with colons": lambda value: [value.hex(":").encode()],
    "base64, first alignment": lambda value: [base64.b64encode(b"abc" + value + b"abc")],
    "base64, second alignment": lambda value: [base64.b64encode(b"abcd" + value + b"abcd")],
    "base64, third alignment": lambda value: [base64.b64encode(b"abcde" + value + b"abcde")],
    "base64 for URLs": lambda value: [base64.urlsafe_b64encode(b"~" + value)],
    "base64 in lines": lambda value: [base64.encodebytes(b"x" * 40 + value)],
    "percent-encoded": lambda value: [quote(value, safe="").encode()],
    "each byte percent-encoded": lambda value: ["".join(f"%{byte:02x}" for byte in value).encode()],
    "JSON": lambda value: [json.dumps(value.decode()).encode()],
    "each byte escaped in JSON": lambda value: [b'"' + escaped(value) + b'"'],
    "UTF-16": lambda value: [value.decode().encode("utf-16-le")],
    "after a long text": lambda value: [os.urandom(100_000) + value],
    "over the border of two chunks": lambda value: [b"." * (16384 - 10) + value],
}


@pytest.mark.parametrize("disguise", WHOLE.values(), ids=WHOLE.keys())
@pytest.mark.parametrize("name", ["OPENAI", "GITHUB", "SHORT"])
def test_a_value_is_found_whole_when_it_is(disguise, name: str) -> None:  # noqa: ANN001
    assert WATCH.leaks(disguise(VALUES[name])) == [Leak(name, 1, is_whole=True)]


@pytest.mark.parametrize(
    "how", ["plain", "reversed", "hex", "JSON", "percent-encoded", "base64, first alignment"]
)
@pytest.mark.parametrize("name", ["PEM", "ODD"])
def test_keys_of_many_lines_and_values_with_odd_characters_are_found(how: str, name: str) -> None:
    assert Leak(name, 1, is_whole=True) in WATCH.leaks(WHOLE[how](VALUES[name]))


def halves(value: bytes, count: int) -> list[bytes]:
    size = -(-len(value) // count)
    return [value[at : at + size] for at in range(0, len(value), size)]


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("value", [OPENAI + b"-and-some-more-of-it", PEM], ids=["long", "PEM"])
def test_a_value_in_pieces_over_fields_is_found(count: int, value: bytes) -> None:
    watch = Watch([("A", 3, Secret(value))])
    pieces = [b'{"part%d": "' % number + piece + b'"}' for number, piece in enumerate(halves(value, count))]
    random.Random(1).shuffle(pieces)
    assert watch.leaks(pieces) == [Leak("A", 3, is_whole=False)]


@pytest.mark.parametrize("separator", [b'", "', b"\n", b" . ", b"\0", b"','"])
def test_small_pieces_with_nothing_but_separators_between_are_found(separator: bytes) -> None:
    assert Leak("OPENAI", 1, is_whole=True) in WATCH.leaks([separator.join(halves(OPENAI, 9))])


BENIGN = {
    "nothing": b"",
    "words": b"The quick brown fox said hello to nobody in particular. " * 500,
    "the provider's prefix": b"keys begin with sk-proj- or ghp_ " * 500,
    "half of a value": OPENAI[: len(OPENAI) // 2],
    "a value without its end": SHORT[:-1],
    "the lines around a PEM key": b"-----BEGIN PRIVATE KEY-----\nMIIother\n-----END PRIVATE KEY-----\n",
    "another key of the same provider": b"sk-proj-" + b"OTHERotherOTHERother9876543210",
    "random bytes": random.Random(3).randbytes(300_000),
    "random base64": base64.b64encode(random.Random(4).randbytes(300_000)),
    "a placeholder": b"sk-proj-aegismfmx3s5j67ldatydx4sjygdixin",
}


@pytest.mark.parametrize("text", BENIGN.values(), ids=BENIGN.keys())
def test_what_is_no_secret_is_no_leak(text: bytes) -> None:
    assert WATCH.leaks([text]) == []


def test_pieces_of_a_value_among_other_keys_of_the_provider_are_no_leak() -> None:
    values = [b"sk-proj-FAKE%020d" % number for number in range(50)]
    watch = Watch((f"K{number}", 1, Secret(value)) for number, value in enumerate(values))
    assert watch.leaks([b"sk-proj-FAKE0000000000000000"]) == []
    assert [leak.secret for leak in watch.leaks([values[7]])] == ["K7"]


def test_both_versions_of_a_rotated_secret_are_known() -> None:
    watch = Watch([("A", 1, Secret(OPENAI)), ("A", 2, Secret(GITHUB))])
    assert watch.leaks([OPENAI]) == [Leak("A", 1, is_whole=True)]
    assert watch.leaks([GITHUB, OPENAI]) == [Leak("A", 1, is_whole=True), Leak("A", 2, is_whole=True)]


def test_the_same_value_under_two_names_is_found_under_both() -> None:
    watch = Watch([("A", 1, Secret(OPENAI)), ("B", 1, Secret(OPENAI))])
    assert [leak.secret for leak in watch.leaks([OPENAI])] == ["A", "B"]


def test_values_too_short_to_be_told_from_words_are_named() -> None:
    watch = Watch([("PIN", 1, Secret(b"1234567")), ("A", 1, Secret(OPENAI))])
    assert watch.unwatched == ["PIN"]
    assert watch.leaks([b"1234567"]) == []


def test_a_stream_read_with_an_overlap_of_the_longest_form_hides_nothing() -> None:
    for disguise in (bytes, bytes.hex):
        form = disguise(OPENAI)
        text = b"." * 500 + (form.encode() if isinstance(form, str) else form) + b"." * 500
        for cut in range(500, 500 + len(form)):
            overlap = text[max(0, cut - WATCH.longest) : cut]
            assert WATCH.leaks([text[:cut]]) or WATCH.leaks([overlap + text[cut:]])


def test_a_watch_over_nothing_finds_nothing() -> None:
    assert Watch([]).leaks([OPENAI]) == []


@given(st.binary(max_size=400))
def test_no_text_raises(text: bytes) -> None:
    WATCH.leaks([text, text])


@given(st.binary(min_size=RUN, max_size=100), st.binary(max_size=50), st.binary(max_size=50))
def test_every_value_is_found_between_any_bytes(value: bytes, before: bytes, after: bytes) -> None:
    assert Leak("A", 1, is_whole=True) in Watch([("A", 1, Secret(value))]).leaks([before + value + after])


HOSTILE = {
    "one run of a value, repeated": OPENAI[24:32] * 30_000,
    "the prefix, repeated": b"sk-proj-" * 30_000,
    "percent signs": b"%" * 240_000,
    "escapes": b"\\u0041" * 40_000,
    "backslashes": b"\\" * 240_000,
    "zeros": bytes(240_000),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_take_a_bounded_time(text: bytes) -> None:
    began = time.process_time()
    WATCH.leaks([text])
    assert time.process_time() - began < 0.5


def test_a_value_behind_many_repetitions_of_its_own_piece_is_found_all_the_same() -> None:
    value = OPENAI + b"-and-some-more-of-it"
    watch = Watch([("A", 1, Secret(value))])
    for at in range(0, len(value) - RUN, RUN):
        text = value[at : at + RUN] * (MOST_PLACES + 50) + value
        assert [leak.secret for leak in watch.leaks([text])] == ["A"]


def test_the_time_is_the_same_for_ten_secrets_and_for_a_thousand() -> None:
    random_ = random.Random(5)
    letters = (string.ascii_letters + string.digits).encode()
    text = b'{"messages": [{"role": "user", "content": "the quick brown fox"}]}' * 300
    costs = {}
    for count in (10, 1000):
        values = (bytes(random_.choices(letters, k=40)) for _ in range(count))
        watch = Watch((f"K{number}", 1, Secret(value)) for number, value in enumerate(values))
        costs[count] = min(_time(watch, text) for _ in range(7))
    assert costs[1000] < 2 * costs[10]
    assert costs[1000] / len(text) * 1000 < 100e-6  # 17 us per KB on a quiet machine


def _time(watch: Watch, text: bytes) -> float:
    began = time.process_time()
    for _ in range(5):
        watch.leaks([text])
    return (time.process_time() - began) / 5


def test_nothing_of_a_value_is_kept() -> None:
    value = bytes(random.Random(11).choices(string.ascii_letters.encode(), k=48))
    watch = Watch([("A", 1, Secret(value))])
    gc.collect()
    seen: set[int] = set()
    reachable = [watch]
    pieces = [value[at : at + RUN] for at in range(len(value) - RUN)]
    while reachable:
        item = reachable.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, (bytes, bytearray, str)):
            text = item.encode() if isinstance(item, str) else bytes(item)
            assert not any(piece in text or piece[::-1] in text for piece in pieces)
        if not isinstance(item, type):
            reachable += gc.get_referents(item)
    assert "A" not in repr(watch)
