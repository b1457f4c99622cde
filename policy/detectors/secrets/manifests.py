"""Reads the values of a Kubernetes Secret: whatever their names, the manifest itself says that they are secrets.

Source: the API reference of Kubernetes, core/v1 Secret: `data` holds base64, `stringData` plain text. Templates,
placeholders, certificates and public keys in it are none. Does not catch: a manifest that is cut between its kind and
its values by more than `_REACH` characters, and values in block scalars over several lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.names import Name
from policy.detectors.secrets.placeholders import is_placeholder
from policy.detectors.secrets.verify import decoded_text
from policy.detectors.secrets.weighing import weigh
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

KUBERNETES: Final = "secrets.kubernetes"
PATTERNS: Final = (Pattern(KUBERNETES, r"kind[\"']?:\s?[\"']?secret[\"'\s,}]", is_caseless=True),)

_REACH: Final = 4096
_SECTION: Final = re.compile(r"(?<![\w.-])[\"']?(data|stringData)[\"']?\s{0,4}:\s{0,8}(?=[\n{\"'\w])")
_ENTRY: Final = re.compile(
    r"[\"']?([\w.-]{1,80}+)[\"']?\s{0,2}:[ \t]{0,8}(?:[\"']([^\"'\n]{0,2000}+)|([^\s\"'{},|>][^\s\"',}]{0,2000}+))"
)
_MOST: Final = 32
"""Entries read of a section."""
_SEVERITY: Final = 78
_BLOCKS: Final = 70
_LEAST: Final = 4
_PUBLIC: Final = ("-----BEGIN CERTIFICATE", "-----BEGIN PUBLIC", "ssh-rsa ", "ssh-ed25519 ")
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4}){1,500}+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?+\Z")
_BASE64_END: Final = re.compile(r"[A-Za-z0-9+/]{2,3}={1,2}\Z")


def read(text: str, start: int) -> Found | None:
    """Read the first value of the manifest whose kind stands at `start`."""
    begin = max(0, start - _REACH, text.rfind("\n---", max(0, start - _REACH), start))
    end = text.find("\n---", start, start + _REACH)
    end = end if end >= 0 else min(len(text), start + _REACH)
    for section in _SECTION.finditer(text, begin, end):
        for at, value in _entries(text, section.end(), end):
            if section[1] == "data" and _is_secret(value):
                return _found(at, value, _SEVERITY, 0.5)
            weight = (
                weigh(Name.PASSWORD, value, is_quoted=True, is_config=True) if section[1] != "data" else None
            )
            if weight and weight.severity >= _BLOCKS:
                return _found(at, value, weight.severity, weight.order)
    return None


def _entries(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield the values of a section with their offsets; it ends where an object or a key that stands alone does."""
    for count, entry in enumerate(_ENTRY.finditer(text, begin, end)):
        gap = text[begin : entry.start()]
        if count >= _MOST or "}" in gap or (gap.endswith("\n") and text[begin - 1 : begin] != "{"):
            return
        group = 2 if entry[2] is not None else 3
        yield entry.start(group), entry[group]
        begin = entry.end()


def _is_secret(value: str) -> bool:
    """True for base64 of anything but a placeholder or what is public."""
    if len(value) < _LEAST or not _BASE64.match(value):
        return False
    plain = decoded_text(value)
    if not plain:  # bytes, or cut
        return len(value) >= 4 * _LEAST or _BASE64_END.search(value) is not None
    return len(plain) >= _LEAST and not plain.startswith(_PUBLIC) and not is_placeholder(plain)


def _found(at: int, value: str, severity: int, order: float) -> Found:
    reason = "the text holds a value of a Kubernetes secret"
    return Found(at, at + len(value), "secrets.generic", "kubernetes-secret", severity, reason, order)
