"""Prompt check: judges what a model is asked to read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from policy.checks.found import findings
from policy.detection import NOTHING
from policy.detectors.prompt import detector, telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detection import Detection, Match
    from policy.exchange import Message
    from policy.memory import Memory
    from policy.reading import Reader
    from policy.verdict import Finding

_SCORED: Final = 60
"""Severity at most, where the policy does not block jailbreaks."""
_BLOCKING: Final = 70


@dataclass(frozen=True, slots=True)
class PromptSettings:
    """What the policy says about injected instructions."""

    is_enabled: bool = True
    is_blocking: bool = True
    """False: attacks count towards the score, at most MEDIUM."""
    threshold: int | None = None
    """Detector score 0..100 from which a text is an attack; None: the detector's own."""
    line: int | None = None


def check(
    messages: Sequence[Message], settings: PromptSettings, reader: Reader, memory: Memory
) -> list[Finding]:
    """Stop instructions from where none may come (LLM01, ASI01, AML.T0051, AML.T0054).

    Who vouches for a text decides how strictly it is judged: tool results and fetched pages more than the user.

    Does not catch: instructions that are dangerous only in their context; a meaning without any telling word.
    """
    if not settings.is_enabled:
        return []
    found: list[Finding] = []
    for message in messages:
        detection = memory.recall(message.channel, message.text, partial(_detect, message, reader))
        found += findings(_judged(detection, settings), message.location, settings.line)
    return found


def _detect(message: Message, reader: Reader) -> Detection:
    reading = reader.read(message.text)
    if not telling.may_tell(reading):
        return NOTHING
    return reading.detect(partial(detector.detect, channel=message.channel), "prompt")


def _judged(detection: Detection, settings: PromptSettings) -> list[Match]:
    """Return the matches as the policy's threshold and `blockJailbreaks` have them."""
    matches = list(detection.matches)
    if settings.threshold is not None:
        is_attack = detection.score * 100 >= settings.threshold
        matches = [replace(match, severity=_moved(match.severity, is_attack=is_attack)) for match in matches]
    if not settings.is_blocking:
        matches = [replace(match, severity=min(match.severity, _SCORED)) for match in matches]
    return matches


def _moved(severity: int, *, is_attack: bool) -> int:
    return max(severity, _BLOCKING) if is_attack else min(severity, _BLOCKING - 1)
