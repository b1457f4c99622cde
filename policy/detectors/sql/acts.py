"""What one statement does: a judge for each verb that can destroy, expose or take over.

Owns the table from verb to judge. A judge gets a `Piece` and the index of its verb and says what it found. Ordinary
work gives nothing: SELECT, INSERT, CREATE of tables and views, ALTER ADD, and UPDATE and DELETE with a condition.

Does not catch: damage through triggers and views, and deletes whose condition names a column and holds for all rows
(`id > 0`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.sql import server_acts
from policy.detectors.sql.bounds import is_bounded
from policy.detectors.sql.piece import HIGH, LOW, MEDIUM
from policy.detectors.sql.words import PASSWORD_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policy.detectors.sql.finding import Found
    from policy.detectors.sql.piece import Piece


def judge_verb(piece: Piece, at: int) -> Iterator[Found]:
    """Judge the statement whose verb stands at an index."""
    judge = _JUDGES.get(piece.tokens[at].text)
    if judge is not None:
        yield from judge(piece, at)


_MINOR: Final = frozenset({"index", "constraint", "statistics", "policy", "rule", "aggregate", "operator", "cast",
                           "collation", "synonym", "task", "stream", "event", "trigger", "language"})  # fmt: skip
_SKIPPED: Final = frozenset({"if", "exists", "not", "only", "global", "local", "or", "replace", "foreign", "external",
                             "unique", "clustered", "concurrently", "transient", "unlogged"})  # fmt: skip


def _object(piece: Piece, at: int) -> str:
    """Name the kind of object behind a verb: `table`, `temporary`, .."""
    return next((word for word in piece.words(at + 1, 6) if word not in _SKIPPED), "")


def _drop(piece: Piece, at: int) -> Iterator[Found]:
    target = _object(piece, at)
    names = piece.words(at + 2, 5)
    if target in {"temporary", "temp"} or any(name.startswith(("#", "tempdb..#")) for name in names):
        yield piece.found("sql.schema-change", LOW, at, "drop-temporary")
    elif target in {"user", "role", "login", "owned"}:
        yield piece.found("sql.privilege", 85, at, f"drop-{target}")
    else:
        severity = HIGH if target in _MINOR else 85
        yield piece.found(
            "sql.destructive-ddl", severity, at, f"drop-{target}" if target.isalpha() else "drop"
        )


def _truncate(piece: Piece, at: int) -> Iterator[Found]:
    yield piece.found("sql.destructive-ddl", 85, at, "truncate")


def _delete(piece: Piece, at: int) -> Iterator[Found]:
    if not is_bounded(piece.kinds, piece.tokens, at):
        yield piece.found("sql.unbounded-delete", 85, at, "delete")


def _insert(piece: Piece, at: int) -> Iterator[Found]:
    """Rows of the server's own accounts; any other table is ordinary work."""
    if any(word.replace("`", "") in PASSWORD_TABLES for word in piece.words(at + 1, 3)):
        yield piece.found("sql.privilege", 85, at, "insert-account")


def _update(piece: Piece, at: int) -> Iterator[Found]:
    if not is_bounded(piece.kinds, piece.tokens, at):
        yield piece.found("sql.unbounded-update", 82, at, "update")


_PARTS: Final = {"column": 82, "constraint": HIGH, "primary": HIGH, "foreign": HIGH, "index": HIGH, "key": HIGH,
                 "check": HIGH, "default": 0, "not": 0, "identity": 0, "expression": 0, "partition": MEDIUM, "if": 82,
                 "subpartition": MEDIUM, "rows": MEDIUM, "row": MEDIUM}  # fmt: skip
_ACCOUNTS: Final = frozenset({"user", "role", "login", "credential", "authorization"})


def _alter(piece: Piece, at: int) -> Iterator[Found]:
    target = _object(piece, at)
    if target in _ACCOUNTS:
        yield piece.found("sql.privilege", 85, at, f"alter-{target}")
    elif target == "system" or (target in {"server", "database"} and "set" in piece.words(at + 2, 8)):
        yield piece.found("sql.server-control", 72, at, f"alter-{target}")
    elif "default" in (words := piece.words(at, 16)) and "privileges" in words:
        yield piece.found("sql.privilege", 80, at, "alter-default-privileges")
    elif "owner" in words and "to" in words:
        yield piece.found("sql.privilege", MEDIUM, at, "alter-owner")
    for index in range(at + 2, min(len(piece.tokens), at + 400)):
        if piece.tokens[index].text == "drop" and piece.tokens[index].form == "word":
            yield from _alter_drop(piece, index)


def _alter_drop(piece: Piece, index: int) -> Iterator[Found]:
    following = [word for word in piece.words(index + 1, 4) if word not in {"if", "exists"}]
    part = following[0] if following else ""
    severity = _PARTS.get(part, 80)
    if severity:
        yield piece.found(
            "sql.destructive-ddl" if severity >= HIGH else "sql.schema-change", severity, index, "alter-drop"
        )


def _create(piece: Piece, at: int) -> Iterator[Found]:
    target = _object(piece, at)
    if target in _ACCOUNTS:
        yield piece.found("sql.privilege", 80, at, f"create-{target}")
    elif target == "assembly" or (target in {"function", "aggregate"} and "soname" in piece.words(at, 16)):
        yield piece.found("sql.command-execution", 92, at, f"create-{target}")
    elif target == "function" and _has_untrusted_language(piece, at):
        yield piece.found("sql.command-execution", 90, at, "create-function-native")
    elif target in {"extension", "server"}:
        yield piece.found("sql.server-control", MEDIUM, at, f"create-{target}")


_UNTRUSTED: Final = frozenset({"c", "plpythonu", "plpython3u", "plperlu", "pltclu", "plsh"})


def _has_untrusted_language(piece: Piece, at: int) -> bool:
    words = piece.words(at, 400)
    return any(
        word == "language" and words[i + 1].strip("'\"") in _UNTRUSTED for i, word in enumerate(words[:-1])
    )


def _privilege(piece: Piece, at: int) -> Iterator[Found]:
    yield piece.found("sql.privilege", 85, at, piece.tokens[at].text)


_JUDGES: Final[dict[str, Callable[[Piece, int], Iterator[Found]]]] = {
    "drop": _drop,
    "truncate": _truncate,
    "delete": _delete,
    "update": _update,
    "insert": _insert,
    "alter": _alter,
    "create": _create,
    "grant": _privilege,
    "revoke": _privilege,
    "exec": server_acts.execute,
    "execute": server_acts.execute,
    "load": server_acts.load,
    "copy": server_acts.copy,
    "attach": server_acts.attach,
    "bulk": server_acts.bulk,
    "shutdown": server_acts.server,
    "backup": server_acts.server,
    "restore": server_acts.server,
    "reconfigure": server_acts.server,
    "purge": server_acts.server,
    "reset": server_acts.server,
    "kill": server_acts.watch,
    "detach": server_acts.watch,
    "rename": server_acts.watch,
    "handler": server_acts.watch,
    "set": server_acts.assign,
    "pragma": server_acts.pragma,
}
