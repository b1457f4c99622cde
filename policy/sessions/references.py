r"""The things a text names: addresses, hosts, recipients, paths, repositories, lines that could be commands.

Owns what counts as a name that an argument can be copied from. A reference is remembered as a salted hash of its kind
and spelling.

Invariants: linear; at most `MOST` references of a text; any `str` is read.

Does not catch: names that are put together from parts; names that contain blanks, unless they are a line of their own.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from policy.sessions.winnowing import mixed, secret_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.sessions.winnowing import Hashes

MOST: Final = 4096
"""References remembered of one text."""
LONGEST: Final = 1 << 18
"""Characters of a text that are read."""

_WORD: Final = re.compile(r"[^\s\"'<>`(){}\[\],;|\\^]{2,2048}+")
_TELLING: Final = frozenset("@/.:#0123456789~")
_MAIL: Final = re.compile(r"[\w.!#$%&*+/=?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\Z")
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.){1,16}[a-z][a-z0-9-]{1,62}\Z", re.IGNORECASE)
_DIGITS: Final = re.compile(r"[0-9 ().+-]{9,24}\Z")
_INLINE: Final = re.compile(r"`([^`\n]{6,400})`")
_HEAD: Final = re.compile(
    r"""^[^\w\n]{0,8}(?:[0-9]{1,6}[^\w\n]{1,4})?"""
    r"""(?:from|to|cc|sender|author|reply-to|organizer)["']?[ \t]{0,4}:[ \t]{0,4}(.{3,400})""",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD: Final = re.compile(
    r"""["'](?:from|to|cc|sender|author|reply_?-?to|requester|reporter|organizer|email)["']"""
    r"""[ \t]{0,4}:[ \t]{0,4}(.{3,400})""",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_AUTHORITY_END: Final = re.compile(r"[/?#\\]")
_LONGEST_HEADS: Final = 20_000
_MARKS: Final = "$>#*-+|` \t"
_END: Final = ".,;:!?"
_SHORTEST_LINE: Final = 8
_LONGEST_LINE: Final = 400


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
    return (
        text.replace("\\n", "\n")
        .replace("\\r", "\n")
        .replace("\\t", "\t")
        .replace('\\"', '"')
        .replace("\\/", "/")
    )


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
    host, path = split_url(url)
    if host:
        found.append(f"host:{host}")
        parts = path.partition("?")[0].strip("/").removesuffix(".git").split("/")
        if len(parts) > 1:
            found.append(f"name:{'/'.join(parts[:2]).lower()}")
    return found


def split_url(url: str) -> tuple[str, str]:
    """Return host, lower case, and path of an address, by the usual reading only; `policy.urls` has the others."""
    rest = url.partition("://")[2]
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return host.lower().rstrip("."), rest[len(authority) :]


_URL: Final = re.compile(r"https?://[^\s\"'<>]{1,2048}+", re.IGNORECASE)
_LETTERS: Final = re.compile(r"[^\W_]{2,40}")
_SHORTEST_NAME: Final = 3
_COMMON: Final = frozenset(
    {
        *(
            "www",
            "com",
            "org",
            "net",
            "edu",
            "gov",
            "api",
            "app",
            "docs",
            "dev",
            "info",
            "mail",
            "noreply",
            "admin",
        ),
        *("support", "the", "and", "for", "hello", "contact", "team", "io", "co"),
    }
)
"""Words of names that mean nobody."""


def words(text: str) -> list[str]:
    """Return the words of what the user wrote: a recipient may be named by first name, a service by its brand.

    Of an address only the registered name of its host counts: `/post` in it asks for nothing.
    """
    text = text[:LONGEST]
    addresses = _URL.findall(text)[:MOST] if "://" in text else []
    found = dict.fromkeys(_LETTERS.findall(_URL.sub(" ", text).lower() if addresses else text.lower()))
    brands = [word for address in dict.fromkeys(addresses) for word in words_of_name(address)]
    return [*brands, *(f"word:{word}" for word in found)][:MOST]


def words_of_name(name: str) -> list[str]:
    """Return the words of a recipient or host by which a user may have meant it.

    Of a host that is the registered label, whole: `stripe.evil.example` and `evil-stripe.example` are not Stripe.
    """
    name = name.lower()
    if "@" in name:
        pieces = _LETTERS.findall(name.partition("@")[0][:255])
    elif "://" in name or _HOST.match(name):
        labels = (split_url(name)[0] if "://" in name else name).split(".")
        known = [label for label in labels[-3:-1] if label not in _COMMON]
        pieces = known[-1:]
    else:
        pieces = _LETTERS.findall(name[:255].rstrip("/").rpartition("/")[2])
    return [f"word:{word}" for word in pieces if len(word) >= _SHORTEST_NAME and word not in _COMMON][:16]


def parties(text: str) -> list[str]:
    """Return who takes part in a message: mailboxes in the lines of its head, or in the fields of its JSON.

    A head that is forged in a message's text makes a party too, which excuses little (`leaks`).
    """
    text = plain(text[:_LONGEST_HEADS])
    lines = [match[1] for pattern in (_HEAD, _FIELD) for match in islice(pattern.finditer(text), 64)]
    found = (address.lower() for line in lines for address in _ADDRESS.findall(line)[:64])
    return [f"party:{address}" for address in dict.fromkeys(found)]


def hashed(names_of: Sequence[str], salt: bytes) -> Hashes:
    """Return the salted hashes of references: a polynomial over the characters of each, all at once."""
    if not names_of:
        return np.zeros(0, np.uint64)
    keys = secret_numbers(salt)
    sizes = np.fromiter(map(len, names_of), np.int64, len(names_of)) + 1
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)[:-1]))
    joined = "\0".join(names_of) + "\0"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    powers = np.cumprod(np.full(int(sizes.max()), keys[2], np.uint64))
    at = np.arange(codes.size) - np.repeat(starts, sizes)
    return mixed(np.add.reduceat(mixed(codes + keys[0], keys[1:2]) * powers[at], starts), keys[3:4])
