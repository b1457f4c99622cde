"""Checksums that some credential formats carry: CRC-32 in base62, base58check, bech32 and BIP-39.

Pure functions over text that has the right shape already. Sources: GitHub's token format announcement
(2021-04-05), npm's of 2021-09, BIP-13/BIP-32 (base58check), BIP-173 (bech32), BIP-39.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Final

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE58: Final = {
    char: value for value, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_BECH32: Final = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def base62(number: int, width: int) -> str:
    """Return a number of at most `width` base62 digits, padded with zeros to the left."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(width, "0")


def has_crc32(body: str) -> bool:
    """True if the last six characters are the CRC-32 of those before them in base62 (GitHub, npm)."""
    return base62(zlib.crc32(body[:-6].encode()), 6) == body[-6:]


def is_base58check(text: str) -> bool:
    """True if the last four bytes are the double SHA-256 of those before (WIF, extended keys)."""
    number = 0
    for char in text:
        value = _BASE58.get(char)
        if value is None:
            return False
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    data = b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
    digest = hashlib.sha256(hashlib.sha256(data[:-4]).digest()).digest()
    return len(data) > 4 and digest[:4] == data[-4:]


def is_bech32(text: str) -> bool:
    """True if a text of one case ends in the BCH code of its prefix and data (nsec, AGE-SECRET-KEY)."""
    lower = text.lower()
    prefix, found, payload = lower.rpartition("1")
    if not found or any(char not in _BECH32 for char in payload):
        return False
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    check = 1
    for value in values + [_BECH32[char] for char in payload]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check == 1


def is_mnemonic(indices: list[int]) -> bool:
    """True if 12, 15, 18, 21 or 24 word indices end in the first bits of the SHA-256 of their entropy (BIP-39)."""
    if len(indices) not in {12, 15, 18, 21, 24}:
        return False
    number = 0
    for index in indices:
        number = number << 11 | index
    check_bits = len(indices) // 3
    entropy = (number >> check_bits).to_bytes(check_bits * 4, "big")
    return hashlib.sha256(entropy).digest()[0] >> (8 - check_bits) == number & ((1 << check_bits) - 1)
