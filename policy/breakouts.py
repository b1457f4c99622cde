r"""Arguments that break out of the command they become a part of: `8.8.8.8; rm -rf /` for a host (CWE-78, CWE-88).

Owns the question whether a single argument of a tool that runs no commands would end one command and begin another,
or be taken for an option. What is a word by nature (a host, a branch, a namespace) holds no separators of a shell;
what else begins like a word and goes on behind a separator is a command to judge. Agent-supplied; linear.
Does not catch: a command behind a separator that is harmless as such (`a.png; ls`) in an argument that may hold
anything; options of programs other than those below.
Sources: CWE-88, CAPEC-6, CAPEC-88, GTFOBins (find, git, tar), gitremote-helpers(7).
"""

from __future__ import annotations

import re
from typing import Final

MAX_CHARACTERS: Final = 2048
_WORD_NAMES: Final = frozenset(
    {
        "host",
        "hosts",
        "hostname",
        "ip",
        "ipaddress",
        "domain",
        "namespace",
        "pod",
        "container",
        "interface",
        "port",
        "branch",
        "branchname",
        "remote",
        "revision",
        "commit",
        "tag",
        "package",
        "packagename",
        "image",
        "username",
    }
)
"""Names, without separators, of arguments that are one word."""
_FREE_NAMES: Final = frozenset(
    {"query", "q", "search", "pattern", "regex", "expression", "question", "args", "flags"}
)
"""Names of arguments in which a separator means something else."""
_SUBSTITUTION: Final = re.compile(r"\$\(|`|&|\|")
_NEXT: Final = re.compile(r"[;\n\r]\s*+[A-Za-z_/.][\w/-]*+(?=\s|\Z|[;|&])(?!\.)")
_HEAD: Final = re.compile(r"[\w./:@%+~,=-]{0,256}+[\"')]{0,3}+\s?+")
_BREAK: Final = re.compile(r"[;\n\r|]|&&|& |\$\(|`")
_SEPARATORS: Final = " \t\r\n;|&"
_EXECUTES: Final = re.compile(r"\s-(?:exec|execdir|ok|okdir)\s++\S")
_OPTION: Final = re.compile(
    r"-{1,2}(?:upload-pack|receive-pack|exec|output|ext-diff|open-files-in-pager|checkpoint-action|to-command"
    r"|use-compress-program|rsync-path|rsh|config-env|config|oProxyCommand|oLocalCommand)(?:[=\s]|\Z)",
    re.IGNORECASE,
)
_HELPER: Final = re.compile(r"\s*+ext::", re.IGNORECASE)


def malformed(name: str, text: str) -> str:
    """Return why an argument cannot be what it is named; the empty string if it can.

    Args:
        name: of the argument.
        text: its value.
    """
    plain = _plain(name)
    if len(text) > MAX_CHARACTERS or plain in {"args", "flags", "options", "argv"}:
        return ""
    if plain in _WORD_NAMES and (_SUBSTITUTION.search(text) or _NEXT.search(text)):
        return "an argument that is one word holds separators of a shell"
    if _OPTION.match(text):
        return "an argument is an option that runs a program or writes a file"
    if plain not in {"query", "q", "search", "question"} and _EXECUTES.search(text):
        return "an argument holds an option that runs a program"
    return ""


def command_in(name: str, text: str) -> str:
    """Return the command that an argument begins behind its own value; the empty string if there is none."""
    if len(text) > MAX_CHARACTERS:
        return ""
    if helper := _HELPER.match(text):
        return text[helper.end() :]
    if _plain(name) in _FREE_NAMES:
        return ""
    head = _HEAD.match(text)
    start = head.end() if head else 0
    found = _BREAK.match(text, start)
    if found is None:
        return ""
    rest = text[found.end() :]
    if found[0] == "$(":
        return rest.rpartition(")")[0] or rest
    return rest.rpartition("`")[0] or rest if found[0] == "`" else rest.strip(_SEPARATORS)


def _plain(name: str) -> str:
    return name[:64].lower().replace("_", "").replace("-", "")
