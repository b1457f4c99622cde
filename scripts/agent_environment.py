"""The variables that lead an agent's traffic through the gateway and make it trust the authority.

`http_proxy` is needed in lower case: curl ignores `HTTP_PROXY`, which a CGI request could set (httpoxy,
CVE-2016-5385). `NO_PROXY` is emptied, because an inherited list would lead traffic past the gateway. Node's
`fetch` reads proxy variables only with `NODE_USE_ENV_PROXY`. Variables are a convenience, not a barrier: an
agent may unset them, so enforcement needs a network namespace or a container with no other way out.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

PROXY_VARIABLES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
CA_VARIABLES: Final = (
    "SSL_CERT_FILE",  # OpenSSL, Python's ssl and httpx, Go, uv
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "AWS_CA_BUNDLE",
)
FORMATS: Final = ("shell", "dotenv", "json")


def proxy_url(host: str, port: int) -> str:
    """Return the address agents of this machine use for a gateway listening on `host`, an IP address."""
    if host in {"0.0.0.0", ""}:
        host = "127.0.0.1"
    if host == "::":
        host = "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def variables(host: str, port: int, certificate: Path) -> dict[str, str]:
    """Return each variable with its value, in the order they are printed."""
    return {
        **dict.fromkeys(PROXY_VARIABLES, proxy_url(host, port)),
        "NO_PROXY": "",
        "no_proxy": "",
        "NODE_USE_ENV_PROXY": "1",
        **dict.fromkeys(CA_VARIABLES, str(certificate)),
    }


def render(values: dict[str, str], form: str) -> str:
    """Write variables as `shell` exports, as lines of a `dotenv` file, or as a `json` object."""
    if form == "json":
        return json.dumps(values, indent=2)
    if form == "dotenv":
        return "\n".join(f"{name}={_dotenv(value)}" for name, value in values.items())
    return "\n".join(f"export {name}={shlex.quote(value) if value else ''}" for name, value in values.items())


def _dotenv(value: str) -> str:
    if all(char.isalnum() or char in "/:._-[]@" for char in value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
