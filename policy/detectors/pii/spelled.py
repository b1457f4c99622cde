"""E-mail addresses spelled out to hide them from harvesters: `jane [at] example [dot] org`, `jane at example dot org`.

Brackets make an address of any such thing; bare words only with a top-level domain that people use and a name in front
that is no article. Does not catch: other languages' words for the two signs, addresses with blanks around the signs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.found import Found
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.page import Page

RULE: Final = "pii.email"
AT: Final = Pattern("pii.spelled-at", r"[\[({<] ?at ?[\])}>]", is_caseless=True)
DOT: Final = Pattern("pii.spelled-dot", r"[ \])}>_]dot[ \[({<_]", is_caseless=True)
BOX: Final = Pattern(
    "pii.spelled-box",
    r" at (?:gmail|yahoo|hotmail|outlook|icloud|proton|protonmail|aol|gmx|yandex)\.[a-z]",
    is_caseless=True,
)
PATTERNS: Final = (AT, DOT, BOX)

_BACK: Final = 72
_AHEAD: Final = 400
"""Characters behind a sign that the longest address has; a flood repeats itself."""
_DOT: Final = r"(?: ?[\[({<] ?(?:dot|\.) ?[\])}>] ?|\.| dot |_dot_)"
_AT: Final = re.compile(
    rf"([\w.+-]{{1,64}}) ?[\[({{<] ?at ?[\])}}>] ?[^\W_][\w-]{{0,62}}(?:{_DOT}[^\W_][\w-]{{0,62}}){{1,4}}",
    re.IGNORECASE,
)
_TOP: Final = (
    "com|org|net|edu|gov|mil|int|io|co|ai|app|dev|info|biz|me|us|uk|ca|au|nz|in|ie|de|at|ch|fr|es|it|pt|nl|be|lu|se|no|dk"
    "|fi|pl|cz|sk|hu|ro|bg|gr|tr|ru|ua|jp|cn|kr|tw|hk|sg|my|id|th|vn|ph|br|mx|ar|cl|za|eu"
)
_WORDS: Final = re.compile(
    rf"([\w.+-]{{1,64}}) at (?!(?:the|a|an|this|that|each|every|one|my|your|his|her|our|their) )[^\W_][\w-]{{0,62}}"
    rf"(?: dot [^\W_][\w-]{{0,62}}){{0,3}} dot (?:{_TOP})\b",
    re.IGNORECASE,
)

_BOX: Final = re.compile(r"([\w.+-]{2,64}) at (?:[a-z]{3,10})\.[a-z]{2,3}(?:\.[a-z]{2})?\b", re.IGNORECASE)


def read(page: Page) -> Iterator[Found]:
    """Find every address that is spelled out."""
    for pattern, expression, confidence in ((AT, _AT, 0.85), (DOT, _WORDS, 0.75), (BOX, _BOX, 0.7)):
        if pattern.name in page.hits:
            last = 0
            fruitless: set[str] = set()
            for start, _ in page.places(page.scan, pattern):
                if start >= last:
                    window = page.plain[max(last, start - _BACK) : start + _AHEAD]
                    if window in fruitless:
                        continue
                    written = _around(expression, page.plain, max(last, start - _BACK), start)
                    if written is not None:
                        last = written.end()
                        yield Found(written.start(), last, RULE, "email", confidence)
                    else:
                        fruitless.add(window)


def _around(expression: re.Pattern[str], text: str, low: int, place: int) -> re.Match[str] | None:
    """The match that has a place inside, if it begins at the word before the sign or at the one before that."""
    if "at" not in text[low : place + 4].lower():
        return None
    words = [word.start() for word in _WORD.finditer(text, low, place)][-_NEAREST:]
    for begin in words:
        written = expression.match(text, begin)
        if (
            written is not None
            and written.start() < place < written.end()
            and written[1].lower() not in _VERBS
        ):
            return written
    return None


_WORD: Final = re.compile(r"[\w.+-]+")
_VERBS: Final = frozenset(
    [
        "account",
        "accounts",
        "login",
        "signup",
        "sign",
        "in",
        "up",
        "mail",
        "email",
        "is",
        "are",
        "was",
        "look",
        "here",
        "inbox",
        "working",
    ]
)
"""What is said of a provider of mail, and is nobody's name."""
_NEAREST: Final = 6
"""Words in front of a sign that may belong to the address: a name and the labels of a domain."""
