"""Reading the words beside numbers: what topics they name (`vocabulary`), in prose and in names of fields.

Owns the reading of words out of identifiers and prose: `dateOfBirth`, `date_of_birth` and `Date of birth` hold the same
words; `Telefonnummer` is `telefon` with an ending. A scanner of literals tells which words are in a text at all (some
1.5 GB/s), so their places are looked for by name: the time is that of a few plain searches, and of the words there are.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.vocabulary import LITERALS, OTHER, PAIRS, WORDS
from policy.text.scanner import Pattern, Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDINGS: Final = (
    "nummern",
    "nummer",
    "number",
    "numbers",
    "numéro",
    "nr",
    "num",
    "no",
    "numaras\u0131",
    "numara",
    "s",
    "n",
    "id",
    "code",
)
# Those that are common in English and code are not cut from just anything: the stem has to be a known word.
_NO_ENDING: Final = 5
"""Shortest word, in characters, that an ending is cut from."""
_SHORTEST: Final = 3

_TOKEN: Final = re.compile(r"[^\W\d_]+")
_HUMP: Final = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")
_NEXT: Final = re.compile(r"[\W\d_]{0,8}([^\W\d_]{1,24})")
_LAST_BACKWARDS: Final = re.compile(r"[\W\d_]{0,8}+([^\W\d_]{1,24})")
_LONGEST: Final = 24

type Topics = tuple[str, ...]
type _Pair = tuple[str, str, Topics]
type Word = tuple[int, int, Topics]
"""Where a word begins and ends, and its topics."""


def _index(table: dict[str, str], separator: str | None) -> dict[str, Topics]:
    index: dict[str, list[str]] = {}
    for name, entries in table.items():
        for entry in entries.split(separator):
            index.setdefault(entry.strip(), []).append(name)
    return {entry: tuple(names) for entry, names in index.items()}


def _pairs() -> dict[str, list[_Pair]]:
    """Pairs of words by the longer one, with which they are looked for."""
    found: dict[str, list[_Pair]] = {}
    for pair, topics in _index(PAIRS, "|").items():
        first, *rest = pair.split()
        found.setdefault(max(first, rest[-1], key=len), []).append((first, rest[-1], topics))
    return found


_BY_WORD: Final = _index(WORDS, None)
_BY_LITERAL: Final = _index(LITERALS, None)
_BY_PAIR: Final = _pairs()
_SPELLED: Final = frozenset({*_BY_WORD, *_BY_PAIR, *_BY_LITERAL})
_MAY_NAME: Final = {
    word: {
        *_BY_WORD.get(word, ()),
        *_BY_LITERAL.get(word, ()),
    }
    for word in _SPELLED
}
_WRITTEN_PAIRS: Final = {
    (first, second): topics for pairs in _BY_PAIR.values() for first, second, topics in pairs
}
_PAIR_MAY_NAME: Final = {f"{first} {second}": topics for (first, second), topics in _WRITTEN_PAIRS.items()}
_BEYOND: Final = frozenset(word for word in (*_SPELLED, *_PAIR_MAY_NAME) if not word.isascii())
"""Words whose case the scanner does not know; few, and looked for in what is not ASCII."""


OTHERS: Final = frozenset(
    word
    for word, topics in {**_MAY_NAME, **_PAIR_MAY_NAME}.items()
    if set(topics) == {OTHER} and not any(topics != (OTHER,) for _, _, topics in _BY_PAIR.get(word, ()))
)
"""Words, and pairs of words, that only ever say what a number is not."""


_LONG: Final = 5
"""Characters from which a word is looked for inside others; shorter ones only where one begins."""
_HUMPED: Final = "ssn tel fax ip dob pan sin nif dni cpf vat tin ein tax vin imei iban mrn npi card bank zip cell sms cc dl"
"""Short words that programs write as a hump: `userSsn`."""


def _patterns() -> Iterator[Pattern]:
    for word in sorted(_SPELLED - _BEYOND):
        yield Pattern(word, word if len(word) >= _LONG else rf"\b{word}", is_caseless=True)
    for word in _HUMPED.split():
        yield Pattern(f"{word}^", f"[a-z](?:{word.capitalize()}|{word.upper()})")
    for first, second in _WRITTEN_PAIRS:
        if first.isascii() and second.isascii():
            yield Pattern(f"{first} {second}", f"{first}[^a-zA-Z]{{0,32}}{second}", is_caseless=True)


@cache
def _scanner() -> Scanner:
    return Scanner(_patterns())


def spelled(text: str) -> frozenset[str]:
    """Return the words that may be in an agent-supplied text; few that are not are among them."""
    data = text.encode("utf-8", "surrogatepass").replace(b"_", b" ")
    found = frozenset(name.rstrip("^") for name in _scanner().which(data))
    return found if text.isascii() else found | _BEYOND


@lru_cache(maxsize=256)
def topics_of(spelled_words: frozenset[str]) -> frozenset[str]:
    """Return all topics that some words may name, alone or in pairs."""
    return frozenset(
        topic
        for word in spelled_words
        for topic in (_PAIR_MAY_NAME.get(word, ()) if " " in word else _MAY_NAME[word])
    )


_GLUE: Final = frozenset({"is", "no", "nr", "num", "number"})
"""What else people forget a blank behind: `my code is199003052397`."""


def is_known(word: str) -> bool:
    """True for a word of some topic; what it is glued to is a datum of its own (`ssn512449032`)."""
    word = word.lower()
    return word in _BY_WORD or word in _GLUE or _stem(word) is not None


def read(text: str, spelled_words: frozenset[str]) -> list[Word]:
    """Find the known words of an agent-supplied text, in no order, some of them twice.

    Args:
        text: to look in.
        spelled_words: what `spelled` says of it.
    """
    lower = _lowered(text)
    known: dict[str, tuple[int, Topics | None, str]] = {}
    found: list[Word] = []
    for word in spelled_words:
        if word in _BY_LITERAL:
            found += [(at, at + len(word), _BY_LITERAL[word]) for at in _places(lower, word)]
        elif " " not in word:
            pairs = [pair for pair in _BY_PAIR.get(word, ()) if f"{pair[0]} {pair[1]}" in spelled_words]
            if pairs or word in _BY_WORD:
                found += _read_word(text, lower, word, pairs, known)
    return found


def _read_word(
    text: str, lower: str, word: str, pairs: list[_Pair], known: dict[str, tuple[int, Topics | None, str]]
) -> Iterator[Word]:
    """Find one word where it begins a token or a hump, and the pairs it makes there."""
    length = len(word)
    for at in _places(lower, word):
        if at and text[at - 1].isalpha() and not (text[at - 1].islower() and text[at].isupper()):
            continue
        token = text[at : at + length]
        if text[at + length : at + length + 1].isalpha():
            written = _TOKEN.match(text, at, at + 2 * _LONGEST)
            token = written[0] if written else word
        first = known.get(token)
        if first is None:
            first = known[token] = _first(token)
        if first[1]:
            yield at, at + first[0], first[1]
        if pairs and first[2] == word:
            yield from _pairs_at(text, at, at + first[0], word, pairs)


def _places(lower: str, word: str) -> Iterator[int]:
    at = lower.find(word)
    while at >= 0:
        yield at
        at = lower.find(word, at + len(word))


def _first(token: str) -> tuple[int, Topics | None, str]:
    """The first word of a token: all of it if it is known so, else its first hump; its size, topics, and letters."""
    topics = _topics(token)
    if topics or token.islower() or token[1:].islower() or token.isupper():
        return len(token), topics, token.lower()
    hump = _HUMP.match(token)
    word = hump[0] if hump else token
    return len(word), _topics(word), word.lower()


def _pairs_at(text: str, start: int, end: int, word: str, pairs: list[_Pair]) -> Iterator[Word]:
    """Pairs that a word makes with the one before or behind it."""
    other = _NEXT.match(text, end)
    following = _first(other[1])[2] if other else ""
    behind = other.start(1) if other else 0
    back = _LAST_BACKWARDS.match(text[max(0, start - _LONGEST - 8) : start][::-1])
    last = back[1][::-1] if back else ""
    before = start - back.start(1) if back else 0
    for first, second, topics in pairs:
        if word == first:
            if following == second:
                yield start, behind + len(second), topics
        elif last.lower().endswith(first) and len(_hump_behind(last)) == len(first):
            yield before - len(first), end, topics


def _hump_behind(written: str) -> str:
    """The last hump of a word: `mySocial` ends with `Social`."""
    humps = _HUMP.findall(written)
    return written if written.islower() or not humps else str(humps[-1])


def _topics(written: str) -> Topics | None:
    word = written.lower()
    return _BY_WORD.get(word) or _stem(word)


def _stem(word: str) -> Topics | None:
    if len(word) < _NO_ENDING or not word.endswith(_ENDINGS):
        return None
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            stem = word.removesuffix(ending)
            found = _BY_WORD.get(stem) or _BY_WORD.get(stem + "s")
            if found:
                return found
    return None


def _lowered(text: str) -> str:
    """Return a text in lower case and as long as it was: one capital has two characters then."""
    return text.lower() if text.isascii() else text.replace("\u0130", "i").lower()
