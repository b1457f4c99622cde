"""Rules about SQL statements and injected values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_SCORE: Final = Effect.SCORE
_INJECTION: Final = ("CWE-89", "T1190", "ASI02")
_AGENCY: Final = ("LLM06", "ASI02", "T1485")

_VALUE: Final = "pass the value as a bound parameter, without SQL in it"
_NARROW: Final = "add a WHERE clause that names the rows"
_OPERATOR: Final = "have the operator run it"
_SPLIT: Final = "send one statement at a time"

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    # What a statement does.
    ("sql.destructive-ddl", 85, _SCORE, "SQL destroys a schema object", _OPERATOR, _AGENCY, 403),
    ("sql.unbounded-delete", 85, _SCORE, "SQL deletes all rows", _NARROW, (*_AGENCY, "T1565.001"), 403),
    ("sql.unbounded-update", 82, _SCORE, "SQL changes all rows", _NARROW, ("LLM06", "ASI02", "T1565.001"), 403),
    ("sql.privilege", 85, _SCORE, "SQL changes accounts or privileges", _OPERATOR,
     ("LLM06", "ASI03", "T1098", "CWE-269"), 403),
    ("sql.file-access", 88, _SCORE, "SQL reads or writes files of the server", _OPERATOR,
     ("CWE-73", "T1005", "T1505"), 403),
    ("sql.command-execution", 95, _SCORE, "SQL runs a command or calls out", _OPERATOR,
     ("CWE-78", "T1059", "T1505.001"), 403),
    ("sql.server-control", 85, _SCORE, "SQL changes the server itself", _OPERATOR, ("LLM06", "T1489", "CWE-15"), 403),
    ("sql.time-delay", 80, _SCORE, "SQL waits or burns time", "remove the delay", ("CWE-89", "CWE-400", "T1499"), 403),
    ("sql.dynamic", 60, _SCORE, "SQL runs text as SQL", "send the statement itself", ("CWE-95", "CWE-89"), 403),
    ("sql.credential-table", 80, _SCORE, "SQL reads the server's passwords", _OPERATOR,
     ("T1555", "T1003", "LLM02"), 403),
    # What an injected value looks like.
    ("sql.stacked", 85, _SCORE, "Second statement in SQL", _SPLIT, _INJECTION, 403),
    ("sql.union-injection", 82, _SCORE, "Query injected by UNION or a subquery", _VALUE,
     (*_INJECTION, "CAPEC-66"), 403),
    ("sql.boolean-injection", 78, _SCORE, "Condition injected", _VALUE, (*_INJECTION, "CAPEC-7"), 403),
    ("sql.error-based", 80, _SCORE, "Error used to read data", _VALUE, (*_INJECTION, "CAPEC-54"), 403),
    ("sql.auth-bypass", 78, _SCORE, "Quote and comment cut a condition off", _VALUE, (*_INJECTION, "CWE-287"), 403),
    ("sql.schema-probe", 75, _SCORE, "Probe of the schema or the server", _VALUE,
     (*_INJECTION, "T1082", "CAPEC-54"), 403),
    ("sql.comment-evasion", 74, _SCORE, "SQL disguised by comments or spelling", _VALUE,
     ("CWE-89", "T1027", "CAPEC-267"), 403),
    ("sql.nosql-operator", 55, _SCORE, "Operator or filter in a value", _VALUE, ("CWE-943", "CWE-90", "T1190"), 403),
    # What cannot be judged.
    ("sql.unparsable", 45, _SCORE, "SQL does not parse", "send one statement of a known dialect",
     ("CWE-20", "CWE-89"), 403),
    ("sql.schema-change", 30, _SCORE, "SQL changes a minor schema object", _OPERATOR, ("LLM06",), 403),
)
# fmt: on
