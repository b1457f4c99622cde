"""The authority is private from its first byte, never replaced, accepted by mitmproxy, and refused when unsound."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from mitmproxy.certs import CertStore

from certs import authority, dhparam
from certs.errors import (
    AuthorityError,
    AuthorityExistsError,
    AuthorityExpiredError,
    AuthorityMismatchError,
    AuthorityMissingError,
    AuthorityUnreadableError,
    AuthorityUnsafeError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def confdir(tmp_path: Path) -> Path:
    path = tmp_path / "ca"
    authority.create(path)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_key_is_private_and_certificate_is_public_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        authority.create(tmp_path / "ca")
    finally:
        os.umask(before)
    assert mode(tmp_path / "ca") == 0o700
    assert mode(tmp_path / "ca" / authority.KEY_FILE) == 0o600
    assert mode(tmp_path / "ca" / authority.CERTIFICATE_FILE) == 0o644
    assert sorted(path.name for path in (tmp_path / "ca").iterdir()) == [
        "mitmproxy-ca-cert.cer",
        "mitmproxy-ca-cert.pem",
        "mitmproxy-ca.pem",
        "mitmproxy-dhparam.pem",
    ]


def test_certificate_may_sign_leaves_for_servers_and_nothing_else(confdir: Path) -> None:
    certificate = x509.load_pem_x509_certificate((confdir / authority.CERTIFICATE_FILE).read_bytes())
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    identifier = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert not usage.value.digital_signature
    assert identifier.value == x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())


def test_public_files_hold_no_key(confdir: Path) -> None:
    for name in (authority.CERTIFICATE_FILE, authority.CER_FILE, authority.DHPARAM_FILE):
        assert b"PRIVATE" not in (confdir / name).read_bytes()


def test_mitmproxy_uses_it_as_it_is_and_writes_nothing(confdir: Path) -> None:
    before = {path: path.read_bytes() for path in confdir.iterdir()}
    store = CertStore.from_store(confdir, "mitmproxy", 2048)
    leaf = store.get_cert("api.example.com", [x509.DNSName("api.example.com")])
    assert leaf.cert.keyinfo == ("EC (secp256r1)", 256)
    assert store.default_ca.fingerprint().hex() == authority.describe(confdir).fingerprint
    assert {path: path.read_bytes() for path in confdir.iterdir()} == before


def test_openssl_accepts_a_leaf_signed_by_it(confdir: Path, tmp_path: Path) -> None:
    store = CertStore.from_store(confdir, "mitmproxy", 2048)
    leaf = tmp_path / "leaf.pem"
    leaf.write_bytes(store.get_cert("a.example", [x509.DNSName("a.example")]).cert.to_pem())
    trusted = str(confdir / authority.CERTIFICATE_FILE)
    subprocess.run(
        ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", trusted, str(leaf)],
        check=True,
        capture_output=True,
    )


def test_an_existing_authority_is_never_replaced(confdir: Path) -> None:
    before = (confdir / authority.KEY_FILE).read_bytes()
    with pytest.raises(AuthorityExistsError) as caught:
        authority.create(confdir)
    assert "move" in caught.value.hint()
    assert (confdir / authority.KEY_FILE).read_bytes() == before


def test_many_at_once_end_up_with_one_authority(tmp_path: Path) -> None:
    def attempt(_: int) -> str:
        try:
            return authority.create(tmp_path / "ca").fingerprint
        except AuthorityExistsError:
            return ""

    with ThreadPoolExecutor(8) as pool:
        made = [fingerprint for fingerprint in pool.map(attempt, range(8)) if fingerprint]
    assert made == [authority.check(tmp_path / "ca").fingerprint]
    assert not list((tmp_path / "ca").glob(".*"))


def test_missing_public_files_are_published_again(confdir: Path) -> None:
    (confdir / authority.CERTIFICATE_FILE).unlink()
    assert authority.publish(confdir) == [confdir / authority.CERTIFICATE_FILE]
    assert authority.publish(confdir) == []
    authority.check(confdir)


def test_it_is_described_in_words_an_operator_can_compare(confdir: Path) -> None:
    info = authority.describe(confdir)
    assert info.key_kind == "EC P-256"
    assert info.subject.startswith("O=Aegis,CN=Aegis CA ")
    assert len(info.fingerprint) == 64
    assert dt.timedelta(days=1800) < info.not_after - dt.datetime.now(dt.UTC) < dt.timedelta(days=1826)


def _damage(confdir: Path) -> None:
    (confdir / authority.KEY_FILE).write_bytes(b"-----BEGIN PRIVATE KEY-----\nnonsense\n")


def _exchange_certificate(confdir: Path) -> None:
    other = confdir / "other"
    authority.create(other)
    key = (confdir / authority.KEY_FILE).read_bytes().split(b"-----BEGIN CERTIFICATE")[0]
    certificate = (other / authority.CERTIFICATE_FILE).read_bytes()
    (confdir / authority.KEY_FILE).write_bytes(key + certificate)


def _publish_another(confdir: Path) -> None:
    authority.create(confdir / "other")
    content = (confdir / "other" / authority.CERTIFICATE_FILE).read_bytes()
    (confdir / authority.CERTIFICATE_FILE).write_bytes(content)


FAULTS: dict[str, tuple[Callable[[Path], object], type[AuthorityError], str]] = {
    "key readable by the group": (
        lambda path: (path / authority.KEY_FILE).chmod(0o640),
        AuthorityUnsafeError,
        "0640",
    ),
    "key readable by all": (
        lambda path: (path / authority.KEY_FILE).chmod(0o604),
        AuthorityUnsafeError,
        "0604",
    ),
    "directory writable by all": (lambda path: path.chmod(0o777), AuthorityUnsafeError, "replace"),
    "certificate writable by all": (
        lambda path: (path / authority.CERTIFICATE_FILE).chmod(0o666),
        AuthorityUnsafeError,
        "replace",
    ),
    "no key": (
        lambda path: (path / authority.KEY_FILE).unlink(),
        AuthorityMissingError,
        "no certificate authority",
    ),
    "no certificate to hand out": (
        lambda path: (path / authority.CERTIFICATE_FILE).unlink(),
        AuthorityMissingError,
        authority.CERTIFICATE_FILE,
    ),
    "damaged key": (_damage, AuthorityUnreadableError, "does not hold"),
    "certificate of another key": (_exchange_certificate, AuthorityMismatchError, "do not belong together"),
    "another certificate handed out": (_publish_another, AuthorityMismatchError, "agents are given"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_unsound_authority_is_refused(name: str, confdir: Path) -> None:
    damage, kind, words = FAULTS[name]
    damage(confdir)
    with pytest.raises(kind, match=words) as caught:
        authority.check(confdir)
    assert caught.value.hint()


def test_an_authority_outside_its_validity_is_refused(confdir: Path) -> None:
    info = authority.describe(confdir)
    with pytest.raises(AuthorityExpiredError, match="expired"):
        authority.check(confdir, now=info.not_after + dt.timedelta(seconds=1))
    with pytest.raises(AuthorityExpiredError, match="not valid before"):
        authority.check(confdir, now=info.not_before - dt.timedelta(seconds=1))


def test_no_error_repeats_the_key(confdir: Path) -> None:
    secret = (confdir / authority.KEY_FILE).read_text().splitlines()[1]
    _exchange_certificate(confdir)
    with pytest.raises(AuthorityMismatchError) as caught:
        authority.check(confdir)
    assert secret not in f"{caught.value} {caught.value.hint()}"


def test_the_group_is_the_one_of_rfc_7919() -> None:
    prime = dhparam.ffdhe3072()
    assert prime.bit_length() == 3072
    assert f"{prime:X}".startswith("FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1")
    assert f"{prime:X}".endswith("66C62E37FFFFFFFFFFFFFFFF")
