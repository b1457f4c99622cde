"""Reads keys without a shape of their own: a random text on one line behind the name of the service it belongs to.

Owns the pattern of service names. What is plainly a hash, a path or an id is left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.placeholders import is_ordered, is_placeholder
from policy.detectors.secrets.randomness import is_hex, is_uuid, randomness
from policy.detectors.secrets.services import SERVICES
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.text.scanner import Span

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
_IN_SIGHT: Final = re.compile(rf"[^\n]{{0,{_REACH}}}?[A-Za-z0-9_+/=.~-]{{10}}")
_TRIES: Final = 4
_BLOB: Final = re.compile(r"[A-Za-z0-9+/]{0,64}+")
_BLOB_BEFORE: Final = 12
_BLOB_LEAST: Final = 48
_SHORTEST: Final = 14
_LONG: Final = 20
_ORDERED: Final = 16
_DIGEST_SIZES: Final = frozenset({32, 40, 48})
_RANDOM: Final = 0.5
_CLEARLY_RANDOM: Final = 0.6
_MARKS: Final = 2
"""Slashes or dots in a key; more are a path or a name."""


def worth_reading(text: str, hits: Sequence[Span]) -> list[Span]:
    """Keep the names that stand alone and have something as long as a key behind them on their line."""
    return [
        (start, end)
        for start, end in hits
        if text[end : end + 1] != "/" and not text[start - 1 : start].isalnum() and _IN_SIGHT.match(text, end)
    ]


def read(text: str, start: int, end: int) -> Found | None:
    """Read the first key-like text on the rest of the line behind a service's name."""
    if _is_in_blob(text, start, end):
        return None
    window = text[end : end + _WINDOW].partition("\n")[0]
    stop = says = None
    for tries, candidate in enumerate(_CANDIDATE.finditer(window), 1):
        start = candidate.start()
        if start > _REACH or tries > _TRIES:
            return None
        if candidate.end() - start < _SHORTEST:
            continue
        if stop is None:
            stop, says = _first(_NO_KEY, window), _first(_SAYS_KEY, window)
        if stop <= start:
            return None
        value = _CANDIDATE.match(text, end + start) if candidate.end() == len(window) else candidate
        found = _judge(
            text, end + start, (value or candidate)[0], says_key=says is not None and says <= start
        )
        if found:
            return found
    return None


def _is_in_blob(text: str, start: int, end: int) -> bool:
    """True if the name is a chance of letters in the middle of base64."""
    before = len(_match(_BLOB, text[max(0, start - _BLOB_LEAST) : start][::-1], 0))
    return before >= _BLOB_BEFORE and before + end - start + len(_match(_BLOB, text, end)) >= _BLOB_LEAST


def _match(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    return found[0] if found else ""


def _first(pattern: re.Pattern[str], window: str) -> int:
    """Return where the first match before the last candidate ends, a number beyond the window for none."""
    found = pattern.search(window, 0, _REACH)
    return found.end() if found else _WINDOW


def _judge(text: str, begin: int, raw: str, *, says_key: bool) -> Found | None:
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
    if len(value) < _SHORTEST:
        return None
    if text[begin - 1 : begin] in {"/", "@", "#", "%"} or is_placeholder(value) or "://" in value:
        return None
    says_key = says_key or bool(lead)
    severity = _severity(value, says_key=says_key)
    if not severity:
        return None
    rule = "secrets.nearby" if severity >= 70 else "secrets.weak"
    reason = "the text holds a random value beside the name of a service"
    return Found(begin, begin + len(value), rule, "service-key", severity, reason, randomness(value))


def _severity(value: str, *, says_key: bool) -> int:
    """Return what the look of a value is worth: more where a word such as `token` stands before it."""
    if is_uuid(value):
        return _CLEAR if says_key else _DOUBTFUL
    if value.count("/") > _MARKS or value.count(".") > _MARKS:
        return 0
    look = randomness(value)
    if any(map(str.isdigit, value)) and any(map(str.isalpha, value)):
        return _mixed(value, look, says_key=says_key)
    return _plain(value, look) if says_key else 0


def _mixed(value: str, look: float, *, says_key: bool) -> int:
    if is_hex(value) and len(value) >= _LONG:
        return _CLEAR if says_key or len(value) in _DIGEST_SIZES else _DOUBTFUL
    if is_ordered(value) and len(value) >= _ORDERED:
        return 71 if says_key else 60
    if look >= _RANDOM and len(value) >= _LONG:
        return _CLEAR
    return 72 if look >= _CLEARLY_RANDOM and says_key else 0


def _plain(value: str, look: float) -> int:
    """Letters alone or digits alone, as some services issue them, in one row."""
    if len(value) < _LONG or not value.isalnum():
        return 0
    if value.isdigit() or is_ordered(value):
        return 71
    is_mixed_case = not (value.isupper() or value.islower())
    return 72 if look >= (0.8 if is_mixed_case else 0.7) else 0
