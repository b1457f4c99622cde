"""Breaking out: a program that has no business with shells is made to start one (T1059, T1202; GTFOBins).

A shell's path among the arguments of a program outside the list of those that take one. Also fork bombs and programs that were told to run a command by an option (`tar --checkpoint-action`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.programs import SHELLS
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_SHELL_WORD: Final = re.compile(
    r"(?:[^\n]{0,400}[\s=:!|,'\"`({;@-]|-\w|(?:\.\./){0,8}\.\.)?(?:/usr)?/bin/(?:ba|da|z|k|c|tc|a|fi)?sh(?:\s{1,3}-[a-z]{1,3})?(?:\s{0,3}[0-2]?[<>]{1,2}&?\s?[0-2&]\S{0,3}){0,3}(?:['\"`)};,\]\s][^\n]{0,400}|\|)?|!{1,2}\s?(?:ba|da|z)?sh|:!?shell",
    re.DOTALL,
)
_SPEAKS: Final = frozenset(
    {
        "echo",
        "printf",
        "cat",
        "tee",
        "grep",
        "egrep",
        "rg",
        "git",
        "gh",
        "sed",
        "export",
        "alias",
        "set",
        "test",
        "[",
        "[[",
        "=",
        "diff",
    }
)
"""Their arguments are text."""
_TAKES_SHELL: Final = frozenset(
    {"ls", "which", "file", "chsh", "useradd", "usermod", "adduser", "stat", "readlink", "ldd", "docker", "podman", "kubectl", "oc", "ssh", "sudo",
     "md5sum", "sha256sum", "dpkg", "rpm", "apt-file", "update-alternatives", "type", "whereis", "head",
     "strings", "realpath", "command", "exec", "su", "doas",
     "chmod", "chown", "man", "apropos", "env", "less", "more", "docker-compose", "ssh-copy-id", "lxc",
     "lxc-attach", "systemd-nspawn", "machinectl", "wsl",
     "login", "nix", "cp", "ln", "mv", "rm", "time", "dscl", "tput", "objdump", "readelf", "nm", "hexdump",
     "xxd", "od", "sysadminctl", "pw", "luseradd",
     "userdbctl", "homectl", "arch-chroot", "schroot", "chroot", "pct", "vagrant", "gcloud", "fly",
     "flyctl", "heroku", "aws", "az", "nomad", "toolbox",
     "distrobox", "jexec"}
)  # fmt: skip
"""May be given the path of a shell."""
_PLANTED: Final = re.compile(
    r"(?<![#!])(?<!\\!)(?<!usr)/bin/(?:ba|da|z|k)?sh(?:\s{1,3}-[ip])?\s{0,3}(?:(?:[0-2]?[<>]&?\s?(?:[0-2&]|/dev/tty|\$\((?:tty)?\)))|[\"')};,\]]|\\n|\n|$)"
)
"""A shell that is started bare, inside text that is written for another program; a first line `#!/bin/sh` is not."""
_KEEPS_TEXT: Final = frozenset(
    {
        "tee",
        "cat",
        "grep",
        "wc",
        "head",
        "tail",
        "sort",
        "docker",
        "podman",
        "kubectl",
        "git",
        "diff",
        "jq",
        "less",
        "xclip",
        "pbcopy",
        "sed",
        "tr",
    }
)
_RUNS_BY_OPTION: Final = re.compile(
    r"--checkpoint-action=exec|--to-command=?|--use-compress-program=\S*sh|--rsh=\S*sh|-I ?(?:/bin/)?sh|--unzip-command|--rsync-path=\S*sh|--pre-invoke|--post-file-hook"
    r"|APT::Update::(?:Pre|Post)-Invoke|Dpkg::Pre-Invoke|--eval=\$\(shell|core\.pager=|core\.sshCommand=\S*(?:sh|curl|nc|/tmp)|protocol\.ext\.allow|ext::sh|--upload-pack=\S*[;`$]|--exec=!|--script-security|--plugin-dir|--shell-command|--diff-cmd|--ssh-command=\S*sh|ProxyCommand=;|--preload|-oProxyCommand|--compress-program[= ](?:/bin/)?sh"
)


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what starts a shell it should not."""
    for command in reading.commands:
        yield from _fork_bomb(command)
        if not command.argv or command.is_remote:
            continue
        if _escapes(command.argv[0]):
            yield Hit("spawn", 78, "escape", "breaks out into a shell", command)
        elif command.name not in _SPEAKS and command.name not in SHELLS:
            yield from _arguments(command)
        yield from _planted(command, is_alone=len(reading.commands) == 1)
        for name, value in command.environment:
            if (
                _SHELL_WORD.fullmatch(value[:1_024])
                and name
                not in {"SHELL", "CONFIG_SHELL", "BASH", "LOGIN_SHELL", "MAKESHELL", "COMSPEC", "ENTRYPOINT"}
                and not name.islower()
            ):
                yield Hit("spawn", 76, "environment-shell", "makes a program start a shell", command)


def _escapes(word: str) -> bool:
    """True for `!/bin/sh`, typed into a program that lets one out."""
    if "!" not in word:
        return False
    return word.rpartition("/")[2].lstrip("!") in SHELLS and ("!/bin/" in word or word[:1] == "!")


def _arguments(command: Command) -> Iterator[Hit]:
    may_name = command.name in _TAKES_SHELL
    for at, word in enumerate(command.argv[1:], 1):
        if may_name and " " not in word and (word[:1] == "/" or word.count("/") > 2 or len(word) > 60):
            continue
        if (
            "sh" in word
            and len(word) < 1_024
            and _SHELL_WORD.fullmatch(word)
            and command.argv[at - 1] not in {"--shell", "--login-shell", "SHELL"}
        ):
            yield Hit("spawn", 75, "shell-argument", "is made to start a shell", command)
            return
        if word[:1] in "-AE" and _RUNS_BY_OPTION.search(word[:512]):
            yield Hit("spawn", 74, "option-command", "is told to run a command by an option", command)
            return
        if word.partition("=")[0] in {
            "--checkpoint-action",
            "--to-command",
            "--use-compress-program",
        } and at + 1 < len(command.argv):
            yield Hit("spawn", 74, "option-command", "is told to run a command by an option", command)
            return


def _planted(command: Command, *, is_alone: bool) -> Iterator[Hit]:
    """A shell hidden in a configuration, a package's scripts or a helper that another program will start."""
    if command.name in {"echo", "printf", "cat"}:
        targets = [redirect.target for redirect in command.redirects if redirect.operator.startswith(">")]
        text = " ".join(command.argv[1:]) if command.name != "cat" else command.stdin or ""
        if is_alone or not targets or any("ockerfile" in target for target in targets):
            return
    elif command.name not in _KEEPS_TEXT and command.name not in SHELLS:
        text = command.stdin or ""
    else:
        return
    if "sh" in text and _PLANTED.search(text[:4_096]):
        yield Hit("spawn", 73, "planted-shell", "writes a start of a shell for another program", command)


def _fork_bomb(command: Command) -> Iterator[Hit]:
    name = command.argv[0] if command.argv else ""
    is_self = (
        name in command.functions or name in {"$0", "%0"} or (name == "." and command.argv[1:2] == ("$0",))
    )
    if is_self and (command.is_background or any(source.argv[:1] == (name,) for source in command.piped)):
        yield Hit("denial-of-service", 92, "fork-bomb", "starts itself without end", command)
