"""`aegis mcp serve`: our tool server, behind the same bridge as anybody else's.

So each call is parsed, judged, recorded and refused in the one way there is; the server only has to do what it is
told, inside its sandbox. The bridge and the server share the file system, hence paths are judged where links lead.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from addons.settings import Settings
from scripts import agent_environment
from scripts.mcp.judge import Judge
from scripts.mcp.policy_watch import PolicyWatch
from scripts.mcp.wrapping import Running, run_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policy.compiled import AgentPolicy

SERVER: Final = "aegis"
"""Name of our server in policy and ledger: `tools.deny: [aegis/run_command]`."""
_GRACE_S: Final = 5.0
_KEPT_VARIABLES: Final = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "TERM")
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class NoSandboxError(Exception):
    """The policy names no directory to work in, or there is none."""

    def __init__(self, why: str) -> None:
        super().__init__(why)

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "make a directory for agents and name it in the policy: filesystem: {sandboxRoot: ./workspace}"


class NoSdkError(Exception):
    """The library that the server is made with is not installed."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "install Aegis with its dependencies on Python 3.13 (on 3.12 the SDK does not fit beside mitmproxy)"


def serve(home: Path | None, *, agent: str) -> int:
    """Serve our tools over stdin and stdout until the client is gone; return the exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="aegis mcp: %(message)s")
    if find_spec("mcp") is None:
        raise NoSdkError("the MCP SDK is not installed")
    settings = Settings.load(home)
    watch = PolicyWatch(settings.policy_path, agent)
    written = watch.current().guards.filesystem.sandbox_root
    root = sandbox_root(settings.home, written)
    require_apart(root, (settings.state_dir, settings.policy_path, settings.database_path, settings.env_file))
    judge = Judge(watch, agent, SERVER, real_paths=RealPaths(root))
    with TemporaryDirectory(prefix="aegis-mcp-") as temporary:
        document = configuration(settings, root, written or "", temporary)
        command = [sys.executable, "-P", "-m", "scripts.mcp.tools.server", document]
        return run_session(Running(settings, judge, command, _environment(), grace_s=_GRACE_S))


def sandbox_root(home: Path, written: str | None) -> Path:
    """The directory tools work in, absolute and real.

    Args:
        home: what a relative root is meant from.
        written: `filesystem.sandboxRoot`.

    Raises:
        NoSandboxError: there is none.
    """
    if not written:
        raise NoSandboxError("the policy names no filesystem.sandboxRoot, so tools have no place to work in")
    root = home / Path(written).expanduser()
    if not root.is_dir():
        raise NoSandboxError(f"the sandbox {root} is not a directory")
    return root.resolve()


def require_apart(root: Path, own: Iterable[Path]) -> None:
    """Refuse a sandbox from which an agent could change what guards it.

    Args:
        root: of the sandbox, real.
        own: our files and directories.

    Raises:
        NoSandboxError: one of them is inside.
    """
    for path in own:
        if path.resolve().is_relative_to(root):
            raise NoSandboxError(f"the sandbox {root} holds {path}, which agents must not change")


class RealPaths:
    """Where the paths that agents name lead, seen from a sandbox."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(self, paths: list[str], policy: AgentPolicy) -> Mapping[str, str]:
        """Resolve paths, and the root as the policy spells it."""
        found = {path: self._real(path) for path in paths if path and "\0" not in path}
        if policy.guards.filesystem.sandbox_root:
            found[policy.guards.filesystem.sandbox_root] = str(self._root)
        return found

    def _real(self, path: str) -> str:
        try:
            plain = os.path.normpath(self._root / path)
            real = os.path.realpath(plain)
        except (OSError, ValueError):
            return path  # too long for the system, or no path: the server refuses it too
        return path if real == plain else real  # only a link leads elsewhere than its name says


def configuration(settings: Settings, root: Path, written: str, temporary: str) -> str:
    """What the server works with, as JSON.

    Args:
        settings: of this home.
        root: of the sandbox, real.
        written: `filesystem.sandboxRoot`, which agents may use as well.
        temporary: directory for the temporary files of commands.
    """
    port, authority = settings.port, settings.ca_certificate
    traffic = agent_environment.variables(settings.listen_host, port, authority)
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    document: dict[str, Any] = {
        "root": str(root),
        # A relative root is where containers mount it: below /.
        "alias": "" if Path(written).is_absolute() else f"/{root.name}",
        "port": port,
        "proxy": agent_environment.proxy_url(settings.listen_host, port),
        "authority": str(authority),
        "environment": {
            "PATH": os.environ.get("PATH", _PATH),
            "HOME": str(root),
            "TMPDIR": str(Path(temporary).resolve()),
            "LANG": "C.UTF-8",
            **kept,
            **traffic,
        },
        "version": _version(),
    }
    return json.dumps(document)


def _environment() -> dict[str, str]:
    """Of the server's process: enough to find our packages."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", *_KEPT_VARIABLES) if name in os.environ}
    package_root = str(Path(__file__).resolve().parents[2])
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, (package_root, kept.get("PYTHONPATH"))))}


def _version() -> str:
    try:
        return version("aegis-mitm")
    except PackageNotFoundError:
        return "0"
