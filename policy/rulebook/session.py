"""Rules about chains: what a session read, and what it does with it.

Severities are those of the strongest form; `policy.checks.session` says what lowers them. References: OWASP LLM01, LLM02,
LLM06 and ASI01 to ASI06; MITRE ATT&CK and ATLAS (AML.T0086 exfiltration by tool invocation, AML.T0080 memory
poisoning); CWE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_OUT = ("LLM02", "ASI01", "ASI02", "AML.T0086", "CWE-200")
_RUN = ("ASI05", "LLM06", "T1059", "CWE-494")
_NAME = "name the recipient in the request, or list its host under allowedDomains"
_REVIEW = "review the file before it is run"

_SCORE = Effect.SCORE

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    ("session.leak", 94, _SCORE, "What was read leaves", "send it without the sensitive parts, or name the recipient", (*_OUT, "T1041", "T1567"), 403),
    ("session.private-leak", 85, _SCORE, "Private text goes to a stranger", _NAME, (*_OUT, "T1567"), 403),
    ("session.environment-leak", 80, _SCORE, "Environment, then network", _NAME, (*_OUT, "T1082", "T1041"), 403),
    ("session.trifecta", 78, _SCORE, "Private data, a stranger's text and a way out", _NAME, ("LLM01", *_OUT), 403),
    ("session.bulk", 78, _SCORE, "Listed, read in bulk, sent", _NAME, (*_OUT, "T1119", "T1020", "T1560"), 403),
    ("session.covert", 80, _SCORE, "Opaque data in an address", "use a plain address", (*_OUT, "T1132", "T1048.003"), 403),
    ("session.copied-recipient", 82, _SCORE, "Recipient named by a stranger's text", _NAME, ("LLM01", "ASI01", "ASI02", "CWE-441"), 403),
    ("session.copied-command", 74, _SCORE, "Command copied from a stranger's text", "review the command, or give it yourself", ("LLM01", *_RUN), 403),
    ("session.write-execute", 76, _SCORE, "A stranger's text is written and run", _REVIEW, ("LLM01", *_RUN), 403),
    ("session.download-execute", 84, _SCORE, "A download is run", "fetch, review and pin it first, or name its address", (*_RUN, "T1105"), 403),
    ("session.memory-poisoning", 72, _SCORE, "A stranger's text becomes memory", "remember it in your own words, or ask for it", ("ASI06", "LLM01", "AML.T0080"), 403),
)
# fmt: on
