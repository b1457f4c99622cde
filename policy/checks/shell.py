"""Shell check: judges the commands an agent has tools run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.checks.commands import listed
from policy.checks.found import findings
from policy.detectors.shell import detector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policy.checks.commands import CommandSettings
    from policy.detectors.shell.reading import Reading
    from policy.verdict import Finding


def check(commands: Iterable[tuple[Reading, str]], settings: CommandSettings) -> list[Finding]:
    """Stop commands that destroy, download and run, open a way in, or gather credentials (T1059.004, T1485, ASI02).

    Does not catch: what a program does that has an innocent name; see `policy.detectors.shell.detector`.
    """
    if not settings.is_enabled:
        return []
    found: list[Finding] = []
    for reading, location in commands:
        decided, is_allowed = listed(reading.text, location, settings, "shell")
        found += decided
        if not is_allowed:
            found += findings(detector.judge(reading).matches, location, settings.line)
    return found
