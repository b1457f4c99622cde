"""What one reading of a path means: the table of names, and what no table can hold.

Owns the families of names that are open (`.env.*`, `*.pem`, `/proc/*`, access logs) and the contexts that take the
edge off: a template, a public half, a translation, a fixture of a test. Invariant: pure; a few dictionary look-ups.

Does not catch: a real key that lies among a project's fixtures is only noted, not refused; short names of Windows
(`ID_RSA~1`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policy.detectors.files.names import Named, lookup, tails
from policy.detectors.files.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.files.names import Parts
    from policy.detectors.files.readings import Reading

FIXTURE_SEVERITY: Final = 55
PUBLIC_SEVERITY: Final = 45

_WORDS: Final = re.compile(r"[._\-~ *]+")
_TEMPLATE: Final = words(
    "example examples sample samples template templates tmpl tpl dist default defaults skel schema stub dummy"
    " j2 mustache erb hbs"
)
_SOURCE: Final = words(
    "md rst txt adoc html htm py pyi js jsx ts tsx mjs cjs go rs java kt rb c h cpp cs swift css scss vue svelte"
    " png jpg svg ipynb snap"
)
_PUBLIC: Final = words(
    "pub public cert certs crt cer certificate certificates chain fullchain ca cacert cacerts cabundle bundle csr"
    " root roots rootca intermediate trust trusted truststore dh dhparam dhparams issuer crl"
)
_PRIVATE: Final = frozenset({"key", "keys", "private", "priv", "privkey", "privatekey", "secret"})
_SLIDES: Final = frozenset(
    {"slides", "slide", "presentation", "presentations", "talk", "talks", "keynote", "deck"}
)
_FIXTURES: Final = words(
    "fixtures fixture __fixtures__ testdata test-data test_data __snapshots__ snapshots test-fixtures testfixtures"
    " mocks __mocks__ samples sample examples example templates node_modules site-packages third_party stubs"
    " test-resources testresources cassettes"
)
_TESTS: Final = words("test tests __tests__ testing spec specs e2e docs doc vendor demo demos")
_TRANSLATIONS: Final = words("locales locale lang langs i18n l10n translations")
_ALWAYS: Final = frozenset({"gateway", "host-socket", "process-memory", "process"})
"""What is no less dangerous among fixtures: these are not files of a project."""
_SERVED: Final = frozenset({"public_html", "htdocs", "wwwroot"})
_OF_PROGRAMS: Final = frozenset(
    {"private-key", "credentials", "cloud-credentials", "app-secrets", "password-store"}
)
_PROJECTS: Final = words("workspace workspaces app src repo project projects code work build")
_HOMES: Final = frozenset({"home", "users", "documents and settings"})
_PROCESS: Final = re.compile(r"[0-9]+\Z|thread-self\Z|\$\$\Z|\*\Z|\{")
_CALM: Final = words("cpuinfo meminfo version loadavg uptime stat filesystems diskstats vmstat sys")
_CALM_OF_PROCESS: Final = frozenset({"exe", "limits", "cgroup", "comm", "status"})
_PASSWORD_LISTS: Final = frozenset({"passwd", "shadow", "npasswd", "htpasswd", "smbpasswd", "passwords"})
_PROGRAMS: Final = frozenset({"bin", "sbin", "pam.d", "doc", "man", "locale"})
_SYSTEM_TOPS: Final = frozenset({"etc", "proc", "var", "usr", "windows", "winnt"})
_START_UP: Final = re.compile(r"\.(?:\w*(?:rc|profile|login|logout|logut)|zshenv|bash\w*|zsh\w*)\Z")
_ACCESS_LOG: Final = re.compile(r"(?:[\w.-]*[._-])?acces{1,2}[._-]log(?:[._-][\w.]{1,12})?\Z")
_WILD: Final = re.compile(r"[*?]")
_CLASS: Final = re.compile(r"\[[^\]/]{1,16}\]")


def meaning(reading: Reading) -> Named | None:
    """Return what a reading names, if that is anything to speak of."""
    parts = _of_process(reading.folded)
    if not parts:
        return None
    is_rooted = reading.climbs > 0 or reading.anchor == "/" or reading.anchor.endswith(":")
    best = lookup(parts, is_rooted=is_rooted)
    for named in _open_families(parts, is_rooted=is_rooted):
        if best is None or named.severity >= best.severity:
            best = named
    return _in_context(best, parts, reading) if best else None


def _of_process(parts: Parts) -> Parts:
    """Spell `/proc/1234/task/1234/environ` as `/proc/self/environ`: whose process it is makes no difference."""
    if len(parts) > 1 and parts[0] == "proc":
        if _PROCESS.match(parts[1]):
            parts = ("proc", "self", *parts[2:])
        if parts[2:3] == ("task",):
            parts = parts[:2] + parts[4:]
    return parts


def _open_families(parts: Parts, *, is_rooted: bool) -> Iterator[Named]:
    name = parts[-1]
    if ".env" in name and _is_dotenv(name):
        yield Named("dotenv", "dotenv", 94)
    if name.endswith(".pem") and not _is_public(name) and "certs" not in parts[:-1]:
        yield Named("private-key", "certificate-key", 98, is_broad=True)
    if "acces" in name and "log" in name and _ACCESS_LOG.match(name):
        yield Named(
            "access-log", "web-server", 71 if is_rooted and not _is_project(parts) else PUBLIC_SEVERITY
        )
    if is_rooted:
        yield from _by_root(parts)
    if name.startswith("krb5cc_"):
        yield Named("system-accounts", "kerberos-tickets", 95)
    if name.startswith(".") and name.endswith("_history"):
        yield Named("history", "shell-history", 75)
    if any("?" in part or "*" in part or "[" in part for part in parts):
        yield from _by_pattern(parts)


def _by_root(parts: Parts) -> Iterator[Named]:
    """What lies at the root and has a name of its own making: processes, and the home of the administrator."""
    if parts[0] == "proc" and len(parts) > 1:
        is_own = parts[1] == "self"
        calm = parts[2:3] and parts[2] in _CALM_OF_PROCESS if is_own else parts[1] in _CALM
        yield Named("process", "process", PUBLIC_SEVERITY if calm or parts[1:] == ("self",) else 72)
    elif parts[0] == "root" and len(parts) == len(("root", "name")) and _START_UP.match(parts[1]):
        yield Named("startup", "root-home", 72)
    elif parts[:2] == ("root", ".ssh"):
        yield Named("ssh", "root-home", 74)
    elif parts[-1] in _PASSWORD_LISTS and parts[-2:-1] and parts[-2] not in _PROGRAMS:
        yield Named("passwd", "passwd", 80)


def _is_dotenv(name: str) -> bool:
    said = [word for word in _WORDS.split(name) if word]
    if "env" not in said or said[-1] in _SOURCE or not _TEMPLATE.isdisjoint(said):
        return False
    return name.startswith(".env") or said[-1] == "env"


def _is_public(name: str) -> bool:
    """Tell certificates, chains and public keys from private ones by the words of their names."""
    stem, _, ending = name.rpartition(".")
    said = {word.rstrip("0123456789") for word in _WORDS.split(stem)}
    if ending != "pem":  # `ca.key` is the key of an authority, `ca.pem` its certificate
        return not said.isdisjoint({"pub", "public"})
    is_public = not _PUBLIC.isdisjoint(said) or any(word.endswith(("ca", "cert")) for word in said)
    return is_public and _PRIVATE.isdisjoint(said)


def _is_project(parts: Parts) -> bool:
    return parts[0] in _HOMES or parts[0] in _PROJECTS


def _by_pattern(parts: Parts) -> Iterator[Named]:
    """What a pattern of a shell may stand for: `/etc/pass*`, `~/.ssh/id_?sa`, `.bash_h*`."""
    patterns = tuple(_CLASS.sub("?", part)[:64] for part in parts[-4:])
    name = patterns[-1]
    prefix = _WILD.split(name, maxsplit=1)[0]
    if not prefix and "*" in name:
        return  # `*.json` stands for everything
    is_hidden = len(prefix) > len("id") and prefix.startswith((".", "id_"))
    for tail, named in tails():
        if not tail[-1].startswith(prefix) or len(tail) > len(patterns) or named.severity <= PUBLIC_SEVERITY:
            continue
        mine = patterns[-len(tail) :]
        is_said = is_hidden if len(tail) == 1 else _is_telling(mine)
        if is_said and all(_stands_for(*pair) for pair in zip(mine, tail, strict=True)):
            yield named


def _is_telling(patterns: Parts) -> bool:
    """Tell whether a pattern says anything: `/*/*` stands for everything."""
    said = [_WILD.sub("", part) for part in patterns]
    return sum(map(len, said)) > len("etc") and bool(said[-1])


def _stands_for(pattern: str, name: str) -> bool:
    """Match `*` and `?` within a name; both are short."""
    if pattern == name:
        return True
    at = position = resume = 0
    star = -1
    while position < len(name):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in {"?", name[position]}:
            at += 1
            position += 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _in_context(named: Named, parts: Parts, reading: Reading) -> Named | None:
    """Weigh a name by where it lies: what is public, a template or a fixture is no secret."""
    *directories, name = parts
    said = _WORDS.split(name)
    is_translation = not _TRANSLATIONS.isdisjoint(directories) and not name.startswith(".")
    is_slides = said[-1] == "key" and not _SLIDES.isdisjoint((*said, *directories))
    if is_translation or is_slides:
        return None
    if _is_public_half(named, name, said):
        return replace(named, severity=min(named.severity, PUBLIC_SEVERITY))
    if named.rule == "readable":
        return _in_place(named, parts, reading)
    if not reading.climbs and reading.anchor not in {"~", "$"} and _is_fixture(named, directories):
        return replace(named, severity=min(named.severity, FIXTURE_SEVERITY))
    return named


def _is_public_half(named: Named, name: str, said: list[str]) -> bool:
    """Tell a template and a public key, which lie where secrets do."""
    if named.is_broad and named.rule in _OF_PROGRAMS and not _TEMPLATE.isdisjoint(said):
        return True
    if named.rule not in {"private-key", "ssh"} or named.kind == "root-home":
        return False
    return said[-1] == "pub" or (named.is_broad and _is_public(name) and not name.endswith(".pem"))


def _is_fixture(named: Named, directories: list[str]) -> bool:
    if named.rule in _ALWAYS:
        return False
    is_test = named.rule != "dotenv" and not _TESTS.isdisjoint(directories)
    return is_test or not _FIXTURES.isdisjoint(directories)


def _in_place(named: Named, parts: Parts, reading: Reading) -> Named:
    """Weigh what is only worth reading where a server runs from it, or a traversal leads to it."""
    is_code = named.kind == "application-file" and parts[-1].endswith(".php")
    is_served = reading.anchor == "/" or not _SERVED.isdisjoint(parts)
    if is_code and is_served and not _is_project(parts):
        return replace(named, rule="app-secrets", severity=72)
    if (
        not is_code
        and named.kind == "public-configuration"
        and (reading.climbs > 1 or (reading.climbs and parts[0] in _SYSTEM_TOPS))
    ):
        return replace(named, rule="probe", severity=72)
    return named
