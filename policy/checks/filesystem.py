r"""Filesystem check: keeps the paths of tool calls inside the sandbox, and away from what nobody should read.

Owns the meaning of `filesystem` in the policy. What `sandboxRoot` means:

- a relative path is taken relative to the sandbox root, and one that begins with the root's own name is inside as
  well (`workspace/a.txt` under `./workspace`), if it is so from the root and from its parent;
- an absolute path is inside an absolute root if it starts with it, letter by letter; where the root itself is
  relative, `/workspace/a.txt` is inside, because that is where containers mount it;
- a path is inside only if every reading of it is: encoded, cut at a NUL, with backslashes turned;
- `~`, `$HOME`, other drives and other machines are outside, unless the root is spelled so.

What `denyPatterns` means: globs (`policy.globs.FileGlob`) on every reading, whatever its case. Where a root is set,
patterns that say no more than `**/*` mean what the root already says: nothing outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.catalog import finding
from policy.checks.found import findings
from policy.detectors.files import detector
from policy.detectors.files.readings import HOME, MAX_LENGTH, normalize
from policy.evidence import masked, safe
from policy.globs import FileGlob, compile_file_glob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from policy.detectors.files.readings import Reading
    from policy.sections import Filesystem
    from policy.verdict import Finding

_HOMES: Final = frozenset({"home", "users", "documents and settings"})


@dataclass(frozen=True, slots=True)
class FilesystemSettings:
    """What the policy says about paths."""

    sandbox_root: str | None = None
    """As written; None means paths may lie anywhere."""
    deny: tuple[tuple[FileGlob, int | None], ...] = ()
    """`denyPatterns` with their policy lines."""
    line: int | None = None
    """Of the section."""
    root_line: int | None = None
    root: Reading | None = None
    """`sandbox_root`, read."""


def compile_filesystem(section: Filesystem | None, lines: Callable[..., int | None]) -> FilesystemSettings:
    """Compile a section of the policy.

    Args:
        section: as validated; None if the policy has none.
        lines: line of a key, by its path.
    """
    if section is None:
        return FilesystemSettings()
    return FilesystemSettings(
        sandbox_root=section.sandbox_root,
        deny=tuple(
            (compile_file_glob(glob), lines("filesystem", "denyPatterns", index))
            for index, glob in enumerate(section.deny_patterns)
        ),
        line=lines("filesystem"),
        root_line=lines("filesystem", "sandboxRoot"),
        root=normalize(section.sandbox_root)[0] if section.sandbox_root else None,
    )


def check(
    paths: Sequence[tuple[str, str]], settings: FilesystemSettings, resolved: Mapping[str, str] | None = None
) -> list[Finding]:
    """Stop paths that leave the sandbox, match a denied pattern, or name keys and credentials (CWE-22, CWE-59, LLM06).

    Args:
        paths: agent-supplied, each with its location in the exchange.
        settings: of the policy.
        resolved: path as named to where it leads with symbolic links resolved, absolute, if the gateway can see it;
            the sandbox root as written, to where it is.

    Does not catch: links and mounts where the gateway does not share the file system; short names of Windows; what a
    tool does with a path that is no string.
    """
    found: list[Finding] = []
    for path, location in paths:
        found += findings(detector.detect(path).matches, location, settings.line)
        if settings.root is not None or settings.deny:
            found += _judge(path, location, settings)
        if resolved and (real := resolved.get(path)) is not None and real != path:
            real_root = resolved.get(settings.sandbox_root) if settings.sandbox_root else None
            found += _judge_real(path, real, location, settings, real_root)
    return found


def _judge(path: str, location: str, settings: FilesystemSettings) -> list[Finding]:
    if len(path) > MAX_LENGTH or "\0" in path:
        return [finding("filesystem.unreadable", _UNREADABLE, location=location, evidence=masked(path))]
    readings = [reading for reading in normalize(path) if not reading.is_piece]
    found = []
    root = settings.root
    if root is not None and not all(is_inside(reading, root) for reading in readings):
        found.append(
            finding(
                "filesystem.outside-sandbox",
                f"the path leads out of the sandbox {safe(settings.sandbox_root or '')}",
                location=location,
                evidence=masked(path),
                policy_line=settings.root_line,
            )
        )
    return found + _denied(path, readings, location, settings)


def _denied(
    path: str, readings: Sequence[Reading], location: str, settings: FilesystemSettings
) -> list[Finding]:
    if not settings.deny:
        return []
    spelled = [_spelled(reading, settings.root) for reading in readings]
    return [
        finding(
            "filesystem.denied-pattern",
            f"the path matches {safe(glob.text)}, which this policy denies",
            location=location,
            evidence=masked(path),
            policy_line=line,
        )
        for glob, line in settings.deny
        if not (glob.is_everything and settings.root is not None)
        and any(_matches(glob, *each) for each in spelled)
    ]


def _judge_real(
    path: str, real: str, location: str, settings: FilesystemSettings, real_root: str | None
) -> list[Finding]:
    """Judge where a path leads once links are resolved; a root of unknown place cannot be compared with."""
    found = findings(detector.detect(real).matches, location, settings.line)
    reading = normalize(real)[0]
    roots = [normalize(real_root)[0]] if real_root else []
    if settings.root is not None and settings.root.anchor:
        roots.append(settings.root)
    if roots and not any(_is_inside_absolute(reading, root) for root in roots):
        reason = f"the path is a link that leads out of the sandbox {safe(settings.sandbox_root or '')}"
        found.append(
            finding(
                "filesystem.symlink",
                reason,
                location=location,
                evidence=masked(f"{path} -> {real}"),
                policy_line=settings.root_line,
            )
        )
    return found + _denied(real, (reading,), location, settings)


def is_inside(reading: Reading, root: Reading) -> bool:
    """Tell whether one reading of a path lies in the sandbox."""
    if reading.anchor:
        return _is_inside_absolute(reading, root)
    # `workspace/../x` is inside if it is meant from the root, and outside if it is meant from beside it.
    is_ambiguous = bool(reading.left and root.parts) and reading.left.casefold() == root.folded[-1]
    return not reading.climbs and not is_ambiguous


def _is_inside_absolute(reading: Reading, root: Reading) -> bool:
    if reading.climbs or root.climbs or not (root.anchor or root.parts):
        return False
    is_windows = reading.anchor.endswith(":")
    mine, base = (reading.folded, root.folded) if is_windows else (reading.parts, root.parts)
    return reading.anchor == (root.anchor or "/") and mine[: len(base)] == base


def _spelled(reading: Reading, root: Reading | None) -> tuple[tuple[str, ...], bool, tuple[str, ...] | None]:
    """Return the segments of a path from the root as far as it is known, whether that is so, and from a home."""
    parts = reading.folded
    home = parts if reading.anchor == HOME else None
    if reading.anchor in {"/", ""} and parts[:1] == ("root",):
        home = parts[1:]
    elif parts[:1] and parts[0] in _HOMES:
        home = parts[2:]
    if not reading.anchor and root is not None and root.anchor == "/":
        return (*root.folded, *parts), True, home
    return parts, reading.anchor == "/" or reading.anchor.endswith(":") or reading.climbs > 0, home


def _matches(glob: FileGlob, parts: tuple[str, ...], is_rooted: bool, home: tuple[str, ...] | None) -> bool:  # noqa: FBT001
    if glob.is_home:
        return home is not None and glob.matches(home)
    return (is_rooted or not glob.is_rooted) and glob.matches(parts)


_UNREADABLE: Final = "the path holds a NUL or is longer than any system opens"
