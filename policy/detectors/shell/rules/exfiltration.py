"""Files and secrets that leave: what a command sends, and to whom (T1048, T1041, T1567).

Follows pipes and substitutions from a credential, the environment or a packed folder to a program that carries it to
another machine. Uploading an ordinary file to an API is MEDIUM: the egress guard judges the address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.flow import dials, is_local, origins, piped
from policy.detectors.shell.programs import SENDERS
from policy.detectors.shell.rules.hit import Hit
from policy.detectors.shell.rules.secrets import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policy.detectors.shell.reading import Command, Reading

_REVEALS: Final = frozenset({"env", "printenv", "set", "export", "declare", "history", "getent"})
_COLLECTS: Final = frozenset(
    {"tar", "zip", "cat", "base64", "gzip", "xxd", "find", "ps", "ifconfig", "ip", "id", "whoami", "uname", "hostname", "ls", "mysqldump", "pg_dump",
     "crontab", "netstat", "dd", "7z", "openssl", "gpg", "sqlite3", "od", "bzip2", "xz", "head", "tail",
     "grep", "lsof", "df", "mount", "w", "last" }
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
_SECRET_STORE: Final = re.compile(
    r"(?:kubectl|oc) (?:\S+ ){0,3}get secrets?\b|vault (?:kv )?(?:get|read)|security (?:find-|dump-)|secret-tool lookup|pass show"
    r"|op (?:item get|read)|aws (?:configure (?:get|export)|secretsmanager get|ssm get)|gh auth token|gcloud secrets versions"
)
_DOTENV: Final = re.compile(r"(?:^|[/@])etc/(?:passwd|group)$|(?:^|[/@])\.env(?:\.(?:local|prod\w{0,8}))?$")
_TRANSFERS: Final = re.compile(
    r"transfer\.sh|file\.io|0x0\.st|pastebin\.com|paste\.rs|termbin\.com|ix\.io|webhook\.site|requestbin|ngrok|burpcollaborator|oastify|interact\.sh|hookbin|pipedream|discord(?:app)?\.com/api/webhooks|api\.telegram\.org|gofile\.io|anonfiles|temp\.sh|bashupload|dropbox|mega\.nz|sprunge|dnslog|beeceptor"
)


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what commands send."""
    for command in reading.commands:
        if command.name in SENDERS or command.name in {"rclone", "aws", "gsutil", "az"}:
            yield from _sender(command)
        elif dials(command) and any(_is_sensitive(source) for source in (command, *origins(command))):
            yield Hit("exfiltration", 88, "credentials-sent", "sends credentials away", command)
        elif dials(command) and any(source.name in _COLLECTS for source in command.fed):
            yield Hit("exfiltration", 78, "raw-send", "sends data over a raw connection", command)


def _is_sensitive(command: Command) -> bool:
    if (
        command.name in _REVEALS
        and not (command.name in {"export", "set", "declare"} and len(command.argv) > 1)
        and not (command.name == "env" and len(command.argv) > 1)
    ):
        return True
    words = [
        *(word for word in command.argv[1:] if not word.startswith("ssh ")),
        *(redirect.target for redirect in command.redirects if redirect.operator == "<"),
    ]
    return any(SENSITIVE.search(word[-1_024:]) or _DOTENV.search(word[-1_024:]) for word in words)


def _tells(command: Command) -> bool:
    """True for a program that prints secrets of a store."""
    return _SECRET_STORE.match(" ".join(command.argv[:8])[:512]) is not None


def _sender(command: Command) -> Iterator[Hit]:
    if is_local(command):
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
    if (any(_is_sensitive(source) for source in sources) and (sends or command.fed)) or (
        sends and any(_tells(source) for source in piped(command))
    ):
        yield Hit(
            "exfiltration", 90, "credentials-sent", "sends credentials or the environment away", command
        )
    elif (
        _is_sensitive(command)
        and (
            _uploads(command)
            or name not in {"curl", "wget", "ssh", "openssl", "scp", "sftp"}
            or _targets_remote(command)
            or any(redirect.operator == "<" for redirect in command.redirects)
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


def _plain(command: Command, sources: tuple[Command, ...]) -> Iterator[Hit]:
    """Judge the sending of what is not known to be sensitive."""
    judge = _PLAIN.get(command.name)
    if judge is not None:
        yield from judge(command, sources)


def _names(command: Command, _sources: tuple[Command, ...]) -> Iterator[Hit]:
    if any(source.name in _COLLECTS or source.name in _REVEALS for source in command.fed):
        yield Hit("exfiltration", 80, "dns-exfiltration", "sends data in names", command)


def _raw(command: Command, sources: tuple[Command, ...]) -> Iterator[Hit]:
    inputs = [
        redirect.target
        for redirect in command.redirects
        if redirect.operator == "<" and redirect.target != "/dev/null"
    ]
    collects = any(source.name in _COLLECTS for source in sources)
    if (inputs or collects) and not any(word in {"-z", "-zv", "-vz"} for word in command.argv):
        is_weighty = collects or any(path[:1] in {"/", "~"} for path in inputs)
        yield Hit(
            "exfiltration", 78 if is_weighty else 60, "raw-send", "sends data over a raw connection", command
        )


def _request(command: Command, sources: tuple[Command, ...]) -> Iterator[Hit]:
    text = " ".join(command.argv)[:4_096]
    bodies = [body for at in range(1, len(command.argv)) if (body := _file_body(command, at))]
    if _TRANSFERS.search(text) and (bodies or sources):
        yield Hit("exfiltration", 84, "upload-drop", "sends data to a public drop", command)
    elif any(source.name in _PACKS for source in sources) and _uploads(command):
        yield Hit("exfiltration", 74, "upload-packed", "packs files and sends them", command)
    elif any(body[:1] in {"/", "~"} for body in bodies):
        # A file from outside the working folder.
        yield Hit("exfiltration", 72, "upload-absolute", "sends a file from outside its folder", command)
    elif bodies:
        yield Hit("exfiltration", 60, "upload", "sends a file", command)
    elif any(source.name in _COLLECTS - {"cat", "ls", "grep"} for source in command.fed) and "://" in text:
        yield Hit("exfiltration", 74, "output-in-url", "sends the output of commands in a request", command)


def _copy(command: Command, _sources: tuple[Command, ...]) -> Iterator[Hit]:
    if _targets_remote(command):
        is_drop = _TRANSFERS.search(command.argv[-1][:1_024]) is not None
        yield Hit(
            "exfiltration", 76 if is_drop else 45, "copy-out", "copies files to another machine", command
        )


def _mail(command: Command, _sources: tuple[Command, ...]) -> Iterator[Hit]:
    if _TRANSFERS.search(" ".join(command.argv)[:4_096]):
        yield Hit("exfiltration", 76, "mail-out", "sends data away", command)


_PLAIN: Final[dict[str, Callable[[Command, tuple[Command, ...]], Iterator[Hit]]]] = {
    **dict.fromkeys(("dig", "nslookup", "host", "ping"), _names),
    **dict.fromkeys(("nc", "ncat", "netcat", "telnet", "socat", "openssl"), _raw),
    **dict.fromkeys(("curl", "wget", "http", "https", "xh"), _request),
    **dict.fromkeys(("scp", "rsync", "sftp", "rclone", "aws", "gsutil"), _copy),
    **dict.fromkeys(("mail", "mailx", "mutt", "sendmail", "ssh", "swaks"), _mail),
}


def _file_body(command: Command, at: int) -> str:
    """Return the file that the word at a place sends, or nothing."""
    word, before = command.argv[at], command.argv[at - 1]
    if before in {"-T", "--upload-file", "--post-file", "--body-file"}:
        return word
    if word.startswith(("--post-file=", "--upload-file=", "--body-file=")):
        return word.partition("=")[2]
    if word[:1] == "@" and word != "@-" and _UPLOADS.fullmatch(before):
        return word[1:]
    return word.partition("=@")[2] if before in {"-F", "--form"} and "=@" in word else ""
