"""Covert text: letters written in characters that show nothing at all.

Owns three alphabets: tag characters (U+E0020..E007E, ASCII shifted), variation selectors (256 of them: a byte each)
and zero-width characters (two of them: a bit each). A person sees nothing, a model reads every letter (LLM01, ASCII
smuggling), and data leaves unseen as well (T1027.003). Ordinary are: one byte order mark, one selector behind an emoji
or an ideograph, joiners in emoji and in the scripts that need them, the flags of England, Scotland and Wales.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL
from policy.text.folding import foldable
from policy.text.tracing import joined_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.text.scanner import Scan
    from policy.text.tracing import Draft

_TAGS: Final = re.compile("[\U000e0000-\U000e007f]+")
_FLAG: Final = "\U0001f3f4"
_LONGEST_FLAG: Final = 7
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_SUPPLEMENT: Final = 0xE0100
_ZERO_WIDTH: Final = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u180e]{8,}")
_SPLIT: Final = re.compile("[A-Za-z][\u200b-\u200f\u2060-\u2064\ufeff\u180e\u00ad]{1,8}(?=[A-Za-z])")
_OVERRIDE: Final = re.compile("[\u202d\u202e]")
_SUSPECTS: Final = frozenset(
    map(
        chr,
        (
            0xAD, 0x180E, 0x202D, 0x202E, 0xFEFF, *range(0x200B, 0x2010), *range(0x2060, 0x2065),
            *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0),
        ),
    )
)  # fmt: skip
_FEW_SPLITS: Final = 5
_BITS: Final = 8
_PRINTABLE: Final = range(0x20, 0x7F)
_TAGGED: Final = {0xE0000 + code: chr(code) if code in _PRINTABLE else None for code in range(0x80)}
_SELECTED: Final = {code: chr(code - 0xFE00) for code in range(0xFE00, 0xFE10)} | {
    code: chr(code - _SUPPLEMENT + 16) for code in range(_SUPPLEMENT, 0xE01F0)
}


def has_covert(scan: Scan) -> tuple[str, int, int] | None:
    """Return the first covert writing of a text and its span, or `None`.

    Kinds: `tags`, `variation-selectors`, `zero-width` (a run that can carry bytes), `split-words` (Latin words with
    unseen characters inside, at least five times), `bidi-override` (shows letters in another order).
    """
    text = scan.text
    if foldable(text).isdisjoint(_SUSPECTS):
        return None
    for start, end, _ in _tag_runs(text):
        return ("tags", start, end)
    for kind, form in (
        ("variation-selectors", _SELECTORS),
        ("zero-width", _ZERO_WIDTH),
        ("bidi-override", _OVERRIDE),
    ):
        if found := form.search(text):
            return (kind, *found.span())
    splits = [found.span() for _, found in zip(range(_FEW_SPLITS), _SPLIT.finditer(text), strict=False)]
    return ("split-words", splits[0][0], splits[-1][1]) if len(splits) == _FEW_SPLITS else None


def revealed(text: str, chars: frozenset[str]) -> list[Draft]:
    """Return what is written in unseen characters, a draft for each alphabet.

    Args:
        text: agent-supplied.
        chars: what is `foldable` in it.
    """
    if chars.isdisjoint(_SUSPECTS):
        return []
    found = (
        joined_lines("tags", _tag_runs(text), ALL),
        joined_lines("variation-selectors", _read(text, _SELECTORS, _selected), ALL),
        joined_lines("zero-width", _read(text, _ZERO_WIDTH, _bits), ALL),
    )
    return [draft for draft in found if draft is not None]


def _tag_runs(text: str) -> list[tuple[int, int, str]]:
    runs = []
    for found in _TAGS.finditer(text):
        start, end = found.span()
        if start and text[start - 1] == _FLAG and end - start <= _LONGEST_FLAG:
            continue
        runs.append((start, end, found[0].translate(_TAGGED)))
    return runs


def _read(text: str, form: re.Pattern[str], decode: Callable[[str], str]) -> list[tuple[int, int, str]]:
    return [(*found.span(), made) for found in form.finditer(text) if (made := decode(found[0]))]


def _selected(run: str) -> str:
    return _readable(run.translate(_SELECTED).encode("latin-1"))


def _bits(run: str) -> str:
    """Read a run over two characters as bits, either way round; a third one separates and is dropped."""
    zero, one = [*sorted(set(run), key=lambda char: (-run.count(char), char)), "", ""][:2]
    if not one:
        return ""
    for low, high in ((zero, one), (one, zero)):
        digits = run.translate(
            dict.fromkeys(map(ord, set(run) - {low, high})) | {ord(low): "0", ord(high): "1"}
        )
        size = len(digits) - len(digits) % _BITS
        if size and (made := _readable(int(digits[:size], 2).to_bytes(size // _BITS))):
            return made
    return ""


def _readable(raw: bytes) -> str:
    made = raw.decode("utf-8", "replace")
    return made if made.isprintable() and "\ufffd" not in made else ""
