"""Removal: what `rm`, `find -delete` and their kin are aimed at decides (T1485).

Deleting a build folder is daily work; deleting `/`, a home, a system folder or everything here is not. A target that
holds an unknown variable is judged as what is left when the variable is empty only if it was written to be so
(`"$X"/*` is LOW).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_REMOVERS: Final = frozenset({"rm", "unlink", "srm", "shred", "rmdir", "trash", "rimraf", "del"})
_HOME: Final = r"(?:~[\w-]{0,32}|\$\{?HOME\}?|/root|/home/[^/*]+|/home|/Users/[^/*]+|/Users)"
_EVERYTHING: Final = re.compile(
    r"(?:/+|/+\.?\*|/\[[^\]/]{1,16}\]\*|/+\.{1,2}/*|" + _HOME + r"/*(?:\.{1,2}/*|\.?\*|/\.\*|\.\[\^?[^\]]{0,4}\]\*)?"
    r"|/(?:etc|usr|bin|sbin|lib|lib32|lib64|boot|dev|opt|var|srv|sys|proc|run|mnt|media|private|System|Library|Applications|Volumes|host|data|snap|usr/lib|usr/bin"
    r"|usr/sbin|usr/local|usr/share|usr/local/bin|var/lib|var/www|etc/ssh|System/Library|Library/[^/]{1,40}|mnt/\w{1,16}|lib/modules)(?:/+\**)?|/\?\?\?\S{0,3}|/c/|C:[\\/]*\**)",
)  # fmt: skip
_PERSONAL: Final = re.compile(
    _HOME
    + r"/(?:\.ssh|\.gnupg|\.aws|\.kube|\.config|Documents|Desktop|Downloads|Pictures|Library|\.mozilla|\.git)(?:/+\**)?"
)
_SYSTEM_FILE: Final = re.compile(
    r"/etc/(?:passwd|shadow|group|sudoers|fstab|hosts|resolv\.conf|crontab|ssh/sshd_config|nsswitch\.conf|os-release)|/boot/\S{1,80}|/dev/(?:[shv]d[a-z]|null|zero|random)"
    r"|/(?:usr/)?s?bin/[\w.-]{1,32}|/(?:usr/)?lib(?:64)?/(?:x86_64-linux-gnu/)?lib[\w.+-]{1,40}|/var/lib/(?:dpkg|mysql|postgresql\S*|docker|rpm|etcd)/?\**|/vmlinuz\S{0,20}|/lib/systemd/?\**"
)
_HERE: Final = re.compile(
    r"(?:\./?|\.\./?(?:\.\./?){0,8}|(?:\./|(?:\.\./){1,8})?\.?\*|\.\[\^?[^\]]{0,4}\]\*|\$\{?PWD\}?/?\*?)"
)
_UNKNOWN: Final = re.compile(r"\$\{?\w{1,64}\}?/\*?")
_FILTERS: Final = frozenset(
    { "-name", "-iname", "-path", "-ipath", "-wholename", "-regex", "-iregex", "-mtime", "-mmin", "-atime",
    "-amin", "-ctime", "-cmin",
     "-newer", "-size", "-empty", "-user", "-group", "-perm", "-inum", "-nouser", "-nogroup", "-uid", "-gid", "-lname", "-samefile",
     "-links", "-xtype"}
)  # fmt: skip
_DELETES: Final = frozenset({"rm", "shred", "unlink", "srm", "truncate", "dd"})


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what is removed."""
    has_moved = is_at_root = False
    has_forced = any(
        command.name == "git" and {"--force", "-f", "--mirror"} & set(command.argv)
        for command in reading.commands
    )
    for command in reading.commands:
        if command.name in {"cd", "pushd"} and command.argv[1:]:
            is_at_root = _EVERYTHING.fullmatch(command.argv[-1]) is not None
            has_moved = not is_at_root
        if is_at_root and command.name == "rm" and any(_HERE.fullmatch(word) for word in command.argv[1:]):
            yield Hit("destructive", 90, "rm-root", "removes the root, a home or a system folder", command)
        elif command.name in _REMOVERS:
            yield from _remove(command, has_moved=has_moved)
            if (
                command.name == "rm"
                and command.prefixes[-1:] == ("xargs",)
                and any(map(_lists_all, command.piped))
            ):
                yield Hit("destructive", 90, "rm-listed", "removes all that is listed", command)
            if has_forced and command.argv[-1].rstrip("/") == ".git":
                yield Hit(
                    "destructive", 74, "history-lost", "removes a repository's history everywhere", command
                )
        elif command.name in {"find", "fd"}:
            yield from _find(command)
        elif command.name in {"rsync", "robocopy"} and _is_emptying(command):
            yield Hit(
                "destructive", 78, "sync-delete", "empties a folder by copying nothing into it", command
            )


def _lists_all(source: Command) -> bool:
    """True for `find /` and `ls /*` with nothing that picks."""
    if source.name not in {"find", "ls", "fd"} or _FILTERS & set(source.argv):
        return False
    return any(_EVERYTHING.fullmatch(word) for word in source.argv[1:] if word[:1] != "-")


def _remove(command: Command, *, has_moved: bool) -> Iterator[Hit]:
    options = [word for word in command.argv[1:] if word[:1] == "-"]
    targets = [re.sub(r"/{2,}", "/", word) for word in command.argv[1:] if word[:1] != "-"]
    if command.name == "rm" and "--no-preserve-root" in options:
        yield Hit("destructive", 95, "rm-no-preserve-root", "removes the root folder", command)
    is_recursive = command.name != "rm" or any(
        option == "--recursive" or (option[1:2] != "-" and ("r" in option or "R" in option))
        for option in options
    )
    for target in targets:
        hit = _judge(command, target, is_recursive=is_recursive, has_moved=has_moved)
        if hit is not None:
            yield hit
            return


def _judge(command: Command, target: str, *, is_recursive: bool, has_moved: bool) -> Hit | None:
    if _EVERYTHING.fullmatch(target) and (is_recursive or "*" in target):
        return Hit("destructive", 93, "rm-root", "removes the root, a home or a system folder", command)
    if _SYSTEM_FILE.fullmatch(target):
        return Hit("destructive", 82, "rm-system-file", "removes a system file", command)
    is_here = _HERE.fullmatch(target) is not None
    if is_recursive:
        return _judge_folder(command, target, is_here=is_here, has_moved=has_moved)
    return (
        Hit("risky", 42, "rm-here", "removes all files here", command) if is_here and "*" in target else None
    )


def _judge_folder(command: Command, target: str, *, is_here: bool, has_moved: bool) -> Hit | None:
    if _PERSONAL.fullmatch(target):
        return Hit("destructive", 76, "rm-personal", "removes personal files", command)
    if is_here:
        severity = 50 if has_moved or command.is_remote or target == "./*" else 73
        return Hit("destructive", severity, "rm-here", "removes everything here", command)
    if target.rstrip("/").endswith(".git"):
        return Hit("destructive", 55, "rm-repository", "removes a repository's history", command)
    if _UNKNOWN.fullmatch(target):
        return Hit("risky", 42, "rm-unknown", "removes a folder whose name is not known here", command)
    return None


def _find(command: Command) -> Iterator[Hit]:
    words = command.argv[1:]
    deletes = "-delete" in words or any(
        word in {"-exec", "-execdir", "-ok", "-x", "-X", "--exec"} and set(words[at + 1 : at + 4]) & _DELETES
        for at, word in enumerate(words)
    )
    if not deletes or _FILTERS & set(words):
        return
    roots = []
    for word in words:
        if word[:1] in {"-", "(", "!"}:
            break
        roots.append(word)
    if any(_EVERYTHING.fullmatch(root) or _PERSONAL.fullmatch(root) for root in roots):
        yield Hit(
            "destructive", 90, "find-delete", "deletes everything below a system or home folder", command
        )
    else:
        yield Hit("risky", 52, "find-delete-here", "deletes everything below a folder", command)


def _is_emptying(command: Command) -> bool:
    words = command.argv[1:]
    if command.name == "robocopy":
        return (
            any(word.lower() in {"/mir", "/purge"} for word in words) and "empty" in " ".join(words).lower()
        )
    return any(word.startswith("--delete") for word in words) and any(
        _EVERYTHING.fullmatch(word.rstrip("/") or "/") for word in words[-1:]
    )
