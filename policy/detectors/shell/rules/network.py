"""Shells joined to a connection by pipes, and files that leave (T1059.004, T1048, T1041, T1567).

Signatures see one command; here is what needs two: `mkfifo` with `nc`, a shell that reads from `telnet`, `env` piped
into `curl`, a key in the body of a request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.flow import origins, piped
from policy.detectors.shell.programs import SENDERS, SHELLS
from policy.detectors.shell.rules.hit import Hit
from policy.detectors.shell.rules.secrets import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_TALKERS: Final = frozenset(
    {
        "nc",
        "ncat",
        "netcat",
        "telnet",
        "socat",
        "openssl",
        "nc.traditional",
        "nc.openbsd",
        "cryptcat",
        "socket",
        "curl",
        "torify",
        "ssh",
    }
)
_DIALERS: Final = frozenset({"nc", "ncat", "netcat", "telnet", "socat", "openssl", "cryptcat"})
_REVEALS: Final = frozenset({"env", "printenv", "set", "export", "declare", "history", "getent"})
_COLLECTS: Final = frozenset(
    {"tar", "zip", "cat", "base64", "gzip", "xxd", "find", "ps", "ifconfig", "ip", "id", "whoami", "uname", "hostname", "ls", "mysqldump", "pg_dump",
     "crontab", "netstat", "dd", "7z", "openssl", "gpg", "sqlite3", "od", "bzip2", "xz", "head", "tail", "grep", "lsof", "df", "mount", "w", "last"}
)  # fmt: skip
_PACKS: Final = frozenset(
    {"tar", "zip", "base64", "mysqldump", "pg_dump", "pg_dumpall", "mongodump", "7z", "gpg", "xxd", "dd"}
)
_UPLOADS: Final = re.compile(
    r"(?:-T|-F|-d|--data|--data-\w{3,10}|--upload-file|--form|--post-file|--body-file|--json)=?|--post-data=.*|--method=(?:POST|PUT)"
)
_REMOTE_TARGET: Final = re.compile(
    r"(?:[\w.-]{1,64}@)?(?:[\w-]{1,63}\.){1,8}[\w-]{1,24}:\S{0,400}|(?:rsync|sftp|scp|ftp)://\S{1,400}|\d{1,3}(?:\.\d{1,3}){3}::?\S{0,400}|[\w.-]{1,64}@[\w.-]{1,255}:\S{0,400}|s3://\S{1,400}|gs://\S{1,400}"
)
_LOCAL: Final = re.compile(r"//(?:localhost|127\.|\[::1\]|0\.0\.0\.0)|^(?:localhost|127\.)")
_TRANSFERS: Final = re.compile(
    r"transfer\.sh|file\.io|0x0\.st|pastebin\.com|paste\.rs|termbin\.com|ix\.io|webhook\.site|requestbin|ngrok|burpcollaborator|oastify|interact\.sh|hookbin|pipedream|discord(?:app)?\.com/api/webhooks|api\.telegram\.org|attacker|evil|exfil|gofile\.io|anonfiles|temp\.sh|bashupload|dropbox|mega\.nz|sprunge|dnslog|beeceptor"
)


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge flows between commands and the network."""
    has_fifo = any(
        command.name in {"mkfifo", "mknod"} and (command.name == "mkfifo" or "p" in command.argv)
        for command in reading.commands
    )
    for command in reading.commands:
        if command.name in SHELLS:
            yield from _shell(command)
        elif command.name in _TALKERS or _dials(command):
            yield from _talker(command, has_fifo=has_fifo)
        if command.name in SENDERS or command.name in {"rclone", "aws", "gsutil", "az"}:
            yield from _sender(command)
        elif _dials(command):  # noqa: SIM102
            if any(_is_sensitive(source) for source in (command, *origins(command))):
                yield Hit("exfiltration", 88, "credentials-sent", "sends credentials away", command)
        if command.name == "read" or (command.argv[:1] and command.argv[0][:1] == "$"):
            yield from _loop(command)


def _dials(command: Command) -> bool:
    return any(redirect.target.startswith(("/dev/tcp/", "/dev/udp/")) for redirect in command.redirects)


def _is_shell(command: Command) -> bool:
    """True for a shell that takes its commands from its input."""
    if command.name not in SHELLS:
        return False
    operands = [word for word in command.argv[1:] if word[:1] != "-"]
    return not operands or operands[0] in {"/dev/stdin", "2"}


def _shell(command: Command) -> Iterator[Hit]:
    if not _is_shell(command):
        return
    for source in piped(command):
        if (
            (source.name in _DIALERS and not _is_local(source))
            or _dials(source)
            or any("telnet://" in word for word in source.argv)
        ):
            yield Hit("reverse-shell", 93, "shell-reads-network", "runs what another machine sends", command)
            return
    if any(
        redirect.operator in {"<&", ">&", "<"} and redirect.target.isdigit() and int(redirect.target) > 2
        for redirect in command.redirects
    ):
        yield Hit(
            "reverse-shell", 84, "shell-on-descriptor", "attaches a shell to an open connection", command
        )


def _talker(command: Command, *, has_fifo: bool) -> Iterator[Hit]:
    if any(_is_shell(source) for source in piped(command)) and not (
        command.name == "curl" and "telnet://" not in " ".join(command.argv)
    ):
        yield Hit("reverse-shell", 94, "shell-into-network", "joins a shell to a connection", command)
    elif has_fifo and command.name in _DIALERS:
        yield Hit("reverse-shell", 88, "pipe-and-network", "joins a named pipe to a connection", command)


def _loop(command: Command) -> Iterator[Hit]:
    if command.argv[0][:1] == "$" and any(_dials(source) for source in origins(command)):
        yield Hit("reverse-shell", 90, "network-loop", "runs what another machine sends", command)


def _is_local(command: Command) -> bool:
    return any(_LOCAL.search(word[:512]) for word in command.argv[1:])


def _is_sensitive(command: Command) -> bool:
    if (
        command.name in _REVEALS
        and not (command.name in {"export", "set", "declare"} and len(command.argv) > 1)
        and not (command.name == "env" and len(command.argv) > 1)
    ):
        return True
    words = [
        *command.argv[1:],
        *(redirect.target for redirect in command.redirects if redirect.operator == "<"),
    ]
    return any(SENSITIVE.search(word[:1_024]) for word in words)


def _sender(command: Command) -> Iterator[Hit]:
    if _is_local(command):
        return
    sources = origins(command)
    name = command.name
    sends = (
        name
        not in {
            "curl",
            "wget",
            "ssh",
            "openssl",
            "ping",
            "scp",
            "sftp",
            "rsync",
            "rclone",
            "aws",
            "gsutil",
            "az",
        }
        or _uploads(command)
        or command.fed
        or (name in {"ssh", "openssl"} and bool(sources))
    )
    if any(_is_sensitive(source) for source in sources) and (sends or command.fed):
        yield Hit(
            "exfiltration", 90, "credentials-sent", "sends credentials or the environment away", command
        )
    elif (
        _is_sensitive(command)
        and (
            _uploads(command)
            or name not in {"curl", "wget", "ssh", "openssl", "scp", "sftp"}
            or _targets_remote(command)
        )
        and not _is_key_option(command)
    ):
        yield Hit("exfiltration", 88, "credentials-sent", "sends credentials away", command)
    else:
        yield from _plain(command, sources)


def _uploads(command: Command) -> bool:
    return any(_UPLOADS.match(word) for word in command.argv[1:])


def _targets_remote(command: Command) -> bool:
    return (
        command.name in {"scp", "rsync", "sftp", "rclone", "aws", "gsutil"}
        and bool(command.argv[1:])
        and _REMOTE_TARGET.fullmatch(command.argv[-1][:1_024]) is not None
    )


def _is_key_option(command: Command) -> bool:
    """True if the sensitive word is the key that is used to log in."""
    words = command.argv
    return (
        any(
            word in {"-i", "--key", "--cert", "-E", "--netrc-file", "-K"}
            and SENSITIVE.search(words[at + 1][:512])
            for at, word in enumerate(words[:-1])
        )
        and sum(1 for word in words[1:] if SENSITIVE.search(word[:512])) == 1
    )


def _plain(command: Command, sources: tuple[Command, ...]) -> Iterator[Hit]:  # noqa: C901
    """Judge the sending of what is not known to be sensitive."""
    text = " ".join(command.argv)[:4_096]
    name = command.name
    if name in {"dig", "nslookup", "host", "ping"}:
        if command.fed and any(source.name in _COLLECTS or source.name in _REVEALS for source in command.fed):
            yield Hit("exfiltration", 80, "dns-exfiltration", "sends data in names", command)
        return
    is_suspicious = _TRANSFERS.search(text) is not None
    if name in {"nc", "ncat", "netcat", "telnet", "socat", "openssl"}:
        has_input = any(redirect.operator == "<" for redirect in command.redirects) or any(
            source.name in _COLLECTS for source in sources
        )
        if has_input and not any(word in {"-z", "-zv", "-vz"} for word in command.argv):
            yield Hit("exfiltration", 78, "raw-send", "sends data over a raw connection", command)
    elif name in {"curl", "wget", "http", "https", "xh"}:
        has_file = any(_file_body(command, at) for at in range(1, len(command.argv)))
        from_pack = any(source.name in _PACKS for source in sources)
        if is_suspicious and (has_file or sources):
            yield Hit("exfiltration", 84, "upload-suspicious", "sends data to a drop", command)
        elif has_file or (from_pack and _uploads(command)):
            yield Hit("exfiltration", 62, "upload", "sends a file", command)
        elif (
            any(source.name in _COLLECTS - {"cat", "ls", "grep"} for source in command.fed) and "://" in text
        ):
            yield Hit(
                "exfiltration", 74, "url-exfiltration", "sends the output of commands in a request", command
            )
    elif name in {"scp", "rsync", "sftp", "rclone", "aws", "gsutil"} and _targets_remote(command):
        yield Hit(
            "exfiltration",
            76 if is_suspicious else 45,
            "copy-out",
            "copies files to another machine",
            command,
        )
    elif is_suspicious and name in {"mail", "mailx", "mutt", "sendmail", "ssh", "swaks"}:
        yield Hit("exfiltration", 76, "mail-out", "sends data away", command)


def _file_body(command: Command, at: int) -> bool:
    word = command.argv[at]
    before = command.argv[at - 1]
    if before in {"-T", "--upload-file", "--post-file", "--body-file"} or word.startswith(
        ("--post-file=", "--upload-file=", "--body-file=")
    ):
        return True
    return (word[:1] == "@" and _UPLOADS.fullmatch(before) is not None and word != "@-") or (
        before in {"-F", "--form"} and "=@" in word
    )
