"""The query of a request's target: which of its parameters are credentials a service asks for.

Agent-supplied. `?key=...` is how some services want their own credential; it is looked at like a credential header
and not as part of the text that leaves.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_plus

from policy.exchange import Text

MAX_PARAMETERS: Final = 64
_CREDENTIALS: Final = frozenset(
    {
        "key",
        "api_key",
        "apikey",
        "api-key",
        "access_token",
        "token",
        "auth_token",
        "private_token",
        "appid",
        "sig",
        "signature",
        "x-amz-signature",
        "x-amz-credential",
        "x-amz-security-token",
        "x-goog-signature",
        "x-goog-credential",
    },
)


def split(target: str) -> tuple[str, tuple[Text, ...]]:
    """Take credential parameters out of a target.

    Returns:
        the target with their values left out, and the values, decoded, at `query:NAME`.
    """
    path, mark, query = target.partition("?")
    if not mark or "=" not in query:
        return target, ()
    kept = []
    credentials = []
    for index, pair in enumerate(query.split("&")):
        name, _, value = pair.partition("=")
        lowered = name.lower()
        if index < MAX_PARAMETERS and value and lowered in _CREDENTIALS:
            credentials.append(Text(f"query:{lowered}", unquote_plus(value)))
            kept.append(f"{name}=")
        else:
            kept.append(pair)
    return f"{path}?{'&'.join(kept)}", tuple(credentials)
