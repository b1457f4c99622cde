"""Turns what was found into matches: severities of the rulebook, masked evidence, one sentence each."""

from __future__ import annotations

from typing import Final

from policy.detection import Match
from policy.evidence import masked
from policy.rulebook.sql import ROWS

_SEVERITY: Final = {row[0]: row[1] for row in ROWS}
_BELOW: Final = 60
"""Severity of what is recorded and does not refuse."""
_SHOWN: Final = 60

_REASONS: Final = {
    "sql.destructive-ddl": "the statement drops, truncates or strips a schema object",
    "sql.unbounded-delete": "the statement deletes without a condition that limits it",
    "sql.unbounded-update": "the statement updates without a condition that limits it",
    "sql.privilege": "the statement grants, revokes or changes an account",
    "sql.file-access": "the SQL reads or writes files of the database server",
    "sql.command-execution": "the SQL runs a command or connects from the database server",
    "sql.server-control": "the statement stops or reconfigures the database server",
    "sql.time-delay": "the SQL waits or computes only to pass time",
    "sql.dynamic": "the statement runs a text as SQL",
    "sql.credential-table": "the statement reads the password table of the database server",
    "sql.stacked": "a second statement is appended",
    "sql.union-injection": "the value brings a query of its own into a statement",
    "sql.boolean-injection": "the value brings a condition of its own into a statement",
    "sql.error-based": "the value makes the database put data into an error or a lookup",
    "sql.auth-bypass": "the value closes a quote and hides or rejoins the rest of a condition",
    "sql.schema-probe": "the value asks the database about itself",
    "sql.comment-evasion": "the value hides SQL in comments, brackets or spelled-out characters",
    "sql.nosql-operator": "the value brings an operator or a filter of its own into a query",
    "sql.unparsable": "the statement does not parse in any dialect that was tried",
    "sql.schema-change": "the statement changes a minor schema object",
}


def match_of(
    rule: str, text: str, span: tuple[int, int], *, kind: str = "", view: str = "", below_bar: bool = False
) -> Match:
    """Build the match of one rule on agent-supplied text.

    Args:
        rule: an id of the rulebook.
        text: what was judged.
        span: half-open, in characters of it.
        kind: what exactly.
        view: how it was disguised.
        below_bar: record only, whatever the rulebook says.
    """
    severity = min(_SEVERITY[rule], _BELOW) if below_bar else _SEVERITY[rule]
    start, end = span
    excerpt = masked(text[start : min(end, start + 4 * _SHOWN)], _SHOWN)
    return Match(rule, severity, start, end, _REASONS[rule], excerpt, kind, view)


def match_found(
    rule: str, severity: int, text: str, span: tuple[int, int], *, kind: str = "", view: str = ""
) -> Match:
    """Build the match of one rule on a statement, as bad as it was found to be."""
    start, end = span
    excerpt = masked(text[start : min(end, start + 4 * _SHOWN)], _SHOWN)
    return Match(rule, severity, start, end, _REASONS[rule], excerpt, kind, view)
