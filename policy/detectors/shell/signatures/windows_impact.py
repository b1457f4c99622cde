"""Signatures: destruction, defenses and traces on Windows.

Letters of either case. Sources: ATT&CK's Windows techniques and Microsoft's reference of the programs; what is
listed is the abuse, never the program by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("shadow-copies", "inhibit-recovery", 92, (
        r"^(?:vssadmin .*(?:delete\s+shadows|resize\s+shadowstorage)|wmic .*shadowcopy.*delete"
        r"|diskshadow .*|wbadmin .*(?:delete|stop)|.*win32_shadowcopy.*(?:delete|remove)|esentutl .*/vss)"
    ), "deletes shadow copies"),
    ("recovery-off", "inhibit-recovery", 90, (
        r"^(?:bcdedit .*(?:recoveryenabled\s+no|bootstatuspolicy|safeboot|testsigning\s+on"
        r"|nointegritychecks|debug\s+on|hypervisorlaunchtype\s+off)|reagentc .*/disable"
        r"|.*disable-computerrestore|reg .*(?:disablesr|disableconfig|systemrestore).*)"
    ), "switches recovery off"),
    ("backup-files", "inhibit-recovery", 80, (
        r"^del .*\.(?:vhd|bac|bak|wbcat|bkf|set|win|dsk)\b"
    ), "deletes backups"),
    ("delete-windows", "destructive", 90, (
        r"^(?:del|erase|rd|rmdir|remove-item|ri|rm) (?:.*\s)?(?:-path\s)?(?:[a-z]:\\(?:\*\S*|windows\S*"
        r"|users\\?\*?|program\sfiles\S*|programdata\\?|users\\\S+\\?)?|%systemroot%\S*|%systemdrive%\S*"
        r"|\$env:system(?:root|drive)\S*|%userprofile%\\?\*?|%windir%\S*|\$env:userprofile\\?\*?|~\\?\*?"
        r"|\$home\\?\*?)(?: |$)"
    ), "deletes system or user folders"),
    ("format-volume", "destructive", 90, (
        r"^(?:format(?:\.com)? [a-z]:|format-volume|clear-disk|initialize-disk|diskpart\b|cipher .*/w"
        r"|remove-partition|manage-bde .*-(?:on|lock|forcerecovery)|cipher .*/e.*[a-z]:"
        r"|clear-content .*\\\\\.\\physicaldrive|.*physicaldrive\d)"
    ), "erases a disk"),
    ("sdelete", "destructive", 76, (
        r"^(?:sdelete(?:64)?|fsutil file setzerodata|fsutil .*(?:deletejournal|createnew \S+ \d{10,})) ?"
    ), "erases files for good"),
    ("account-removal", "denial-of-service", 76, (
        r"^(?:net1? user (?:\S+ )+/delete|remove-(?:localuser|aduser|adgroupmember)|disable-(?:localuser"
        r"|adaccount)|net1? user \S+ \S+$|net1? user .*/active:no|set-adaccountpassword|userdel .*-r"
        r"|dscl .*-delete /Users)"
    ), "locks accounts out"),
    ("taskkill", "disable-defenses", 78, (
        r"^(?:taskkill|stop-process|tskill|spps|pskill) .*(?:msmpeng|mbam|sophos|mcafee|csfalcon|sentinel"
        r"|cb\.exe|sysmon|wireshark|procmon|winlogbeat|splunk|sql\w*|veeam|outlook|lsass|explorer\.exe"
        r"|<AV>)"
    ), "stops security or data services"),
    ("service-stop", "disable-defenses", 84, (
        r"^(?:(?:sc(?:\s\\\\\S+)? (?:stop|config|delete|sdset|pause)|stop-service|set-service"
        r"|remove-service|suspend-service|net1? stop) (?:.* )?[\"']?<AV>)"
    ), "stops a security service"),
    ("service-stop-name", "disable-defenses", 82, (
        r"^(?:net1?|sc|stop-service|set-service) (?:.* )?(?:stop|-name|config) .*(?:defender|firewall"
        r"|antivirus|security|endpoint|event\slog)"
    ), "stops a security service"),
    ("defender-off", "disable-defenses", 88, (
        r"^(?:(?:set|add)-mppreference .*-(?:disable\w*|exclusion\w*|mapsreporting\s+(?:0|disabled)"
        r"|submitsamplesconsent|\w*defaultaction\s+\w+|enable\w*\s+(?:0|disabled|\$false)|attacksurface\w*"
        r"|punk?\w*|unknown\w*)|remove-mppreference|uninstall-windowsfeature .*defender"
        r"|mpcmdrun(?:\.exe)? .*-(?:removedefinitions|restore|disable)|dism .*(?:defender).*"
        r"|.*windows\sdefender.*(?:disable|removedef).*|.*disableantispyware.*|.*disableantivirus.*"
        r"|.*disablerealtimemonitoring.*|.*tamperprotection.*)"
    ), "switches Defender off"),
    ("firewall-off", "disable-defenses", 84, (
        r"^(?:netsh .*(?:firewall\s+set\s+opmode\s+(?:mode=)?disable|state\s+off|advfirewall\s+(?:reset"
        r"|set\s+\w+\s+(?:state\s+off|firewallpolicy))|firewall\s+add|firewall\s+delete\s+rule)"
        r"|set-netfirewallprofile .*false|(?:new|set|remove|disable)-netfirewallrule .*)"
    ), "opens the firewall"),
    ("audit-off", "disable-defenses", 84, (
        r"^(?:auditpol .*(?:disable|/clear|/remove|/restore|failure:disable)|wevtutil (?:sl"
        r"|set-log) .*(?:/e:false|enabled)|logman (?:stop|delete|update)|limit-eventlog|remove-eventlog"
        r"|.*minint.*|fltmc\S* unload|fltmc\S* .*|.*amsiutils.*|.*amsiinitfailed.*|.*amsiscanbuffer.*"
        r"|.*etweventwrite.*|.*pslockdownpolicy.*|.*logpipelineexecutiondetails.*"
        r"|.*enablescriptblocklogging.*0.*|.*complus_etwenabled.*)"
    ), "switches auditing off"),
    ("event-log", "cover-tracks", 86, (
        r"^(?:wevtutil(?:\.exe)? (?:cl|clear-log)|clear-eventlog|remove-eventlog|.*clear-eventlog.*"
        r"|.*\.clearlog\(|.*eventlogsession.*clear|.*nteventlogfile.*cleareventlog.*|del .*(?:\.evtx"
        r"|winevt\\logs|ntuser\.dat\.log|consolehost_history)|fsutil usn deletejournal"
        r"|fsutil .*deletejournal)"
    ), "clears event logs"),
    ("history-windows", "cover-tracks", 80, (
        r"^(?:clear-history|set-psreadlineoption .*(?:savenothing|historysavestyle|historysavepath)"
        r"|remove-item .*(?:historysavepath|consolehost_history|\.evtx|prefetch)"
        r"|del .*(?:\\prefetch\\|recent\\|\\temp\\cleanup)|reg delete .*(?:runmru|typedpaths|recentdocs"
        r"|terminal server client).*|net use .*/delete)"
    ), "wipes the history"),
    ("timestomp", "cover-tracks", 76, (
        r"^.*\.(?:creationtime|lastwritetime|lastaccesstime)(?:utc)?\s?="
    ), "forges file times"),
    ("attributes", "hide", 72, r"^attrib(?:\.exe)? (?:.* )?\+[hs]", "hides a file"),
    ("data-stream", "hide", 78, (
        r"^(?:(?:type|echo|makecab|esentutl|expand|extrac32|findstr|print|certutil|copy|set-content"
        r"|add-content|more|cmd|wmic|rundll32|mavinject|control|forfiles"
        r"|start) ).*[^\s:\\]\.\w{2,4}:[\w.]+(?:\s|$|\")"
    ), "hides data in a stream"),
    ("schtasks-delete", "disable-defenses", 72, (
        r"^(?:schtasks(?:\.exe)? .*/(?:delete|end)|unregister-scheduledtask|disable-scheduledtask)"
    ), "removes a scheduled task"),
    ("encoded-command", "hide", 80, (
        r"^(?:powershell|pwsh)(?:\.exe)? (?:.* )?[-/](?:e|ec|en|enc|enco\w*"
        r"|encodedc\w*) [\"']?[a-z0-9+/=]{6,}"
    ), "runs an encoded command"),
    ("hidden-powershell", "hide", 74, (
        r"^(?:powershell|pwsh)(?:\.exe)? (?:.* )?(?:-w\w* (?:h|hidden|1)\b.*(?:-e\w* |-c\w* |-nop|iex"
        r"|http)|-nop\w*.*-w\w* h|-v\w* 2|.*-w\w* hidden)"
    ), "runs hidden"),
    ("reflection", "hide", 84, (
        r"^.*(?:reflection\.assembly\]?::load|assembly\]?::load\(|virtualalloc|createthread"
        r"|writeprocessmemory|marshal\]?::copy|getdelegateforfunctionpointer|invoke-reflectivepe"
        r"|invoke-shellcode|invoke-dllinjection|queueuserapc|ntcreatethread|openprocess.*memory"
        r"|runspacefactory.*http|dllimport.*kernel32|invoke-psinject|memorystream.*deflatestream"
        r"|gzipstream.*iex|iex.*(?:gzipstream|deflatestream)).*"
    ), "loads code into memory"),
    ("frombase64-run", "hide", 82, (
        r"^.*(?:(?:iex|invoke-expression|&\s?\().*frombase64string|frombase64string.*(?:iex"
        r"|invoke-expression|invoke\()).*"
    ), "runs encoded code"),
    ("mount-image", "hide", 70, (
        r"^(?:mount-diskimage|dismount-diskimage|subst [a-z]:)"
    ), "mounts an image"),
    ("motw", "hide", 74, r"^(?:unblock-file|.*zone\.identifier)", "takes the mark of the web off"),
    ("registry-tamper", "disable-defenses", 74, (
        r"^(?:reg(?:\.exe)? (?:add|delete|import|load)|set-itemproperty|new-itemproperty"
        r"|remove-item(?:property)?|sp|ni) (?:.* )?[\"']?(?:hklm|hkcu|hkcr|hku|hkey_\w+"
        r"|registry::\S*)[:\\]+.*(?:policies|security|defender|firewall|eventlog|windowsupdate"
        r"|terminal server|lsa|wdigest|services|system\\|zonemap|hidefileext|showsuperhidden|hidden"
        r"|noautoupdate|disabletaskmgr|disableregistrytools|disablecmd|nocontrolpanel|scriptedhost|enabled"
        r"|sysmon|amsi|ntlm|lmhash|smb1|restrict\w+|legalnotice|hide\w+)"
    ), "changes a security setting"),
)
# fmt: on
