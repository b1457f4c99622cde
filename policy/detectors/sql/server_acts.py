"""What a statement does to the server itself: its files, its commands, its settings.

Owns the judges of those verbs; see `acts`. Reading procedures and ordinary settings give nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.sql.piece import MEDIUM
from policy.detectors.sql.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.sql.finding import Found
    from policy.detectors.sql.piece import Piece

_READ_ONLY: Final = word_set(
    "sp_help sp_helptext sp_who sp_who2 sp_columns sp_tables sp_spaceused sp_lock sp_databases sp_helpindex sp_depends "
    "sp_describe_first_result_set sp_fkeys sp_pkeys sp_statistics sp_stored_procedures sp_helpdb sp_helpconstraint "
    "sp_server_info sp_special_columns sp_datatype_info sp_sproc_columns sp_executesql sp_helpuser"
)


def execute(piece: Piece, at: int) -> Iterator[Found]:
    """A procedure of the system, or text that is run as SQL."""
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
        yield piece.found("sql.dynamic", MEDIUM, at, "dynamic")


def load(piece: Piece, at: int) -> Iterator[Found]:
    """A file of the server, or of the client, into a table."""
    if "infile" in piece.words(at, 8) or "xml" in piece.words(at + 1, 1):
        yield piece.found("sql.file-access", 88, at, "load-data")


def copy(piece: Piece, at: int) -> Iterator[Found]:
    """A table to or from a file, or a program."""
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


def attach(piece: Piece, at: int) -> Iterator[Found]:
    """Another file as a database: SQLite writes it anywhere."""
    yield piece.found("sql.file-access", 75, at, "attach-database")


def bulk(piece: Piece, at: int) -> Iterator[Found]:
    """A file into a table."""
    yield piece.found("sql.file-access", 85, at, "bulk-insert")


def server(piece: Piece, at: int) -> Iterator[Found]:
    """The server stops, or is copied as a whole."""
    yield piece.found("sql.server-control", 85, at, piece.tokens[at].text)


def watch(piece: Piece, at: int) -> Iterator[Found]:
    """Something an operator may want to know."""
    yield piece.found("sql.server-control", MEDIUM, at, piece.tokens[at].text)


_VARIABLES: Final = word_set(
    "general_log general_log_file slow_query_log slow_query_log_file slow_query_file secure_file_priv local_infile "
    "init_connect init_file plugin_dir read_only super_read_only event_scheduler log_bin_trust_function_creators "
    "validate_password.policy sql_log_bin foreign_key_checks_global log_output"
)


def assign(piece: Piece, at: int) -> Iterator[Found]:
    """A variable of the server, or an account."""
    words = [word.replace("@@global.", "").replace("@@persist.", "") for word in piece.words(at + 1, 12)]
    if words[:1] == ["password"]:
        yield piece.found("sql.privilege", 85, at, "set-password")
    elif _VARIABLES & set(words[:3]):
        yield piece.found("sql.server-control", 82, at, "set-global")
    elif "authorization" in words[:3] or words[:1] == ["role"]:
        yield piece.found("sql.privilege", MEDIUM, at, "set-role")


_PRAGMAS: Final = frozenset(
    {"writable_schema", "trusted_schema", "temp_store_directory", "data_store_directory"}
)


def pragma(piece: Piece, at: int) -> Iterator[Found]:
    """A switch of SQLite that opens the schema."""
    if (
        any(word.rpartition(".")[2] in _PRAGMAS for word in piece.words(at + 1, 2))
        and len(piece.tokens) > at + 2
    ):
        yield piece.found("sql.server-control", 80, at, "pragma")
