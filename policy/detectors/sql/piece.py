"""One statement of a text, and the severities that the judges of statements share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.finding import Found

if TYPE_CHECKING:
    from policy.detectors.sql.tokens import Token

HIGH: Final = 70
MEDIUM: Final = 50
LOW: Final = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a text."""

    kinds: str
    tokens: tuple[Token, ...]

    def words(self, start: int, count: int) -> list[str]:
        """Texts of some tokens."""
        return [token.text for token in self.tokens[start : start + count]]

    def found(self, rule: str, severity: int, at: int, kind: str = "") -> Found:
        """Say what was found from a token to the end of the statement."""
        return Found(rule, severity, self.tokens[at].start, self.tokens[-1].end, kind)
