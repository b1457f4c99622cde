"""Replacing personal data in a message, so that it stays the message it was.

First in the text itself, as on the wire. Where that breaks the JSON (a number becomes a word, a match spans an
escape) or touches the envelope, value by value in the parsed message: a number that holds a value becomes a string.
Invariant: the result is the same message with the same id and method, and no value that was to be replaced is left in
it, or there is none.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from scripts.mcp import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policy.detection import Match
    from policy.detectors.pii.redaction import Redactor

_BODIES = ("params", "result", "error")


class RedactionError(ValueError):
    """What was to be replaced cannot be."""


def redact(
    document: dict[str, Any], text: str, matches: Sequence[Match], redactor: Redactor
) -> dict[str, Any]:
    """Return the message without what some matches cover.

    Args:
        document: the message, parsed; stays as it is.
        text: the same as JSON; the matches' spans are in it.
        matches: at least one.
        redactor: knows the placeholders.

    Raises:
        RedactionError: there is no way to do it.
    """
    try:
        changed: Any = wire.parse(redactor.redact(text, matches).encode())
    except (wire.WireError, UnicodeEncodeError):
        changed = None
    if isinstance(changed, dict) and _envelope(changed) == _envelope(document):
        return changed
    values = {_plain(text[match.start : match.end]): match for match in matches}
    values.pop("", None)
    if not values:
        raise RedactionError("what is to be replaced in the message is not there")
    rewritten = dict(document)
    replace = _replacer(values, redactor)
    for name in _BODIES:
        if name in document:
            rewritten[name] = _rewrite(document[name], replace)
    left = json.dumps([rewritten.get(name) for name in _BODIES], ensure_ascii=False)
    if any(value in left for value in values):
        raise RedactionError("personal data in the message cannot be replaced")
    return rewritten


def _envelope(document: dict[str, Any]) -> tuple[Any, ...]:
    parameters = document.get("params")
    name = parameters.get("name") if isinstance(parameters, dict) else None
    return document.get("jsonrpc"), document.get("id"), document.get("method"), name, sorted(document)


def _plain(raw: str) -> str:
    """A piece of JSON text as the string it stands for."""
    if "\\" not in raw:
        return raw
    try:
        return str(json.loads(f'"{raw}"'))
    except ValueError:
        return raw


def _replacer(values: dict[str, Match], redactor: Redactor) -> Callable[[str], str]:
    longest_first = sorted(values, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: pattern.sub(lambda found: redactor.placeholder(found[0], values[found[0]]), text)


def _rewrite(value: Any, replace: Callable[[str], str]) -> Any:
    """Rewrite strings, keys and numbers; the depth is bounded by `wire.MAX_DEPTH`."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, dict):
        return {replace(key): _rewrite(child, replace) for key, child in value.items()}
    if isinstance(value, list):
        return [_rewrite(child, replace) for child in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = json.dumps(value)
        changed = replace(written)
        return value if changed == written else changed
    return value
