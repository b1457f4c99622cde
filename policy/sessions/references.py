r"""The things a text names: addresses, hosts, recipients, paths, repositories, lines that could be commands.

Owns what counts as a name that an argument can be copied from, and which words of a text are values that give
it away by themselves (a key, a token, a mailbox). A reference is remembered as a salted hash of its kind and spelling.

Invariants: linear; at most `MOST` references of a text; any `str` is read.

Does not catch: names that are put together from parts; a value shorter than twelve characters; names that contain
blanks, unless they are a line of their own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import numpy as np

from policy.urls import targets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policy.sessions.winnowing import Hashes

MOST: Final = 4096
"""References remembered of one text."""
LONGEST: Final = 1 << 18
"""Characters of a text that are read."""

_WORD: Final = re.compile(r"[^\s\"'<>`(){}\[\],;|\\^]{2,2048}+")
_TELLING: Final = frozenset("@/.:#0123456789~")
_MAIL: Final = re.compile(r"[\w.!#$%&*+/=?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\Z")
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.){1,16}[a-z][a-z0-9-]{1,62}\Z", re.IGNORECASE)
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_+/=~.$!@%&*-]{12,512}\Z")
_HEX: Final = re.compile(r"[0-9a-f]{7,64}\Z")
_VERSION: Final = re.compile(r"[v^~=<>]{0,2}[0-9]+(?:\.[0-9A-Za-z*-]+)+\Z")
_DIGITS: Final = re.compile(r"[0-9 ().+-]{9,24}\Z")
_INLINE: Final = re.compile(r"`([^`\n]{6,400})`")
_PARTY: Final = re.compile(
    r"\b(?:from|sender|author|reply-to|reply_to|requester|reporter)\b.{0,80}?([\w.+-]{1,64}@[\w.-]{1,255})", re.IGNORECASE
)
_MARKS: Final = "$>#*-+|` \t"
_END: Final = ".,;:!?"
_SHORTEST_LINE: Final = 8
_LONGEST_LINE: Final = 400
_SHORTEST_VALUE: Final = 12
_VARIETY: Final = 8


def references(text: str) -> list[str]:
    """Return the names and lines of an agent-supplied text, each as `kind:spelling`, without duplicates."""
    text = plain(text[:LONGEST])
    found: dict[str, None] = {}
    for word in dict.fromkeys(_WORD.findall(text)):
        if not _TELLING.isdisjoint(word):
            for name in names(word):
                found[name] = None
        if len(found) >= MOST:
            return list(found)[:MOST]
    for line in dict.fromkeys((*text.splitlines()[:MOST], *_INLINE.findall(text)[:MOST])):
        if _SHORTEST_LINE <= len(line) <= _LONGEST_LINE and (name := line_name(line)):
            found[name] = None
        if len(found) >= MOST:
            break
    return list(found)[:MOST]


def plain(text: str) -> str:
    """Undo the escapes of JSON that hide ends of lines and quotes."""
    if "\\" not in text:
        return text
    return text.replace("\\n", "\n").replace("\\r", "\n").replace("\\t", "\t").replace('\\"', '"').replace("\\/", "/")


def line_name(line: str) -> str:
    """Return the reference of a line as a command: marks of lists and prompts off, white space as one blank."""
    words = " ".join(line.strip(_MARKS).split())
    return f"line:{words}" if len(words) >= _SHORTEST_LINE else ""


def names(word: str) -> list[str]:
    """Return what one word names."""
    word = word.strip(_END)
    lowered = word.lower()
    if "://" in lowered:
        at = max(lowered.find("http"), 0) if "=http" in lowered else 0
        return _of_url(word[at:])
    if "@" in lowered:
        address = lowered.removeprefix("mailto:").partition("?")[0]
        if _MAIL.match(address):
            return [f"mail:{address}"]
    found = [f"name:{lowered.lstrip('#@')}"] if len(lowered) > 1 else []
    if "." in lowered and _HOST.match(host := lowered.partition("/")[0].partition(":")[0]):
        found.append(f"host:{host}")
    return found


def _of_url(url: str) -> list[str]:
    found = [f"url:{url.rstrip('/')}"]
    if readings := targets(url):
        first = readings[0]
        host = first.host.lower()
        found.append(f"host:{host}")
        path = first.path.partition("?")[0].strip("/").removesuffix(".git")
        parts = path.split("/")
        if len(parts) > 1:
            found.append(f"name:{'/'.join(parts[:2]).lower()}")
    return found


def values(text: str) -> list[str]:
    """Return the words of a text that give it away by themselves: keys, tokens, mailboxes, long numbers."""
    text = plain(text[:LONGEST])
    found: dict[str, None] = {}
    for word in dict.fromkeys(_WORD.findall(text)):
        for piece in _pieces(word):
            if name := _value(piece):
                found[name] = None
        if len(found) >= MOST:
            break
    return list(found)[:MOST]


def _pieces(word: str) -> Iterable[str]:
    if len(word) < _VARIETY:
        return ()
    pieces = [word]
    if "%" in word:
        pieces.append(unquote(word))
    for mark in "=:&?/@":
        if mark in word[:-1]:
            pieces += [piece for whole in pieces[:4] for piece in whole.split(mark)[:8]]
    return dict.fromkeys(pieces)


def _value(piece: str) -> str:
    piece = piece.strip(_END)
    lowered = piece.lower()
    if "@" in piece:
        return f"mail:{lowered}" if _MAIL.match(lowered) else ""
    if len(piece) < _SHORTEST_VALUE or "://" in piece or not _OPAQUE.match(piece):
        return ""
    return f"value:{piece}" if is_opaque(piece) else ""


def is_opaque(word: str) -> bool:
    """Tell a key or an encoded text from words, paths, versions, dates and digests."""
    digits = sum(map(str.isdigit, word))
    letters = sum(map(str.isalpha, word))
    if not digits or not letters or len(set(word)) < _VARIETY:
        return False
    if _HEX.match(word) or _VERSION.match(word) or word.count("/") > 2 or word.count(".") > 3:
        return False
    if word.count("-") + word.count("_") >= max(2, len(word) // 6) and not _is_mixed(word):
        return False
    return _is_mixed(word) or digits * 6 >= len(word)


def _is_mixed(word: str) -> bool:
    """Upper and lower case change often, as in base64."""
    cases = [char.isupper() for char in word if char.isalpha()]
    changes = sum(one != other for one, other in zip(cases, cases[1:], strict=False))
    return changes >= max(3, len(cases) // 5)


_LETTERS: Final = re.compile(r"[^\W_]{2,40}")
_SHORTEST_NAME: Final = 3
_COMMON: Final = frozenset(
    "www com org net edu gov api app docs dev info mail noreply admin support the and for hello contact team io co".split()
)


def words(text: str) -> list[str]:
    """Return the words of what the user wrote: a recipient may be named by first name, a service by its brand."""
    found = dict.fromkeys(_LETTERS.findall(text[:LONGEST].lower()))
    return [f"word:{word}" for word in found][:MOST]


def words_of_name(name: str) -> list[str]:
    """Return the words of a recipient or host by which a user may have meant it."""
    name = name.lower()
    if "@" in name:
        name = name.partition("@")[0]
    elif "://" in name:
        name = name.partition("://")[2].partition("/")[0]
    pieces = [word for word in _LETTERS.findall(name[:255]) if word not in _COMMON]
    return [f"word:{word}" for word in pieces if len(word) >= _SHORTEST_NAME][:16]


def parties(text: str) -> list[str]:
    """Return who wrote a message, as far as its head says: mailboxes after `From`, `author` and their kin."""
    return [f"party:{match[1].lower().strip(_END)}" for match in list(_PARTY.finditer(text[:20_000]))[:64]]


def hashed(kinds: Iterable[str], salt: bytes) -> Hashes:
    """Return the salted hashes of references."""
    return np.array([_hash(name, salt) for name in kinds], np.uint64)


@lru_cache(maxsize=4096)
def _hash(name: str, salt: bytes) -> int:
    digest = blake2b(name.encode("utf-8", "surrogatepass"), key=salt[:64], digest_size=8).digest()
    return int.from_bytes(digest, "little")
