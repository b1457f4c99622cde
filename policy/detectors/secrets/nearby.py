"""Reads keys without a shape of their own: a random text on one line behind the name of the service it belongs to.

Owns the pattern of service names. What is plainly a hash, a path or an id is left alone.
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.placeholders import is_ordered, is_placeholder
from policy.detectors.secrets.randomness import is_hex, is_uuid, randomness
from policy.detectors.secrets.services import SERVICES
from policy.text.scanner import Pattern

_GROUPS: Final = 12


def _expression(names: tuple[str, ...]) -> str:
    return "(?:" + "|".join(re.escape(name).replace(r"\-", "-") for name in names) + ")"


PATTERNS: Final = tuple(
    Pattern(f"secrets.service.{number}", _expression(SERVICES[number::_GROUPS]), is_caseless=True)
    for number in range(_GROUPS)
)

_WINDOW: Final = 160
_REACH: Final = 72
_CANDIDATE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+/=.~-]{9,512}+")
_NO_KEY: Final = re.compile(
    r"h1:|sha\d|hash|digest|checksum|integrity|commit|resolved|revision|version|https?:|://|www\.|\bid\b|[_-]id\b|Id\b|ID\b|public|uuid|guid",
    re.IGNORECASE,
)
_SAYS_KEY: Final = re.compile(r"key|token|secret|private|access|auth|pass|pwd|credential|api", re.IGNORECASE)
_CLEAR: Final = 74
_DOUBTFUL: Final = 55
_TRIES: Final = 4


def read(text: str, end: int) -> Found | None:
    """Read the first key-like text on the rest of the line behind a service's name."""
    if text[end : end + 1] == "/":
        return None
    window = text[end : end + _WINDOW].partition("\n")[0]
    for tries, candidate in enumerate(_CANDIDATE.finditer(window), 1):
        if candidate.start() > _REACH or tries > _TRIES:
            return None
        gap = window[: candidate.start()]
        if _NO_KEY.search(gap):
            return None
        begin = end + candidate.start()
        value = _CANDIDATE.match(text, begin)
        found = _judge(text, begin, value[0] if value else candidate[0], gap)
        if found:
            return found
    return None


def _judge(text: str, begin: int, raw: str, gap: str) -> Found | None:
    value = raw.rstrip(".=" if raw.endswith("..") else ".")
    front, found, back = value.partition("=")
    if found and back and _NO_KEY.search(front):
        return None
    lead = ""
    for mark in ("=", "-", "_", "."):
        front, found, back = value.partition(mark)
        if found and len(front) <= 24 and front.isalpha() and len(back) >= 10 and _SAYS_KEY.search(front):
            lead, value = front + mark, back
            break
    begin += len(lead)
    if text[begin - 1 : begin] in {"/", "@", "#", "%"} or is_placeholder(value) or "://" in value:
        return None
    says_key = bool(_SAYS_KEY.search(gap + lead))
    severity = _severity(value, says_key=says_key)
    if not severity:
        return None
    rule = "secrets.nearby" if severity >= 70 else "secrets.weak"
    reason = "the text holds a random value beside the name of a service"
    return Found(begin, begin + len(value), rule, "service-key", severity, reason, randomness(value))


def _severity(value: str, *, says_key: bool) -> int:  # noqa: PLR0911 - a ladder of reasons
    look = randomness(value)
    digits = sum(map(str.isdigit, value))
    letters = sum(map(str.isalpha, value))
    if is_uuid(value):
        return _CLEAR if says_key else _DOUBTFUL
    if (
        says_key
        and not digits
        and len(value) >= 24
        and look >= 0.8
        and not (value.isupper() or value.islower())
    ):
        return 72
    if not digits or not letters or value.count("/") > 2 or value.count(".") > 2:
        return 0
    if is_hex(value) and len(value) >= 20:
        return _CLEAR if says_key or len(value) in {32, 48, 40} else _DOUBTFUL
    if is_ordered(value) and len(value) >= 16:
        return 71 if says_key else 60
    if look >= 0.5 and len(value) >= 20:
        return _CLEAR
    if look >= 0.6 and len(value) >= 14 and says_key:
        return 72
    return 0
