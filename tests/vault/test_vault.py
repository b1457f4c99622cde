"""A vault keeps, lends, rotates and forgets secrets, and tells its states apart."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.vault.samples import (
    GITHUB,
    NEWER,
    OPENAI,
    Clock,
    binding,
    filled,
    reopened,
    source,
    value_of,
)
from vault import errors as vault_errors
from vault.errors import (
    SecretExists,
    SecretRefused,
    SecretUnknown,
    VaultError,
    VaultExists,
    VaultUnreadable,
)
from vault.secret import Secret
from vault.vault import Vault

DAY_US = 86_400_000_000


def test_secrets_come_back_after_reopening(tmp_path: Path) -> None:
    filled(tmp_path)
    vault = reopened(tmp_path)
    assert value_of(vault, "OPENAI_API_KEY") == OPENAI
    assert value_of(vault, "GITHUB_TOKEN") == GITHUB
    assert vault.binding("OPENAI_API_KEY") == binding()


def test_all_files_are_private(tmp_path: Path) -> None:
    filled(tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("vault.db", "vault.db.seen", "vault.key"), 0o600)


def test_a_vault_is_never_made_over_another_or_over_traces_of_one(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(VaultExists):
        Vault.create(tmp_path / "vault.db", source(tmp_path))
    (tmp_path / "vault.db").unlink()
    with pytest.raises(VaultExists, match="is or was here"):
        Vault.create(tmp_path / "vault.db", source(tmp_path))


def test_a_missing_vault_is_not_made_by_opening(tmp_path: Path) -> None:
    with pytest.raises(VaultUnreadable, match="there is no vault") as error:
        reopened(tmp_path)
    assert "add-secret" in error.value.hint()
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_given_once(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    with pytest.raises(SecretExists):
        vault.add("OPENAI_API_KEY", Secret(NEWER), binding())
    assert value_of(vault, "OPENAI_API_KEY") == OPENAI


@pytest.mark.parametrize(
    ("name", "value", "places"),
    [
        ("", b"x", ("bearer",)),
        ("A B", b"x", ("bearer",)),
        ("A=sk-FAKE", b"x", ("bearer",)),
        ("A\n", b"x", ("bearer",)),
        ("A", b"", ("bearer",)),
        ("A", b"a\r\nX-Evil: 1", ("bearer",)),
        ("A", b"a\0b", ("query:key",)),
        ("A", "schl\u00fcssel".encode(), ("header:x-api-key",)),
        ("A", b"sk-aegistfqobwyqiwmftkvwgdso3unpccu", ("bearer",)),
    ],
)
def test_what_cannot_be_kept_is_refused_and_not_repeated(
    tmp_path: Path, name: str, value: bytes, places: tuple[str, ...]
) -> None:
    vault = filled(tmp_path)
    before = vault.state
    with pytest.raises(SecretRefused) as refused:
        vault.add(name, Secret(value), binding(at=places))
    assert "FAKE" not in str(refused.value)
    assert vault.state == before


def test_a_value_for_the_body_may_have_any_bytes(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    vault.add("PEM", Secret(b"-----BEGIN FAKE-----\nAAAA\n-----END FAKE-----\n"), binding(at=("body",)))
    assert value_of(reopened(tmp_path), "PEM").startswith(b"-----BEGIN")


def test_a_rotated_secret_is_lent_in_its_new_version_and_known_in_its_old_one_for_the_grace_time(
    tmp_path: Path,
) -> None:
    clock = Clock()
    vault = filled(tmp_path, clock)
    token = vault.placeholder("OPENAI_API_KEY", "default")
    vault.rotate("OPENAI_API_KEY", Secret(NEWER), grace_us=DAY_US)
    assert value_of(vault, "OPENAI_API_KEY") == NEWER
    assert vault.placeholder("OPENAI_API_KEY", "default") == token
    known = {(row.name, row.version): bytes(value.buffer) for row, value in vault.lend_all()}
    assert known["OPENAI_API_KEY", 1] == OPENAI
    clock.pass_(86_401)
    assert ("OPENAI_API_KEY", 1) not in {(row.name, row.version) for row, _ in vault.lend_all()}
    vault.placeholder("GITHUB_TOKEN", "another agent")
    assert ("OPENAI_API_KEY", 1) not in {row.key for row in vault.contents.secrets}


def test_without_grace_an_old_version_is_gone_at_once_and_its_number_is_not_used_again(
    tmp_path: Path,
) -> None:
    vault = filled(tmp_path)
    vault.rotate("OPENAI_API_KEY", Secret(NEWER))
    vault.rotate("OPENAI_API_KEY", Secret(OPENAI))
    assert [row.version for row in vault.contents.secrets if row.name == "OPENAI_API_KEY"] == [3]


def test_rotation_can_bind_anew(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    vault.rotate("OPENAI_API_KEY", Secret(OPENAI), binding=binding("eu.api.openai.com"))
    assert reopened(tmp_path).binding("OPENAI_API_KEY").hosts == ("eu.api.openai.com",)


def test_a_removed_secret_is_gone_with_its_placeholders(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    vault.remove("OPENAI_API_KEY")
    vault = reopened(tmp_path)
    with pytest.raises(SecretUnknown):
        vault.lend("OPENAI_API_KEY")
    assert {row.secret for row in vault.contents.placeholders} == {"GITHUB_TOKEN"}


@pytest.mark.parametrize("verb", ["lend", "remove", "binding", "placeholder", "rotate"])
def test_a_secret_that_is_not_there_is_named_in_the_error(tmp_path: Path, verb: str) -> None:
    vault = filled(tmp_path)
    arguments = {"placeholder": ("default",), "rotate": (Secret(b"x"),)}.get(verb, ())
    with pytest.raises(SecretUnknown, match="'NOPE'"):
        getattr(vault, verb)("NOPE", *arguments)


def test_each_agent_and_secret_has_a_placeholder_of_its_own_that_stays(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    tokens = {
        (name, agent): vault.placeholder(name, agent)
        for name in ("OPENAI_API_KEY", "GITHUB_TOKEN")
        for agent in ("default", "builder", "research crew")
    }
    assert len(set(tokens.values())) == 6
    again = reopened(tmp_path)
    assert {key: again.placeholder(*key) for key in tokens} == tokens


def test_a_renewed_placeholder_replaces_the_old_one_after_the_grace_time(tmp_path: Path) -> None:
    clock = Clock()
    vault = filled(tmp_path, clock)
    old = vault.placeholder("OPENAI_API_KEY", "default")
    new = vault.renew("OPENAI_API_KEY", "default", grace_us=1_000_000)
    assert old != new == vault.placeholder("OPENAI_API_KEY", "default")
    assert {row.token for row in vault.contents.placeholders} >= {old, new}
    clock.pass_(2)
    vault.placeholder("OPENAI_API_KEY", "somebody")
    assert old not in {row.token for row in vault.contents.placeholders}


def test_agents_that_a_secret_is_not_bound_to_get_no_placeholder(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    vault.add("ONLY", Secret(b"a fake value"), binding(agents=("builder",)))
    assert vault.placeholder("ONLY", "builder")
    for agent in ("default", "", "a\nb", "x" * 65):
        with pytest.raises(SecretRefused):
            vault.placeholder("ONLY", agent)


def test_every_change_is_a_new_generation_and_other_vaults_see_it(tmp_path: Path) -> None:
    vault, other = filled(tmp_path), reopened(tmp_path)
    assert not other.refresh()
    vault.rotate("OPENAI_API_KEY", Secret(NEWER))
    assert other.refresh()
    assert other.state == vault.state
    assert value_of(other, "OPENAI_API_KEY") == NEWER
    vault.remove("OPENAI_API_KEY")
    assert other.refresh()
    with pytest.raises(SecretUnknown):
        other.lend("OPENAI_API_KEY")


def test_two_who_change_at_once_lose_nothing(tmp_path: Path) -> None:
    one, two = filled(tmp_path), reopened(tmp_path)
    errors: list[BaseException] = []

    def add(vault: Vault, word: str) -> None:
        try:
            for number in range(8):
                vault.add(f"{word}_{number}", Secret(f"fake {word} {number}".encode()), binding())
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=add, args=pair) for pair in ((one, "ONE"), (two, "TWO"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    vault = reopened(tmp_path)
    assert len(vault.contents.secrets) == 18
    assert vault.state.generation == 5 + 16


class VaultModel(RuleBasedStateMachine):
    """Whatever is done in whatever order, a vault that is opened anew holds what a dictionary would."""

    names = st.sampled_from(["A", "B", "C"])
    values = st.binary(min_size=1, max_size=64).filter(lambda value: b"aegis" not in value)

    @initialize(seed=st.integers(0, 2**32))
    def make(self, seed: int) -> None:
        import tempfile  # noqa: PLC0415 - a fixture cannot be had here

        memory = Path("/dev/shm")  # noqa: S108 - hundreds of changes, each of which waits for a disk
        where = memory if memory.is_dir() else None
        self.folder = tempfile.TemporaryDirectory(prefix=f"vault-{seed}-", dir=where)
        self.home = Path(self.folder.name)
        self.vault = Vault.create(self.home / "vault.db", source(self.home))
        self.expected: dict[str, bytes] = {}

    @rule(name=names, value=values)
    def add(self, name: str, value: bytes) -> None:
        try:
            self.vault.add(name, Secret(value), binding(at=("body",)))
        except SecretExists:
            assert name in self.expected
        else:
            self.expected[name] = value

    @rule(name=names, value=values)
    def rotate(self, name: str, value: bytes) -> None:
        try:
            self.vault.rotate(name, Secret(value), grace_us=0)
        except SecretUnknown:
            assert name not in self.expected
        else:
            self.expected[name] = value

    @rule(name=names)
    def remove(self, name: str) -> None:
        try:
            self.vault.remove(name)
        except SecretUnknown:
            assert name not in self.expected
        else:
            del self.expected[name]

    @rule()
    def rekey(self) -> None:
        self.vault.rekey(source(self.home))

    @invariant()
    def holds_what_was_put_in(self) -> None:
        if hasattr(self, "home"):
            opened = reopened(self.home)
            assert {name: value_of(opened, name) for name in opened.register.bound} == self.expected

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestVaultModel = VaultModel.TestCase
TestVaultModel.settings = settings(max_examples=8, stateful_step_count=12, deadline=None, database=None)


def test_the_ladder_of_errors_is_drawn_whole_and_each_says_what_it_is() -> None:
    kinds = [VaultError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    drawn = str(vault_errors.__doc__).splitlines()
    assert all(any(kind.__name__ in line.split() for line in drawn) for kind in kinds)
    assert all(kind.__doc__ for kind in kinds)
