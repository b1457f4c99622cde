"""From features to one number: what the grammar says by hand and what the model has learned, added up.

Owns the scale of the scores. The grammar's worth counts once for each technique within a window, so saying one
thing twice adds little; talk *about* attacks near by takes some of it back. Invariant: a score of 0.7 is the
channel's block threshold, on both channels, so scores of different channels can be pooled and compared.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from policy.channel import Channel
from policy.detectors.prompt import grammar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detectors.prompt.features import Seen
    from policy.detectors.prompt.tokens import Bytes

MODEL_SHARE: Final = 0.6
"""What the model's log-odds count beside the grammar's worth."""
CUTS: Final[dict[Channel, float]] = {Channel.USER: 4.5, Channel.TOOL: 3.7, Channel.SYSTEM: 12.0}
"""Sum from which a text is blocked, by channel: one false alarm in a hundred at most, each source judged by a model
that has not seen it (MODEL_CARD.md)."""
_SPREAD: Final = 1.5
_BLOCK_ODDS: Final = math.log(0.7 / 0.3)
_NEAR: Final = 25
"""Tokens within which productions add up."""
_REPEATED: Final = 0.25
"""What further productions of the same technique add."""
_ABOUT: Final = ord("z")
_ABOUT_NEAR: Final = 60
_ABOUT_FEWEST: Final = 2
_ABOUT_EACH: Final = 0.75
_ABOUT_MOST: Final = 3.0
"""Words about attacks may lower a score by this much and no more: an attacker can write them as well."""

_WORTH: Final = np.array([production.worth for production in grammar.PRODUCTIONS])
_ROWS: Final = [production.rule for production in grammar.PRODUCTIONS]


def worth(seen: Seen, letters: Bytes) -> tuple[float, int]:
    """Return the grammar's worth of the worst window, and the token it begins at."""
    if not seen.hits:
        return 0.0, 0
    places: dict[int, list[int]] = {}
    for number, first, _ in seen.hits:
        places.setdefault(number, []).append(first)
    starts = np.unique(np.array([first for _, first, _ in seen.hits], np.int64))
    most: dict[str, np.ndarray] = {}
    total: dict[str, np.ndarray] = {}
    for number, firsts in places.items():
        ordered = np.sort(np.array(firsts, np.int64))
        is_near = np.searchsorted(ordered, starts + _NEAR, "right") > np.searchsorted(ordered, starts)
        gain = np.where(is_near, _WORTH[number], 0.0)
        row = _ROWS[number]
        most[row] = np.maximum(most[row], gain) if row in most else gain
        total[row] = total[row] + gain if row in total else gain
    values = sum(
        ((1 - _REPEATED) * most[row] + _REPEATED * total[row] for row in most), np.zeros(starts.size)
    )
    values = values - _about(letters, starts)
    at = int(np.argmax(values))
    return max(0.0, float(values[at])), int(starts[at])


def _about(letters: Bytes, starts: np.ndarray) -> np.ndarray:
    """How much is taken back at each place for talk about attacks."""
    talk = np.flatnonzero(letters == _ABOUT)
    count = np.searchsorted(talk, starts + _ABOUT_NEAR) - np.searchsorted(talk, starts - _ABOUT_NEAR)
    taken: np.ndarray = np.where(count >= _ABOUT_FEWEST, np.minimum(_ABOUT_EACH * count, _ABOUT_MOST), 0.0)
    return taken


def probability(points: float, channel: Channel) -> float:
    """Turn a sum into a score, 0..1; 0.7 is the channel's threshold."""
    odds = (points - CUTS[channel]) / _SPREAD + _BLOCK_ODDS
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, odds))))


def rows_between(hits: Sequence[tuple[int, int, int]], first: int) -> list[tuple[int, int, int]]:
    """Return the productions of the window that begins at token `first`."""
    return [hit for hit in hits if first <= hit[1] <= first + _NEAR]
