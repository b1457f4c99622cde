"""Signatures: destruction and denial of service on Linux, macOS and in the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("dd-wipe", "destructive", 92, (
        r"^dd (?:.* )?(?:if=/dev/(?:zero|u?random|null)(?: .*)? of=<DISK>|of=<DISK>\S*(?: .*)? if=/dev/(?:zero|u?random|null))"
    ), "overwrites a disk"),
    ("dd-disk", "destructive", 88, (
        r"^dd (?:.* )?of=/dev/(?:r?disk0|[shv]da|xvda|nvme0|mmcblk0|mapper/|md\d|dm-\d)"
    ), "overwrites the first disk"),
    ("dd-blind", "destructive", 80, r"^dd of=<DISK>\S*(?: bs=\S+| count=\S+| conv=\S+)*$", "overwrites a disk"),
    ("mkfs-disk", "destructive", 88, (
        r"^(?:mkfs(?:\.\w+)?|mke2fs|newfs\w*|mkdosfs) .*(?:/dev/(?:r?disk0|[shv]da\d?|xvda\d?|nvme\dn\dp?\d?|mmcblk0\w*"
        r"|mapper/\S+|md\d+|dm-\d+|[shv]d[b-z])(?: |$))|^mkswap (?:.* )?/dev/[shv]d[a-z](?: |$)"
    ), "formats a disk"),
    ("disk-redirect", "destructive", 92, (
        r"^.* >{1,2}\|?(?:<DISK>|/dev/(?:k?mem|port)\b)"
    ), "writes over a disk"),
    ("disk-tee", "destructive", 90, (
        r"^(?:tee|cp|install|cat|pv) (?:.* )?(?:if=)?[^ ]* ?<DISK>$"
    ), "writes over a disk"),
    ("wipefs", "destructive", 88, (
        r"^(?:wipefs (?:.* )?-(?:a|-all|f|af|fa)\b.*|blkdiscard .*|sgdisk .*(?:-Z|--zap-all|-o).*"
        r"|hdparm .*--security-erase.*|nvme format .*|scrub .*|badblocks .*-w.*)<DISK>"
    ), "erases a disk"),
    ("shred-device", "destructive", 88, (
        r"^(?:shred|srm|wipe|sdelete) (?:.* )?(?:<DISK>|/etc|/home|/root|/var|/usr|/boot|~/?\*?(?: |$)"
        r"|/(?: |$)|/\*)"
    ), "shreds a disk or system files"),
    ("to-null", "destructive", 82, r"^mv .* /dev/null$", "moves files into nothing"),
    ("system-overwrite", "destructive", 82, (
        r"^.* >\|?/(?:etc/(?:passwd|shadow|group|gshadow|fstab|hosts|sudoers|ssh/sshd_config|resolv\.conf"
        r"|crontab)|boot/\S+|bin/\S+|sbin/\S+|usr/s?bin/\S+|lib\d*/\S+)(?: |$)"
    ), "overwrites a system file"),
    ("system-truncate", "destructive", 82, (
        r"^(?:truncate|shred|fallocate) .*/etc/(?:passwd|shadow|group|fstab|sudoers)"
    ), "empties a system file"),
    ("chmod-root", "destructive", 86, (
        r"^(?:chmod|chown|chgrp|chattr|setfacl) (?:.* )?(?:-[a-zA-Z]*R[a-zA-Z]*|--recursive) .*(?: "
        r"|=)/(?:etc|usr|bin|sbin|lib|lib64|var|boot|home|root|dev|opt|\*)?/?\*?(?: |$)"
    ), "changes the permissions of the whole system"),
    ("database-wipe", "destructive", 74, (
        r"^(?:redis-cli (?:.* )?(?i:flushall)|mongo(?:sh)? .*dropDatabase|dropdb (?:.* )?[^ -]"
        r"|mysqladmin (?:.* )?drop|influx .*delete|etcdctl del .*--prefix|nodetool .*drop)"
    ), "drops a database"),
    ("files-encrypt", "destructive", 76, (
        r"^(?:openssl enc .*|gpg .*(?:-c|--symmetric|--encrypt).*|zip .*(?:-P|-e|--password) .*"
        r"|7z a .*-p.*|ccrypt .*)[^\n]*(?: /(?:home|etc|var|root|srv|data)?/?\*| ~/\S*\*| /(?:home|root"
        r"|srv)(?: |$)|\{\}$)"
    ), "encrypts files of others"),
    ("sysrq", "denial-of-service", 88, (
        r"^(?:echo|printf|tee).* >{0,2}/proc/sys(?:rq-trigger|/kernel/sysrq)"
    ), "crashes or resets the machine"),
    ("kill-all", "denial-of-service", 82, (
        r"^(?:kill (?:-\S+ )*(?:-1|-- -1)$|kill -(?:9|KILL) (?:.* )?(?:-1|1)$|killall5"
        r"|pkill (?:-\S+ )*(?:-u root|-f \.|-u 0)|skill -9 -u)"
    ), "kills every process"),
    ("fill-disk", "denial-of-service", 76, (
        r"^(?:fallocate .*-l ?[\d.]+(?:T|[5-9]\d{2,}G|\d{4,}G)|yes (?:.* )?>{1,2}(?:[^/ ]|/[^d])"
        r"|cat (?:.* )?/dev/(?:zero|urandom) >{1,2}(?:[^/ ]|/[^d]))"
    ), "fills the disk"),
    ("stress", "denial-of-service", 72, (
        r"^(?:stress|stress-ng) (?:.* )?(?:--cpu|-c|--vm|-m|--hdd|-d|--all) ?\d{3,}"
    ), "exhausts the machine"),
    ("flood", "denial-of-service", 78, (
        r"^(?:hping3? .*--flood|slowloris|goldeneye|hulk|ab .*-n ?\d{7,}|siege .*-c ?\d{4,}|t50 )"
    ), "floods a machine"),
    ("diskutil", "destructive", 86, (
        r"^diskutil (?:.* )?(?:erase\S+|zeroDisk|secureErase|partitionDisk|randomDisk) .*disk\d"
    ), "erases a disk"),
    ("busy-loop", "denial-of-service", 60, r"^yes(?: \S+)? >/dev/null$", "keeps a processor busy"),
)
# fmt: on
