"""From evidence to one number: what the grammar says by hand and what the model has learned, added up.

Owns the sum and the scale of the scores. Within a window each technique counts once, its repetitions little; talk
*about* attacks near by takes some of it back; what stands around the window counts less, and a long text has had
more chances to look bad. Invariants: a score of 0.7 is the block threshold on every channel, so scores of different
channels can be pooled and compared; what is taken back is bounded, because an attacker can write those words as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from policy.channel import Channel
from policy.detectors.prompt import features, grammar, lexicon, tokens
from policy.detectors.prompt.matching import Places
from policy.detectors.prompt.windows import windows

if TYPE_CHECKING:
    from policy.detectors.prompt.features import Group
    from policy.detectors.prompt.tokens import Bytes, Offsets, Tokens
    from policy.detectors.prompt.windows import Reals, Windows

CUTS: Final[dict[Channel, float]] = {Channel.USER: 2.3, Channel.TOOL: 2.05, Channel.SYSTEM: 9.0}
"""Sum from which a text is blocked, by channel: about one false alarm in a hundred, each source judged by a model that has not
seen it (MODEL_CARD.md)."""
_SPREAD: Final = 1.2
_BLOCK_ODDS: Final = math.log(0.7 / 0.3)
_REPEATED: Final = 0.25
"""What further productions of the same technique add."""
_LONG_SHARE: Final = 0.8
"""What the grammar's worth counts in a long window: its parts stand farther from each other."""
_ABOUT: Final = ord("z")
_ABOUT_NEAR: Final = 30
_ABOUT_FEWEST: Final = 2
_ABOUT_EACH: Final = 0.25
_ABOUT_MOST: Final = 8
_AROUND: Final = 0.45
"""What the grammar's worth of the surroundings adds to that of the worst window."""
_REACH: Final = 400
"""Tokens before and behind the worst window that surround it; a book holds every production somewhere."""
_USUAL: Final = 50.0
"""Words of a text that is neither short nor long."""
_FEWEST: Final = 10
_SHORT_GAIN: Final = 0.9
_LONG_LOSS: Final = 0.4
"""For each e-fold of length: what little there is of a short text counts, a long one has had more chances."""
_BOOK: Final = 2000.0
_BOOK_LOSS: Final = 0.3
"""For each e-fold beyond that many words, on top."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One text, or a chunk of one, as evidence."""

    cut: Tokens
    letters: Bytes
    """The concept of each token."""
    groups: tuple[Group, ...]
    hits: dict[int, Offsets]
    """Numbers of the productions found, with the tokens they end at."""
    frame: Windows
    worth: Reals
    """Of the grammar, for each window."""
    about: Reals
    """What talk about attacks takes back, for each window."""


def see(text: str) -> Seen:
    """Gather the evidence of an agent-supplied text; the caller bounds its length."""
    cut = tokens.cut(text)
    letters = lexicon.concepts(cut)
    frame = windows(letters.size)
    hits = Places(letters).search(grammar.searched())
    near = frame.starts.size
    worth = np.zeros(near)
    if hits:
        held = {number: frame.holding(ends) for number, ends in hits.items()}
        worth = _added(held, near)
        worth[frame.ends - frame.starts > _SHORT] *= _LONG_SHARE
    talk = (letters == _ABOUT).nonzero()[0]
    return Seen(cut, letters, tuple(features.see(cut, letters)), hits, frame, worth, _about(talk, frame))


_SHORT: Final = 32


def _added(held: dict[int, np.ndarray], size: int) -> Reals:
    """Add up the worth of the productions in each window: the best of a rule, and a share of its others."""
    best: dict[str, Reals] = {}
    added = np.zeros(size)
    for number, where in held.items():
        production = grammar.productions()[number]
        gain = where * production.worth
        added += _REPEATED * gain
        known = best.get(production.rule)
        best[production.rule] = gain if known is None else np.maximum(known, gain)
    for most in best.values():
        added += (1 - _REPEATED) * most
    return added


def _about(talk: Offsets, frame: Windows) -> Reals:
    """How much is taken back in each window for talk about attacks."""
    if talk.size < _ABOUT_FEWEST:
        return np.zeros(frame.starts.size)
    count = np.searchsorted(talk, frame.ends + _ABOUT_NEAR) - np.searchsorted(
        talk, frame.starts - _ABOUT_NEAR
    )
    return np.where(count >= _ABOUT_FEWEST, np.minimum(count, _ABOUT_MOST), 0) * _ABOUT_EACH


def around(hits: dict[int, Offsets], first: int, last: int) -> float:
    """Return what the productions within reach of a window are worth.

    Args:
        hits: productions and the tokens they end at.
        first: token of the window.
        last: token behind it.
    """
    low, high = first - _REACH, last + _REACH
    near = [number for number, ends in hits.items() if ((ends >= low) & (ends < high)).any()]
    return float(_added(dict.fromkeys(near, np.ones(1, np.bool_)), 1)[0]) if near else 0.0


def total(worst: float, surroundings: float, size: int) -> float:
    """Return the sum of a whole text.

    Args:
        worst: sum of its worst window.
        surroundings: what is around that (`around`).
        size: words of the text.
    """
    folds = math.log(max(size, _FEWEST) / _USUAL)
    chances = (_LONG_LOSS if folds > 0 else _SHORT_GAIN) * folds
    if size > _BOOK:
        chances += _BOOK_LOSS * math.log(size / _BOOK)
    return worst + _AROUND * surroundings - chances


def gains(seen: Seen, weights: np.ndarray) -> Reals:
    """Return what the features weigh at each token, in steps of the weights: whole numbers."""
    size = seen.cut.starts.size
    if not seen.groups:
        return np.zeros(size)
    places = np.concatenate([places for places, _ in seen.groups])
    numbers = np.concatenate([numbers for _, numbers in seen.groups])
    return np.bincount(places, weights[numbers], size)


def probability(points: float, channel: Channel) -> float:
    """Turn a sum into a score, 0..1; 0.7 is the channel's threshold."""
    odds = (points - CUTS[channel]) / _SPREAD + _BLOCK_ODDS
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, odds))))
