"""Finds personal data that has a form: numbers, addresses of machines and people, identifiers of fifty countries.

Owns the order of the readers and the choice among overlapping finds. Each reader validates what one
pattern of the scanner hit; a text without a hit costs one set operation. The score is the confidence, 0..1, that the
text holds structured personal data (from 0.5 on something is reported), independent of severity: an e-mail address is
certain and ordinary. Several types together describe a person, and weigh more.

Attack: an agent carries customers' data out of the house, or gets more of it than it may keep (OWASP LLM02, CWE-359,
ATT&CK T1567, T1530).

Floods: what a text may cost grows with its length only. Where a text holds hundreds of one form it is a list of them, and
what else has the form is taken for one, unasked (`walk`, `network`, `mailboxes`, `phones`); beyond two thousand finds,
neighbors become one match (`matches.joined`). So nothing of a flood stays in the clear when it is redacted; what suffers
is restraint, in texts that are lists of personal data already. After 1,024 questions to python-stdnum
(`page.MOST_CHECKS`) or 64 telephone numbers validated (`numbering.MAX_VALIDATED`) in one text, form and word alone decide.

Does not catch: names and places, which have no form; bare numbers without a check digit far from any word that says
what they are, and those of nine or ten digits even with one (one in ten of all numbers passes); numbers with a label
that fail their check digit; digits spelled as words, spread over several texts, or encoded otherwise than the views of
`policy.text` undo; pictures; Brazilian company numbers (CNPJ) with letters, issued from 2026 on; passport numbers of many
countries without a word beside them, which are a form and no more; street addresses but in few languages, and those are
LOW by design (confidence .45).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Final

from policy.detection import NOTHING, Detection
from policy.detectors.pii import (
    addresses,
    crypto,
    labelled,
    labels,
    loose,
    mailboxes,
    network,
    phones,
    second,
    spelled,
    tables,
    walk,
    words,
)
from policy.detectors.pii.custom import CustomPattern, compile_custom
from policy.detectors.pii.matches import joined, matches, own_matches
from policy.detectors.pii.names import BUILT_IN, DEFAULT, built_in, nearest, rules_of
from policy.detectors.pii.page import WHOLE, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policy.detection import Match
    from policy.detectors.pii.found import Found
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
    "warm",
]

PATTERNS: Final[tuple[Pattern, ...]] = (
    *tables.PATTERNS,
    *mailboxes.PATTERNS,
    *network.PATTERNS,
    *spelled.PATTERNS,
    *crypto.PATTERNS,
    *phones.PATTERNS,
    *labels.PATTERNS,
    *addresses.PATTERNS,
)
"""To be compiled into the scanner of the caller, with those of other families."""

_TRIGGERS: Final = frozenset(pattern.name for pattern in PATTERNS)


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
    hits = frozenset(scan.hits & _TRIGGERS)
    if hits or len(scan.text) <= WHOLE or not scan.text.isascii():
        rules = rules_of(wanted)
        if rules is None or rules:
            found = [one for one in _read(Page(scan, hits), rules) if rules is None or one.rule in rules]
    own = [pattern for pattern in custom if pattern.pattern.name in scan.hits]
    if not found and not own:
        return NOTHING
    chosen = _chosen(found)
    found_matches = matches(scan.text, joined(scan.text, chosen))
    if own:
        found_matches = sorted(found_matches + own_matches(scan, own, chosen), key=_span)
    confidence = max((one.confidence for one in chosen), default=0.0)
    score = max(confidence + (1 - confidence) * 0.02 * min(len(chosen) - 1, 20), 0.99 if own else 0.0)
    return Detection(round(score, 4), tuple(found_matches))


def _span(match: Match) -> tuple[int, int]:
    return match.start, match.end


def warm() -> None:
    """Compile what the first text would have to wait for (0.2 s): before traffic, and once for each process."""
    second.scanner()
    words.spelled("phone")
    tables.by_form()


def _read(page: Page, rules: frozenset[str] | None) -> list[Found]:
    """Read with the cheap readers first; what they find in a flood the others need not look at again."""
    calls = phones.Phones(page) if rules is None or phones.RULE in rules else None
    found = list(_announced(page, rules, calls))
    if not _has_numbers(page):
        return found
    if len(found) > _FLOOD:
        page.hide(sorted((one.start, one.end) for one in found[_FLOOD:] if one.rule in _ORDINARY))
    found += walk.read(page, rules)
    found += network.read_octets(page)
    found += loose.read(page, rules)
    if calls is not None:
        found += calls.national()
    return found


def _has_numbers(page: Page) -> bool:
    return tables.TRIGGER in page.hits or page.whole[1] > 0 or page.is_respelled


def _announced(page: Page, rules: frozenset[str] | None, calls: phones.Phones | None) -> Iterator[Found]:
    """What a sign, a word or its own form announces, wherever it stands."""
    if mailboxes.EMAIL in page.hits and (rules is None or mailboxes.EMAIL in rules):
        yield from mailboxes.read(page)
    if rules is None or spelled.RULE in rules:
        yield from spelled.read(page)
    if rules is None or crypto.RULE in rules:
        for name in page.hits & crypto.READERS.keys():
            yield from crypto.read(page, name)
    if network.IPV6 in page.hits or _has_numbers(page):
        yield from network.read_groups(page)
    if _has_numbers(page):
        yield from network.read_ipv4(page)
        if calls is not None:
            yield from calls.international()
    yield from labelled.read(page)
    if rules is None or addresses.RULE in rules:
        yield from addresses.read(page)


_FLOOD: Final = 512
"""Finds from which further ones are hidden from the readers that look at every number."""
_ORDINARY: Final = frozenset({"pii.email", "pii.ip-address", "pii.device", "pii.phone", "pii.date-of-birth"})
"""Rules whose finds are: no row of the tables says worse of the same characters."""


def _chosen(found: Iterable[Found]) -> list[Found]:
    """Of finds that overlap keep the surest, then the longest; in order of their places."""
    chosen: list[Found] = []
    cluster: list[Found] = []
    end = -1
    for one in sorted(found, key=_place):
        if one.start >= end:
            chosen += cluster if len(cluster) == 1 else _best(cluster)
            cluster = []
        cluster.append(one)
        end = max(end, one.end)
    return chosen + _best(cluster)


def _place(one: Found) -> tuple[int, int]:
    return one.start, -one.end


def _confidence(one: Found) -> float:
    return one.confidence


def _best(cluster: list[Found]) -> list[Found]:
    """Choose among finds of one stretch, which are in order of their places."""
    if len(cluster) < 2:
        return cluster
    if all(one[:2] == cluster[0][:2] for one in cluster):
        return [max(cluster, key=_confidence)]
    kept: list[tuple[int, int]] = []
    chosen = []
    for one in sorted(_widest(cluster), key=lambda one: (-one.confidence, one.start - one.end, one.start)):
        index = bisect_left(kept, (one.start, one.end))
        if index < len(kept) and kept[index][0] < one.end:
            continue
        if index and kept[index - 1][1] > one.start:
            continue
        insort(kept, (one.start, one.end))
        chosen.append(one)
    return sorted(chosen, key=_place)


def _widest(cluster: list[Found]) -> Iterator[Found]:
    """Leave out what lies inside a longer find of the same rule: an account with its routing number is one datum."""
    last: dict[str, Found] = {}
    for one in cluster:
        outer = last.get(one.rule)
        if outer is not None and one.end <= outer.end and (one.start, one.end) != (outer.start, outer.end):
            continue
        if outer is None or one.end > outer.end:
            last[one.rule] = one
        yield one
