"""Rules about shell commands, one row a technique; what exactly was seen is the `kind` of the match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_S = Effect.SCORE
_ALLOW = "allow the exact command under shell.allow"
_AGENCY = ("LLM06", "ASI02", "ASI05")

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    ("shell.destructive", 90, _S, "Destroys files or disks", _ALLOW, (*_AGENCY, "T1485", "T1561"), 403),
    ("shell.inhibit-recovery", 90, _S, "Removes backups or recovery", _ALLOW, ("T1490", "ASI02"), 403),
    ("shell.denial-of-service", 88, _S, "Exhausts or stops the machine", _ALLOW, ("T1499", "T1529", "CWE-400"), 403),
    ("shell.download-run", 80, _S, "Runs what it downloads", "fetch, review and pin the script first",
     (*_AGENCY, "T1105", "T1059", "CWE-494"), 403),
    ("shell.reverse-shell", 95, _S, "Opens a shell over the network", _ALLOW, (*_AGENCY, "T1059.004", "T1095"), 403),
    ("shell.spawn", 76, _S, "Breaks out into a shell", _ALLOW, ("ASI05", "T1059", "T1202"), 403),
    ("shell.library-load", 75, _S, "Loads foreign code into a program", _ALLOW, ("T1574", "T1129"), 403),
    ("shell.privilege", 80, _S, "Raises privileges", _ALLOW, ("ASI03", "T1548", "T1136", "CWE-269"), 403),
    ("shell.persistence", 80, _S, "Makes itself permanent", _ALLOW, ("ASI10", "T1053", "T1543", "T1546", "T1547"), 403),
    ("shell.credentials", 82, _S, "Reads credentials", _ALLOW, ("LLM02", "ASI03", "T1003", "T1552", "T1555"), 403),
    ("shell.exfiltration", 82, _S, "Sends files to another machine", _ALLOW, ("LLM02", "T1048", "T1041", "T1567"), 403),
    ("shell.disable-defenses", 82, _S, "Switches defenses off", _ALLOW, ("ASI10", "T1562"), 403),
    ("shell.cover-tracks", 78, _S, "Wipes history or logs", _ALLOW, ("T1070", "CWE-778"), 403),
    ("shell.container-escape", 86, _S, "Reaches out of a container", _ALLOW, ("ASI05", "T1611", "T1610"), 403),
    ("shell.proxy-execution", 78, _S, "Runs code through a trusted program", _ALLOW, ("T1218", "T1127", "T1216"), 403),
    ("shell.lateral", 76, _S, "Reaches for other machines", _ALLOW, ("T1021", "T1570", "T1572", "T1090"), 403),
    ("shell.hide", 74, _S, "Hides what it does", _ALLOW, ("T1027", "T1140", "T1564", "T1036"), 403),
    ("shell.attack-tool", 78, _S, "Runs an attack tool", _ALLOW, ("T1588", "T1110", "T1496"), 403),
    ("shell.bypass", 60, _S, "Goes around the gateway", "use the proxy and its certificate", ("ASI10", "T1562.001"), 403),
    ("shell.unreadable", 72, _S, "Too deeply nested to be read", "split the command", ("CWE-400", "CWE-674"), 403),
    ("shell.discovery", 30, _S, "Looks around", _ALLOW, ("T1082", "T1087", "T1016", "T1083"), 403),
    ("shell.risky", 50, _S, "Risky administration", _ALLOW, ("ASI02", "LLM06"), 403),
)
# fmt: on
