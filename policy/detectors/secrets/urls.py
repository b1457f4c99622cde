"""Reads passwords in addresses: `scheme://user:password@host`, signed ones, Basic, and lines of `.pgpass`.

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
PGPASS: Final = "secrets.pgpass"
SIGNED_URL: Final = "secrets.signed-url"
PATTERNS: Final = (
    Pattern(USERINFO, r"://[^\s/?#\"'<>@]{1,256}@"),
    Pattern(BASIC, r"basic\s{1,4}[A-Za-z0-9+/]{6}", is_caseless=True),
    Pattern(PGPASS, r":(?:5432|3306|6432|1433):[^\s:]{1,64}:[^\s:]{1,64}:[^\s:]{4}"),
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
_LONG: Final = 20
_RANDOM: Final = 0.5
_BLOCK: Final = 78
_DATABASE_URL: Final = 84
_WEAK: Final = 50
_BASIC_VALUE: Final = re.compile(
    r"[Bb][Aa][Ss][Ii][Cc]\s{1,4}([A-Za-z0-9+/]{6,2000}={0,2})(?![A-Za-z0-9+/=])"
)
_LIMIT: Final = 512
_PUBLIC_KEY_HOST: Final = re.compile(r"(?:^|\.)ingest\.(?:[a-z]{2}\.)?sentry\.io$")
"""Its addresses hold a key that is made to be published."""


def is_password(value: str) -> bool:
    """True unless a value is a placeholder, a reference, or what every example has."""
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
    group = 2 if match[2] else 1
    value = match[group] or ""
    host = _HOST.match(text, match.end())
    is_alone = group == 1
    if (
        not value
        or (is_alone and len(value) < _LONG)
        or _is_public(host[0] if host else "", value, is_alone=is_alone)
    ):
        return None
    if is_placeholder(value) or is_reference(value) or holds_reference(value):
        return None
    scheme = _SCHEME.search(text[max(0, start - 40) : start])
    is_database = scheme is not None and _DATABASE.match(scheme[0]) is not None
    kind = "database-url" if is_database else "url-password"
    if not is_password(value):
        reason = "the text holds an address with a trivial password"
        return Found(*match.span(group), "secrets.weak", kind, _WEAK, reason, 0.1)
    rule, severity = (
        ("secrets.database-url", _DATABASE_URL) if is_database else ("secrets.basic-auth", _BLOCK)
    )
    reason = "the text holds an address with a password"
    return Found(*match.span(group), rule, kind, severity, reason, randomness(value))


def _is_public(host: str, value: str, *, is_alone: bool) -> bool:
    """True for examples of documentation, and for names and published keys that stand alone."""
    is_random = randomness(value) >= _RANDOM
    if is_alone:
        return not is_random or _PUBLIC_KEY_HOST.search(host) is not None
    return not is_random and _EXAMPLE_HOST.fullmatch(host) is not None


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
    if not value or not is_password(value):
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


def read_pgpass(text: str, end: int) -> Found | None:
    """Read the last field of a line of `.pgpass`."""
    match = re.compile(r"[^\s:]{4,200}").match(text, end - 4)
    if match is None or not is_password(match[0]) or text[end - 5 : end - 4] != ":":
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
