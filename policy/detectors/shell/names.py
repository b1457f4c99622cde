"""What a command line names: paths, URLs and SQL statements, for the guards that judge those.

Owns which words of a resolved command are files, which are addresses and which are SQL. Over-reports on purpose: a
word that only looks like a path is judged by the filesystem guard, which is harmless. Invariant: bounded numbers,
order of appearance, no duplicates.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.globs import file_of
from policy.detectors.shell.programs import FETCHERS, is_interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_MOST: Final = 256
_LONGEST: Final = 1_024
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\s'\"<>|;)\\]{1,2000}")
_PATH_LIKE: Final = re.compile(
    r"(?:[A-Za-z]:[\\/]|\\\\|[~/]|\.{1,2}(?:/|\\|$)|\.\w|\$\{?(?:HOME|PWD|TMPDIR)\b|%\w{3,24}%|\$env:)|[^\s:=]{0,200}/"
)
_LITERAL: Final = re.compile(r"['\"]((?:~|\.{0,2})/[^'\"\s]{1,400}|[A-Za-z]:\\[^'\"\s]{1,400})['\"]")
_DEV_TCP: Final = re.compile(r"/dev/(tcp|udp)/([^/\s]{1,255})/(\d{1,5})")
_HOST: Final = re.compile(
    r"(?:[\w-]{1,63}\.){1,10}[A-Za-z]{2,24}(?::\d{1,5})?(?:/\S*)?|\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?:/\S*)?"
)
_SPEAKS: Final = frozenset(
    {"echo", "printf", "print", "export", "alias", "set", "[", "[[", "test", "write-host"}
)
_READS: Final = frozenset(
    { "cat", "less", "more", "head", "tail", "nl", "tac", "rev", "od", "xxd", "hexdump", "strings",
    "base64", "sort", "uniq",
     "rm", "cp", "mv", "ln", "shred", "unlink", "touch", "mkdir", "rmdir", "chmod", "chown", "chgrp", "truncate", "tee",
     "vi", "vim", "nvim", "nano", "emacs", "ed", "tar", "zip", "gzip", "source", ".", "stat", "file", "wc", "cut", "cmp",
     "diff", "paste", "split", "type", "del", "erase", "rd", "copy", "move", "get-content", "gc",
     "remove-item", "ri",
     "install", "rsync", "scp", "dd", "bat", "view", "gpg", "md5sum", "sha256sum", "find", "ls", "cd",
     "get-childitem" }
)  # fmt: skip
_CONNECTORS: Final = frozenset({"nc", "ncat", "netcat", "telnet"})
_SQL_OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("psql", "pgcli", "vsql", "gsql"), ("-c", "--command")),
    **dict.fromkeys(
        ("mysql", "mariadb", "mycli", "cockroach", "mysqlsh", "trino", "presto"), ("-e", "--execute")
    ),
    **dict.fromkeys(("sqlcmd", "osql"), ("-Q", "-q")),
    **dict.fromkeys(("clickhouse-client", "clickhouse", "snowsql", "impala-shell"), ("--query", "-q")),
    **dict.fromkeys(("hive", "beeline", "spark-sql"), ("-e",)),
    "duckdb": ("-c", "-s"),
    "dolt": ("-q",),
}
_SQL_OPERANDS: Final = frozenset({"sqlite3", "sqlite", "duckdb", "litecli", "bq", "usql", "sqlplus"})
_SQL_START: Final = re.compile(
    r"\s*(?:--|/\*|\(|select|insert|update|delete|drop|truncate|alter|create|grant|revoke|with|attach|pragma|replace|merge"
    r"|vacuum|copy|load|exec|call|begin|set|show|explain|rename)\b",
    re.IGNORECASE,
)


def named(reading: Reading) -> None:
    """Fill in what the commands of a reading name."""
    paths: dict[str, None] = {}
    urls: dict[str, None] = {}
    sql: dict[str, None] = {}
    for command in reading.commands:
        for path in _paths(command):
            paths[path] = None
        for url in _urls(command):
            urls[url] = None
        if command.name in _SQL_OPTIONS or command.name in _SQL_OPERANDS:
            sql.update(dict.fromkeys(_statements(command)))
        if len(paths) + len(urls) + len(sql) > 2 * _MOST:
            break
    reading.paths = tuple(paths)[:_MOST]
    reading.urls = tuple(urls)[:_MOST]
    reading.sql = tuple(sql)[:_MOST]


def _paths(command: Command) -> Iterator[str]:
    for redirect in command.redirects:
        if not redirect.target.isdigit() and redirect.target not in {"-", ""}:
            yield file_of(redirect.target[:_LONGEST])
    if command.name in _SPEAKS or not command.argv:
        return
    if "/" in command.argv[0] or "\\" in command.argv[0]:
        yield file_of(command.argv[0][:_LONGEST])
    is_reader = command.name in _READS
    is_code = is_interpreter(command.name)
    for word in command.argv[1:]:
        if is_code and (" " in word or "(" in word):
            yield from _LITERAL.findall(word[: _LONGEST * 8])
        else:
            yield from _path_in(word[:_LONGEST], is_reader=is_reader)


def _path_in(word: str, *, is_reader: bool) -> Iterator[str]:
    if word[:1] == "-" or ("=" in word and "/" not in word.partition("=")[0]):
        word = word.partition("=")[2]
    word = word.lstrip("@<>")
    if not word or "://" in word:
        return
    if ":" in word and "/" in word and word[1:2] != ":":
        # `docker -v /host:/inside`, `scp host:/path`, `PATH=/a:/b`
        yield from (part for part in word.split(":", 4) if "/" in part)
    elif is_reader or _PATH_LIKE.match(word):
        yield file_of(word)


def _urls(command: Command) -> Iterator[str]:
    for word in command.argv:
        if "://" in word:
            yield from _URL.findall(word[: _LONGEST * 8])
        elif "/dev/" in word and (match := _DEV_TCP.search(word[:_LONGEST])):
            yield f"{match[1]}://{match[2]}:{match[3]}"
        elif command.name in FETCHERS and word != command.argv[0] and _HOST.fullmatch(word[:_LONGEST]):
            yield "http://" + word
    for redirect in command.redirects:
        if match := _DEV_TCP.match(redirect.target[:_LONGEST]):
            yield f"{match[1]}://{match[2]}:{match[3]}"
    if command.name in _CONNECTORS:
        operands = [word for word in command.argv[1:] if word[:1] != "-"]
        for host, port in pairwise(operands):
            if port.isdigit() and not host.isdigit():
                yield f"tcp://{host}:{port}"


def _statements(command: Command) -> Iterator[str]:
    options = _SQL_OPTIONS.get(command.name, ())
    for at, word in enumerate(command.argv[1:], 1):
        option, _, value = word.partition("=")
        if word in options and at + 1 < len(command.argv):
            yield command.argv[at + 1]
        elif value and option in options:
            yield value
        elif options and word[:2] in options and len(word) > 2:
            yield word[2:]
        elif command.name in _SQL_OPERANDS and _SQL_START.match(word):
            yield word
    if command.stdin and command.stdin.strip():
        yield command.stdin
