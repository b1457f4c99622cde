"""Signatures: shells over the network, tunnels, attack tools and break-outs on Linux and macOS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("package-http", "download-run", 62, (
        r"^(?:pip\S*|npm|yarn|pnpm|gem|easy_install|uv|pipx|npx|python\S* -m pip) .*(?:install|add|i"
        r"|dlx) (?:.* )?(?:--index-url|--extra-index-url|-i|--registry|--source)[= ]http://[^l1\s]"
    ), "installs a package from an unsafe address"),
    ("package-address", "download-run", 76, (
        r"^(?:pip\S*|npm|yarn|pnpm|gem|easy_install|uv|pipx|npx|python\S* -m pip) .*(?:install|add|i"
        r"|dlx) (?:.* )?(?:git\+http://|http://[^l1\s]\S*\.(?:tgz|tar\.gz|zip|whl|gem|git)|https?://\d+\.\d+\.\d+\.\d+|(?:--index-url|--extra-index-url"
        r"|-i|--registry|--source)[= ]https?://(?:\d+\.\d+\.\d+\.\d+|\S*(?:ngrok|serveo|trycloudflare|webhook)))"
    ), "installs a package from an unsafe address"),
    ("netcat-exec", "reverse-shell", 95, (
        r"^(?:nc|ncat|netcat|nc\.\w+|cryptcat|pwncat|dbd|sbd|nc64|nc32|rcat|socket"
        r"|nc\d*) (?:.* )?(?:-[a-zA-Z]*[ecq]p?|--exec|--sh-exec|-e/\S+|--lua-exec)[ =]?.*(?:sh\b"
        r"|cmd(?:\.exe)?\b|powershell|python|perl)"
    ), "lets netcat serve a shell"),
    ("netcat-exec-any", "reverse-shell", 86, (
        r"^(?:nc|ncat|netcat|nc\.\w+) (?:.* )?(?:-[a-z]*e|--exec|--sh-exec) "
    ), "lets netcat run a program"),
    ("socat-exec", "reverse-shell", 93, (
        r"^socat (?:.* )?[\"']?(?i:exec|system|shell):"
    ), "lets socat serve a program"),
    ("socat-listen", "reverse-shell", 78, (
        r"^socat .*(?i:file:.*tty.*(?:tcp|openssl)|(?:tcp|openssl)\S* .*file:.*tty)"
    ), "attaches a terminal to the network"),
    ("socket-shell", "reverse-shell", 92, r"^socket .*<SH>", "serves a shell"),
    ("dev-tcp", "reverse-shell", 92, (
        r"^(?:(?:ba|z|k|da)?sh|exec) (?:.* )?(?:>&|&>|<>|<|>)/dev/(?:tcp|udp)/"
    ), "attaches a shell to the network"),
    ("dev-tcp-code", "reverse-shell", 90, (
        r"^\S+ .*(?:ba)?sh\s+-\w*i\w*\s*(?:>|&|<|\d).*/dev/(?:tcp|udp)/"
    ), "attaches a shell to the network"),
    ("dev-tcp-send", "exfiltration", 80, (
        r"^(?:cat|tar|base64|gzip|xxd|dd|env|printenv|zip|od|find|ps|id|whoami|uname"
        r"|hostname)(?: .*)? >{1,2}&?/dev/(?:tcp|udp)/"
    ), "sends data over a raw connection"),
    ("ztcp", "reverse-shell", 86, r"^(?:ztcp |zmodload zsh/net/tcp)", "opens a raw connection from zsh"),
    ("awk-inet", "reverse-shell", 90, (
        r"^(?:g|m|n)?awk .*/inet\d?/(?:tcp|udp)/"
    ), "opens a raw connection from awk"),
    ("xterm-display", "reverse-shell", 88, (
        r"^(?:xterm|urxvt|xnest|rxvt) (?:.* )?-display \S*[\w.]:\d"
    ), "shows a shell on another machine"),
    ("telnet-shell", "reverse-shell", 90, r"^telnet .*\|", "pipes a shell through telnet"),
    ("msfvenom", "attack-tool", 80, (
        r"^msfvenom .*(?:reverse|bind|meterpreter|shell|exec)"
    ), "makes a payload"),
    ("attack-tool", "attack-tool", 80, (
        r"^(?:meterpreter|msfconsole .*-[xr]|msfdb|crackmapexec|cme|netexec|nxc|evil-winrm"
        r"|responder(?:\.py)?|mitm6(?:\.py)?|kerbrute|rubeus|sharphound|seatbelt|winpeas\S*|linpeas\S*"
        r"|linenum\S*|lse\.sh|linux-exploit-suggester\S*|pspy\d*|lazagne\S*|mimikatz|mimipenguin\S*"
        r"|mimipy\S*|impacket-\w+|secretsdump(?:\.py)?|wmiexec(?:\.py)?|smbexec(?:\.py)?"
        r"|ntlmrelayx(?:\.py)?|getuserspns(?:\.py)?|getnpusers(?:\.py)?|ticketer(?:\.py)?|deepce\S*"
        r"|amicontained|traitor\S*|merlin\S*|sliver\S*|poshc2|empire|covenant|pupy\S*|villain|hoaxshell"
        r"|xmrig\S*|minerd|cpuminer\S*|t-rex|ethminer|nbminer|cgminer|weevely|beef-xss|setoolkit|wifite"
        r"|bettercap|ettercap|arpspoof|dnsspoof|slowhttptest)(?: |$)"
    ), "runs an attack tool"),
    ("pentest-tool", "attack-tool", 62, (
        r"^(?:psexec\.py|bloodhound-python|patator|aireplay-ng|airbase-ng|mdk[34]|setoolkit|sqlmap"
        r"|steghide|outguess|stegsnow|bore)(?: |$)"
    ), "runs a tool of two uses"),
    ("terminal-upgrade", "spawn", 72, (
        r"^script (?:.* )?(?:/dev/null|-q /dev/null)(?: |$)"
    ), "turns a pipe into a terminal"),
    ("brute-force", "attack-tool", 72, (
        r"^(?:hydra|medusa|ncrack|crowbar|sucrack) .*(?:-[pPCx] |ssh://|ftp://)"
    ), "guesses passwords"),
    ("attack-script", "attack-tool", 78, (
        r"^(?:python\S*|bash|sh|perl|ruby|powershell|pwsh|sudo|chmod|\./\S*) .*(?:linpeas|linenum"
        r"|mimipenguin|lazagne|pspy|linux-exploit-suggester|mimikatz|winpeas|powerup|sharphound|rubeus"
        r"|deepce|traitor|dirtycow|dirtypipe|pwnkit|exploit\.(?:sh|py|c))"
    ), "runs an attack tool"),
    ("miner", "attack-tool", 82, (
        r"^\S+ .*(?:stratum\+(?:tcp|ssl)://|--donate-level|cryptonight|--coin[= ]|minexmr|nanopool"
        r"|supportxmr)"
    ), "mines cryptocurrency"),
    ("tunnel", "lateral", 62, (
        r"^(?:chisel(?:\.exe)? (?:client|server)|ngrok (?:tcp|http|start)|frpc|frps|plink .*-R |ligolo\S*"
        r"|rpivot|revsocks|iodine|dnscat2?|ptunnel\S*|gost -L|cloudflared (?:.* )?tunnel .*--url|sshuttle"
        r"|rathole|pagekite|localtunnel|lt --port)\b"
    ), "opens a tunnel"),
    ("tunnel-back", "lateral", 74, (
        r"^(?:chisel(?:\.exe)? client .*R:|ngrok tcp (?:22|3389|445)|revsocks |plink .*-R "
        r"|ssh .*-R \S*(?:0\.0\.0\.0|:22(?: |$)|:3389)|iodine |dnscat)"
    ), "opens a tunnel back in"),
    ("ssh-reverse", "lateral", 62, r"^(?:ssh|autossh) (?:.* )?-\w*R ", "opens a tunnel back in"),
    ("ssh-proxy-command", "spawn", 80, (
        r"^(?:ssh|scp|sftp|rsync|git|autossh) .*(?i:ProxyCommand|LocalCommand"
        r"|KnownHostsCommand)\s?=?.*(?:[\t/=;\"' ](?:ba|da|z)?sh(?:[\t ;\"']|$)|;|exec|curl|wget|/path|/tmp|calc|touch|whoami|\bid\b)"
    ), "runs a program through ssh"),
    ("scan", "lateral", 60, (
        r"^(?:nmap|masscan|zmap|rustscan|arp-scan|nbtscan|enum4linux\S*|nikto|gobuster|dirb|ffuf|wfuzz"
        r"|sqlmap|wpscan|fping .*-g|netdiscover|smbmap|rpcclient|ldapsearch|snmpwalk|onesixtyone|amass"
        r"|subfinder|nuclei) "
    ), "scans other machines"),
    ("nmap-script", "spawn", 76, (
        r"^nmap .*(?:--interactive|--script[= ]\S*(?:/tmp|\$|\./|/path|/dev/shm))"
    ), "runs a script in nmap"),
    ("odd-upload", "exfiltration", 76, (
        r"^(?:hping3 (?:.* )?(?:--file|-E) |whois (?:.* )?-p ?\d+ |rlogin (?:.* )?-p ?\d+ |cancel (?:.* )?-h \S+ .*-u "
        r"|ab (?:.* )?-[pu] ?/|tar (?:.* )?--rsh-command|curl (?:.* )?(?:gopher|dict|tftp)://[^l1]"
        r"|socat (?:.* )?(?i:file|open|gopen):/\S+ (?:.* )?(?i:tcp|udp|openssl|ssl)\S*:|socat (?:.* )?(?i:tcp|udp|openssl)\S*:\S+ (?:.* )?(?i:file|open|gopen):/"
        r"|restic (?:.* )?-r ?rest:http://)"
    ), "sends data by a program that is not made for it"),
    ("git-transport", "spawn", 78, r"^git (?:.* )?(?:ext::\S|protocol\.ext\.allow=always)", "runs a program as a transport"),
    ("local-command", "spawn", 76, (
        r"^(?:(?:ssh|scp|sftp) .*(?i:LocalCommand|KnownHostsCommand)=|rsync .*--rsync-path=[^ ]*[;|&$`]"
        r"|tar (?:.* )?(?:-I|--use-compress-program)[= ]?(?:/bin/)?(?:ba|da)?sh(?:\t| |$))"
    ), "runs a program by an option"),
    ("shell-transport", "spawn", 78, (
        r"^(?:rsync (?:.* )?(?:-\w*e|--rsh)[ =]'?(?:/bin/)?(?:ba|da)?sh\t|(?:scp|sftp|rsync) (?:.* )?(?:-S|-e|--rsh)[ =]?\S*(?:/tmp/|/dev/shm/|\./|/path)"
        r"|zip (?:.* )?(?:-TT|--unzip-command)[ =]|dvips (?:.* )?-R0|systemd-run (?:-\S+ )*(?:-S|--shell)(?: |$)"
        r"|sed (?:.* )?(?:\d*|\$|/[^ /]*/)e(?:\t[^ ]*)?(?: |$)|sed (?:.* )?s/[^/]*/[^/]*/[gpI0-9]*e[gpI]*(?: |$)|capsh --$|chroot /$|run-parts (?:.* )?(?:/usr)?/s?bin/?(?: |$))"
    ), "starts a shell or a program by an option"),
    ("ssh-agent-hijack", "lateral", 78, (
        r"^=(?:.*=)?SSH_AUTH_SOCK=/tmp/ssh-"
    ), "uses another's ssh agent"),
)
# fmt: on
