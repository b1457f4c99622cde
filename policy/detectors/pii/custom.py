"""What an operator adds to the guard: expressions of their own, under names of their own.

Operator-supplied and trusted to mean what it says: a match is a match, without validation. The name may be that of a
built-in, then both find. Invariant: two different expressions never share a name in the scanner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from policy.evidence import safe
from policy.text.scanner import Pattern, PatternError, Scanner

_NAME: Final = re.compile(r"[^A-Za-z0-9]+")
_LOOK_AROUND: Final = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE: Final = re.compile(r"\\[1-9]|\(\?P=")


@dataclass(frozen=True, slots=True)
class CustomPattern:
    """One `name: regex` of the policy."""

    name: str
    """As the operator wrote it."""
    pattern: Pattern
    """What the scanner has to know."""


def compile_custom(name: str, regex: str) -> Pattern:
    """Make the scanner's pattern of an operator's expression.

    Args:
        name: of the entry; names of built-ins are allowed.
        regex: in PCRE syntax without look-around and back-references.

    Raises:
        PatternError: for an expression the scanner does not take, or one that matches the empty text.
    """
    digest = blake2b(f"{name}\0{regex}".encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    pattern = Pattern(f"pii.custom.{slug(name)}.{digest}", regex)
    try:
        scanner = Scanner((pattern,))
        scanner.locate(pattern.name, b"")
    except (PatternError, UnicodeEncodeError) as error:
        raise PatternError(f"{safe(name, 40)}: {_hint(regex)}{safe(str(error), 160)}") from error
    if pattern.name in scanner.which(b"\n"):
        raise PatternError(f"{safe(name, 40)}: the expression matches a bare line break; expected a datum")
    return pattern


def slug(name: str) -> str:
    """Return a name as it is shown in kinds and placeholders: `creditCard` is `credit-card`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return _NAME.sub("-", split).strip("-").lower()[:40] or "custom"


def _hint(regex: str) -> str:
    if _LOOK_AROUND.search(regex):
        return "look-around is not supported, use \\b; "
    if _BACK_REFERENCE.search(regex):
        return "back-references are not supported; "
    return ""
