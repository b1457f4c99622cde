"""Rules about the vault: placeholders where they are not bound, real values that leave, and a vault that cannot lend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_CANARY = ("LLM02", "ASI03", "T1552", "T1567")
_LEAK = ("LLM02", "ASI03", "CWE-200", "T1048")
_FAIL_CLOSED = ("CWE-636",)

_BIND = "if this place is right, bind the secret to it: aegis secrets rotate NAME --host … --placement …"
_RENEW = "give the agent its present placeholders: aegis env"
_STATUS = "run aegis vault status"

_SAFETY = Effect.SAFETY

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    ("vault.canary", 100, _SAFETY, "Placeholder where it is not bound", _BIND, _CANARY, 403),
    ("vault.unknown-placeholder", 100, _SAFETY, "Placeholder that was never issued", _RENEW, _CANARY, 403),
    ("vault.malformed-placeholder", 100, _SAFETY, "Placeholder that was tampered with", _RENEW, _CANARY, 403),
    ("vault.leak", 98, _SAFETY, "Value of a secret in a request", "rotate the secret: somebody has its value",
     _LEAK, 403),
    ("vault.split-leak", 95, _SAFETY, "Value of a secret in pieces", "rotate the secret: somebody has its value",
     (*_LEAK, "T1027"), 403),
    ("vault.retired-placeholder", 75, _SAFETY, "Placeholder is no longer valid", _RENEW, ("ASI03", "CWE-613"), 403),
    ("vault.unusable", 75, _SAFETY, "Secret cannot be put there", "see the reason", ("CWE-113", "CWE-347"), 403),
    ("vault.unavailable", 90, _SAFETY, "The vault cannot lend", _STATUS, _FAIL_CLOSED, 503),
    ("vault.echo", 50, Effect.REDACT, "Service sent a secret back", "none needed: the agent got its placeholder",
     ("LLM02", "CWE-200"), 403),
)
# fmt: on
