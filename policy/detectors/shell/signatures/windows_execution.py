"""Signatures: downloads, trusted programs and persistence on Windows.

Letters of either case. Sources: ATT&CK's Windows techniques and Microsoft's reference of the programs; what is
listed is the abuse, never the program by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("netsh-helper", "persistence", 80, r"^netsh .*add\s+helper", "loads a helper into netsh"),
    ("run-key", "persistence", 84, (
        r"^(?:reg(?:\.exe)?|new-itemproperty|set-itemproperty|sp|set-item|new-item|wmic"
        r"|.*regwrite.*) .*(?:currentversion\\+(?:run|runonce|runonceex|runservices"
        r"|policies\\+explorer\\+run|explorer\\+(?:user\s)?shell\sfolders|winlogon|windows\b)|winlogon"
        r"|appinit_dlls|image\sfile\sexecution\soptions|silentprocessexit|currentversion\\+app\spaths"
        r"|active\ssetup|userinitmprlogonscript|command\sprocessor|cor_profiler|lsa\b|control\\+(?:lsa"
        r"|print|session\smanager|securityproviders|networkprovider|terminal\sserver|safeboot)|netsh"
        r"|w32time|appcertdlls|bootexecute|shell\\+open\\+command|inprocserver32|localserver32|treatas"
        r"|screensave\S*|scrnsave\.exe|office\\\S*(?:test|addins|security)|utilman|sethc|osk\.exe|amsi"
        r"|clsid|typelib).*"
    ), "adds a start-up entry"),
    ("scheduled-task", "persistence", 82, (
        r"^(?:schtasks(?:\.exe)? .*/(?:create|change)|register-scheduledtask|new-scheduledtask\w*"
        r"|register-scheduledjob|at(?:\.exe)? (?:\\\\\S+ )?\d{1,2}:\d\d|.*ps_scheduledtask.*"
        r"|.*schedule\.service.*)"
    ), "schedules a task"),
    ("service-create", "persistence", 82, (
        r"^(?:sc(?:\.exe)? (?:\\\\\S+ )?(?:create|config .*binpath|failure .*command|sdset)|new-service"
        r"|set-service .*-binarypath|.*win32_service.*create|nssm(?:\.exe)? install|instsrv|srvany)"
    ), "adds a service"),
    ("startup-folder", "persistence", 82, (
        r"^.*(?:start\smenu\\+programs\\+start\s?up|\\startup\\|shell:startup).*"
    ), "adds to the start-up folder"),
    ("wmi-event", "persistence", 86, (
        r"^.*(?:__eventfilter|eventconsumer|filtertoconsumer|__instancemodification|root[\\/]+subscription"
        r"|register-wmievent|mofcomp).*"
    ), "runs code on an event"),
    ("accessibility", "persistence", 84, (
        r"^(?:copy|takeown|icacls|move|xcopy|reg|cp|set-\S+|ren).*(?:sethc|utilman|osk|magnify|narrator"
        r"|displayswitch|atbroker)\.exe"
    ), "replaces an accessibility program"),
    ("profile", "persistence", 80, (
        r"^(?:add-content|set-content|echo|out-file|new-item|write-\S+|\S+) .*(?:\$profile"
        r"|microsoft\.powershell_profile|\\profile\.ps1)"
    ), "adds to the profile"),
    ("bits-job", "persistence", 80, (
        r"^bitsadmin(?:\.exe)? .*/(?:setnotifycmdline|addfile|create|resume|setnotifyflags|complete)"
    ), "makes a transfer job"),
    ("assoc", "persistence", 74, r"^(?:assoc|ftype) \S+=\S", "changes what opens a file"),
    ("dll-plugin", "persistence", 84, (
        r"^(?:dnscmd\S* .*serverlevelplugindll|.*\\print\\+monitors.*|.*appinit.*|.*securityproviders.*"
        r"|.*ntdllserverlevel.*)"
    ), "plants a library"),
    ("certutil", "download-run", 84, (
        r"^certutil(?:\.exe)? .*[-/](?:urlcache|verifyctl|url\b|ping|decode(?:hex)?|encode(?:hex)?"
        r"|viewstore.*http).*"
    ), "fetches or decodes with certutil"),
    ("bitsadmin", "download-run", 80, (
        r"^(?:bitsadmin(?:\.exe)? .*/transfer|start-bitstransfer).*(?:http|ftp|\\\\|/)"
    ), "fetches with the transfer service"),
    ("remote-script", "proxy-execution", 88, (
        r"^(?:mshta|regsvr32|rundll32|wmic|msiexec|cmstp|hh|ieexec|presentationhost|msxsl|cscript|wscript"
        r"|odbcconf|installutil|regasm|regsvcs|msbuild|control|winrm|pcalua|forfiles|infdefaultinstall"
        r"|url\.dll|shell32|dfsvc|appinstaller|ms-appinstaller|squirrel|te|xwizard|winword|excel|powerpnt"
        r"|msaccess|outlook|cmdl32|configsecuritypolicy|desktopimgdownldr|diantz|extexport|extrac32"
        r"|findstr|finger|getright|imewdbld|installutil|ldifde|makecab|mpcmdrun|onedrivestandaloneupdater"
        r"|print|printbrm|replace|rpcping|wsl|protocolhandler|mspub|stordiag|visio|certoc|certreq"
        r"|datasvcutil|esentutl|expand|hh|msohtmed|ttdinject|wuauclt|coregen"
        r"|eudcedit)(?:\.exe)? .*(?:<DIAL>|javascript:|vbscript:|script:|scrobj)"
    ), "runs code from the network through a trusted program"),
    ("script-host", "proxy-execution", 80, (
        r"^(?:cscript|wscript)(?:\.exe)? .*\.(?:vbs|vbe|js|jse|wsf|wsh|hta|txt|sct|xsl|jpg)(?:[\s\"']|$)"
    ), "runs a script file"),
    ("mshta", "proxy-execution", 86, (
        r"^mshta(?:\.exe)? .*(?:\.hta|vbscript|javascript|about:|execute)"
    ), "runs a script through mshta"),
    ("regsvr32", "proxy-execution", 84, (
        r"^regsvr32(?:\.exe)? .*(?:/i|/u|/s|-s|-u|-i|scrobj|\.(?:dll|sct|jpg|txt|ocx))"
    ), "runs a library through regsvr32"),
    ("rundll32", "proxy-execution", 78, (
        r"^rundll32(?:\.exe)? .*(?:javascript|vbscript|advpack|ieadvpack|syssetup|setupapi"
        r"|shell32.*(?:shellexec|control_rundll)|url\.dll|zipfldr|pcwutl|shdocvw|mshtml|dfshim|desk\.cpl"
        r"|ieframe|davclnt|comsvcs|printui|scrobj|appxdeploy|tttracer|keymgr|shimgvw|-sta"
        r"|\\temp\\|\\appdata\\|\\users\\|\.(?:txt|jpg|dat|tmp|png|log)|\S+\\\S+,\s?#?\w+)"
    ), "runs a library through rundll32"),
    ("installer", "proxy-execution", 78, (
        r"^(?:installutil|regasm|regsvcs|cmstp|odbcconf|msxsl|xwizard|infdefaultinstall"
        r"|presentationhost|ieexec|dnx|rcsi|csi|fsi|fsianycpu|cdb|windbg|kd|bginfo|dxcap|mftrace|msdeploy"
        r"|tracker|te|wfc|sqlps|sqltoolsps|vsjitdebugger|appvlp|syncappvpublishingserver|pubprn\.vbs"
        r"|slmgr\.vbs|manage-bde\.wsf|cl_invocation\.ps1|winrm\.vbs|register-cimprovider|mavinject"
        r"|ttdinject|tttracer|pcalua|scriptrunner|wuauclt|verclsid|rasautou|runscripthelper|runonce"
        r"|stordiag|workfolders|at|conhost|gpscript|hh|desktopimgdownldr|cmdl32|certoc|customshellhost"
        r"|workfolders|provlaunch|fondue|microsoft\.workflow\.compiler|atbroker"
        r"|extexport|ie4uinit|diskshadow|devtoolslauncher|dotnet\.exe|excel|winword"
        r"|offlinescannershell|openconsole|vshadow|winfile|unregmp2|msohtmed|psr|pnputil|ftp|pktmon|wab"
        r"|dnscmd|setres|vsiisexelauncher|xbootmgr|devinit|procdump|sqldumper|squirrel|adplus"
        r"|agentexecutor|coregen|createdump|defaultpack|dump64|remote|vsls-agent|visualuiaverifynative"
        r"|ntdsutil|acccheckconsole|msdt|pcwrun|cdb|testwindowremoteagent|teams"
        r"|bash)(?:\.exe)? (?:.* )?(?:runwizard|\S+\\\S+\.(?:dll|exe|inf|xml|csproj|rsp|cs|wsc|js|xsl|sct"
        r"|ps1|psc1|hta|bat|cmd|xoml|chm|scr|cpl|txt|mst|msi|vbs|dmp)|/logfile\S*|/u(?: |$)|/injectrunning"
        r"|-a \S+|/s|[-/]s:|-sc|-e |/ni|pcwdiagnostic|/ps |\d+ /\w+)"
    ), "runs code through a trusted program"),
    ("builder", "proxy-execution", 78, (
        r"^(?:msbuild|csc|vbc|jsc|ilasm|update|explorer)(?:\.exe)? (?:.* )?\S*(?:\\temp\\|\\tmp\\|\\appdata\\|\\users\\public\\"
        r"|\\programdata\\|\\downloads\\|\\\\[\w.-]+\\|\S+\.(?:xml|rsp|txt)(?: |$)|--processstart)"
    ), "builds or runs a file of a temporary folder"),
    ("indirect", "proxy-execution", 78, (
        r"^(?:forfiles(?:\.exe)? .*/c|pcalua(?:\.exe)? .*-a|conhost(?:\.exe)? .*(?:cmd|calc|powershell"
        r"|\.exe)|scriptrunner .*-appvscript|explorer(?:\.exe)? .*(?:/root|\.exe|\\)"
        r"|.*\.\./\.\./\.\./windows/system32|control(?:\.exe)? .*\.cpl|wmic .*process\s+call\s+create"
        r"|.*win32_process.*create|invoke-wmimethod .*|invoke-cimmethod .*|.*shellexecute.*"
        r"|.*mmc20\.application.*|.*shellbrowserwindow.*|.*wscript\.shell.*|.*shell\.application.*"
        r"|.*shellwindows.*|.*excel\.application.*ddeinitiate.*|.*registerxll.*|.*getobject\(.*)"
    ), "runs a program through another"),
    ("powershell-download", "download-run", 86, (
        r"^.*(?:iex|invoke-expression|icm|invoke-command|&\s?\(|start-process|saps|\bstart\b"
        r"|\| ?iex).*(?:downloadstring|downloaddata|downloadfile|invoke-webrequest|\biwr\b|\birm\b"
        r"|invoke-restmethod|webclient|openread|msxml2|winhttp|httpclient|start-bitstransfer|\bcurl\b"
        r"|\bwget\b|resolve-dnsname).*"
    ), "runs what it downloads"),
    ("powershell-download-2", "download-run", 86, (
        r"^.*(?:downloadstring|downloaddata|downloadfile|invoke-webrequest|\biwr\b|\birm\b"
        r"|invoke-restmethod|openread|msxml2\.xmlhttp|winhttprequest|start-bitstransfer|get-content.*-raw"
        r"|resolve-dnsname).*(?:iex\b|invoke-expression|invoke-command|scriptblock\]?::create"
        r"|start-process|\.invoke\(|invoke-item|add-type|assembly\]?::load|rundll32|regsvr32).*"
    ), "runs what it downloads"),
    ("webclient", "download-run", 78, (
        r"^.*(?:net\.webclient|xmlhttp|winhttp).*(?:download(?:file|string|data)|upload(?:file|string"
        r"|data)|openread|\.open\().*"
    ), "fetches with a web client"),
    ("remote-file", "proxy-execution", 76, (
        r"^(?:powershell|pwsh)(?:\.exe)? (?:.* )?-f(?:i(?:l(?:e)?)?)? (?:[\"']?\\\\|https?:)"
    ), "runs a script of another machine"),
    ("execution-bypass", "risky", 60, (
        r"^(?:(?:powershell|pwsh)(?:\.exe)? (?:.* )?-e(?:p|x\w*) (?:bypass|unrestricted)"
        r"|set-executionpolicy (?:.* )?(?:bypass|unrestricted))"
    ), "goes around the execution policy"),
    ("dns-run", "download-run", 82, (
        r"^nslookup .*\| ?(?:cmd|powershell|pwsh|iex|bash|sh)\b"
    ), "runs what it downloads"),
    ("print-copy", "proxy-execution", 74, (
        r"^(?:print(?:\.exe)? /d:|msiexec(?:\.exe)? .*/[yz] |replace(?:\.exe)? \S+ \S+ /a)"
    ), "copies or runs files through a trusted program"),
    ("shutdown", "risky", 55, (
        r"^(?:shutdown(?:\.exe)? /[srfpla]|restart-computer|stop-computer|logoff)"
    ), "stops the machine"),
    ("registry-any", "risky", 55, r"^reg(?:\.exe)? (?:add|delete|import) ", "changes the registry"),
)
# fmt: on
