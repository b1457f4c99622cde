r"""What an agent-supplied path may mean: decoded, unwrapped, anchored, with its dot segments resolved.

Owns the way from a spelling to segments. A spelling has several readings, because whoever opens it may stop at a NUL,
take a backslash for a slash or for an escape, drop `;parameters`, strip `../` once, or hand it to a stream wrapper.
Each reading says where it starts (`anchor`), what it names (`parts`) and how far it climbs out (`climbs`).

Invariants: at most `MAX_READINGS` readings of at most `MAX_LENGTH` characters, made in linear time; never raises; the
first reading is the most decoded one of the whole text.

Does not catch: links, mounts and 8.3 names (`PROGRA~1`), which only the file system knows.
Sources: POSIX path resolution, Microsoft "Naming Files, Paths, and Namespaces", PHP's supported protocols and
wrappers, proc(5), CWE-22 and its children.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from policy.detectors.files.decoding import decode
from policy.detectors.files.wrappers import unwrap

MAX_READINGS: Final = 24
MAX_LENGTH: Final = 8_192
"""Characters looked at: the first and the last half of what is longer. No system opens a path of that length."""

HOME: Final = "~"
UNKNOWN: Final = "$"
"""Anchor of a path that begins with a variable, or in a directory, that nobody here can resolve."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./@+,-]*\Z")
_ODD: Final = re.compile(r"//|\.\.\.|\.\.[25]|0x[25]")
_DRIVE: Final = re.compile(r"/?([A-Za-z]):(?=/|\Z|[^/\\:]*+(?:/|\Z))")
_DEVICE: Final = re.compile(r"/{1,2}[?.]{1,2}/{1,2}(?:(unc)/)?", re.IGNORECASE)
_ADMIN_SHARE: Final = re.compile(r"[^/]*+/([a-z])\$(?=/|\Z)", re.IGNORECASE)
_VARIABLE: Final = re.compile(
    r"\$\{?(?:env:)?([A-Za-z_][A-Za-z0-9_]{0,40})\}?(?=/|\Z)|%([A-Za-z_()0-9]{1,40})%(?=/|\Z)"
)
_PIECES: Final = re.compile(r"[\s'\"`|<>(){}?&=#;,^!$]++")
_CONTROLS: Final = re.compile(r"[\x01-\x1f\x7f]+")
_PARAMETERS: Final = re.compile(r";[^/]*+")
_PROCESS_ROOT: Final = re.compile(
    r"/+proc/+(?:self|thread-self|[0-9]+)/+(?:task/+[0-9]+/+)?(root|cwd)(?=/|\Z)"
)
_DOTS: Final = re.compile(r"\.{3,}\Z")
_HOMES: Final = frozenset({"home", "userprofile", "homepath"})
_PLACES: Final = {
    "appdata": "appdata/roaming",
    "localappdata": "appdata/local",
    "systemroot": "c:/windows",
    "windir": "c:/windows",
    "programdata": "c:/programdata",
    "allusersprofile": "c:/programdata",
    "programfiles": "c:/program files",
    "systemdrive": "c:",
    "xdg_config_home": ".config",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a path."""

    anchor: str
    """Where it starts: empty for a relative path, `/`, `c:`, `//host`, `~` or `$`."""
    parts: tuple[str, ...]
    """Segments as written, dot segments resolved, neither empty nor `.`."""
    climbs: int = 0
    """How many `..` are left over: out of the directory it is relative to, or beyond the root."""
    dots: int = 0
    """How many `..` it is spelled with."""
    left: str = ""
    """The first segment, if a `..` takes it back: `workspace` in `workspace/../x`."""
    wrapper: str = ""
    """Stream wrappers it was taken out of, outermost first."""
    is_piece: bool = False
    """Part of a longer text, such as one word of a command."""

    @property
    def folded(self) -> tuple[str, ...]:
        """The segments as a file system sees them that knows no case, nor dots and blanks at the end of a name."""
        return tuple(map(_fold, self.parts))


def normalize(path: str) -> tuple[Reading, ...]:
    """Return every reading of an agent-supplied path, the plainest first; at least one."""
    if len(path) <= MAX_LENGTH and _PLAIN.match(path) and not _ODD.search(path):
        return (_read(path),)
    found: dict[Reading, None] = {}
    for text, wrapper, is_piece in _spellings(shorten(path)):
        reading = _read(text, wrapper, is_piece=is_piece)
        if not is_piece or reading.parts:
            found.setdefault(reading)
        if len(found) >= MAX_READINGS:
            break
    return tuple(found)


def shorten(path: str) -> str:
    """Return the two ends of a path that is longer than `MAX_LENGTH`: what it starts with and what it names."""
    half = MAX_LENGTH // 2
    return path if len(path) <= MAX_LENGTH else path[:half] + path[-half:]


def _spellings(path: str) -> list[tuple[str, str, bool]]:
    """Return (text, wrappers, is a piece) of each reading, slashes turned."""
    decoded = decode(path)
    head, cut, _ = decoded.partition("\0")
    whole = decoded.replace("\0", "").strip()
    texts = [(text, "") for text in ([head.strip(), whole] if cut and head.strip() else [whole])]
    inner, wrapper = unwrap(texts[0][0])
    if wrapper:
        texts = [*((text, wrapper) for text in inner), *texts]
    spelled: list[tuple[str, str, bool]] = []
    for text, name in texts:
        turned = text.replace("\\", "/")
        spelled.append((turned, name, False))
        spelled += [(other, name, False) for other in _lax(text, turned)]
    if decoded != path:
        spelled.append((path.replace("\\", "/").strip(), "", False))
    pieces = [piece for text, name in texts if name != "data" for piece in _pieces(text)]
    return spelled + [(piece, wrapper, True) for piece in dict.fromkeys(pieces)]


def _lax(text: str, turned: str) -> list[str]:
    """Return what sloppy filters make of a path: each undoes one thing, once."""
    found = []
    if "\\" in text and not _DRIVE.match(turned):
        found.append(text.replace("\\", ""))
    if _CONTROLS.search(turned):
        found.append(_CONTROLS.sub("", turned))
    if ";" in turned:
        found.append(_PARAMETERS.sub("", turned))
    if "..." in turned or "./." in turned:
        found.append(turned.replace("../", ""))
    if "%" in turned and ".." in turned:
        found.append(turned.replace("%", ""))
    if "{" in turned and "," in turned:
        found += _alternatives(turned)
    return [other for other in dict.fromkeys(found) if other != turned]


def _alternatives(text: str) -> list[str]:
    """Expand the first braces as a shell does: `/etc/{passwd,shadow}`."""
    head, _, rest = text.partition("{")
    inside, closed, tail = rest.partition("}")
    return [head + choice + tail for choice in inside.split(",")[:8]] if closed and "," in inside else []


def _pieces(text: str) -> list[str]:
    """Return the words of a text that look like paths: parameters of a URL, operands of a command."""
    if not _PIECES.search(text):
        return []
    words = _PIECES.split(text)[:64]
    return [
        word.replace("\\", "/") for word in words if "/" in word or "\\" in word or word[:1] in {".", "~"}
    ][:16]


def _read(text: str, wrapper: str = "", *, is_piece: bool = False) -> Reading:
    """Anchor a spelling whose slashes are turned, and resolve its dot segments."""
    anchor, rest = _anchor(text)
    kept: list[str] = []
    climbs = dots = 0
    left = ""
    for part in rest.split("/"):
        if part in {"", "."}:
            continue
        if part != "..":
            kept.append(part)
            continue
        dots += 1
        if kept:
            left = left or kept[0] if len(kept) == 1 else left
            kept.pop()
        else:
            climbs += 1
    return Reading(anchor, tuple(kept), climbs, dots, left, wrapper, is_piece)


def _anchor(text: str) -> tuple[str, str]:
    if text.startswith("/"):
        return _absolute(text)
    if text.startswith("~"):
        user, _, rest = text.partition("/")
        # `~$report.docx` is a lock of Office, `~draft.txt` an old backup.
        is_name = user.startswith("~$") or (user == text and "." in user)
        return ("", text) if is_name else (HOME, rest)
    if text.startswith(("$", "%", "`")):
        return _variable(text)
    if drive := _DRIVE.match(text):
        return drive[1].lower() + ":", text[drive.end() :]
    return "", text


def _variable(text: str) -> tuple[str, str]:
    """Resolve a path that begins with a variable of a shell, as far as everybody knows what it holds."""
    variable = _VARIABLE.match(text)
    if variable is None:
        return (UNKNOWN, text) if text.startswith(("$(", "`")) else ("", text)
    name, rest = variable[1] or variable[2], text[variable.end() :]
    if name.lower() in _HOMES:
        return HOME, rest
    place = _PLACES.get(name.lower())
    if place is None:
        # `$id` is a segment of some web frameworks' routes; variables of the environment are in capitals.
        is_variable = name.isupper() or not text.startswith("$" + name)
        return (UNKNOWN, rest) if is_variable else ("", text)
    return (place[:2], place[2:] + rest) if place.startswith("c:") else (HOME, place + rest)


def _absolute(text: str) -> tuple[str, str]:
    if text.startswith("//") and (device := _DEVICE.match(text)):
        rest = text[device.end() :]
        text = "//" + rest if device[1] else "/" + rest
    while process := _PROCESS_ROOT.match(text):
        if process[1] == "cwd":
            return UNKNOWN, text[process.end() :]  # wherever that process is
        text = text[process.end() :] or "/"
    if drive := _DRIVE.match(text):
        return drive[1].lower() + ":", text[drive.end() :]
    if text.startswith("//"):
        rest = text.lstrip("/")
        if share := _ADMIN_SHARE.match(rest):
            return share[1].lower() + ":", rest[share.end() :]
    return "/", text


def _fold(part: str) -> str:
    if "::$" in part:
        part = part.partition("::$")[0]
    if part[-1:] in {".", " "} and not _DOTS.match(part):
        part = part.rstrip(". ")
    part = part.removesuffix("~")  # an editor's backup
    return part.casefold() if not part.islower() else part
