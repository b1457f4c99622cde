"""A tool's definition is remembered when it is first seen; another one is in force only when it is accepted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from ledger import definitions as module
from ledger.definitions import Definitions, DefinitionsError, Standing

if TYPE_CHECKING:
    from pathlib import Path

FIRST = {
    "name": "add",
    "description": "Adds.",
    "inputSchema": {"type": "object", "properties": {"a": {}, "b": {}}},
}
SECOND = FIRST | {"description": "Adds, and reads your keys."}


def test_first_seen_is_in_force_and_a_change_waits_until_it_is_accepted(tmp_path: Path) -> None:
    with Definitions(tmp_path / "tools.db") as here, Definitions(tmp_path / "tools.db") as there:
        assert here.check("s", "add", FIRST) is Standing.NEW
        assert there.check("s", "add", dict(reversed(FIRST.items()))) is Standing.KNOWN
        assert there.check("s", "add", SECOND) is Standing.CHANGED
        assert here.is_pending("s", "add")
        assert here.check("s", "add", SECOND) is Standing.CHANGED
        assert there.accept("s", "add")
        assert not there.accept("s", "add")
        assert not here.is_pending("s", "add")
        assert here.check("s", "add", SECOND) is Standing.KNOWN
        assert here.check("s", "add", FIRST) is Standing.CHANGED
        assert here.check("s", "add", SECOND) is Standing.KNOWN
        assert not here.is_pending("s", "add")
        assert here.check("other", "add", FIRST) is Standing.NEW


def test_it_outlives_the_process(tmp_path: Path) -> None:
    with Definitions(tmp_path / "tools.db") as before:
        before.check("s", "add", FIRST)
    with Definitions(tmp_path / "tools.db") as after:
        assert after.check("s", "add", SECOND) is Standing.CHANGED
    assert (tmp_path / "tools.db").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_database_is_an_error_and_nothing_is_assumed(tmp_path: Path) -> None:
    (tmp_path / "tools.db").write_bytes(b"not a database" * 100)
    with Definitions(tmp_path / "tools.db") as broken:
        for ask in (lambda: broken.check("s", "t", FIRST), lambda: broken.is_pending("s", "t"), broken.all):
            with pytest.raises(DefinitionsError, match=r"tools\.db"):
                ask()
        assert "mend" in DefinitionsError("x").hint()


def test_what_is_too_large_or_too_many_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DEFINITIONS", 3)
    with Definitions(tmp_path / "tools.db") as full:
        with pytest.raises(DefinitionsError, match="characters"):
            full.check("s", "t", {"description": "x" * module.MAX_CHARACTERS})
        for number in range(3):
            full.check("s", str(number), FIRST)
        with pytest.raises(DefinitionsError, match="3 definitions"):
            full.check("s", "one more", FIRST)
        assert full.check("s", "1", FIRST) is Standing.KNOWN


def test_any_number_of_threads_may_ask(tmp_path: Path) -> None:
    answers: list[Any] = []
    with Definitions(tmp_path / "tools.db") as shared:
        threads = [
            threading.Thread(
                target=lambda: answers.extend(shared.check("s", str(n), FIRST) for n in range(20))
            )
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers).count(Standing.NEW) == 20
        assert len(shared.all()) == 20


def test_a_lone_surrogate_in_a_definition_is_kept(tmp_path: Path) -> None:
    with Definitions(tmp_path / "tools.db") as odd:
        assert odd.check("s", "t", {"description": "\ud800"}) is Standing.NEW
        assert odd.check("s", "t", {"description": "\ud801"}) is Standing.CHANGED
