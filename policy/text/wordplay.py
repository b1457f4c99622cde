r"""Words a person still reads: `1gn0r3`, `i g n o r e`, `i-g-n-o-r-e`, `ingore`.

Owns leetspeak, letters set apart, and letters stirred between the first and the last. A letter set apart is for all
families (`4 1 1 1 1 1 ...`); leetspeak and stirred letters are for those who read prose.

Does not catch: digits for letters in words that are not in the lexicon and have one digit that reads two ways; words
cut in syllables; letters set apart by whole words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, permutations, product
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, PROSE
from policy.text.keywords import KEYS, WORDS
from policy.text.scanner import Pattern
from policy.text.tracing import Draft, Trace, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.text.scanner import Scan
    from policy.text.tracing import Piece

_COMMON: Final = (
    "this", "that", "with", "your", "have", "what", "from", "when", "about", "which", "would", "there", "other", "into",
    "and", "you", "for", "not", "how", "all", "the", "give", "show", "tell", "print", "output", "translate", "start",
)  # fmt: skip
"""Enough of ordinary words to notice a habit."""
_STIRRED_KEYS: Final = (
    "ignore", "previous", "instruction", "disregard", "forget", "override", "bypass", "system", "prompt", "reveal",
    "password", "follow", "above", "these", "letters", "answer", "output", "everything", "without", "should", "repeat",
    "pretend", "respond", "anything", "message", "secret", "instead", "question", "write", "always", "about", "please",
    "where", "which", "would", "their", "there", "could", "first", "after", "before",
)  # fmt: skip
_SWAPS: Final = {"o": "o0", "i": "i1!", "l": "l1", "e": "e3", "a": "a4@", "s": "s5$", "t": "t7"}
_SHORT_KEY: Final = 6
_SHORT_FORM: Final = 4
_HEX: Final = frozenset("0123456789abcdef")


def _leet_forms(word: str) -> set[str]:
    return {"".join(letters) for letters in product(*(_SWAPS.get(letter, letter) for letter in word))} - {
        word
    }


def _stirred_forms(word: str) -> set[str]:
    """Neighbors swapped; of a short word every order of the inner letters."""
    forms = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    if len(word) == _SHORT_KEY:
        forms |= {word[0] + "".join(inner) + word[-1] for inner in permutations(word[1:-1])}
    return forms - WORDS


def _any_of(forms: frozenset[str]) -> str:
    # Three characters are in any noise: they must follow a space.
    return "|".join(
        sorted(
            (r"\x20" if len(form) < _SHORT_FORM else "")
            + re.sub("[^a-z0-9]", lambda mark: f"\\x{ord(mark[0]):02x}", form)
            for form in forms
        )
    )


def _leet_triggers() -> set[str]:
    # Six characters of a long word are enough, and keep the number of literals small.
    words = (*KEYS[:10], *_COMMON)
    return {form[:6] for word in words for form in _leet_forms(word[:6])}


_LEET_TRIGGERS: Final = frozenset(_leet_triggers())
_STIRRED_TRIGGERS: Final = frozenset[str]().union(*map(_stirred_forms, _STIRRED_KEYS))

PATTERNS: Final = (
    Pattern("view.leet", f"(?:{_any_of(_LEET_TRIGGERS)})", is_caseless=True),
    Pattern(
        "view.stirred", f"(?:{_any_of(_STIRRED_TRIGGERS)})", is_caseless=True
    ),
    *(
        Pattern(f"view.spaced-{name}", f"(?:[A-Za-z0-9]{gap}){{6}}")
        for name, gap in {
            "space": " ", "spaces": " {2,4}", "dash": "-", "dot": r"\.", "line": r"\r?\n", "underscore": "_",
            "star": r"\*", "slash": "/", "comma": ",", "plus": r"\+", "tab": r"\t",
        }.items()
    ),
)  # fmt: skip
_SPACED: Final = frozenset(pattern.name for pattern in PATTERNS if pattern.name.startswith("view.spaced"))

_TOKEN: Final = re.compile(r"[A-Za-z0-9@$!|(+]++")
_LEET_CHARS: Final = frozenset("0123456789@$!|(+")
_PLAIN: Final = str.maketrans("01234567890@$!|(+", "oizeasbtbgoasiict")
_AMBIGUOUS: Final = {"1": "il", "!": "il", "|": "il", "6": "gb", "9": "gq"}
_MOST_READINGS: Final = 8
_MOST_TOKENS: Final = 4096
_ALONE: Final = {
    "1": "i",
    "4": "a",
    "15": "is",
    "45": "as",
    "17": "it",
    "70": "to",
    "41": "ai",
    "47": "at",
    "50": "so",
}
"""Numbers that are words of their own where leetspeak is a habit: `1 h4v3`, `4 b00k`."""
_APOSTROPHE: Final = {"7": "t", "5": "s", "11": "ll", "r3": "re", "v3": "ve", "1m": "im"}
_FEWEST: Final = 2
_LONG: Final = 6
_DENSE: Final = 0.15
_LONGEST: Final = 16
_MOST_APART: Final = 1 << 15
"""Characters of letters that stand apart; a text of nothing else is no prose any more."""

_APART: Final = re.compile(
    r"(?<![^\s\"'(\[{<>:=])\S(?:(?:[ \t]{1,7}+|[ \t]?\r?\n[ \t]?(?:\r?\n)?)\S(?![^\s\"')\]}<>,.;:])){5,}+"
    r"|(?<![A-Za-z0-9])[^\W_](?:[ \t._*|/~+,-]{1,7}+[^\W_](?![A-Za-z0-9])){5,}+"
)
_MARKS: Final = frozenset("._*|/~+,-")
_WORD: Final = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z]{5,20}+(?![0-9+/])")
_GAP: Final = re.compile(r"(?<=\S)(\s+)(?=\S)")
_MARKED_GAP: Final = re.compile(r"([ \t._*|/~+,-]+)")


def leet(scan: Scan) -> Draft | None:
    """Spell out leetspeak, if it is a habit of the text or hits words of the lexicon."""
    if "view.leet" not in scan.hits:
        return None
    text = scan.text
    # Noise is full of the triggers: they must be words of their own.
    words = _LEET_TRIGGERS.intersection({token[:_LONG] for token in _TOKEN.findall(text.lower())})
    if len(words) < _FEWEST and not any(len(word) >= _LONG - 1 for word in words):
        return None
    tokens = list(islice(_TOKEN.finditer(text), _MOST_TOKENS))
    found = [(token, _reading(token[0])) for token in tokens if not token[0].isalpha()]
    known = {made for token, made in found if made in WORDS and made != token[0]}
    is_habit = len(known) >= _FEWEST and len(found) > _DENSE * len(tokens)
    if not (is_habit or len(known) > _FEWEST or any(len(word) >= _LONG for word in known)):
        return None
    changes = [
        (*token.span(), (is_habit and _short(text, token.start(), token[0])) or made) for token, made in found
    ]
    return replaced("leet", text, changes, PROSE)


def _short(text: str, start: int, token: str) -> str:
    """Read a short number as the word it is where leetspeak is a habit, or as nothing."""
    return _APOSTROPHE.get(token, "") if start and text[start - 1] == "'" else _ALONE.get(token, "")


@lru_cache(maxsize=8192)
def _reading(token: str) -> str:
    """The likeliest reading: the first that is a known word, else letter by letter; numbers stay numbers."""
    body = token.strip("!|(+")
    if len(body) < _FEWEST or len(body) > _LONGEST or _LEET_CHARS.isdisjoint(body):
        return token
    low = body.lower()
    plain = low.translate(_PLAIN)
    for word in (plain, *_other_readings(low)):
        if word in WORDS or (word[-1] == "s" and word[:-1] in WORDS):
            return token.replace(body, word)
    return token.replace(body, plain.replace("ii", "ll")) if any(map(str.isalpha, body)) else token


def _other_readings(low: str) -> Iterator[str]:
    """Readings with `l` for some of the ones, and `g` or `b` for six."""
    options = [_AMBIGUOUS.get(char) or (char.translate(_PLAIN),) for char in low]
    return ("".join(letters) for letters in islice(product(*options), _MOST_READINGS))


def spaced(scan: Scan) -> Draft | None:
    """Close up letters that stand apart; a gap wider than the usual one is a space."""
    if scan.hits.isdisjoint(_SPACED):
        return None
    pieces: list[Piece] = []
    left = _MOST_APART
    for found in _APART.finditer(scan.text):
        pieces += _closed(found.start(), found[0][:left])
        left -= len(found[0])
        pieces.append((found.end(), found.end(), "\n"))
        if left <= 0:
            break
    return _if_any(pieces, is_cut=left <= 0)


def _closed(start: int, run: str) -> list[Piece]:
    tokens = run.split()
    marks = max(map(tokens.count, _MARKS)) if len(tokens[0]) == 1 else len(tokens)
    parts = (_MARKED_GAP if marks * 3 > len(tokens) else _GAP).split(run)
    narrow = min(map(len, parts[1::2]))
    pieces: list[Piece] = []
    for index, part in enumerate(parts):
        end = start + len(part)
        if not index & 1:
            pieces.append((start, end, part))
        elif len(part) > narrow:
            pieces.append((start, end, " "))
        start = end
    return pieces


def _if_any(pieces: list[Piece], *, is_cut: bool) -> Draft | None:
    made = "".join(piece for _, _, piece in pieces)
    if len(set(made)) < 4:  # noqa: PLR2004 - a row of table cells, not a word
        return None
    start, end = pieces[0][0], pieces[-1][1]
    return Draft("spaced", made, lambda: Trace(pieces), ALL, start, end, is_cut)


def stirred(scan: Scan) -> Draft | None:
    """Put letters back that were stirred inside words of the lexicon."""
    if "view.stirred" not in scan.hits:
        return None
    text = scan.text
    if _STIRRED_TRIGGERS.isdisjoint(_WORD.findall(text.lower())):
        return None
    found = (
        (word.start(), word.end(), word[0], _unstirred(word[0].lower())) for word in _WORD.finditer(text)
    )
    return replaced("stirred", text, [(start, end, made) for start, end, _, made in found if made], PROSE)


@lru_cache(maxsize=4096)
def _unstirred(word: str) -> str:
    """Return the known word that a word was made of, or nothing; ordinary words are left alone."""
    if word in WORDS or (word[-1] == "s" and word[:-1] in WORDS):
        return ""
    return _SORTED.get(_key(word)) or _SORTED.get(_key(word[1] + word[0] + word[2:])) or ""


def _key(word: str) -> str:
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]


_SORTED: Final = {_key(word): word for word in sorted(WORDS) if len(word) >= _LONG - 1}
