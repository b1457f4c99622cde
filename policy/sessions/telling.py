"""Words that give a text away by themselves: keys, tokens, mailboxes.

Owns what tells a key from words, paths, versions and digests. Invariants: linear; at most `2 * MOST` words of a text.

Does not catch: a value shorter than twelve characters or without a digit; a passphrase of plain words.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from policy.sessions.references import LONGEST, MOST, plain

_PIECE: Final = re.compile(r"[A-Za-z0-9_+~.$!*%-]{12,512}+")
_AT: Final = re.compile("@")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){1,8}+")
_NOT_LOCAL: Final = re.compile(r"[^\w.+-]")
_DIGIT: Final = re.compile(r"[0-9]")
_LETTER: Final = re.compile(r"[A-Za-z]")
_CHANGES: Final = re.compile(r"(?<=[a-z0-9])[A-Z]|(?<=[A-Z0-9])[a-z]|(?<=[A-Za-z])[0-9]")
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_+/=~.$!@%&*-]{12,512}\Z")
_HEX: Final = re.compile(r"[0-9a-f]{7,64}\Z")
_VERSION: Final = re.compile(r"[v^~=<>]{0,2}[0-9]+(?:\.[0-9A-Za-z*-]+)+\Z")
_MOST_SLASHES: Final = 2
_MOST_DOTS: Final = 3
_VARIETY: Final = 8
_SHORTEST_KEY: Final = 24
_PREFIX: Final = len("value:")


def values(text: str) -> list[str]:
    """Return the words of a text that give it away by themselves: keys, tokens, mailboxes."""
    return [name for name in candidates(text) if name[0] == "m" or _is_value(name[_PREFIX:])][:MOST]


def candidates(text: str) -> list[str]:
    """Return the words of a text that may be `values` of another: a superset, in a fraction of the time."""
    text = plain(text[:LONGEST])
    pieces = [f"value:{piece}" for piece in dict.fromkeys(_PIECE.findall(text)) if _DIGIT.search(piece)]
    return pieces[: 2 * MOST] + (_mailboxes(text) if "@" in text else [])


def _mailboxes(text: str) -> list[str]:
    """Return the mailboxes of a text, looked for around each `@`."""
    found: dict[str, None] = {}
    for mark in islice(_AT.finditer(text), MOST):
        at = mark.start()
        if domain := _DOMAIN.match(text, at + 1, at + 255):
            name = _NOT_LOCAL.split(text[max(0, at - 64) : at])[-1]
            if name:
                found[f"mail:{name}@{domain[0].rstrip('.')}".lower()] = None
    return list(found)


def _is_value(word: str) -> bool:
    """True for what is a key where keys stand: in a sensitive text long hexadecimal words are no digests of commits."""
    return is_opaque(word) or (
        bool(_HEX.match(word)) and len(word) >= _SHORTEST_KEY and len(set(word)) >= _VARIETY
    )


def is_opaque(word: str) -> bool:
    """Tell a key or an encoded text from words, paths, versions, dates and digests."""
    digits = len(_DIGIT.findall(word))
    if not digits or not _LETTER.search(word) or len(set(word)) < _VARIETY:
        return False
    if (
        not _OPAQUE.match(word)
        or _HEX.match(word)
        or _VERSION.match(word)
        or word.count("/") > _MOST_SLASHES
        or word.count(".") > _MOST_DOTS
    ):
        return False
    if word.count("-") + word.count("_") >= max(2, len(word) // 6) and not _is_mixed(word):
        return False
    return _is_mixed(word) or digits * 6 >= len(word)


def _is_mixed(word: str) -> bool:
    """Upper and lower case change often, as in base64."""
    return len(_CHANGES.findall(word)) >= max(3, len(word) // 6)
