"""Reads what owns coins: seed phrases, extended and plain private keys, with their checksums.

Sources: BIP-39 (phrases of 12 to 24 words of a list, checksum in the last), BIP-32 and BIP-13 (base58check),
NIP-19 (nsec, bech32), BIP-173. A phrase whose checksum does not hold is left alone: it opens no wallet.
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.secrets.bip39 import INDEX
from policy.detectors.secrets.checksums import is_base58check, is_bech32, is_mnemonic
from policy.detectors.secrets.found import Found
from policy.text.scanner import Pattern

PHRASE: Final = "secrets.seed-phrase"
PHRASE_QUOTED: Final = "secrets.seed-phrase-quoted"
PHRASE_NUMBERED: Final = "secrets.seed-phrase-numbered"
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
_WORD: Final = re.compile(r"[A-Za-z]{3,8}(?![A-Za-z])")
_BASE58: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{50,120}+")
_SIZES: Final = (24, 21, 18, 15, 12)
_SEVERITY: Final = 92


def read_phrase(text: str, start: int) -> Found | None:
    """Read a phrase whose first word stands at or, in a numbered list, behind `start`."""
    lead = _SEPARATOR.match(text, start)
    at = lead.end() if lead else start
    words: list[tuple[int, int, int]] = []
    while len(words) < _SIZES[0] and (match := _WORD.match(text, at)):
        index = INDEX.get(match[0].lower())
        if index is None:
            break
        words.append((index, match.start(), match.end()))
        gap = _SEPARATOR.match(text, match.end())
        if gap is None:
            break
        at = gap.end()
    return _checked(words)


def _checked(words: list[tuple[int, int, int]]) -> Found | None:
    for size in _SIZES:
        part = words[:size]
        indices = [index for index, _, _ in part]
        if len(part) == size and len(set(indices)) > 2 and is_mnemonic(indices):
            reason = f"the text holds a seed phrase of {size} words"
            return Found(
                part[0][1], part[-1][2], "secrets.seed-phrase", "bip39-seed-phrase", _SEVERITY, reason, 1.0
            )
    return None


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
