"""Globs that stand for a program or a file an attacker wants: `/bin/c?t /e??/p?ss??`.

Nothing is looked up on a disk: a glob is compared with the programs and files that the rules know. Invariant: short
globs only, a bounded number of comparisons.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final

from policy.detectors.shell.programs import base_name

_LONGEST: Final = 48
_IS_GLOB: Final = re.compile(r"[?*\[]")
_UNKNOWN: Final = re.compile(r"\$(?:\(\)|\{?\w+\}?)|\\\n")
_SELF: Final = frozenset({"$0", "$BASH", "$SHELL"})
"""The shell that runs this."""
_PROGRAMS: Final = (
    "cat", "rm", "sh", "bash", "nc", "curl", "wget", "python3", "python", "perl", "ncat", "base64", "head",
    "tail",
    "less", "more", "dash", "zsh", "ls", "chmod", "netcat", "socat", "tac", "nl", "ruby", "php", "dd", "id",
    "ps", "ssh",
    "scp", "whoami", "uname", "telnet", "xxd", "busybox", "sed", "awk", "grep", "find", "kill", "env",
    "tee", "cp", "mv",
)  # fmt: skip
_FILES: Final = (
    "/etc/passwd", "/etc/shadow", "/etc/sudoers", "/etc/hosts", "/etc/ssh/ssh_host_rsa_key",
    "/root/.ssh/id_rsa",
    "~/.ssh/id_rsa", "~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.aws/credentials", "~/.netrc", "~/.git-credentials",
    "~/.kube/config", "~/.docker/config.json", "~/.bash_history", "~/.gnupg/secring.gpg",
    "/etc/gshadow", "/proc/self/environ", "/root/.bash_history", "/dev/sda", "/etc/crontab",
)  # fmt: skip


def program_of(word: str) -> str:
    """Return the base name of the program that a first word stands for."""
    if word in _SELF:
        return "sh"
    name = base_name(word)
    if "$" in word and (stripped := base_name(_UNKNOWN.sub("", word))):
        name = stripped if word[:1] != "$" or len(stripped) > 1 else name
    if not _IS_GLOB.search(name) or len(name) > _LONGEST or name in {"[", "[["} or not name.strip("?*[]"):
        # `/???/???` could be anything; a name needs a letter to go by.
        return name
    return next((program for program in _PROGRAMS if fnmatchcase(program, name)), name)


def file_of(word: str) -> str:
    """Return the file that a glob stands for, or the word."""
    if word[:5] == "$HOME":
        word = "~" + word[5:]
    if word[:1] not in {"/", "~"} or len(word) > _LONGEST or not _IS_GLOB.search(word):
        return word
    letters = sum(char.isalnum() for char in word)
    if letters < word.count("?") // 3 or letters < 2 or word.count("*") > 2:
        return word
    return next(
        (path for path in _FILES if path.count("/") == word.count("/") and fnmatchcase(path, word)), word
    )
