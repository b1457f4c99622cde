r"""Text cut by what a reader does not see: `"ig" + "nore"`, `ig<!-- -->nore`, `<b>i</b><b>g</b>`, colors of a terminal.

Owns the removal of seams inside words and values: of concatenated literals, of markup between letters that shows
nothing or sets single letters, of ANSI control sequences. A seam between whole words is ordinary and stays. Of a long
text the neighborhood of the seams is kept.

Sources: ECMA-48 section 5.4 (control sequences), HTML Living Standard 13.1.
Does not catch: concatenation through variables, array joins, letters set apart by styles, emphasis inside words.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL
from policy.text.scanner import Pattern
from policy.text.tracing import around, replaced

if TYPE_CHECKING:
    from policy.text.scanner import Scan
    from policy.text.tracing import Draft

PATTERNS: Final = (
    Pattern("view.seam-literal", r"[A-Za-z0-9_-][\"'] ?\+ ?[\"'][A-Za-z0-9_ -]"),
    Pattern("view.seam-comment", r"[A-Za-z]<!--[^>]{0,64}-->[A-Za-z]"),
    Pattern("view.seam-empty", r"[A-Za-z]<[a-z]{1,8}></[a-z]{1,8}>[A-Za-z]"),
    Pattern("view.seam-letter", r">[etonsrETONSR]</[a-z]{1,8}>"),
    Pattern("view.seam-ansi", r"[A-Za-z]\x1b\[[0-9;]{0,16}[A-Za-z][A-Za-z]"),
)

_SEAMS: Final = {
    "view.seam-literal": re.compile(r"(?<=[^\s\"'])[\"'] ?\+ ?[\"']"),
    "view.seam-comment": re.compile(r"<!--(?:[^<>-]|-(?!->)){0,64}+-->"),
    "view.seam-empty": re.compile(r"<[A-Za-z]{1,8}></[A-Za-z]{1,8}>"),
    "view.seam-letter": re.compile(r"</?[A-Za-z][^<>]{0,64}+>"),
    "view.seam-ansi": re.compile(r"\x1b\[[0-9;]{0,16}+[A-Za-z]"),
}
_NAMES: Final = frozenset(_SEAMS)
_MOST: Final = 8192
_FEWEST_LETTERS: Final = 4
"""Letters in markup of their own: one begins a paragraph, four are a word."""


def seamless(scan: Scan) -> Draft | None:
    """Close the seams of one text."""
    hits = scan.hits & _NAMES
    if "view.seam-letter" in hits and len(scan.spans("view.seam-letter")) < _FEWEST_LETTERS:
        hits -= {"view.seam-letter"}
    if not hits:
        return None
    text = scan.text
    spans = sorted(span for name in hits for span in scan.spans(name))
    windows = [(0, len(text))] if any(map(scan.is_flooded, hits)) else around(spans, len(text))
    found = chain.from_iterable(_SEAMS[name].finditer(text, *window) for name in hits for window in windows)
    changes: list[tuple[int, int, str]] = []
    last = 0
    for start, end in sorted(seam.span() for seam in islice(found, _MOST)):
        if start >= last:
            changes.append((start, end, ""))
            last = end
    return replaced("seams", text, changes, ALL)
