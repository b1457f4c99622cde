"""Reads private keys: PEM and PuTTY blocks, the same in base64, and JSON Web Keys with their private member.

Sources: RFC 7468 and RFC 4716 (textual encodings), RFC 9580 (OpenPGP armor), RFC 7517 and RFC 7518 section 6 (JWK).
A heading alone, as code and documentation quote it, is recorded and passes; a block with a body blocks.
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.verify import decoded_text
from policy.text.scanner import Pattern

PEM: Final = "secrets.pem"
PUTTY: Final = "secrets.putty"
PEM_BASE64: Final = "secrets.pem-base64"
JWK: Final = "secrets.jwk"
PATTERNS: Final = (
    Pattern(PEM, r"-----? ?BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY"),
    Pattern(PUTTY, r"PuTTY-User-Key-File-[23]"),
    Pattern(PEM_BASE64, r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{16}"),
    Pattern(JWK, r"\\?\"kty\\?\"\s?:\s?\\?\"(?:RSA|EC|OKP|oct)"),
)

RULE: Final = "secrets.private-key"
_SEVERITY: Final = 95
_STUB: Final = 50
_LONGEST: Final = 16_384
_BODY: Final = re.compile(r"(?:\\{1,2}[nr]|\\?[\s\"'+,>|#*]|[A-Za-z0-9+/=])*+")
_ARMOR: Final = re.compile(r"(?:[A-Za-z-]{3,20}: [^\n\\]{0,200}(?:\\{1,2}[nr]|[\r\n])[\s\\nr]{0,8}){0,6}")
_HEADING_END: Final = re.compile(r"(?: BLOCK)?-{4,5}")
_NOT_BODY: Final = re.compile(r"\\{1,2}[nr]|[^A-Za-z0-9+/=]")
_LEAST_BODY: Final = 40
_END: Final = re.compile(r"[=A-Za-z0-9+/]{0,8}?-{4,5} ?END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-{4,5}")
_JWK_REACH: Final = 4096
_JWK_PRIVATE: Final = re.compile(r"\\?\"(?:d|k|p|q)\\?\"\s?:\s?\\?\"([A-Za-z0-9_-]{22,2000})")


def read_pem(text: str, start: int, end: int) -> Found:
    """Read a PEM or OpenPGP block from its heading on; the rest is one block even if it is cut."""
    heading = _HEADING_END.match(text, end)
    at = heading.end() if heading else end
    window = text[at : at + _LONGEST]
    skipped = len(window) - len(window.lstrip(" \t\r\n\\nr\"'"))
    armor = _ARMOR.match(window, skipped)
    begin = armor.end() if armor else skipped
    body = _BODY.match(window, begin)
    stop = body.end() if body else begin
    letters = _NOT_BODY.sub("", window[begin:stop])
    if len(letters) < _LEAST_BODY or len(set(letters)) < 10:
        reason = "the text holds the heading of a private key, without a key"
        return Found(start, at, RULE, "private-key-heading", _STUB, reason)
    closing = _END.match(window, stop)
    last = at + (closing.end() if closing else stop)
    return Found(start, last, RULE, "pem-private-key", _SEVERITY, "the text holds a private key", 1.0)


def read_putty(text: str, start: int, end: int) -> Found | None:
    """Read a PuTTY key file with its private lines."""
    stop = text.find("Private-Lines:", end, end + _LONGEST)
    if stop < 0:
        return None
    last = min(len(text), stop + 4096)
    return Found(
        start, last, RULE, "putty-private-key", _SEVERITY, "the text holds a private key of PuTTY", 1.0
    )


def read_base64(text: str, start: int) -> Found | None:
    """Read a private key in PEM that was put into base64 as a whole (`data` of a Kubernetes secret)."""
    run = re.compile(r"[A-Za-z0-9+/]+={0,2}").match(text, start, start + _LONGEST)
    if run is None or "PRIVATE KEY" not in decoded_text(run[0][:200]):
        return None
    return Found(
        start, run.end(), RULE, "base64-private-key", _SEVERITY, "the text holds a private key in base64", 1.0
    )


def read_jwk(text: str, start: int) -> Found | None:
    """Read the private member of a JSON Web Key around its `kty`."""
    # Only as far as the object and the neighboring `kty` go: a text of nothing but such members stays linear.
    begin = max(0, start - _JWK_REACH)
    left = max(begin, text.rfind("{", begin, start), text.rfind("kty", begin, start))
    ends = (text.find("}", start, start + _JWK_REACH), text.find("kty", start + 6, start + _JWK_REACH))
    right = min((end for end in ends if end >= 0), default=start + _JWK_REACH)
    found = _JWK_PRIVATE.search(text, left, right)
    if found is None:
        return None
    return Found(
        found.start(1),
        found.end(1),
        RULE,
        "json-web-key",
        _SEVERITY,
        "the text holds a private JSON web key",
        1.0,
    )
