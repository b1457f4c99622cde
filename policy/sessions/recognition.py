"""Which remembered texts a text holds parts of.

Owns what counts as recognized: fingerprints of one remembered text that stand close together, less what boilerplate
covers; or a value that gives the text away by itself. Invariant: linear in the hits, which the shelf bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from policy.sessions import boilerplate
from policy.sessions.winnowing import GRAM, WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from policy.sessions.act import Origin
    from policy.sessions.shelf import Shelf
    from policy.sessions.winnowing import Hashes, Prints

LEAST: Final = 22
"""Characters that count and are no boilerplate, in one run."""
LEAST_APART: Final = 2
"""Characters from the first to the last fingerprint of a run: a run is longer than one fingerprint."""
_LEAST_DIFFERENT: Final = 8
MOST: Final = 32
"""Remembered texts reported of one text."""
_MOST_RUNS: Final = 256


class Means(StrEnum):
    """How a text was recognized."""

    RUN = "run"
    """A run of its characters."""
    VALUE = "value"
    """Single values: keys, tokens."""
    MAILBOX = "mailbox"
    """Mailboxes only."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A remembered text that another text holds a part of."""

    origin: Origin
    source: str
    """Where the remembered text came from; masked."""
    share: float
    """Part of the remembered text that was found, 0..1."""
    start: int
    end: int
    """Half-open span of the longest part, in characters of the text that was asked about."""
    means: Means = Means.RUN
    size: int = 0
    """Characters found in all (runs), or values found."""
    number: int = 0
    """Of the remembered text, within its session."""


@dataclass(frozen=True, slots=True)
class Question:
    """The fingerprints of a text that goes out, sorted once for all shelves: sorted, they are found faster."""

    marks: Prints
    order: NDArray[np.int64]
    hashes: Hashes

    @staticmethod
    def about(marks: Prints) -> Question:
        """Sort the fingerprints of a text."""
        order = np.argsort(marks.hashes)
        return Question(marks, order, marks.hashes[order])

    def find(self, shelf: Shelf) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs of an index of a fingerprint and the number of a text that has it."""
        asked, owners = shelf.find(self.hashes)
        return self.order[asked], owners


def runs(question: Question, shelf: Shelf, ignored: AbstractSet[int], salt: bytes) -> list[Carried]:
    """Return the texts of a shelf that share runs with a text.

    Args:
        question: about the text that goes out.
        shelf: of one origin.
        ignored: indexes of fingerprints that do not count.
        salt: of the session.
    """
    marks = question.marks
    asked, owners = question.find(shelf)
    if ignored and asked.size:
        keep = ~np.isin(asked, np.fromiter(ignored, np.int64, len(ignored)))
        asked, owners = asked[keep], owners[keep]
    if not asked.size:
        return []
    order = np.lexsort((asked, owners))
    asked, owners = asked[order], owners[order]
    cuts = np.flatnonzero((np.diff(owners) != 0) | (np.diff(marks.at[asked]) > GRAM + WINDOW)) + 1
    starts = np.concatenate((np.zeros(1, np.int64), cuts))
    ends = np.concatenate((cuts, np.array([asked.size]))) - 1
    found: dict[int, Carried] = {}
    lengths = marks.at[asked[ends]] - marks.at[asked[starts]]
    longest = np.argsort(-lengths, kind="stable")[:_MOST_RUNS]
    covered: dict[tuple[int, int], bool] = {}
    for one in longest.tolist():
        first, last = int(asked[starts[one]]), int(asked[ends[one]])
        owner = int(owners[starts[one]])
        text = shelf.texts.get(owner)
        if text is None or (owner not in found and len(found) >= MOST):
            continue
        if (first, last) not in covered:
            covered[first, last] = _is_telling(marks, first, last, salt)
        if not covered[first, last]:
            continue
        length = int(lengths[one]) + GRAM
        distinct = np.unique(marks.hashes[asked[starts[one] : ends[one] + 1]]).size
        share = min(1.0, distinct / max(1, text.size))
        if owner in found:
            before = found[owner]
            found[owner] = replace(before, share=min(1.0, before.share + share), size=before.size + length)
        else:
            start, end = marks.span(first, last)
            found[owner] = Carried(text.origin, text.source, share, start, end, Means.RUN, length, owner)
    return list(found.values())


def _is_telling(marks: Prints, first: int, last: int, salt: bytes) -> bool:
    if marks.at[last] - marks.at[first] < LEAST_APART:
        return False
    codes = marks.codes[marks.at[first] : marks.at[last] + GRAM]
    left = boilerplate.uncovered(codes, salt)
    return left.size >= LEAST and np.unique(left[:4096]).size >= _LEAST_DIFFERENT


def values(names: Sequence[str], hashes: Hashes, shelf: Shelf, size: int) -> list[Carried]:
    """Return the texts whose values stand in a text.

    Args:
        names: values of the text that goes out, each as `kind:spelling`.
        hashes: the same, hashed.
        shelf: of values.
        size: characters of the text.
    """
    asked, owners = shelf.find(hashes)
    found = []
    for owner in np.unique(owners).tolist()[-MOST:]:
        text = shelf.texts.get(owner)
        if text is None:
            continue
        hits = np.unique(asked[owners == owner]).tolist()
        keys = sum(not names[at].startswith("mail:") for at in hits)
        share = min(1.0, len(hits) / max(1, text.size))
        for means, count in ((Means.VALUE, keys), (Means.MAILBOX, len(hits) - keys)):
            if count:
                found.append(Carried(text.origin, text.source, share, 0, size, means, count, owner))
    return found


def merged(found: Iterable[Carried]) -> tuple[Carried, ...]:
    """Return the most telling finding of each remembered text and means, most sensitive first."""
    best: dict[tuple[int, Means], Carried] = {}
    for one in found:
        key = (one.number, one.means)
        if key not in best or one.size > best[key].size:
            best[key] = one
    ordered = sorted(best.values(), key=lambda one: (-one.origin.value, -one.size))
    return tuple(ordered[:MOST])
