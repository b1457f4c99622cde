"""Nothing an agent sends can do more to a terminal than print itself."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scripts.printing import columns, counted, printable, shorten


@given(st.text())
def test_printable_text_has_no_control_format_or_surrogate_character(text: str) -> None:
    shown = printable(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    shown.encode()


def test_what_could_act_is_written_as_an_escape() -> None:
    assert printable("a\x1b[31mb\r\n\x9b\x7f") == r"a\x1b[31mb\x0d\x0a\x9b\x7f"
    assert printable("safe\u202egpj.exe\u2066\ufeff") == r"safe\u202egpj.exe\u2066\ufeff"
    assert printable("\ud800\U000e0041") == r"\ud800\U000e0041"


def test_what_only_prints_itself_stays() -> None:
    assert printable("https://api.example.com/v1 déjà 東京 ✓") == "https://api.example.com/v1 déjà 東京 ✓"


@given(st.text(), st.integers(1, 40))
def test_a_shortened_line_fits(text: str, width: int) -> None:
    assert cell_len(shorten(printable(text), width)) <= width


def test_columns_are_aligned_by_terminal_cells() -> None:
    lines = columns([("NAME", "WHAT"), ("東京", "a"), ("x", "b")]).splitlines()
    assert lines == ["NAME  WHAT", "東京  a", "x     b"]


def test_counts_are_worded_in_the_right_number() -> None:
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(1200, "entry", "entries") == "1,200 entries"
