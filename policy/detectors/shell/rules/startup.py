"""A user's start-up files: what is appended decides (T1546.004).

Every installer tells people to append `export PATH=...` or `eval "$(tool init)"` to `~/.bashrc`; a line that dials,
shadows a command or runs something else is persistence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.files import targets_of
from policy.detectors.shell.programs import FETCHERS
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_SYSTEM_START: Final = re.compile(
    r"/etc/(?:cron|profile|sudoers|pam\.d/|ld\.so\.(?:preload|conf)|init\.d/|rc\.local|passwd|shadow|bash\.bashrc|zsh|udev/rules)"
    r"|(?:/usr)?/s?bin/(?:ls|cat|ps|ss|su|sudo|login|sshd?|bash|sh|id|cp|mv|rm|grep|find|top|netstat|passwd|mount|kill)$"
)
_UNOFFICIAL: Final = re.compile(r"^(?:/var)?/tmp/|^/dev/shm/|/\.\w")
_START_FILE: Final = re.compile(
    r"(?:~|\$\{?HOME\}?|/root|/home/[^/]{1,64}|/Users/[^/]{1,64}|\$\(\)|\$\w{1,32}|\.)?/?\.(?:bashrc|bash_profile|profile|bash_login|bash_logout|bash_aliases|zshrc|zshenv|zprofile"
    r"|zlogin|zlogout|kshrc|cshrc|tcshrc|login|config/fish/config\.fish|xinitrc|xprofile|xsession|xsessionrc|vimrc|inputrc)"
)
_CONFIGURES: Final = re.compile(
    r"\s*(?:#|$|export\s+(?!(?:LD_PRELOAD|LD_AUDIT|PROMPT_COMMAND|BASH_ENV|HISTFILE|HISTSIZE|DYLD_INSERT)\b)\w{1,64}=|set\s+-?\w|fpath|path\s?\+?=|PATH=|eval\s+[\"']?[$`(]|\[{1,2}\s|source\s|\.\s|alias\s+(?!(?:ls|cd|sudo|su|ssh|cat|rm|ps|id|passwd|git|cp|mv)\b=)"
    r"|if\s|fi\b|then|else|autoload|zstyle|plugins|bindkey|setopt|complete\b|compinit|unset\s|stty\s|umask\s|shopt|PS1=|\w{1,32}\s+(?:init|hook|completion|shellenv|activate|env)\b|fish_add_path|bind\s|ulimit\s|test\s|function\s|fi$)"
)
_RISKY: Final = re.compile(
    r"/dev/tcp|\bnc\s|\bncat\s|curl\s|wget\s|base64|\bpython\d?\s+-c|perl\s+-e|/tmp/|/dev/shm|\bmkfifo|socat|rm\s+-rf|PROMPT_COMMAND|nohup|\bsh\s+-[ic]\b|LD_PRELOAD|chmod\s|\bexec\s|sudo\s*\(\)|trap\s|setsid|&\s*$|\$\(\s?id|HISTFILE|crontab"
)


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what is written to a user's start-up files."""
    for command in reading.commands:
        targets = [
            redirect.target for redirect in command.redirects if redirect.operator in {">", ">>", ">|"}
        ]
        if command.name == "tee":
            targets += command.argv[1:]
        if command.name == "crontab" and command.stdin and _RISKY.search(command.stdin[:4_096]):
            yield Hit("persistence", 80, "scheduled-code", "schedules foreign code", command)
        if "crontab" in command.prefixes and any(_UNOFFICIAL.search(word) for word in command.argv):
            yield Hit("persistence", 78, "scheduled-file", "schedules a file of a temporary folder", command)
        if command.name in FETCHERS and any(map(_is_run_later, targets_of(command))):
            yield Hit("persistence", 80, "start-file-fetched", "fetches a start-up file", command)
        elif any(_START_FILE.fullmatch(target[:256]) for target in targets):
            yield _judge(command)


def _is_run_later(path: str) -> bool:
    return _START_FILE.fullmatch(path[:256]) is not None or _SYSTEM_START.match(path) is not None


def _judge(command: Command) -> Hit:
    text = command.stdin
    if command.name in {"echo", "printf"}:
        text = " ".join(word for word in command.argv[1:] if not re.fullmatch(r"-[neE]{1,3}", word))
    if text is None:
        return Hit("persistence", 55, "start-file", "adds to a start-up file", command)
    lines = text[:4_096].replace("\\n", "\n").split("\n")
    if any(_RISKY.search(line) for line in lines):
        return Hit("persistence", 84, "start-file-code", "plants code in a start-up file", command)
    if all(_CONFIGURES.match(line) for line in lines):
        return Hit("persistence", 48, "start-file", "adds settings to a start-up file", command)
    return Hit("persistence", 74, "start-file-command", "makes a start-up file run a command", command)
