"""Signatures: raised privileges and ways out of a container on Linux and macOS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("chmod-system", "privilege", 80, (
        r"^chmod (?:.* )?(?:[0-7]?[0-7]?[0-7][2367]|[ugoa]*\+[rwx]*w[rwx]*|[oa]=\S*w\S*|777"
        r"|666) (?:.* )?/etc/(?:passwd|shadow|sudoers\S*|group|gshadow|crontab|cron\S*|ssh\S*|pam\S*)"
    ), "opens a system file for writing"),
    ("chown-system", "privilege", 78, (
        r"^(?:chown|chgrp|setfacl) (?:.* )?/etc/(?:passwd|shadow|sudoers\S*)(?: |$)"
    ), "takes over a system file"),
    ("setuid", "privilege", 80, (
        r"^chmod (?:.* )?(?:(?:(?:u[goa]*|a)?\+[rwxt]*s\S*|[gu]*u[go]*=[rwx]*s[rwx]*)|0?[4-7][0-7]{3}) "
    ), "sets a set-user-id bit"),
    ("setuid-install", "privilege", 78, (
        r"^install (?:.* )?(?:-m ?|--mode=)(?:0?[4-7][0-7]{3}|\S*\+\S*s|=\S*s) "
    ), "sets a set-user-id bit"),
    ("setcap", "privilege", 80, (
        r"^setcap (?:.* )?\S*cap_(?:setuid|setgid|sys_admin|dac_override|dac_read_search|sys_ptrace"
        r"|sys_module|chown|fowner|sys_rawio)"
    ), "gives a program powers of root"),
    ("capsh-root", "privilege", 76, r"^capsh .*--(?:uid|gid)=0", "becomes root"),
    ("sudoers", "privilege", 88, (
        r"^(?:.* >{1,2}\|?/(?:private/)?etc/sudoers\S*|(?:tee|cp|mv|sed|install|dd|perl|ed"
        r"|ex) (?:.* )?(?:of=)?/(?:private/)?etc/sudoers\S*)"
    ), "changes who may become root"),
    ("nopasswd", "privilege", 84, (
        r"^(?:echo|printf|sed|cat|tee|grep)[^\n]*NOPASSWD[^\n]*(?:sudoers| >)"
    ), "changes who may become root"),
    ("root-user", "privilege", 86, (
        r"^(?:useradd|usermod|adduser) (?:.* )?(?:-o(?: .*)? -u ?0|-u ?0(?: .*)? -o|-ou ?0|-u 0|--uid[= ]0"
        r"|-g 0|-g root|--non-unique)(?: |$)"
    ), "makes a second root"),
    ("admin-group", "privilege", 76, (
        r"^(?:usermod|gpasswd|adduser|addgroup|useradd|dseditgroup|dscl|pw) (?:.* )?(?:sudo|wheel|root"
        r"|admin|adm|shadow|disk|lxd|libvirt)(?: |$)"
    ), "adds to an administrators' group"),
    ("mac-admin", "privilege", 80, (
        r"^(?:sysadminctl .*-addUser .*-admin|dscl .*(?:-append|-merge) /Groups/admin|dsenableroot)"
    ), "makes an administrator"),
    ("mac-root", "privilege", 82, r"^dscl .*UniqueID (?:0|\d{1,2})$", "makes a second root"),
    ("visudo-editor", "privilege", 84, (
        r"^=(?:.*=)?(?:EDITOR|VISUAL|SUDO_EDITOR)=.* (?:visudo|sudoedit|sudo)"
    ), "changes who may become root"),
    ("passwd-append", "privilege", 86, (
        r"^.* >>\|?/etc/(?:passwd|shadow|group|gshadow)(?: |$)"
    ), "adds an account"),
    ("passwd-edit", "privilege", 82, (
        r"^(?:(?:tee|cp|mv|ed|dd|ln|install|ex) (?:.* )?(?:of=)?/etc/(?:passwd|shadow|gshadow)(?: [<0-9]\S*)*$|(?:sed"
        r"|perl) (?:.* )?-\w*i\S* .*/etc/(?:passwd|shadow|gshadow)(?: |$))"
    ), "changes accounts"),
    ("passwd-root", "privilege", 72, (
        r"^(?:passwd (?:-\S+ )*(?:root(?: |$)|-d .*)|usermod (?:.* )?(?:-p|--password) )"
    ), "sets a password"),
    ("shell-suid", "privilege", 78, (
        r"^(?:ba|da|z|k|c)?sh (?:.* )?-p(?: |$)"
    ), "keeps the rights of a set-user-id program"),
    ("sudo-cve", "privilege", 84, (
        r"^(?:sudo (?:.* )?-u ?#-?(?:1|4294967295)|sudoedit -s .*\\|pkexec --version)"
    ), "exploits a flaw of sudo"),
    ("setuid-code", "privilege", 82, (
        r"^\S+ .*(?:os\.set(?:re|res)?uid\(0|os\.setgid\(0|posix_setuid\(0|POSIX::setuid\(0"
        r"|Process::Sys\.setuid\(0|Process::UID|setresuid\(0|process\.setuid\(0|syscall\.Setuid\(0"
        r"|setuid\(0\))"
    ), "becomes root in code"),
    ("polkit", "privilege", 78, (
        r"^(?:dbus-send .*(?:Accounts\.CreateUser|SetPassword)|.* >{1,2}/(?:etc|usr/share)/polkit-1/)"
    ), "goes around polkit"),
    ("mac-elevate", "privilege", 74, (
        r"^osascript .*with\s+administrator\s+privileges"
    ), "asks for an administrator's rights"),
    ("tcc", "privilege", 82, (
        r"^(?:sqlite3 .*TCC\.db|tccutil reset|cp .*TCC\.db|cat .*TCC\.db)"
    ), "changes privacy permissions"),
    ("own-system-file", "privilege", 60, (
        r"^(?:setfacl (?:.* )?-\w*m ?u:\S*:\w*w\w* /\S+|chown (?:\$\(\)|\$USER|\$\w+):?\S* /(?:etc|usr|bin|sbin|lib|boot|root|path)\S*)"
    ), "takes over a file"),
    ("immutable-off", "privilege", 74, (
        r"^chattr (?:.* )?-\w*[ia]\w* .*/etc/(?:passwd|shadow|sudoers|group|gshadow|ssh\S*)"
    ), "takes the protection off a system file"),
    ("hijack-sudo", "privilege", 78, (
        r"^=(?:.*=)?(?:LD_LIBRARY_PATH|PYTHONPATH|PERL5LIB|PATH)=\S*(?:/tmp|/dev/shm|/var/tmp)\S* (?:.* )?(?:sudo|doas|su|pkexec)$"
    ), "makes a program of root load a foreign library"),
    ("pager-escape", "privilege", 72, (
        r"^sudo (?:-\S+ )*(?:git (?:-p|--paginate) (?:help|diff|log|config)|git branch --help)"
    ), "opens a pager with the rights of root"),
    ("mount-root", "container-escape", 90, (
        r"^(?:docker|podman|nerdctl|ctr) .*(?:-v|--volume|--mount)[ =]?(?:\S*(?:source|src)=)?/(?::|,"
        r"|(?:etc|root|home|var|boot|proc|sys|dev|usr|var/run|run)?/?:)"
    ), "mounts the host into a container"),
    ("docker-sock", "container-escape", 82, (
        r"^(?:(?:curl|wget) .*(?:docker|containerd|crio|podman)\.sock.*(?:-X ?POST|-XPOST|-d |--data|/create|/exec|/start|/commit|/archive|/json)"
        r"|(?:curl|wget) .*(?:-X ?POST|-XPOST|-d |--data).*(?:docker|containerd|crio|podman)\.sock"
        r"|(?:nc|socat) .*(?:docker|containerd|crio|podman)\.sock)"
    ), "speaks to the container engine"),
    ("docker-sock-mount", "container-escape", 66, (
        r"^(?:docker|podman) .*(?:docker|containerd|crio)\.sock"
    ), "hands the container engine to a container"),
    ("privileged", "container-escape", 84, (
        r"^(?:docker|podman|nerdctl|kubectl|lxc|ctr|crictl) .*(?:--privileged(?: |=true|$)"
        r"|--cap-add[= ](?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|DAC_READ_SEARCH|SYS_RAWIO|all)"
        r"|--security-opt[= ]\S*(?:unconfined|disable)|--(?:pid|uts|ipc|userns)[= ]host"
        r"|security\.privileged=true|--device[= ]/dev/(?:sd|nvme|mem|kmsg)|hostPID|\"privileged\":\s?true)"
    ), "starts a container without walls"),
    ("nsenter", "container-escape", 90, (
        r"^nsenter (?:.* )?(?:-t ?1|--target[= ]1)(?: |$)"
    ), "enters the host's namespaces"),
    ("nsenter-mount", "container-escape", 86, (
        r"^nsenter (?:.* )?--mount=/(?:proc/1|host)"
    ), "enters the host's namespaces"),
    ("release-agent", "container-escape", 92, (
        r"^.*(?:release_agent|/proc/sys/kernel/core_pattern|kernel\.core_pattern|/proc/sys/kernel/modprobe"
        r"|notify_on_release|/sys/kernel/uevent_helper|/proc/1/root|binfmt_misc/register)"
    ), "makes the host's kernel run a program"),
    ("cgroup-mount", "container-escape", 88, r"^mount (?:.* )?-t ?cgroup", "mounts control groups"),
    ("host-mount", "container-escape", 84, (
        r"^(?:debugfs .*<DISK>|chroot (?:/host|/hostfs|/rootfs)|mount (?:.* )?<DISK>\S* (?:/host\S*|/mnt/host\S*)|mknod .* b \d+ )"
    ), "mounts the host's disk"),
    ("unshare-root", "container-escape", 72, (
        r"^unshare (?:.* )?-(?:\w*U\w*r\w*|\w*r\w*U\w*m?|-map-root-user)"
    ), "makes a namespace of its own root"),
    ("host-proc", "container-escape", 80, (
        r"^.*(?: |=|<|>)/proc/(?:1|\d+)/(?:root|cwd|mem|ns/(?:mnt|pid))(?:/| |$)"
    ), "reaches into another process"),
    ("lxc-root", "container-escape", 86, (
        r"^(?:lxc|incus) (?:config device add .*(?:source|path)=/|init .*security\.privileged)"
    ), "mounts the host into a container"),
)
# fmt: on
