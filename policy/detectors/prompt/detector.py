"""Finds text that gives orders to a model: overrides, forged turns, jailbreaks, extraction, hidden orders.

Owns the order of the steps and what is reported. The words are read as concepts (`lexicon`), the concepts by a
grammar (`grammar`), both by a linear model (`model`); structure comes from the shared scanner (`hidden`). All of it
is added up (`scoring`) and compared with the threshold of the channel the text came by.

Attack: whoever writes what an agent reads makes it work for him (OWASP LLM01:2025, LLM07:2025, ASI01; MITRE ATLAS
AML.T0051, T0054, T0056, T0057).

Does not catch: orders that are wrong only in their context ("please pay this invoice"); a meaning without any
telling word; words with letters missing or replaced other than by digits; languages beyond those of
`lexicon_world`; disguises that the views of `policy.text` do not undo; instructions split over several texts. Talk
about attacks lowers a score by a bounded amount, so an attack wrapped in an article about attacks needs to be plain
to be found.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from policy.channel import Channel
from policy.detection import NOTHING, Detection, Match
from policy.detectors.prompt import features, grammar, lexicon, model, scoring, tokens
from policy.detectors.prompt.hidden import SIGNS
from policy.evidence import masked
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from policy.detectors.prompt.features import Seen
    from policy.detectors.prompt.hidden import Sign
    from policy.text.scanner import Scan

_SPACED: Final = Pattern("prompt.spaced", r"(?:\S |  ){10}")
PATTERNS: Final = (*(sign.pattern for sign in SIGNS), _SPACED)
"""To be compiled into the scanner of the caller, with those of other families."""

_NOTABLE: Final = 0.35
"""Score from which a text is recorded though it passes."""
_BLOCK: Final = 0.7
_SIGNS_MOST: Final = 4.0
"""What structure adds at most: it is evidence, not proof."""
_COVERS_FROM: Final = 1.0
"""Grammar's worth from which a hiding place counts."""
_MOST_MATCHES: Final = 12
_SHOWN: Final = 80
_RUN: Final = re.compile(r"(?:.\s){8,}+.?", re.DOTALL)
"""Letters with a blank behind each: every second character spells the text. Possessive: linear."""
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


def detect(scan: Scan, channel: Channel = Channel.TOOL) -> Detection:
    """Judge one agent-supplied text.

    Args:
        scan: of the text, by a scanner that holds `PATTERNS`.
        channel: by which way it came; the operator's own prompt is all but trusted.
    """
    plain = _detect(scan, scan.text, channel)
    if _SPACED.name not in scan.hits:
        return plain
    joined = _detect(scan, _RUN.sub(lambda run: run[0][::2], scan.text), channel)
    if joined.score <= plain.score:
        return plain
    matches = (replace(match, start=0, end=len(scan.text), view="spaced") for match in joined.matches)
    return Detection(joined.score, tuple(matches))


def _detect(scan: Scan, text: str, channel: Channel) -> Detection:
    """Judge `text`: that of the scan, or what its letters spell when put together."""
    codes = tokens.codes_of(text)
    cut = tokens.cut(codes)
    if not cut.starts.size:
        return NOTHING
    letters = lexicon.concepts(cut)
    seen = features.see(cut, letters)
    worth, first = scoring.worth(seen, letters)
    learned, begin, end = model.judge(seen)
    signs = [
        sign
        for sign in SIGNS
        if sign.pattern.name in scan.hits and (not sign.is_cover or worth >= _COVERS_FROM)
    ]
    structure = min(_SIGNS_MOST, sum(sign.worth for sign in signs))
    score = scoring.probability(worth + structure + scoring.MODEL_SHARE * learned, channel)
    if score < _NOTABLE:
        return Detection(score)
    found = _productions(seen, first)
    if learned > 0 or not (found or signs):
        found.append((_CLASSIFIER, "", begin, end))
    matches = _matches(text, cut, found, score) + _signs(scan, signs, score)
    return Detection(score, tuple(sorted(matches, key=lambda match: (match.start, match.end, match.rule))))


def _severity(score: float) -> int:
    """70..95 from the block threshold on, 25..69 below."""
    if score >= _BLOCK:
        return 70 + round(25 * (score - _BLOCK) / (1 - _BLOCK))
    return min(69, round(25 + 44 * (score - _NOTABLE) / (_BLOCK - _NOTABLE)))


def _productions(seen: Seen, first: int) -> list[tuple[str, str, int, int]]:
    """Return rule, kind and tokens of the worst window's productions, one a kind, the weightiest first."""
    near = scoring.rows_between(seen.hits, first)
    best: dict[str, tuple[str, str, int, int]] = {}
    for number, begin, end in sorted(near, key=lambda hit: (-grammar.PRODUCTIONS[hit[0]].worth, hit[1])):
        production = grammar.PRODUCTIONS[number]
        best.setdefault(production.rule, (production.rule, production.name, begin, end))
    return list(best.values())[:_MOST_MATCHES]


def _matches(
    text: str, cut: tokens.Tokens, found: list[tuple[str, str, int, int]], score: float
) -> list[Match]:
    if not found:
        return []
    last = cut.starts.size - 1
    begins = cut.starts[[min(max(begin, 0), last) for _, _, begin, _ in found]]
    tails = np.array([min(max(end - 1, begin, 0), last) for _, _, begin, end in found], np.int64)
    ends = cut.starts[tails] + np.maximum(cut.lengths[tails], 1)
    starts = tokens.character_offsets(cut.codes, begins)
    stops = tokens.character_offsets(cut.codes, ends)
    severity = _severity(score)
    return [
        Match(
            rule,
            severity,
            int(start),
            int(stop),
            _REASONS[rule],
            masked(text[start : min(stop, start + _SHOWN)]),
            kind,
        )
        for (rule, kind, _, _), start, stop in zip(found, starts, stops, strict=True)
    ]


def _signs(scan: Scan, signs: list[Sign], score: float) -> list[Match]:
    severity = _severity(score)
    matches = []
    for sign in signs:
        for start, end in scan.spans(sign.pattern.name)[:1]:
            kind = sign.pattern.name.removeprefix("prompt.")
            matches.append(
                Match(
                    sign.rule, severity, start, end, _REASONS[sign.rule], masked(scan.text[start:end]), kind
                )
            )
    return matches
