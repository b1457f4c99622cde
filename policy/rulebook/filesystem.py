"""Rules about paths and sensitive files: what a file is, how a path gets there, and what the policy says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_SECRET = ("LLM02", "T1552.001")
_KEY = ("LLM02", "T1552.004")
_ACCOUNTS = ("T1003.008", "T1003.002")
_TRAVERSAL = ("CWE-22", "CWE-23")
_DISGUISE = ("CWE-22", "CWE-180", "CWE-173")
_DISCOVERY = ("T1083", "T1592")
_SANDBOX = ("LLM06", "ASI02", "CWE-22")

_ELSEWHERE = "hand the agent a placeholder instead of the file"
_PLAIN = "write the path plainly, without encodings"
_INSIDE = "use a path inside filesystem.sandboxRoot"
_NO_NEED = "leave the file to the operator"

_SCORE, _DENY = Effect.SCORE, Effect.DENY

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    # What the file is.
    ("filesystem.private-key", 98, _SCORE, "Private key", _ELSEWHERE, _KEY, 403),
    ("filesystem.gateway", 99, _SCORE, "Aegis's own files", _NO_NEED, ("T1562.001", "T1552.004"), 403),
    ("filesystem.system-accounts", 96, _SCORE, "Password hashes of the system", _NO_NEED, _ACCOUNTS, 403),
    ("filesystem.cloud-credentials", 95, _SCORE, "Credentials of a cloud", _ELSEWHERE, _SECRET, 403),
    ("filesystem.service-token", 95, _SCORE, "Mounted secret or service token", _ELSEWHERE, (*_SECRET, "T1528"), 403),
    ("filesystem.password-store", 95, _SCORE, "Password store", _ELSEWHERE, ("T1555", "T1555.003"), 403),
    ("filesystem.dotenv", 94, _SCORE, "Environment file", _ELSEWHERE, _SECRET, 403),
    ("filesystem.credentials", 92, _SCORE, "Credentials of a program", _ELSEWHERE, _SECRET, 403),
    ("filesystem.host-socket", 90, _SCORE, "Socket that controls the host", _NO_NEED, ("T1611", "CWE-250"), 403),
    ("filesystem.agent-config", 85, _SCORE, "Configuration of an agent", _ELSEWHERE,
     ("ASI03", "T1552.001", "AML.T0081"), 403),
    ("filesystem.process-memory", 85, _SCORE, "Memory or environment of a process", _NO_NEED,
     ("T1003.007", "T1057"), 403),
    ("filesystem.app-secrets", 80, _SCORE, "Settings that hold secrets", _ELSEWHERE, (*_SECRET, "CWE-538"), 403),
    ("filesystem.passwd", 80, _SCORE, "Accounts of the system", _NO_NEED, ("T1087.001", "CWE-22"), 403),
    ("filesystem.private-mail", 76, _SCORE, "Mail or messages", _NO_NEED, ("T1114.001",), 403),
    ("filesystem.history", 75, _SCORE, "Command history", _NO_NEED, ("T1552.003",), 403),
    ("filesystem.probe", 75, _SCORE, "File that proves a traversal", _INSIDE, _TRAVERSAL, 403),
    ("filesystem.startup", 74, _SCORE, "Start-up file or scheduled task", _NO_NEED,
     ("T1546.004", "T1053.003"), 403),
    ("filesystem.ssh", 74, _SCORE, "Configuration of SSH", _NO_NEED, ("T1098.004", "T1021.004"), 403),
    ("filesystem.process", 72, _SCORE, "State of the kernel or a process", _NO_NEED, ("T1057", "T1082"), 403),
    ("filesystem.system", 72, _SCORE, "Inner file of the operating system", _NO_NEED, _DISCOVERY, 403),
    ("filesystem.access-log", 71, _SCORE, "Access log of a server", _NO_NEED, ("CWE-532", "CWE-117", "T1005"), 403),
    ("filesystem.readable", 45, _SCORE, "File that attackers read first", _NO_NEED, _DISCOVERY, 403),
    # How the path gets there.
    ("filesystem.disguised-traversal", 86, _SCORE, "Disguised traversal", _PLAIN, _DISGUISE, 403),
    ("filesystem.wrapper", 84, _SCORE, "Stream wrapper as a path", _PLAIN, ("CWE-98", "CWE-73"), 403),
    ("filesystem.traversal", 80, _SCORE, "Traversal out of the directory", _INSIDE, _TRAVERSAL, 403),
    ("filesystem.null-byte", 80, _SCORE, "NUL in a path", _PLAIN, ("CWE-158", "CWE-626"), 403),
    ("filesystem.remote", 72, _SCORE, "Share of another machine", _INSIDE, ("T1187", "T1021.002"), 403),
    # What the policy says.
    ("filesystem.denied-pattern", 85, _DENY, "Path is denied", "remove the pattern from filesystem.denyPatterns",
     _SANDBOX, 403),
    ("filesystem.symlink", 84, _DENY, "Link leads out of the sandbox", _INSIDE, ("CWE-59", "CWE-61"), 403),
    ("filesystem.outside-sandbox", 82, _DENY, "Path is outside the sandbox", _INSIDE, _SANDBOX, 403),
    ("filesystem.unreadable", 75, _DENY, "Path cannot be judged", _PLAIN, ("CWE-41", "CWE-436"), 403),
)
# fmt: on
