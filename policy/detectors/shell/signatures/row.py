"""The shape of a signature and the pieces that several share.

A signature is matched against one rendered line (`render`): it begins with `^` and the program, a space is the border
of a word, `.*` stays within the line. Placeholders in angle brackets are filled in by `expressions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

type Signature = tuple[str, str, int, str, str]
"""Kind, rule without `shell.`, severity, expression, reason."""

PIECES: Final = {
    "<H>": r"(?:~|/root|/home/[^/ ]+|/Users/[^/ ]+|\$\(\)|\$\w+)",
    "<DISK>": r"/dev/(?:r?disk\d|[shv]d[a-z]\d?\b|xvd[a-z]|nvme\d|mmcblk\d|mapper/|md\d|dm-\d)",
    "<SH>": r"(?:(?:/usr|/system)?/bin/|/bin/busybox\s)?(?:ba|z|da|k|c|tc|a|fi)?sh\b",
    "<IPS>": r"(?:auditd|falco\S*|osqueryd?|sysmon|crowdstrike\S*|falcon-sensor|wazuh\S*|ossec\S*|clamav\S*|clamd|apparmor"
    r"|firewalld|ufw|iptables|nftables|fail2ban|rsyslog|syslog\S*|systemd-journald|aide|tripwire|snort|suricata|mdatp"
    r"|sentinelone\S*|cbdaemon|cbagentd|cb-psc-sensor|ds_agent|qualys\S*|nessusd?|elastic-agent|auditbeat|filebeat|splunk\S*"
    r"|selinux\S*|xprotect|com\.apple\.\S*(?:firewall|alf|syslogd|auditd)\S*|littlesnitch|aegis\S*|tetragon|sysdig\S*"
    r"|rtvscand|sav-protect|savd|esets?|xagt|xagtd|taniumclient|datadog-agent|amazon-ssm-agent)",
    "<RC>": r"(?:\.bashrc|\.bash_profile|\.profile|\.bash_login|\.bash_logout|\.zshrc|\.zshenv|\.zprofile|\.zlogin|\.kshrc|\.cshrc"
    r"|\.config/fish/config\.fish|\.xinitrc|\.xprofile|\.xsession)",
    "<DIAL>": r"(?:https?|ftp|tftp|smb|webdav)[:\\]|\\\\[\w.-]+\\",
    "<AV>": r"(?:windefend|mpssvc|wscsvc|sense|wdnissvc|securityhealthservice|sysmon\w*|eventlog|wuauserv|vss|msmpsvc|sophos\S*"
    r"|mbamservice|ekrn|carbonblack|cbdefense|csfalcon\S*|sentinelagent|mcshield|bdagent|avp|symantec\S*|mcafee\S*|swprv"
    r"|sqlwriter|veeam\S*|backup\S*|wbengine|splunk\S*|winlogbeat|fax|bfe|wersvc)",
}


def expressions(rows: Iterable[Signature]) -> dict[str, tuple[Signature, str]]:
    """Return each signature and its expression by a unique name."""
    made: dict[str, tuple[Signature, str]] = {}
    for number, row in enumerate(rows):
        regex = row[3]
        for piece, text in PIECES.items():
            regex = regex.replace(piece, text)
        made[f"shell.{number}.{row[0]}"] = (row, regex)
    return made
