"""Where a statement begins: a verb alone is a word of English, a verb and what the grammar asks behind it is not.

Owns the table of confirmed statement heads. `DROP it like it's hot`, `update the table` and `1; exec will create the
case` begin no statement; `DROP TABLE x`, `UPDATE t SET a =` and `EXEC master..xp_cmdshell` do.

Invariant: a look-ahead of at most `_FAR` tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.sql.prose import ARTICLES, LOUD, is_prose
from policy.detectors.sql.words import OBJECTS, word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detectors.sql.tokens import Token

_REACH: Final = 12
_FAR: Final = 60
"""An UPDATE may name many tables before its SET."""
_NAMES: Final = frozenset({"word", "string", "variable"})
_TYPES: Final = word_set(
    "varchar nvarchar char int integer bigint cursor table text number varchar2 numeric date datetime sysname "
    "continue exit raw clob boolean"
)
# Verb, and the words that may stand behind it; a verb with an empty row needs nothing that is a word.
_SECOND: Final[dict[str, frozenset[str]]] = {
    "drop": OBJECTS,
    "alter": OBJECTS | {"system", "session"},
    "create": OBJECTS
    | {"or", "unique", "bitmap", "definer", "algorithm", "transient", "clustered", "spatial"},
    "insert": frozenset({"into", "overwrite", "ignore", "low_priority", "all"}),
    "replace": frozenset({"into"}),
    "merge": frozenset({"into"}),
    "rename": frozenset({"table", "user"}),
    "load": frozenset({"data", "xml", "extension"}),
    "restore": frozenset({"database", "log"}),
    "bulk": frozenset({"insert"}),
    "attach": frozenset({"database"}),
    "detach": frozenset({"database"}),
    "purge": frozenset({"binary"}),
    "waitfor": frozenset({"delay", "time"}),
    "begin": frozenset(
        {"declare", "try", "transaction", "tran", "goto", "select", "exec", "dbms_lock.sleep"}
    ),
    "raiserror": frozenset(),
    "reconfigure": frozenset(),
}


def is_head(tokens: Sequence[Token], at: int) -> bool:
    """True if the word at an index begins a statement, as far as the next few tokens tell."""
    verb = tokens[at].text
    reach = _FAR if verb == "update" else _REACH
    following = [
        token for token in tokens[at + 1 : at + 1 + reach] if token.form != "comment" and token.text != "/*!"
    ]
    if not following:
        return verb == "shutdown"
    first, second = following[0], following[1] if len(following) > 1 else None
    if verb in _SECOND:
        return (
            first.text in _SECOND[verb]
            and second is not None
            and (first.text in LOUD or not is_prose(following))
        )
    check = _CHECKS.get(verb)
    return check is not None and check(first, second, following)


def _backup(first: Token, _second: Token | None, following: Sequence[Token]) -> bool:
    return first.text in {"database", "log", "tables", "table"} and bool(
        {"to", "disk", "="} & {t.text for t in following[2:]}
    )


def _is_name(token: Token | None) -> bool:
    return token is not None and token.form in _NAMES and token.text not in ARTICLES


def _update(first: Token, _second: Token | None, following: Sequence[Token]) -> bool:
    """`UPDATE [LOW_PRIORITY] t [AS a] SET c =`, or a table variable, within reach."""
    texts = [token.text for token in following]
    if not _is_name(first) or "set" not in texts[1:]:
        return False
    behind = texts[texts.index("set", 1) + 1 :]
    return "=" in behind[:3] or ":=" in behind[:3] or "+" in behind[:3] or "(" in behind[:1]


def _delete(first: Token, second: Token | None, following: Sequence[Token]) -> bool:
    if first.text == "from":
        return _is_name(second) and _ends(following, 2)
    aliased = len(following) > 3 and following[3].text == first.text
    return (
        _is_name(first)
        and second is not None
        and second.text in {"from", ","}
        and (aliased or _ends(following, 3))
    )


def _ends(following: Sequence[Token], at: int) -> bool:
    """No sentence goes on: what stands at an index is no plain word but a keyword, a sign or the end."""
    if len(following) <= at:
        return True
    token = following[at]
    return token.form not in {"word", "number"} or token.text in {
        "where", "using", "as", "limit", "order", "returning", "output", "partition", "join", "inner", "left", "from",
    }  # fmt: skip


def _truncate(first: Token, second: Token | None, following: Sequence[Token]) -> bool:
    if first.text in {"table", "only", "database"}:
        return second is not None and second.form in _NAMES
    return _is_name(first) and (
        second is None or second.text in {";", ",", "cascade", "restart"} or len(following) == 1
    )


def _execute(first: Token, second: Token | None, following: Sequence[Token]) -> bool:
    """A system procedure, a dotted name, a variable, a string or a bracket, but no plain word."""
    if '"' in (first.text[:1], second.text[:1] if second is not None else ""):
        return False  # exec("..") of PHP, Perl and Python; SQL quotes with '
    text = first.text.strip("[]`")
    if first.form in {"string", "open", "variable"} or first.text in {"(", "immediate"}:
        return True
    if first.form != "word":
        return False
    if text.startswith(("sp_", "xp_")) or "." in text or text in {"as", "sp", "xp"}:
        return True
    return second is not None and (second.form in {"string", "variable", "open"} or len(following) == 1)


def _declare(first: Token, second: Token | None, _following: Sequence[Token]) -> bool:
    return first.form == "variable" or (second is not None and second.text in _TYPES)


def _grant(_first: Token, _second: Token | None, following: Sequence[Token]) -> bool:
    """`GRANT x [, y] ON ..`, `GRANT role TO x`, `REVOKE x FROM y` where no article stands in it."""
    texts = [token.text for token in following]
    if ARTICLES & set(texts):
        return False
    on = texts.index("on") if "on" in texts[1:8] else 0
    to = next((at for at, text in enumerate(texts) if text in {"to", "from"}), len(texts))
    if on:
        return on < to
    if texts[0] in {"all", "dba", "connect", "role"} and to < len(texts):
        return True
    # A role is granted to a grantee, and that is all.
    return (
        to < len(texts) - 1
        and (to == 1 or "," in texts[1:to])
        and (len(texts) == to + 2 or texts[to + 2] in _AFTER_GRANTEE)
    )


def _call(first: Token, second: Token | None, _following: Sequence[Token]) -> bool:
    return first.form == "word" and second is not None and second.text == "("


def _set(first: Token, second: Token | None, following: Sequence[Token]) -> bool:
    if first.form == "variable":
        return True
    if first.text == "password":
        return second is not None and second.text in {"for", "="}
    if first.text in {"global", "session", "persist", "role", "identity_insert"}:
        return len(following) > 1
    return _is_name(first) and second is not None and second.text in {"=", ":="}


def _copy(_first: Token, second: Token | None, following: Sequence[Token]) -> bool:
    texts = [token.text for token in following]
    if texts[0] == "(":
        return True
    if "program" in texts or "stdin" in texts or "stdout" in texts:
        return True
    return second is not None and any(
        texts[i] in {"from", "to"} and following[i + 1].form in {"string", "open"}
        for i in range(len(texts) - 1)
    )


def _show(first: Token, _second: Token | None, following: Sequence[Token]) -> bool:
    return len(following) <= 3 and first.text in {
        "tables", "databases", "columns", "grants", "variables", "status", "processlist", "full", "create", "schemas",
    }  # fmt: skip


def _lonely(first: Token, _second: Token | None, following: Sequence[Token]) -> bool:
    """`SHUTDOWN [WITH NOWAIT]`, `KILL 5`, `COMMIT`."""
    return first.text in {";", "with", "immediate", "abort"} or (
        len(following) == 1 and first.form == "number"
    )


def _handler(_first: Token, second: Token | None, _following: Sequence[Token]) -> bool:
    return second is not None and second.text in {"open", "read", "close"}


def _if(first: Token, second: Token | None, following: Sequence[Token]) -> bool:
    """`IF (1=1) ..`, `IF 1=1 ..`, `IF EXISTS (SELECT ..`, `if not(substring(..`: an expression that compares."""
    texts = {token.text for token in following}
    opens = first.text in {"(", "not", "exists"} or first.form in {"number", "variable"}
    return opens and second is not None and bool(texts & {"=", "select", "<>", ">", "<", "!=", "like"})


def _pragma(first: Token, second: Token | None, _following: Sequence[Token]) -> bool:
    return first.form == "word" and second is not None and second.text in {"=", "(", ";"}


def _prepare(_first: Token, second: Token | None, following: Sequence[Token]) -> bool:
    return second is not None and second.text in {"from", "as"} and len(following) > 2


def _reset(first: Token, second: Token | None, _following: Sequence[Token]) -> bool:
    return first.text in {"master", "slave", "replica"} and (
        second is None or second.text in {";", "to", "all"}
    )


_AFTER_GRANTEE: Final = frozenset({";", ",", "with", "identified", "granted", "cascade", "restrict", "@"})
_CHECKS: Final = {
    "backup": _backup,
    "update": _update,
    "delete": _delete,
    "truncate": _truncate,
    "exec": _execute,
    "execute": _execute,
    "declare": _declare,
    "grant": _grant,
    "revoke": _grant,
    "call": _call,
    "do": _call,
    "set": _set,
    "copy": _copy,
    "show": _show,
    "shutdown": _lonely,
    "kill": _lonely,
    "handler": _handler,
    "if": _if,
    "while": _if,
    "pragma": _pragma,
    "prepare": _prepare,
    "reset": _reset,
}
