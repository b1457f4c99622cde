"""Finds personal data that has a form: numbers, addresses of machines and people, identifiers of fifty countries.

Owns the order of the readers, the choice among overlapping finds, and the severities. Each reader validates what one
pattern of the scanner hit; a text without a hit costs one set operation. The score is the confidence, 0..1, that the
text holds structured personal data (from 0.5 on something is reported), independent of severity: an e-mail address is
certain and ordinary. Several types together describe a person, and weigh more.

Attack: an agent carries customers' data out of the house, or gets more of it than it may keep (OWASP LLM02, CWE-359,
ATT&CK T1567, T1530).

Does not catch: names and places, which have no form; bare numbers without a check digit far from any word that says
what they are; digits spelled as words, spread over several texts, or encoded otherwise than the views of `policy.text`
undo; pictures.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Final

from policy.detection import NOTHING, Detection, Match
from policy.detectors.pii import (
    addresses,
    crypto,
    labelled,
    labels,
    loose,
    network,
    phones,
    spelled,
    tables,
    words,
)
from policy.detectors.pii.custom import CustomPattern, compile_custom, slug
from policy.detectors.pii.found import CERTAIN, LIKELY, Found
from policy.detectors.pii.names import BUILT_IN, DEFAULT, built_in, nearest, rules_of
from policy.detectors.pii.page import WHOLE, Page
from policy.rulebook import pii as rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policy.text.scanner import Pattern, Scan

__all__ = [
    "BUILT_IN",
    "DEFAULT",
    "PATTERNS",
    "CustomPattern",
    "built_in",
    "compile_custom",
    "detect",
    "nearest",
]

PATTERNS: Final[tuple[Pattern, ...]] = (
    *words.PATTERNS,
    *tables.PATTERNS,
    *network.PATTERNS,
    *spelled.PATTERNS,
    *crypto.PATTERNS,
    *phones.PATTERNS,
    *labels.PATTERNS,
    *addresses.PATTERNS,
)
"""To be compiled into the scanner of the caller, with those of other families."""

type _Readers = dict[str, tuple[str, Callable[[Page, int, int], Found | None]]]

_READERS: Final[_Readers] = {
    network.IPV6: ("pii.ip-address", network.read_ipv6),
    crypto.BECH32: ("pii.crypto-address", crypto.read_bech32),
    crypto.ETHER: ("pii.crypto-address", crypto.read_ether),
}
_SECOND: Final[_Readers] = {
    network.IPV4: ("pii.ip-address", network.read_ipv4),
    network.COLONS: ("", network.read_colons),
    network.MAC: ("pii.device", network.read_mac),
    network.DOTTED: ("pii.device", network.read_mac),
}
_TRIGGERS: Final = frozenset(pattern.name for pattern in PATTERNS) - {
    pattern.name for pattern in words.PATTERNS
}
_BY_NAME: Final = {pattern.name: pattern for pattern in (*PATTERNS, *network.NUMBERS)}
_SEVERITIES: Final = {row[0]: row[1] for row in rulebook.ROWS}
_TITLES: Final = {row[0]: row[3].lower() for row in rulebook.ROWS}
_LOW, _MEDIUM, _TOGETHER = 35, 60, 8
_ORDINARY_MOST: Final = 69
"""Severity that ordinary data together do not exceed: the action of the policy decides about them."""
_HIGH: Final = 70
_MANY: Final = 4
"""Types together that make a dossier of somebody, which is HIGH."""
_CUSTOM: Final = "pii.custom"
_MAX_CUSTOM: Final = 4096


def detect(
    scan: Scan, wanted: frozenset[str] | None = None, custom: tuple[CustomPattern, ...] = ()
) -> Detection:
    """Find the personal data of one text.

    Args:
        scan: of an agent- or service-supplied text, by a scanner that knows `PATTERNS` and those of `custom`.
        wanted: built-ins by name (see `built_in`); None for all of them.
        custom: what the operator added; found without validation.
    """
    found: list[Found] = []
    if not scan.hits.isdisjoint(_TRIGGERS) or len(scan.text) <= WHOLE or not scan.text.isascii():
        rules = rules_of(wanted)
        if rules is None or rules:
            found = [one for one in _read(Page(scan), rules) if rules is None or one.rule in rules]
    own = [pattern for pattern in custom if pattern.pattern.name in scan.hits]
    if not found and not own:
        return NOTHING
    chosen = _chosen(found)
    matches = _matches(scan.text, chosen) + _own(scan, own, chosen)
    confidence = max((one.confidence for one in chosen), default=0.0)
    score = max(confidence + (1 - confidence) * 0.02 * min(len(chosen) - 1, 20), 0.99 if own else 0.0)
    return Detection(round(score, 4), tuple(sorted(matches, key=lambda match: (match.start, match.end))))


def _read(page: Page, rules: frozenset[str] | None) -> Iterator[Found]:
    if network.EMAIL in page.scan.hits and (rules is None or network.EMAIL in rules):
        yield from network.read_emails(page)
    if rules is None or spelled.RULE in rules:
        yield from spelled.read(page)
    yield from _each(page, page.scan, _READERS, rules)
    if tables.TRIGGER in page.scan.hits or page.whole[1] or page.is_respelled:
        yield from tables.read(page, rules)
        yield from _each(page, page.numbers, _SECOND, rules)
        yield from loose.read(page, rules)
        if rules is None or phones.RULE in rules:
            yield from phones.Phones(page).read()
    yield from labelled.read(page)
    if rules is None or addresses.RULE in rules:
        yield from addresses.read(page)


def _each(page: Page, scan: Scan, readers: _Readers, rules: frozenset[str] | None) -> Iterator[Found]:
    for name in scan.hits & readers.keys():
        rule, reader = readers[name]
        if rules is None or not rule or rule in rules:
            for start, end in page.places(scan, _BY_NAME[name]):
                one = reader(page, start, end)
                if one is not None:
                    yield one


def _chosen(found: Iterable[Found]) -> list[Found]:
    """Of overlapping finds keep the surest, then the longest."""
    kept: list[tuple[int, int]] = []
    chosen = []
    for one in sorted(_widest(found), key=lambda one: (-one.confidence, one.start - one.end, one.start)):
        index = bisect_left(kept, (one.start, one.end))
        if index < len(kept) and kept[index][0] < one.end:
            continue
        if index and kept[index - 1][1] > one.start:
            continue
        insort(kept, (one.start, one.end))
        chosen.append(one)
    return chosen


def _widest(found: Iterable[Found]) -> Iterator[Found]:
    """Leave out what lies inside a longer find of the same rule: an account with its routing number is one datum."""
    last: dict[str, Found] = {}
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        outer = last.get(one.rule)
        if outer is not None and one.end <= outer.end and (one.start, one.end) != (outer.start, outer.end):
            continue
        if outer is None or one.end > outer.end:
            last[one.rule] = one
        yield one


def _matches(text: str, chosen: list[Found]) -> list[Match]:
    together = len({one.rule for one in chosen})
    return [
        Match(
            rule=one.rule,
            severity=_severity(one, together),
            start=one.start,
            end=one.end,
            reason=_reason(one),
            evidence=_masked(text[one.start : one.end]),
            kind=one.kind,
        )
        for one in chosen
    ]


def _severity(one: Found, together: int) -> int:
    base = _SEVERITIES[one.rule]
    if one.confidence < LIKELY:
        return min(base, _LOW)
    if one.confidence < CERTAIN:
        return min(base, _MEDIUM)
    if base >= _HIGH:
        return min(95, base + 2 * (together - 1) + round(5 * (one.confidence - CERTAIN) / (1 - CERTAIN)))
    together -= 1
    return min(_HIGH + 2 if together >= _MANY else _ORDINARY_MOST, base + _TOGETHER * together)


def _reason(one: Found) -> str:
    what = one.kind.partition(":")[2]
    return f"{_TITLES[one.rule]}{f' ({what})' if what else ''} in the text"


def _masked(value: str) -> str:
    """Return the form of a datum without the datum: digits as 9, letters as A and a, what is neither as it is."""
    return (
        "".join(
            "9" if char.isdigit() else ("A" if char.isupper() else "a") if char.isalpha() else char
            for char in value[:40].encode("ascii", "replace").decode()
        )
        .replace("\n", " ")
        .replace("\r", " ")
    )


def _own(scan: Scan, own: list[CustomPattern], chosen: list[Found]) -> list[Match]:
    """Matches of the operator's expressions, but where a built-in says the same of the same span."""
    known = {(one.start, one.end) for one in chosen}
    matches = []
    for custom in own:
        for start, end in _longest(scan.spans(custom.pattern.name)):
            if (start, end) not in known:
                matches.append(
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
    return matches


def _longest(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of spans that begin inside another one only the first."""
    last = -1
    for start, end in spans:
        if start >= last and end > start:
            yield start, end
            last = end
