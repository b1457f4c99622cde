"""`aegis init`: what a gateway needs before its first start, made once and never overwritten."""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from scripts.printing import DONE, NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from addons.settings import Settings

STATE_MODE = 0o700
ENV_MODE = 0o600
POLICY_MODE = 0o644


class WriteError(Exception):
    """A file could not be made."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"cannot make {path}: {error.strerror}")
        self.path = path

    def hint(self) -> str:
        """Say what the operator should do next."""
        return (
            f"check that {self.path.parent} exists and is writable by this user, or name another with --home"
        )


@click.command(short_help="Make what a gateway needs; overwrites nothing.")
@click.pass_obj
def init(home: Path | None) -> None:
    """Make what a gateway needs: state directory, settings, policy, ledger and certificate authority.

    Safe to run again: what exists is kept as it is.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli

    root = Settings.load(home).home
    _say(_make_file(root / ".env", _template("env"), ENV_MODE), root / ".env", "settings")
    settings = Settings.load(home)
    for warning in settings.warnings:
        click.echo(f"{NOTICE} {warning}", err=True)
    for is_new, path, what in _make_all(settings):
        _say(is_new, path, what)
    _warn_about_mode(settings.state_dir)
    click.echo("Next: `aegis start`.")


def _make_all(settings: Settings) -> Iterator[tuple[bool, Path, str]]:
    """Make each item, the authority last: its presence tells `scripts/start` that all the others are there."""
    yield _make_state_dir(settings.state_dir), settings.state_dir, "state directory"
    policy_path = settings.policy_path
    yield _make_file(policy_path, _template("policy.yaml"), POLICY_MODE), policy_path, "policy"
    yield _make_ledger(settings.database_path), settings.database_path, "audit ledger"
    yield _make_authority(settings.confdir), settings.ca_certificate, "certificate authority"


def _say(is_new: bool, path: Path, what: str) -> None:  # noqa: FBT001 - called with a result, never a literal
    click.echo(f"{DONE} {what}: {path} {'created' if is_new else 'kept'}")


def _template(name: str) -> bytes:
    return (files("scripts") / "templates" / name).read_bytes()


def _make_state_dir(path: Path) -> bool:
    try:
        path.mkdir(mode=STATE_MODE)
    except FileExistsError:
        if path.is_dir():
            return False
        raise WriteError(path, FileExistsError(0, "a file is in the way")) from None
    except OSError as error:
        raise WriteError(path, error) from error
    _make_file(path / ".gitignore", b"*\n", ENV_MODE)  # keys and ledger must not end up in a repository
    return True


def _make_file(path: Path, content: bytes, mode: int) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError:
        return False
    except OSError as error:
        raise WriteError(path, error) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return True


def _make_ledger(path: Path) -> bool:
    from ledger.record import Record  # noqa: PLC0415
    from ledger.writer import Writer  # noqa: PLC0415

    if path.exists():
        return False
    writer = Writer(path)
    writer.open()
    try:
        writer.append(Record("ledger.created", {"by": "aegis init"})).result()
    finally:
        writer.close()
    return True


def _make_authority(confdir: Path) -> bool:
    from certs import authority  # noqa: PLC0415
    from certs.errors import AuthorityExistsError, AuthorityMismatchError  # noqa: PLC0415

    orphan = confdir / authority.CERTIFICATE_FILE
    if orphan.exists() and not (confdir / authority.KEY_FILE).exists():
        raise AuthorityMismatchError(f"{orphan} is there and its key is not", confdir / authority.KEY_FILE)
    try:
        authority.create(confdir)
    except AuthorityExistsError:
        authority.publish(confdir)
        return False
    return True


def _warn_about_mode(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        click.echo(
            f"{NOTICE} other users may look into {path} (mode {mode:04o}): chmod 700 '{path}'", err=True
        )
