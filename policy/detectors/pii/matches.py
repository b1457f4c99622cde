"""What is said of a find: its severity, its reason, and its form without the datum.

Owns the severities. Each is that of the rule for a sure find, less for one that is not; several types together
describe a person, and weigh more: ordinary ones (an address, a telephone number) up to what the policy's action
decides about, a whole dossier up to HIGH. Invariant: neither a reason nor evidence shows a datum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detection import Match
from policy.detectors.pii.custom import slug
from policy.detectors.pii.found import CERTAIN, LIKELY, Found
from policy.rulebook import pii as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policy.detectors.pii.custom import CustomPattern
    from policy.text.scanner import Scan

_SEVERITIES: Final = {row[0]: row[1] for row in rulebook.ROWS}
_TITLES: Final = {row[0]: row[3].lower() for row in rulebook.ROWS}
_LOW, _MEDIUM, _TOGETHER = 35, 60, 8
_ORDINARY_MOST: Final = 69
"""Severity that ordinary data together do not exceed: the action of the policy decides about them."""
HIGH: Final = 70
"""Severity that blocks by itself; 0..100."""
_MANY: Final = 4
"""Types together that make a dossier of somebody, which is HIGH."""
_FLOOD: Final = 2048
"""Finds in one text from which neighbors of one kind become one match."""
_LISTED: Final = 2
"""Characters between two neighbors of a list."""
_CUSTOM: Final = "pii.custom"
_MAX_CUSTOM: Final = 4096


def joined(text: str, chosen: list[Found]) -> list[Found]:
    """Make one find of a list, where a text holds so many that nobody reads them one by one.

    All of it is covered as before, so that a redaction leaves nothing in the clear; it costs a placeholder for each value.
    """
    if len(chosen) <= _FLOOD:
        return chosen
    made = chosen[:_FLOOD]
    last = made.pop()
    for one in chosen[_FLOOD:]:
        gap = one[0] - last[1]
        if gap <= _LISTED and one[2:4] == last[2:4] and not text[last[1] : one[0]].isalnum():
            last = Found(last[0], *one[1:])
        else:
            made.append(last)
            last = one
    return [*made, last]


def matches(text: str, chosen: list[Found]) -> list[Match]:
    """Turn finds into matches, in their order."""
    together = len({one.rule for one in chosen})
    said: dict[tuple[str, str, float], tuple[int, str]] = {}
    masks: dict[str, str] = {}
    made = []
    for one in chosen:
        key = one[2:]
        known = said.get(key)
        if known is None:
            known = said[key] = (severity(one, together), _reason(one))
        level, reason = known
        value = text[one.start : one.end]
        evidence = masks.get(value)
        if evidence is None:
            evidence = masks[value] = _masked(value)
        made.append(Match(one.rule, level, one.start, one.end, reason, evidence, one.kind))
    return made


def severity_of(rule: str) -> int:
    """Return the severity of a sure find of a rule."""
    return _SEVERITIES[rule]


def severity(one: Found, together: int = 1) -> int:
    """Return the severity of a find, 0..100, next to so many types in its text."""
    base = _SEVERITIES[one.rule]
    if one.confidence < LIKELY:
        return min(base, _LOW)
    if one.confidence < CERTAIN:
        return min(base, _MEDIUM)
    if base >= HIGH:
        return min(95, base + 2 * (together - 1) + round(5 * (one.confidence - CERTAIN) / (1 - CERTAIN)))
    together -= 1
    return min(HIGH + 2 if together >= _MANY else _ORDINARY_MOST, base + _TOGETHER * together)


def _reason(one: Found) -> str:
    what = one.kind.partition(":")[2]
    return f"{_TITLES[one.rule]}{f' ({what})' if what else ''} in the text"


def _masked(value: str) -> str:
    """Return the form of a datum without the datum: digits as 9, letters as A and a, what is neither as it is."""
    return value[:_LONGEST_EVIDENCE].encode("ascii", "replace").translate(_MASK).decode()


def _mask(code: int) -> int:
    char = chr(code)
    if char.isdigit():
        return ord("9")
    if char.isalpha():
        return ord("A" if char.isupper() else "a")
    return code if char.isprintable() else ord(" ")


_LONGEST_EVIDENCE: Final = 40
_MASK: Final = bytes(_mask(code) if code < 0x80 else 0x3F for code in range(256))


def own_matches(scan: Scan, own: list[CustomPattern], chosen: list[Found]) -> list[Match]:
    """Matches of the operator's expressions, but where a built-in says the same of the same span."""
    known = {(one.start, one.end) for one in chosen}
    made = []
    for custom in own:
        for start, end in _longest(scan.spans(custom.pattern.name)):
            if (start, end) not in known:
                made.append(
                    Match(
                        rule=_CUSTOM,
                        severity=_SEVERITIES[_CUSTOM],
                        start=start,
                        end=end,
                        reason="a pattern of this policy matches",
                        evidence=_masked(scan.text[start:end]),
                        kind=slug(custom.name),
                    )
                )
    return made


def _longest(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of spans that begin inside another one only the first."""
    last = -1
    for start, end in spans:
        if start >= last and end > start:
            yield start, end
            last = end
