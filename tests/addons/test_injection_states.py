"""The vault while the gateway runs: none, made later, changed, locked, tampered with; and what is no plain request."""

from __future__ import annotations

import json
import ssl
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import serve

from addons.lending import Lender
from addons.settings import Settings
from tests.clients import Http2Tunnel
from tests.gateways import Gateway, Home, curl
from tests.vault.samples import binding, source, tampering
from tests.vaulted import VALUES, Credentialed, Http2Service, Reply, make_vault, placeholders
from vault.bindings import Mode
from vault.errors import VaultError
from vault.register import Destination
from vault.requests import Outgoing, Refused
from vault.secret import Secret
from vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.services import ServiceCertificates

OPENAI = VALUES["OPENAI_API_KEY"]
NEWER = b"sk-proj-NEWERfakeNEWERfake0123456789-not_a_key"


@pytest.fixture(scope="module")
def service(certificates: ServiceCertificates) -> Iterator[Credentialed]:
    running = Credentialed(certificates)
    yield running
    running.stop()


def make_home(path: Path, *ports: int, more: str = "") -> Home:
    listed = ", ".join(map(str, ports))
    policy = f"allowedDomains: [localhost]\nnetwork: {{allowedPorts: [{listed}]}}\n" + more
    return Home(path, policy).make()


def trusting(certificates: ServiceCertificates) -> tuple[str, ...]:
    return ("--set", f"ssl_verify_upstream_trusted_ca={certificates.ca}")


def bearer(token: str) -> tuple[str, str]:
    return "-H", f"Authorization: Bearer {token}"


@contextmanager
def running(
    service: Credentialed, path: Path, prepare: Callable[[Home], object] | None = None
) -> Iterator[Gateway]:
    """A gateway whose home was prepared after the vault was made."""
    home = make_home(path, service.port)
    if prepare is not None:
        prepare(home)
    with Gateway(home, trusting(service.certificates)) as gateway:
        yield gateway


def reopened(home: Home) -> Vault:
    return Vault.open(home.path / ".aegis" / "vault.db", source(home.path, "file:.aegis/vault.key"))


def test_a_vault_that_is_made_later_is_taken_over(service: Credentialed, tmp_path: Path) -> None:
    with running(service, tmp_path) as gateway:
        assert "vault" not in gateway.log
        answer = curl(gateway, f"{service.url}/a", *bearer(f"sk-aegis{'a2' * 13}x"))
        assert answer.status == 200  # without a vault there are no placeholders
        held = placeholders(make_vault(gateway.home, service.port))
        gateway.wait_for("vault.changed")
        assert curl(gateway, f"{service.url}/a", *bearer(held["OPENAI_API_KEY"])).status == 200
        assert service.seen[-1].headers["authorization"] == f"Bearer {OPENAI.decode()}"


def test_what_was_just_issued_rotated_or_removed_holds_at_once(service: Credentialed, tmp_path: Path) -> None:
    with running(service, tmp_path, lambda home: make_vault(home, service.port)) as gateway:
        vault = reopened(gateway.home)
        token = vault.placeholder("OPENAI_API_KEY", "default")
        assert curl(gateway, f"{service.url}/a", *bearer(token)).status == 200
        vault.rotate("OPENAI_API_KEY", Secret(NEWER))
        assert curl(gateway, f"{service.url}/a", *bearer(token)).status == 200
        assert service.seen[-1].headers["authorization"] == f"Bearer {NEWER.decode()}"
        assert curl(gateway, f"{service.url}/a", "--data", NEWER.decode()).rule == "vault.leak"
        vault.remove("OPENAI_API_KEY")
        answer = curl(gateway, f"{service.url}/a", *bearer(token))
        assert answer.rule in {"vault.unknown-placeholder", "vault.retired-placeholder"}
        generations = [entry["generation"] for entry in gateway.entries("vault.changed")]
        assert generations == sorted(set(generations))
        assert generations[-1] == vault.state.generation


def test_a_value_that_was_rotated_meanwhile_is_still_scrubbed(service: Credentialed, tmp_path: Path) -> None:
    with running(service, tmp_path, lambda home: make_vault(home, service.port)) as gateway:
        vault = reopened(gateway.home)
        token = vault.placeholder("OPENAI_API_KEY", "default")

        def slow(_: Any) -> Reply:
            vault.rotate("OPENAI_API_KEY", Secret(NEWER))
            gateway.wait_for("vault.changed", generation=vault.state.generation)
            return Reply(200, b"you sent " + OPENAI)

        service.answers["/slow"] = slow
        answer = curl(gateway, f"{service.url}/slow", *bearer(token))
        assert answer.body == b"you sent " + token.encode()


async def test_a_new_key_from_the_same_source_is_taken_over(tmp_path: Path) -> None:
    home = make_home(tmp_path, 443)
    vault = make_vault(home, 443)
    entries: list[tuple[str, dict[str, Any]]] = []
    lender = Lender(Settings.load(tmp_path), lambda kind, fields: entries.append((kind, fields)))
    lender.open()
    vault.rekey(source(tmp_path, "file:.aegis/vault.key"))
    assert lender.is_stale()
    await lender.look()
    assert lender.fault == ""
    with lender.lend("OPENAI_API_KEY") as value:
        assert value.buffer == OPENAI
    assert [fields["generation"] for _, fields in entries] == [
        vault.state.generation - 1,
        vault.state.generation,
    ]


def _loose_key(home: Home) -> None:
    (home.path / ".aegis" / "vault.key").chmod(0o644)


def _other_key(home: Home) -> None:
    key = home.path / ".aegis" / "vault.key"
    text = key.read_bytes()
    key.write_bytes(text[:-6] + (b"AAAAA\n" if not text.endswith(b"AAAAA\n") else b"BBBBB\n"))


def _no_key(home: Home) -> None:
    (home.path / ".aegis" / "vault.key").unlink()


def _swapped(home: Home) -> None:
    with tampering(home.path / ".aegis") as database:
        values = database.execute("SELECT name, value FROM secret LIMIT 2").fetchall()
        for (name, _), (_, value) in zip(values, reversed(values), strict=True):
            database.execute("UPDATE secret SET value = ? WHERE name = ?", (value, name))


def _gone(home: Home) -> None:
    (home.path / ".aegis" / "vault.db").unlink()


def _rolled_back(home: Home) -> None:
    state = home.path / ".aegis"
    before = (state / "vault.db").read_bytes()
    reopened(home).remove("BODY_KEY")
    (state / "vault.db").write_bytes(before)


LOCKED: dict[str, tuple[Callable[[Home], None], str]] = {
    "a key file that others may read": (_loose_key, "chmod 600"),
    "another key": (_other_key, ""),
    "no key": (_no_key, ""),
    "swapped rows": (_swapped, "altered"),
    "no file, where there was one": (_gone, ""),
    "a rolled-back file": (_rolled_back, "rolled back"),
}


@pytest.mark.parametrize("what", LOCKED)
def test_a_vault_that_is_not_what_it_has_to_be_is_locked(tmp_path: Path, what: str) -> None:
    spoil, word = LOCKED[what]
    home = make_home(tmp_path, 443)
    token = placeholders(make_vault(home, 443))["OPENAI_API_KEY"]
    spoil(home)
    entries: list[tuple[str, dict[str, Any]]] = []
    lender = Lender(Settings.load(tmp_path), lambda kind, fields: entries.append((kind, fields)))
    lender.open()
    assert lender.is_there
    assert word in lender.fault
    assert [kind for kind, _ in entries] == ["vault.refused"]
    headers = ((b"authorization", f"Bearer {token}".encode()),)
    to = Destination("https", "localhost", 443, "GET", "/", "default")
    assert isinstance(lender.admit(Outgoing(to, b"/", headers, None)), Refused)
    with pytest.raises(VaultError):
        lender.exchange(Outgoing(to, b"/", headers, None))
    assert lender.exchange(Outgoing(to, b"/", (), None)) is None


def test_a_locked_vault_refuses_placeholders_and_nothing_else(service: Credentialed, tmp_path: Path) -> None:
    tokens: dict[str, str] = {}

    def prepare(home: Home) -> None:
        tokens.update(placeholders(make_vault(home, service.port)))
        _loose_key(home)

    with running(service, tmp_path, prepare) as gateway:
        assert "chmod 600" in gateway.wait_for("vault.refused")["reason"]
        assert "the vault is locked" in gateway.log
        before = len(service.seen)
        answer = curl(gateway, f"{service.url}/a", *bearer(tokens["OPENAI_API_KEY"]))
        assert (answer.status, answer.rule) == (503, "vault.unavailable")
        assert len(service.seen) == before
        assert curl(gateway, f"{service.url}/a").status == 200
        (gateway.home.path / ".aegis" / "vault.key").chmod(0o600)
        reopened(gateway.home).placeholder(
            "OPENAI_API_KEY", "somebody"
        )  # a change: it is tried again at once
        deadline = time.monotonic() + 10
        while curl(gateway, f"{service.url}/a", *bearer(tokens["OPENAI_API_KEY"])).status != 200:
            assert time.monotonic() < deadline


def test_tampering_while_it_runs_locks_the_vault_until_it_is_mended(
    service: Credentialed, tmp_path: Path
) -> None:
    with running(service, tmp_path, lambda home: make_vault(home, service.port)) as gateway:
        token = reopened(gateway.home).placeholder("OPENAI_API_KEY", "default")
        assert curl(gateway, f"{service.url}/a", *bearer(token)).status == 200
        path = gateway.home.path / ".aegis" / "vault.db"
        good = path.read_bytes()
        _swapped(gateway.home)
        gateway.wait_for("vault.refused")
        assert curl(gateway, f"{service.url}/a", *bearer(token)).rule == "vault.unavailable"
        path.write_bytes(good)
        deadline = time.monotonic() + 5
        while curl(gateway, f"{service.url}/a", *bearer(token)).status != 200:
            assert time.monotonic() < deadline


def test_a_state_older_than_the_ledgers_is_refused_even_with_its_witness(
    service: Credentialed, tmp_path: Path
) -> None:
    home = make_home(tmp_path, service.port)
    vault = make_vault(home, service.port)
    token = vault.placeholder("OPENAI_API_KEY", "default")
    state = home.path / ".aegis"
    files = {name: (state / name).read_bytes() for name in ("vault.db", "vault.db.seen")}
    vault.remove("BODY_KEY")
    with Gateway(home, trusting(service.certificates)) as gateway:
        gateway.wait_for("vault.changed")
    for name, content in files.items():
        (state / name).write_bytes(content)
    with Gateway(home, trusting(service.certificates)) as gateway:
        assert "rolled back" in gateway.wait_for("vault.refused")["reason"]
        assert curl(gateway, f"{service.url}/a", *bearer(token)).rule == "vault.unavailable"


def test_a_secret_that_is_set_comes_without_a_placeholder(service: Credentialed, tmp_path: Path) -> None:
    value = b"sk-FAKEfake6666FAKEfake-1234567890"

    def prepare(home: Home) -> None:
        vault = make_vault(home, service.port)
        bound = binding(
            "localhost",
            at=("header:x-service-key",),
            ports=(service.port,),
            paths=("/set/**",),
            mode=Mode.SET,
        )
        vault.add("SET_KEY", Secret(value), bound)

    with running(service, tmp_path, prepare) as gateway:
        service.answers["/set"] = lambda seen: Reply(200, seen.headers.get("x-service-key", "none").encode())
        answer = curl(gateway, f"{service.url}/set/it", "-H", "X-Service-Key: mine")
        assert service.seen[-1].headers["x-service-key"] == value.decode()
        assert answer.body == b"[secret SET_KEY]"
        assert curl(gateway, f"{service.url}/other").status == 200
        assert "x-service-key" not in service.seen[-1].headers


def test_nobody_reads_the_gateways_memory_without_being_root(service: Credentialed, tmp_path: Path) -> None:
    with running(service, tmp_path) as gateway:
        assert gateway.process is not None
        limits = Path(f"/proc/{gateway.process.pid}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]


# HTTP/2


def test_secrets_travel_over_http2_as_well(certificates: ServiceCertificates, tmp_path: Path) -> None:
    service = Http2Service(certificates)
    home = make_home(tmp_path, service.port)
    held = placeholders(make_vault(home, service.port))
    with Gateway(home, (*trusting(certificates), "-w", str(tmp_path / "flows"))) as gateway:
        answer = curl(
            gateway, f"https://localhost:{service.port}/a", "--http2", *bearer(held["OPENAI_API_KEY"])
        )
        assert answer.status == 200
        assert service.heads[-1]["authorization"] == f"Bearer {OPENAI.decode()}"
        assert answer.body == b"echo Bearer " + held["OPENAI_API_KEY"].encode()
        document = json.dumps({"key": held["BODY_KEY"]})
        arguments = ("--http2", "-H", "content-type: application/json", "--data", document)
        assert curl(gateway, f"https://localhost:{service.port}/b", *arguments).status == 200
        assert b'bk-\\"FAKE\\"' in service.bodies[-1]
        assert service.heads[-1]["content-length"] == str(len(service.bodies[-1]))
        with Http2Tunnel(gateway, service) as tunnel:  # type: ignore[arg-type]
            assert (
                tunnel.request("/", headers=(("authorization", f"Bearer {held['OPENAI_API_KEY']}"),)) == 200
            )
            assert tunnel.request("/", headers=(("x-key", held["OPENAI_API_KEY"]),)) == 403
    service.stop()
    assert OPENAI not in (tmp_path / "flows").read_bytes()


# WebSockets and uploads


def test_a_websocket_is_opened_with_a_secret_and_scrubbed_of_it(
    certificates: ServiceCertificates, tmp_path: Path
) -> None:
    seen: list[Any] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain)

    def handle(peer: Any) -> None:
        seen.append(peer.request.headers.get("Authorization"))
        try:
            for message in peer:
                seen.append(message)
                peer.send(f"your key is {OPENAI.decode()}, is it not?")
                peer.send([OPENAI[:10].decode(), OPENAI[10:].decode(), " in frames"])
                peer.send(b"\xff" + OPENAI)
        except ConnectionClosed:
            pass

    server = serve(handle, "127.0.0.1", 0, ssl=context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.socket.getsockname()[1]
    home = make_home(tmp_path, port)
    held = placeholders(make_vault(home, port))
    token = held["OPENAI_API_KEY"]
    with Gateway(home, (*trusting(certificates), "-w", str(tmp_path / "flows"))) as gateway:
        trust = ssl.create_default_context(cafile=str(home.ca))

        def opened() -> Any:
            return connect(
                f"wss://localhost:{port}/chat",
                ssl=trust,
                proxy=gateway.url,
                additional_headers={"Authorization": f"Bearer {token}"},
            )

        with opened() as peer:
            peer.send("hello")
            assert peer.recv(timeout=5) == f"your key is {token}, is it not?"
            assert peer.recv(timeout=5) == f"{token} in frames"
            assert peer.recv(timeout=5) == b"\xff" + token.encode()
        assert seen[:2] == [f"Bearer {OPENAI.decode()}", "hello"]
        for message, rule in ((token, "vault.canary"), (f"x {OPENAI.decode()}", "vault.leak")):
            with opened() as peer:
                peer.send(message)
                with pytest.raises(ConnectionClosed) as closed:
                    peer.recv(timeout=5)
                assert rule in str(closed.value)
            gateway.wait_for("flow.verdict", rule=rule)
        with opened() as peer:
            peer.ping(OPENAI)
            with pytest.raises(ConnectionClosed):
                peer.recv(timeout=5)
    server.shutdown()
    assert not [one for one in seen if OPENAI.decode() in str(one) and "Bearer" not in str(one)]
    assert token not in [one for one in seen if isinstance(one, str)]


@pytest.mark.parametrize("what", ["a placeholder", "a value"])
def test_a_streamed_upload_is_looked_through(service: Credentialed, tmp_path: Path, what: str) -> None:
    home = make_home(tmp_path, service.port, more="limits: {maxRequestBodyBytes: 100000000}\n")
    held = placeholders(make_vault(home, service.port))
    evil = held["BODY_KEY"].encode() if what == "a placeholder" else OPENAI
    file = tmp_path / "upload"
    with Gateway(home, trusting(service.certificates)) as gateway:
        line = b"an ordinary line of text that is uploaded\n"
        file.write_bytes(line * 900_000)
        answer = curl(gateway, f"{service.url}/up", "-T", str(file), *bearer(held["OPENAI_API_KEY"]))
        assert answer.status == 200
        assert service.seen[-1].headers["authorization"] == f"Bearer {OPENAI.decode()}"
        assert len(service.seen[-1].body) == len(line) * 900_000
        before = len(service.seen)
        file.write_bytes(line * 850_000 + evil + line * 50_000)
        answer = curl(gateway, f"{service.url}/up", "-T", str(file), *bearer(held["OPENAI_API_KEY"]))
        assert answer.status != 200
        assert len([one for one in service.seen[before:] if evil in one.body]) == 0
        gateway.wait_for("flow.verdict", rule="vault.canary" if what == "a placeholder" else "vault.leak")
