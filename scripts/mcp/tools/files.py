"""Tools for files: read, write, list and search, inside the sandbox and within limits."""

from __future__ import annotations

import os
import stat
import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from scripts.mcp.tools.outcome import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.mcp.tools.sandbox import Sandbox

KIBIBYTE: Final = 1024
MOST_READ_BYTES: Final = 1024 * KIBIBYTE
MOST_WRITTEN_CHARACTERS: Final = 8 * 1024 * KIBIBYTE
MOST_ENTRIES: Final = 1000
MOST_HITS: Final = 200
MOST_VISITED: Final = 50_000
LARGEST_SEARCHED_BYTES: Final = 4 * 1024 * KIBIBYTE
SEARCH_S: Final = 10.0
_LINE_CHARACTERS: Final = 300

Path = Annotated[str, Field(description="Path from the sandbox's root, such as src/app.py.")]


class Arguments(BaseModel):
    """What a tool takes; anything else is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ReadFile(Arguments):
    """Read a text file, or a part of a large one."""

    path: Path
    offset: int = Field(0, ge=0, description="Byte to begin at.")
    limit: int = Field(256 * KIBIBYTE, ge=1, le=MOST_READ_BYTES, description="Bytes to read at most.")


class WriteFile(Arguments):
    """Write a text file as a whole; missing directories are made."""

    path: Path
    content: str = Field(max_length=MOST_WRITTEN_CHARACTERS, description="The file's whole content.")


class ListDirectory(Arguments):
    """List a directory: the names in it, with kind and size."""

    path: Path = "."


class SearchFiles(Arguments):
    """Find files by name, and lines in them by a text they hold."""

    path: Path = "."
    pattern: str = Field("*", max_length=256, description="Glob on the file's name, such as *.py.")
    text: str = Field("", max_length=1024, description="Text that a line must hold; no regular expression.")


def read_file(sandbox: Sandbox, wanted: ReadFile) -> dict[str, Any]:
    """Return a file's text."""
    with sandbox.file(wanted.path) as descriptor:
        size = os.fstat(descriptor).st_size
        content = os.pread(descriptor, wanted.limit, wanted.offset)
    end = wanted.offset + len(content)
    text, kept = _text(content, is_cut=end < size, is_begun=wanted.offset > 0)
    result = {"text": text, "size": size}
    if wanted.offset + kept < size:
        result["next_offset"] = wanted.offset + kept
    return result


def write_file(sandbox: Sandbox, wanted: WriteFile) -> dict[str, Any]:
    """Write a file."""
    try:
        content = wanted.content.encode()
    except UnicodeEncodeError as error:
        raise ToolError("the content is not Unicode text") from error
    is_new = sandbox.write(wanted.path, content)
    return {"written_bytes": len(content), "created": is_new}


def list_directory(sandbox: Sandbox, wanted: ListDirectory) -> dict[str, Any]:
    """Return the names in a directory."""
    with sandbox.directory(wanted.path) as descriptor, os.scandir(descriptor) as found:
        entries = [_described(entry) for entry in _first(found, MOST_ENTRIES + 1)]
    entries.sort(key=lambda entry: str(entry["name"]))
    return {"entries": entries[:MOST_ENTRIES], "is_cut": len(entries) > MOST_ENTRIES}


def search_files(sandbox: Sandbox, wanted: SearchFiles) -> dict[str, Any]:
    """Return where a name or a text stands; symbolic links are not followed."""
    deadline = time.monotonic() + SEARCH_S
    hits: list[dict[str, Any]] = []
    visited = 0
    with sandbox.directory(wanted.path) as top:
        for directory, names, files, descriptor in os.fwalk(".", dir_fd=top, follow_symlinks=False):
            names.sort()
            for name in sorted(files):
                visited += 1
                if visited > MOST_VISITED or time.monotonic() > deadline or len(hits) >= MOST_HITS:
                    return {"hits": hits, "is_cut": True}
                if fnmatchcase(name, wanted.pattern):
                    path = os.path.normpath(os.path.join(directory, name))  # noqa: PTH118 - names, not paths
                    hits += _hits(path, name, descriptor, wanted.text, MOST_HITS - len(hits))
    return {"hits": hits, "is_cut": False}


def _hits(path: str, name: str, directory: int, text: str, most: int) -> list[dict[str, Any]]:
    if not text:
        return [{"path": path}]
    try:
        descriptor = os.open(
            name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory
        )
    except OSError:
        return []
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_SEARCHED_BYTES:
            return []
        content = os.pread(descriptor, LARGEST_SEARCHED_BYTES, 0)
    finally:
        os.close(descriptor)
    wanted = text.encode("utf-8", "surrogatepass")
    if b"\0" in content or wanted not in content:
        return []
    lines = enumerate(content.split(b"\n"), 1)
    found = (
        {"path": path, "line": number, "text": line[:_LINE_CHARACTERS].decode("utf-8", "replace")}
        for number, line in lines
        if wanted in line
    )
    return list(_first(found, most))


def _first[T](items: Iterator[T], count: int) -> Iterator[T]:
    for _, item in zip(range(count), items, strict=False):
        yield item


def _described(entry: os.DirEntry[str]) -> dict[str, Any]:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return {"name": entry.name, "kind": "unknown"}
    if stat.S_ISREG(status.st_mode):
        return {"name": entry.name, "kind": "file", "size": status.st_size}
    if stat.S_ISDIR(status.st_mode):
        return {"name": entry.name, "kind": "directory"}
    return {"name": entry.name, "kind": "link" if stat.S_ISLNK(status.st_mode) else "other"}


def _text(content: bytes, *, is_cut: bool, is_begun: bool) -> tuple[str, int]:
    """Decode a piece of a file; what is cut off at its end belongs to the next piece.

    Returns:
        the text, and how many bytes of the piece it stands for.
    """
    try:
        return content.decode(), len(content)
    except UnicodeDecodeError as error:
        is_tail = is_cut and error.reason == "unexpected end of data" and error.end == len(content)
        if is_tail and error.start > 0:
            return content[: error.start].decode(), error.start
        if is_begun and error.start == 0:
            raise ToolError("the offset is not the beginning of a character") from error
        raise ToolError("this is not a text file (UTF-8)") from error
