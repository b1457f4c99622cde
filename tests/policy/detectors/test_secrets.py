"""What is a secret and what only looks like one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detectors.secrets.detector import PATTERNS, detect, fingerprint
from policy.text.scanner import Scanner

SCANNER = Scanner(PATTERNS)
BLOCKED = 70

SECRETS = {
    "a GitHub token whose checksum holds": "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx",
    "an AWS key id": "id=AKIA" + "QYLPMN5HHHFPZAM2",
    "an assignment": "API_KEY=" + "f3Kq9ZxT2mBv8LwR5nYc7HdJ",
    "in JSON": '{"client_secret": "' + "Zk3nPq8vLw2xTt9sRb5yHd7jMf4c" + '"}',
    "in a URL": "https://admin:Zk3nPq8vLw2x@db.example.com/",
    "a connection string": "postgres://app:Zk3nPq8vLw2x@10.0.0.1:5432/prod",
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEAx8Zk3nPq8vLw2xTt9sRb5yHd7jMf4c" * 8,
}
ORDINARY = {
    "prose": "Please keep the password secret and rotate the token every month.",
    "a variable": "api_key = os.environ['API_KEY']",
    "a placeholder": "API_KEY=<your-api-key>",
    "an example": "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
    "a commit": "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "a UUID": "id: 123e4567-e89b-12d3-a456-426614174000",
    "an integrity hash": '"integrity": "sha512-9fceb02d0ae598e95dc970b74767f19372d61af89fceb02d0ae598e95dc970b7=="',
    "a function": "def get_access_token(self, refresh_token: str) -> Token:",
}


def severity(text: str) -> int:
    return max((match.severity for match in detect(SCANNER.scan(text)).matches), default=0)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_and_not_repeated(name: str) -> None:
    text = SECRETS[name]
    found = detect(SCANNER.scan(text))
    assert severity(text) >= BLOCKED
    assert found.score >= BLOCKED / 100
    for match in found.matches:
        assert match.rule in RULES
        value = text[match.start : match.end]
        assert value
        assert value[6:] == "" or value[6:] not in match.evidence + match.reason


@pytest.mark.parametrize("name", ORDINARY)
def test_what_only_looks_like_one_is_left_alone(name: str) -> None:
    assert severity(ORDINARY[name]) < BLOCKED


def test_a_fingerprint_lets_one_value_pass() -> None:
    text = SECRETS["a GitHub token whose checksum holds"]
    allowed = fingerprint(text)[: len("sha256:") + 12]
    assert detect(SCANNER.scan(text), frozenset({allowed})).matches == ()


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_no_text_ends_the_detector(text: str) -> None:
    found = detect(SCANNER.scan(text))
    assert 0 <= found.score <= 1
    assert all(0 <= m.start <= m.end <= len(text) for m in found.matches)


@pytest.mark.parametrize(
    "unit", ["1", "a", "{", "=", "password=", "AKIA", "eyJ", "'\"", "ghp_", "key: a1b2c3d4e5 "]
)
def test_hostile_texts_take_bounded_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    detect(SCANNER.scan(unit))
    started = time.process_time()
    detect(SCANNER.scan(text))
    assert time.process_time() - started < 1.0
