"""Signatures of network shells, defenses, traces, containers, credentials and movement on Linux and macOS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

_NC: Final = r"^(?:nc|ncat|netcat|nc\.\w+|cryptcat|pwncat|dbd|sbd|nc64|nc32|rcat|socket|nc\d*) (?:.* )?"
# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    # Shells over the network.
    ("netcat-exec", "reverse-shell", 95, _NC + r"(?:-[a-zA-Z]*[ecq]p?|--exec|--sh-exec|-e/\S+|--lua-exec)[ =]?.*(?:sh\b|cmd(?:\.exe)?\b|powershell|python|perl)", "lets netcat serve a shell"),
    ("netcat-exec-any", "reverse-shell", 86, r"^(?:nc|ncat|netcat|nc\.\w+) (?:.* )?(?:-[a-z]*e|--exec|--sh-exec) ", "lets netcat run a program"),
    ("socat-exec", "reverse-shell", 93, r"^socat (?:.* )?[\"']?(?i:exec|system|shell):", "lets socat serve a program"),
    ("socat-listen", "reverse-shell", 78, r"^socat .*(?i:file:.*tty.*(?:tcp|openssl)|(?:tcp|openssl)\S* .*file:.*tty)", "attaches a terminal to the network"),
    ("socket-shell", "reverse-shell", 92, r"^socket .*<SH>", "serves a shell"),
    ("dev-tcp", "reverse-shell", 92, r"^(?:(?:ba|z|k|da)?sh|exec|-) (?:.* )?(?:>&|&>|<>|<|>)/dev/(?:tcp|udp)/", "attaches a shell to the network"),
    ("dev-tcp-code", "reverse-shell", 90, r"^\S+ .*(?:ba)?sh\s+-\w*i\w*\s*(?:>|&|<|\d).*/dev/(?:tcp|udp)/", "attaches a shell to the network"),
    ("dev-tcp-send", "exfiltration", 80, r"^(?:cat|tar|base64|gzip|xxd|dd|env|printenv|zip|od|find|ps|id|whoami|uname|hostname)(?: .*)? >{1,2}&?/dev/(?:tcp|udp)/", "sends data over a raw connection"),
    ("dev-tcp-any", "risky", 45, r"^.*/dev/(?:tcp|udp)/", "opens a raw connection"),
    ("ztcp", "reverse-shell", 86, r"^(?:ztcp |zmodload zsh/net/tcp)", "opens a raw connection from zsh"),
    ("awk-inet", "reverse-shell", 90, r"^(?:g|m|n)?awk .*/inet\d?/(?:tcp|udp)/", "opens a raw connection from awk"),
    ("xterm-display", "reverse-shell", 88, r"^(?:xterm|urxvt|xnest|rxvt) (?:.* )?-display \S*[\w.]:\d", "shows a shell on another machine"),
    ("telnet-shell", "reverse-shell", 90, r"^telnet .*\|", "pipes a shell through telnet"),
    ("msfvenom", "attack-tool", 80, r"^msfvenom .*(?:reverse|bind|meterpreter|shell|exec)", "makes a payload"),
    ("attack-tool", "attack-tool", 80, r"^(?:meterpreter|msfconsole .*-[xr]|msfdb|crackmapexec|cme|netexec|nxc|evil-winrm|responder(?:\.py)?|mitm6(?:\.py)?|kerbrute|rubeus|sharphound|seatbelt|winpeas\S*|linpeas\S*|linenum\S*|lse\.sh|linux-exploit-suggester\S*|pspy\d*|lazagne\S*|mimikatz|mimipenguin\S*|mimipy\S*|impacket-\w+|secretsdump(?:\.py)?|wmiexec(?:\.py)?|smbexec(?:\.py)?|ntlmrelayx(?:\.py)?|getuserspns(?:\.py)?|getnpusers(?:\.py)?|ticketer(?:\.py)?|deepce\S*|amicontained|traitor\S*|merlin\S*|sliver\S*|poshc2|empire|covenant|pupy\S*|villain|hoaxshell|xmrig\S*|minerd|cpuminer\S*|t-rex|ethminer|nbminer|cgminer|weevely|beef-xss|setoolkit|wifite|bettercap|ettercap|arpspoof|dnsspoof|slowhttptest)(?: |$)", "runs an attack tool"),
    ("pentest-tool", "attack-tool", 62, r"^(?:psexec\.py|bloodhound-python|hydra|medusa|ncrack|patator|crowbar|aireplay-ng|airbase-ng|mdk[34]|setoolkit|sqlmap|steghide|outguess|stegsnow|bore|at|batch)(?: |$)", "runs a tool of two uses"),
    ("library-option", "library-load", 76, r"^(?:enable -f .*|curl .*--engine .*|openssl .*-engine \S*(?:/|\.so).*|ssh-(?:keygen|add) .*-[Ds] ?\S*\.so.*|ffmpeg .*ladspa=file=.*|mysql .*--default-auth \S*\.\./.*|ldconfig .*-f .*|load /\S+\.so.*|sqlite3 .*\.load .*|gdb .*-ex.*sharedlibrary.*|nginx .*load_module.*|python\S* .*cdll.*|(?:[^=].*load_module\s/.*)>.*)", "loads a library into a program"),
    ("miner", "attack-tool", 82, r"^\S+ .*(?:stratum\+(?:tcp|ssl)://|--donate-level|cryptonight|--coin[= ]|minexmr|nanopool|supportxmr)", "mines cryptocurrency"),
    ("tunnel", "lateral", 62, r"^(?:chisel(?:\.exe)? (?:client|server)|ngrok (?:tcp|http|start)|frpc|frps|plink .*-R |ligolo\S*|rpivot|revsocks|iodine|dnscat2?|ptunnel\S*|gost -L|cloudflared (?:.* )?tunnel .*--url|sshuttle|rathole|pagekite|localtunnel|lt --port)\b", "opens a tunnel"),
    ("ssh-reverse", "lateral", 62, r"^(?:ssh|autossh) (?:.* )?-\w*R ", "opens a tunnel back in"),
    ("ssh-proxy-command", "spawn", 80, r"^(?:ssh|scp|sftp|rsync|git|autossh) .*(?i:ProxyCommand|LocalCommand|KnownHostsCommand)\s?=?.*(?:sh\b|;|exec|nc |curl|wget|/path|/tmp|calc|touch|whoami|id\b)", "runs a program through ssh"),
    # Defenses.
    ("firewall-flush", "disable-defenses", 84, r"^(?:ip6?tables(?:-legacy|-nft)? (?:.* )?(?:-F|-X|--flush|-P (?:INPUT|FORWARD|OUTPUT) ACCEPT|--policy (?:INPUT|FORWARD|OUTPUT) ACCEPT)|nft (?:flush|delete) |pfctl (?:.* )?-[dF]|ufw (?:--force )?(?:disable|reset)|ebtables -F|ipset (?:flush|destroy)|esxcli network firewall set .*false|firewall-cmd .*--(?:panic-off|remove-|set-default-zone=trusted))", "takes the firewall down"),
    ("firewall-open", "risky", 60, r"^(?:ip6?tables (?:.* )?(?:-D|-[AI]) .*ACCEPT|ufw (?:allow|default allow)|firewall-cmd .*--add-)", "opens the firewall"),
    ("selinux-off", "disable-defenses", 84, r"^(?:setenforce (?:0|permissive)|(?:echo|tee|sed).*(?:SELINUX=(?:disabled|permissive)|selinux/enforce)|aa-(?:teardown|disable)(?: |$)|apparmor_parser .*-R)", "switches mandatory access control off"),
    ("service-stop", "disable-defenses", 84, r"^(?:systemctl (?:.* )?(?:stop|disable|mask|kill) (?:.* )?<IPS>(?:\.service)?(?: |$)|(?:service|rc-service|invoke-rc\.d|/etc/init\.d/\S+) <IPS> stop|chkconfig <IPS> off|update-rc\.d .*<IPS> (?:remove|disable)|(?:launchctl (?:unload|bootout|remove|disable|stop)) .*<IPS>|(?:pkill|killall|kill) (?:.* )?<IPS>(?: |$)|(?:apt(?:-get)?|yum|dnf|zypper|pacman|rpm|dpkg|brew) (?:.* )?(?:remove|purge|erase|-R\w*|-e|-r|uninstall) (?:.* )?<IPS>(?: |$)|/etc/init\.d/<IPS> stop)", "stops a security service"),
    ("service-stop-init", "disable-defenses", 80, r"^<IPS> stop$", "stops a security service"),
    ("audit-off", "disable-defenses", 86, r"^(?:auditctl (?:.* )?(?:-D|-e ?0|-d )|audit -t|sysctl (?:.* )?kernel\.(?:randomize_va_space=0|yama\.ptrace_scope=0|kptr_restrict=0|modules_disabled=0|unprivileged_bpf_disabled=0)|sysctl (?:.* )?vm\.mmap_min_addr=0|swupdate|log config --mode level:off)", "switches auditing off"),
    ("proc-weaken", "disable-defenses", 82, r"^(?:[^=].*)? >{1,2}/(?:proc/sys/(?:kernel/(?:randomize_va_space|yama/ptrace_scope|kptr_restrict)|net/ipv4/ip_forward|vm/mmap_min_addr)|sys/fs/selinux/enforce|selinux/enforce)", "weakens the kernel"),
    ("mac-protect-off", "disable-defenses", 84, r"^(?:csrutil (?:.* )?disable|spctl (?:.* )?--(?:master|global)-disable|xattr (?:.* )?(?:-d|-c|-rd|-cr|-dr) (?:.*com\.apple\.quarantine|\S+)|defaults write .*(?:LSQuarantine|GatekeeperBypass|com\.apple\.alf globalstate -int 0)|socketfilterfw .*--setglobalstate off|pmset .*disablesleep|fdesetup disable|nvram .*(?:boot-args|csr-active-config))", "switches protections of macOS off"),
    ("log-config", "disable-defenses", 78, r"^(?:sed|tee|cp|mv|rm|echo)(?: .*)? (?:>{1,2})?/etc/(?:audit/\S+|rsyslog\S*|syslog\S*|security/audit\S*|logrotate\S*|selinux/config|apparmor\S*|ld\.so\.cache|falco\S*|osquery\S*)", "changes what is logged"),
    ("dns-hijack", "disable-defenses", 76, r"^(?:(?:[^=].*)? >{1,2}|(?:tee|sed|cp|mv) (?:.* )?)(?:/private)?/etc/(?:hosts|resolv\.conf|nsswitch\.conf|hosts\.(?:allow|deny))(?: |$)", "changes how names resolve"),
    ("trust-ca", "disable-defenses", 74, r"^(?:security (?:add-trusted-cert|authorizationdb write)|certutil -A .*-t)", "adds a trusted certificate"),
    ("trust-ca-file", "risky", 60, r"^(?:trust anchor |(?:cp|install|tee|mv|curl|wget) .*(?:/usr/local/share/ca-certificates|/etc/pki/ca-trust/source|/etc/ssl/certs)/\S*|update-ca-trust force)", "adds a trusted certificate"),
    ("policy-off", "disable-defenses", 74, r"^(?:aws (?:cloudtrail (?:stop-logging|delete-trail|update-trail|put-event-selectors)|guardduty (?:delete|update|disassociate)\S*|config(?:service)? (?:stop|delete)\S*|logs delete-log-(?:group|stream)|securityhub disable\S*|ec2 delete-flow-logs|wafv2 delete)|gcloud logging (?:sinks|logs|buckets) (?:delete|update .*--disabled)|az monitor (?:diagnostic-settings|log-profiles) delete|az .*(?:defender|security) .*delete|esxcli system (?:auditrecords|syslog) .*(?:disable|remove))", "switches cloud logging off"),
    ("gateway-unset", "bypass", 62, r"^(?:unset|export -n) (?:.* )?(?:(?:HTTPS?|ALL|NO)_PROXY|(?:https?|all|no)_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|CURL_CA_BUNDLE)(?: |$)", "takes the gateway's settings away"),
    ("gateway-empty", "bypass", 58, r"^(?:=(?:.*=)?|export (?:.* )?)(?:HTTPS?_PROXY|https?_proxy|ALL_PROXY|all_proxy)=(?: |$)", "takes the gateway's settings away"),
    ("gateway-no-proxy", "bypass", 58, r"^(?:curl (?:.* )?(?:--noproxy|--proxy |-x )|wget (?:.* )?--no-proxy|(?:=(?:.*=)?|export (?:.* )?)(?:NO_PROXY|no_proxy)=\*|pip .*--proxy)", "goes around the proxy"),
    ("tls-unverified", "bypass", 45, r"^(?:curl (?:.* )?(?:--insecure|-\w*k\w*)(?: |$)|wget (?:.* )?--no-check-certificate|git (?:.* )?-c http\.sslVerify=false|git config .*http\.sslverify false|npm (?:.* )?(?:strict-ssl false|--strict-ssl=false)|pip3? .*--trusted-host|=(?:.*=)?(?:NODE_TLS_REJECT_UNAUTHORIZED=0|PYTHONHTTPSVERIFY=0|GIT_SSL_NO_VERIFY=(?:1|true))|export (?:.* )?(?:NODE_TLS_REJECT_UNAUTHORIZED=0|GIT_SSL_NO_VERIFY=(?:1|true)|PYTHONHTTPSVERIFY=0))", "does not verify certificates"),
    # Traces.
    ("history-clear", "cover-tracks", 80, r"^history (?:.* )?(?:-\w*c\w*|-d .*|-cw)(?: |$)", "clears the history"),
    ("history-unset", "cover-tracks", 80, r"^(?:unset (?:.* )?(?:HISTFILE|HISTSIZE|HISTFILESIZE|SAVEHIST)|(?:=(?:.*=)?|(?:export|set|declare|setenv) (?:.* )?)(?:HISTFILE[= ](?:/dev/null)?|HISTSIZE[= ]0|HISTFILESIZE[= ]0|SAVEHIST=0|HISTCONTROL=\S*ignore(?:both|space)|HISTIGNORE=\S*\*)(?: |$)|set \+o history|shopt -u(?:o)? history|Set-PSReadLineOption .*SaveNothing)", "stops the history"),
    ("history-file", "cover-tracks", 80, r"^(?:(?:rm|shred|truncate|ln|cp|unlink|srm|chattr|mv|tee) (?:.* )?|(?:[^=].*)? >{1,2}\|?|dd .*of=|sed .*-i.* )\S*(?:\.(?:bash|zsh|sh|ash|ksh|fish|python|mysql|psql|lesshst|viminfo|node_repl)_?history|\.histfile|fish_history|\.zhistory|\.lesshst|\.wget-hsts|ConsoleHost_history\.txt|\$HISTFILE)(?: |$)", "wipes the history"),
    ("log-wipe", "cover-tracks", 82, r"^(?:(?:rm|shred|truncate|srm|unlink|cp /dev/null|sed .*-i\S*|dd .*of=?|ln|mv|tee) (?:.* )?|(?:[^=].*)? >\|?)(?:/private)?/var/(?:log/(?:wtmp|btmp|lastlog|utmp|faillog|auth\.log|secure|messages|syslog|kern\.log|audit\S*|cron\S*|maillog|journal\S*|system\.log|\*|asl/?\S*|install\.log|apt/\S*|dpkg\.log|daemon\.log|boot\.log|user\.log|httpd\S*|apache2?\S*|nginx\S*|mysqld?\S*)|log/?\*?(?: |$)|run/utmp|audit/\S*|spool/mail/\S*)", "wipes logs"),
    ("journal-vacuum", "cover-tracks", 76, r"^(?:journalctl (?:.* )?--(?:vacuum-(?:time|size)[= ](?:[01]\w{0,2}|1[smhd]?)|rotate.*--vacuum)|dmesg (?:-[cC]|--clear|--read-clear)|log erase|utmpdump .*-r|aureport .*delete|logrotate -f)", "wipes logs"),
    ("timestomp", "cover-tracks", 72, r"^(?:touch (?:.* )?(?:-[acm]*r|--reference(?:=| ))|touch (?:.* )?-\w*t \d{8,}|SetFile -[dm]|debugfs .*-w.*-R.*(?:set_inode|time))", "forges file times"),
    ("clear-cache", "risky", 40, r"^(?:history -w|journalctl .*--vacuum)", "trims logs"),
    # Hiding.
    ("immutable", "hide", 72, r"^chattr (?:.* )?\+[a-zA-Z]*[ia][a-zA-Z]* ", "makes a file undeletable"),
    ("hidden-binary", "hide", 72, r"^(?:cp|mv|ln|install|mkdir|touch) (?:.* )?(?:/tmp|/var/tmp|/dev/shm|/usr/s?bin)/(?:.*/)?\.[^. /][^ /]*$", "hides a file"),
    ("setfile-hidden", "hide", 74, r"^(?:chflags hidden|SetFile -a V|defaults write .*AppleShowAllFiles)", "hides a file"),
    ("masquerade", "hide", 72, r"^(?:cp|mv) (?:.* )?(?:/usr)?/bin/(?:ba|da|z)?sh (?:/tmp|/var/tmp|/dev/shm|\./|~|/home|[^-/ ])", "copies the shell under another name"),
    ("shell-copy", "privilege", 78, r"^(?:cp|install|ln|mount|mv) (?:.* )?(?:/usr)?/bin/(?:ba|da|z|k)?sh (?:/bin/|/usr/bin/|/sbin/|/path)", "puts the shell in the place of a program"),
    ("decode-run", "hide", 72, r"^(?:base64|base32|xxd|uudecode|openssl) (?:.* )?(?:-d|-D|--decode|-r) .*>{1,2}(?:/tmp|/dev/shm|/var/tmp)", "decodes a file into a temporary folder"),
    ("memfd", "hide", 82, r"^\S+ .*(?:memfd_create|/proc/self/fd/\d.*exec|/proc/\d+/fd|syscall\(319)", "runs a program from memory"),
    ("compile-tmp", "hide", 60, r"^(?:gcc|cc|g\+\+|clang|tcc) .*-o ?(?:/tmp|/dev/shm|/var/tmp)/", "compiles into a temporary folder"),
    # Containers.
    ("mount-root", "container-escape", 90, r"^(?:docker|podman|nerdctl) .*(?:-v|--volume|--mount)[ =](?:\S*(?:source|src)=)?/(?::|,|(?:etc|root|home|var|boot|proc|sys|dev|usr|var/run|run)?/?:)", "mounts the host into a container"),
    ("docker-sock", "container-escape", 82, r"^(?:curl|wget|nc|socat) .*(?:docker|containerd|crio|podman)\.sock", "speaks to the container engine"),
    ("docker-sock-mount", "container-escape", 76, r"^(?:docker|podman) .*(?:docker|containerd|crio)\.sock", "hands the container engine to a container"),
    ("privileged", "container-escape", 84, r"^(?:docker|podman|nerdctl|kubectl|lxc) .*(?:--privileged(?: |=true|$)|--cap-add[= ](?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|DAC_READ_SEARCH|SYS_RAWIO|all)|--security-opt[= ]\S*(?:unconfined|disable)|--(?:pid|uts|ipc|userns)[= ]host|security\.privileged=true|--device[= ]/dev/(?:sd|nvme|mem|kmsg)|hostPID|\"privileged\":\s?true)", "starts a container without walls"),
    ("nsenter", "container-escape", 90, r"^nsenter (?:.* )?(?:-t ?1|--target[= ]1)(?: |$)", "enters the host's namespaces"),
    ("nsenter-mount", "container-escape", 86, r"^nsenter (?:.* )?--mount=/(?:proc/1|host)", "enters the host's namespaces"),
    ("release-agent", "container-escape", 92, r"^.*(?:release_agent|/proc/sys/kernel/core_pattern|kernel\.core_pattern|/proc/sys/kernel/modprobe|notify_on_release|/sys/kernel/uevent_helper|/proc/1/root|binfmt_misc/register)", "makes the host's kernel run a program"),
    ("cgroup-mount", "container-escape", 88, r"^mount (?:.* )?-t ?cgroup", "mounts control groups"),
    ("host-mount", "container-escape", 84, r"^(?:mount (?:.* )?<DISK>|debugfs .*<DISK>|chroot (?:/mnt|/host|/hostfs|/rootfs)|mknod .* b \d+ )", "mounts the host's disk"),
    ("unshare-root", "container-escape", 72, r"^unshare (?:.* )?-(?:\w*U\w*r\w*|\w*r\w*U\w*m?|-map-root-user)", "makes a namespace of its own root"),
    ("host-proc", "container-escape", 80, r"^.*(?: |=|<|>)/proc/(?:1|\d+)/(?:root|cwd|mem|ns/(?:mnt|pid))(?:/| |$)", "reaches into another process"),
    ("kube-token", "credentials", 84, r"^.*/(?:var/)?run/secrets/(?:kubernetes\.io|eks\.amazonaws\.com|azure)/?\S*(?:token|ca\.crt)?", "reads the cluster's token"),
    ("kube-secrets", "credentials", 74, r"^(?:kubectl|oc) (?:.* )?get (?:.* )?secrets? .*-(?:o|-output)[ =]?(?:yaml|json|jsonpath|go-template)", "reads the cluster's secrets"),
    ("lxc-root", "container-escape", 86, r"^(?:lxc|incus) (?:config device add .*(?:source|path)=/|init .*security\.privileged)", "mounts the host into a container"),
    # Credentials.
    ("shadow", "credentials", 88, r"^(?:unshadow|john|hashcat) .*(?:shadow|passwd)", "cracks passwords"),
    ("getent-shadow", "credentials", 84, r"^(?:getent g?shadow|pwdump|dscl .*(?:ShadowHashData|dsAttrTypeNative:ShadowHash)|dscl \S+ -?read /Users/\S+|plutil .*ShadowHash|defaults read /var/db/dslocal|vipw -s)", "reads password hashes"),
    ("keychain", "credentials", 86, r"^(?:security (?:.* )?(?:dump-keychain|find-(?:generic|internet)-password .*-\w*[wg]\w*|find-certificate .*-p|unlock-keychain|export .*|dump-trust-settings)|(?:secret-tool|kwallet-query|gnome-keyring\S*|keyring) (?:.* )?(?:search|lookup|get|-r|-l|dump)|chainbreaker|pass show |gpg (?:.* )?--export-secret-\S+)", "reads a key store"),
    ("memory-dump", "credentials", 84, r"^(?:gcore |gdb (?:.* )?(?:-p|--pid|attach).*|dd (?:.* )?if=/(?:dev/(?:mem|kmem|port)|proc/\S+/mem)|strings (?:.* )?/(?:dev/mem|proc/\S+/(?:mem|environ))|procdump (?:.* )?-p|cat .*/proc/\S+/(?:maps|mem)$|grep .*/proc/\S+/(?:mem|maps)|volatility\S* )", "reads the memory of a process"),
    ("proc-environ", "credentials", 78, r"^(?:cat|strings|tr|xargs|grep|sed|xxd|less|more|head|tail|base64|python\S*|awk|cp)(?: .*)? <?/proc/(?:\S+)/(?:environ|cmdline\*|task/\S+environ)", "reads the environment of a process"),
    ("metadata", "credentials", 84, r"^\S+ .*(?:169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200|fd00:ec2::254|169\.254\.170\.2|metadata/identity/oauth2|168\.63\.129\.16)", "asks for the machine's cloud credentials"),
    ("secret-search", "credentials", 74, r"^(?:(?:e|f|z|r)?grep|rg|ag|ack|findstr|find|git grep|select-string|sls)(?: .*)? \S*(?i:password|passwd|pwd=|secret|api_?key|BEGIN\s?\S*PRIVATE|aws_access|aws_secret|AKIA|credential|id_rsa|id_dsa|\.pem|\.ppk|\.kdbx|\.p12|\.pfx|\.htpasswd|\.pgpass|authorized_keys)\S*(?: .*)? (?:/|/home\S*|/root\S*|/etc\S*|/var\S*|/opt|~\S*|/Users\S*|/proc\S*|/mnt|c:\\\S*|\$env:\S+|/usr)(?: |$)", "searches the machine for credentials"),
    ("secret-find", "credentials", 74, r"^(?:find|locate|fd|plocate|mdfind) (?:.* )?(?:/|~|/home|/root|/Users|/etc|/var|c:\\)\S* (?:.* )?(?:\S*id_(?:rsa|dsa|ecdsa|ed25519)|\*?\.(?:pem|ppk|kdbx|p12|pfx|key|ovpn|agilekeychain|keychain|jks|asc|gpg|rdp)|\S*credentials\S*|\*?\.?(?:aws|netrc|pgpass|git-credentials|htpasswd|bash_history|env)|\S*shadow\S*|wallet\.dat|\S*password\S*|authorized_keys)(?: |$)", "searches the machine for credentials"),
    ("keylogger", "credentials", 78, r"^(?:logkeys |xinput test|xspy|showkey|script .*-f .*/dev/(?:tty|pts)|pam_exec|sh .*pam|strace (?:.* )?-p .*(?:read|write)|cat /dev/input/event|evtest )", "records what is typed"),
    ("prompt-phish", "credentials", 80, r"^(?:osascript .*(?:display\s+dialog.*(?:password|hidden\s+answer))|zenity --password.*\|)", "asks the user for a password"),
    ("recon-suid", "discovery", 60, r"^find (?:.* )?-perm (?:-|/)?(?:-u=s|u=s|u\+s|/?4000|-?4000|-?6000|-?2000|/?6000|\+4000|-g=s|-04000|-22|-o\+?=?w)", "looks for set-user-id programs"),
    ("recon-sudo", "discovery", 45, r"^(?:sudo (?:-n )?-l\w*|getcap -r|capsh --print|cat /etc/(?:passwd|group|issue|os-release)|getent (?:passwd|group)|dscl \. (?:list|-list) /Users|lastlog|last$|who -a)", "looks around"),
    ("scan", "lateral", 60, r"^(?:nmap|masscan|zmap|rustscan|arp-scan|nbtscan|enum4linux\S*|nikto|gobuster|dirb|ffuf|wfuzz|sqlmap|wpscan|fping .*-g|netdiscover|smbmap|rpcclient|ldapsearch|snmpwalk|onesixtyone|amass|subfinder|nuclei) ", "scans other machines"),
    ("nmap-script", "spawn", 76, r"^nmap .*(?:--interactive|--script[= ]\S*(?:/tmp|\$|\./|/path|/dev/shm))", "runs a script in nmap"),
    ("ssh-agent-hijack", "lateral", 78, r"^=(?:.*=)?SSH_AUTH_SOCK=/tmp/ssh-", "uses another's ssh agent"),
)
# fmt: on
