"""The providers' own programs work with placeholders: `openai`, `anthropic`, `boto3`, `git`, `curl -u`.

The agent is a process of its own, with a proxy, an authority and placeholders in its environment. Its memory, and
everything that the gateway leaves behind, is searched for the values in all their forms.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from mitmproxy.io import FlowReader

from ledger.verify import verify
from tests.gateways import Gateway, Home
from tests.vaulted import (
    VALUES,
    Credentialed,
    Reply,
    Seen,
    Traces,
    git_backend,
    is_basic,
    is_signed,
    make_vault,
    placeholders,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.services import ServiceCertificates

AGENT = """
import json, os, subprocess, sys
url = sys.argv[1]

def openai_chat():
    import openai
    with openai.OpenAI(base_url=f"{url}/v1", max_retries=0) as client:
        done = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
        text = done.choices[0].message.content
        for event in client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "again"}], stream=True
        ):
            text += event.choices[0].delta.content or ""
    return text

def anthropic_message():
    import anthropic
    with anthropic.Anthropic(base_url=url, max_retries=0) as client:
        done = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hello"}])
    return done.content[0].text

def client(name):
    import boto3
    from botocore.config import Config
    return boto3.client(name, endpoint_url=f"{url}/{name}" if name == "sts" else url, region_name="eu-central-1",
                        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}))

def s3():
    import io
    store = client("s3")
    store.put_object(Bucket="b", Key="a key/with + signs", Body=b"content of the object " * 100)
    store.upload_fileobj(io.BytesIO(b"streamed " * 1000), "b", "streamed")
    return store.get_object(Bucket="b", Key="a key/with + signs")["Body"].read().decode()

def sts():
    return client("sts").get_caller_identity()["Account"]

def git():
    def run(*arguments, **more):
        return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True, **more).stdout
    where = url.replace("https://", f"https://me:{os.environ['GIT_TOKEN']}@") + "/git/repository.git"
    run("clone", where, "clone")
    open("clone/file", "w").write("more\\n" * 5000)
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["add", "file"], [*author, "commit", "-m", "one"], ["push"]):
        run(*arguments, cwd="clone")
    return run("ls-remote", where)

def curl():
    return subprocess.run(
        ["curl", "-sS", "-u", f"me:{os.environ['GIT_TOKEN']}", f"{url}/basic"], check=True, capture_output=True,
        text=True
    ).stdout

for line in sys.stdin:
    try:
        print(json.dumps({"done": globals()[line.strip()]()}), flush=True)
    except BaseException as error:
        said = getattr(error, "stderr", "") or ""
        print(json.dumps({"failed": f"{type(error).__name__}: {error} {said}"}), flush=True)
"""


def _chat(seen: Seen) -> Reply:
    if seen.headers.get("authorization") != f"Bearer {VALUES['OPENAI_API_KEY'].decode()}":
        return Reply(401, b'{"error": {"message": "who is there?"}}', {"content-type": "application/json"})
    key = VALUES["OPENAI_API_KEY"].decode()
    if json.loads(seen.body).get("stream"):
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        events = [
            json.dumps(chunk | {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})
            for text in (" streamed", f" <{key}>")
        ]
        stream = "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]).encode()
        pieces = tuple(stream[at : at + 50] for at in range(0, len(stream), 50))
        return Reply(200, b"", {"content-type": "text/event-stream"}, pieces)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": f"your key is {key}"},
        "finish_reason": "stop",
    }
    document = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return Reply(200, json.dumps(document).encode(), {"content-type": "application/json"})


def _message(seen: Seen) -> Reply:
    key = VALUES["ANTHROPIC_API_KEY"].decode()
    if key not in {
        seen.headers.get("x-api-key"),
        seen.headers.get("authorization", "").removeprefix("Bearer "),
    }:
        return Reply(401, b"{}", {"content-type": "application/json"})
    document = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "hello from anthropic"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    return Reply(200, json.dumps(document).encode(), {"content-type": "application/json"})


def _store(url: str) -> Callable[[Seen], Reply]:
    objects: dict[str, bytes] = {}

    def answer(seen: Seen) -> Reply:
        if not is_signed(seen, url):
            return Reply(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if seen.method == "PUT":
            objects[seen.path] = _unchunked(seen)
            return Reply(200, b"", {"etag": '"1"'})
        return Reply(200, objects[seen.path], {"content-type": "binary/octet-stream"})

    return answer


def _unchunked(seen: Seen) -> bytes:
    """A body without AWS's own chunks."""
    if "aws-chunked" not in seen.headers.get("content-encoding", ""):
        return seen.body
    body, rest = b"", seen.body
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if not length:
            break
        body, rest = body + rest[:length], rest[length + 2 :]
    return body


def _identity(url: str) -> Callable[[Seen], Reply]:
    body = (
        b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        b"<Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>u</UserId><Account>123456789012</Account>"
        b"</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
        b"</GetCallerIdentityResponse>"
    )
    return lambda seen: Reply(200, body, {"content-type": "text/xml"}) if is_signed(seen, url) else Reply(403)


def _basic(seen: Seen) -> Reply:
    return Reply(200, b"welcome") if is_basic(seen, "me", VALUES["GIT_TOKEN"]) else Reply(401)


@pytest.fixture(scope="module")
def service(
    certificates: ServiceCertificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Credentialed]:
    running = Credentialed(certificates)
    root = tmp_path_factory.mktemp("repositories")
    subprocess.run(["git", "init", "-q", "--bare", str(root / "repository.git")], check=True)
    subprocess.run(
        ["git", "-C", str(root / "repository.git"), "config", "http.receivepack", "true"], check=True
    )
    running.answers |= {
        "/v1/chat": _chat,
        "/v1/messages": _message,
        "/b/": _store(running.url),
        "/sts": _identity(running.url),
        "/git/": git_backend(root, "me", VALUES["GIT_TOKEN"]),
        "/basic": _basic,
    }
    yield running
    running.stop()


@pytest.fixture(scope="module")
def gateway(
    service: Credentialed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Gateway, dict[str, str]]]:
    """A gateway that records all flows, and what the agent holds."""
    policy = f"allowedDomains: [localhost]\nnetwork: {{allowedPorts: [{service.port}]}}\n"
    home = Home(tmp_path_factory.mktemp("sdks"), policy).make()
    held = placeholders(make_vault(home, service.port))
    options = (
        "--set",
        f"ssl_verify_upstream_trusted_ca={service.certificates.ca}",
        "-w",
        str(home.path / "flows"),
    )
    with Gateway(home, options) as running:
        yield running, held


@pytest.fixture(scope="module")
def agent(
    gateway: tuple[Gateway, dict[str, str]], service: Credentialed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[str]]:
    """The agent's process."""
    running, held = gateway
    folder = tmp_path_factory.mktemp("agent")
    ca = str(running.home.ca)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "HTTPS_PROXY": running.url,
        "https_proxy": running.url,
        "SSL_CERT_FILE": ca,
        "CURL_CA_BUNDLE": ca,
        "GIT_SSL_CAINFO": ca,
        "AWS_CA_BUNDLE": ca,
        "AWS_EC2_METADATA_DISABLED": "true",
        "GIT_TERMINAL_PROMPT": "0",
        **held,
    }
    with subprocess.Popen(
        [sys.executable, "-c", AGENT, service.url],
        env=environment,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def run(agent: subprocess.Popen[str], what: str) -> Any:
    """Have the agent do something, and return what came of it."""
    assert agent.stdin is not None
    assert agent.stdout is not None
    agent.stdin.write(f"{what}\n")
    agent.stdin.flush()
    answer = json.loads(agent.stdout.readline())
    assert "failed" not in answer, answer["failed"]
    return answer["done"]


def test_openai(agent: subprocess.Popen[str], gateway: tuple[Gateway, dict[str, str]]) -> None:
    token = gateway[1]["OPENAI_API_KEY"]
    assert run(agent, "openai_chat") == f"your key is {token} streamed <{token}>"


def test_anthropic(agent: subprocess.Popen[str]) -> None:
    assert run(agent, "anthropic_message") == "hello from anthropic"


def test_objects_are_put_and_got_from_s3(agent: subprocess.Popen[str]) -> None:
    assert run(agent, "s3") == "content of the object " * 100


def test_sts(agent: subprocess.Popen[str]) -> None:
    assert run(agent, "sts") == "123456789012"


def test_git_clones_and_pushes(agent: subprocess.Popen[str]) -> None:
    assert "refs/heads/" in run(agent, "git")


def test_curl_with_a_password(agent: subprocess.Popen[str]) -> None:
    assert run(agent, "curl") == "welcome"


def test_nobody_has_a_value(
    agent: subprocess.Popen[str],
    gateway: tuple[Gateway, dict[str, str]],
    service: Credentialed,
    tmp_path: Path,
) -> None:
    running, held = gateway
    traces = Traces()
    assert len(service.seen) > 10
    assert traces.in_memory(agent.pid) == set()
    (tmp_path / "sent").write_bytes(VALUES["OPENAI_API_KEY"])
    assert traces.in_files(tmp_path) == {"sent": {"OPENAI_API_KEY"}}  # the search finds what is there
    running.stop()
    assert verify(running.home.database).is_intact
    assert traces.in_files(running.home.path) == {}
    with (running.home.path / "flows").open("rb") as file:
        recorded: list[Any] = list(FlowReader(file).stream())
    assert any(held["OPENAI_API_KEY"] in flow.request.headers.get("authorization", "") for flow in recorded)
