"""Texts whose letters were swapped for others or put in another order: Caesar shifts, ROT47, Atbash, reversal, Morse.

Owns the ciphers that a model undoes in its head when it is asked to (LLM01, encoding attacks). Recognized by what a
handful of words become, so a text in plain language does not wake them.

Does not catch: ciphers with a key, texts that hold none of the words, transpositions other than reversal.
"""

from __future__ import annotations

import binascii
import re
import string
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, PROSE
from policy.text.inflate import text_in
from policy.text.keywords import KEYS, WORDS
from policy.text.scanner import Pattern
from policy.text.tracing import Backwards, Draft, Trace, around, joined_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policy.text.scanner import Scan, Span
    from policy.text.tracing import Piece

_LETTERS: Final = string.ascii_letters
_SHIFTS: Final = range(1, 26)
_ROT13: Final = 13
_PRINTABLE: Final = "".join(map(chr, range(33, 127)))


def _table(given: str, plain: str) -> dict[int, str]:
    return dict(zip(map(ord, given), plain, strict=True))


def _shift(by: int) -> dict[int, str]:
    """Return the table that undoes a shift: the letter `by` places on comes back."""
    low, high = string.ascii_lowercase, string.ascii_uppercase
    moved = low[by:] + low[:by] + high[by:] + high[:by]
    return dict(zip(map(ord, moved), low + high, strict=True))


_UNSHIFT: Final = {by: _shift(by) for by in _SHIFTS}
_ATBASH: Final[dict[int, str]] = _table(_LETTERS, string.ascii_lowercase[::-1] + string.ascii_uppercase[::-1])
_ROT47: Final[dict[int, str]] = _table(_PRINTABLE, _PRINTABLE[47:] + _PRINTABLE[:47])
_SHIFT: Final = {
    by: {ord(plain): chr(code) for code, plain in table.items()} for by, table in _UNSHIFT.items()
}


_COMMON: Final = (
    "the", "and", "you", "your", "this", "that", "with", "what", "from", "have", "are", "is", "for", "not", "can",
    "will", "to", "do",
)  # fmt: skip
_SECRETS: Final = ("-jorp-ks", "-tna-ks", "_tap_buhtig", "-bxox", "-pxox", "YEK ETAVIRP", "-taplg")


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.sub(r"[^A-Za-z0-9]", lambda mark: f"\\x{ord(mark[0]):02x}", word) for word in words)


_ENOUGH: Final = KEYS[:15]
_SHIFTED: Final = tuple(word.translate(_SHIFT[by]) for by in _SHIFTS for word in _ENOUGH)
_ROT13_COMMON: Final = tuple(word.translate(_UNSHIFT[_ROT13]) for word in _COMMON)

PATTERNS: Final = (
    Pattern("view.caesar", f"(?:{_any_of(_SHIFTED)})", is_caseless=True),
    Pattern("view.rot13", rf" (?:{_any_of(_ROT13_COMMON)}) |rot-?13|caesar ci", is_caseless=True),
    Pattern("view.atbash", f"(?:{_any_of(tuple(word.translate(_ATBASH) for word in KEYS))})", is_caseless=True),
    Pattern("view.rot47", f"(?:{_any_of(tuple(word.translate(_ROT47) for word in KEYS))})"),
    Pattern("view.reversed", f"(?:{_any_of(tuple(word[::-1] for word in KEYS))})", is_caseless=True),
    Pattern("view.reversed-mail", r"moc\.[a-z]{2,20}@", is_caseless=True),
    Pattern("view.reversed-common", r" (?:eht|uoy|ruoy|siht|taht|htiw|tahw|evah) ", is_caseless=True),
    Pattern(
        "view.reversed-secret",
        rf"(?:{_any_of(_SECRETS)})|[A-Za-z0-9]{{36}}_phg|[A-Z0-9]{{16}}AIKA(?:\W|\z)",
    ),
    # Two patterns, and a short list in front: as one, or with a negated class, they double the time of the whole scan.
    Pattern("view.reversed-base64", r"[\s\"':,>]={1,2}[A-Za-z0-9+/]{16}"),
    Pattern("view.reversed-base64-first", r"\A={1,2}[A-Za-z0-9+/]{16}"),
    Pattern("view.morse", r"(?:-\.|\.-)[.\-]{0,3} [.\-]{1,5} [.\-]{1,5} [.\-]"),
)  # fmt: skip

_LETTER_RUN: Final = re.compile(r"[A-Za-z]{2,}+")
_MORSE_RUN: Final = re.compile(r"[.\-]{1,6}+(?:[ /|\n]{1,4}+[.\-]{1,6}){7,}+")
_FEWEST: Final = 2
_VOTES: Final = 64
_PREFIX: Final = 6
_LONG_WORD: Final = re.compile(r"(?<![a-z0-9])[a-z]{6,20}+(?![0-9+/])")
_SHIFT_OF: Final = {word.translate(_SHIFT[by])[:_PREFIX]: by for by in _SHIFTS for word in _ENOUGH}
_ROT13_NAME: Final = re.compile(r"rot-?13|caesar ci")
_MOST_NAMES: Final = 16
_MOST_WORDS: Final = 4096
_ROT13_WORD: Final = re.compile(rf"(?<!\S)(?:{'|'.join(_ROT13_COMMON)})(?![^\s.,?!])")

_MORSE_CODES: Final = """
.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.
"""
_MORSE: Final = dict(zip(_MORSE_CODES.split(), string.ascii_lowercase + string.digits, strict=True))


def shifted(scan: Scan) -> list[Draft]:
    """Undo the shift of the alphabet, Atbash or ROT47 under which a text holds the words."""
    drafts = []
    by, spans = _shift_of(scan)
    if by:
        drafts.append(_swapped(f"rot{by}", scan.text, _UNSHIFT[by], spans))
    for kind, table in (("atbash", _ATBASH), ("rot47", _ROT47)):
        if f"view.{kind}" in scan.hits:
            drafts.append(_swapped(kind, scan.text, table, scan.spans(f"view.{kind}")))
    return drafts


def _shift_of(scan: Scan) -> tuple[int, list[Span]]:
    """Return the shift that most of the shifted words agree on, and where they are; 0 for none."""
    low = scan.text.lower()
    if "view.caesar" in scan.hits:
        # Noise is full of letters: only what begins a word votes.
        found = ((_SHIFT_OF.get(word[0][:_PREFIX], 0), word.span()) for word in _LONG_WORD.finditer(low))
        votes = list(islice((vote for vote in found if vote[0]), _VOTES))
        if votes:
            by = Counter(vote for vote, _ in votes).most_common(1)[0][0]
            # A text that is full of them is one cipher.
            return by, [(0, len(low))] if len(votes) == _VOTES else [
                span for vote, span in votes if vote == by
            ]
    return _rot13_of(low) if "view.rot13" in scan.hits else (0, [])


def _rot13_of(low: str) -> tuple[int, list[Span]]:
    """One short word is chance: ask for two different ones, or for its name."""
    names = [found.span() for found in islice(_ROT13_NAME.finditer(low), _MOST_NAMES)]
    words = {found[0]: found.span() for found in islice(_ROT13_WORD.finditer(low), _VOTES)}
    if len(words) >= _FEWEST:
        spans = sorted([*(found.span() for found in islice(_ROT13_WORD.finditer(low), _MOST_WORDS)), *names])
        return _ROT13, spans
    return (_ROT13, names) if names else (0, [])


def _swapped(kind: str, text: str, table: dict[int, str], spans: Sequence[Span]) -> Draft:
    windows = around(spans, len(text))
    return _in_windows(kind, text, windows, lambda part: part.translate(table))


def _in_windows(kind: str, text: str, windows: list[Span], make: Callable[[str], str]) -> Draft:
    """Return the draft of some windows, a line each, in which every character stays in its place."""
    pieces: list[Piece] = []
    for start, end in windows:
        if pieces:
            pieces.append((start, start, "\n"))
        pieces.append((start, end, make(text[start:end])))
    made = "".join(piece for _, _, piece in pieces)
    return Draft(kind, made, lambda: Trace(pieces), PROSE, windows[0][0], windows[-1][1])


def reversed_text(scan: Scan) -> list[Draft]:
    """Read a text from its end, and its words each from their end; of a long one where it seems to be reversed."""
    found = scan.hits & _REVERSED
    if not found:
        return []
    text = scan.text
    if "view.reversed-common" in found:
        words = {text[start:end].lower() for start, end in scan.spans("view.reversed-common")}
        if len(words) < _FEWEST:
            found -= {"view.reversed-common"}
    spans = [span for name in found for span in _places(scan, name)]
    if not spans:
        return []
    windows = around(sorted(spans), len(text))
    made = "\n".join(text[start:end][::-1] for start, end in windows)
    region = (windows[0][0], windows[-1][1])
    drafts = [Draft("reversed", made, lambda: Backwards(len(text), windows), ALL, *region)]
    if found & {"view.reversed", "view.reversed-common"}:
        drafts.append(
            _in_windows(
                "reversed-words",
                text,
                windows,
                lambda part: _LETTER_RUN.sub(lambda word: word[0][::-1], part),
            )
        )
    return drafts


def _places(scan: Scan, name: str) -> Sequence[Span]:
    if scan.is_flooded(name):
        return [(0, len(scan.text))]
    if not name.startswith("view.reversed-base64"):
        return scan.spans(name)
    # Only what can be read that way.
    runs = (_BASE64_BACK.search(scan.text, start) for start, _ in islice(scan.spans(name), _VOTES))
    return [run.span() for run in runs if run and text_in(_decoded(run[1][::-1]), is_guess=False)]


def _decoded(digits: str) -> bytes:
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))


_REVERSED: Final = frozenset(
    {
        "view.reversed",
        "view.reversed-common",
        "view.reversed-mail",
        "view.reversed-secret",
        "view.reversed-base64",
        "view.reversed-base64-first",
    }
)
_BASE64_BACK: Final = re.compile(r"={1,2}([A-Za-z0-9+/]{16,}+)")


def morse(scan: Scan) -> Draft | None:
    """Read Morse code."""
    if "view.morse" not in scan.hits:
        return None
    pieces: list[Piece] = []
    for found in _MORSE_RUN.finditer(scan.text):
        words = re.split(r" */ *| *\| *| {2,4}|\n", found[0])
        made = " ".join("".join(_MORSE.get(code, "\0") for code in word.split()) for word in words)
        if "\0" not in made and len(set(made)) > _FEWEST and any(word in WORDS for word in made.split()):
            pieces.append((*found.span(), made))
    return joined_lines("morse", pieces, PROSE)
