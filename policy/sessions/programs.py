"""What a shell command does, as acts: what it reads, fetches, sends, writes and runs.

Owns which programs carry data outward and where their destination stands. A command is read once (`policy.actions`);
this looks at the programs it came to. Invariant: pure; bounded by what the reading holds.

Does not catch: what a script in a file does; a program that is not listed; destinations in a configuration file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.files import detector as files
from policy.sessions.act import Act, Kind, Origin
from policy.sessions.references import split_url
from policy.sessions.senders import HOST, places
from policy.urls import targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading


SENSITIVE_RULES: Final = frozenset(
    {
        *("filesystem.private-key", "filesystem.gateway", "filesystem.system-accounts", "filesystem.dotenv"),
        *("filesystem.cloud-credentials", "filesystem.service-token", "filesystem.password-store"),
        *("filesystem.credentials", "filesystem.agent-config", "filesystem.process-memory"),
        *("filesystem.app-secrets", "filesystem.private-mail", "filesystem.history"),
    }
)
"""Rules of `policy.detectors.files` whose files hold secrets."""
_BLOCKING: Final = 70
_DUMPS: Final = frozenset({"printenv", "env", "set", "export", "declare"})
_LISTS: Final = frozenset({"ls", "find", "tree", "dir", "fd", "locate", "du", "get-childitem"})
_READS: Final = frozenset(
    {"cat", "head", "tail", "less", "more", "grep", "rg", "sed", "awk", "strings", "xxd", "base64", "tar", "zip",
     "type", "get-content", "jq", "openssl", "gpg", "sqlite3", "cp", "od", "hexdump"}
)  # fmt: skip
_HTTP: Final = frozenset({"curl", "wget", "http", "https", "xh", "httpie", "invoke-webrequest", "iwr",
                          "invoke-restmethod", "irm", "curlie", "aria2c", "wget2"})  # fmt: skip
_BODY: Final = re.compile(
    r"--?(?:d|F|T|data\w*|data-(?:binary|raw|urlencode|ascii)|form\w*|upload-file|json|post-(?:data|file)|body-(?:data|file)"
    r"|Body|InFile)(?:\Z|[=@].*)|-[dFT].+|-XPOST|-XPUT",
    re.DOTALL,
)  # fmt: skip
_VERB: Final = frozenset({"-X", "--request", "--method", "-Method"})
_OUTPUT: Final = frozenset({"-o", "-O", "--output", "--output-document", "-OutFile", "--out"})
_OUTPUT_GROUP: Final = re.compile(r"-[A-Za-z]{1,5}[oO]\Z")
_UPLOAD: Final = re.compile(r"(?:\A|=)@[^\s@]")
UPLOAD: Final = 1 << 20
"""Size that is assumed of a file that is uploaded."""
_RUNNERS: Final = frozenset(
    {"sh", "bash", "zsh", "dash", "ksh", "python", "python2", "python3", "node", "perl", "ruby", "php", "source", ".",
     "pwsh", "powershell", "deno", "bun", "Rscript", "lua", "chmod", "java", "make", "start", "open", "uv"}
)  # fmt: skip
_MOST: Final = 64


def acts_of_command(reading: Reading, location: str) -> Iterator[Act]:
    """Yield what one agent-supplied command line does, and the command itself last."""
    for command in reading.commands[:_MOST]:
        yield from _acts(command, reading.text, location)
    for path in reading.paths[:_MOST]:
        if is_sensitive(path):
            yield Act(Kind.READ_SENSITIVE, path, service="files", origin=Origin.SENSITIVE, location=location)
    if _CLIENT.search(text := reading.text[: 1 << 16]):
        method = "POST" if _SENDING.search(text) else "GET"
        for url in dict.fromkeys(_ADDRESS.findall(text)[:_MOST]):
            yield from outward_url(url, method, len(text), location)
    line = " ".join(reading.text.split())[:2048]
    yield Act(
        Kind.EXECUTE, line, service="shell", size=len(reading.text), origin=Origin.UNTRUSTED, location=location,
        is_active=is_active(reading.text),
    )  # fmt: skip


def is_sensitive(path: str) -> bool:
    """True for a path whose file holds secrets."""
    return any(
        match.severity >= _BLOCKING and match.rule in SENSITIVE_RULES for match in files.detect(path).matches
    )


def is_environment(path: str) -> bool:
    """True for the environment of a process."""
    return path.startswith("/proc/") and path.endswith("/environ")


_ACTIVE: Final = re.compile(
    r"\b(?:curl|wget|nc|ncat|subprocess|os\.system|popen|exec|eval|spawn|execSync|child_process|socket"
    r"|requests\.\w|urlopen|urllib"
    r"|fetch|XMLHttpRequest|axios|Invoke-\w|iex|base64|chmod|crontab|sudo|systemctl|ssh|scp"
    r"|sh -c|bash -c|powershell|http\.client)\b"
)


_CLIENT: Final = re.compile(
    r"\b(?:requests\.\w|httpx\.\w|urllib|urlopen|aiohttp|http\.client|fetch\(|axios|XMLHttpRequest|Net::HTTP|LWP|file_get_contents"
    r"|curl_exec|WebClient|HttpClient)"
)
"""Clients in program text that is given on the command line."""
_SENDING: Final = re.compile(r"\b(?:post|put|patch|upload|data|body|json|files)\b", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>`\\)]{4,1024}+", re.IGNORECASE)


def is_active(text: str) -> bool:
    """True for program text that starts programs or speaks to the network."""
    return _ACTIVE.search(text[: 1 << 16]) is not None


def _acts(command: Command, line: str, location: str) -> Iterator[Act]:
    name, words = command.name, command.argv[1:65]
    if name in _DUMPS and not [word for word in words if "=" in word or not word.startswith("-")]:
        yield Act(Kind.ENVIRONMENT, name, service="shell", origin=Origin.SENSITIVE, location=location)
    if name in _LISTS:
        yield Act(
            Kind.LIST,
            next((word for word in words if not word.startswith("-")), "."),
            service="files",
            location=location,
        )
    if name in _READS:
        yield from _reads(words, location)
    for redirect in command.redirects:
        if redirect.operator in {"<", "<<<"}:
            yield from _reads((redirect.target,), location)
        elif redirect.operator.startswith((">", "&>")) and not redirect.target.startswith(("/dev/", "&")):
            yield Act(
                Kind.WRITE,
                redirect.target,
                service="files",
                size=len(line),
                location=location,
                is_active=is_active(line),
            )
    if name in _HTTP:
        yield from _http(words, len(line), location)
    yield from _outward(command, line, location)
    if (path := _run(command)) is not None:
        yield Act(Kind.EXECUTE, path, service="files", location=location)


def _reads(words: tuple[str, ...], location: str) -> Iterator[Act]:
    for word in words:
        if word.startswith("-") or not word:
            continue
        if is_environment(word):
            yield Act(Kind.ENVIRONMENT, word, service="files", origin=Origin.SENSITIVE, location=location)
        elif is_sensitive(word):
            yield Act(Kind.READ_SENSITIVE, word, service="files", origin=Origin.SENSITIVE, location=location)
        elif "/" in word or "." in word:
            yield Act(Kind.READ, word, service="files", origin=Origin.PRIVATE, location=location)


def _outward(command: Command, line: str, location: str) -> Iterator[Act]:
    for place in places(command.name, command.argv[1:65]):
        size = len(place.target) if place.method == "resolve" else len(line)
        yield Act(
            Kind.SEND, place.target, place.host.lower(), place.method, size, place.service, location=location
        )


def _http(words: tuple[str, ...], size: int, location: str) -> Iterator[Act]:
    method = "GET"
    output = ""
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in _VERB:
            method = following.upper()
        elif method == "GET" and _BODY.match(word):
            method = "POST"
        if _UPLOAD.search(word) or word in {"-T", "--upload-file"}:
            size = max(size, UPLOAD)
        if word in _OUTPUT or _OUTPUT_GROUP.match(word):
            output = following
    for url in words:
        if not ("://" in url or (HOST.match(url.partition("/")[0]) and url != output)):
            continue
        yield from outward_url(url, method, size if method != "GET" else len(url), location)
        if method == "GET":
            path = output if output and "://" not in output else url.partition("?")[0].rpartition("/")[2]
            yield Act(
                Kind.WRITE,
                path,
                host=split_url(url)[0],
                service="files",
                source=url,
                origin=Origin.UNTRUSTED,
                location=location,
                is_active=True,
            )


def outward_url(url: str, method: str, size: int, location: str) -> Iterator[Act]:
    """Yield the acts of a request to an address."""
    readings = targets(url)
    if not readings:
        return
    first = readings[0]
    host = first.host.lower()
    yield Act(Kind.SEND, url, host, method, size, "web", location=location)
    if method in {"GET", "HEAD"}:
        yield Act(
            Kind.READ_UNTRUSTED, url, host=host, service="web", origin=Origin.UNTRUSTED, location=location
        )


def _run(command: Command) -> str | None:
    """Return the file a command runs, or makes one that can be run."""
    first = command.argv[0] if command.argv else ""
    if command.name in _RUNNERS or first in _RUNNERS or command.name.rstrip("0123456789.") in _RUNNERS:
        words = [word for word in command.argv[1:9] if not word.startswith(("-", "+")) and not word.isdigit()]
        return next((word for word in words if "." in word or "/" in word), None)
    return first if "/" in first and not first.startswith(("/usr/", "/bin/", "/sbin/", "/opt/")) else None
