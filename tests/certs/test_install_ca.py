"""install-ca.sh in dash and busybox ash: into a root of its own, and for real in a mount namespace."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from certs import authority

SCRIPT = Path(__file__).parents[2] / "certs" / "install-ca.sh"
STORE = "etc/ssl/certs/ca-certificates.crt"
PROFILE = "etc/profile.d/aegis-ca.sh"

SHELLS = {
    "dash": ["dash"],
    "ash": ["busybox", "ash"],
}
UPDATE_COMMAND = """#!/bin/sh
[ -z "${FAIL:-}" ] || exit 1
cat "$AEGIS_ROOT"/system.pem "$AEGIS_ROOT"/usr/local/share/ca-certificates/*.crt 2>/dev/null \
    >"$AEGIS_ROOT/etc/ssl/certs/ca-certificates.crt" || true
"""


class Container:
    """A root directory that looks like a container's, and a shell to run the script in."""

    def __init__(self, shell: list[str], root: Path) -> None:
        self.shell = shell
        self.root = root
        (root / "etc/ssl/certs").mkdir(parents=True)
        authority.create(root / "other")
        system = (root / "other" / authority.CERTIFICATE_FILE).read_text()
        (root / "system.pem").write_text(system)
        (root / STORE).write_text(system)
        authority.create(root / "ca")
        self.certificate = root / "ca" / authority.CERTIFICATE_FILE
        self.environment = {"PATH": os.environ["PATH"], "AEGIS_ROOT": str(root)}

    def with_update_command(self) -> None:
        command = self.root / "update-ca-certificates"
        command.write_text(UPDATE_COMMAND)
        command.chmod(0o755)
        self.environment["AEGIS_UPDATE_COMMAND"] = str(command)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.shell, str(SCRIPT), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self) -> None:
        done = self.run("--ca", str(self.certificate))
        assert done.returncode == 0, done.stderr

    @property
    def store(self) -> str:
        return (self.root / STORE).read_text()

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file()
        }


@pytest.fixture(params=SHELLS)
def container(request: pytest.FixtureRequest, tmp_path: Path) -> Container:
    shell = SHELLS[request.param]
    if not shutil.which(shell[0]):
        pytest.skip(f"{shell[0]} is not installed")
    return Container(shell, tmp_path / "ro ot")


@pytest.fixture(params=["update command", "no update command"])
def either(request: pytest.FixtureRequest, container: Container) -> Container:
    if request.param == "update command":
        container.with_update_command()
    return container


def test_installed_certificate_is_in_the_store_beside_the_others(either: Container) -> None:
    system = either.store
    either.install()
    assert either.certificate.read_text().strip() in either.store
    assert system.strip() in either.store
    assert either.run("--check").returncode == 0


def test_installing_twice_is_installing_once(either: Container) -> None:
    either.install()
    once = either.files()
    either.install()
    assert either.files() == once


def test_uninstalling_leaves_everything_as_it_was(either: Container) -> None:
    before = either.files()
    either.install()
    assert either.run("--uninstall").returncode == 0
    assert either.files() == before
    assert either.run("--check").returncode == 1
    assert either.run("--uninstall").returncode == 0


def test_a_new_certificate_takes_the_place_of_the_old_one(either: Container) -> None:
    either.install()
    old = either.certificate.read_text().strip()
    authority.create(either.root / "new")
    either.certificate = either.root / "new" / authority.CERTIFICATE_FILE
    assert either.run("--check", "--ca", str(either.certificate)).returncode == 1
    either.install()
    assert old not in either.store
    assert either.certificate.read_text().strip() in either.store


def test_a_store_without_final_line_end_stays_readable(container: Container) -> None:
    (container.root / STORE).write_text(container.store.rstrip("\n"))
    container.install()
    assert "-----END CERTIFICATE-----\n# BEGIN Aegis CA\n-----BEGIN" in container.store


def test_profile_exports_variables_that_point_into_the_container(container: Container) -> None:
    container.install()
    names = "SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS GIT_SSL_CAINFO PIP_CERT AWS_CA_BUNDLE"
    command = f". '{container.root / PROFILE}'; for name in {names}; do eval echo \\$$name; done"
    done = subprocess.run(
        [*container.shell, "-c", command], capture_output=True, text=True, check=True, env={}
    )
    values = done.stdout.split()
    assert len(values) == len(names.split())
    assert all((container.root / value.lstrip("/")).exists() for value in values)


def test_print_env_prints_the_same_without_installing(container: Container) -> None:
    done = container.run("--print-env")
    assert "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt" in done.stdout.splitlines()
    assert not (container.root / PROFILE).exists()


def test_a_file_with_windows_line_ends_installs(container: Container) -> None:
    container.certificate.write_bytes(container.certificate.read_bytes().replace(b"\n", b"\r\n"))
    container.install()
    assert "\r" not in container.store


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("private key", "holds a private key"),
        ("two certificates", "holds 2 certificates"),
        ("nothing", "holds 0 certificates"),
        ("damaged", "damaged certificate"),
        ("missing", "cannot read"),
    ],
)
def test_what_is_not_one_public_certificate_is_refused(name: str, words: str, container: Container) -> None:
    certificate = container.certificate.read_text()
    files = {
        "private key": (container.root / "ca" / authority.KEY_FILE).read_text(),
        "two certificates": certificate * 2,
        "nothing": "",
        "damaged": certificate.replace("MII", "XII"),
    }
    path = container.root / "given.pem"
    if name in files:
        path.write_text(files[name])
    before = container.files()
    done = container.run("--ca", str(path))
    assert done.returncode == 3
    assert words in done.stderr
    assert container.files() == before


def test_a_store_that_was_regenerated_without_us_is_noticed(container: Container) -> None:
    container.install()
    shutil.copy(container.root / "system.pem", container.root / STORE)
    done = container.run("--check")
    assert done.returncode == 1
    assert "not in /etc/ssl/certs" in done.stderr


def test_a_failing_update_is_reported(container: Container) -> None:
    container.with_update_command()
    container.environment["FAIL"] = "1"
    assert container.run("--ca", str(container.certificate)).returncode == 4


def test_unknown_arguments_are_refused_and_help_is_given(container: Container) -> None:
    assert container.run("--nonsense").returncode == 2
    assert container.run("--ca").returncode == 2
    assert "Exit codes" in container.run("--help").stdout


REAL = """set -e
mkdir -p "$LAYERS"; mount -t tmpfs layers "$LAYERS"
for dir in etc usr/local; do
    mkdir -p "$LAYERS/upper/$dir" "$LAYERS/work/$dir"
    mount -t overlay overlay -o "lowerdir=/$dir,upperdir=$LAYERS/upper/$dir,workdir=$LAYERS/work/$dir" "/$dir"
done
! openssl verify "$CA" >/dev/null 2>&1
"$SCRIPT" --ca "$CA"; "$SCRIPT" --ca "$CA"
openssl verify "$CA"
openssl verify -CAfile /etc/ssl/certs/ca-certificates.crt "$CA"
"$SCRIPT" --check
"$SCRIPT" --uninstall
! openssl verify "$CA" >/dev/null 2>&1
! "$SCRIPT" --check
! ls /etc/ssl/certs/aegis-ca.pem
"""


@pytest.mark.lab
def test_the_system_store_of_this_machine_trusts_it_until_it_is_uninstalled(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("update-ca-certificates"):
        pytest.skip("needs root, unshare and update-ca-certificates")
    probe = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "t", "/mnt"], check=False, capture_output=True
    )
    if probe.returncode:
        pytest.skip("mount namespaces are not available")
    authority.create(tmp_path / "ca")
    environment = {
        "PATH": os.environ["PATH"],
        "CA": str(tmp_path / "ca" / authority.CERTIFICATE_FILE),
        "SCRIPT": str(SCRIPT),
        "LAYERS": str(tmp_path / "layers"),
    }
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", REAL],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_script_has_no_finding_of_shellcheck() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(["shellcheck", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.stdout == ""
