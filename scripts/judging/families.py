"""How one row of each family is judged by the engine, as the gateway would judge the same thing on the wire.

Rows are agent-supplied data: a field that is missing or of the wrong type is an error of the row, told with its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from addons.decoders import requests
from policy import engine, tool_calls
from policy.channel import Channel
from policy.checks.found import findings
from policy.checks.urls import judge_url
from policy.detectors.files import detector as files
from policy.detectors.pii import detector as pii
from policy.detectors.prompt import detector as prompt
from policy.detectors.secrets import detector as secrets
from policy.detectors.shell import detector as shell
from policy.detectors.sql import detector as sql
from policy.exchange import Exchange, State, ToolCall
from policy.memory import Memory
from policy.urls import targets
from policy.verdict import Decision, Effect, Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.compiled import AgentPolicy
    from policy.detection import Detection

AGENT: Final = "judge"
_STATE: Final = State()
_SSRF_ONLY: Final = Effect.SAFETY
"""Of a URL by itself only what every policy refuses is judged; allowed hosts are a matter of the policy."""


class RowError(ValueError):
    """A row that cannot be judged; the message names the field."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the engine says of one row."""

    verdict: Verdict
    detector: float
    """The family's own continuous score, 0..1, before any threshold."""


type Row = dict[str, Any]


def judge(family: str, row: Row, policy: AgentPolicy) -> Judged:
    """Judge one row.

    Args:
        family: one of `FAMILIES`.
        row: its fields as in a corpus of that family.
        policy: by which scores become verdicts.

    Raises:
        RowError: for a row without the family's fields.
    """
    return FAMILIES[family](row, policy)


def _text(row: Row, *names: str) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str):
            return value
    raise RowError(f"expected text in the field {' or '.join(names)}")


def _detected(detection: Detection, policy: AgentPolicy, location: str, *, is_denied: bool = False) -> Judged:
    """Turn what one detector says into a verdict; `is_denied` is a policy that blocks whatever is found."""
    effect = Effect.DENY if is_denied else Effect.SCORE
    severity_of = (lambda match: max(match.severity, policy.scoring.block_at)) if is_denied else None
    found = findings(detection.matches, location, severity_of=severity_of, effect=effect)
    return Judged(engine.decide(found, policy), detection.score)


def _prompt(row: Row, policy: AgentPolicy) -> Judged:
    text = _text(row, "text")
    name = row.get("channel", Channel.USER)
    channel = Channel(name) if name in set(Channel) else Channel.TOOL
    reading = policy.guards.reader.read(text)
    return _detected(reading.detect(partial(prompt.detect, channel=channel), "prompt"), policy, "text")


def _pii(row: Row, policy: AgentPolicy) -> Judged:
    guard = policy.guards.pii
    ask = partial(pii.detect, wanted=guard.wanted, custom=guard.custom)
    detection = policy.guards.reader.read(_text(row, "text")).detect(ask, "pii")
    return _detected(detection, policy, "text", is_denied=guard.is_enabled)


def _secrets(row: Row, policy: AgentPolicy) -> Judged:
    ask = partial(secrets.detect, allow=policy.guards.secrets.allow)
    return _detected(policy.guards.reader.read(_text(row, "text")).detect(ask, "secrets"), policy, "text")


def _ssrf(row: Row, policy: AgentPolicy) -> Judged:
    found = judge_url(AGENT, _text(row, "url"), policy.destination)
    kept = [one for one in found if one.effect is _SSRF_ONLY]
    return Judged(engine.decide(kept, policy), _strongest(kept))


def _sql(row: Row, policy: AgentPolicy) -> Judged:
    return _detected(sql.detect(_text(row, "input", "text", "query")), policy, "input")


def _shell(row: Row, policy: AgentPolicy) -> Judged:
    return _detected(shell.detect(_text(row, "command", "text")), policy, "command")


def _paths(row: Row, policy: AgentPolicy) -> Judged:
    return _detected(files.detect(_text(row, "path", "text")), policy, "path")


def _tool_call(row: Row, policy: AgentPolicy) -> Judged:
    params = row.get("params")
    inner: Row = params if isinstance(params, dict) else row
    name = _text(inner, "tool", "name", "tool_name")
    arguments: Any = next((inner[key] for key in ("arguments", "args", "input") if key in inner), {})
    server = row["server"] if isinstance(row.get("server"), str) else "judge"
    call = ToolCall(server, name, arguments, "arguments")
    found = tool_calls.check(call, AGENT, policy, _STATE)
    return Judged(engine.decide(found, policy), _strongest(found))


def _http(row: Row, policy: AgentPolicy) -> Judged:
    target = next(iter(targets(_text(row, "url"))), None)
    if target is None:
        raise RowError("the field url names no host")
    body = row.get("body", "")
    exchange, found = requests.unpack(
        Exchange(
            agent=AGENT,
            scheme=target.scheme,
            method=str(row.get("method", "GET")).upper(),
            host=target.host,
            port=target.port,
            target=target.path,
            headers=_headers(row.get("headers")),
            body=body.encode("utf-8", "surrogatepass") if isinstance(body, str) else _json_bytes(body),
        )
    )
    found += engine.destination(exchange, policy)
    found += engine.request(exchange, policy, _STATE)
    found += engine.tools(exchange, policy, _STATE)
    found += engine.prompts(exchange.messages, policy, Memory())
    found += engine.content(exchange, policy, _STATE).findings
    return Judged(engine.decide(found, policy), _strongest(found))


def _headers(value: Any) -> tuple[tuple[bytes, bytes], ...]:
    pairs = value.items() if isinstance(value, dict) else value if isinstance(value, list) else ()
    try:
        return tuple((str(name).encode(), str(content).encode()) for name, content in pairs)
    except (TypeError, ValueError) as error:
        raise RowError("expected names and values in the field headers") from error


def _json_bytes(value: Any) -> bytes:
    import json  # noqa: PLC0415 - rarely needed

    return json.dumps(value).encode()


def _strongest(found: list[Finding]) -> float:
    return max((one.severity for one in found), default=0) / 100


FAMILIES: Final[dict[str, Callable[[Row, AgentPolicy], Judged]]] = {
    "prompt_injection": _prompt,
    "pii": _pii,
    "secrets": _secrets,
    "ssrf": _ssrf,
    "sqli": _sql,
    "shell": _shell,
    "paths": _paths,
    "tool_call": _tool_call,
    "http": _http,
}
"""Every family and how a row of it is judged."""

FIELD_OF: Final = {
    "prompt_injection": "text",
    "pii": "text",
    "secrets": "text",
    "ssrf": "url",
    "sqli": "input",
    "shell": "command",
    "paths": "path",
    "tool_call": "tool",
    "http": "url",
}
"""Where the words of a command line go."""


def as_json(row_id: Any, judged: Judged) -> dict[str, Any]:
    """One line of output."""
    verdict = judged.verdict
    return {
        "id": row_id,
        "verdict": str(verdict.decision),
        "score": verdict.score,
        "detector": round(judged.detector, 6),
        "findings": [
            {
                "rule": one.rule,
                "category": one.category,
                "severity": one.severity,
                "span": list(one.span) if one.span else None,
                "kind": one.kind,
            }
            for one in verdict.findings
        ],
    }


def is_refused(judged: Judged) -> bool:
    """True if the engine would not let it pass as it is."""
    return judged.verdict.decision is not Decision.ALLOW
