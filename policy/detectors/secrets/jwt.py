"""Reads JSON Web Tokens: three parts of base64url, of which the first two are JSON with the members of RFC 7519.

A cursor or a blob that merely begins with `eyJ` is none. The example of the debugger at jwt.io and of RFC 7519 is
documentation: recorded, not blocked.
"""

from __future__ import annotations

import json
import re
from typing import Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.verify import decoded_text
from policy.text.scanner import Pattern

JWT: Final = "secrets.jwt"
PATTERNS: Final = (Pattern(JWT, r"eyJ[A-Za-z0-9_-]{12}|ewog[A-Za-z0-9_-]{12}"),)

_PARTS: Final = re.compile(
    r"([A-Za-z0-9_-]{12,4096}+)={0,2}\.([A-Za-z0-9_-]{2,16384}+)={0,2}(?:\.([A-Za-z0-9_-]{0,2048}+)(?:\.[A-Za-z0-9_-]{4,16384}\.[A-Za-z0-9_-]{4,64})?)?"
)
_ALG: Final = re.compile(r"\"alg\"\s{0,4}:\s{0,4}\"[\w.-]{2,24}\"")
_TYP: Final = re.compile(r"\"(?:typ|enc|kid|cty)\"\s{0,4}:")
_SIGNATURE: Final = 20
_WHOLE: Final = 81
_UNSIGNED: Final = 72
_DOCUMENTED: Final = 45
_EXAMPLES: Final = ('"John Doe"', '"sub":"1234567890"', "http://example.com/is_root")


def read(text: str, start: int) -> Found | None:
    """Read a token at `start`."""
    if (
        start
        and (text[start - 1].isalnum() and text[start - 1].isascii())
        and text[start - 2 : start - 1] not in {"\\", "%"}
    ):
        return None
    match = _PARTS.match(text, start)
    if match is None:
        return None
    header = decoded_text(match[1])
    if not _ALG.search(header) and not (header.startswith("{") and _TYP.search(header)):
        return None
    is_signed = len(match[3] or "") >= _SIGNATURE
    payload = decoded_text(match[2])
    is_encrypted = '"enc"' in header
    if not is_encrypted and not _is_object(payload) and not is_signed:
        return None
    severity = _WHOLE if is_signed else _UNSIGNED
    if is_signed and all(
        example in payload.replace(" ", "").replace("JohnDoe", "John Doe") for example in _EXAMPLES[:2]
    ):
        severity = _DOCUMENTED if len(payload) < 80 else severity
    reason = (
        "the text holds a JSON web token"
        if severity != _DOCUMENTED
        else "the text holds the example of a JSON web token"
    )
    return Found(start, match.end(), "secrets.jwt", "json-web-token", severity, reason, 0.9)


def _is_object(text: str) -> bool:
    """True for the text of a JSON object, also one that was cut behind its first member."""
    if not text.startswith("{"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
