"""Signatures of destruction, denial of service, persistence and privilege on Linux and macOS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    # Disks.
    ("dd-wipe", "destructive", 92, r"^dd (?:.* )?of=<DISK>.*", "overwrites a disk"),
    ("dd-device", "risky", 55, r"^dd (?:.* )?of=/dev/(?:sd|[a-z_]*device|disk|usb)", "writes an image to a device"),
    ("mkfs-disk", "destructive", 88, r"^(?:mkfs(?:\.\w+)?|mke2fs|mkswap|newfs\w*|mkdosfs) .*<DISK>", "formats a disk"),
    ("mkfs", "risky", 55, r"^(?:mkfs(?:\.\w+)?|mke2fs) .*/dev/", "formats a device"),
    ("disk-redirect", "destructive", 92, r"^[^=].* >{1,2}\|?<DISK>", "writes over a disk"),
    ("disk-tee", "destructive", 90, r"^(?:tee|cp|install|cat|pv) (?:.* )?(?:if=)?[^ ]* ?<DISK>$", "writes over a disk"),
    ("wipefs", "destructive", 88, r"^(?:wipefs (?:.* )?-(?:a|-all|f|af|fa)\b.*|blkdiscard .*|sgdisk .*(?:-Z|--zap-all|-o).*|hdparm .*--security-erase.*|nvme format .*|scrub .*|badblocks .*-w.*)<DISK>", "erases a disk"),
    ("wipefs-tool", "risky", 55, r"^(?:wipefs .*-(?:a|-all)|blkdiscard |sgdisk .*--zap-all|cryptsetup .*(?:luksFormat|erase)|diskutil (?:erase|partition|secureErase|zeroDisk))", "erases a device"),
    ("shred-device", "destructive", 88, r"^(?:shred|srm|wipe|sdelete) (?:.* )?(?:<DISK>|/etc|/home|/root|/var|/usr|/boot|~/?\*?(?: |$)|/(?: |$)|/\*)", "shreds a disk or system files"),
    ("shred", "risky", 50, r"^(?:shred|srm) ", "shreds files"),
    ("partition", "risky", 50, r"^(?:fdisk|parted|sfdisk|cfdisk|gdisk) .*(?:mklabel|--delete| rm )", "changes partitions"),
    ("to-null", "destructive", 82, r"^mv .* /dev/null$", "moves files into nothing"),
    ("system-overwrite", "destructive", 82, r"^(?:[^=].*)? >\|?/(?:etc/(?:passwd|shadow|group|gshadow|fstab|hosts|sudoers|ssh/sshd_config|resolv\.conf|crontab)|boot/\S+|bin/\S+|sbin/\S+|usr/s?bin/\S+|lib\d*/\S+)(?: |$)", "overwrites a system file"),
    ("system-truncate", "destructive", 82, r"^(?:truncate|shred|fallocate) .*/etc/(?:passwd|shadow|group|fstab|sudoers)", "empties a system file"),
    ("chmod-root", "destructive", 86, r"^(?:chmod|chown|chgrp|chattr|setfacl) (?:.* )?(?:-[a-zA-Z]*R[a-zA-Z]*|--recursive) .*(?: |=)/(?:etc|usr|bin|sbin|lib|lib64|var|boot|home|root|dev|opt|\*)?/?\*?(?: |$)", "changes the permissions of the whole system"),
    ("chmod-system", "privilege", 80, r"^chmod (?:.* )?(?:[0-7]?[0-7]?[0-7][2367]|[ugoa]*\+[rwx]*w[rwx]*|[oa]=\S*w\S*|777|666) (?:.* )?/etc/(?:passwd|shadow|sudoers\S*|group|gshadow|crontab|cron\S*|ssh\S*|pam\S*)", "opens a system file for writing"),
    ("chmod-shadow", "credentials", 78, r"^chmod (?:.* )?[^ ]+ /etc/(?:shadow|gshadow|sudoers|master\.passwd)(?: |$)", "opens the password file"),
    ("chown-system", "privilege", 78, r"^(?:chown|chgrp|setfacl) (?:.* )?/etc/(?:passwd|shadow|sudoers\S*)(?: |$)", "takes over a system file"),
    ("cloud-delete", "destructive", 74, r"^(?:aws s3 rb .*--force|aws s3 rm (?:.* )?s3://[^/ ]+/? (?:.* )?--recursive|aws s3 rm (?:.* )?--recursive s3://[^/ ]+/?(?: |$)|aws (?:rds delete-db-instance .*--skip-final|dynamodb delete-table|iam delete-user|kms schedule-key-deletion|backup delete|cloudtrail delete)|gcloud projects delete|gcloud .*delete .*(?:-q|--quiet)|az group delete .*(?:-y|--yes)|kubectl delete .*(?:--all(?: |$)|namespaces? kube-system)|helm uninstall .*--all|terraform destroy .*-auto-approve.*-target=\*|doctl .*delete .*--force)", "deletes cloud resources"),
    ("cloud-destroy", "risky", 60, r"^(?:(?:terraform|tofu|terragrunt|pulumi) (?:.* )?destroy|aws ec2 terminate-instances|aws s3 rm .*--recursive|kubectl delete |helm (?:uninstall|delete) |docker (?:system prune|volume rm|volume prune|rmi)|podman system (?:prune|reset)|gcloud .* delete|az .* delete|heroku apps:destroy|flyctl apps destroy|vagrant destroy|virsh (?:destroy|undefine))", "deletes resources"),
    ("docker-wipe", "destructive", 72, r"^(?:docker|podman) (?:rm|rmi|volume rm|kill|stop) (?:-\w+ )*\$\(\)$", "removes all containers"),
    ("git-force", "risky", 45, r"^git (?:.* )?(?:push (?:.* )?(?:-f|--force|--mirror|--delete)(?: |$)|clean (?:.* )?-\w*f\w*|reset --hard|filter-branch|branch -D|reflog expire|update-ref -d)", "rewrites or discards work"),
    ("database-wipe", "destructive", 74, r"^(?:redis-cli (?:.* )?(?i:flushall|flushdb)|mongo(?:sh)? .*dropDatabase|dropdb (?:.* )?[^ -]|mysqladmin (?:.* )?drop|influx .*delete|etcdctl del .*--prefix|nodetool .*drop)", "drops a database"),
    ("files-encrypt", "destructive", 76, r"^(?:openssl enc .*|gpg .*(?:-c|--symmetric|--encrypt).*|zip .*(?:-P|-e|--password) .*|7z a .*-p.*|ccrypt .*)[^\n]*(?: /(?:home|etc|var|root|srv|data)?/?\*| ~/?\*| /(?:home|root|srv)(?: |$)|\{\}$)", "encrypts files of others"),
    # Denial of service.
    ("sysrq", "denial-of-service", 88, r"^(?:echo|printf|tee).* >{0,2}/proc/sys(?:rq-trigger|/kernel/sysrq)", "crashes or resets the machine"),
    ("kill-all", "denial-of-service", 82, r"^(?:kill (?:-\S+ )*(?:-1|-- -1)$|kill -(?:9|KILL) (?:.* )?(?:-1|1)$|killall5|pkill (?:-\S+ )*(?:-u root|-f \.|-u 0)|skill -9 -u)", "kills every process"),
    ("shutdown", "risky", 50, r"^(?:shutdown|reboot|halt|poweroff|init [06]|telinit [06]|systemctl (?:poweroff|reboot|halt|kexec|emergency|rescue))\b", "stops the machine"),
    ("fill-disk", "denial-of-service", 76, r"^(?:fallocate .*-l ?[\d.]+(?:T|[5-9]\d{2,}G|\d{4,}G)|yes (?:.* )?>{1,2}(?:[^/ ]|/[^d])|cat (?:.* )?/dev/(?:zero|urandom) >{1,2}(?:[^/ ]|/[^d]))", "fills the disk"),
    ("stress", "denial-of-service", 72, r"^(?:stress|stress-ng) (?:.* )?(?:--cpu|-c|--vm|-m|--hdd|-d|--all) ?\d{3,}", "exhausts the machine"),
    ("flood", "denial-of-service", 78, r"^(?:hping3? .*--flood|slowloris|goldeneye|hulk|ab .*-n ?\d{7,}|siege .*-c ?\d{4,}|t50 )", "floods a machine"),
    # Persistence.
    ("cron-write", "persistence", 80, r"^(?:[^=].*)? >{1,2}\|?(?:/etc/cron\S*|/var/spool/cron\S*|/etc/at\.\S*|/usr/lib/cron/tabs\S*|/private/var/at/\S*|/etc/anacrontab)", "adds a scheduled job"),
    ("cron-edit", "persistence", 78, r"^(?:tee|cp|mv|ln|install|sed|touch) (?:.* )?(?:/etc/cron\S*|/var/spool/cron\S*|/usr/lib/cron/tabs\S*)", "adds a scheduled job"),
    ("crontab-stdin", "persistence", 72, r"^crontab (?:-u \S+ )?(?:-$|-(?: |$)|/dev/stdin|/dev/fd|/tmp/\S+|/var/tmp|/dev/shm)", "replaces the scheduled jobs"),
    ("crontab-file", "risky", 55, r"^crontab (?:-u \S+ )?(?:-r|[^- ])", "changes the scheduled jobs"),
    ("rc-append", "persistence", 78, r"^(?:[^=].*)? >{1,2}\|?(?:/etc/(?:profile\S*|bash\.bashrc|bashrc|zshrc|zsh/\S+|zprofile|zshenv|environment|rc\.local|rc\.d/\S+|init\.d/\S+|inittab|rc\.common|ld\.so\.preload|ld\.so\.conf\S*|pam\.d/\S+|update-motd\.d/\S+|apt/apt\.conf\.d/\S+|xdg/autostart/\S+|launchd\.conf|emond\.d/\S+|periodic/\S+|udev/rules\.d/\S+|modules-load\.d/\S+|NetworkManager/dispatcher\.d/\S+))", "adds to a start-up file"),
    ("rc-tee", "persistence", 78, r"^(?:tee|install|cp|mv|sed) (?:.* )?(?:/etc/(?:rc\.local|init\.d/\S+|inittab|ld\.so\.preload|pam\.d/\S+|update-motd\.d/\S+|profile\.d/\S+|profile|rc\.common|emond\.d/\S+|udev/rules\.d/\S+|xdg/autostart/\S+))", "writes a start-up file"),
    ("rc-sed", "risky", 60, r"^sed (?:.* )?-i\S* .*<RC>(?: |$)", "edits a start-up file"),
    ("authorized-keys", "persistence", 86, r"^(?:[^=].*)? >{1,2}\|?\S*(?:authorized_keys2?|\.rhosts|hosts\.equiv|\.shosts)(?: |$)", "adds a key that may log in"),
    ("authorized-keys-write", "persistence", 84, r"^(?:tee|cp|mv|ln|install|sed|dd|scp|curl|wget|rsync|vi|vim|nano|ed) (?:.* )?(?:of=)?\S*(?:authorized_keys2?|\.rhosts)(?: |$)", "adds a key that may log in"),
    ("systemd-unit", "persistence", 76, r"^(?:[^=].*)? >{1,2}\|?(?:/etc/systemd/(?:system|user)/\S+|/(?:usr/)?lib/systemd/system\S*/\S+|/run/systemd/\S+|<H>/\.config/(?:systemd/user|autostart)/\S+|<H>/\.local/share/systemd/\S+)", "adds a service"),
    ("systemd-unit-tee", "risky", 62, r"^(?:tee|cp|mv|ln|install) (?:.* )?(?:/etc/systemd/(?:system|user)/\S+|<H>/\.config/(?:systemd/user|autostart)/\S+)", "adds a service"),
    ("launchd", "persistence", 80, r"^(?:(?:tee|cp|mv|ln|install|plutil|defaults write|touch|PlistBuddy) .*|(?:[^=].*)? >{1,2})(?:/Library|~/Library|/Users/[^/ ]+/Library|/System/Library)/(?:LaunchAgents|LaunchDaemons|StartupItems)", "adds a launch agent"),
    ("launchctl-load", "persistence", 74, r"^launchctl (?:load|bootstrap|submit|setenv|asuser|enable) .*", "starts a launch agent"),
    ("login-item", "persistence", 78, r"^(?:osascript .*(?:login\s?item|System\tEvents.*login)|defaults write (?:.*loginwindow (?:LoginHook|LogoutHook)|.*loginitems))", "adds a login item"),
    ("git-hook", "persistence", 74, r"^(?:git config .*(?:core\.(?:hookspath|fsmonitor|sshcommand|pager|editor|gitproxy|askpass)|(?:filter|diff|merge)\.\S+\.(?:clean|smudge|command|textconv|driver|process)|alias\.\S+ '?!|credential\.helper \S*!)[^\n]*(?:sh\b|curl|wget|nc\b|/tmp|python|perl|base64)|(?:[^=].*)? >{1,2}\S*\.git/hooks/)", "plants code that git runs"),
    ("ld-preload", "library-load", 82, r"^=(?:.*=)?(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)=\S*(?:/tmp|/dev/shm|/var/tmp|~|\./|/path|/home|\.so|\.dylib)", "makes programs load a foreign library"),
    ("ld-preload-export", "library-load", 80, r"^(?:export|declare|set|setenv|env|launchctl setenv) (?:.* )?(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)[= ]\S*\.(?:so|dylib)", "makes programs load a foreign library"),
    ("kernel-module", "persistence", 80, r"^(?:insmod .*|modprobe (?:-\S+ )*(?:/|\./)\S+|kextload .*|kmutil load .*)", "loads a kernel module"),
    # Privilege.
    ("setuid", "privilege", 80, r"^chmod (?:.* )?(?:(?:[ugoa]*\+[rwxt]*s\S*|[ug]=[rwx]*s[rwx]*)|0?[4-7][0-7]{3}) ", "sets a set-user-id bit"),
    ("setuid-install", "privilege", 78, r"^install (?:.* )?(?:-m ?|--mode=)(?:0?[4-7][0-7]{3}|\S*\+\S*s) ", "sets a set-user-id bit"),
    ("setcap", "privilege", 80, r"^setcap (?:.* )?\S*cap_(?:setuid|setgid|sys_admin|dac_override|dac_read_search|sys_ptrace|sys_module|chown|fowner|sys_rawio)", "gives a program powers of root"),
    ("setcap-any", "risky", 50, r"^setcap ", "gives a program capabilities"),
    ("sudoers", "privilege", 88, r"^(?:(?:[^=].*)? >{1,2}\|?/(?:private/)?etc/sudoers\S*|(?:tee|cp|mv|sed|install|dd|perl|ed|ex) (?:.* )?(?:of=)?/(?:private/)?etc/sudoers\S*)", "changes who may become root"),
    ("nopasswd", "privilege", 84, r"^(?:echo|printf|sed|cat|tee|grep)[^\n]*NOPASSWD[^\n]*(?:sudoers| >)", "changes who may become root"),
    ("root-user", "privilege", 86, r"^(?:useradd|usermod|adduser) (?:.* )?(?:-o(?: .*)? -u ?0|-u ?0(?: .*)? -o|-ou ?0|-u 0|--uid[= ]0|-g 0|-g root|--non-unique)(?: |$)", "makes a second root"),
    ("admin-group", "privilege", 76, r"^(?:usermod|gpasswd|adduser|addgroup|useradd|dseditgroup|dscl|pw) (?:.* )?(?:sudo|wheel|root|admin|adm|shadow|disk|lxd|libvirt)(?: |$)", "adds to an administrators' group"),
    ("user-add", "risky", 52, r"^(?:useradd|adduser|dscl .*-create|sysadminctl -addUser|pw useradd) ", "adds a user"),
    ("mac-admin", "privilege", 80, r"^(?:sysadminctl .*-addUser .*-admin|dscl .*(?:-append|-merge) /Groups/admin|dsenableroot)", "makes an administrator"),
    ("passwd-append", "privilege", 86, r"^(?:[^=].*)? >>\|?/etc/(?:passwd|shadow|group|gshadow)(?: |$)", "adds an account"),
    ("passwd-edit", "privilege", 82, r"^(?:(?:tee|cp|mv|ed|dd|ln|install|ex) (?:.* )?(?:of=)?/etc/(?:passwd|shadow|gshadow)$|(?:sed|perl) (?:.* )?-\w*i\S* .*/etc/(?:passwd|shadow|gshadow)(?: |$))", "changes accounts"),
    ("passwd-root", "privilege", 74, r"^(?:chpasswd(?: |$)|passwd (?:-\S+ )*(?:root|--stdin.*|-d .*)|usermod (?:.* )?(?:-p|--password) )", "sets a password"),
    ("shell-suid", "privilege", 78, r"^(?:ba|da|z|k|c)?sh (?:.* )?-p(?: |$)", "keeps the rights of a set-user-id program"),
    ("su-root", "risky", 45, r"^(?:sudo (?:-i|-s|su\b.*|(?:/bin/)?(?:ba)?sh)$|su(?: -| root| -l)?$)", "becomes root"),
    ("sudo-stdin", "privilege", 72, r"^sudo (?:.* )?-\w*S\w* ", "feeds a password to sudo"),
    ("sudo-cve", "privilege", 84, r"^(?:sudo (?:.* )?-u ?#-?(?:1|4294967295)|sudoedit -s .*\\|pkexec --version)", "exploits a flaw of sudo"),
    ("setuid-code", "privilege", 82, r"^\S+ .*(?:os\.set(?:re|res)?uid\(0|os\.setgid\(0|posix_setuid\(0|POSIX::setuid\(0|Process::Sys\.setuid\(0|Process::UID|setresuid\(0|process\.setuid\(0|syscall\.Setuid\(0|setuid\(0\))", "becomes root in code"),
    ("polkit", "privilege", 78, r"^(?:dbus-send .*(?:Accounts\.CreateUser|SetPassword)|(?:[^=].*)? >{1,2}/(?:etc|usr/share)/polkit-1/)", "goes around polkit"),
    ("mac-elevate", "privilege", 74, r"^osascript .*with\s+administrator\s+privileges", "asks for an administrator's rights"),
    ("tcc", "privilege", 82, r"^(?:sqlite3 .*TCC\.db|tccutil reset|cp .*TCC\.db|cat .*TCC\.db)", "changes privacy permissions"),
)
# fmt: on
