"""Addresses of wallets: Base58Check (Bitcoin, its kin, XRP), Bech32 and Bech32m (BIP 173, BIP 350), Ethereum's.

Checksums of four and more bytes make the first two certain. An Ethereum address has a checksum in its letter case
only (EIP-55, Keccak, which the standard library lacks): forty hexadecimal digits after 0x are taken as they are.
"""

from __future__ import annotations

import re
from functools import reduce
from hashlib import sha256
from operator import xor
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.found import Found
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policy.detectors.pii.page import Page

BECH32: Final = "pii.bech32"
ETHER: Final = "pii.ether"
RULE: Final = "pii.crypto-address"
SIZES: Final = range(26, 36)
"""Characters of an address in Base58Check."""

PATTERNS: Final = (
    Pattern(BECH32, r"\b(?:bc|tb|ltc|addr)1[02-9ac-hj-np-z]{24}", is_caseless=True),
    Pattern(ETHER, r"\b0x[0-9a-fA-F]{40}\b"),
)

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {char: index for index, char in enumerate(_ALPHABET)}
_RIPPLE: Final = str.maketrans("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz", _ALPHABET)
"""XRP writes the same digits in another order."""
_CHARSET: Final = {char: index for index, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CARRIED: Final = tuple(
    reduce(xor, (generator for bit, generator in enumerate(_GENERATOR) if top >> bit & 1), 0)
    for top in range(32)
)
"""What each value of the five bits that are carried out adds."""
_CONSTANTS: Final = frozenset({1, 0x2BC830A3})
_BECH: Final = re.compile(r"(?:bc|tb|ltc|addr)1[02-9ac-hj-np-z]{24,110}+(?![0-9A-Za-z])", re.IGNORECASE)
_BASE: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{26,35}+(?![0-9A-Za-z])")
_SIZE: Final = 25


def read_base58(page: Page, start: int) -> Found | None:
    """Judge a long word: a version byte, twenty bytes of hash and four of checksum."""
    written = _BASE.match(page.text, start)
    if written is None:
        return None
    spelled = written[0]
    if not (_is_checked(spelled) or (spelled[0] == "r" and _is_checked(spelled.translate(_RIPPLE)))):
        return None
    return Found(start, written.end(), RULE, "crypto-address", 0.95)


def _is_checked(spelled: str) -> bool:
    """True if the last four bytes are those of a double SHA-256 over the one or two bytes of version and the hash."""
    number = 0
    for char in spelled:
        number = number * 58 + _VALUES[char]
    if number.bit_length() > 8 * (_SIZE + 1):
        return False
    raw = number.to_bytes(_SIZE + (number.bit_length() > 8 * _SIZE), "big")
    return sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def read_bech32(page: Page, start: int, _end: int) -> Found | None:
    """Judge a prefix, data and six characters of checksum."""
    written = _BECH.match(page.text, start)
    if written is None or (written[0] != written[0].lower() and written[0] != written[0].upper()):
        return None
    prefix, _, data = written[0].lower().partition("1")
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    values += [_CHARSET[char] for char in data]
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _CARRIED[check >> 25]
    if check not in _CONSTANTS:
        return None
    return Found(start, written.end(), RULE, "crypto-address", 0.97)


def read_ether(page: Page, start: int, end: int) -> Found | None:
    """Take forty hexadecimal digits, unless they are hardly any different ones."""
    if len(set(page.text[start + 2 : end].lower())) < 8:
        return None
    return Found(start, end, RULE, "crypto-address", 0.72)


READERS: Final[dict[str, Callable[[Page, int, int], Found | None]]] = {
    BECH32: read_bech32,
    ETHER: read_ether,
}


def read(page: Page, name: str) -> Iterator[Found]:
    """Judge all places of one pattern."""
    reader = READERS[name]
    for start, end in page.places(page.scan, _BY_NAME[name]):
        found = reader(page, start, end)
        if found is not None:
            yield found


_BY_NAME: Final = {pattern.name: pattern for pattern in PATTERNS}
