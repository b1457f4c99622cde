"""Whether what follows a verb of SQL is a sentence: restraint for `drop table reservations until further notice`.

Owns the words that tell. No server takes two plain words behind the name of an object, so nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.sql.words import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detectors.sql.tokens import Token

ARTICLES: Final = word_set("the an my your our their this that these those it its his her me us")
# Behind these nothing but a name stands, and a sentence would not say it so.
LOUD: Final = frozenset(
    {
        "into",
        "infile",
        "function",
        "procedure",
        "temporary",
        "or",
        "materialized",
        "if",
        "data",
        "declare",
        "try",
        "delay",
        "time",
    }
)
_CLAUSES: Final = word_set(
    "cascade restrict purge on from identified with password for without login superuser createdb createrole set rename "
    "as default quota account valid in nologin not if exists add drop modify change alter column constraints to using "
    "like select type disable enable force owner returns begin is start increment after before references primary "
    "engine comment partition cluster distributed order language go values by of table database schema view index "
    "user role function procedure trigger exec execute int integer char varchar text where and or "
    "admin temporary tablespace profile unlock unlimited temp"
)


def is_prose(following: Sequence[Token]) -> bool:
    """Two plain words in a row behind the name of the object: a sentence went on, no server would take it."""
    if ARTICLES & {token.text for token in following[1:3]}:
        return True
    run = 0
    for token in following[2:]:
        plain = token.form == "word" and token.text.isalpha() and token.text not in _CLAUSES
        run = run + 1 if plain else 0
        if run > 1 or (run and len(following) == 3 and following[1].text not in _CLAUSES):
            return True
        if token.form != "word":
            return False
    return False
