"""SQL check: judges the statements an agent has tools execute, and the values that may end up in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.checks.commands import listed
from policy.checks.found import findings
from policy.detectors.sql import detector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policy.actions import Named
    from policy.checks.commands import CommandSettings
    from policy.text.scanner import Scanner
    from policy.verdict import Finding


def check(
    statements: Iterable[Named], values: Iterable[Named], settings: CommandSettings, scanner: Scanner
) -> list[Finding]:
    """Stop statements that destroy or reach out of the database, and values that break out of one (CWE-89, T1190).

    Does not catch: a destructive statement that an application builds from innocent values.
    """
    if not settings.is_enabled:
        return []
    found: list[Finding] = []
    for text, location in statements:
        decided, is_allowed = listed(text, location, settings, "sql")
        found += decided
        if not is_allowed:
            found += findings(detector.detect_statement(text).matches, location, settings.line)
    judged = {location for _, location in statements}
    for text, location in values:
        if location not in judged and detector.may_be_sql(scanner.scan(text)):
            found += findings(detector.detect_value(text).matches, location, settings.line)
    return found
