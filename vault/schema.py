"""The vault's tables, as text, and the models that read and write them.

The definitions are written out because they are compared word for word when a vault is opened: an added trigger
could put an old row back while we write. Rollback journal, not a write-ahead log: changes are rare, and what was
deleted shall not linger in a second file. `secure_delete` overwrites what is deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peewee import BlobField, CompositeKey, Field, IntegerField, Model, TextField

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID: Final = 0x41656776
"""`Aegv` in ASCII: how `file` and we recognize a vault."""
USER_VERSION: Final = 1

DEFINITIONS: Final[dict[str, str]] = {
    "meta": """CREATE TABLE meta (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    vault_id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    key_record TEXT NOT NULL,
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT""",
    "secret": """CREATE TABLE secret (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    binding TEXT NOT NULL,
    wrapped_key BLOB NOT NULL,
    value BLOB NOT NULL,
    created_us INTEGER NOT NULL,
    retires_us INTEGER,
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID""",
    "placeholder": """CREATE TABLE placeholder (
    token TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    retires_us INTEGER
) STRICT, WITHOUT ROWID""",
}
"""Every object of a vault by its name."""


class MetaModel(Model):
    """The one row about the vault."""

    one = IntegerField(primary_key=True)
    vault_id = TextField()
    created_us = IntegerField()
    generation = IntegerField()
    key_id = TextField()
    key_record = TextField()
    seal = BlobField()

    class Meta:
        """The table as defined above; queries name the database they run on."""

        table_name = "meta"


class SecretModel(Model):
    """One version of a secret."""

    name = TextField()
    version = IntegerField()
    binding = TextField()
    wrapped_key = BlobField()
    value = BlobField()
    created_us = IntegerField()
    retires_us = IntegerField(null=True)

    class Meta:
        """The table as defined above."""

        table_name = "secret"
        primary_key = CompositeKey("name", "version")


class PlaceholderModel(Model):
    """What an agent holds."""

    token = TextField(primary_key=True)
    secret = TextField()
    agent = TextField()
    created_us = IntegerField()
    retires_us = IntegerField(null=True)

    class Meta:
        """The table as defined above."""

        table_name = "placeholder"


KEYS: Final[dict[type[Model], tuple[Field, ...]]] = {
    SecretModel: (SecretModel.name, SecretModel.version),
    PlaceholderModel: (PlaceholderModel.token,),
}
"""What tells the rows of a table apart."""


def create(connection: sqlite3.Connection) -> None:
    """Fill a new file."""
    for definition in DEFINITIONS.values():
        connection.execute(definition)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")


def altered_definitions(connection: sqlite3.Connection) -> list[str]:
    """Names of objects that are missing, added or defined otherwise."""
    found = dict(
        connection.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
    )
    return sorted(
        name for name in found.keys() | DEFINITIONS.keys() if found.get(name) != DEFINITIONS.get(name)
    )
