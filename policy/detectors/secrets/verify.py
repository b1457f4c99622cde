"""Verification of values that have the shape of a format: checksums, structure, look.

Invariant: a verifier gets what an agent sent, cut to a format's length, and answers how sure the format is;
it raises nothing.
"""

from __future__ import annotations

import base64
import binascii
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from policy.detectors.secrets.checksums import has_crc32
from policy.detectors.secrets.randomness import randomness

if TYPE_CHECKING:
    from collections.abc import Callable


class Trust(IntEnum):
    """How sure it is that a value is of its format."""

    NO = 0
    """Not a credential of this format."""
    LIKELY = 1
    """Its checksum does not hold: mistyped, cut, made up by a tool, or of an older issue."""
    SHAPE = 2
    """The documented shape; the format has nothing to verify."""
    VERIFIED = 3
    """Its checksum or structure holds."""


_BASE32: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def _crc32(value: str) -> Trust:
    body = value.partition("_")[2]
    if has_crc32(body):
        return Trust.VERIFIED
    return Trust.LIKELY if randomness(body) >= 0.4 else Trust.NO


def _aws_key_id(value: str) -> Trust:
    body = value[4:]
    if body.endswith("EXAMPLE") or body.isdigit():
        return Trust.NO
    if _BASE32.issuperset(body):
        return Trust.SHAPE if any(map(str.isdigit, body)) or randomness(body) >= 0.5 else Trust.NO
    return Trust.LIKELY if randomness(body) >= 0.5 else Trust.NO


def _is_mixed(value: str) -> Trust:
    """Digits and letters of more than one kind: no identifier of a program."""
    digits = sum(map(str.isdigit, value))
    return Trust.SHAPE if digits >= 2 and any(map(str.isalpha, value)) else Trust.NO


def _is_mixed_case(value: str) -> Trust:
    """Upper and lower case: no digest in hexadecimal."""
    return Trust.SHAPE if any(map(str.isupper, value)) and any(map(str.islower, value[4:])) else Trust.NO


def _mailchimp(value: str) -> Trust:
    return Trust.SHAPE if len(value.partition("-")[0]) == 32 else Trust.NO


def _telegram(value: str) -> Trust:
    number = value.partition(":")[0]
    return Trust.SHAPE if 8 <= len(number) <= 12 else Trust.NO


def _slack(value: str) -> Trust:
    parts = value.split("-")
    if not parts[-1]:
        return Trust.NO
    if any(len(part) >= 9 and part.isdigit() and len(set(part)) > 1 for part in parts):
        return Trust.SHAPE
    longest = max(parts, key=len)
    return Trust.LIKELY if len(longest) >= 20 and randomness(longest) >= 0.5 else Trust.NO


def _slack_webhook(value: str) -> Trust:
    last = value.rpartition("/")[2]
    return Trust.SHAPE if len(set(last.lower())) >= 6 and "X/B" not in value else Trust.NO


def _azure_client_secret(value: str) -> Trust:
    return (
        Trust.SHAPE
        if len(value) >= 37 and value[3:6].endswith("Q~") and randomness(value) >= 0.4
        else Trust.NO
    )


def _openai(value: str) -> Trust:
    """The fixed middle is base64 of `OpenAI`."""
    return Trust.VERIFIED if "T3BlbkFJ" in value[20:-18] else Trust.SHAPE


def _longer_than(least: int) -> Callable[[str], Trust]:
    return lambda value: Trust.SHAPE if len(value) >= least else Trust.NO


CHECKS: Final[dict[str, Callable[[str], Trust]]] = {
    "": lambda _value: Trust.SHAPE,
    "github": _crc32,
    "npm": _crc32,
    "aws-key-id": _aws_key_id,
    "mixed": _is_mixed,
    "mixed-case": _is_mixed_case,
    "mailchimp": _mailchimp,
    "telegram": _telegram,
    "slack": _slack,
    "slack-webhook": _slack_webhook,
    "azure-client-secret": _azure_client_secret,
    "openai": _openai,
    "long-36": _longer_than(36),
    "long-40": _longer_than(40),
    "long-50": _longer_than(50),
    "long-80": _longer_than(80),
}
"""By the name a row of a table gives."""


def decoded_text(text: str) -> str:
    """Return base64 or base64url text decoded as UTF-8, empty if it is neither; at most 8 KB are read."""
    text = text[:8192].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
