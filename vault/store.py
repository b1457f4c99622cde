"""The vault's file: read whole, and changed as a whole or not at all.

Owns SQLite and the permissions of the file. What it reads is only rows: whether they are genuine is asked of the
seal by `vault`. Invariants:

- A file that others may read or write, or that is not a vault of this format, is left alone and refused.
- A change is one immediate transaction in which the present contents are read, the new ones written and read back;
  if they are not what was meant (a trigger, a second writer) nothing is kept.
- SQLite's messages never pass: they may quote what is stored.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from peewee import Model, PeeweeException, SqliteDatabase

from vault import schema
from vault.contents import Contents, Meta, PlaceholderRow, SecretRow
from vault.errors import VaultExists, VaultLoose, VaultTampered, VaultUnavailable, VaultUnreadable
from vault.private_files import LooseFileError, require_private, sync_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

type Stored = tuple[Contents, bytes]
"""Contents and the seal that stands with them."""

BUSY_TIMEOUT_S: Final = 5.0
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY: Final = 0xFF


def create(path: Path, contents: Contents, seal: bytes) -> None:
    """Make the file of a new vault, mode 0600.

    Raises:
        VaultExists: Something has that name.
        VaultUnavailable: It cannot be made.
    """
    beside = path.with_name(f"{path.name}.making")
    if path.exists():
        raise VaultExists("there is a vault already", path=path)
    try:
        beside.unlink(missing_ok=True)
        write_private(beside, b"")
        with _connected(beside) as database, database.atomic():
            schema.create(_raw(database))
            _write(database, None, (contents, seal))
        _move(beside, path)
        sync_folder(path)
    except FileExistsError as error:
        raise VaultExists("there is a vault already", path=path) from error
    except OSError as error:
        raise VaultUnavailable(f"cannot make the vault: {error.strerror}", path=path) from error


def load(path: Path) -> Stored:
    """Read a vault.

    Raises:
        VaultUnreadable: There is none that we can read.
        VaultLoose: Others may read or write it.
        VaultTampered: It is damaged.
        VaultUnavailable: It cannot be read now.
    """
    _require_vault(path)
    with _connected(path, "DEFERRED") as database, database.atomic():
        _recognize(_raw(database), path)
        return _read(database, path)


def change(path: Path, make: Callable[[Stored], Stored]) -> None:
    """Replace the contents, durably, by what `make` returns for the present ones.

    Raises:
        VaultError: As `load`, or what `make` raises; the file is as it was.
    """
    _require_vault(path)
    with _connected(path) as database, database.atomic():
        _recognize(_raw(database), path)
        before = _read(database, path)
        after = make(before)
        _write(database, before, after)
        if _read(database, path) != after or schema.altered_definitions(_raw(database)):
            raise VaultTampered("the file does not hold what was written to it", path=path)


def _move(beside: Path, path: Path) -> None:
    """Rename, but not over a vault that was made meanwhile."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path) from None
        beside.rename(path)
    else:
        beside.unlink()


def stamp(path: Path) -> tuple[int, ...]:
    """What changes whenever the file does: device, inode, size and times; empty if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, asked with every request
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@contextmanager
def _connected(path: Path, lock: str = "IMMEDIATE") -> Iterator[SqliteDatabase]:
    """Connect for one transaction; errors of SQLite become ours."""
    database = SqliteDatabase(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        lock_type=lock,
        pragmas={"journal_mode": "delete", "synchronous": "extra", "secure_delete": "on"},
    )
    try:
        with closing(database):
            yield database
    except (PeeweeException, sqlite3.Error, UnicodeDecodeError) as error:
        raise _explained(error, path) from None


def _explained(error: Exception, path: Path) -> VaultUnavailable | VaultTampered:
    cause: BaseException | None = error
    while cause is not None and not hasattr(cause, "sqlite_errorcode"):
        cause = cause.__cause__ or cause.__context__
    code = getattr(cause, "sqlite_errorcode", None)
    name = getattr(cause, "sqlite_errorname", type(error).__name__)
    if isinstance(error, UnicodeDecodeError) or (code is not None and code & _PRIMARY in _DAMAGED):
        return VaultTampered(f"the file is damaged ({name})", path=path)
    return VaultUnavailable(f"the file cannot be used now ({name})", path=path)


def _require_vault(path: Path) -> None:
    """Refuse what is not there, is no file, or is not ours alone, before SQLite touches it."""
    try:
        found = path.stat()
        require_private(found)
    except FileNotFoundError as error:
        raise VaultUnreadable("there is no vault", path=path) from error
    except LooseFileError as error:
        raise VaultLoose(f"the vault is refused: {error}", path=path, mode=error.mode) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise VaultUnreadable(
            f"the vault cannot be read: {reason}", path=path, hint="check its path"
        ) from error
    if found.st_size == 0:
        raise VaultTampered("the file is empty; a vault never is", path=path)


def _recognize(connection: sqlite3.Connection, path: Path) -> None:
    hint = "check the path of the vault, or use the version of Aegis that made it"
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
        raise VaultUnreadable("the file is not a vault", path=path, hint=hint)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != schema.USER_VERSION:
        raise VaultUnreadable(f"expected format {schema.USER_VERSION}, got {version}", path=path, hint=hint)
    if altered := schema.altered_definitions(connection):
        raise VaultTampered(f"altered definitions: {', '.join(altered)}", path=path)


def _read(database: SqliteDatabase, path: Path) -> Stored:
    metas = _rows(database, schema.MetaModel)
    if len(metas) != 1:
        raise VaultTampered("the vault's own row is missing", path=path)
    _, vault_id, created_us, generation, key_id, key_record, seal = metas[0]
    contents = Contents.of(
        Meta(vault_id, created_us, generation, key_id, key_record),
        (SecretRow(*row) for row in _rows(database, schema.SecretModel)),
        (PlaceholderRow(*row) for row in _rows(database, schema.PlaceholderModel)),
    )
    return contents, seal


def _raw(database: SqliteDatabase) -> sqlite3.Connection:
    connection: sqlite3.Connection = database.connection()  # type: ignore[no-untyped-call]
    return connection


def _rows(database: SqliteDatabase, model: type[Model]) -> list[tuple[Any, ...]]:
    return list(model.select().tuples().execute(database))


def _write(database: SqliteDatabase, before: Stored | None, after: Stored) -> None:
    """Write what differs."""
    old, new = before[0] if before else None, after[0]
    _write_rows(database, schema.SecretModel, old.secrets if old else (), new.secrets)
    _write_rows(database, schema.PlaceholderModel, old.placeholders if old else (), new.placeholders)
    _replace(database, schema.MetaModel, {"one": 1, **asdict(new.meta), "seal": after[1]})


def _write_rows(
    database: SqliteDatabase,
    model: type[Model],
    before: tuple[SecretRow, ...] | tuple[PlaceholderRow, ...],
    after: tuple[SecretRow, ...] | tuple[PlaceholderRow, ...],
) -> None:
    kept = {row.key: row for row in after}
    known = {row.key: row for row in before}
    for key in known.keys() - kept.keys():
        condition = [field == value for field, value in zip(schema.KEYS[model], key, strict=True)]
        model.delete().where(*condition).execute(database)
    for key, row in kept.items():
        if known.get(key) != row:
            _replace(database, model, asdict(row))


def _replace(database: SqliteDatabase, model: type[Model], values: dict[str, Any]) -> None:
    model.insert(**values).on_conflict_replace().execute(database)
