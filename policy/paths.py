r"""Reading request paths every way a server might, and matching them against globs in linear time.

Owns the views of a path and the globs of `blockedPaths`. It exists because proxies, frameworks and file
systems decode, split and normalize paths in different orders: `/x/..;/admin`, `/%2561dmin`, `//admin`,
`/admin%00.png` and `\admin` all reach `/admin` on some server (CWE-22, CWE-180, CWE-436). A glob that
matches any view blocks.

Invariants: `views` always contains the path as sent; the work is bounded by `_CHARACTER_BUDGET` and a path
that would need more is reported as unreadable, which the check refuses; no regular expression here can
backtrack.

Sources: RFC 3986 §6.2.2, WHATWG URL, Tomcat and Spring advisories on path parameters, IIS `%u` and best-fit
decoding, RFC 3629 §10 on overlong UTF-8.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

_CHARACTER_BUDGET: Final = 65_536
_LONGEST_UNPLAIN: Final = 8_192
_MOST_VIEWS: Final = 512

_SPECIAL: Final = re.compile(r"[^A-Za-z0-9_~!&'()*+,=:@/.-]")
_AMBIGUOUS: Final = ("//", "/..", "./")
_LONE_SURROGATES: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_DATA_STREAM: Final = re.compile(r"::\$[^/]*")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\]*")
_UNICODE_ESCAPE: Final = re.compile(r"%[uU]([0-9a-fA-F]{4})")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_PARAMETERS: Final = re.compile(r";[^/\\]*")
_SLASHES: Final = re.compile(r"/{2,}")
_BEST_FIT: Final = {0x2044: "/", 0x2215: "/", 0x29F8: "/", 0x2216: "\\", 0x29F5: "\\"}
_OVERLONG: Final = re.compile(
    rb"[\xc0\xc1][\x00-\xff]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf][\x80-\xbf]"
)


class TooManyReadingsError(ValueError):
    """The path is too long or too ambiguous to be judged."""


def views(target: str) -> tuple[str, ...]:
    """Return every reading of a raw request target's path, the plainest first.

    Raises:
        TooManyReadingsError: if the readings would exceed the budget.
    """
    path = _path_of(target)
    if len(path) <= _CHARACTER_BUDGET and _is_plain(path):
        return (path or "/",)
    if len(path) > _LONGEST_UNPLAIN:
        raise TooManyReadingsError("the path is too long to be judged")
    seen = {path: None}
    queue = [path]
    budget = _CHARACTER_BUDGET - len(path)
    while queue:
        view = queue.pop()
        for read in _READINGS:
            other = read(view)
            if other in seen:
                continue
            budget -= len(other) + 1
            if budget < 0 or len(seen) >= _MOST_VIEWS or len(other) > _LONGEST_UNPLAIN:
                raise TooManyReadingsError("the path has too many readings to be judged")
            seen[other] = None
            queue.append(other)
    return tuple(seen)


def _is_plain(path: str) -> bool:
    """Tell whether every server reads a path the same way."""
    if not path:
        return True
    if path[0] != "/" or path[-1] == "." or _SPECIAL.search(path):
        return False
    return not any(sequence in path for sequence in _AMBIGUOUS)


def _path_of(target: str) -> str:
    if not target.startswith("/") and (absolute := _ABSOLUTE.match(target)):
        target = target[absolute.end() :]
    return _LONE_SURROGATES.sub("\ufffd", target.partition("?")[0])


def _decode(path: str) -> str:
    return unquote_to_bytes(_to_bytes(path)).decode("utf-8", "surrogateescape") if "%" in path else path


def _decode_unicode_escapes(path: str) -> str:
    """IIS reads `%u002f` as a slash."""
    if "%u" not in path and "%U" not in path:
        return path
    decoded = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), path)
    return _LONE_SURROGATES.sub("\ufffd", decoded)


def _decode_overlong(path: str) -> str:
    if path.isascii():
        return path
    return _OVERLONG.sub(_shorten, _to_bytes(path)).decode("utf-8", "surrogateescape")


def _to_bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _shorten(match: re.Match[bytes]) -> bytes:
    """Return the ASCII character an overlong or broken sequence stands for to a lax decoder."""
    value = 0
    for index, byte in enumerate(match[0]):
        value = byte & 0x1F if index == 0 else value << 6 | byte & 0x3F
    return bytes((value & 0x7F,))


def _fold(path: str) -> str:
    return path if path.isascii() else unicodedata.normalize("NFKC", path)


def _fit_slashes(path: str) -> str:
    """Best-fit decoding folds more slashes than NFKC."""
    return path if path.isascii() else path.translate(_BEST_FIT)


def _cut_query(path: str) -> str:
    return path.partition("?")[0]


def _cut_fragment(path: str) -> str:
    return path.partition("#")[0]


def _cut_at_nul(path: str) -> str:
    return path.partition("\0")[0]


def _drop_controls(path: str) -> str:
    return _CONTROLS.sub("", path)


def _turn_backslashes(path: str) -> str:
    return path.replace("\\", "/")


def _drop_parameters(path: str) -> str:
    return _PARAMETERS.sub("", path) if ";" in path else path


def _drop_windows_tails(path: str) -> str:
    """Windows ignores dots and spaces at the end of a name, and reads `name::$DATA` as `name`."""
    if (
        ". " not in path
        and "./" not in path
        and path[-1:] not in {".", " "}
        and " /" not in path
        and "::$" not in path
    ):
        return path
    segments = _DATA_STREAM.sub("", path).split("/")
    return "/".join(part if part in {".", ".."} else part.rstrip(". ") for part in segments)


def _trim(path: str) -> str:
    return "/".join(part.strip() for part in path.split("/")) if " " in path else path


def _drop_authority(path: str) -> str:
    """Whoever parses `//x/admin` as a URL reference takes `x` for a host (RFC 3986 §4.2)."""
    return "/" + path[2:].partition("/")[2] if path.startswith("//") else path


def _merge_slashes(path: str) -> str:
    return _SLASHES.sub("/", path) if "//" in path else path


def _resolve_dots(path: str) -> str:
    """Remove dot segments without merging slashes (RFC 3986 §5.2.4)."""
    if "/." not in path and not path.startswith("."):
        return path
    kept: list[str] = []
    for part in path.lstrip("/").split("/") if path.startswith("/") else path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept)


_READINGS: Final[tuple[Callable[[str], str], ...]] = (
    _decode,
    _decode_unicode_escapes,
    _decode_overlong,
    _fold,
    _fit_slashes,
    _cut_query,
    _cut_fragment,
    _cut_at_nul,
    _drop_controls,
    _turn_backslashes,
    _drop_parameters,
    _drop_windows_tails,
    _trim,
    _drop_authority,
    _merge_slashes,
    _resolve_dots,
)


type Segment = str | re.Pattern[str] | None
"""One compiled segment: literal text, a pattern with wildcards, or None for `**`."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern: `/` is the root, `**` any number of segments, `*` and `?` stay within one."""

    text: str
    """As written in the policy."""
    parts: tuple[Segment, ...]

    def matches(self, segments: tuple[str, ...]) -> bool:
        """Match the segments of one view (see `split`).

        Remembers only the last `**`, which is enough: never more than parts x segments steps.
        """
        parts, at, position = self.parts, 0, 0
        star, resume = -1, 0
        while position < len(segments):
            if at < len(parts) and parts[at] is None:
                star, resume = at, position
                at += 1
            elif at < len(parts) and _segment_matches(parts[at], segments[position]):
                at += 1
                position += 1
            elif star >= 0:
                resume += 1
                at, position = star + 1, resume
            else:
                return False
        return all(part is None for part in parts[at:])


def compile_glob(text: str) -> Glob:
    """Compile a validated glob (see `policy.values.path_glob`)."""
    return Glob(text, tuple(_compile_segment(part) for part in split(_decode(text))))


def split(path: str) -> tuple[str, ...]:
    """Return the case-folded segments of a path; empty ones, and so a trailing slash, do not count."""
    return tuple(part for part in path.casefold().split("/") if part)


def _compile_segment(part: str) -> Segment:
    """Compile one segment; atomic groups keep a match linear in the agent-supplied text."""
    if part == "**":
        return None
    if "*" not in part and "?" not in part:
        return part
    first, *rest = (
        "".join("." if char == "?" else re.escape(char) for char in piece) for piece in part.split("*")
    )
    if not rest:
        return re.compile(f"{first}\\Z", re.DOTALL)
    *middle, last = rest
    atoms = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{first}{atoms}.*{last}\\Z", re.DOTALL)


def _segment_matches(part: Segment, text: str) -> bool:
    if isinstance(part, str):
        return part == text
    return part is not None and part.match(text) is not None
