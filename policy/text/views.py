"""Views: every way a text may be read, with a scan of each, traced back to the text as it was sent.

Owns the order and the limits. The triggers (`PATTERNS`) ride in the one shared database, so a text without disguise
costs a few set look-ups; each transformation makes one view of all it finds in a text, and each view is looked at
again, breadth first, because disguises are worn over one another. Invariants: the same text gives the same views; no
two views have the same text, none is the text itself; the characters made are at most `Limits.total_chars` of the
input's length, the depth and number bounded; what that cuts off is said (`Views.is_cut`). No text raises.

Does not catch: what the modules of the transformations list; a view that stays below the triggers' lengths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policy.text import base64_runs, base_others, ciphers, codes, covert, escapes, folding, seams, wordplay
from policy.text.families import ALL, PROSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.text.scanner import Pattern, Scan, Span
    from policy.text.tracing import Draft, Trace

PATTERNS: Final[tuple[Pattern, ...]] = (
    *escapes.PATTERNS,
    *seams.PATTERNS,
    *base64_runs.PATTERNS,
    *base_others.PATTERNS,
    *codes.PATTERNS,
    *ciphers.PATTERNS,
    *wordplay.PATTERNS,
)
"""Triggers, named `view.*`; the scanner that makes a `Scan` for `views` has to hold them."""

_NAMES: Final = frozenset(pattern.name for pattern in PATTERNS)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far views of one text go."""

    depth: int = 4
    """Disguises over one another."""
    growth: int = 2
    """Characters of all views together, as a multiple of the text's length ..."""
    allowance: int = 1 << 16
    """... plus so many, but of a short text ..."""
    short_growth: int = 32
    """... at most such a multiple more: many small texts are not to cost more than a large one."""
    count: int = 64
    """Views of one text."""

    def total_chars(self, size: int) -> int:
        """Return how many characters all views of a text of `size` characters may have."""
        return self.growth * size + min(self.allowance, self.short_growth * size)


DEFAULT: Final = Limits()


@dataclass(slots=True)
class View:
    """One way a text may be read."""

    text: str
    chain: tuple[str, ...]
    """How it was disguised, outermost first."""
    start: int
    end: int
    """The region of the original text it was made from."""
    wanted_by: frozenset[str]
    """Families of detectors it was made for: `secrets`, `pii`, `prompt`."""
    _draft: Draft
    _parent: View | None
    _trace: Trace | None = field(default=None, repr=False)

    def origin(self, start: int, end: int) -> Span:
        """Return the span of the original text that a span of this view's text was made from."""
        if self._trace is None:
            self._trace = self._draft.trace()
        start, end = self._trace.origin(start, end)
        return self._parent.origin(start, end) if self._parent else (start, end)


@dataclass(frozen=True, slots=True)
class Views:
    """All views of one text."""

    pairs: tuple[tuple[View, Scan], ...]
    """Outermost disguises first; each view with the scan of its text."""
    is_cut: bool
    """There was more to read than the limits allow."""


def views(scan: Scan, limits: Limits = DEFAULT) -> Views:
    """Return every way to read an agent-supplied text but the plain one.

    Args:
        scan: of the text, by a scanner that holds `PATTERNS`; the same scanner reads the views.
        limits: depth, number and size.
    """
    if scan.text.isascii() and scan.hits.isdisjoint(_NAMES):
        return _NONE
    scanner = scan.scanner
    left = limits.total_chars(len(scan.text))
    seen = {scan.text}
    pairs: list[tuple[View, Scan]] = []
    layer: list[tuple[View | None, Scan]] = [(None, scan)]
    is_cut = False
    for _ in range(limits.depth):
        made: list[tuple[View | None, Scan]] = []
        for parent, read in layer:
            for draft in _drafts(read):
                if not draft.text or draft.text in seen or (parent and _is_idle(draft, parent)):
                    continue
                left -= len(draft.text)
                if left < 0 or len(pairs) >= limits.count:
                    return Views(tuple(pairs), is_cut=True)
                is_cut |= draft.is_cut
                seen.add(draft.text)
                pairs.append((_view(draft, parent, len(read.text)), scanner.scan(draft.text)))
                made.append(pairs[-1])
        if not made:
            return Views(tuple(pairs), is_cut)
        layer = made
    return Views(tuple(pairs), is_cut or any(_is_encoded(read, seen) for _, read in layer))


_NESTING: Final = frozenset(
    {
        "url",
        "entity",
        "escape",
        "entity+escape",
        "entity+url",
        "escape+url",
        "entity+escape+url",
        "base64",
        "hex",
    }
)
"""Disguises that are worn over themselves."""
_SPELLED: Final = frozenset({"leet", "stirred"})

_NONE: Final = Views((), is_cut=False)


def _view(draft: Draft, parent: View | None, size: int) -> View:
    start, end = draft.start, size if draft.end is None else draft.end
    chain: tuple[str, ...] = (draft.kind,)
    wanted_by = draft.wanted_by
    if parent is not None:
        # The exact region would cost the parent's map, which hardly anybody asks for.
        start, end = parent.start, parent.end
        chain = (*parent.chain, draft.kind)
        wanted_by &= parent.wanted_by
    return View(draft.text, chain, start, end, wanted_by, draft, parent)


def _is_idle(draft: Draft, parent: View) -> bool:
    """True for what makes no sense twice: letters are folded, shifted, turned and spelled out once."""
    return (
        (draft.kind in parent.chain and draft.kind not in _NESTING)
        or (draft.wanted_by == PROSE and not _SPELLED.isdisjoint(parent.chain))
        or (draft.kind.startswith("reversed") and any(kind.startswith("reversed") for kind in parent.chain))
        or (_is_cipher(draft.kind) and any(map(_is_cipher, parent.chain)))
    )


def _is_cipher(kind: str) -> bool:
    return kind.startswith("rot") or kind == "atbash"


def _drafts(scan: Scan) -> Iterator[Draft]:
    """Make what the triggers ask for, decodings before plays on words."""
    chars = folding.foldable(scan.text)
    if chars:
        yield from covert.revealed(scan.text, chars)
    for decode in _UNESCAPERS:
        if draft := decode(scan):
            yield draft
            if draft.is_whole:
                # Two orders of undoing the same disguises would double the work with each of them.
                return
    if chars:
        yield from _some(folding.folded(scan.text, chars), folding.flipped(scan.text, chars))
    if scan.hits.isdisjoint(_NAMES):
        return
    yield from (draft for decode in _DECODERS for draft in _some(decode(scan)))
    yield from _some(escapes.form(scan), seams.seamless(scan), wordplay.spaced(scan))
    yield from ciphers.reversed_text(scan)
    yield from ciphers.shifted(scan)
    yield from _some(wordplay.leet(scan), wordplay.stirred(scan), ciphers.morse(scan))


_UNESCAPERS: Final = (escapes.unescaped, escapes.quoted_printable, escapes.utf7, escapes.punycode)
_DECODERS: Final = (
    base64_runs.base64_text,
    base_others.base32_text,
    base_others.ascii85_text,
    codes.hexadecimal,
    codes.numbers,
    codes.bits,
)


def _some(*drafts: Draft | None) -> Iterator[Draft]:
    return (draft for draft in drafts if draft is not None)


def _is_encoded(scan: Scan, seen: set[str]) -> bool:
    """True if a view at the last depth still hides something that is not a play on words."""
    drafts = (draft for decode in (*_UNESCAPERS, *_DECODERS) for draft in _some(decode(scan)))
    return any(draft.text not in seen and draft.wanted_by == ALL for draft in drafts)
