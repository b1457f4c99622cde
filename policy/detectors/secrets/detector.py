"""Finds secrets in one text: credentials of documented formats, and credentials by what stands around them.

Owns the order of the readers, the fingerprints of what may pass, and the choice among overlapping finds. Each reader
validates what one pattern of the scanner hit; texts without a hit cost one set operation.

Attack: an agent that was talked into it, or a poisoned dependency, carries keys out in a URL, a header, a cookie, a
body or a file name (OWASP LLM02, ATT&CK T1552, CWE-200, CWE-798).

Does not catch: secrets split over several texts, encrypted or encoded otherwise than the views of `policy.text`
undo, passwords made of plain words, secrets of a shape nobody documents with no name beside them, a key id that is
no secret by itself other than AWS's.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policy.detection import NOTHING, Detection, Match
from policy.detectors.secrets import jwt, keyed, keys, known, nearby, urls, wallets
from policy.text.scanner import Pattern, Scan, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policy.detectors.secrets.found import Found

PATTERNS: Final[tuple[Pattern, ...]] = (
    *known.PATTERNS,
    *keys.PATTERNS,
    *jwt.PATTERNS,
    *urls.PATTERNS,
    *wallets.PATTERNS,
    *keyed.PATTERNS,
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
    keys.PEM_BASE64: lambda text, at, _end: keys.read_base64(text, at),
    keys.JWK: lambda text, at, _end: keys.read_jwk(text, at),
    jwt.JWT: lambda text, at, _end: jwt.read(text, at),
    urls.USERINFO: lambda text, at, _end: urls.read_userinfo(text, at),
    urls.BASIC: lambda text, at, _end: urls.read_basic(text, at),
    urls.USER_OPTION: lambda text, _at, end: urls.read_user_option(text, end),
    urls.PGPASS: lambda text, _at, end: urls.read_pgpass(text, end),
    urls.SHORT_OPTION: lambda text, _at, end: urls.read_short_option(text, end),
    urls.SIGNED_URL: lambda text, at, _end: urls.read_signed_url(text, at),
    wallets.PHRASE: lambda text, at, _end: wallets.read_phrase(text, at),
    wallets.EXTENDED: lambda text, at, _end: wallets.read_extended(text, at),
    wallets.PHRASE_QUOTED: lambda text, at, _end: wallets.read_phrase(text, at),
    wallets.PHRASE_NUMBERED: lambda text, at, _end: wallets.read_phrase(text, at),
    wallets.NSEC: lambda text, at, _end: wallets.read_nsec(text, at),
    keyed.WORD: keyed.read,
    **{pattern.name: lambda text, _at, end: nearby.read(text, end) for pattern in nearby.PATTERNS},
}
_ORDER: Final = tuple(_READERS)
_NAMES: Final = frozenset(_ORDER)
_MOST_FOUND: Final = 200
"""Matches kept for one text: enough to redact, bounded for the ledger."""
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
    found = [one for name in _ORDER if name in hits for one in _read(scan, name)]
    if allow:
        found = [one for one in found if not _may_pass(scan.text[one.start : one.end], allow)]
    if not found:
        return NOTHING
    kept = _without_overlaps(found)
    return Detection(max(map(_score, kept)), tuple(_match(scan.text, one) for one in kept[:_MOST_FOUND]))


def _read(scan: Scan, name: str) -> Iterator[Found]:
    reader = _READERS[name]
    text = scan.text
    read_up_to = 0
    for start, end in _every_span(scan, name):
        if start < read_up_to:  # inside a value that has been found: reading it again from there is quadratic
            continue
        one = reader(text, start, end)
        if one is not None:
            read_up_to = one.end
            yield one


def _every_span(scan: Scan, name: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a pattern, also those behind what one scan reads: a flood must not hide the last one."""
    spans = scan.spans(name)
    yield from spans
    is_flooded = scan.is_flooded(name)
    offset = 0
    while is_flooded and spans:
        offset += spans[-1][0] + 1
        rest = _scanner(name).scan(scan.text[offset:])
        spans = rest.spans(name)
        is_flooded = rest.is_flooded(name)
        for start, end in spans:
            yield start + offset, end + offset


@lru_cache(maxsize=64)
def _scanner(name: str) -> Scanner:
    """Compile one pattern alone, for texts that flood it."""
    return Scanner(pattern for pattern in PATTERNS if pattern.name == name)


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
