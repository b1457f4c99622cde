"""What one statement does: a judge for each verb that can destroy, expose or take over.

Owns the table from verb to judge. A judge gets a `Piece` and the index of its verb and says what it found. Ordinary
work gives nothing: SELECT, INSERT, CREATE of tables and views, ALTER ADD, and UPDATE and DELETE with a condition.

Does not catch: damage through triggers and views, and deletes whose condition names a column and holds for all rows
(`id > 0`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policy.detectors.sql.bounds import is_bounded
from policy.detectors.sql.finding import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policy.detectors.sql.tokens import Token

HIGH: Final = 70
_MEDIUM: Final = 50
_LOW: Final = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a text."""

    kinds: str
    tokens: tuple[Token, ...]

    def words(self, start: int, count: int) -> list[str]:
        """Texts of some tokens."""
        return [token.text for token in self.tokens[start : start + count]]

    def found(self, rule: str, severity: int, at: int, kind: str = "") -> Found:
        """Say what was found from a token to the end of the statement."""
        return Found(rule, severity, self.tokens[at].start, self.tokens[-1].end, kind)


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
        yield piece.found("sql.schema-change", _LOW, at, "drop-temporary")
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


def _update(piece: Piece, at: int) -> Iterator[Found]:
    if not is_bounded(piece.kinds, piece.tokens, at):
        yield piece.found("sql.unbounded-update", 82, at, "update")


_PARTS: Final = {"column": 82, "constraint": HIGH, "primary": HIGH, "foreign": HIGH, "index": HIGH, "key": HIGH,
                 "check": HIGH, "default": 0, "not": 0, "identity": 0, "expression": 0, "partition": _MEDIUM, "if": 82,
                 "subpartition": _MEDIUM, "rows": _MEDIUM, "row": _MEDIUM}  # fmt: skip
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
        yield piece.found("sql.privilege", _MEDIUM, at, "alter-owner")
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
        yield piece.found("sql.server-control", _MEDIUM, at, f"create-{target}")


_UNTRUSTED: Final = frozenset({"c", "plpythonu", "plpython3u", "plperlu", "pltclu", "plsh"})


def _has_untrusted_language(piece: Piece, at: int) -> bool:
    words = piece.words(at, 400)
    return any(
        word == "language" and words[i + 1].strip("'\"") in _UNTRUSTED for i, word in enumerate(words[:-1])
    )


def _privilege(piece: Piece, at: int) -> Iterator[Found]:
    yield piece.found("sql.privilege", 85, at, piece.tokens[at].text)


_READ_ONLY: Final = frozenset(
    [
        "sp_help",
        "sp_helptext",
        "sp_who",
        "sp_who2",
        "sp_columns",
        "sp_tables",
        "sp_spaceused",
        "sp_lock",
        "sp_databases",
        "sp_helpindex",
        "sp_depends",
        "sp_describe_first_result_set",
        "sp_fkeys",
        "sp_pkeys",
        "sp_statistics",
        "sp_stored_procedures",
        "sp_helpdb",
        "sp_helpconstraint",
        "sp_server_info",
        "sp_special_columns",
        "sp_datatype_info",
        "sp_sproc_columns",
        "sp_executesql",
        "sp_helpuser",
    ]
)


def _execute(piece: Piece, at: int) -> Iterator[Found]:
    names = piece.words(at + 1, 4)
    name = next(
        (word.rpartition(".")[2].strip("[]`") for word in names if "sp_" in word or "xp_" in word), ""
    )
    if name.startswith("xp_") or name in {"sp_oacreate", "sp_oamethod", "sp_execute_external_script", "sp_add_job",
                                          "sp_add_jobstep", "sp_start_job", "sp_addextendedproc"}:  # fmt: skip
        yield piece.found("sql.command-execution", 95, at, name)
    elif name.startswith(("sp_add", "sp_password", "sp_grant", "sp_revoke", "sp_drop", "sp_change")):
        yield piece.found("sql.privilege", 85, at, name)
    elif name.startswith("sp_") and name not in _READ_ONLY:
        yield piece.found("sql.server-control", 75, at, name)
    elif names and (
        names[0] in {"immediate", "("}
        or piece.tokens[at + 1].form in {"string", "open"}
        or name == "sp_executesql"
    ):
        yield piece.found("sql.dynamic", _MEDIUM, at, "dynamic")


def _load(piece: Piece, at: int) -> Iterator[Found]:
    if "infile" in piece.words(at, 8) or "xml" in piece.words(at + 1, 1):
        yield piece.found("sql.file-access", 88, at, "load-data")


def _copy(piece: Piece, at: int) -> Iterator[Found]:
    words = piece.words(at, 400)
    for index, word in enumerate(words[:-1]):
        if word not in {"from", "to"}:
            continue
        target = words[index + 1]
        if target == "program":
            yield piece.found("sql.command-execution", 95, at, "copy-program")
            return
        # Object stores and stages are the ordinary way of Redshift and Snowflake; a path is the server's own disk.
        if target[:1] == "'" and "://" not in target and not target.startswith("'@"):
            yield piece.found("sql.file-access", 80, at, "copy-file")
            return


def _attach(piece: Piece, at: int) -> Iterator[Found]:
    yield piece.found("sql.file-access", 75, at, "attach-database")


def _bulk(piece: Piece, at: int) -> Iterator[Found]:
    yield piece.found("sql.file-access", 85, at, "bulk-insert")


def _server(piece: Piece, at: int) -> Iterator[Found]:
    yield piece.found("sql.server-control", 85, at, piece.tokens[at].text)


def _watch(piece: Piece, at: int) -> Iterator[Found]:
    yield piece.found("sql.server-control", _MEDIUM, at, piece.tokens[at].text)


_VARIABLES: Final = frozenset(
    [
        "general_log",
        "general_log_file",
        "slow_query_log",
        "slow_query_log_file",
        "slow_query_file",
        "secure_file_priv",
        "local_infile",
        "init_connect",
        "init_file",
        "plugin_dir",
        "read_only",
        "super_read_only",
        "event_scheduler",
        "log_bin_trust_function_creators",
        "validate_password.policy",
        "sql_log_bin",
        "foreign_key_checks_global",
        "log_output",
    ]
)


def _set(piece: Piece, at: int) -> Iterator[Found]:
    words = [word.replace("@@global.", "").replace("@@persist.", "") for word in piece.words(at + 1, 12)]
    if words[:1] == ["password"]:
        yield piece.found("sql.privilege", 85, at, "set-password")
    elif _VARIABLES & set(words[:3]):
        yield piece.found("sql.server-control", 82, at, "set-global")
    elif "authorization" in words[:3] or words[:1] == ["role"]:
        yield piece.found("sql.privilege", _MEDIUM, at, "set-role")


_PRAGMAS: Final = frozenset(
    {"writable_schema", "trusted_schema", "temp_store_directory", "data_store_directory"}
)


def _pragma(piece: Piece, at: int) -> Iterator[Found]:
    if (
        any(word.rpartition(".")[2] in _PRAGMAS for word in piece.words(at + 1, 2))
        and len(piece.tokens) > at + 2
    ):
        yield piece.found("sql.server-control", 80, at, "pragma")


_JUDGES: Final[dict[str, Callable[[Piece, int], Iterator[Found]]]] = {
    "drop": _drop,
    "truncate": _truncate,
    "delete": _delete,
    "update": _update,
    "alter": _alter,
    "create": _create,
    "grant": _privilege,
    "revoke": _privilege,
    "exec": _execute,
    "execute": _execute,
    "load": _load,
    "copy": _copy,
    "attach": _attach,
    "bulk": _bulk,
    "shutdown": _server,
    "backup": _server,
    "restore": _server,
    "reconfigure": _server,
    "kill": _watch,
    "detach": _watch,
    "rename": _watch,
    "handler": _watch,
    "set": _set,
    "pragma": _pragma,
}
