"""Where a quote, a bracket or a backtick that opens in a shell's text closes again.

Invariant: one pass, a count instead of a stack; what never closes, or is nested too deeply, ends with the text.
"""

from __future__ import annotations

import re
from typing import Final

_DEEPEST: Final = 64
"""Brackets within brackets; deeper ones are taken to end with the text, for a hundred thousand `$(` are an attack."""
_CLOSING: Final = {"(": ")", "{": "}"}


def close(text: str, start: int) -> int:
    """Return the end of what opens at `start` (a quote, a bracket or a backtick), or of the text if nothing closes it.

    Brackets are matched over quotes, with a count instead of a stack: one pass.
    """
    opening = text[start]
    if opening == "'":
        return after(text, "'", start + 1)
    if opening in '"`':
        return _close_quote(text, start, opening)
    closing = _CLOSING[opening]
    depth, at = 0, start
    interesting = _INTERESTING[opening]
    while match := interesting.search(text, at):
        char, at = match[0], match.end()
        if char == opening:
            depth += 1
            if depth > _DEEPEST:
                break
        elif char == closing:
            depth -= 1
            if not depth:
                return at
        elif char == "'":
            at = after(text, "'", at)
        elif char == '"':
            at = _close_quote(text, match.start(), char)
    return len(text)


_INTERESTING: Final = {
    "(": re.compile(r"\\[\s\S]|[()'\"]"),
    "{": re.compile(r"\\[\s\S]|[{}'\"]"),
}
_IN_QUOTE: Final = {'"': re.compile(r'\\[\s\S]|"|\$\('), "`": re.compile(r"\\[\s\S]|`")}
_MOST_NESTED_QUOTES: Final = 400


def _close_quote(text: str, start: int, quote: str) -> int:
    """Find the end of a double quote; substitutions in it may hold quotes of their own."""
    at, nested = start + 1, 0
    pattern = _IN_QUOTE[quote]
    while match := pattern.search(text, at):
        at = match.end()
        if match[0] == quote and not nested:
            return at
        if match[0] == "$(":
            nested += 1
            if nested > _MOST_NESTED_QUOTES:
                break
            at = _skip_substitution(text, at)
            nested -= 1
    return len(text)


def _skip_substitution(text: str, at: int) -> int:
    """Skip to the bracket that closes a substitution inside quotes; quotes in it are skipped to their next mark."""
    depth = 1
    while match := _INTERESTING["("].search(text, at):
        char, at = match[0], match.end()
        if char == "(":
            depth += 1
            if depth > _DEEPEST:
                break
        elif char == ")":
            depth -= 1
            if not depth:
                return at
        elif char in "'\"":
            at = after(text, char, at)
    return len(text)


def after(text: str, mark: str, start: int) -> int:
    """Return what follows the next `mark`, or the end of the text."""
    end = text.find(mark, start)
    return len(text) if end < 0 else end + 1
