"""E-mail addresses, which are certain wherever they stand.

Each @ between what may end a name and what may begin a domain of two labels is read both ways, for what a name may
hold is no pattern of bounded time. Sources: RFC 5321, RFC 5322 (dot atom), RFC 6531. Does not catch: domains of one
label, addresses in square brackets; those that are spelled out are read by `spelled`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.found import Found
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.page import Page

EMAIL: Final = "pii.email"
PATTERNS: Final = (Pattern(EMAIL, r"@[a-z0-9\x80-\xff]", is_caseless=True),)

_AT: Final = re.compile(r"[^\s@'<>(),;:/\\]@(?=[^\W_][\w-]{0,62}+\.[^\W_])")
_ANY_DOMAIN: Final = re.compile(r"@[^\W_][\w-]{0,62}+(?:\.[^\W_][\w-]{0,62}+)++")
_FLOOD: Final = 512
"""Addresses from which a text is a list of them."""
_LONGEST_QUOTED: Final = 66
_DOMAIN: Final = re.compile(r"@([^\W_][\w.-]{0,250}+)")
_BROKEN: Final = re.compile(r"\.\.|-\.|\.-|-\Z")
_PUNYCODE: Final = re.compile(r"xn--[a-zA-Z0-9-]{2,40}")
_LONGEST_TOP: Final = 24
_LOCAL_BACKWARDS: Final = re.compile(r"[\w!#$%&*+/=?^`{|}~.\-]{1,64}+")
_EDGES: Final = "".join(sorted(set("!#$%&*+/=?^`{|}~.-'")))
_KEYS: Final = re.compile(r".*[=?&/|{`]", re.DOTALL)
_FILE_TEXT: Final = (
    "png jpg jpeg gif svg webp ico css js ts jsx tsx mjs map json py pyi rs go rb java md txt html"
)
_FILES: Final = frozenset(_FILE_TEXT.split())
"""Endings of names such as `logo@2x.png`, which are no top-level domains (or hardly anyone's)."""
_MACHINES: Final = frozenset({"git", "hg", "svn", "noreply", "no-reply", "donotreply", "do-not-reply"})


def read(page: Page) -> Iterator[Found]:
    """Find every address: each @ between what may end a name and what may begin a domain of two labels."""
    text = page.plain
    has_urls = "://" in text
    count = 0
    for at in _AT.finditer(text):
        found = _read(text, at.start() + 1, has_urls=has_urls)
        if found is not None:
            yield found
            count += 1
            if count > _FLOOD:
                yield from _listed(text, found.end)
                return


def _listed(text: str, begin: int) -> Iterator[Found]:
    """Read the rest of a list: what looks like an address is taken for one."""
    last = begin
    for domain in _ANY_DOMAIN.finditer(text, begin):
        at, end = domain.span()
        name = _LOCAL_BACKWARDS.match(text[max(last, at - 64) : at][::-1])
        if name is not None:
            yield Found(at - name.end(), end, EMAIL, "email", 0.96)
            last = end


def _read(text: str, at: int, *, has_urls: bool) -> Found | None:
    """Read both ways from the @."""
    end = _domain_end(text, at)
    if end < 0:
        return None
    if text[at - 1] == '"':
        opening = text.rfind('"', max(0, at - _LONGEST_QUOTED), at - 1)
        is_quoted = 0 <= opening < at - 2 and "\n" not in text[opening:at]
        return Found(opening, end, EMAIL, "email", 0.8) if is_quoted else None
    local = _local(text, at)
    if not local or local.lower() in _MACHINES:
        return None
    if (has_urls or text[end : end + 1] == ":") and _is_userinfo(text, at - len(local), end):
        return None
    return Found(at - len(local), end, EMAIL, "email", 0.96)


def _local(text: str, at: int) -> str:
    """The name in front of an @, without what parts it from a key; empty if there is none."""
    backwards = _LOCAL_BACKWARDS.match(text[max(0, at - 64) : at][::-1])
    local = backwards[0][::-1] if backwards else ""
    if not local.isalnum():
        local = _KEYS.sub("", local).lstrip(_EDGES)
    return "" if local[-1:] == "." or ".." in local else local


def _domain_end(text: str, at: int) -> int:
    """Where the longest domain name behind an @ ends; -1 for none."""
    written = _DOMAIN.match(text, at)
    if written is None:
        return -1
    name = written[1]
    end = written.end()
    if text[end : end + 1] == "@":
        return -1
    if name[-1] in ".-_":
        name = name.rstrip(".-_")
        end = at + 1 + len(name)
    front, _, top = name.rpartition(".")
    is_plain = top.isalpha() and 2 <= len(top) <= _LONGEST_TOP
    if not front or not (is_plain or _PUNYCODE.fullmatch(top)) or top.lower() in _FILES:
        return -1
    return end if front.isalnum() or not _BROKEN.search(front) else -1


def _is_userinfo(text: str, start: int, end: int) -> bool:
    """True for `https://user:password@host` and `ssh://name@host`: not an address, and somebody else's matter."""
    before = text[max(0, start - 80) : start]
    scheme = before.rfind("://")
    if scheme >= 0 and not any(char in before[scheme + 3 :] for char in "/?#& \t\n\"'<>"):
        return True
    return (
        text[end : end + 1] == ":"
        and text[end + 1 : end + 2] not in {"", " ", "\n", "\t", '"', "\\"}
        and not (text[end + 1 : end + 2].isdigit())
        and "/" in text[end : end + 60].split(" ", 1)[0]
    )
