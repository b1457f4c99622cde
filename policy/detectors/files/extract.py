r"""The paths in one argument of a tool call.

Owns the question whether a string is a path at all. A tool opens what it is given, not what a sentence mentions, so
the whole string has to look like a path, or like a list of paths, or name one after `@`, `=` or `file:`. Documents
and sentences are not paths; the guards of text read these.

Invariants: linear; at most `MAX_PATHS` paths. Agent-supplied.

Does not catch: a bare word without a separator, a dot or a known name (`notes`), which no sandbox needs to see; a path
that a program puts together from parts.
"""

from __future__ import annotations

import itertools
import re
from typing import Final

from policy.detectors.files.decoding import decode
from policy.detectors.files.meaning import meaning
from policy.detectors.files.readings import normalize

MAX_PATHS: Final = 64
MAX_LENGTH: Final = 4096
"""Characters of a string that can be one path; longer ones are documents, unless they have the shape of a path."""

_WEB: Final = re.compile(
    r"\s*+(?:https?|wss?|ftps?|mailto|tel|about|blob|git|ssh|s3|gs|postgres(?:ql)?|mysql|redis|mongodb(?:\+srv)?):",
    re.IGNORECASE,
)
_FILE_URL: Final = re.compile(
    r"(?<!\w)(?:file|php|phar|zip|jar|glob|expect|netdoc|view-source|vscode-file|smb|compress\.\w{3,6}|data):[^\s\"'<>]{1,4096}",
    re.IGNORECASE,
)
_STARTS: Final = re.compile(
    r"(?:/|\\|~(?=[/\\\w]|\Z)|\.++[/\\]|\.{1,2}\Z|[A-Za-z]:[/\\]|%(?:25)*+(?:2[eEfF]|5[cC]|[uUcC])"
    r"|\$\{?\w{1,40}\}?[/\\]|%\w{1,40}%[/\\])"
)
"""Rooted, relative with dots, at home, on a drive, encoded, behind a variable."""
_ASSIGNED: Final = re.compile(
    r"(?:@|--?[A-Za-z][\w-]{0,40}[= ]|[A-Za-z_]\w{0,40}=@?|[<>]{1,2}\s{0,4})(?=[^\s=])"
)
_SEPARATORS: Final = re.compile(r"[\n\r\t,;|]+|:(?=[/~])|\s+(?=[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\])")
_QUOTES: Final = "\"'`"
_WORD: Final = re.compile(r"[^\s/\\]{1,255}\Z")
_SPACED: Final = re.compile(r"[^\n\r\t]{1,4096}\Z")
_NAME: Final = re.compile(r"[^/\\]{1,255}(?:[/\\][^/\\]{1,255})++[/\\]?\Z")
_MIME: Final = re.compile(
    r"(?:text|image|audio|video|application|multipart|font|model|message)/[\w.+-]+(?:\s*;.*)?\Z"
)
_MOST_BLANKS: Final = 8


def paths_in(value: str) -> tuple[str, ...]:
    """Return the paths one agent-supplied string names, as they are written; empty if it is no path.

    Args:
        value: one string of a tool's arguments.
    """
    text = value.strip()
    if not text or _WEB.match(text):
        return ()
    found: dict[str, None] = {}
    if len(text) <= MAX_LENGTH or _is_one_word(text):
        if _is_path(text):
            found[_bare(text)] = None
        for piece in _pieces(text):
            found.setdefault(piece)
            if len(found) >= MAX_PATHS:
                break
    return tuple(found)


def _pieces(text: str) -> list[str]:
    """Return the paths of a list, of an option, of a `file:` URL."""
    found = []
    if ":" in text:
        urls = (match[0] for match in itertools.islice(_FILE_URL.finditer(text), MAX_PATHS))
        found += [url for url in urls if not url.lower().startswith("data:image")]
    if assigned := _ASSIGNED.match(text):
        rest = _bare(text[assigned.end() :].strip())
        if _is_path(rest):
            found.append(rest)
    if _SEPARATORS.search(text):
        words = [_bare(word.strip()) for word in _SEPARATORS.split(text)[: 2 * MAX_PATHS]]
        words = [word for word in words if word]
        is_list = len(words) > 1 and all(" " not in word or _is_path(word) for word in words)
        found += [word for word in words if _is_path(word)] if is_list else []
    return found


def _is_path(text: str) -> bool:
    text = _bare(text)
    if not text or not _SPACED.match(text[:MAX_LENGTH]) or _WEB.match(text):
        return False
    if _STARTS.match(text):
        return text.count(" ") <= _MOST_BLANKS or not _is_sentence(text)
    if text.lower().startswith("file:") or "\0" in text:
        return True
    if _WORD.match(text):
        return _is_name(text)
    return bool(_NAME.match(text)) and not _MIME.match(text) and not _is_sentence(text)


def _is_name(text: str) -> bool:
    """Tell a file's bare name: one with an extension, hidden, encoded, or known to be sensitive."""
    if text.startswith(".") or "%" in text:
        return True
    if "." in text.strip("."):
        return True
    return any(
        (named := meaning(reading)) is not None and named.severity > 0 for reading in normalize(decode(text))
    )


def _is_one_word(text: str) -> bool:
    return " " not in text and "\n" not in text and bool(_STARTS.match(text))


def _is_sentence(text: str) -> bool:
    """Tell prose, which has blanks and few separators, from a path with blanks in its names."""
    blanks = text.count(" ")
    return blanks > 2 * (text.count("/") + text.count("\\")) or ". " in text or "? " in text or ", " in text


def _bare(text: str) -> str:
    """Take matching quotes off."""
    while len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0]:
        text = text[1:-1]
    return text
