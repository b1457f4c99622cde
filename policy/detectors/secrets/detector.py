"""Finds secrets in one text: credentials of documented formats, and credentials by what stands around them.

Owns the order of the readers, the fingerprints of what may pass, and the choice among overlapping finds. Each reader
validates what one pattern of the scanner hit; texts without a hit cost one set operation.

Attack: an agent that was talked into it, or a poisoned dependency, carries keys out in a URL, a header, a cookie, a
body or a file name (OWASP LLM02, ATT&CK T1552, CWE-200, CWE-798).

Does not catch: secrets split over several texts, encrypted or encoded otherwise than the views of `policy.text`
undo or concatenated by a program, passwords made of plain words, password hashes, secrets of a shape nobody documents
with no name beside them, a key id that is no secret by itself other than AWS's. A text of nothing but look-alikes is
refused unread (`flood`).
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Final

from policy import issued
from policy.detection import NOTHING, Detection, Match
from policy.detectors.secrets import commands, jwt, keyed, keys, known, manifests, nearby, urls, wallets
from policy.detectors.secrets.flood import Budget, located
from policy.detectors.secrets.found import Found
from policy.detectors.secrets.hits import NAMES, WORD, sifted, worth_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policy.text.scanner import Pattern, Scan, Span

PATTERNS: Final[tuple[Pattern, ...]] = (
    *known.PATTERNS,
    *keys.PATTERNS,
    *jwt.PATTERNS,
    *urls.PATTERNS,
    *commands.PATTERNS,
    *wallets.PATTERNS,
    NAMES,
    *manifests.PATTERNS,
    *nearby.PATTERNS,
)
"""To be compiled into the scanner of the caller, with those of other families."""


def _from_start(read: Callable[[str, int], Found | None]) -> Callable[[str, int, int], Found | None]:
    """Make a reader that needs no end one of those that get it."""
    return lambda text, at, _end: read(text, at)


_READERS: Final[dict[str, Callable[[str, int, int], Found | None]]] = {
    **{name: _from_start(reader.read) for name, reader in known.READERS.items()},
    keys.PEM: keys.read_pem,
    keys.PUTTY: keys.read_putty,
    keys.PEM_BASE64: _from_start(keys.read_base64),
    keys.JWK: _from_start(keys.read_jwk),
    jwt.JWT: _from_start(jwt.read),
    urls.USERINFO: _from_start(urls.read_userinfo),
    urls.BASIC: _from_start(urls.read_basic),
    commands.USER_OPTION: lambda text, _at, end: commands.read_user_option(text, end),
    urls.PGPASS: lambda text, _at, end: urls.read_pgpass(text, end),
    commands.SHORT_OPTION: lambda text, _at, end: commands.read_short_option(text, end),
    commands.PAIR: lambda text, _at, end: commands.read_pair(text, end),
    urls.SIGNED_URL: _from_start(urls.read_signed_url),
    wallets.EXTENDED: _from_start(wallets.read_extended),
    wallets.NSEC: _from_start(wallets.read_nsec),
    WORD: keyed.read,
    manifests.KUBERNETES: _from_start(manifests.read),
    **{pattern.name: nearby.read for pattern in nearby.PATTERNS},
}
_NARROW: Final[dict[str, Callable[[str, Sequence[Span]], Sequence[Span]]]] = {
    WORD: worth_reading,
    **dict.fromkeys((pattern.name for pattern in nearby.PATTERNS), nearby.worth_reading),
}
"""A cheap look at all places of the patterns that ordinary text has many of."""
_SIFT: Final[dict[str, Callable[[str, Sequence[Span]], Sequence[Span]]]] = {WORD: sifted}
"""A closer look, where they are still too many."""
_COST: Final = {wallets.NSEC: 3, manifests.KUBERNETES: 8, **{pattern.name: 2 for pattern in nearby.PATTERNS}}
"""Reads that take longer than others: a checksum in Python, or several candidates."""
_BY_NAME: Final = {pattern.name: pattern for pattern in PATTERNS}
_ORDER: Final = tuple(_READERS)
_NAMES: Final = frozenset(_BY_NAME)
_BLOCKS: Final = 70
_FLOOD: Final = "the text holds more places that look like credentials than can be read"
_MOST_FOUND: Final = 200
"""Matches kept for one text, and blocking finds after which no more are looked for: bounded for the ledger."""
_PREFIX: Final = "sha256:"
_KEPT: Final = 4
_LONG: Final = 16
"""Characters of a value from which its first `_KEPT` tell next to nothing."""


def fingerprint(value: str) -> str:
    """Return `sha256:` and 64 hexadecimal digits for a secret; a policy may list the first 8 or more of them."""
    return _PREFIX + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def detect(scan: Scan, allow: frozenset[str] = frozenset()) -> Detection:
    """Find secrets in an agent-supplied text.

    Args:
        scan: made by a scanner that holds `PATTERNS`.
        allow: `sha256:` and 8 to 64 hexadecimal digits each: beginnings of the fingerprints of values that may pass.
    """
    hits = scan.hits & _NAMES
    if not hits:
        return NOTHING
    found, is_whole = _found(scan, frozenset(hits), allow)
    kept = _without_overlaps(found)
    if not is_whole and not any(one.severity >= _BLOCKS for one in kept):
        kept.append(Found(0, len(scan.text), "secrets.flood", "flood", _BLOCKS, _FLOOD))
    if not kept:
        return NOTHING
    return Detection(max(map(_score, kept)), tuple(_match(scan.text, one) for one in _strongest(kept)))


def _found(scan: Scan, hits: frozenset[str], allow: frozenset[str]) -> tuple[list[Found], bool]:
    """Return what was found, and whether all was read or enough was found not to need it."""
    budget = Budget.of(scan.text)
    found: list[Found] = []
    blocking = 0
    for one in _each(scan, hits, budget):
        if allow and _may_pass(scan.text[one.start : one.end], allow):
            continue
        if issued.is_within(scan.text, one.start, one.end):  # what agents hold instead of a secret
            continue
        found.append(one)
        blocking += one.severity >= _BLOCKS
        if blocking >= _MOST_FOUND:
            return found, True
    return found, not budget.is_exceeded


def _each(scan: Scan, hits: frozenset[str], budget: Budget) -> Iterator[Found]:
    if not hits.isdisjoint(wallets.PHRASES):
        yield from wallets.phrases(scan.text, _around_phrases(scan, hits), budget)
    for name in _ORDER:
        if name in hits:
            yield from _read(scan, name, budget)


def _around_phrases(scan: Scan, hits: frozenset[str]) -> list[Span]:
    """Return where runs of words stand; a text of nothing else is read as a whole."""
    names = wallets.PHRASES & hits
    if any(scan.is_flooded(name) for name in names):
        return [(0, len(scan.text))]
    return sorted(place for name in names for place in scan.spans(name))


def _read(scan: Scan, name: str, budget: Budget) -> Iterator[Found]:
    reader, narrow, sift = _READERS[name], _NARROW.get(name), _SIFT.get(name)
    text = scan.text
    places: Sequence[Span] = located(scan, _BY_NAME[name], budget)
    if narrow:
        places = narrow(text, places)
    read_up_to = 0
    for start, end in budget.take(places, _COST.get(name, 1), partial(sift, text) if sift else None):
        if start < read_up_to:  # inside a value that has been found: reading it again from there is quadratic
            continue
        one = reader(text, start, end)
        if one is not None:
            read_up_to = one.end
            yield one


def _strongest(kept: list[Found]) -> list[Found]:
    """Keep the most severe if there are too many: a flood of weak finds must not push the strong one out."""
    if len(kept) <= _MOST_FOUND:
        return kept
    strongest = sorted(kept, key=lambda one: (-one.severity, one.start))[:_MOST_FOUND]
    return sorted(strongest, key=lambda one: one.start)


def _without_overlaps(found: list[Found]) -> list[Found]:
    """Keep the most severe of those that overlap; in order of their spans."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.severity, -one.end)):
        last = kept[-1] if kept else None
        if last is None or one.start >= last.end:
            kept.append(one)
        elif (one.severity, one.order) > (last.severity, last.order):
            kept[-1] = one
    return kept


def _may_pass(value: str, allow: frozenset[str]) -> bool:
    print_of_value = fingerprint(value)
    return any(len(entry) >= len(_PREFIX) + 8 and print_of_value.startswith(entry.lower()) for entry in allow)


def _score(one: Found) -> float:
    """Return 0..1: the severity, and within one severity what looks most like a secret."""
    return min(1.0, one.severity / 100 + min(max(one.order, 0.0), 1.0) * 0.009)


def _match(text: str, one: Found) -> Match:
    return Match(one.rule, one.severity, one.start, one.end, one.reason, _evidence(text, one), one.kind)


def _evidence(text: str, one: Found) -> str:
    """Return the first characters of a long value, the length of a short one."""
    size = one.end - one.start
    head = text[one.start : one.start + _KEPT] if size >= _LONG else ""
    head = head if head.isascii() and head.isprintable() else ""
    return f"{head}*** ({size} characters)"
