"""Judging a reading: all rules, one detection.

Owns the score: the severity of the worst match in hundredths, raised a little by further techniques, never across the
line that blocks. Invariant: a match of 70 or more is there exactly if the score is 0.70 or more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detection import NOTHING, Detection, Match
from policy.detectors.shell.flow import is_known_installer
from policy.detectors.shell.match import signatures
from policy.detectors.shell.rules import (
    bare,
    code,
    exfiltration,
    fetch,
    hidden,
    network,
    planted,
    remove,
    secrets,
    spawn,
    startup,
    transfer,
)
from policy.detectors.shell.rules.hit import Hit
from policy.evidence import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_BLOCK: Final = 70
_MOST: Final = 24
_RULES: Final = (
    remove.rules,
    fetch.rules,
    network.rules,
    exfiltration.rules,
    secrets.rules,
    spawn.rules,
    bare.rules,
    planted.rules,
    transfer.rules,
    startup.rules,
    hidden.rules,
    code.rules,
)
_FETCHING: Final = frozenset({"powershell-download", "powershell-download-2", "webclient"})
_INSTALLER: Final = 55
_REMOTE: Final = 62
_STEP: Final = 0.004


def judge(reading: Reading) -> Detection:
    """Return what is wrong with a command line that was read."""
    matches: dict[tuple[str, str], Match] = {}
    for hit in _hits(reading):
        key = (hit.rule, hit.kind)
        if key not in matches or matches[key].severity < hit.severity:
            matches[key] = _match(reading, hit)
    if not matches:
        return NOTHING
    ordered = sorted(
        matches.values(), key=lambda match: (match.start, -match.severity, match.rule, match.kind)
    )
    return Detection(_score(ordered), tuple(ordered[:_MOST] if len(ordered) > _MOST else ordered))


def _hits(reading: Reading) -> Iterator[Hit]:
    for command, (kind, rule, severity, _, reason) in signatures(reading):
        is_installer = kind in _FETCHING and is_known_installer(reading.text)
        weighed = min(severity, _INSTALLER) if is_installer else _weighed(rule, severity, command)
        yield Hit(rule, weighed, kind, reason, command)
    for rules in _RULES:
        yield from rules(reading)


def _weighed(rule: str, severity: int, command: Command) -> int:
    """Return the severity; setting up another machine over ssh is what ssh is for."""
    return min(severity, _REMOTE) if rule == "persistence" and command.is_remote else severity


def _match(reading: Reading, hit: Hit) -> Match:
    start, end = (hit.command.start, hit.command.end) if hit.command is not None else (0, len(reading.text))
    return Match(
        rule="shell." + hit.rule, severity=hit.severity, start=start, end=end, reason="the command " + hit.reason,
        evidence=masked(reading.text[start:end]), kind=hit.kind, view=hit.view,
    )  # fmt: skip


def _score(matches: list[Match]) -> float:
    worst = max(match.severity for match in matches)
    techniques = len({match.rule for match in matches})
    score = worst / 100 + _STEP * min(techniques - 1, 5)
    return min(score, 1.0) if worst >= _BLOCK else min(score, 0.699)
