# ruff: noqa: E501 - what services send is written as they send it
"""Ten agents at honest work: every step passes, and nothing about it is worth more than a note."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import policy_for, trusting
from tests.gateways import Gateway, Home, curl
from tests.services import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Service

LOW = 39
type Step = tuple[str, Any, Canned]
"""Path, body of the request, what is answered."""


def plain(document: Any) -> Canned:
    return Canned(json.dumps(document).encode(), "application/json")


def sse(*documents: Any) -> Canned:
    return Canned(
        "".join(f"data: {json.dumps(one)}\n\n" for one in documents).encode(), "text/event-stream", "", 97
    )


def chat(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "model": "gpt-5",
        "messages": [{"role": "system", "content": "You are a careful engineer."}, *messages],
    } | more


def user(content: str) -> dict[str, Any]:
    return {"role": "user", "content": content}


def tool(content: str, call: str = "c1") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call, "content": content}


def asks(name: str, call: str = "c1", **arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": call, "type": "function", "function": function}],
    }


def says(content: str) -> dict[str, Any]:
    return {"role": "assistant", "content": content}


def completion(message: dict[str, Any]) -> Canned:
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    return plain(
        {
            "id": "c",
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
    )


def rpc(method: str, number: int = 1, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def result(document: Any, number: int = 1, *, streamed: bool = False) -> Canned:
    message = {"jsonrpc": "2.0", "id": number, "result": document}
    return sse(message) if streamed else plain(message)


def text(content: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": content}]}


LISTING = "total 24\n-rw-r--r-- 1 dev dev  812 Nov  3 10:12 README.md\n-rw-r--r-- 1 dev dev 2044 Nov  3 10:12 app.py\ndrwxr-xr-x 2 dev dev 4096 Nov  3 10:12 tests"
SOURCE = '''import os
import requests

API_URL = os.environ.get("API_URL", "http://localhost:8000")


def fetch(user_id: int) -> dict:
    """Return a user; raises for anything but 200."""
    response = requests.get(f"{API_URL}/users/{user_id}", timeout=10)
    response.raise_for_status()
    return response.json()
'''
TEST_RUN = """============================= test session starts ==============================
collected 42 items

tests/test_app.py ..................F.....................                [100%]
E       assert 3 == 4
========================= 1 failed, 41 passed in 1.24s =========================
"""
PAGE = """<html><head><title>How to rotate logs</title></head><body><h1>Rotating logs</h1>
<p>Use logrotate. First create a file in /etc/logrotate.d. You should test it with <code>logrotate -d</code>.</p>
<p>Please note that old files are removed after the number of days that you give with <code>rotate</code>.</p></body></html>"""
RUN_TESTS = asks("bash", command="cd /workspace && python -m pytest -q 2>&1 | tail -20")
EDIT = asks("edit_file", path="/workspace/app.py", old_str="timeout=10", new_str="timeout=30")


def coding_agent() -> list[Step]:
    path = "/v1/chat/completions"
    history: list[dict[str, Any]] = [user("The test suite fails. Find out why and fix it.")]
    steps: list[Step] = []
    for asked, found in (
        (asks("bash", command="ls -la /workspace && git log --oneline | head -5"), LISTING),
        (RUN_TESTS, TEST_RUN),
        (asks("read_file", path="/workspace/app.py"), SOURCE),
        (EDIT, "edited"),
        (
            asks(
                "bash",
                command="git add -A && git commit -m 'Wait longer for slow users' && git push origin fix/timeout",
            ),
            "ok",
        ),
    ):
        steps.append((path, chat(*history), completion(asked)))
        history += [asked, tool(found)]
    return [
        *steps,
        (path, chat(*history), completion(says("The timeout was too short; I raised it and pushed."))),
    ]


def anthropic_agent() -> list[Step]:
    def request(*messages: Any) -> Any:
        return {
            "model": "claude",
            "max_tokens": 1024,
            "system": "You help in a repository.",
            "messages": list(messages),
            "stream": True,
        }

    use = {"type": "tool_use", "id": "t1", "name": "bash", "input": {}}
    stream = sse(
        {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": use},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"command": "npm ci '},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '&& npm run build"}'},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
        {"type": "message_stop"},
    )
    asked = {"role": "assistant", "content": [use | {"input": {"command": "npm ci && npm run build"}}]}
    answer = {
        "role": "user",
        "content": [
            {
                "type": "tool_result",
                "tool_use_id": "t1",
                "content": "added 214 packages in 6s\n> build\n> vite build\n✓ 512 modules transformed.",
            }
        ],
    }
    done = sse(
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "The build works again."},
        }
    )
    first = user("Please make the build work again, it broke after the upgrade of vite.")
    return [("/v1/messages", request(first), stream), ("/v1/messages", request(first, asked, answer), done)]


def responses_agent() -> list[Step]:
    call = {
        "type": "function_call",
        "call_id": "c",
        "id": "f",
        "name": "search_docs",
        "arguments": '{"query": "how to rotate logs"}',
        "status": "completed",
    }
    output = {"type": "function_call_output", "call_id": "c", "output": PAGE}
    first = {"role": "user", "content": "How do I rotate the logs of nginx?"}
    message = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Use logrotate."}],
    }
    return [
        (
            "/v1/responses",
            {"model": "gpt-5", "input": [first]},
            plain({"object": "response", "output": [call]}),
        ),
        (
            "/v1/responses",
            {"model": "gpt-5", "input": [first, call, output]},
            plain({"object": "response", "output": [message]}),
        ),
    ]


def gemini_agent() -> list[Step]:
    path = "/v1beta/models/gemini:generateContent"
    first = {"role": "user", "parts": [{"text": "What is the weather in Bern tomorrow?"}]}
    call = {"functionCall": {"name": "get_weather", "args": {"city": "Bern", "day": "2026-11-26"}}}
    found = {
        "role": "user",
        "parts": [
            {"functionResponse": {"name": "get_weather", "response": {"sky": "sunny", "high": 9, "low": 1}}}
        ],
    }
    return [
        (
            path,
            {"contents": [first]},
            plain({"candidates": [{"content": {"role": "model", "parts": [call]}}]}),
        ),
        (
            path,
            {"contents": [first, {"role": "model", "parts": [call]}, found]},
            plain({"candidates": [{"content": {"parts": [{"text": "Sunny, up to 9 degrees."}]}}]}),
        ),
    ]


def ollama_agent() -> list[Step]:
    call = {"function": {"name": "list_directory", "arguments": {"path": "/workspace/docs"}}}
    lines = [{"message": {"role": "assistant", "content": "", "tool_calls": [call]}, "done": True}]
    body = "".join(json.dumps(one) + "\n" for one in lines).encode()
    return [
        (
            "/api/chat",
            {"model": "llama", "messages": [user("Which documents are there?")]},
            Canned(body, "application/x-ndjson", "", 40),
        )
    ]


def files_over_mcp() -> list[Step]:
    tools = [
        {
            "name": "read_file",
            "description": "Read the contents of a file. Only works within allowed directories.",
            "inputSchema": {
                "type": "object",
                "properties": {"path": {"type": "string"}},
                "required": ["path"],
            },
        },
        {
            "name": "write_file",
            "description": "Create a new file or completely overwrite an existing file. Use with caution as it will overwrite existing files without warning.",
            "inputSchema": {
                "type": "object",
                "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
            },
        },
    ]
    note = "# Notes\n\n- call Anna about the invoice\n- ignore the warnings of the linter for now\n- the password policy is in the wiki\n"
    return [
        (
            "/mcp",
            rpc(
                "initialize",
                protocolVersion="2025-06-18",
                capabilities={},
                clientInfo={"name": "a", "version": "1"},
            ),
            result(
                {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "files", "version": "1"},
                    "instructions": "Use read_file before write_file.",
                }
            ),
        ),
        ("/mcp", rpc("tools/list", 2), result({"tools": tools}, 2)),
        (
            "/mcp",
            rpc("tools/call", 3, name="read_file", arguments={"path": "/workspace/notes.md"}),
            result(text(note), 3, streamed=True),
        ),
        (
            "/mcp",
            rpc(
                "tools/call",
                4,
                name="write_file",
                arguments={"path": "/workspace/notes.md", "content": note + "- done\n"},
            ),
            result(text("ok"), 4),
        ),
    ]


def issues_over_mcp() -> list[Step]:
    issue = "## Crash on start\n\nWhen I run `app --verbose` it ends with `KeyError: 'token'`.\n\nSteps to reproduce:\n1. Install 2.3\n2. Run it without a configuration\n\nPlease fix this, you can see the log below.\n```\nTraceback (most recent call last):\n  File \"app.py\", line 3\n```"
    return [
        (
            "/mcp",
            rpc(
                "tools/call",
                1,
                name="get_issue",
                arguments={"owner": "acme", "repo": "app", "issue_number": 41},
            ),
            result(text(issue)),
        ),
        (
            "/mcp",
            rpc(
                "tools/call",
                2,
                name="create_pull_request",
                arguments={
                    "owner": "acme",
                    "repo": "app",
                    "title": "Do not require a token at start",
                    "head": "fix-41",
                    "base": "main",
                    "body": "Closes #41. The configuration is optional now.",
                },
            ),
            result(text("https://localhost/acme/app/pull/42"), 2),
        ),
    ]


def analyst() -> list[Step]:
    rows = "region | revenue\nnorth | 10233.50\nsouth | 8211.10\n"
    query = "SELECT region, SUM(amount) AS revenue FROM orders WHERE created_at >= '2026-10-01' GROUP BY region ORDER BY revenue DESC"
    return [
        (
            "/v1/chat/completions",
            chat(user("Revenue by region since October?")),
            completion(asks("query_database", sql=query)),
        ),
        ("/mcp", rpc("tools/call", 1, name="query_database", arguments={"sql": query}), result(text(rows))),
        (
            "/v1/chat/completions",
            chat(user("Revenue by region since October?"), asks("query_database", sql=query), tool(rows)),
            completion(says("The north leads with 10,233.50.")),
        ),
    ]


def support_agent() -> list[Step]:
    mail = "Hi,\n\nmy order has not arrived yet. Could you please tell me where it is? You sent me a confirmation last week.\n\nThanks,\nAnna"
    return [
        (
            "/v1/chat/completions",
            chat(user("Answer this mail in a friendly way:\n\n" + mail)),
            completion(asks("lookup_order", order="A-10233")),
        ),
        (
            "/orders/A-10233",
            None,
            plain({"order": "A-10233", "state": "shipped", "carrier": "post", "expected": "2026-11-27"}),
        ),
        (
            "/v1/chat/completions",
            chat(user(mail), asks("lookup_order", order="A-10233"), tool('{"state": "shipped"}')),
            completion(says("Your parcel is on its way.")),
        ),
    ]


def writer() -> list[Step]:
    article = "Prompt injection is an attack in which text that a model reads contains instructions. Defenders filter untrusted text, separate it from instructions, and ask people before anything irreversible happens. This article describes the history of the term."
    return [
        ("/v1/chat/completions", chat(user("Summarize this article in three sentences:\n\n" + article)), completion(says("It explains an attack and its defenses."))),
        ("/page.html", None, Canned(PAGE.encode(), "text/html; charset=utf-8")),
        ("/v1/chat/completions", chat(user("Write a poem about pirates who never follow the rules of the sea."), stream=True), sse(*({"choices": [{"index": 0, "delta": {"content": word + " "}}]} for word in ("The", "sea", "is", "wide")))),
    ]  # fmt: skip


SESSIONS = (
    coding_agent,
    anthropic_agent,
    responses_agent,
    gemini_agent,
    ollama_agent,
    files_over_mcp,
    issues_over_mcp,
    analyst,
    support_agent,
    writer,
)


@pytest.fixture(scope="module")
def gateway(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    more = "filesystem: {sandboxRoot: /workspace}\npiiDataGuard: {detectPatterns: [ssn, creditCard], action: BLOCK_AND_REDACT}\n"
    home = Home(tmp_path_factory.mktemp("sessions"), policy_for(service, more=more)).make()
    with Gateway(home, trusting(service)) as running:
        yield running


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.__name__)
def test_an_honest_session_passes_without_a_finding_above_low(
    gateway: Gateway, service: Service, session: Any
) -> None:
    for path, body, canned in session():
        service.canned[path] = canned
        sent = ("--json", json.dumps(body)) if body is not None else ()
        accept = "accept: application/json, text/event-stream"
        answer = curl(gateway, f"{service.url}{path}", *sent, "-H", accept)
        assert answer.status == 200, (path, answer.body)
        assert answer.body == canned.body, path
    found = [
        (one["rule"], one["severity"], one.get("location"), one.get("evidence"))
        for entry in gateway.entries("flow.verdict")
        for one in entry.get("findings", ())
    ]
    assert [one for one in found if one[1] > LOW] == []
