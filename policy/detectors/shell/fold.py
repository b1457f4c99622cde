"""Constant folding: what a pure command prints, given its arguments and its input.

An attacker writes `$(echo cm0gLXJmIC8K | base64 -d)` for `rm -rf /`. The commands that such disguises are made of are
computed here, without running anything. Returns None for what is not known. Invariant: linear, bounded output
(`LONGEST_VALUE`), never raises.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import itertools
import re
import zlib
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.fold_lines import LINES
from policy.detectors.shell.limits import LONGEST_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|0?([0-7]{1,3})|c(.)|([abeEfnrtv\\'\"?]))",
    re.DOTALL,
)
_SIMPLE: Final = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/_=-]+")
_NOT_HEX: Final = re.compile(r"[^0-9a-fA-F]+")
_SET: Final = re.compile(r"(\\?.)-(\\?.)|\[:(\w+):\]|\\([0-7]{3})|\\?(.)", re.DOTALL)
_CLASSES: Final = {
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digit": "0123456789",
}
_DIRECTIVE: Final = re.compile(r"%(?:%|-?\d{0,3}([sbqdixXco]))")
_SUBSTITUTE: Final = re.compile(r"s([/|,#:@])(.*?)\1(.*?)\1([gI]{0,2})", re.DOTALL)
_LITERAL_PATTERN: Final = re.compile(r"[\w\s/:;,=@~#%-]+|\\?[.*$^]")
_LARGEST_CODE_POINT: Final = 0x10FFFF


def unescape(text: str) -> str:
    """Resolve the backslash escapes of `$'...'`, `echo -e` and `printf`."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        if match[group]:
            code = int(match[group], base)
            return chr(code) if code <= _LARGEST_CODE_POINT else ""
    if match[5]:
        return chr(ord(match[5]) & 0x1F)
    return _SIMPLE.get(match[6], match[6])


def output(argv: Sequence[str], stdin: str | None) -> str | None:
    """Return what a command prints, or None if that is not known."""
    if not argv:
        return None
    fold = _PURE.get(argv[0].rpartition("/")[2])
    printed = fold(argv[1:], stdin) if fold is not None else None
    return None if printed is None else printed[:LONGEST_VALUE]


def decode_base64(text: str) -> str | None:
    """Decode base64 in either alphabet, padded or not, UTF-16 as PowerShell writes it or UTF-8."""
    cleaned = _NOT_BASE64.sub("", text[: LONGEST_VALUE * 2]).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(cleaned + "=" * (-len(cleaned) % 4))
    except (binascii.Error, ValueError):
        return None
    return _text(data)


def _text(data: bytes) -> str:
    if data[:2] == b"\x1f\x8b":
        return _gunzip(data) or ""
    if data[1::2].count(0) * 4 > len(data):
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8", "replace")


def _gunzip(data: bytes) -> str | None:
    try:
        return zlib.decompressobj(47).decompress(data, LONGEST_VALUE).decode("utf-8", "replace")
    except zlib.error:
        return None


def _echo(args: Sequence[str], _stdin: str | None) -> str | None:
    escapes = False
    newline = "\n"
    at = 0
    while at < len(args) and re.fullmatch(r"-[neE]{1,4}", args[at]):
        escapes = escapes or "e" in args[at]
        newline = "" if "n" in args[at] else newline
        at += 1
    text = " ".join(args[at:])
    return (unescape(text) if escapes else text) + newline


def _printf(args: Sequence[str], _stdin: str | None) -> str | None:
    args = args[1:] if args[:1] == ["--"] else args
    if not args or args[0] == "-v":
        return None
    template, values = unescape(args[0]), iter(args[1:])
    directives = len(_DIRECTIVE.findall(template))
    rounds = max(1, -(-(len(args) - 1) // directives)) if directives else 1

    def fill(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        value = next(values, "")
        return unescape(value) if match[1] == "b" else value

    rounds = min(rounds, 256, 1 + LONGEST_VALUE // (len(template) + 1))
    made: list[str] = []
    for _ in range(rounds):
        made.append(_DIRECTIVE.sub(fill, template))
        if sum(map(len, made[-1:])) * len(made) > LONGEST_VALUE:
            break
    return "".join(made)


def _base64(args: Sequence[str], stdin: str | None) -> str | None:
    if stdin is None:
        return None
    if any(re.fullmatch(r"-\w{0,2}[dD]\w{0,2}|--decode|enc|-base64", arg) for arg in args):
        return decode_base64(stdin)
    return base64.b64encode(stdin.encode("utf-8", "replace")).decode() + "\n"


def _openssl(args: Sequence[str], stdin: str | None) -> str | None:
    is_decoding = "-d" in args and ("base64" in args or "-base64" in args or "-a" in args)
    return decode_base64(stdin) if stdin is not None and is_decoding and "-k" not in args else None


def _base32(args: Sequence[str], stdin: str | None) -> str | None:
    if stdin is None or not any(arg in {"-d", "--decode", "-D"} for arg in args):
        return None
    cleaned = re.sub(r"[^A-Z2-7]+", "", stdin.upper())
    try:
        return base64.b32decode(cleaned + "=" * (-len(cleaned) % 8)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def _xxd(args: Sequence[str], stdin: str | None) -> str | None:
    if stdin is None or not any(arg.startswith("-") and "r" in arg for arg in args):
        return None
    digits = _NOT_HEX.sub("", stdin.replace("\\x", "").replace("0x", ""))
    return bytes.fromhex(digits[: len(digits) & ~1]).decode("utf-8", "replace")


def _tr(args: Sequence[str], stdin: str | None) -> str | None:
    sets = [arg for arg in args if not re.fullmatch(r"-[cdst]{1,3}", arg)]
    if stdin is None or not sets or "-c" in args:
        return None
    before = _expand_set(sets[0])
    if any(arg.startswith("-") and "d" in arg for arg in args if arg not in sets):
        return stdin.translate(dict.fromkeys(map(ord, before)))
    after = _expand_set(sets[1]) if len(sets) > 1 else ""
    if not after:
        return stdin
    after += after[-1] * max(0, len(before) - len(after))
    return stdin.translate({ord(old): new for old, new in zip(before, after, strict=False)})


def _expand_set(text: str) -> str:
    out: list[str] = []
    for match in itertools.islice(_SET.finditer(text), 512):
        if match[1]:
            first, last = unescape(match[1]), unescape(match[2])
            out.extend(map(chr, range(ord(first[-1]), min(ord(last[-1]), ord(first[-1]) + 512) + 1)))
        elif match[3]:
            out.append(_CLASSES.get(match[3], ""))
        else:
            out.append(chr(int(match[4], 8)) if match[4] else unescape(match[0])[-1:])
    return "".join(out)


def _sed(args: Sequence[str], stdin: str | None) -> str | None:
    """Fold `s/literal/literal/g`; no other script, so nothing of a pattern is ever run."""
    scripts = [arg for arg in args if not arg.startswith("-")]
    match = _SUBSTITUTE.fullmatch(scripts[0]) if stdin is not None and len(scripts) == 1 else None
    if (
        stdin is None
        or match is None
        or not _LITERAL_PATTERN.fullmatch(match[2])
        or match[2] in {"*", ".", "^", "$"}
    ):
        return None
    return replaced(stdin, match[2].removeprefix("\\"), match[3], is_all="g" in match[4])


def replaced(text: str, old: str, new: str, *, is_all: bool) -> str:
    """Replace, but never beyond `LONGEST_VALUE` characters or so: a thousand times a thousand is a million."""
    room = LONGEST_VALUE // (len(new) + 1) + 1
    return text.replace(old, new, room if is_all else 1)


def _with_stdin(change: Callable[[str], str | None]) -> Callable[[Sequence[str], str | None], str | None]:
    return lambda args, stdin: (
        None if stdin is None or any(not a.startswith("-") for a in args) else change(stdin)
    )


def _reverse(text: str) -> str:
    return "\n".join(line[::-1] for line in text.split("\n"))


def _gzip(args: Sequence[str], stdin: str | None) -> str | None:
    # Binary input was made text on the way and is lost, except for base64 of gzip, which `_text` opens at once.
    return stdin if any("d" in arg for arg in args if arg.startswith("-")) else None


_PURE: Final[dict[str, Callable[[Sequence[str], str | None], str | None]]] = {
    "echo": _echo,
    "print": _echo,
    "printf": _printf,
    "base64": _base64,
    "openssl": _openssl,
    "base32": _base32,
    "xxd": _xxd,
    "tr": _tr,
    "sed": _sed,
    "rev": _with_stdin(_reverse),
    "tac": _with_stdin(lambda text: "\n".join(reversed(text.rstrip("\n").split("\n")))),
    "cat": _with_stdin(str),
    "tee": lambda _args, stdin: stdin,
    "rot13": _with_stdin(lambda text: codecs.encode(text, "rot13")),
    "gzip": _gzip,
    "gunzip": lambda _args, stdin: stdin,
    "zcat": lambda _args, stdin: stdin,
    **LINES,
}
