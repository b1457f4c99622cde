"""Reads passwords in addresses and command lines: `scheme://user:password@host`, `curl -u user:password`, Basic.

Sources: RFC 3986 section 3.2.1, RFC 7617. A user name alone is no secret unless it looks like a token (as Git hosts
and Stripe use it).
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.names import words
from policy.detectors.secrets.placeholders import holds_reference, is_placeholder, is_reference
from policy.detectors.secrets.randomness import is_hex, randomness
from policy.detectors.secrets.verify import decoded_text
from policy.text.scanner import Pattern

USERINFO: Final = "secrets.userinfo"
BASIC: Final = "secrets.basic"
USER_OPTION: Final = "secrets.user-option"
PGPASS: Final = "secrets.pgpass"
SHORT_OPTION: Final = "secrets.short-option"
SIGNED_URL: Final = "secrets.signed-url"
PATTERNS: Final = (
    Pattern(USERINFO, r"://[^\s/?#\"'<>@]{1,256}@"),
    Pattern(BASIC, r"basic\s{1,4}[A-Za-z0-9+/]{6}", is_caseless=True),
    Pattern(USER_OPTION, r"(?:\s-u|--user|--proxy-user|--auth)[ =\"']"),
    Pattern(PGPASS, r":(?:5432|3306|6432|1433):[^\s:]{1,64}:[^\s:]{1,64}:[^\s:]{4}"),
    Pattern(SHORT_OPTION, r"(?:sshpass|mysql|mysqldump|mysqladmin|(?:docker|podman|az|registry) login|ldapsearch|htpasswd|redis-cli)\s"),
    Pattern(SIGNED_URL, r"[?&](?:sig|signature|X-Amz-Signature)=[A-Za-z0-9%+/]{16}"),
)

_USERINFO: Final = re.compile(r"://([^\s/?#\"'<>@:]{0,128})(?::([^\s/?#\"'<>]{0,256}))?@")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}\Z")
_DATABASE: Final = re.compile(
    r"(?:postgres|postgresql|psql|mysql|mariadb|mongodb|redis|rediss|amqp|amqps|sqlserver|mssql|oracle|cockroachdb|clickhouse|cassandra"
    r"|couchdb|neo4j|bolt|influxdb|ldaps?|snowflake|vertica|db2|firebird|sqlite|jdbc)",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"[^\s/?#\"'<>:,)]{0,200}")
_EXAMPLE_HOST: Final = re.compile(
    r"(?:.{0,190}\.)?example\.(?:com|org|net)|host(?:name)?|.{0,190}\.(?:example|invalid|test)|example",
    re.IGNORECASE,
)
_TRIVIAL: Final = words(
    """
    password pass passwd pwd secret user username admin root guest test token key postgres mysql pw p x
    x-oauth-basic x-token-auth foo bar baz
    """
)
_LEAST: Final = 3
_BLOCK: Final = 78
_DATABASE_URL: Final = 84
_WEAK: Final = 50
_BASIC_VALUE: Final = re.compile(
    r"[Bb][Aa][Ss][Ii][Cc]\s{1,4}([A-Za-z0-9+/]{6,2000}={0,2})(?![A-Za-z0-9+/=])"
)
_OPTION: Final = re.compile(r"[ =]{0,2}[\"']{0,1}([^\s:\"'/<>]{0,80}):([^\s\"']{1,200})")
_LIMIT: Final = 512
_SHORT: Final = re.compile(r"\s-[apwb]\s?[\"']?([^\s\"'|;<>-][^\s\"'|;<>]{3,120})")
_NUMERIC: Final = re.compile(r"[\d:]+")


def _is_password(value: str) -> bool:
    return not (
        is_placeholder(value)
        or is_reference(value)
        or holds_reference(value)
        or value.lower() in _TRIVIAL
        or len(value) < _LEAST
        or set(value) <= set("*xX.[]<>()")
    )


def read_userinfo(text: str, start: int) -> Found | None:
    """Read `user:password@` behind `://`."""
    match = _USERINFO.match(text, start)
    if match is None:
        return None
    scheme = _SCHEME.search(text[max(0, start - 40) : start])
    is_database = bool(scheme and _DATABASE.match(scheme[0]))
    host = _HOST.match(text, match.end())
    group = 2 if match[2] else 1
    value = match[group] or ""
    if not value or (group == 1 and (len(value) < 20 or randomness(value) < 0.5)):
        return None
    if _EXAMPLE_HOST.fullmatch(host[0] if host else "") and randomness(value) < 0.5:
        return None
    begin, end = match.span(group)
    rule, kind = (
        ("secrets.database-url", "database-url") if is_database else ("secrets.basic-auth", "url-password")
    )
    if not _is_password(value):
        if is_placeholder(value) or is_reference(value) or holds_reference(value):
            return None
        return Found(
            begin, end, "secrets.weak", kind, _WEAK, "the text holds an address with a trivial password", 0.1
        )
    severity = _DATABASE_URL if is_database else _BLOCK
    return Found(
        begin, end, rule, kind, severity, "the text holds an address with a password", randomness(value)
    )


def read_basic(text: str, start: int) -> Found | None:
    """Read `Basic base64(user:password)`."""
    match = _BASIC_VALUE.match(text, start)
    if match is None:
        return None
    user, colon, password = decoded_text(match[1]).partition(":")
    if not colon or not (user + password).isprintable():
        return None
    value = password or (user if randomness(user) >= 0.5 else "")
    begin, end = match.span(1)
    if not value or not _is_password(value):
        return Found(
            begin,
            end,
            "secrets.weak",
            "basic-authorization",
            _WEAK,
            "the text holds an empty or trivial basic authorization",
            0.1,
        )
    return Found(
        begin,
        end,
        "secrets.basic-auth",
        "basic-authorization",
        _BLOCK,
        "the text holds a basic authorization",
        randomness(value),
    )


def read_user_option(text: str, end: int) -> Found | None:
    """Read `user:password` behind the option of a command."""
    match = _OPTION.match(text, end - 1)
    if match is None or not _is_password(match[2]) or match[1].lower() in {"http", "https"}:
        return None
    if (
        _NUMERIC.fullmatch(match[2])
        or holds_reference(match[1])
        or match[2].startswith(("//", ":"))
        or len(match[2]) < 4
    ):
        return None
    begin, stop = match.span(2)
    return Found(
        begin,
        stop,
        "secrets.basic-auth",
        "command-line-password",
        _BLOCK,
        "the text holds a command with a password",
        randomness(match[2]),
    )


def read_short_option(text: str, end: int) -> Found | None:
    """Read `-pPASSWORD` of the commands that take it so."""
    match = _SHORT.search(text[end - 1 : end + _LIMIT].partition("\n")[0])
    if (
        match is None
        or not _is_password(match[1])
        or not re.search(r"\d|[^\w./:-]", match[1])
        or re.fullmatch(r"[\d:./]+", match[1])
    ):
        return None
    begin, stop = match.start(1) + end - 1, match.end(1) + end - 1
    return Found(
        begin,
        stop,
        "secrets.password",
        "command-line-password",
        74,
        "the text holds a command with a password",
        randomness(match[1]),
    )


def read_pgpass(text: str, end: int) -> Found | None:
    """Read the last field of a line of `.pgpass`."""
    match = re.compile(r"[^\s:]{4,200}").match(text, end - 4)
    if match is None or not _is_password(match[0]) or text[end - 5 : end - 4] != ":":
        return None
    return Found(
        match.start(),
        match.end(),
        "secrets.password",
        "pgpass-line",
        76,
        "the text holds a line of a password file",
        randomness(match[0]),
    )


def read_signed_url(text: str, start: int) -> Found | None:
    """Read the signature of a pre-signed address (Azure SAS, AWS): a bearer credential until it expires."""
    match = re.compile(r"[?&](?:sig|signature|X-Amz-Signature)=([A-Za-z0-9%+/]{32,200}={0,2})").match(
        text, start
    )
    around = text[max(0, start - _LIMIT) : start + _LIMIT]
    if match is None or not ("se=" in around or "sv=" in around or "X-Amz-" in around or "code=" in around):
        return None
    value = match[1]
    if randomness(value) < 0.5 and not is_hex(value):
        return None
    begin, stop = match.span(1)
    return Found(
        begin,
        stop,
        "secrets.signed-url",
        "signed-url",
        74,
        "the text holds a signed address",
        randomness(value),
    )
