"""What a detector says of one text: where something is, how bad it is, and how sure it is on the whole.

A detector reads one agent-supplied text (or one view of it, see `policy.text`) and knows nothing of exchanges and
policies; the checks turn its matches into findings.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """One thing found in a text."""

    rule: str
    """Id of a row of the rulebook."""
    severity: int
    """0..100; 70 and above blocks by itself."""
    start: int
    end: int
    """Half-open span in characters of the text that was given; of a view: of what it was made from."""
    reason: str
    """One plain sentence in lower case: no secret, no personal data, no controls, nothing agent-supplied unmasked."""
    evidence: str = ""
    """Masked excerpt, safe to print (`policy.evidence`)."""
    kind: str = ""
    """What exactly, for tables and placeholders: `github-personal-access-token`, `iban`, `rm-recursive-root`."""
    view: str = ""
    """How the text was disguised, outermost first (`base64>url`); empty for the text as it stands."""


@dataclass(frozen=True, slots=True)
class Detection:
    """All of one text."""

    score: float = 0.0
    """How sure the detector is, 0..1, continuous and before any threshold; comparable within one family only."""
    matches: tuple[Match, ...] = ()
    """In order of their spans; may be empty with a score above 0."""


NOTHING = Detection()
