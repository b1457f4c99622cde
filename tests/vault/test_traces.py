"""Values leave no trace: not in a file, a text form, an error, a log or a traceback."""

from __future__ import annotations

import ctypes
import io
import logging
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from tests.vault.samples import (
    GITHUB,
    NEWER,
    OPENAI,
    PASSPHRASE,
    binding,
    filled,
    reopened,
    source,
    tampering,
)
from vault.encodings import all_forms
from vault.errors import VaultError
from vault.secret import Secret

ROOT = Path(__file__).parents[2]


def traces(data: bytes) -> list[bytes]:
    """Forms of values in some bytes; also their halves, as `strings` would show them."""
    found = []
    for value in (OPENAI, GITHUB, NEWER, PASSPHRASE):
        for form in all_forms(value):
            found += [part for part in (form[: len(form) // 2], form[len(form) // 2 :]) if part in data]
    return found


def test_no_file_of_a_vault_holds_a_value_after_everything_was_done_with_it(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    vault.rotate("OPENAI_API_KEY", Secret(NEWER), grace_us=10**12)
    vault.rekey(source(tmp_path))
    vault.rekey(source(tmp_path, "passphrase"))
    vault.remove("GITHUB_TOKEN")
    for _, value in vault.lend_all():
        assert len(value)
    for path in tmp_path.iterdir():
        assert traces(path.read_bytes()) == []


def test_removed_ciphertexts_do_not_stay_in_the_file(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    [row] = [row for row in vault.contents.secrets if row.name == "GITHUB_TOKEN"]
    assert row.value in (tmp_path / "vault.db").read_bytes()
    vault.remove("GITHUB_TOKEN")
    assert row.value not in (tmp_path / "vault.db").read_bytes()


def test_no_text_form_shows_a_value_or_a_key(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    shown = " ".join(
        map(repr, (vault, vault._now.keys, vault.contents, vault.register.bound, vault.register.issued))
    )
    assert traces(shown.encode()) == []
    assert (tmp_path / "vault.key").read_text().strip() not in shown


def test_tracebacks_with_all_local_variables_show_no_value(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    loan = vault.lend("OPENAI_API_KEY")
    with tampering(tmp_path) as connection:
        connection.execute("UPDATE secret SET value = zeroblob(100), wrapped_key = zeroblob(60)")
    for attempt in (lambda: reopened(tmp_path), lambda: vault.rotate("OPENAI_API_KEY", loan), vault.refresh):
        with pytest.raises(VaultError) as caught:
            attempt()
        assert traces(_with_locals(caught.value)) == []


def test_errors_while_a_value_is_handled_do_not_show_it(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    with Secret(NEWER) as value:
        for name in ("OPENAI_API_KEY", "BAD NAME", "X" * 65):
            with pytest.raises(VaultError) as caught:
                vault.add(name, value, binding())
            assert traces(_with_locals(caught.value)) == []


def _with_locals(error: BaseException) -> bytes:
    """A traceback as an error reporter takes it, without the frames of the tests, which name the values."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in report.stack if "/tests/" not in frame.filename]
    shown = "".join([*traceback.StackSummary.from_list(frames).format(), str(error)])
    assert "self = " in shown
    return shown.encode()


def test_nothing_is_logged_at_any_level(tmp_path: Path) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        vault = filled(tmp_path)
        vault.rotate("OPENAI_API_KEY", Secret(NEWER))
        with vault.lend("OPENAI_API_KEY"):
            pass
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert traces(stream.getvalue().encode()) == []


def test_a_loan_is_overwritten_when_it_is_given_back(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    with vault.lend("OPENAI_API_KEY") as value:
        borrowed = value.buffer
        address = ctypes.addressof(ctypes.c_char.from_buffer(borrowed))
        assert bytes(borrowed) == OPENAI
    assert ctypes.string_at(address, len(OPENAI)) == bytes(len(OPENAI))


HARDENED = """
import os, resource
from vault.hardening import forbid_dumps
done = forbid_dumps()
assert done.has_no_core and resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
if os.uname().sysname == "Linux":
    assert done.is_undumpable
os.abort()
"""


def test_a_hardened_process_leaves_no_core_and_cannot_be_attached_to(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HARDENED],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -6, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_importing_the_vault_costs_little() -> None:
    heavy = ("hvac", "requests", "keyring", "numpy", "mitmproxy", "policy", "addons", "ledger")
    script = "import sys, vault.vault, vault.keys.spec, vault.injection, vault.scrubbing\nprint(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [name for name in heavy if f"'{name}'" in done.stdout] == []
