"""Turning agent-supplied text into something that may be printed, logged and stored.

Owns the one way text from outside enters a reason, an evidence field or an error message. Invariant: the
output of `safe` is printable ASCII of bounded length, so no terminal escape, line break or bidirectional
override survives it (CWE-117, CWE-150); what looks like a secret is cut to its first characters (CWE-532).
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[A-Za-z0-9_+=\-]{20,}")
_KNOWN_PREFIX = re.compile(
    r"(?:sk|pk|rk)[-_][A-Za-z0-9_-]{6,}|gh[pousr]_\w{6,}|github_pat_\w{6,}|xox[abprs]-[\w-]{6,}|AKIA\w{8,}|AIza[\w-]{8,}"
    r"|hvs\.\w{6,}|eyJ[\w-]{8,}(?:\.[\w-]+)*"
)
_USERINFO = re.compile(r"[^/@\s]{1,200}@")
_KEPT = 4
_LONGEST_INPUT = 1024


def safe(text: str, limit: int = 80) -> str:
    """Return `text` as at most `limit` printable ASCII characters, backslash escapes for all others."""
    shown = text[:limit].encode("ascii", "backslashreplace").decode("ascii")
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in shown)
    return shown if len(shown) <= limit and len(text) <= limit else shown[: limit - 3] + "..."


def masked(text: str, limit: int = 80) -> str:
    """Return `safe(text)` with everything that looks like a secret cut to its first four characters.

    Over-masks on purpose: a run of twenty token characters with a digit in it is taken for a secret.
    """
    text = _USERINFO.sub("***@", text[:_LONGEST_INPUT])
    text = _KNOWN_PREFIX.sub(_mask, text)
    return safe(_TOKEN.sub(_mask_if_random, text), limit)


def _mask(match: re.Match[str]) -> str:
    return match[0][:_KEPT] + "***"


def _mask_if_random(match: re.Match[str]) -> str:
    return _mask(match) if any(char.isdigit() for char in match[0]) else match[0]
