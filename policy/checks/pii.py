"""PII check: judges by the personal data in what leaves and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from policy.checks.found import findings
from policy.checks.secrets import OWN_CREDENTIAL
from policy.detectors.pii import detector
from policy.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detection import Match
    from policy.detectors.pii.custom import CustomPattern
    from policy.exchange import Text
    from policy.reading import Reading
    from policy.verdict import Finding


class Action(StrEnum):
    """What `piiDataGuard.action` may say."""

    ALERT = "ALERT"
    REDACT = "REDACT"
    BLOCK = "BLOCK"
    BLOCK_AND_REDACT = "BLOCK_AND_REDACT"


REQUEST: Final = "request"
RESPONSE: Final = "response"

_ALERTED: Final = 60
"""Severity at most, where the policy only wants to know."""
_REDACTED: Final = 30
"""Severity at most, of what will have been replaced when it passes."""
_BLOCKED: Final = 70
"""Severity at least, of what the policy blocks."""


@dataclass(frozen=True, slots=True)
class PiiSettings:
    """What the policy says about personal data."""

    is_enabled: bool = False
    wanted: frozenset[str] | None = None
    """Names of built-in patterns; None: those that are wanted where a policy names none."""
    custom: tuple[CustomPattern, ...] = ()
    action: Action = Action.BLOCK_AND_REDACT
    directions: frozenset[str] = frozenset({REQUEST, RESPONSE})
    is_reversible: bool = False
    """Placeholders in an answer become the values again."""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Personal:
    """What was found, and what is to be replaced."""

    findings: list[Finding]
    redactions: dict[str, tuple[Match, ...]]
    """By location of the document; empty unless the policy redacts."""


def check(read: Sequence[tuple[Text, Reading]], settings: PiiSettings, direction: str) -> Personal:
    """Stop or mask personal data on its way out or in (LLM02, CWE-359, T1567, GDPR Art. 32).

    Does not catch: names and places, which have no form; numbers without a checksum far from any word that says
    what they are.
    """
    if not settings.is_enabled or direction not in settings.directions:
        return Personal([], {})
    ask = partial(detector.detect, wanted=settings.wanted, custom=settings.custom)
    effect = _effect(settings.action, direction)
    found: list[Finding] = []
    redactions = {}
    for text, reading in read:
        if text.location.startswith(OWN_CREDENTIAL):
            continue
        matches = reading.detect(ask, "pii").matches
        found += findings(
            matches, text.location, settings.line, severity_of=partial(_severity, effect), effect=effect
        )
        if matches and effect is Effect.REDACT:
            redactions[text.location] = matches
    return Personal(found, redactions)


def _effect(action: Action, direction: str) -> Effect:
    """Return what is done: what leaves is blocked and what comes back redacted, if the policy says both."""
    if action is Action.ALERT:
        return Effect.SCORE
    is_redacted = action is Action.REDACT or (action is Action.BLOCK_AND_REDACT and direction == RESPONSE)
    return Effect.REDACT if is_redacted else Effect.DENY


def _severity(effect: Effect, match: Match) -> int:
    if effect is Effect.DENY:
        return max(match.severity, _BLOCKED)
    return min(match.severity, _REDACTED if effect is Effect.REDACT else _ALERTED)
