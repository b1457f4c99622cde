"""Reads what owns coins: seed phrases, extended and plain private keys, with their checksums.

Sources: BIP-39 (phrases of 12 to 24 words of a list, checksum in the last), BIP-32 and BIP-13 (base58check),
NIP-19 (nsec, bech32), BIP-173. A phrase whose checksum does not hold is left alone: it opens no wallet.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policy.detectors.secrets.bip39 import INDEX
from policy.detectors.secrets.checksums import is_base58check, is_bech32, is_mnemonic
from policy.detectors.secrets.found import Found
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policy.detectors.secrets.flood import Budget
    from policy.text.scanner import Span

PHRASE: Final = "secrets.seed-phrase"
PHRASE_QUOTED: Final = "secrets.seed-phrase-quoted"
PHRASE_NUMBERED: Final = "secrets.seed-phrase-numbered"
PHRASES: Final = frozenset({PHRASE, PHRASE_QUOTED, PHRASE_NUMBERED})
"""Any of them: the text has a run of words worth a look."""
EXTENDED: Final = "secrets.extended-key"
NSEC: Final = "secrets.nsec"
PATTERNS: Final = (
    Pattern(PHRASE, r"(?:[a-z]{3,8}[^a-z]{1,2}){11}[a-z]{3}", is_caseless=True),
    Pattern(PHRASE_QUOTED, r"(?:[a-z]{3,8}[\"'], ?[\"']){7}[a-z]{3}", is_caseless=True),
    Pattern(
        PHRASE_NUMBERED,
        r"1[.:)] ?[a-z]{3,8}[^a-z]{1,3}2[.:)] ?[a-z]{3,8}[^a-z]{1,3}3[.:)] ?[a-z]{3,8}",
        is_caseless=True,
    ),
    Pattern(EXTENDED, r"[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{16}"),
    Pattern(NSEC, r"nsec1[02-9ac-hj-np-z]{58}"),
)

_SEPARATOR: Final = re.compile(r"[\s,\"'0-9.):_\[\]-]{1,8}+")
_LETTERS: Final = re.compile(r"[A-Za-z]++")
_RUNS: Final = re.compile(rb"\x01{12,}+")
"""So many words of the list in a row."""
_DISTINCT: Final = 0.7
"""Share of different words: all but one or two, where they were drawn at random."""
_COST: Final = 3
_REACH: Final = 400
"""Characters behind a hit in which the rest of a phrase stands."""
_BASE58: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{50,120}+")
_SIZES: Final = (24, 21, 18, 15, 12)
_SEVERITY: Final = 92


def phrases(text: str, hits: Sequence[Span], budget: Budget) -> Iterator[Found]:
    """Find phrases around the hits of `PHRASES`: words of the list that follow each other, twelve and more.

    Words are told apart by the letters around them only; what stands between them is looked at when the checksum
    holds, for a text of plain words may have thousands of runs and hardly a phrase.
    """
    for begin, end in _regions(hits):
        words = _LETTERS.findall(text, begin, end)
        listed = bytes(map(INDEX.__contains__, map(str.lower, words)))
        for run in _RUNS.finditer(listed):
            yield from _run(text, (begin, end), words, run.span(), budget)


def _regions(hits: Sequence[Span]) -> Iterator[Span]:
    """Join the hits that lie close to each other."""
    begin = end = -1
    for start, stop in hits:
        if start > end:
            if end >= 0:
                yield begin, end
            begin = start
        end = max(end, stop + _REACH)
    if end >= 0:
        yield begin, end


def _run(text: str, region: Span, words: list[str], run: Span, budget: Budget) -> Iterator[Found]:
    first, behind = run
    indices = [INDEX[word.lower()] for word in words[first:behind]]
    spans: list[Span] = []
    read_up_to = 0
    for at, _ in budget.take([(at, at) for at in range(len(indices) - _SIZES[-1] + 1)], _COST):
        size = _size(indices[at : at + _SIZES[0]]) if at >= read_up_to else 0
        if not size:
            continue
        spans = spans or [match.span() for match in _LETTERS.finditer(text, *region)][first:behind]
        part = spans[at : at + size]
        if all(_SEPARATOR.fullmatch(text, one[1], two[0]) for one, two in pairwise(part)):
            read_up_to = at + size
            reason = f"the text holds a seed phrase of {size} words"
            where = part[0][0], part[-1][1]
            yield Found(*where, "secrets.seed-phrase", "bip39-seed-phrase", _SEVERITY, reason, 1.0)


def _size(indices: list[int]) -> int:
    """Return how many of the first words are a phrase whose checksum holds, 0 for none."""
    for size in _SIZES:
        part = indices[:size]
        if len(part) == size and len(set(part)) >= _DISTINCT * size and is_mnemonic(part):
            return size
    return 0


def read_extended(text: str, start: int) -> Found | None:
    """Read an extended private key of BIP-32."""
    match = _BASE58.match(text, start)
    if match is None or not is_base58check(match[0][:111]):
        return None
    return Found(
        start,
        start + 111,
        "secrets.wallet-key",
        "extended-private-key",
        _SEVERITY,
        "the text holds an extended private key",
        1.0,
    )


def is_wif(value: str) -> bool:
    """True for a private key in the import format of wallets (51 or 52 characters, base58check)."""
    return len(value) in {51, 52} and value[0] in "5KLc9" and is_base58check(value)


def read_nsec(text: str, start: int) -> Found | None:
    """Read a Nostr private key."""
    value = text[start : start + 63]
    if not is_bech32(value):
        return None
    return Found(
        start,
        start + 63,
        "secrets.wallet-key",
        "nostr-private-key",
        _SEVERITY,
        "the text holds a private key",
        1.0,
    )
