"""What an agent's ordinary clients get: the allowed call its answer, the forbidden one a readable reason."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lab.programs import CLIENTS
from tests.lab.refusals import assert_problem, assert_refused

if TYPE_CHECKING:
    from tests.lab.lab import Lab

pytestmark = pytest.mark.lab

MODES = pytest.mark.parametrize("explicit", [False, True], ids=["transparent", "explicit"])
VERSIONS = pytest.mark.parametrize("version", ["1.1", "2"], ids=["http1", "http2"])
HTTP_OPTION = {"1.1": "--http1.1", "2": "--http2"}


@MODES
@VERSIONS
def test_an_allowed_call_reaches_the_service_in_the_version_the_agent_speaks(
    lab: Lab, version: str, *, explicit: bool
) -> None:
    answer = lab.curl("https://api.example.com/hello", HTTP_OPTION[version], explicit=explicit)
    assert (answer.status, answer.version) == (200, version), answer
    assert answer.json()["host"] == "api.example.com"
    assert lab.arrivals()[-1]["path"] == "/hello"


@MODES
@VERSIONS
def test_a_forbidden_host_is_refused_with_its_reason_and_hears_nothing(
    lab: Lab, version: str, *, explicit: bool
) -> None:
    with lab.nothing_arrives(), lab.one_refusal("egress.domain"):
        answer = lab.curl("https://evil.example.net/steal", HTTP_OPTION[version], explicit=explicit)
    assert answer.version == version
    assert_refused(lab, answer, "egress.domain")


@MODES
@pytest.mark.parametrize(
    ("options", "path", "rule"),
    [((), "/admin/users", "policy.path"), (("-X", "DELETE"), "/hello", "policy.method")],
    ids=["path", "method"],
)
def test_a_forbidden_request_to_an_allowed_host_is_refused(
    lab: Lab, options: tuple[str, ...], path: str, rule: str, *, explicit: bool
) -> None:
    with lab.nothing_arrives(), lab.one_refusal(rule):
        answer = lab.curl(f"https://api.example.com{path}", *options, explicit=explicit)
    assert_refused(lab, answer, rule)


@MODES
def test_plain_http_is_judged_like_https(lab: Lab, *, explicit: bool) -> None:
    assert lab.curl("http://api.example.com/plain", explicit=explicit).status == 200
    with lab.nothing_arrives(), lab.one_refusal("egress.domain"):
        answer = lab.curl("http://evil.example.net/plain", explicit=explicit)
    assert_refused(lab, answer, "egress.domain")


def test_without_the_installed_ca_the_agent_trusts_nobody(lab: Lab) -> None:
    answer = lab.curl("https://api.example.com/hello", "--cacert", "/dev/null")
    assert answer.is_nothing


@pytest.mark.parametrize(
    ("client", "explicit"),
    [
        ("urllib", False),
        ("urllib", True),
        ("httpx", False),
        ("httpx", True),
        ("node-https", False),
        ("node-fetch", False),  # node's clients ignore the proxy variables: transparent mode is for them
    ],
)
def test_python_and_node_clients_read_answer_and_refusal_without_a_change(
    lab: Lab, python: str, client: str, *, explicit: bool
) -> None:
    words = [python, "-c"] if not client.startswith("node") else ["node", "-e"]
    if shutil.which(words[0]) is None:
        pytest.skip(f"not installed: {words[0]}")
    urls = ("https://api.example.com/hello", "https://evil.example.net/steal")
    with lab.one_refusal("egress.domain"):
        done = lab.agent(*words, CLIENTS[client], *urls, explicit=explicit)
    assert done.returncode == 0, done.stderr
    allowed, refused = map(json.loads, done.stdout.splitlines())
    assert (allowed[0], allowed[2]["path"]) == (200, "/hello")
    assert refused[0] == 403
    assert_problem(lab, refused[1], refused[2], "egress.domain")
    assert lab.arrivals()[-1]["path"] == "/hello"
