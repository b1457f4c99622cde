"""Shapes: matched bit by bit, they find what a regular expression finds, in time that no text can stretch."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.detectors.prompt import grammar
from policy.detectors.prompt.matching import Places, begin
from policy.detectors.prompt.shapes import index, parse

LETTERS = 'IPRXqYVOTSMN.|/:"GW'
GAPS = {"_": "[^|]{0,1}", "~": "[^|]{0,3}", "=": "[^|]{0,7}"}


def _ends(shape: str, letters: str) -> list[int]:
    found = Places(np.frombuffer(letters.encode(), np.uint8)).search(index([parse(shape)]))
    return [] if 0 not in found else found[0].tolist()


def _expected(shape: str, letters: str) -> list[int]:
    """Every token at which the shape ends, by a regular expression tried at each of them."""
    source = shape
    for gap, written in GAPS.items():
        source = source.replace(gap, written)
    pattern = re.compile(f"(?:{source})\\Z", re.DOTALL)
    edged = f"/{letters}/"
    ends = {min(end - 2, len(letters) - 1) for end in range(2, len(edged) + 1) if pattern.search(edged[:end])}
    return sorted(ends)


@pytest.mark.parametrize(
    ("shape", "letters", "ends"),
    [
        ("I~P~R", "I.P.R", [4]),
        ("I~P~R", "IPR", [2]),
        ("I~P~R", "I...PR", [5]),
        ("I~P~R", "I....PR", []),
        ("I~R", "I|R", []),
        ("I[|/]R", "I|R", [2]),
        ("IT?R", "IR.ITR", [1, 5]),
        ("I[^R]{0,2}R", "I..R", [3]),
        ("I[^R]{0,2}R", "I...R", []),
        ("I|R", "IXR", [0, 2]),
        ("/I", "IX", [0]),
        (r"\[S\]", "[S]", [2]),
    ],
)
def test_a_shape_ends_where_it_should(shape: str, letters: str, ends: list[int]) -> None:
    assert _ends(shape, letters) == ends


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [
            "I~P~[RX]",
            "N_L_[tTP]_[PT]?R",
            "[VO]_[mT]?Y_[PS]?R|R_S",
            'O[^|]{0,3}["]',
            "[|/]_W_[RX][:|/]",
            "W=R",
        ]
    ),
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=40),
)
def test_shapes_agree_with_regular_expressions(shape: str, letters: str) -> None:
    assert _ends(shape, letters) == _expected(shape, letters)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(LETTERS), min_size=1, max_size=60))
def test_every_production_searched_together_is_found_as_if_alone(letters: str) -> None:
    places = Places(np.frombuffer(letters.encode(), np.uint8))
    together = places.search(grammar.searched())
    for number, production in enumerate(grammar.productions()):
        alone = places.search(index([production.shape])).get(0)
        assert (alone is None) == (number not in together)
        assert alone is None or alone.tolist() == together[number].tolist()


def test_the_beginning_of_a_match_is_its_nearest() -> None:
    letters = np.frombuffer(b"I..I.P.R", np.uint8)
    assert begin(parse("I~P~R"), letters, 7) == 3


def test_a_class_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match="not closed"):
        parse("I[PR")


def test_kinds_are_unique() -> None:
    names = [production.name for production in grammar.productions()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("unit", ["I", ".", "I.", "IPR", "/", "|", "O:"])
def test_time_does_not_depend_on_what_the_text_holds(unit: str) -> None:
    letters = np.frombuffer((unit * 20_000)[:20_000].encode(), np.uint8)
    start = time.perf_counter()
    Places(letters).search(grammar.searched())
    # Some 5 ms alone; the rest is room for a busy machine.
    assert time.perf_counter() - start < 1
