"""Data hidden in the labels of host names, and names that only look like it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.detectors.secrets.host_labels import RULE, judge_host

BLOCKED = 70
STOLEN = b"user=alice;password=hunter2;the document we carry away"
HEX = STOLEN.hex()
BASE32 = base64.b32encode(STOLEN).decode().rstrip("=").lower()
BASE64 = base64.urlsafe_b64encode(STOLEN).decode().rstrip("=")


def labels(text: str, size: int) -> str:
    return ".".join(text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("text", [HEX, BASE32, BASE64], ids=["hex", "base32", "base64url"])
@pytest.mark.parametrize("size", [20, 32, 60])
@pytest.mark.parametrize("suffix", ["evil.example", "t.x.evil.example", "evil.example."])
def test_data_in_labels_is_refused(text: str, size: int, suffix: str) -> None:
    found = judge_host(f"{labels(text, size)}.{suffix}")
    assert found.score >= BLOCKED / 100
    assert found.matches[0].rule == RULE
    assert text[:20] not in found.matches[0].evidence + found.matches[0].reason


@pytest.mark.parametrize(
    "host",
    [
        "api.github.com",
        "d111111abcdef8.cloudfront.net",
        "internal-my-lb-1234567890.us-east-1.elb.amazonaws.com",
        "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6-1234567890.us-west-2.elb.amazonaws.com",
        "550e8400-e29b-41d4-a716-446655440000.example.com",
        "xn--mnchen-3ya.example.de",
        "o447951.ingest.sentry.io",
        "my-app-git-feature-branch-acme-team.vercel.app",
        "r3---sn-4g5e6nsz.googlevideo.com",
        "ec2-3-120-45-67.eu-central-1.compute.amazonaws.com",
        "very-long-descriptive-subdomain-name-for-customers.internal.example.com",
        "5f2a9c3d1b.execute-api.eu-west-1.amazonaws.com",
        "3f5a8b9c0d1e2f3a4b5c6d7e8f9a0b1c.safeframe.googlesyndication.com",
        "deploy-preview-1234--my-site.netlify.app",
        "127.0.0.1",
        "localhost",
        "",
        "...",
    ],
)
def test_ordinary_names_pass(host: str) -> None:
    assert all(match.severity < BLOCKED for match in judge_host(host).matches)


@given(st.text(max_size=300))
def test_any_text_can_be_judged(host: str) -> None:
    found = judge_host(host)
    assert 0 <= found.score <= 1
    assert all(0 <= match.start <= match.end <= len(host) for match in found.matches)
