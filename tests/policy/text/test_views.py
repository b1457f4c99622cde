"""A disguise is undone, traced back to where it stood, and bounded."""

from __future__ import annotations

import base64
import gzip
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.text.scanner import Scanner
from policy.text.views import PATTERNS, views

SCANNER = Scanner(PATTERNS)
HIDDEN = "the hidden words of the note 4711"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


DISGUISES = {
    "percent": "".join(f"%{ord(c):02x}" for c in HIDDEN),
    "entities": "".join(f"&#{ord(c)};" for c in HIDDEN),
    "unicode escapes": "".join(f"\\u{ord(c):04x}" for c in HIDDEN),
    "hex escapes": "".join(f"\\x{ord(c):02x}" for c in HIDDEN),
    "base64": b64(HIDDEN),
    "base64url without padding": base64.urlsafe_b64encode(HIDDEN.encode()).decode().rstrip("="),
    "base64 twice": b64(b64(HIDDEN)),
    "base64 of percent": b64(quote(HIDDEN, safe="").replace("t", "%74")),
    "hex": HIDDEN.encode().hex(),
    "hex with colons": HIDDEN.encode().hex(":"),
    "compressed": base64.b64encode(gzip.compress(HIDDEN.encode() * 3)).decode(),
    "zero-width": "\u200b".join(HIDDEN),
    "fullwidth": "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in HIDDEN),
    "Cyrillic": HIDDEN.replace("o", "\u043e").replace("e", "\u0435"),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_is_undone_and_traced_back(name: str) -> None:
    text = f'{{"note": "{DISGUISES[name]}", "other": "plain"}}'
    for view, scan in views(SCANNER.scan(text)).pairs:
        at = view.text.find(HIDDEN)
        if at >= 0:
            assert scan.text == view.text
            start, end = view.origin(at, at + len(HIDDEN))
            begin = text.index(DISGUISES[name])
            assert start <= begin + len(DISGUISES[name])
            assert end >= begin
            return
    pytest.fail("no view holds the hidden words")


@pytest.mark.parametrize("text", ["plain prose of no interest", '{"id": 7, "name": "order"}', ""])
def test_an_ordinary_text_has_no_views(text: str) -> None:
    assert views(SCANNER.scan(text)).pairs == ()


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_no_text_ends_the_views(text: str) -> None:
    found = views(SCANNER.scan(text))
    assert len({view.text for view, _ in found.pairs} | {text}) == len(found.pairs) + 1


@pytest.mark.parametrize("unit", ["%25", "&#x26;", "a\u200b", "1", "deadbeef", "QUJD", "\\u005c", "\ufdfa"])
def test_hostile_texts_take_bounded_time_and_room(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    found = views(SCANNER.scan(text))
    assert time.process_time() - started < 2.0
    assert sum(len(view.text) for view, _ in found.pairs) <= 4 * len(text) + (1 << 18)
