"""Rules about instructions that do not come from whom they say.

One row a technique; the grammar's productions name the finer kind. References: OWASP LLM01 (prompt injection),
LLM02 (disclosure), LLM07 (system prompt leakage), ASI01 (goal hijack); MITRE ATLAS AML.T0051 to T0057; CWE-1427
(untrusted input in a prompt).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_INJECTION = ("LLM01", "ASI01", "AML.T0051", "CWE-1427")
_JAILBREAK = ("LLM01", "AML.T0054")
_EXTRACTION = ("LLM07", "AML.T0056")
_EXFILTRATION = ("LLM02", "ASI01", "AML.T0057")
_SOURCE = "remove the instruction from the text, or take the text from a source you trust"
_ASK = "state the request without overriding the operator's instructions"

_SCORE = Effect.SCORE

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    ("prompt.override", 80, _SCORE, "Instructions are overridden", _ASK, _INJECTION, 403),
    ("prompt.task-switch", 75, _SCORE, "A new task is put in", _SOURCE, _INJECTION, 403),
    ("prompt.role-spoofing", 75, _SCORE, "A role's turn is forged", _SOURCE, _INJECTION, 403),
    ("prompt.delimiter-spoofing", 75, _SCORE, "Chat template delimiters", _SOURCE, (*_INJECTION, "CWE-74"), 403),
    ("prompt.jailbreak", 75, _SCORE, "Jailbreak persona", _ASK, _JAILBREAK, 403),
    ("prompt.extraction", 75, _SCORE, "System prompt is asked for", _ASK, _EXTRACTION, 403),
    ("prompt.exfiltration", 80, _SCORE, "Data is told to leave", _SOURCE, _EXFILTRATION, 403),
    ("prompt.addressed-to-model", 75, _SCORE, "Text speaks to the model", _SOURCE, _INJECTION, 403),
    ("prompt.secrecy", 75, _SCORE, "User is to be kept in the dark", _SOURCE, (*_INJECTION, "ASI09"), 403),
    ("prompt.hidden-text", 80, _SCORE, "Instructions are hidden", _SOURCE, (*_INJECTION, "CWE-451"), 403),
    ("prompt.forced-output", 72, _SCORE, "An exact answer is dictated", _ASK, _INJECTION, 403),
    ("prompt.classifier", 72, _SCORE, "Wording of an attack", _SOURCE, _INJECTION, 403),
)
# fmt: on
