"""Disguises that were tried against the guard, and what must hold for any text."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.detectors.sql.detector import PATTERNS, detect, detect_statement, detect_value, may_be_sql
from policy.rulebook.sql import ROWS
from policy.text.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detection import Detection

_BAR = 70
_SCANNER = Scanner(PATTERNS)
_RULES = {row[0] for row in ROWS}
_DETECTORS: tuple[Callable[[str], Detection], ...] = (detect, detect_statement, detect_value)

_SEEDS = (
    "x' or 5=5 -- ",
    "9 union select 1,name from members",
    "9'; drop table members;--",
    "9) and sleep(7) and (3=3",
    "x' and extractvalue(1,concat(0x7e,version()))-- ",
)


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _escaped(text: str) -> str:
    return "".join(char if char.isalnum() else f"\\u{ord(char):04x}" for char in text)


def _entities(text: str) -> str:
    return "".join(char if char.isalnum() or char == " " else f"&#{ord(char)};" for char in text)


DISGUISES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("percent", quote),
    ("percent twice", lambda text: quote(quote(text))),
    ("plus for blanks", quote_plus),
    ("entities", _entities),
    ("escapes", _escaped),
    ("full width", _wide),
    ("curly quotes", lambda text: text.replace("'", "\u2019")),
    ("case", lambda text: "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(text))),
    ("comments for blanks", lambda text: text.replace(" ", "/**/")),
    ("comments with text", lambda text: text.replace(" ", "/*x*/")),
    ("vertical tabs", lambda text: text.replace(" ", "\x0b")),
    ("no-break spaces", lambda text: text.replace(" ", "\xa0")),
    ("line comments", lambda text: text.replace(" ", "--q\n", 1)),
    ("zero-width characters", lambda text: text.replace("or", "o\u200br").replace("un", "u\u200bn")),
    ("hexadecimal", lambda text: text.encode().hex()),
    ("base64", lambda text: base64.b64encode(text.encode()).decode()),
    ("prose in front", lambda text: "a pleasant day " + text if text[0] == "x" else text),
)

# name, value: each passed an earlier version
CLOSED = (
    ("number in front of a dot", "1.union select 1,2"),
    ("exponent as a blank", "1e0union select 1,2"),
    ("void exponents", "1 AND ORD 1.e(MID((CURRENT_USER 1.e( 1.e) 1.e) 1.e,7 1.e,1 1.e) 1.e)>1"),
    ("split word", "1 uni/**/on sel/**/ect 1,2"),
    ("overlong quote", "x%c0%a7 or 5=5 -- "),
    ("lead byte eats the backslash", "x%bf%27 or 5=5 -- "),
    ("doubled quote in front", "x''1' or 5=5 -- "),
    ("escaped quote in front", "x\\'1' or 5=5 -- "),
    ("bracket in front of the comment", "root') --"),
    ("verb without an object", "9;DROP members --"),
    ("containment operator", "1' and data @> '{}' or 5=5 --"),
    ("bare word as a condition", "0 or true"),
    ("not null", "1 OR 5 IS NOT NULL"),
    ("xor", "0'XOR(if(now()=sysdate(),sleep(9),0))XOR'Z"),
    ("limit", "foo' limit 1 offset 1 --"),
    ("JavaScript's equality", "|| 4==4"),
    ("connective glued to its operand", "x'or4=4--"),
    ("quotes doubled for CSV", 'x" or ""a""=""a'),
    ("UTF-16 in hexadecimal", "9' or 5=5 -- ".encode("utf-16-le").hex()),
    ("number with a type", "9DUNION SELECT 4"),
    ("bracket behind UNION", "x'-9 union(select name)"),
    ("list without SELECT", "-9 union 4,5,6-- "),
    ("constant in brackets", " ( COS ( BINARY ( 4)) )  --"),
    ("division by zero", "(CASE WHEN (4=4) THEN 9 ELSE 9/0 END)"),
    ("types of PostgreSQL", "9 and 4::int=4::int"),
    ("package without a call", "'||UTL_HTTP.REQUEST"),
    ("another table", "9) FROM members WHERE name='x')"),
    ("variable in a call", "MID(@@hostname, 4, 9)"),
    ("a call behind a number", "9;call p(@version, @a)"),
    ("boolean in arithmetic", "9-true"),
    ("escape of ODBC", "9 or {x 9}=9"),
    ("table statement", "9 union table members"),
    ("comment of a short version", "9' oR/*!9*/=9--"),
    ("unknown function", "9 or json_length('[9]')=1"),
    ("a query behind a number", "9;select(9)"),
    ("direction behind a number", "' order by 9 asc--"),
    ("joined letters", "9 and 'a'||'b'='ab'"),
    ("negative number in front", "-9 or 17-7=10"),
    ("line comments as blanks", "1#x\nAND#y\n9227=9227"),
)


@pytest.mark.parametrize("disguise", [case[1] for case in DISGUISES], ids=[case[0] for case in DISGUISES])
@pytest.mark.parametrize("seed", _SEEDS)
def test_a_disguised_injection_is_refused(seed: str, disguise: Callable[[str], str]) -> None:
    assert detect_value(disguise(seed)).score >= _BAR / 100
    assert may_be_sql(_SCANNER.scan(disguise(seed)))


@pytest.mark.parametrize("value", [case[1] for case in CLOSED], ids=[case[0] for case in CLOSED])
def test_a_bypass_stays_closed(value: str) -> None:
    assert detect_value(value).score >= _BAR / 100


def test_an_injection_in_a_long_text_is_found() -> None:
    filler = "a quiet word of no importance " * 2000
    assert detect_value(f"{filler} x'; drop table members;-- {filler}").score >= _BAR / 100


def test_the_evidence_shows_no_secret() -> None:
    found = detect_value("sk-proj-AbCdEfGhIjKlMnOpQrStUv0123' or 5=5 -- ")
    assert found.matches
    assert all("AbCdEfGhIjKl" not in match.evidence + match.reason for match in found.matches)


@pytest.mark.parametrize(
    "unit",
    ["'", '"', "(", "[", "select ", "union select ", "' or ", "/*", "--\n", "`", "%27", "&#39;", "case when ",
     "not ", "x.", ";drop table a", "exec('", "0x", "$$", "\x00", "/*!", "array[", "a::", "@", "1 ",
     "delete from t where a=1 "],
)  # fmt: skip
def test_the_time_is_bounded_on_hostile_text(unit: str) -> None:
    """100 KB in well under a second on a busy machine; the budget of 50 ms is measured by hand."""
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    for judge in _DETECTORS:
        began = time.perf_counter()
        judge(text)
        judge(text[:15_000])
        assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize("opening", ["array[", "{'a':", "((", "(1 in (", "not (", "- (", "f(", "case when ("])
def test_nesting_neither_raises_nor_explodes(opening: str) -> None:
    closing = {"[": "]", "{": "}", "(": ")"}
    tail = "".join(closing[char] for char in reversed(opening) if char in closing)
    for depth in (8, 24, 400):
        began = time.perf_counter()
        detect_statement("".join(("delete from t where ", opening * depth, "1", tail * depth)))
        assert time.perf_counter() - began < 1.0


_PARTS = st.sampled_from(
    ["'", '"', "select ", " or ", " and ", "1=1", "union ", "--", "#", "/*", "*/", "(", ")", ";", "drop table ",
     "delete ", "from ", "where ", "update ", "set ", "%27", "&#39;", "\\u0027", "0x41", "exec(", "@", "`", "[", "]",
     "$$", "\n", "\x00"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_PARTS, max_size=40).map("".join)))
def test_any_text_gets_a_consistent_answer(text: str) -> None:
    for judge in _DETECTORS:
        found = judge(text)
        assert 0.0 <= found.score <= 1.0
        assert (found.score >= _BAR / 100) == any(match.severity >= _BAR for match in found.matches)
        for match in found.matches:
            assert match.rule in _RULES
            assert 0 <= match.start <= match.end <= len(text)
            assert match.evidence.isprintable()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_a_lone_surrogate_is_no_obstacle(text: str) -> None:
    for judge in _DETECTORS:
        judge(text + "\ud800' or 5=5 -- ")


@settings(max_examples=100, deadline=None)
@given(st.lists(_PARTS, max_size=25).map("".join))
def test_what_the_prefilter_drops_would_not_be_refused(text: str) -> None:
    if not may_be_sql(_SCANNER.scan(text)):
        assert detect_value(text).score < _BAR / 100
