"""scripts/start sets up once, then costs nothing; the locks work with any index and agree with each other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
FAKE_PYTHON = """#!/bin/sh
echo "python $*" >>"$LOG"
if [ "$1 $2" = "-m venv" ]; then
    for venv; do :; done
    mkdir -p "$venv/bin"
    cp "$0" "$venv/bin/python"
    printf '#!/bin/sh\\necho "aegis $*" >>"$LOG"\\n' >"$venv/bin/aegis"
    chmod +x "$venv/bin/aegis"
fi
[ "$1 $2" != "-m pip" ] || exit "${PIP_STATUS:-0}"
"""


class Machine:
    """A checkout under a path with a space, on a machine with a Python that only writes down what it is told."""

    def __init__(self, root: Path) -> None:
        self.checkout = root / "a checkout"
        self.log = root / "log"
        (self.checkout / "scripts").mkdir(parents=True)
        for name in ("scripts/start", "scripts/python-env.sh", "requirements.lock", "pyproject.toml"):
            shutil.copy(CHECKOUT / name, self.checkout / name)
        self.tools = root / "tools"
        self.tools.mkdir()
        for tool in ("sh", "cat", "cmp", "cp", "chmod", "dirname", "mkdir", "rm"):
            (self.tools / tool).symlink_to(shutil.which(tool) or "/bin/false")
        self.environment = {"PATH": str(self.tools), "HOME": str(root), "LOG": str(self.log)}

    def install_python(self) -> None:
        python = self.tools / "python3.13"
        python.write_text(FAKE_PYTHON)
        python.chmod(0o755)

    def start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.log.unlink(missing_ok=True)
        return subprocess.run(
            [str(self.checkout / "scripts/start"), *arguments],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, word: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if word in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_python_it_says_in_one_sentence_what_to_install(machine: Machine) -> None:
    done = machine.start()
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(r"Aegis needs Python 3\.12 or newer [^\n]*install one[^\n]*\.\n", done.stderr)


def test_first_start_installs_with_hashes_then_itself_then_initializes(machine: Machine) -> None:
    machine.install_python()
    done = machine.start("--", "--quiet")
    assert done.returncode == 0, done.stderr
    lock, itself = machine.calls("-m pip")
    assert lock.endswith(f"--require-hashes -r {machine.checkout}/requirements.lock")
    assert itself.endswith(f"--no-deps --no-build-isolation --editable {machine.checkout}")
    assert machine.calls("aegis ") == ["aegis init", "aegis start -- --quiet"]


def test_second_start_installs_nothing_and_is_quick(machine: Machine) -> None:
    machine.install_python()
    machine.start()
    (machine.checkout / ".aegis/ca").mkdir(parents=True)
    (machine.checkout / ".aegis/ca/mitmproxy-ca.pem").touch()
    began = time.monotonic()
    assert machine.start().returncode == 0
    assert time.monotonic() - began < 1
    assert machine.calls("-m ") == []
    assert machine.calls("aegis ") == ["aegis start"]


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.install_python()
    machine.start()
    with (machine.checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    machine.start()
    assert len(machine.calls("-m pip")) == 1
    assert machine.calls("-m venv") == []


def test_an_installation_that_failed_is_tried_again(machine: Machine) -> None:
    machine.install_python()
    machine.environment["PIP_STATUS"] = "1"
    assert machine.start().returncode != 0
    assert machine.calls("aegis ") == []
    del machine.environment["PIP_STATUS"]
    assert machine.start().returncode == 0
    assert len(machine.calls("-m pip")) == 2


def test_a_checkout_that_was_moved_gets_a_new_environment(machine: Machine) -> None:
    machine.install_python()
    machine.start()
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("moved"))
    machine.start()
    assert len(machine.calls("-m venv")) == 1
    assert len(machine.calls("-m pip")) == 2


def test_a_broken_environment_is_made_anew(machine: Machine) -> None:
    machine.install_python()
    machine.start()
    (machine.checkout / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
    assert machine.start().returncode == 0
    assert len(machine.calls("-m venv")) == 1


def _pins(name: str) -> dict[str, str]:
    text = (CHECKOUT / name).read_text().replace("\\\n", " ")
    return {line.split(" --hash")[0].strip(): line for line in text.splitlines() if line.strip()}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_with_hashes_and_names_no_index(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    for requirement, line in _pins(name).items():
        assert re.match(r"[a-z0-9.-]+==\S+( ; .*)?$", requirement), requirement
        assert "--hash=sha256:" in line


def test_the_development_lock_contains_the_other() -> None:
    """To the byte of every package; for which platforms may differ, since tests need some packages everywhere."""

    def packages(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for requirement, line in _pins(name).items():
            found.setdefault(requirement.split(" ;")[0], set()).update(re.findall(r"sha256:\w+", line))
        return found

    assert packages("requirements.lock").items() <= packages("requirements-dev.lock").items()


def test_the_runtime_lock_names_every_dependency_and_the_build_backend() -> None:
    pinned = {requirement.split("==")[0] for requirement in _pins("requirements.lock")}
    text = (CHECKOUT / "pyproject.toml").read_text()
    dependencies = re.findall(
        r'^    "([A-Za-z0-9-]+)[^"]*",', text.split("dependencies = [")[1].split("\n]")[0], re.MULTILINE
    )
    assert {name.lower() for name in dependencies} | {"hatchling"} <= pinned


@pytest.mark.parametrize(
    "name", ["scripts/start", "scripts/check", "scripts/test", "scripts/lock", ".ci/run"]
)
def test_scripts_can_be_run_and_parse_in_a_plain_shell(name: str) -> None:
    assert os.access(CHECKOUT / name, os.X_OK)
    subprocess.run(["sh", "-n", str(CHECKOUT / name)], check=True)
