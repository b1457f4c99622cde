"""Brace expansion: `{rm,-rf,/}` is `rm -rf /`, `/e{t,}c` is `/etc /ec`.

Invariant: at most `_MOST` words, `_DEEPEST` levels; quotes and `${` are left alone.
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.shell.brackets import close

_MOST: Final = 64
_DEEPEST: Final = 5
_LONGEST: Final = 2_048
_MOST_BRACES: Final = 24
_MARK: Final = re.compile(r"\\[\s\S]|['\"`]|\$[({]|\{")
_INNER: Final = re.compile(r"\\[\s\S]|['\"`]|\$[({]|[{},]")
_RANGE: Final = re.compile(r"(-?\d{1,4}|[A-Za-z])\.\.(-?\d{1,4}|[A-Za-z])")


def brace_words(word: str, depth: int = 0) -> list[str]:
    """Return the words that one source word stands for, itself included where nothing expands."""
    if depth >= _DEEPEST or ("," not in word and ".." not in word):
        return [word]
    if len(word) > _LONGEST or word.count("{") > _MOST_BRACES:
        return [word]
    at = 0
    while match := _MARK.search(word, at):
        if match[0] != "{":
            at = _skip(word, match)
            continue
        items, end = _items(word, match.end())
        if items:
            head, tails = word[: match.start()], brace_words(word[end:], depth + 1)
            middles = [inner for item in items for inner in brace_words(item, depth + 1)]
            return [head + middle + tail for middle in middles[:_MOST] for tail in tails[:_MOST]][:_MOST]
        at = match.end()
    return [word]


def _skip(word: str, match: re.Match[str]) -> int:
    """Skip an escape, a quote or an expansion."""
    if match[0][0] == "\\":
        return match.end()
    return close(word, match.end() - 1)


def _items(word: str, start: int) -> tuple[list[str], int]:
    """Split what stands between braces at its own commas; empty if nothing expands."""
    items: list[str] = []
    depth, begin, at = 1, start, start
    while match := _INNER.search(word, at):
        mark, at = match[0], match.end()
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
            if not depth:
                break
        elif mark == ",":
            if depth == 1:
                items.append(word[begin : match.start()])
                begin = at
        else:
            at = _skip(word, match)
    else:
        return [], at
    last = word[begin : match.start()]
    return (([*items, last] if items else _range(last)), at)


def _range(text: str) -> list[str]:
    match = _RANGE.fullmatch(text)
    if match is None:
        return []
    first, last = match[1], match[2]
    if first.lstrip("-").isdigit() != last.lstrip("-").isdigit():
        return []
    if first.lstrip("-").isdigit():
        low, high = int(first), int(last)
        return [str(number) for number in range(low, min(high, low + _MOST - 1) + 1)]
    return [chr(code) for code in range(ord(first), min(ord(last), ord(first) + _MOST - 1) + 1)]
