r"""Words a person still reads: `1gn0r3`, `i g n o r e`, `i-g-n-o-r-e`, `ingore`.

Owns leetspeak, letters set apart, and letters stirred between the first and the last. A letter set apart is for all
families (`4 1 1 1 1 1 ...`); leetspeak and stirred letters are for those who read prose.

Does not catch: digits for letters in words that are not in the lexicon and have one digit that reads two ways; words
cut in syllables; letters set apart by whole words, backslashes or emoji; words without their vowels; pig Latin;
spelling alphabets; rows of digits apart longer than a card number.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, compress, islice, permutations, product
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, PROSE
from policy.text.keywords import KEYS, WORDS
from policy.text.scanner import Pattern
from policy.text.tracing import MOST, Draft, Kept, around, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.text.scanner import Scan
    from policy.text.tracing import Piece

_COMMON: Final = (
    "this", "that", "with", "your", "have", "what", "from", "when", "about", "which", "would", "there", "other", "into",
    "give", "show", "tell", "print", "output", "translate", "start",
)  # fmt: skip
"""Enough of ordinary words to notice one; three letters would be in any noise."""
_HABIT: Final = r"[013457][a-z]{1,4}[ ,.?!_-]{1,2}(?:[a-z]{1,4}[013457]|[013457][a-z])"
"""Two neighbors that mix letters and digits. It begins with a digit, which is rare: letters would cost a third of the
whole scan."""
_STIRRED_KEYS: Final = (
    "ignore", "previous", "instruction", "disregard", "forget", "override", "bypass", "system", "prompt", "reveal",
    "password", "follow", "above", "these", "letters", "answer", "output", "everything", "without", "should", "repeat",
    "pretend", "respond", "anything", "message", "secret", "instead", "question", "write", "always", "about", "please",
    "where", "which", "would", "their", "there", "could", "first", "after", "before",
)  # fmt: skip
_SWAPS: Final = {"o": "o0", "i": "i1!", "l": "l1", "e": "e3", "a": "a4@", "s": "s5$", "t": "t7"}
_SHORT_KEY: Final = 6
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
    return "|".join(
        sorted(re.sub("[^a-z0-9]", lambda mark: f"\\x{ord(mark[0]):02x}", form) for form in forms)
    )


def _leet_triggers() -> set[str]:
    # Six characters of a long word are enough, and keep the number of literals small. A number is a number.
    words = (*KEYS[:10], *_COMMON)
    return {form for word in words for form in _leet_forms(word[:_LONG]) if not form.isdigit()}


_LONG: Final = 6
_LEET_TRIGGERS: Final = frozenset(_leet_triggers())
_STIRRED_TRIGGERS: Final = frozenset[str]().union(*map(_stirred_forms, _STIRRED_KEYS))

PATTERNS: Final = (
    Pattern("view.leet", f"(?:{_any_of(_LEET_TRIGGERS)})", is_caseless=True),
    Pattern("view.leet-habit", _HABIT, is_caseless=True),
    Pattern(
        "view.stirred", f"(?:{_any_of(_STIRRED_TRIGGERS)})", is_caseless=True
    ),
    *(
        Pattern(
            f"view.spaced-{name}",
            f"{gap[0]}[etonsr0-9](?:{gap[-1]})(?:[a-z0-9](?:{gap[-1]})){{2}}[a-z0-9]",
            is_caseless=True,
        )
        for name, gap in {
            "space": (" ",), "spaces": ("  ", " {2,4}"), "dash": ("-",), "dot": (r"\.",), "line": (r"\n", r"\r?\n"),
            "underscore": ("_",), "star": (r"\*",), "slash": ("/",), "comma": (",",), "plus": (r"\+",), "tab": (r"\t",),
            "colon": (":",), "tilde": ("~",), "semicolon": (";",), "bar": (r"\|",), "equals": ("=",), "hash": ("#",),
            "caret": (r"\^",), "quote": ("'",), "spaced-bar": (" ", r" \| "), "bullet": (" ", r" \xe2\x80\xa2 "),
            "middot": (r"\xc2\xb7",),
        }.items()
    ),
)  # fmt: skip
_LEET: Final = frozenset(("view.leet", "view.leet-habit"))
_SPACED: Final = frozenset(pattern.name for pattern in PATTERNS if pattern.name.startswith("view.spaced"))

_MIXED: Final = re.compile(
    r"(?<![A-Za-z0-9@$!|(+])(?:[A-Za-z@$!|(+]{0,15}+[0-9][A-Za-z0-9@$!|(+]{0,15}+"
    r"|[A-Za-z]{1,12}+[@$!|][A-Za-z][A-Za-z0-9@$!|(+]{0,15}+|[@$][A-Za-z]{2,15}+|[A-Za-z]{2,15}+\$)"
    r"(?![A-Za-z0-9@$!|(+])"
)
"""Words with a digit, or with a sign that stands for a letter."""
_LEET_CHARS: Final = frozenset("0123456789@$!|(+")
_PLAIN: Final = str.maketrans("01234567890@$!|(+", "oizeasbtbgoasiict")
_PLAIN_L: Final = _PLAIN | str.maketrans("1!|", "lll")
_SHORTEST: Final = 3
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
_FEW: Final = 8
"""Tokens up to which looking for each is faster than looking at all."""
_DENSE: Final = 0.3
"""Share of the different words with digits that must spell a word."""
_LONGEST: Final = 16
_LONGEST_NUMBER: Final = 128
"""Characters of the longest run of digits apart that is read: cards and accounts, not rows of a table."""
_FEWEST_LETTERS: Final = 4
"""Different ones: a row of table cells is no word."""
_LETTER: Final = re.compile(r"[^\W\d_]")

_APART: Final = re.compile(
    r"(?<![^\s\"'(\[{<>:=])\S(?:(?:[ \t]{1,7}+|[ \t]?\r?\n[ \t]?(?:\r?\n)?)\S(?![^\s\"')\]}<>,.;:])){5,}+"
    r"|(?<![A-Za-z0-9])[^\W_](?:[ \t._*|/~+,:;=#^'•·-]{1,7}+[^\W_](?![A-Za-z0-9])){5,}+"
)
_MARKS: Final = frozenset("._*|/~+,:;=#^'•·-")
_WORD: Final = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z]{5,20}+(?![0-9+/])")
_GAP: Final = re.compile(r"\s+")
_MARKED_GAP: Final = re.compile(r"[ \t._*|/~+,:;=#^'•·-]+")


def leet(scan: Scan) -> Draft | None:
    """Spell out leetspeak, if it is a habit of the text or hits long words of the lexicon."""
    if scan.hits.isdisjoint(_LEET) or not _is_near_a_word(scan):
        return None
    text = scan.text
    mixed = set(_MIXED.findall(text))
    readings = _known(mixed)
    count = len(set(readings.values()))
    is_habit = count >= _FEWEST and count > _DENSE * sum(not token.isdigit() for token in mixed)
    if not is_habit:
        # Noise is full of short words.
        is_known = any(len(word) >= _LONG for word in readings.values())
        return replaced("leet", text, _places(text, readings), PROSE) if is_known else None
    readings = {token: _reading(token) for token in islice(sorted(mixed), _MOST_TOKENS)} | readings
    changes = (
        (*found.span(), _short(text, found.start(), found[0]) or readings.get(found[0], found[0]))
        for found in _MIXED.finditer(text)
    )
    return replaced("leet", text, list(changes), PROSE)


def _is_near_a_word(scan: Scan) -> bool:
    """Tell leetspeak from identifiers that happen to hold a trigger: there some token spells a word."""
    hits = [name for name in sorted(_LEET) if name in scan.hits]
    if any(map(scan.is_flooded, hits)):
        return True
    spans = sorted(span for name in hits for span in scan.spans(name))
    windows = around(spans, len(scan.text))
    return bool(_known({token for low, high in windows for token in _MIXED.findall(scan.text, low, high)}))


def _places(text: str, readings: dict[str, str]) -> list[Piece]:
    """Return where some tokens stand, and what they spell."""
    if len(readings) > _FEW:
        return [
            (*found.span(), readings[found[0]]) for found in _MIXED.finditer(text) if found[0] in readings
        ]
    places = (found for token in readings for found in re.finditer(re.escape(token), text))
    return sorted(
        (*found.span(), readings[found[0]])
        for found in places
        if (whole := _MIXED.match(text, found.start())) and whole[0] == found[0]
    )


def _known(tokens: set[str]) -> dict[str, str]:
    """Return which tokens spell a word of the lexicon."""
    # All at once, two readings each: noise is full of tokens, and one by one they would take a second.
    ordered = [token for token in tokens if not token.isdigit()]
    if not ordered:
        return {}
    low = "\n".join(ordered).lower()
    known: dict[str, str] = {}
    for table in (_PLAIN, _PLAIN_L):
        made = low.translate(table).split("\n")
        known |= {
            token: word
            for token, word in zip(ordered, made, strict=True)
            if len(word) >= _SHORTEST and (word in WORDS or (word[-1] == "s" and word[:-1] in WORDS))
        }
    return known


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
    runs: list[tuple[int, str]] = []
    left = MOST
    text = scan.text
    hits = [name for name in _SPACED if name in scan.hits]
    is_everywhere = any(map(scan.is_flooded, hits))
    spans = sorted(span for name in hits for span in scan.spans(name))
    windows = [(0, len(text))] if is_everywhere else around(spans, len(text))
    for found in chain.from_iterable(_APART.finditer(text, low, high) for low, high in windows):
        run = found[0]
        if len(run) > _LONGEST_NUMBER and not _LETTER.search(run):
            # Rows of numbers are a table.
            continue
        runs.append((found.start(), run[:left]))
        left -= len(run)
        if left <= 0:
            break
    made = "\n".join(_closed(run) for _, run in runs)
    if len(set(made)) < _FEWEST_LETTERS:
        return None
    end = runs[-1][0] + len(runs[-1][1])
    return Draft("spaced", made, lambda: _kept(runs), ALL, runs[0][0], end, is_cut=left <= 0)


def _closed(run: str) -> str:
    gaps = _gaps_of(run)
    narrow = min(map(len, set(gaps.findall(run))))
    # First the narrow ones go, then what is left is wide.
    return gaps.sub(" ", _narrow(gaps.pattern, narrow).sub("", run))


def _gaps_of(run: str) -> re.Pattern[str]:
    """Return what separates in a run: blanks, or a mark that stands at every third place or more often."""
    is_single = len(run.split(maxsplit=1)[0]) == 1
    marks = max(map(run.count, _MARKS))
    return _MARKED_GAP if not is_single or marks * 3 * 2 > len(run) else _GAP


@lru_cache(maxsize=64)
def _narrow(gap: str, size: int) -> re.Pattern[str]:
    return re.compile(f"(?<!{gap[:-1]}){gap[:-1]}{{{size}}}(?!{gap[:-1]})")


def _kept(runs: list[tuple[int, str]]) -> Kept:
    """Return where the letters of some runs are: what is no blank or mark stays, in its order."""
    made_at: list[int] = []
    source_at: list[int] = []
    behind = 0
    for start, run in runs:
        made = _closed(run)
        table = _MARKED_FLAGS if _gaps_of(run) is _MARKED_GAP else _FLAGS
        kept = list(compress(range(behind, behind + len(made)), _flags(made, table)))
        places = list(compress(range(start, start + len(run)), _flags(run, table)))
        size = min(len(kept), len(places))
        made_at += kept[:size]
        source_at += places[:size]
        behind += len(made) + 1
    return Kept(made_at, source_at)


def _flags(text: str, table: bytes) -> bytes:
    return text.replace("•", "·").encode("latin-1", "replace").translate(table)


def _table(gaps: str) -> bytes:
    return bytes(chr(code) not in gaps for code in range(256))


_FLAGS: Final = _table(" \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0")
_MARKED_FLAGS: Final = _table(" \t._*|/~+,:;=#^'·-")


def stirred(scan: Scan) -> Draft | None:
    """Put letters back that were stirred inside words of the lexicon."""
    if "view.stirred" not in scan.hits:
        return None
    text = scan.text
    words = set(_WORD.findall(text.lower()))
    # Noise is full of the triggers: they must be words, or plurals.
    if _STIRRED_TRIGGERS.isdisjoint(words) and _STIRRED_TRIGGERS.isdisjoint(
        [word[:-1] for word in words if word[-1] == "s"]
    ):
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
