"""Reading the words beside numbers: what topics they name (`vocabulary`), in prose and in names of fields.

Owns the reading of words out of identifiers and prose: `dateOfBirth`, `date_of_birth` and `Date of
birth` hold the same words; `Telefonnummer` is `telefon` with an ending. Each topic is also one pattern of the scanner,
a gate only: where no word of a topic is in a text, nobody looks for one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.vocabulary import LITERALS, OTHER, PAIRS, WORDS
from policy.text.scanner import Pattern

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
_HUMPS: Final = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")


def _index(table: dict[str, str], separator: str | None) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for name, entries in table.items():
        for entry in entries.split(separator):
            index.setdefault(entry.strip(), []).append(name)
    return {entry: tuple(names) for entry, names in index.items()}


_BY_WORD: Final = _index(WORDS, None)
_BY_PAIR: Final = _index(PAIRS, "|")
_BY_LITERAL: Final = _index(LITERALS, None)
_SHORT: Final = 4
"""Words of up to so many letters gate only where they stand alone."""

_TINY: Final = 2
"""Words of up to so many letters gate in the second pass: they cost the shared scanner two thirds of its speed."""

_PREFIX: Final = "pii.word."


def gate(topic: str) -> str:
    """Return the scanner's name for a topic."""
    return _PREFIX + topic


GATES: Final = {topic: gate(topic) for topic in WORDS}


def _all(topic: str) -> set[str]:
    pairs = {max(pair.split(), key=len) for pair in PAIRS.get(topic, "").split("|") if pair}
    return pairs.union(WORDS[topic].split())


def _gate(topic: str) -> Pattern:
    words = _all(topic)
    # Beyond ASCII there are no edges of words in bytes.
    long = sorted(word for word in words if len(word) > _SHORT or not word[0].isascii())
    stems = [word for word in long if not any(word != stem and stem in word for stem in long)]
    short = sorted(word for word in words - set(long) if len(word) > _TINY)
    beyond = [word for word in stems if not word[0].isascii()]
    stems += [spelled for word in beyond for spelled in (word.upper(), word.capitalize()) if spelled != word]
    pattern = "|".join((*stems, *LITERALS.get(topic, "").split()))
    if short:
        pattern += rf"|(?:\b|_)(?:{'|'.join(short)})(?:\b|_|[0-9]|s\b|n[oru])"
    return Pattern(gate(topic), pattern, is_caseless=True)


def _tiny_gate(topic: str) -> Iterator[Pattern]:
    tiny = sorted(word for word in _all(topic) if len(word) <= _TINY and word.isascii())
    if tiny:
        regex = rf"(?:\b|_)(?:{'|'.join(tiny)})(?:\b|_|n[oru])"
        yield Pattern(tiny_gate(topic), regex, is_caseless=True)


def tiny_gate(topic: str) -> str:
    """Return the name of a topic's shortest words in the second pass."""
    return f"{_PREFIX}{topic}.tiny"


TOPICS: Final = tuple(topic for topic in WORDS if topic != OTHER)
PATTERNS: Final[tuple[Pattern, ...]] = tuple(_gate(topic) for topic in TOPICS)
NUMBERS: Final[tuple[Pattern, ...]] = tuple(pattern for topic in TOPICS for pattern in _tiny_gate(topic))
"""For the second pass, over texts that have numbers."""
TINY_GATES: Final = {topic: tiny_gate(topic) for topic in TOPICS}


def is_known(word: str) -> bool:
    """True for a word of some topic; what it is glued to is a datum of its own (`ssn512449032`)."""
    word = word.lower()
    return word in _BY_WORD or (len(word) >= _NO_ENDING and _stem(word) is not None)


def read(text: str, start: int, end: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Find the known words between two places: where each begins and ends, and its topics."""
    before = ""
    before_start = start
    for token_start, token_end, word, topics in _tokens(text, start, end):
        pair = _BY_PAIR.get(f"{before} {word}") if before else None
        if pair:
            yield before_start, token_end, pair
        if topics:
            yield token_start, token_end, topics
        before, before_start = word, token_start
    piece = text[start:end]
    if not piece.isascii():
        for literal, topics in _BY_LITERAL.items():
            at = piece.rfind(literal)
            if at >= 0:
                yield start + at, start + at + len(literal), topics


def _tokens(text: str, start: int, end: int) -> Iterator[tuple[int, int, str, tuple[str, ...] | None]]:
    """Find words: as they are written if they are known so, else the humps of `camelCase`."""
    for token in _TOKEN.finditer(text, start, end):
        written = token[0]
        word = written.lower()
        topics = _BY_WORD.get(word) or _stem(word)
        if topics or written[1:] == word[1:] or written.isupper():
            yield token.start(), token.end(), word, topics
            continue
        for hump in _HUMPS.finditer(text, token.start(), token.end()):
            word = hump[0].lower()
            yield hump.start(), hump.end(), word, _BY_WORD.get(word) or _stem(word)


def _stem(word: str) -> tuple[str, ...] | None:
    if len(word) < _NO_ENDING or not word.endswith(_ENDINGS):
        return None
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            stem = word.removesuffix(ending)
            found = _BY_WORD.get(stem) or _BY_WORD.get(stem + "s")
            if found:
                return found
    return None
