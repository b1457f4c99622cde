"""Reads credentials of documented formats: where a prefix stands, is the whole value there, and does it verify?

Owns the patterns made from the tables of `formats`. A value that runs into other letters, or is longer than its
format, is still taken if its prefix is distinctive and its body looks random: one letter glued to a token must not
carry it past the gate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from policy.detectors.secrets.formats import business, cloud, code
from policy.detectors.secrets.found import Found, stands_free
from policy.detectors.secrets.placeholders import DOCUMENTED, is_dummy_body
from policy.detectors.secrets.randomness import randomness
from policy.detectors.secrets.verify import CHECKS, Trust
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from policy.detectors.secrets.formats.shape import Format

_TABLES: Final = (
    ("secrets.cloud-key", cloud.FORMATS),
    ("secrets.vcs-token", code.VCS),
    ("secrets.llm-key", code.LLM),
    ("secrets.payment-key", business.PAYMENT),
    ("secrets.chat-token", business.CHAT),
    ("secrets.service-token", business.OFFICE),
)
_SEVERITY: Final = {Trust.VERIFIED: 85, Trust.SHAPE: 81, Trust.LIKELY: 76}
_GLUED: Final = 72
_RANDOM: Final = 0.5
_GLUED_LEAST: Final = 20
_DISTINCTIVE: Final = re.compile(r"\w{3,}_|[\w-]{4,}[_-]")
_IN_BASE64: Final = frozenset("+/-")
"""In front of a short prefix: it is a chance of letters in an encoded text."""
_META: Final = re.compile(r"\(\?:|[\\()|?\[\]{}]")


@dataclass(frozen=True)
class Reader:
    """One format, compiled when its anchor is first seen: most never are."""

    rule: str
    format: Format

    @cached_property
    def strict(self) -> re.Pattern[str]:
        """The value and its end."""
        return self.format.reader()

    @cached_property
    def loose(self) -> re.Pattern[str] | None:
        """The value and more of its characters, for distinctive prefixes."""
        return self.format.reader(is_strict=False) if _is_distinctive(self.format) else None

    @cached_property
    def before(self) -> re.Pattern[str] | None:
        """What of the value stands before the anchor."""
        return re.compile(f"{self.format.alphabet_before}*+\\Z") if self.format.behind else None

    def read(self, text: str, at: int) -> Found | None:
        """Read the value whose anchor stands at `at`."""
        start = self._begin(text, at)
        match = self.strict.match(text, at)
        if match and self._is_free(text, start):
            return self._judge(text[start : match.end()], match[1], start)
        return self._glued(text, at)

    def _begin(self, text: str, at: int) -> int:
        if self.before is None:
            return at
        front = text[max(0, at - self.format.behind) : at]
        match = self.before.search(front)
        return at - len(match[0]) if match else at

    def _is_free(self, text: str, start: int) -> bool:
        """True if the value begins at `start`: what is longer than its format is not of it."""
        if self.before is None:
            in_base64 = self.format.must_look_random and text[max(0, start - 1) : start] in _IN_BASE64
            return stands_free(text, start) and not in_base64
        before = self.before.search(text[max(0, start - 1) : start])
        return before is None or not before[0]

    def _judge(self, value: str, body: str, start: int) -> Found | None:
        shape = self.format
        trust = CHECKS[shape.check](value)
        if (
            trust is Trust.NO
            or value in DOCUMENTED
            or is_dummy_body(body if body and not shape.behind else value)
        ):
            return None
        look = randomness(body or value)
        if shape.must_look_random and look < _RANDOM:
            return None
        return Found(
            start,
            start + len(value),
            self.rule,
            shape.kind,
            (shape.severity or _SEVERITY[trust]) if trust is not Trust.LIKELY else _SEVERITY[trust],
            f"the text holds a {shape.kind.replace('-', ' ')}",
            look,
        )

    def _glued(self, text: str, at: int) -> Found | None:
        match = self.loose.match(text, at) if self.loose else None
        if match is None or len(match[1]) < _GLUED_LEAST or randomness(match[1]) < _RANDOM:
            return None
        if not stands_free(text, at) and len(match[1]) > 2 * self.format.least:
            return None
        name = self.format.kind.replace("-", " ")
        reason = f"the text holds what looks like a {name} with more characters around it"
        return Found(at, match.end(), self.rule, self.format.kind, _GLUED, reason, randomness(match[1]))


def _is_distinctive(shape: Format) -> bool:
    """True for a prefix that nothing else begins with."""
    if shape.behind or shape.must_look_random or shape.check == "mixed-case" or shape.least < _GLUED_LEAST:
        return False
    return _DISTINCTIVE.fullmatch(_META.sub("", shape.prefix)) is not None


def _name(kind: str, number: int) -> str:
    return f"secrets.known.{kind}.{number}"


READERS: Final[dict[str, Reader]] = {
    _name(shape.kind, number): Reader(rule, shape)
    for number, (rule, shape) in enumerate((rule, shape) for rule, table in _TABLES for shape in table)
}
"""By the name of their pattern."""

PATTERNS: Final = tuple(Pattern(name, reader.format.anchor) for name, reader in READERS.items())
