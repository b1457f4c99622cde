"""A tool that asks a SQLite database in the sandbox.

The statement is judged by the SQL guard before it comes here. The connection reads only, unless the call says that it
writes, and never reaches another file: attaching is off (and with it `VACUUM INTO`), extensions are not loaded,
PRAGMAs are those that describe. Rows, their size and the time are limited.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from scripts.mcp.tools.files import Arguments, Path
from scripts.mcp.tools.outcome import ToolError

if TYPE_CHECKING:
    from scripts.mcp.tools.sandbox import Sandbox

MOST_ROWS: Final = 1000
MOST_CHARACTERS: Final = 512 * 1024
LONGEST_S: Final = 20.0
_TICK: Final = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""
_PRAGMAS: Final = frozenset(
    {
        "table_info",
        "table_xinfo",
        "table_list",
        "index_list",
        "index_info",
        "index_xinfo",
        "foreign_key_list",
        "database_list",
        "user_version",
        "encoding",
    }
)
_REFUSED: Final = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH})
_FUNCTIONS: Final = frozenset({"load_extension", "fts3_tokenizer", "writefile", "readfile", "edit"})


class SqlQuery(Arguments):
    """Run one SQL statement on a SQLite database in the sandbox and return its rows."""

    database: Path
    sql: str = Field(
        max_length=64 * 1024, description="One statement; values are better given as parameters."
    )
    parameters: list[str | int | float | bool | None] = Field(default_factory=list, max_length=500)
    write: bool = Field(default=False, description="True for a statement that changes data.")


def sql_query(sandbox: Sandbox, wanted: SqlQuery) -> dict[str, Any]:
    """Run one statement."""
    with sandbox.file(wanted.database) as descriptor:
        path = sandbox.root.joinpath(*sandbox.parts(wanted.database))
        opened = os.fstat(descriptor)
        if not os.path.samestat(opened, path.stat(follow_symlinks=False)):
            raise ToolError("the database was replaced meanwhile")
        mode = "rw" if wanted.write else "ro"
        try:
            address = f"{FilePath(path).as_uri()}?mode={mode}"
            with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=2)) as connection:
                _confine(connection, is_writing=wanted.write)
                return _run(connection, wanted)
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise ToolError(f"SQLite says: {error}"[:300]) from error


def _confine(connection: sqlite3.Connection, *, is_writing: bool) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.execute("PRAGMA trusted_schema = OFF")
    if not is_writing:
        connection.execute("PRAGMA query_only = ON")
    deadline = time.monotonic() + LONGEST_S
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _TICK)
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    is_refused = (
        action in _REFUSED
        or (action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _PRAGMAS)
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS)
    )
    return sqlite3.SQLITE_DENY if is_refused else sqlite3.SQLITE_OK


def _run(connection: sqlite3.Connection, wanted: SqlQuery) -> dict[str, Any]:
    cursor = connection.execute(wanted.sql, wanted.parameters)
    columns = [column[0] for column in cursor.description or ()]
    rows: list[list[Any]] = []
    size = 0
    is_cut = False
    for row in cursor:
        values = [_plain(value) for value in row]
        size += sum(len(str(value)) for value in values)
        if len(rows) >= MOST_ROWS or size > MOST_CHARACTERS:
            is_cut = True
            break
        rows.append(values)
    result: dict[str, Any] = {"columns": columns, "rows": rows, "is_cut": is_cut}
    return result | ({"changed_rows": cursor.rowcount} if wanted.write and cursor.rowcount >= 0 else {})


def _plain(value: Any) -> Any:
    return f"[{len(value)} bytes]" if isinstance(value, bytes) else value
