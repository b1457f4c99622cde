"""Finds text that gives orders to a model: overrides, forged turns, jailbreaks, extraction, hidden orders.

Owns the order of the steps and what is reported. The words are read as concepts (`lexicon`), the concepts by a
grammar (`grammar`), both by a linear model (`model`); structure comes from the shared scanner (`hidden`). All of it
is added up (`scoring`) and compared with the threshold of the channel the text came by. A long text is read in
pieces that overlap, all of it: there is no place in it to hide.

Attack: whoever writes what an agent reads makes it work for him (OWASP LLM01:2025, LLM07:2025, ASI01; MITRE ATLAS
AML.T0051, T0054, T0056, T0057).

Does not catch: orders that are wrong only in their context ("please pay this invoice"); a meaning without any
telling word; languages beyond those of `lexicon_world`; disguises that the views of `policy.text` do not undo;
instructions split over several texts. Talk about attacks lowers a score by a bounded amount, so an attack wrapped in
an article about attacks needs to be plain to be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.channel import Channel
from policy.detection import NOTHING, Detection, Match
from policy.detectors.prompt import grammar, model, scoring, tokens
from policy.detectors.prompt.hidden import SIGNS
from policy.detectors.prompt.matching import begin
from policy.evidence import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.prompt.hidden import Sign
    from policy.detectors.prompt.scoring import Seen
    from policy.text.scanner import Scan

PATTERNS: Final = tuple(sign.pattern for sign in SIGNS)
"""To be compiled into the scanner of the caller, with those of other families."""

_NOTABLE: Final = 0.35
"""Score from which a text is recorded though it passes."""
_BLOCK: Final = 0.7
_SIGNS_MOST: Final = 3.0
"""What structure adds at most: it is evidence, not proof."""
_COVERS_FROM: Final = 0.2
"""Score from which a hiding place counts."""
_OVERLAP: Final = 2000
"""Characters that two pieces of a long text share."""
_MOST_MATCHES: Final = 12
_SHOWN: Final = 80
_CLASSIFIER: Final = "prompt.classifier"
_REASONS: Final[dict[str, str]] = {
    "prompt.override": "the text tells the model to drop its instructions",
    "prompt.task-switch": "the text puts a new task in place of the one given",
    "prompt.jailbreak": "the text asks the model to act without its rules",
    "prompt.extraction": "the text asks for the model's own instructions or a secret in them",
    "prompt.role-spoofing": "the text plays a turn of another role",
    "prompt.delimiter-spoofing": "the text contains delimiters of a chat template",
    "prompt.exfiltration": "the text tells the reader to send something out",
    "prompt.addressed-to-model": "the text speaks to the model that reads it",
    "prompt.secrecy": "the text asks to keep something from the user",
    "prompt.forced-output": "the text dictates an exact answer",
    "prompt.hidden-text": "instructions stand where a person does not see them",
    _CLASSIFIER: "the wording resembles known attacks",
}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a text and its worst window."""

    seen: Seen
    offset: int
    """Characters before it."""
    points: float
    first: int
    last: int
    """Tokens of the worst window, half-open."""


def detect(scan: Scan, channel: Channel = Channel.TOOL) -> Detection:
    """Judge one agent-supplied text.

    Args:
        scan: of the text, by a scanner that holds `PATTERNS`.
        channel: by which way it came; the operator's own prompt is all but trusted.
    """
    worst: _Piece | None = None
    size = 0
    for piece in _pieces(scan.text):
        size += int(piece.seen.cut.is_word.sum())
        if worst is None or piece.points > worst.points:
            worst = piece
    if worst is None:
        return NOTHING
    surroundings = scoring.around(worst.seen.hits, worst.first, worst.last)
    points = scoring.total(worst.points, surroundings, size)
    signs = _signs(scan, scoring.probability(points, channel))
    score = scoring.probability(points + min(_SIGNS_MOST, sum(sign.worth for sign in signs)), channel)
    if score < _NOTABLE:
        return Detection(score)
    severity = _severity(score)
    matches = _matches(scan.text, worst, severity) + _sign_matches(scan, signs, severity)
    return Detection(score, tuple(sorted(matches, key=lambda match: (match.start, match.end, match.rule))))


def _pieces(text: str) -> Iterator[_Piece]:
    step = tokens.CHUNK - _OVERLAP
    for offset in range(0, max(1, len(text) - _OVERLAP), step):
        seen = scoring.see(text[offset : offset + tokens.CHUNK])
        if not seen.cut.starts.size:
            continue
        points = model.shipped().sums(seen)
        at = int(points.argmax())
        yield _Piece(seen, offset, float(points[at]), int(seen.frame.starts[at]), int(seen.frame.ends[at]))


def _signs(scan: Scan, score: float) -> list[Sign]:
    """Signs that count: a hiding place does only for text that is suspicious by itself."""
    return [
        sign
        for sign in SIGNS
        if sign.pattern.name in scan.hits and (not sign.is_cover or score >= _COVERS_FROM)
    ]


def _severity(score: float) -> int:
    """70..95 from the block threshold on, 25..69 below."""
    if score >= _BLOCK:
        return 70 + round(25 * (score - _BLOCK) / (1 - _BLOCK))
    return min(69, round(25 + 44 * (score - _NOTABLE) / (_BLOCK - _NOTABLE)))


def _matches(text: str, piece: _Piece, severity: int) -> list[Match]:
    """The productions of the worst window, one a rule; the window itself if there are none."""
    matches = []
    found = _productions(piece) or [(_CLASSIFIER, "", piece.first, piece.last - 1)]
    for rule, kind, first, last in found[:_MOST_MATCHES]:
        start, end = tokens.span(piece.seen.cut, first, last)
        start, end = start + piece.offset, min(end + piece.offset, len(text))
        evidence = masked(text[start : min(end, start + _SHOWN)])
        matches.append(Match(rule, severity, start, end, _REASONS[rule], evidence, kind))
    return matches


def _productions(piece: _Piece) -> list[tuple[str, str, int, int]]:
    """Rule, kind, first and last token of the weightiest production of each rule."""
    best: dict[str, tuple[str, str, int, int]] = {}
    productions = grammar.productions()
    for number in sorted(piece.seen.hits, key=lambda number: -productions[number].worth):
        production = productions[number]
        ends = piece.seen.hits[number]
        near = ends[(ends >= piece.first) & (ends < piece.last)]
        if near.size and production.rule not in best:
            last = int(near[0])
            first = begin(production.shape, piece.seen.letters, last)
            best[production.rule] = (production.rule, production.name, first, last)
    return list(best.values())


def _sign_matches(scan: Scan, signs: list[Sign], severity: int) -> list[Match]:
    matches = []
    for sign in signs:
        for start, end in scan.spans(sign.pattern.name)[:1]:
            kind = sign.pattern.name.removeprefix("prompt.")
            shown = masked(scan.text[start : min(end, start + _SHOWN)])
            matches.append(Match(sign.rule, severity, start, end, _REASONS[sign.rule], shown, kind))
    return matches
