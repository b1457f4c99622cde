"""Signatures: credentials, privileges, movement and collection on Windows.

Letters of either case. Sources: ATT&CK's Windows techniques and Microsoft's reference of the programs; what is
listed is the abuse, never the program by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("portproxy", "lateral", 80, r"^netsh .*portproxy.*add", "forwards a port"),
    ("uac", "privilege", 84, (
        r"^.*(?:enablelua|consentpromptbehavioradmin|localaccounttokenfilterpolicy|ms-settings\\+shell"
        r"|mscfile\\+shell|exefile\\+shell|\\folder\\shell\\open|delegateexecute|fodhelper"
        r"|computerdefaults\.exe|eventvwr\.msc|sdclt\.exe|silentcleanup|slui\.exe|wsreset\.exe).*"
    ), "goes around user account control"),
    ("registry-hives", "credentials", 90, (
        r"^(?:reg(?:\.exe)? (?:save|export|query) (?:.* )?[\"']?(?:hklm|hkey_local_machine)\\+(?:sam"
        r"|system|security)(?:[\"' ]|\\(?:domains|policy|cache)|$)|.*\\config\\(?:sam|system|security)\b.*"
        r"|.*\\windows\\ntds.*|.*ntds\.dit.*|ntdsutil .*|.*harddiskvolumeshadowcopy.*)"
    ), "copies the password database"),
    ("lsass", "credentials", 92, (
        r"^(?:.*comsvcs(?:\.dll)?.*(?:minidump|#24|#-|24).*|(?:procdump|createdump|rdrleakdiag|sqldumper"
        r"|dumpert|nanodump|out-minidump|tttracer|xordump|handlekatz|pypykatz|werfault|dump64"
        r"|avdump).*(?:lsass|-ma|/fulldump|\d).*|.*lsass\.(?:exe|dmp).*|.*minidumpwritedump.*"
        r"|.*\blsass\b.*dump.*|.*get-process.*lsass.*)"
    ), "dumps the passwords in memory"),
    ("mimikatz", "credentials", 94, (
        r"^.*(?:mimikatz|sekurlsa|lsadump|kerberos::|privilege::debug|invoke-mimi|dcsync|kiwi_"
        r"|golden.?ticket|invoke-kerberoast|rubeus|getuserspn|get-gpppassword|invoke-ninjacopy|powerdump"
        r"|hashdump|invoke-lazagne|lazagne|wcecommandline|gsecdump|pwdump|fgdump|sharpdpapi|sharpchrome"
        r"|safetykatz|dumpcreds|kerberoast|asreproast|invoke-dcom|s4u\s|asktgt|dpapi::|vault::"
        r"|token::elevate|crypto::|misc::).*"
    ), "steals credentials"),
    ("stored-passwords", "credentials", 78, (
        r"^(?:cmdkey(?:\.exe)? .*/(?:list|add|generic|l\b)|vaultcmd .*/list|rundll32\S* .*keymgr.*"
        r"|.*passwordvault.*|.*web\scredentials.*|netsh wlan .*key=clear|netsh wlan export.*"
        r"|.*get-storedcredential.*|nirsoft.*|webbrowserpassview\S*|.*\bdpapi\b.*"
        r"|.*protecteddata\]?::unprotect.*|get-credential.*|.*promptforcredential.*"
        r"|appcmd .*list.*(?:apppool|vdir).*|.*defaultpassword.*|.*winlogon.*password.*"
        r"|reg query .*(?:password|putty|winvnc|realvnc|tightvnc|snmp|sshhostkeys|openssh).*)"
    ), "reads stored passwords"),
    ("password-search", "credentials", 76, (
        r"^(?:findstr|select-string|sls|dir|get-childitem|gci|where|find)(?:\.exe)? (?:.* )?\S*(?:passw"
        r"|cpassword|unattend|sysprep|web\.config|\.kdbx|\.ppk|id_rsa|vnc\.ini|\.rdp|credential"
        r"|groups\.xml|\.pfx|\.p12|\.pem|secret)\S*"
    ), "searches for passwords"),
    ("browser-store", "credentials", 84, (
        r"^.*(?:login\sdata|logins\.json|key[34]\.db|\\local\sstate|cookies\.sqlite|cookies\.binarycookies"
        r"|\\network\\cookies|web\sdata|/default/cookies|keychain-db|login\.keychain|signons\.sqlite"
        r"|cookies\.db|chrome/default/login).*"
    ), "reads a browser's store"),
    ("token-theft", "credentials", 76, (
        r"^.*(?:get-aduser.*password|get-adreplaccount|dsinternals|ldifde|csvde|dsget.*-pwd|adexplorer"
        r"|klist\b|asrep|request-spnticket|kerberosrequestorsecuritytoken|setspn(?:\.exe)? .*-(?:q|t)).*"
    ), "collects domain credentials"),
    ("user-add", "privilege", 80, (
        r"^(?:net1? user (?:.* )?/add|net1? localgroup (?:.* )?/add|net1? group (?:.* )?/add|new-localuser"
        r"|add-localgroupmember|new-aduser|add-adgroupmember|wmic useraccount .*|dsadd user"
        r"|.*\[adsi\].*winnt.*create)"
    ), "adds an account"),
    ("ownership", "privilege", 74, (
        r"^(?:takeown(?:\.exe)? .*/f|(?:icacls|cacls|xcacls)(?:\.exe)? .*(?:/grant\S* .*(?:everyone|\*s-1-1-0|:\(?(?:\w+\)\(?)*f\b)"
        r"|/setowner|/reset .*\\windows|:f\b|everyone|/g )|set-acl|subinacl)"
    ), "takes files over"),
    ("runas", "privilege", 60, r"^(?:runas(?:\.exe)? .*/user|.*-verb\s+runas)", "runs as another user"),
    ("system-token", "privilege", 84, (
        r"^(?:psexec(?:64)?(?:\.exe)? .*-s|.*juicypotato|.*printspoofer|.*roguepotato|.*godpotato"
        r"|.*sweetpotato|.*getsystem|.*named\spipe\simpersonation|.*invoke-bypassuac|.*invoke-privesc"
        r"|.*powerup|.*unquoted|.*sherlock|.*watson|wmic service get .*pathname|.*alwaysinstallelevated"
        r"|.*seimpersonate|.*parentprocess)"
    ), "becomes the system"),
    ("gpo", "privilege", 76, (
        r"^(?:.*new-gpo\w*|.*sharpgpoabuse|.*set-gpregistryvalue|dsacls .*|dsmod .*|.*add-domainobjectacl"
        r"|.*sidhistory|secedit .*/configure|.*set-domainobject)"
    ), "changes the domain's rules"),
    ("powershell-shell", "reverse-shell", 95, (
        r"^.*(?:net\.sockets\.(?:tcp|udp)client|sockets\.tcplistener|net\.websockets).*"
    ), "opens a connection from PowerShell"),
    ("offensive-powershell", "attack-tool", 84, (
        r"^.*(?:powercat|invoke-powershelltcp|nishang|powersploit|powerview|invoke-userhunter"
        r"|invoke-sharefinder|get-domainuser|get-netuser|get-netcomputer|invoke-bloodhound|sharphound"
        r"|invoke-portscan|invoke-psexec|invoke-wmiexec|invoke-smbexec|invoke-inveigh|invoke-conptyshell"
        r"|inveigh|conptyshell|invoke-obfuscation|invoke-phant0m|empire|cobalt\s?strike"
        r"|invoke-tokenmanipulation|get-keystrokes|invoke-allchecks|invoke-seatbelt|add-persistence"
        r"|new-userpersistenceoption|out-minidump|get-timedscreenshot|invoke-credentialinjection"
        r"|invoke-mapdomaintrust|invoke-spray|domainpasswordspray).*"
    ), "runs an attack tool"),
    ("remote-exec", "lateral", 78, (
        r"^(?:psexec\S* \\\\|wmic .*/node:|winrs(?:\.exe)? .*-r|(?:invoke-command|icm|enter-pssession"
        r"|new-pssession) .*-computername|.*schtasks.*/s \S+.*|sc \\\\|net1? use .*(?:\\(?:admin|c|ipc)\$"
        r"|/user:)|copy .*\\\\\S+\\(?:c|admin)\$|net1? share \S+=.*|enter-pssession .*|winrs(?:\.exe)? .*"
        r"|mstsc(?:\.exe)? .*/v|.*enable-psremoting.*|winrm quickconfig|.*set-item wsman.*"
        r"|.*fdenytsconnections.*|tscon(?:\.exe)? \d+|.*\\pipe\\.*|new-psdrive .*\\\\.*|mount \\\\.*)"
    ), "runs on another machine"),
    ("archive-collect", "exfiltration", 72, (
        r"^(?:(?:rar|winrar|7z|makecab|compress-archive)\S* .*(?:-hp\S|\\users\\|%userprofile%"
        r"|\$env:userprofile|documents).*)"
    ), "packs user files"),
    ("upload", "exfiltration", 80, (
        r"^.*(?:uploadfile|uploadstring|uploaddata|invoke-(?:webrequest|restmethod).*(?:-method\s+(?:post"
        r"|put)|-infile|-body)|\b(?:iwr|irm)\b.*-(?:method|infile|body)|send-mailmessage"
        r"|configsecuritypolicy.*http).*"
    ), "sends data out"),
    ("keylog", "credentials", 82, (
        r"^.*(?:getasynckeystate|setwindowshookex|get-clipboard|copyfromscreen|forms\.clipboard"
        r"|psr(?:\.exe)?\s+/start|get-keystrokes|mousemove.*capture|windowsaudiodevice|soundrecorder).*"
    ), "records the user"),
    ("recon-domain", "discovery", 60, (
        r"^(?:nltest|dsquery|adfind|net1? (?:group|localgroup|accounts|view|session|user /dom)"
        r"|whoami /(?:all|priv|groups)|gpresult|get-aduser|get-adcomputer|get-addomain|systeminfo"
        r"|tasklist /svc|qwinsta|quser|query user|netsh (?:adv)?firewall show|wmic (?:qfe|product"
        r"|useraccount|group|os|process) (?:get|list))"
    ), "looks around"),
    ("wifi", "credentials", 72, (
        r"^netsh wlan (?:show profile.* key=?\s?=?clear|export profile .*key=clear)"
    ), "reads wireless keys"),
)
# fmt: on
