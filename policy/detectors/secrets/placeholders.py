"""What stands where a secret would: examples of documentation, placeholders, references to variables, masks.

Owns the restraint of this family. Invariant: nothing here depends on where the value was found.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(
    r"example|sample|dummy|fake|placeholder|change[-_ ]?(?:me|it|this)|changeit|replace|redacted|removed"
    r"|masked|insert|your[-_ ]|(?<![a-z])your(?![a-z])|yourkey|your(?:api|secret|token|pass)|enter[-_ ]|todo|fixme"
    r"|foo_?bar|lorem|<[^>]{1,40}>|not[-_ ]?(?:a[-_ ])?(?:real|secret|set|used)"
    r"|(?<![a-z])(?:none|null|undefined)(?![a-z])"
    r"|secret[-_ ]?here|[-_ ]here$|goes[-_ ]here|xxxx|\*\*\*|\.\.\."
    r"|(?<![a-z])(?:mock|stub|bogus|invalid|deadbeef)|notneeded|put[-_ ]|some[-_ ]?(?:secret|key|token|value|pass)"
    r"|(?:api|secret|access|private|auth|client)[-_]?(?:key|token|secret)(?:[-_]?(?:value|here))?$"
    r"|^(?:a|the|this)[-_ ]|&lt;|\[\^?(?:0-9|a-f|a-z|A-Z)|(?:0-9|a-z|A-Z)\]|a-zA-Z|\\[wd][+*{]",
    re.IGNORECASE,
)
_SOFT: Final = re.compile(
    r"my[-_]?(?:secret|key|token|api|pass|super|access|client|private)|super[-_]?secret|test[-_]?(?:key|token|secret|pass)",
    re.IGNORECASE,
)
"""Words of placeholders that people put into real passwords as well."""
_FEW_DIGITS: Final = re.compile(r"[A-Za-z_ -]*+[0-9]{0,3}")
_REFERENCE: Final = re.compile(
    r"[$%@#]?\{[^}]{1,200}\}|\$\(|\$[A-Za-z_]\w*+(?:$|[:/.])|\$[A-Z_]{3,60}(?![a-z0-9])|%[A-Za-z_]{2,60}%|%[sdvr](?![0-9A-Za-z])|<%|<[A-Za-z/!?]"
    r"|\[\[|@@?[A-Za-z_]{2,40}@|%\([A-Za-z_]{1,60}\)s|\$[0-9](?![0-9])|\{[0-9]{0,2}\}"
)
_EMBEDDED: Final = re.compile(
    r"\$\{\{?[\s\w.:/'\"|?()-]{1,200}\}|\{\{[\s\w.:/'\"|()-]{1,200}\}\}|#\{[a-z_][\s\w.:/'\"()-]{0,200}\}"
    r"|<%=?|%[sdvr]$|\$\([a-z][^)]{0,200}\)|\{[A-Za-z_0-9][\w.]{1,60}(?:![rsa])?\}"
)
_READ: Final = 160
"""Characters of a value that are looked at: the words of a placeholder stand at its beginning."""
_RUN: Final = re.compile(r"(.)\1{5,}")
_ORDER: Final = re.compile(
    r"0123456|1234567|abcdefg|7654321|qwertyu|zyxwvut|abcdef(?:abc|123|012)|123456(?:abc|123)|abc123def",
    re.IGNORECASE,
)
_OPENING: Final = {"<": ">", "[": "]", "{": "}"}
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
    value = value[:_READ]
    if value[:1] in _OPENING and value[-1:] == _OPENING[value[0]]:
        return True
    if _SOFT.search(value) and _FEW_DIGITS.fullmatch(value):
        return True
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
    """True where a variable in braces stands anywhere in the text; a bare `$` is as common in passwords."""
    return _EMBEDDED.search(value) is not None


def is_ordered(value: str) -> bool:
    """True for text that holds the alphabet, the digits or the keyboard in their order."""
    return _ORDER.search(value) is not None
