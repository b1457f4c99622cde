"""The certificate authority that agents trust: made once, described, and checked before every start.

The layout is mitmproxy's own confdir, so mitmproxy finds it and never makes an RSA authority of its own:

    mitmproxy-ca.pem        key and certificate, 0600; it never leaves this machine
    mitmproxy-ca-cert.pem   the certificate alone, 0644; this one goes to the agents
    mitmproxy-ca-cert.cer   the same under the name that Windows and Android expect
    mitmproxy-dhparam.pem   written here so that the directory may be read-only afterwards

The key is EC P-256: a leaf costs 0.24 ms instead of 2 ms with RSA. The path length is 0, so what it signs can
sign nothing further. Invariant: a file that exists is never overwritten, and a reader sees a whole file or
none; several processes starting at once end up with one authority.

Sources: RFC 5280 sections 4.2.1.2, 4.2.1.3 and 4.2.1.9; mitmproxy/certs.py `CertStore.from_store`.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs import dhparam
from certs.errors import (
    AuthorityExistsError,
    AuthorityExpiredError,
    AuthorityMismatchError,
    AuthorityMissingError,
    AuthorityUnreadableError,
    AuthorityUnsafeError,
)

if TYPE_CHECKING:
    from pathlib import Path

KEY_FILE: Final = "mitmproxy-ca.pem"
CERTIFICATE_FILE: Final = "mitmproxy-ca-cert.pem"
CER_FILE: Final = "mitmproxy-ca-cert.cer"
DHPARAM_FILE: Final = "mitmproxy-dhparam.pem"

LIFETIME: Final = dt.timedelta(days=5 * 365)
BACKDATED: Final = dt.timedelta(days=2)
"""Agents' clocks may be behind; mitmproxy dates its leaves back by the same."""

DIRECTORY_MODE: Final = 0o700
KEY_MODE: Final = 0o600
PUBLIC_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class CaInfo:
    """What an operator needs to recognize the authority; nothing in it is secret."""

    fingerprint: str
    """SHA-256 of the certificate in DER, 64 lower-case hexadecimal digits."""
    not_before: dt.datetime
    not_after: dt.datetime
    """Both aware, in UTC."""
    subject: str
    """As RFC 4514 writes it: `O=Aegis,CN=Aegis CA 1a2b3c4d`."""
    key_kind: str
    """`EC P-256`, `RSA 2048` and the like."""
    certificate_path: Path
    """The public certificate, the one to hand out."""


@dataclass(frozen=True, slots=True)
class _KeyPair:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate


def create(confdir: Path, *, lifetime: dt.timedelta = LIFETIME) -> CaInfo:
    """Make an authority in `confdir`, which is created with mode 0700 where it is missing.

    Raises:
        AuthorityExistsError: there is one already; nothing was changed.
        AuthorityUnreadableError: the directory cannot be written.
    """
    key_path = confdir / KEY_FILE
    if key_path.exists():
        raise AuthorityExistsError(f"there is a certificate authority in {confdir} already", key_path)
    pair = _mint(dt.datetime.now(dt.UTC), lifetime)
    secret = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        confdir.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        _place(key_path, secret + pair.certificate.public_bytes(Encoding.PEM), KEY_MODE)
    except FileExistsError as error:
        raise AuthorityExistsError(f"another process made {key_path} just now", key_path) from error
    except OSError as error:
        raise AuthorityUnreadableError(f"cannot write {key_path}: {error.strerror}", key_path) from error
    publish(confdir)
    return describe(confdir)


def publish(confdir: Path) -> list[Path]:
    """Write whichever public files are missing beside the key, and return those written.

    Raises:
        AuthorityMissingError, AuthorityUnreadableError: as `describe`.
    """
    public = _load(confdir).certificate.public_bytes(Encoding.PEM)
    written = []
    for name, content in ((CERTIFICATE_FILE, public), (CER_FILE, public), (DHPARAM_FILE, None)):
        path = confdir / name
        if path.exists():
            continue
        try:
            _place(path, dhparam.pem() if content is None else content, PUBLIC_MODE)
        except FileExistsError:
            continue  # another process was faster, with the same content
        except OSError as error:
            raise AuthorityUnreadableError(f"cannot write {path}: {error.strerror}", path) from error
        written.append(path)
    return written


def describe(confdir: Path) -> CaInfo:
    """Return what can be told about the authority without judging it.

    Raises:
        AuthorityMissingError: there is none.
        AuthorityUnreadableError: its file cannot be read or parsed.
    """
    pair = _load(confdir)
    certificate = pair.certificate
    return CaInfo(
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        subject=certificate.subject.rfc4514_string(),
        key_kind=_kind(pair.key),
        certificate_path=confdir / CERTIFICATE_FILE,
    )


def check(confdir: Path, *, now: dt.datetime | None = None) -> CaInfo:
    """Refuse an authority that must not be used, and describe the one that may.

    Args:
        confdir: mitmproxy's configuration directory.
        now: aware time to judge validity at; the clock's where absent.

    Raises:
        AuthorityError: one of its descendants, naming the file and what is wrong with it.
    """
    pair = _load(confdir)
    _check_modes(confdir)
    _check_pair(confdir / KEY_FILE, pair)
    _check_published(confdir / CERTIFICATE_FILE, pair.certificate)
    _check_validity(confdir / KEY_FILE, pair.certificate, now or dt.datetime.now(dt.UTC))
    return describe(confdir)


def _mint(now: dt.datetime, lifetime: dt.timedelta) -> _KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    # The digits keep two authorities in one trust store apart: stores look them up by subject.
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"Aegis CA {identifier.digest.hex()[:8]}"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Aegis"),
        ],
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + lifetime)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signing_only(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return _KeyPair(key, certificate)


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _place(path: Path, content: bytes, mode: int) -> None:
    """Write `path` whole and only if it does not exist, private from its first byte on (CWE-377, CWE-732)."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, KEY_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, this fails where the name is taken
    finally:
        draft.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load(confdir: Path) -> _KeyPair:
    path = confdir / KEY_FILE
    pem = _read(path)
    try:
        key = load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except (ValueError, TypeError) as error:  # TypeError: the key is encrypted
        raise AuthorityUnreadableError(f"{path} does not hold a plain key and a certificate", path) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise AuthorityUnreadableError(f"{path} holds a kind of key mitmproxy cannot use", path)
    return _KeyPair(key, certificate)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise AuthorityMissingError(f"there is no certificate authority at {path}", path) from error
    except OSError as error:
        raise AuthorityUnreadableError(f"cannot read {path}: {error.strerror}", path) from error


def _kind(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return f"RSA {key.key_size}"
    names = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
    return f"EC {names.get(key.curve.name, key.curve.name)}"


def _check_modes(confdir: Path) -> None:
    others = stat.S_IRWXG | stat.S_IRWXO
    writers = stat.S_IWGRP | stat.S_IWOTH
    for path, forbidden, wanted in (
        (confdir / KEY_FILE, others, KEY_MODE),
        (confdir, writers, DIRECTORY_MODE),
        (confdir / CERTIFICATE_FILE, writers, PUBLIC_MODE),
    ):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            continue  # _check_published reports it
        if mode & forbidden:
            what = "read the key in" if path.name == KEY_FILE else "replace"
            raise AuthorityUnsafeError(
                f"other users may {what} {path}: its mode is {mode:04o}, at most {wanted:04o} is safe",
                path,
                mode=mode,
                wanted=wanted,
            )


def _check_pair(path: Path, pair: _KeyPair) -> None:
    if pair.key.public_key() != pair.certificate.public_key():
        raise AuthorityMismatchError(f"key and certificate in {path} do not belong together", path)
    try:
        constraints = pair.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound as error:
        raise AuthorityMismatchError(f"the certificate in {path} is not an authority's", path) from error
    if not constraints.ca:
        raise AuthorityMismatchError(f"the certificate in {path} is not an authority's", path)


def _check_published(path: Path, certificate: x509.Certificate) -> None:
    try:
        published = x509.load_pem_x509_certificate(_read(path))
    except ValueError as error:
        raise AuthorityUnreadableError(f"{path} does not hold a certificate", path) from error
    if published != certificate:
        raise AuthorityMismatchError(
            f"{path}, which agents are given, is not the certificate of {path.with_name(KEY_FILE).name}",
            path,
        )


def _check_validity(path: Path, certificate: x509.Certificate, now: dt.datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise AuthorityExpiredError(
            f"the certificate in {path} expired {certificate.not_valid_after_utc:%Y-%m-%d}", path
        )
    if now < certificate.not_valid_before_utc:
        raise AuthorityExpiredError(
            f"the certificate in {path} is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}",
            path,
        )
