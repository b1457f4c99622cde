"""What stands where a secret would: examples of documentation, placeholders, references to variables, masks.

Owns the restraint of this family. Invariant: nothing here depends on where the value was found.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(
    r"example|sample|dummy|fake|placeholder|change[-_ ]?(?:me|it|this)|changeit|replace|redacted|removed|masked"
    r"|insert|your[-_ ]|(?<![a-z])your(?![a-z])|yourkey|your(?:api|secret|token|pass)|enter[-_ ]|todo|fixme"
    r"|foo_?bar|lorem"
    r"|<[^>]{1,40}>"
    r"|not[-_ ]?(?:a[-_ ])?(?:real|secret|set|used)|none|null|undefined|secret[-_ ]?here|[-_ ]here$|goes[-_ ]here"
    r"|xxxx|\*\*\*|\.\.\.|(?<![a-z])(?:mock|stub|bogus|invalid|deadbeef)|notneeded"
    r"|put[-_ ]|some[-_ ]?(?:secret|key|token|value|pass)"
    r"|my[-_]?(?:secret|key|token|api|pass|super|access|client|private)|super[-_]?secret|test[-_]?(?:key|token|secret|pass)"
    r"|(?:api|secret|access|private|auth|client)[-_]?(?:key|token|secret)(?:[-_]?(?:value|here))?$"
    r"|^(?:a|the|this)[-_ ]",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"[$%@#]?\{[^}]{0,200}\}|\$\(|\$[A-Za-z_]|\$\{|\{\{|%[A-Za-z_]{2,60}%|%[sdvr](?![0-9A-Za-z])|<%|<[A-Za-z/!?]|#\{|\[\[|@@?[A-Za-z_]{2,40}@"
)
_RUN: Final = re.compile(r"(.)\1{5,}")
_ORDER: Final = re.compile(r"0123456|1234567|abcdefg|7654321|qwertyu|zyxwvut", re.IGNORECASE)
_MASK: Final = re.compile(r"[*xX.\-_#•0?]{4,}|[*•]{3,}.{0,8}|.{0,8}[*•]{3,}")

DOCUMENTED: Final[frozenset[str]] = frozenset(
    {
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAI44QH8DHBEXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
        "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
        "BQokikJOvBiI2HlWgH4olfQ2",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
    }
)
"""Values the providers themselves print in their documentation (AWS, Telegram, Stripe) or ship with emulators."""


def is_placeholder(value: str) -> bool:
    """True for what nobody would use as a secret: examples, masks, one character over and over."""
    if value in DOCUMENTED or _WORDS.search(value) or _MASK.fullmatch(value):
        return True
    bare = [char for char in value.lower() if char.isalnum()]
    if len(bare) >= 4 and len(set(bare)) <= max(1, min(3, len(bare) // 5)):
        return True
    longest = max((len(run[0]) for run in _RUN.finditer(value)), default=0)
    return longest * 2 >= len(value) and longest > 5


def is_dummy_body(body: str) -> bool:
    """True for the body of a prefixed token that is a mask or an example; sequences of the alphabet pass as real."""
    lower = body.lower()
    if "example" in lower or "xxxxx" in lower or "placeholder" in lower or "redacted" in lower:
        return True
    bare = [char for char in lower if char.isalnum()]
    return len(bare) < 4 or len(set(bare)) <= (2 if len(bare) < 24 else 3)


def is_reference(value: str) -> bool:
    """True for text that is to be replaced: variables of shells, templates, formats and mark-up."""
    return _REFERENCE.match(value) is not None


def holds_reference(value: str) -> bool:
    """True where a variable stands anywhere in the text."""
    return _REFERENCE.search(value) is not None


def is_ordered(value: str) -> bool:
    """True for text that holds the alphabet, the digits or the keyboard in their order."""
    return _ORDER.search(value) is not None
