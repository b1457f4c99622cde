"""Signatures: defenses switched off, traces wiped and things hidden on Linux, macOS and in the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("masked-name", "hide", 74, (
        r"^(?:exec .*-a |perl .*\$0\s?=|.*setproctitle)"
    ), "runs under another name"),
    ("hidden-run", "hide", 74, (
        r"^\S+ .*(?:/tmp|/var/tmp|/dev/shm)/\.[^. /]\S*/\S+(?: |$)"
    ), "uses a hidden folder"),
    ("firewall-flush", "disable-defenses", 84, (
        r"^(?:ip6?tables(?:-legacy|-nft)? (?:.* )?(?:-F|-X|--flush|-P (?:INPUT|FORWARD|OUTPUT) ACCEPT"
        r"|--policy (?:INPUT|FORWARD|OUTPUT) ACCEPT)|nft (?:flush|delete) |pfctl (?:.* )?-[dF]"
        r"|ufw (?:--force )?(?:disable|reset)|ebtables -F|ipset (?:flush|destroy)"
        r"|esxcli network firewall set .*false|firewall-cmd .*--(?:panic-off|remove-"
        r"|set-default-zone=trusted))"
    ), "takes the firewall down"),
    ("firewall-accept-all", "disable-defenses", 78, (
        r"^ip6?tables (?:-t \S+ )?-[AI] (?:INPUT|FORWARD|OUTPUT)(?: \d+)? -j ACCEPT$"
    ), "takes the firewall down"),
    ("selinux-off", "disable-defenses", 84, (
        r"^(?:setenforce (?:0|permissive)|(?:echo|tee|sed).*(?:SELINUX=(?:disabled|permissive)"
        r"|selinux/enforce)|aa-(?:teardown|disable)(?: |$)|apparmor_parser .*-R)"
    ), "switches mandatory access control off"),
    ("service-stop", "disable-defenses", 84, (
        r"^(?:systemctl (?:.* )?(?:stop|disable|mask|kill) (?:.* )?<IPS>(?:\.service)?(?: |$)|(?:service"
        r"|rc-service|invoke-rc\.d|/etc/init\.d/\S+) <IPS> stop|chkconfig <IPS> off"
        r"|update-rc\.d .*<IPS> (?:remove|disable)|(?:launchctl (?:unload|bootout|remove|disable"
        r"|stop)) .*<IPS>|(?:pkill|killall|kill) (?:.* )?<IPS>(?: |$)|(?:apt(?:-get)?|yum|dnf|zypper"
        r"|pacman|rpm|dpkg|brew) (?:.* )?(?:remove|purge|erase|-R\w*|-e|-r|uninstall) (?:.* )?<IPS>(?: |$)"
        r"|/etc/init\.d/<IPS> stop)"
    ), "stops a security service"),
    ("service-stop-init", "disable-defenses", 80, r"^<IPS> stop$", "stops a security service"),
    ("audit-off", "disable-defenses", 86, (
        r"^(?:auditctl (?:.* )?(?:-D|-e ?0|-d )|audit -t|sysctl (?:.* )?kernel\.(?:randomize_va_space=0"
        r"|yama\.ptrace_scope=0|kptr_restrict=0|modules_disabled=0|unprivileged_bpf_disabled=0)"
        r"|sysctl (?:.* )?vm\.mmap_min_addr=0|swupdate|log config --mode level:off)"
    ), "switches auditing off"),
    ("proc-weaken", "disable-defenses", 82, (
        r"^.* >{1,2}/(?:proc/sys/(?:kernel/(?:randomize_va_space|yama/ptrace_scope|kptr_restrict)"
        r"|net/ipv4/ip_forward|vm/mmap_min_addr)|sys/fs/selinux/enforce|selinux/enforce)"
    ), "weakens the kernel"),
    ("mac-protect-off", "disable-defenses", 84, (
        r"^(?:csrutil (?:.* )?disable|spctl (?:.* )?--(?:master|global)-disable|xattr (?:.* )?(?:-rd|-cr|-dr|-rc) (?:.*com\.apple\.quarantine|\S+)|defaults write .*(?:LSQuarantine|GatekeeperBypass"
        r"|com\.apple\.alf globalstate -int 0)|socketfilterfw .*--setglobalstate off|pmset .*disablesleep"
        r"|fdesetup disable|nvram .*(?:boot-args|csr-active-config)|profiles (?:.* )?(?:remove|-R|-D)"
        r"|tmutil (?:disable|delete\S*|removedestination|deletelocalsnapshots))"
    ), "switches protections of macOS off"),
    ("log-config", "disable-defenses", 78, (
        r"^(?:sed|tee|cp|mv|rm|echo)(?: .*)? (?:>{1,2})?/etc/(?:audit/\S+|rsyslog\S*|syslog\S*"
        r"|security/audit\S*|logrotate\S*|selinux/config|apparmor\S*|ld\.so\.cache|falco\S*|osquery\S*)"
    ), "changes what is logged"),
    ("dns-hijack", "disable-defenses", 58, (
        r"^(?:.* >{1,2}|(?:tee|sed|cp|mv) (?:.* )?)(?:/private)?/etc/(?:hosts|resolv\.conf|nsswitch\.conf"
        r"|hosts\.(?:allow|deny))(?: |$)"
    ), "changes how names resolve"),
    ("trust-ca", "disable-defenses", 74, (
        r"^(?:security (?:add-trusted-cert|authorizationdb write)|certutil -A .*-t)"
    ), "adds a trusted certificate"),
    ("policy-off", "disable-defenses", 74, (
        r"^(?:aws (?:cloudtrail (?:stop-logging|delete-trail|update-trail|put-event-selectors)"
        r"|guardduty (?:delete|update|disassociate)\S*|config(?:service)? (?:stop|delete)\S*"
        r"|logs delete-log-(?:group|stream)|securityhub disable\S*|ec2 delete-flow-logs|wafv2 delete)"
        r"|gcloud logging (?:sinks|logs|buckets) (?:delete|update .*--disabled)"
        r"|az monitor (?:diagnostic-settings|log-profiles) delete|az .*(?:defender|security) .*delete"
        r"|esxcli system (?:auditrecords|syslog) .*(?:disable|remove))"
    ), "switches cloud logging off"),
    ("gateway-unset", "bypass", 62, (
        r"^(?:unset|export -n) (?:.* )?(?:(?:HTTPS?|ALL|NO)_PROXY|(?:https?|all|no)_proxy|SSL_CERT_FILE"
        r"|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|CURL_CA_BUNDLE)(?: |$)"
    ), "takes the gateway's settings away"),
    ("gateway-empty", "bypass", 58, (
        r"^(?:=(?:.*=)?|export (?:.* )?)(?:HTTPS?_PROXY|https?_proxy|ALL_PROXY|all_proxy)=(?: |$)"
    ), "takes the gateway's settings away"),
    ("gateway-no-proxy", "bypass", 58, (
        r"^(?:curl (?:.* )?(?:--noproxy|--proxy |-x )|wget (?:.* )?--no-proxy|(?:=(?:.*=)?"
        r"|export (?:.* )?)(?:NO_PROXY|no_proxy)=\*|pip .*--proxy)"
    ), "goes around the proxy"),
    ("tls-unverified", "bypass", 45, (
        r"^(?:curl (?:.* )?(?:--insecure|-\w*k\w*)(?: |$)|wget (?:.* )?--no-check-certificate"
        r"|git (?:.* )?-c http\.sslVerify=false|git config .*http\.sslverify false"
        r"|npm (?:.* )?(?:strict-ssl false|--strict-ssl=false)|pip3? .*--trusted-host"
        r"|=(?:.*=)?(?:NODE_TLS_REJECT_UNAUTHORIZED=0|PYTHONHTTPSVERIFY=0|GIT_SSL_NO_VERIFY=(?:1|true))"
        r"|export (?:.* )?(?:NODE_TLS_REJECT_UNAUTHORIZED=0|GIT_SSL_NO_VERIFY=(?:1|true)"
        r"|PYTHONHTTPSVERIFY=0))"
    ), "does not verify certificates"),
    ("history-clear", "cover-tracks", 80, r"^history (?:.* )?-\w*c\w*(?: |$)", "clears the history"),
    ("history-unset", "cover-tracks", 80, (
        r"^(?:unset (?:.* )?(?:HISTFILE|HISTSIZE|HISTFILESIZE|SAVEHIST)|(?:=(?:.*=)?|(?:export|set|declare"
        r"|setenv) (?:.* )?)(?:HISTFILE[= ](?:/dev/null)?|HISTSIZE[= ]0|HISTFILESIZE[= ]0|SAVEHIST=0"
        r"|HISTCONTROL=\S*ignore(?:both|space)|HISTIGNORE=\S*\*)(?: |$)|set \+o history"
        r"|shopt -u(?:o)? history|Set-PSReadLineOption .*SaveNothing)"
    ), "stops the history"),
    ("history-file", "cover-tracks", 80, (
        r"^(?:(?:rm|shred|truncate|ln|cp|unlink|srm|chattr|mv|tee) (?:.* )?|.* >{1,2}\|?|dd .*of="
        r"|sed .*-i.* )\S*(?:\.(?:bash|zsh|sh|ash|ksh|fish|python|mysql|psql|lesshst|viminfo"
        r"|node_repl)_?history|\.histfile|fish_history|\.zhistory|\.lesshst|\.wget-hsts"
        r"|ConsoleHost_history\.txt|\$HISTFILE)(?: |$)"
    ), "wipes the history"),
    ("log-wipe", "cover-tracks", 82, (
        r"^(?:(?:rm|shred|truncate|srm|unlink|cp /dev/null|sed .*-i\S*|dd .*of=?|ln|mv|tee) (?:.* )?"
        r"|.* >\|?)(?:/private)?/var/(?:log/(?:wtmp|btmp|lastlog|utmp|faillog|auth\.log|secure|messages"
        r"|syslog|kern\.log|audit\S*|cron\S*|maillog|journal\S*|system\.log|\*|asl/?\S*|install\.log"
        r"|apt/\S*|dpkg\.log|daemon\.log|boot\.log|user\.log)|log/?\*?(?: |$)|run/utmp|audit/\S*"
        r"|spool/mail/\S*)"
    ), "wipes logs"),
    ("journal-vacuum", "cover-tracks", 76, (
        r"^(?:journalctl (?:.* )?--(?:vacuum-(?:time|size)[= ](?:[01]\w{0,2}|1[smhd]?)|rotate.*--vacuum)"
        r"|dmesg (?:-[cC]|--clear|--read-clear)|log erase|utmpdump .*-r|aureport .*delete|logrotate -f)"
    ), "wipes logs"),
    ("timestomp", "cover-tracks", 72, (
        r"^(?:touch (?:.* )?(?:-[acm]*r|--reference(?:=| ))|touch (?:.* )?-\w*t \d{8,}|SetFile -[dm]"
        r"|debugfs .*-w.*-R.*(?:set_inode|time))"
    ), "forges file times"),
    ("immutable", "hide", 72, r"^chattr (?:.* )?\+[a-zA-Z]*[ia][a-zA-Z]* ", "makes a file undeletable"),
    ("hidden-binary", "hide", 72, (
        r"^(?:cp|mv|ln|install|mkdir|touch) (?:.* )?(?:/tmp|/var/tmp|/dev/shm"
        r"|/usr/s?bin)/(?:.*/)?\.[^. /][^ /]*$"
    ), "hides a file"),
    ("setfile-hidden", "hide", 74, r"^(?:chflags hidden|SetFile -a V)", "hides a file"),
    ("decode-run", "hide", 72, (
        r"^(?:base64|base32|xxd|uudecode|openssl) (?:.* )?(?:-d|-D|--decode|-r) .*>{1,2}(?:/tmp|/dev/shm"
        r"|/var/tmp)"
    ), "decodes a file into a temporary folder"),
    ("memfd", "hide", 82, (
        r"^\S+ .*(?:memfd_create|/proc/self/fd/\d.*exec|/proc/\d+/fd|syscall\(319)"
    ), "runs a program from memory"),
    ("compile-tmp", "hide", 60, (
        r"^(?:gcc|cc|g\+\+|clang|tcc) .*-o ?(?:/tmp|/dev/shm|/var/tmp)/"
    ), "compiles into a temporary folder"),
)
# fmt: on
