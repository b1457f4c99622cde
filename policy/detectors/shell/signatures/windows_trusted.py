"""Signatures: Windows' own programs that exist to run or fetch something else, and hidden streams of files.

Programs that nobody but an installer of the system or an attacker calls are findings whatever their arguments
(T1218, T1127, T1202); those that people use as well stand in `windows_execution`, with the abuse in the expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("trusted-program", "proxy-execution", 74, (
        r"^(?:addinutil|atbroker|computerdefaults|fodhelper|customshellhost|devicecredentialdeployment|gfxdownloadwrapper"
        r"|gpscript|ie4uinit|infdefaultinstall|ieexec|extexport|mavinject|microsoft\.workflow\.compiler|offlinescannershell"
        r"|onedrivestandaloneupdater|presentationhost|provlaunch|rasautou|regasm|regsvcs|register-cimprovider|runonce"
        r"|runscripthelper|runexehelper|scriptrunner|settingsynchost|stordiag|syncappvpublishingserver|tttracer|ttdinject"
        r"|unregmp2|verclsid|wlrmdr|workfolders|wsreset|xwizard|msxsl|rcsi|vsjitdebugger|mftrace|dxcap|adplus|createdump"
        r"|dump64|sqldumper|rdrleakdiag|colorcpl|cmdl32|imewdbld|iediagcmd|fhmanagew|pcwrun|pcalua|appvlp|sdclt|slui"
        r"|cmstp|installutil|odbcconf|msdt|vshadow|winfile|openconsole|vsiisexelauncher|visualuiaverifynative"
        r"|acccheckconsole|agentexecutor|bginfo|coregen|devtoolslauncher|remote|wfc|xbootmgr\w*|cdb|te|jsc)(?:\.exe)?(?: |$)"
    ), "runs code through a trusted program"),
    ("trusted-option", "proxy-execution", 74, (
        r"^(?:mmc .*-embedding|msconfig -5|ldifde .*-i|winget .*--manifest|esentutl .*/y|pktmon .*start|psr .*/start"
        r"|rundll32 [^ .,]+(?:\.dll)?,\s?#?\w+|rundll32 \S*[\\/]\S+,\s?#?\w+|aspnet_compiler .*-v none|rpcping .*(?:/a|-a)|(?:msedge|chrome) .*--headless.*--dump-dom"
        r"|(?:wsl|bash) .*(?:/mnt/c/windows|(?:cmd|calc|powershell)\.exe)|(?:pubprn|winrm|slmgr|cl_\w+|manage-bde|utilityfunctions)\.(?:vbs|ps1|wsf) "
        r"|.*(?:regsnapin|loadassemblyfrompath|syncinvoke) |procdump\w* .*-m[adp](?: |$)|(?:chrome|msedge|teams|code) .*--gpu-launcher"
        r"|diantz |eventvwr(?: |$)|fsutil .*(?:setzerodata|deletejournal)|wsl .*--(?:exec|system) .*(?:curl|wget|nc) )"
    ), "runs code through a trusted program"),
    ("trusted-address", "proxy-execution", 80, (
        r"^(?:ngen|type|start|explorer|cmd|msohtmed|appinstaller|ilasm|certoc|configsecuritypolicy|datasvcutil|mpcmdrun"
        r"|powerpnt|excel|winword|msaccess|mspub|visio|protocolhandler|xsd|devinit|imewdbld|tar)(?:\.exe)? (?:.* )?"
        r"(?:ms-appinstaller:|ms-msdt:|ms-officecmd:|search-ms:|https?://\S+\.(?:dll|exe|docm|dotm|xlam|ppam|appinstaller)|(?:-|/)(?:uri|url|exfil)\S*)"
    ), "fetches or runs through a trusted program"),
    ("stream", "hide", 76, (
        r"^\S+ (?:.* )?\S*\.(?:txt|docx?|log|exe|dll|jpg|png|ini|dat|pdf|bmp):[\w-]+\.(?:exe|dll|bat|cmd|ps1|vbs|vbe|js|cab|reg|ini|sct|hta|txt)"
        r"(?:[ \"',>]|$)"
    ), "hides a file in a stream of another"),
)
# fmt: on
