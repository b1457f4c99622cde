"""Signatures: credentials read and looked for on Linux, macOS and in the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("chmod-shadow", "credentials", 78, (
        r"^chmod (?:.* )?[^ ]+ /etc/(?:shadow|gshadow|sudoers|master\.passwd)(?: |$)"
    ), "opens the password file"),
    ("env-search", "credentials", 60, (
        r"^(?:e|f)?grep .*(?i:token|secret|passw|api_?key|AKIA|_key)"
    ), "searches for secrets"),
    ("history-search", "credentials", 74, (
        r"^(?:cat|grep|egrep|strings|less|head|tail|awk)(?: .*)? (?:/home/\*|/Users/\*|/root"
        r"|<H>)/\.\S*history.*(?:\*/\.|\spass)?"
    ), "reads the history for secrets"),
    ("kube-token", "credentials", 84, (
        r"^.*/(?:var/)?run/secrets/(?:kubernetes\.io|eks\.amazonaws\.com|azure)/?\S*(?:token|ca\.crt)?"
    ), "reads the cluster's token"),
    ("kube-secrets", "credentials", 74, (
        r"^(?:kubectl|oc) (?:.* )?get (?:.* )?secrets? (?:.* )?(?:-A|--all-namespaces)"
    ), "reads the cluster's secrets"),
    ("shadow", "credentials", 88, r"^(?:unshadow|john|hashcat) .*(?:shadow|passwd)", "cracks passwords"),
    ("getent-shadow", "credentials", 84, (
        r"^(?:getent g?shadow|pwdump|dscl .*(?:ShadowHashData|dsAttrTypeNative:ShadowHash)"
        r"|dscl \S+ -?read /Users/\S+|plutil .*ShadowHash|defaults read /var/db/dslocal|vipw -s)"
    ), "reads password hashes"),
    ("keychain", "credentials", 86, (
        r"^(?:security (?:.* )?(?:dump-keychain|find-(?:generic|internet)-password .*-\w*[wg]\w*"
        r"|find-certificate .*-p|unlock-keychain|export .*|dump-trust-settings)|(?:secret-tool"
        r"|kwallet-query|gnome-keyring\S*|keyring) (?:.* )?(?:search|lookup|get|-r|-l|dump)|chainbreaker"
        r"|pass show |gpg (?:.* )?--export-secret-\S+)"
    ), "reads a key store"),
    ("memory-dump", "credentials", 84, (
        r"^(?:gcore |gdb (?:.* )?(?:-p|--pid|attach).*(?:dump|gcore|generate-core).*"
        r"|dd (?:.* )?if=/(?:dev/(?:mem|kmem|port)|proc/\S+/mem)|strings (?:.* )?/(?:dev/mem"
        r"|proc/\S+/(?:mem|environ))|procdump (?:.* )?-p|cat .*/proc/\S+/(?:maps|mem)$"
        r"|grep .*/proc/\S+/(?:mem|maps)|volatility\S* )"
    ), "reads the memory of a process"),
    ("proc-environ", "credentials", 78, (
        r"^(?:cat|strings|tr|xargs|grep|sed|xxd|less|more|head|tail|base64|python\S*|awk"
        r"|cp)(?: .*)? <?/proc/(?:\S+)/(?:environ|cmdline\*|task/\S+environ)"
    ), "reads the environment of a process"),
    ("metadata", "credentials", 84, (
        r"^\S+ .*(?:169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200|fd00:ec2::254"
        r"|169\.254\.170\.2|metadata/identity/oauth2|168\.63\.129\.16)"
    ), "asks for the machine's cloud credentials"),
    ("secret-search", "credentials", 74, (
        r"^(?:(?:e|f|z|r)?grep|rg|ag|ack|findstr|find|git grep|select-string|sls)(?: .*)? \S*(?i:password"
        r"|passwd|pwd=|secret|api_?key|BEGIN\s[^ ]*PRIVATE|aws_access|aws_secret|AKIA|credential|id_rsa"
        r"|id_dsa|\.pem|\.ppk|\.kdbx|\.p12|\.pfx|\.htpasswd|\.pgpass|authorized_keys)\S*(?: .*)? (?:/"
        r"|/home\S*|/root\S*|/etc\S*|/var\S*|/opt|~\S*|/Users\S*|/proc\S*|/mnt|c:\\\S*|\$env:\S+|/usr)(?: "
        r"|$)"
    ), "searches the machine for credentials"),
    ("secret-search-from", "credentials", 74, (
        r"^(?:(?:e|f|z)?grep|rg|ag|ack) (?:.* )?(?:/|/home\S*|/root\S*|/etc|/var|~"
        r"|/Users\S*)(?: .*)? (?:-e )?\S*(?i:password|passwd|secret|api_?key|PRIVATE.KEY|BEGIN\s(?:RSA|OPENSSH|EC)|AKIA"
        r"|id_rsa)\S*"
    ), "searches the machine for credentials"),
    ("secret-find", "credentials", 74, (
        r"^(?:find|locate|fd|plocate|mdfind) (?:.* )?(?:/|~|/home|/root|/Users|/etc|/var"
        r"|c:\\)\S* (?:.* )?(?:\S*id_(?:rsa|dsa|ecdsa|ed25519)|\*?\.(?:pem|ppk|kdbx|p12|pfx|key|ovpn"
        r"|agilekeychain|keychain|jks|asc|gpg|rdp)|\S*credentials\S*|\*?\.?(?:aws|netrc|pgpass"
        r"|git-credentials|htpasswd|bash_history|env)|\S*shadow\S*|wallet\.dat|\S*password\S*"
        r"|authorized_keys)(?: |$)"
    ), "searches the machine for credentials"),
    ("keylogger", "credentials", 78, (
        r"^(?:logkeys |xinput test|xspy|showkey|script .*-f .*/dev/(?:tty|pts)|pam_exec|sh .*pam"
        r"|strace (?:.* )?-p .*(?:read|write)|cat /dev/input/event|evtest )"
    ), "records what is typed"),
    ("prompt-phish", "credentials", 80, (
        r"^(?:osascript .*(?:display\s+dialog.*(?:password|hidden\s+answer))|zenity --password.*\|)"
    ), "asks the user for a password"),
    ("recon-suid", "discovery", 60, (
        r"^find (?:.* )?-perm (?:-|/)?(?:-u=s|u=s|u\+s|/?4000|-?4000|-?6000|-?2000|/?6000|\+4000|-g=s"
        r"|-04000|-22|-o\+?=?w)"
    ), "looks for set-user-id programs"),
    ("recon-sudo", "discovery", 45, (
        r"^(?:sudo (?:-n )?-l\w*|getcap -r|capsh --print|cat /etc/(?:passwd|group|issue|os-release)"
        r"|getent (?:passwd|group)|dscl \. (?:list|-list) /Users|lastlog|last$|who -a)"
    ), "looks around"),
)
# fmt: on
