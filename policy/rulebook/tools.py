"""Rules about tool calls: which tools, with which arguments, under which names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_AGENCY = ("LLM06", "ASI02")
_SPELLING = ("ASI04", "CWE-1007", "CWE-178")

_DENY, _HOLD = Effect.DENY, Effect.HOLD

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    ("tools.denied", 85, _DENY, "Tool is denied", "remove the pattern from tools.deny", _AGENCY, 403),
    ("tools.argument-denied", 85, _DENY, "Argument is denied", "change the predicate under tools.when", _AGENCY, 403),
    ("tools.unlisted", 80, _DENY, "Tool is not listed", "add server/tool to tools.allow", _AGENCY, 403),
    ("tools.argument-unlisted", 80, _DENY, "Argument is not admitted", "change the predicate under tools.when",
     _AGENCY, 403),
    ("tools.malformed-name", 80, _DENY, "Tool name is malformed", "name tools with letters, digits and _ - .",
     _SPELLING, 403),
    ("tools.malformed-call", 75, _DENY, "Call cannot be judged", "send fewer arguments in one call",
     ("LLM10", "CWE-770"), 403),
    ("tools.changed-definition", 80, _DENY, "Tool has changed", "look at it and run aegis tools accept",
     ("ASI04", "LLM03", "CWE-494"), 403),
    ("tools.unknown-definition", 80, _DENY, "Tool cannot be compared", "mend .aegis/tools.db",
     ("ASI04", "CWE-494"), 403),
    ("tools.unjudgeable-answer", 80, _DENY, "Answer cannot be judged", "ask for a smaller answer",
     ("LLM10", "CWE-770"), 502),
    ("tools.hold", 50, _HOLD, "Tool waits for a person", "approve it, or remove it from tools.hold",
     ("ASI09", *_AGENCY), 403),
    ("tools.argument-hold", 50, _HOLD, "Argument waits for a person", "approve it, or change tools.when",
     ("ASI09", *_AGENCY), 403),
)
# fmt: on
