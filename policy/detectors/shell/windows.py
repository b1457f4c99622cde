"""Windows command lines: PowerShell and cmd, split by rules instead of a grammar.

A POSIX reading eats backslashes and knows no carets; here statements are split at `;`, `|`, `&` and line ends outside
quotes, after the usual disguises are taken off: carets, backticks, joined strings (`'I'+'EX'`), `-f` formats, `[char]`
codes, `-EncodedCommand` and base64 literals.

Invariant: linear, bounded by the same budget. Does not catch: variables' values, `-replace`, `-join` of computed
pieces, environment slices (`%COMSPEC:~0,1%`), SecureString and compression layers other than gzip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.compiled import LazyScanner
from policy.detectors.shell.fold import decode_base64
from policy.detectors.shell.limits import LONGEST_WINDOWS, MOST_WORDS
from policy.detectors.shell.programs import base_name
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from policy.detectors.shell.limits import Budget
    from policy.detectors.shell.reading import Command

_LIKELY_FORM: Final = (
    r"\b[a-z]:\\|\\\\|%[a-z_]{3,24}%|\$env:|\.exe\b|\.ps1\b|\.dll\b|\.vbs\b|\.bat\b|\^[a-z]|`[a-z]"
    r"|\b(?:get|set|new|add|remove|invoke|start|stop|out|import|export|clear|disable|enable|copy|move|write|convertto|restart|test|register|unregister|uninstall|install|mount|compress|expand|select|where|foreach|rename|format|initialize|reset|update|enter|unblock|suspend|resume|send|receive|save|search|measure|limit|debug|dismount|protect|unprotect|connect|disconnect|checkpoint|restore|push|pop|wait|use|resolve|request|repair|optimize|open|lock|unlock|grant|find|edit|revoke|publish)-[a-z]{3}"
    r"|\b(?:powershell|pwsh|iex|iwr|reg|wmic|sc|schtasks|net1?|netsh|vssadmin|bcdedit|wbadmin|wevtutil|certutil|bitsadmin"
    r"|mshta|rundll32|regsvr32|cscript|wscript|msiexec|cmd|icacls|takeown|attrib|fsutil|cipher|diskpart|rd|rmdir|del|erase"
    r"|forfiles|cmdkey|nltest|dsquery|ntdsutil|esentutl|procdump|diskshadow|fltmc|auditpol|secedit|gpresult|format"
    r"|ftype|assoc|findstr|nltest|dism|powercfg|net|vaultcmd|setspn|winrs|manage-bde|print|klist|verclsid|nslookup|bash\.exe|at|icacls|sdbinst|xwizard|robocopy|sdelete|pcalua|presentationhost|hh|ieexec|dnscmd|tscon|query|psexec|adfind|rubeus|mimikatz|conhost|bcdedit|subst|logman|reagentc|control|extrac32|makecab|expand|desktopimgdownldr|mavinject|odbcconf|installutil|regasm|regsvcs|msbuild|cmstp|runas|type|copy|xcopy|tasklist|taskkill)"
    r"(?:\.exe)?\s+[/\-\"'a-z%$]"
    r"|^\s*(?:cmdl32|devicecredentialdeployment|gpscript|ldifde|offlinescannershell|onedrivestandaloneupdater|settingsynchost|workfolders|wsreset|fodhelper|rpcping)\b"
    r"|frombase64string|downloadstring|net\.webclient|system\.net|\[char\]|-e(?:nc|ncodedcommand|c)?\s+[a-z0-9+/=]{12}"
)
LIKELY: Final = LazyScanner(
    lambda: [Pattern("windows.likely", _LIKELY_FORM, is_caseless=True, is_multiline=False)]
)
_CARET: Final = re.compile(r"\^(?=[^\s^])")
_BACKTICK: Final = re.compile(r"`(?=[A-Za-z])|`\r?\n")
_JOIN: Final = re.compile(r"'\s{0,4}\+\s{0,4}'|\"\s{0,4}\+\s{0,4}\"")
_EMPTY_QUOTES: Final = re.compile(r"(?<=\w)(?:\"\"|'')(?=\w)")
_CHARS: Final = re.compile(
    r"\[char\]\s?(?:\(\s?)?(0x[0-9a-f]{1,4}|\d{1,5})\s?\)?(?:\s?\+\s?)?", re.IGNORECASE
)
_FORMAT: Final = re.compile(
    r"[\"']((?:[^\"'{}]{0,32}\{\d\}){1,16}[^\"'{}]{0,32})[\"']\s{0,4}-f\s{0,4}((?:[\"'][^\"']{0,64}[\"']\s?,?\s?){1,16})",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[\"']([^\"']{0,64})[\"']")
_ENCODED: Final = re.compile(r"(?:^|\s)[-/]e[a-z]{0,14}\s+[\"']?([A-Za-z0-9+/]{8,}={0,2})", re.IGNORECASE)
_BASE64_CALL: Final = re.compile(
    r"frombase64string\(?\s{0,4}\(?\s{0,4}[\"']([A-Za-z0-9+/=\s]{8,16384})", re.IGNORECASE
)
_BLOB: Final = re.compile(r"[\"'\s]([A-Za-z0-9+/]{40,}={0,2})(?=[\"'\s]|$)")
_TOKEN: Final = re.compile(r"\"[^\"\n]*\"?|'[^'\n]*'?|[;|&\n{}]|[^\s\"';|&{}]+|[ \t\r\f\v]+")
_BOUNDARY: Final = frozenset(";|&\n{}")
_STAGES: Final = frozenset("|{}")
_LEADING: Final = "(@.&$!=+"
_HOSTS: Final = frozenset({"powershell", "pwsh", "cmd"})
_VALUED: Final = re.compile(r"[-/](?:ex\w*|ep|w\w*|v\w*|ps\w*|ou\w*|in\w*|conf\w*)$", re.IGNORECASE)
_DEEPEST: Final = 3
_MOST_STATEMENTS: Final = 300
_PRINTABLE_SHARE: Final = 0.85


@dataclass(slots=True)
class Found:
    """Statements and decoded texts."""

    commands: list[tuple[tuple[str, ...], tuple[Command, ...]]]
    views: list[tuple[str, str]]


def is_likely(text: str) -> bool:
    """True if a text may be meant for Windows; a wrong guess costs time only."""
    return bool(LIKELY.which(text))


def read(text: str, budget: Budget, depth: int = 0) -> Found:
    """Split one agent-supplied text into statements, decoding what it carries."""
    found = Found([], [])
    room = max(0, min(LONGEST_WINDOWS, budget.windows))
    if len(text) > room:
        # Windows runs no longer command line (32,767 characters).
        text, budget.is_cut = text[:room], True
    budget.windows -= len(text)
    plain = normalize(text)
    if plain != text:
        found.views.append((plain, "windows"))
    statements = _statements(plain)
    statements += [inner for statement in statements for inner in _inside(statement)]
    for statement in statements:
        if budget.commands <= 0:
            budget.is_cut = True
            break
        budget.commands -= 1
        found.commands.append((statement, ()))
    for decoded in _decoded(plain):
        found.views.append((decoded, "base64"))
        if depth < _DEEPEST:
            inner = read(decoded, budget, depth + 1)
            found.commands += inner.commands
            found.views += inner.views
    return found


def _inside(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return what `powershell -c ...` and `cmd /c ...` run."""
    if base_name(words[0]) not in _HOSTS:
        return []
    at = 1
    while at < len(words) and words[at][:1] in "-/":
        at += 2 if _VALUED.match(words[at]) else 1
    return _statements(" ".join(words[at:])) if at < len(words) else []


def normalize(text: str) -> str:
    """Take off the disguises that change nothing."""
    text = _JOIN.sub("", _BACKTICK.sub("", _CARET.sub("", text)))
    if "[char]" in text.lower():
        text = _JOIN.sub("", _CHARS.sub(_character, text))
    if "-f" in text.lower():
        text = _FORMAT.sub(_formatted, text)
    return _EMPTY_QUOTES.sub("", text)


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16 if match[1][:2].lower() == "0x" else 10)
    return chr(code) if code else ""


def _formatted(match: re.Match[str]) -> str:
    values = _QUOTED.findall(match[2])
    made = match[1]
    for index, value in enumerate(values[:10]):
        made = made.replace("{" + str(index) + "}", value)
    return f"'{made}'"


def _decoded(text: str) -> list[str]:
    made: list[str] = []
    for pattern in (_ENCODED, _BASE64_CALL) if "base64" in text.lower() or "-e" in text.lower() else ():
        for match in list(pattern.finditer(text))[:8]:
            decoded = decode_base64(match[1])
            if decoded and _is_text(decoded):
                made.append(decoded)
    return made


def _is_text(text: str) -> bool:
    return sum(char.isprintable() or char in "\r\n\t" for char in text) >= _PRINTABLE_SHARE * len(text)


def _statements(text: str) -> list[tuple[str, ...]]:
    """Return each statement as a whole, pipes and blocks included, and each of its further stages by itself."""
    statements: list[tuple[str, ...]] = []
    whole: list[str] = []
    stages: list[list[str]] = [[]]
    word = ""
    for token in [*_TOKEN.findall(text), ";"]:
        if token not in _BOUNDARY and not token.isspace():
            word += token.strip("\"'") if token[0] in "\"'" else token
            continue
        if word:
            whole.append(word)
            stages[-1].append(word)
            word = ""
        if token in _STAGES:
            whole.append(token)
            stages.append([])
        elif token in _BOUNDARY:
            statements += [tuple(words[:MOST_WORDS]) for words in (whole, *stages[1:]) if words]
            whole, stages = [], [[]]
            if len(statements) >= _MOST_STATEMENTS:
                break
    return [cleaned for statement in statements if (cleaned := _clean(statement))]


def _clean(words: tuple[str, ...]) -> tuple[str, ...]:
    """Bring the program to the front: no `$x =`, no `&`, no bracket before it."""
    while words:
        first = words[0].lstrip(_LEADING)
        if len(words) > 2 and words[1] == "=":
            words = words[2:]
        elif not first or (
            first.lower()
            in {"if", "else", "try", "do", "foreach", "start", "call", "cmd", "exit", "start-process"}
            and len(words) > 1
            and not words[1].startswith(("/", "-"))
        ):
            words = words[1:]
        else:
            return (first, *words[1:])
    return words
