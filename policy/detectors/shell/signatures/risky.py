"""Signatures: administration that is risky but ordinary: recorded, never blocked by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("dd-device", "risky", 55, (
        r"^dd (?:.* )?of=/dev/(?:sd|[a-z_]*device|disk|usb)"
    ), "writes an image to a device"),
    ("mkfs", "risky", 55, r"^(?:mkfs(?:\.\w+)?|mke2fs) .*/dev/", "formats a device"),
    ("wipefs-tool", "risky", 55, (
        r"^(?:wipefs .*-(?:a|-all)|blkdiscard |sgdisk .*--zap-all|cryptsetup .*(?:luksFormat|erase)"
        r"|diskutil (?:erase|partition|secureErase|zeroDisk))"
    ), "erases a device"),
    ("shred", "risky", 50, r"^(?:shred|srm) ", "shreds files"),
    ("partition", "risky", 50, (
        r"^(?:fdisk|parted|sfdisk|cfdisk|gdisk) .*(?:mklabel|--delete| rm )"
    ), "changes partitions"),
    ("cloud-destroy", "risky", 60, (
        r"^(?:(?:terraform|tofu|terragrunt|pulumi) (?:.* )?destroy|aws ec2 terminate-instances"
        r"|aws s3 rm .*--recursive|kubectl delete |helm (?:uninstall|delete) |docker (?:system prune"
        r"|volume rm|volume prune|rmi)|podman system (?:prune|reset)|gcloud .* delete|az .* delete"
        r"|heroku apps:destroy|flyctl apps destroy|vagrant destroy|virsh (?:destroy|undefine))"
    ), "deletes resources"),
    ("docker-wipe", "risky", 60, (
        r"^(?:docker|podman) (?:rm|rmi|volume rm|kill|stop) (?:-\w+ )*\$\(\)$"
    ), "removes all containers"),
    ("git-force", "risky", 45, (
        r"^git (?:.* )?(?:push (?:.* )?(?:-f|--force|--mirror|--delete)(?: |$)|clean (?:.* )?-\w*f\w*"
        r"|reset --hard|filter-branch|branch -D|reflog expire|update-ref -d)"
    ), "rewrites or discards work"),
    ("shutdown", "risky", 50, (
        r"^(?:shutdown|reboot|halt|poweroff|init [06]|telinit [06]|systemctl (?:poweroff|reboot|halt|kexec"
        r"|emergency|rescue))\b"
    ), "stops the machine"),
    ("crontab-file", "risky", 55, r"^crontab (?:-u \S+ )?(?:-r|[^- ])", "changes the scheduled jobs"),
    ("rc-sed", "risky", 60, r"^sed (?:.* )?-i\S* .*<RC>(?: |$)", "edits a start-up file"),
    ("systemd-unit-tee", "risky", 62, (
        r"^(?:tee|cp|mv|ln|install) (?:.* )?(?:/etc/systemd/(?:system|user)/\S+"
        r"|<H>/\.config/(?:systemd/user|autostart)/\S+)"
    ), "adds a service"),
    ("setcap-any", "risky", 50, r"^setcap ", "gives a program capabilities"),
    ("user-add", "risky", 52, (
        r"^(?:useradd|adduser|dscl .*-create|sysadminctl -addUser|pw useradd) "
    ), "adds a user"),
    ("su-root", "risky", 45, (
        r"^(?:sudo (?:-i|-s|su\b.*|(?:/bin/)?(?:ba)?sh)$|su(?: -| root| -l)?$)"
    ), "becomes root"),
    ("sudo-stdin", "risky", 55, r"^sudo (?:.* )?-\w*S\w* ", "feeds a password to sudo"),
    ("dev-tcp-any", "risky", 45, r"^.*/dev/(?:tcp|udp)/", "opens a raw connection"),
    ("firewall-open", "risky", 60, (
        r"^(?:ip6?tables (?:.* )?(?:-D |-[AI] .*ACCEPT)|ufw (?:allow|default allow)|firewall-cmd .*--add-)"
    ), "opens the firewall"),
    ("trust-ca-file", "risky", 60, (
        r"^(?:trust anchor |(?:cp|install|tee|mv|curl|wget) .*(?:/usr/local/share/ca-certificates"
        r"|/etc/pki/ca-trust/source|/etc/ssl/certs)/\S*|update-ca-trust force)"
    ), "adds a trusted certificate"),
    ("quarantine", "risky", 62, r"^xattr (?:.* )?-[dc] ", "takes a file out of quarantine"),
    ("flush-one", "risky", 62, r"^redis-cli (?:.* )?(?i:flushdb)", "empties a database"),
    ("at-job", "risky", 45, r"^(?:at|batch)(?: |$)", "schedules a command"),
    ("clear-cache", "risky", 40, r"^(?:history -w|journalctl .*--vacuum)", "trims logs"),
)
# fmt: on
