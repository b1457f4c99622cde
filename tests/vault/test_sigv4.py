"""Requests signed by botocore with placeholders are signed anew exactly as botocore does with the real key."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import botocore.auth
import pytest

from tests.vault.aws import REGION, Call, prepared
from tests.vault.samples import Clock, binding, source
from vault import sigv4
from vault.errors import SigningRefused
from vault.injection import inject
from vault.register import Reason
from vault.requests import Injected, Outgoing, Refused
from vault.secret import Secret
from vault.vault import Vault

REAL = ("AKIAFAKEFAKEFAKE0001", "FAKEfake/FAKEfake+FAKEfakeFAKEfakeFAKE01", "FAKEtoken//FAKEtoken==")
NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
PLACES = ("sigv4-id", "sigv4-key", "sigv4-token")
NOW = dt.datetime(2026, 11, 25, 12, 0, 0, tzinfo=dt.UTC)

CALLS: dict[str, Call] = {
    "sts": ("sts", "get_caller_identity", {}),
    "s3 get with an odd key": (
        "s3",
        "get_object",
        {"Bucket": "a-bucket", "Key": "a b/../\u00e4+%2F~!*'().txt"},
    ),
    "s3 list with a query": (
        "s3",
        "list_objects_v2",
        {"Bucket": "a-bucket", "Prefix": "a b/=&+", "MaxKeys": 3},
    ),
    "s3 put": ("s3", "put_object", {"Bucket": "a-bucket", "Key": "k", "Body": b"content"}),
    "s3 put of a stream": ("s3", "put_object", {"Bucket": "a-bucket", "Key": "k", "Stream": b"content"}),
    "s3 put with metadata": (
        "s3",
        "put_object",
        {"Bucket": "a-bucket", "Key": "k", "Body": b"", "Metadata": {"a": "two  blanks", "b": "x"}},
    ),
    "s3 delete": (
        "s3",
        "delete_objects",
        {"Bucket": "a-bucket", "Delete": {"Objects": [{"Key": "a"}, {"Key": "\u20ac"}]}},
    ),
    "dynamodb": ("dynamodb", "get_item", {"TableName": "t", "Key": {"id": {"S": "\u00e4"}}}),
    "lambda": ("lambda", "invoke", {"FunctionName": "f:1", "Payload": b"{}"}),
    "bedrock with a colon in the path": (
        "bedrock-runtime",
        "invoke_model",
        {"modelId": "anthropic.claude-3-haiku-20240307-v1:0", "body": b'{"a": 1}'},
    ),
    "iam, a global service": ("iam", "list_users", {"PathPrefix": "/a/"}),
    "ec2 with a form": (
        "ec2",
        "describe_instances",
        {"Filters": [{"Name": "tag:a", "Values": ["b c", "d"]}]},
    ),
}


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agent's signature and expected one are made at the same time."""
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: NOW)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    home = tmp_path_factory.mktemp("aws")
    vault = Vault.create(home / "vault.db", source(home), clock=Clock())
    for name, value, place in zip(NAMES, REAL, PLACES, strict=True):
        prefix = "AKIA" if place == "sigv4-id" else ""
        bound = binding(
            "*.amazonaws.com", at=(place,), prefix=prefix, service="aws", regions=(REGION, "us-east-1")
        )
        vault.add(name, Secret(value.encode()), bound)
        vault.placeholder(name, "default")
    return vault


def held(vault: Vault, agent: str = "default") -> tuple[str, ...]:
    return tuple(vault.placeholder(name, agent) for name in NAMES)


def run(vault: Vault, request: Outgoing) -> Injected | Refused | None:
    return inject(request, vault.register, vault.lend, vault.now_us)


def header(headers: tuple[tuple[bytes, bytes], ...], name: bytes) -> bytes:
    return {key.lower(): value for key, value in headers}[name]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("parts", [2, 3], ids=["long-term key", "session"])
def test_the_new_signature_is_the_one_that_botocore_makes(vault: Vault, call: Call, parts: int) -> None:
    result = run(vault, prepared(call, held(vault)[:parts]))
    assert isinstance(result, Injected), result
    expected = prepared(call, REAL[:parts])
    assert header(result.headers, b"authorization") == header(expected.headers, b"authorization")
    assert {use.secret for use in result.uses} == set(NAMES[:parts])


ATTACKS = {
    "body changed": ("s3 delete", {"body": b"<Delete/>"}, Reason.SIGNATURE),
    "path changed": ("s3 put", {"target": b"/a-bucket/other"}, Reason.SIGNATURE),
    "query added": ("s3 put", {"target": b"/a-bucket/k?acl"}, Reason.SIGNATURE),
    "other host of AWS": ("sts", {"host": "evil.s3.amazonaws.com"}, Reason.SIGNATURE),
    "other host": ("sts", {"host": "sts.amazonaws.com.evil.example"}, Reason.HOST),
    "other agent": ("sts", {"agent": "builder"}, Reason.AGENT),
    "http": ("sts", {"scheme": "http", "port": 80}, Reason.SCHEME),
}


@pytest.mark.parametrize(("call", "change", "reason"), ATTACKS.values(), ids=ATTACKS.keys())
def test_a_request_that_is_not_what_was_signed_is_refused(
    vault: Vault, call: str, change: dict[str, object], reason: Reason
) -> None:
    asked = prepared(CALLS[call], held(vault)[:2])
    parts = {name: value for name, value in change.items() if name in {"body", "target"}}
    to = replace(asked.to, **{name: value for name, value in change.items() if name not in parts})  # type: ignore[arg-type]
    result = run(vault, replace(asked, to=to, **parts))  # type: ignore[arg-type]
    assert isinstance(result, Refused), result
    assert result.reason is reason


def test_a_key_of_another_agent_does_not_sign(vault: Vault) -> None:
    mixed = (held(vault)[0], held(vault, "builder")[1])
    result = run(vault, prepared(CALLS["sts"], mixed))
    assert isinstance(result, Refused)
    assert (result.reason, result.detail) == (Reason.SIGNATURE, "the agent's own signature does not fit")


def test_a_region_that_is_not_bound_is_refused(vault: Vault) -> None:
    asked = prepared(CALLS["sts"], held(vault)[:2])
    signed = header(asked.headers, b"authorization")
    headers = tuple(
        (name, value.replace(b"eu-central-1", b"us-west-2") if value == signed else value)
        for name, value in asked.headers
    )
    result = run(vault, replace(asked, headers=headers))
    assert isinstance(result, Refused)
    assert result.detail == "the key is not bound to this region"


SIGNATURE = sigv4.Signature("AKIAX", "20261125", REGION, "s3", ("host", "x-amz-date"), "0" * 64)
HEADERS = ((b"Host", b"h"), (b"X-Amz-Date", b"20261125T120000Z"))


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (
            {"headers": (*HEADERS, (b"x-amz-content-sha256", b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))},
            "in chunks",
        ),
        ({"headers": (*HEADERS, (b"x-amz-content-sha256", b"0" * 64))}, "not the hash"),
        ({"headers": (*HEADERS, *((b"x-amz-content-sha256", b"%d" % n) for n in range(2)))}, "twice"),
        ({"body": None}, "streamed body"),
        ({"target": "/?X-Amz-Signature=0"}, "presigned"),
        ({"headers": HEADERS[:1]}, "x-amz-date is missing"),
        ({"headers": (HEADERS[0], (b"x-amz-date", b"20261124T120000Z"))}, "not the day"),
        ({"headers": (HEADERS[0], (b"x-amz-date", b"now"))}, "not the day"),
    ],
)
def test_what_cannot_be_signed_anew_is_refused_with_the_reason(request_: dict[str, object], why: str) -> None:
    fields: dict[str, object] = {"method": "PUT", "host": "h", "target": "/", "headers": HEADERS, "body": b""}
    with pytest.raises(SigningRefused, match=why):
        sigv4.sign(sigv4.SignedRequest(**(fields | request_)), SIGNATURE, Secret(b"k"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "names", [("x-amz-date",), ("x-amz-date", "host"), ("host", "host"), ("host", "x-absent")]
)
def test_signed_headers_that_prove_nothing_are_refused(names: tuple[str, ...]) -> None:
    request = sigv4.SignedRequest("GET", "h", "/", HEADERS, b"")
    with pytest.raises(SigningRefused):
        sigv4.sign(request, replace(SIGNATURE, signed_headers=names), Secret(b"k"))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"AWS4-HMAC-SHA256",
        b"AWS4-ECDSA-P256-SHA256 Credential=a/20261125/s3/aws4_request, SignedHeaders=host, Signature=00",
        b"AWS4-HMAC-SHA256 Credential=a/20261125/r/s3/aws4_request, SignedHeaders=host, Signature="
        + b"0" * 63,
        b"AWS4-HMAC-SHA256 Credential=a/b/20261125/r/s3/aws4_request, SignedHeaders=host, Signature="
        + b"0" * 64,
        b"AWS4-HMAC-SHA256 Credential=a/20261125/r/s3/aws4_request, SignedHeaders=host, Signature="
        + b"0" * 64
        + b"\n.",
        b"AWS4-HMAC-SHA256 " * 10_000,
    ],
)
def test_a_header_that_is_no_signature_is_refused(text: bytes) -> None:
    with pytest.raises(SigningRefused):
        sigv4.parse(text)
