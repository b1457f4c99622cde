"""Rules about secrets that leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_LEAK = ("LLM02", "ASI03", "CWE-200", "T1552")
_EXPOSED = (*_LEAK, "CWE-798")
_KEYS = (*_LEAK, "T1552.004")
_ALLOW = "let the vault inject it, or list its fingerprint under secretsGuard.allow"

_SCORE = Effect.SCORE

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    ("secrets.private-key", 95, _SCORE, "Private key", _ALLOW, (*_KEYS, "CWE-321"), 403),
    ("secrets.seed-phrase", 92, _SCORE, "Seed phrase of a wallet", _ALLOW, (*_KEYS, "T1657"), 403),
    ("secrets.wallet-key", 92, _SCORE, "Private key of a wallet", _ALLOW, (*_KEYS, "T1657"), 403),
    ("secrets.database-url", 84, _SCORE, "Database address with a password", _ALLOW, (*_EXPOSED, "T1552.001"), 403),
    ("secrets.cloud-key", 81, _SCORE, "Cloud or infrastructure credential", _ALLOW, (*_EXPOSED, "T1078.004"), 403),
    ("secrets.llm-key", 81, _SCORE, "Model provider key", _ALLOW, _EXPOSED, 403),
    ("secrets.vcs-token", 81, _SCORE, "Source or package registry token", _ALLOW, (*_EXPOSED, "T1195.002"), 403),
    ("secrets.payment-key", 81, _SCORE, "Payment or commerce key", _ALLOW, _EXPOSED, 403),
    ("secrets.chat-token", 81, _SCORE, "Chat or mail token", _ALLOW, _EXPOSED, 403),
    ("secrets.service-token", 81, _SCORE, "Token of a service", _ALLOW, _EXPOSED, 403),
    ("secrets.jwt", 81, _SCORE, "JSON web token", _ALLOW, (*_LEAK, "T1528", "RFC7519"), 403),
    ("secrets.basic-auth", 78, _SCORE, "User name and password", _ALLOW, (*_EXPOSED, "CWE-522", "RFC7617"), 403),
    ("secrets.generic", 78, _SCORE, "Token or key by its name", _ALLOW, _EXPOSED, 403),
    ("secrets.password", 76, _SCORE, "Password by its name", _ALLOW, (*_EXPOSED, "CWE-259"), 403),
    ("secrets.nearby", 74, _SCORE, "Token beside a service's name", _ALLOW, _EXPOSED, 403),
    ("secrets.signed-url", 74, _SCORE, "Signed address", _ALLOW, (*_LEAK, "T1528"), 403),
    ("secrets.too-deep", 70, _SCORE, "Encoded too deep to read", "send it in fewer layers of encoding",
     ("LLM02", "T1027", "T1132"), 403),
    ("secrets.flood", 70, _SCORE, "Too many look-alikes to read", "send it in smaller parts",
     ("LLM02", "T1027", "CWE-400"), 403),
    ("secrets.dns-tunnel", 78, _SCORE, "Data hidden in a host name", "use a plain host name",
     ("LLM02", "T1048.003", "T1071.004", "CWE-200"), 403),
    ("secrets.weak", 50, _SCORE, "Weak or doubtful credential", _ALLOW, ("LLM02", "CWE-521"), 403),
)
# fmt: on
