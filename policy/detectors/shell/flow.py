"""Where a command's input comes from: the commands behind a pipe, a substitution or a fetched file.

`curl x | base64 -d | tee y | sh` is `curl` running in `sh`. Invariant: at most `_MOST` commands are followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Command

_MOST: Final = 64
_URL: Final = re.compile(
    r"([a-z][a-z0-9+.-]{1,10})://(?:[^/@\s]{0,200}@)?(\[[0-9a-f:.]{2,45}\]|[^/:?#\s\"']{1,255})(?::(\d{1,5}))?(/\S{0,400})?",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|\[.*|0x[0-9a-f]{8}|\d{8,10}", re.IGNORECASE)
_LOCAL_HOST: Final = re.compile(
    r"localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|[\w-]+\.(?:local|internal|test|localhost)",
    re.IGNORECASE,
)
_KNOWN: Final = 60
_LOCAL: Final = re.compile(r"//(?:localhost|127\.|\[::1\]|0\.0\.0\.0)|^(?:localhost|127\.)")
KNOWN_INSTALLERS: Final = frozenset(
    { "sh.rustup.rs", "get.docker.com", "test.docker.com", "deb.nodesource.com", "rpm.nodesource.com",
    "install.python-poetry.org",
     "bootstrap.pypa.io", "bun.sh", "astral.sh", "get.pnpm.io", "deno.land", "fnm.vercel.app",
     "starship.rs", "get.sdkman.io",
     "sdk.cloud.google.com", "get.helm.sh", "get.k3s.io", "tailscale.com", "ollama.com", "ollama.ai",
     "claude.ai", "cli.github.com",
     "pyenv.run", "get.rvm.io", "rvm.io", "install.determinate.systems", "nixos.org", "releases.nixos.org",
     "volta.sh", "get.volta.sh",
     "brew.sh", "get.haskellup.org", "get-ghcup.haskell.org", "get.haskellstack.org", "raku.org",
     "sh.nodeenv.org",
     "dl.yarnpkg.com", "yarnpkg.com", "npmjs.org", "www.npmjs.com", "fly.io", "get.pulumi.com",
     "cli.doppler.com", "dot.net",
     "dotnet.microsoft.com", "aka.ms", "packages.microsoft.com", "apt.llvm.org", "baltocdn.com",
     "sentry.io", "get.sentry.io",
     "install.meteor.com", "deta.dev", "get.deta.dev", "railway.app", "raw.githubusercontent.com/nvm-sh",
     "chefdk.sh",
     "raw.githubusercontent.com/homebrew", "raw.githubusercontent.com/ohmyzsh", "raw.githubusercontent.com/robbyrussell",
     "raw.githubusercontent.com/helm", "raw.githubusercontent.com/creationix", "raw.githubusercontent.com/golangci",
     "raw.githubusercontent.com/pyenv", "raw.githubusercontent.com/rbenv", "raw.githubusercontent.com/sdkman",
     "raw.githubusercontent.com/kubernetes-sigs", "raw.githubusercontent.com/kubernetes", "raw.githubusercontent.com/docker",
     "raw.githubusercontent.com/aquasecurity", "raw.githubusercontent.com/anchore", "raw.githubusercontent.com/rancher",
     "raw.githubusercontent.com/k3d-io", "raw.githubusercontent.com/junegunn", "raw.githubusercontent.com/hashicorp",
     "raw.githubusercontent.com/conda-forge", "raw.githubusercontent.com/mitmproxy", "raw.githubusercontent.com/nodesource",
     "raw.github.com/robbyrussell", "cdn.jsdelivr.net", "mise.run", "mise.jdx.dev", "rtx.pub",
     "just.systems", "moonrepo.dev",
     "get.please.build", "get.jetpack.io", "get.jetify.com", "install.goreleaser.com", "git.io",
     "getcomposer.org", "uploads.codecov.io",
     "codecov.io", "coveralls.io", "get.gravitational.com", "install.speedtest.net", "packagecloud.io",
     "cursor.com", "opencode.ai",
     "elan.lean-lang.org", "julialang.org", "install.julialang.org", "foundry.paradigm.xyz",
     "get.starkli.sh", "release.solana.com",
     "release.anza.xyz", "get.chezmoi.io", "chezmoi.io", "sh.vector.dev", "get.opentofu.org", "convox.com",
     "repo.anaconda.com", "repo.continuum.io", "get.scoop.sh",
     "community.chocolatey.org",
     "chocolatey.org", "win.rustup.rs", "raw.githubusercontent.com/scoopinstaller"}
)  # fmt: skip
"""Hosts (with the owner where many share a host) whose installers documentation tells people to pipe into a shell."""


def origins(command: Command) -> tuple[Command, ...]:
    """Return the commands whose output reaches a command, nearest first."""
    seen: dict[int, Command] = {}
    queue = list(command.sources)
    while queue and len(seen) < _MOST:
        source = queue.pop(0)
        if id(source) not in seen:
            seen[id(source)] = source
            queue += source.sources
    return tuple(seen.values())


def piped(command: Command) -> tuple[Command, ...]:
    """Return the commands behind the pipes before a command."""
    seen: dict[int, Command] = {}
    queue = list(command.piped)
    while queue and len(seen) < _MOST:
        source = queue.pop(0)
        if id(source) not in seen:
            seen[id(source)] = source
            queue += source.piped
            queue += source.fed
    return tuple(seen.values())


def dials(command: Command) -> bool:
    """True if a redirection opens a connection."""
    return any(redirect.target.startswith(("/dev/tcp/", "/dev/udp/")) for redirect in command.redirects)


def is_local(command: Command) -> bool:
    """True if a command speaks to this machine only."""
    return any(_LOCAL.search(word[:512]) for word in command.argv[1:])


def distrust(fetcher: Command) -> int:
    """Return how bad it is to run what a command fetches, 0..100 as a severity."""
    worst = 0
    for word in fetcher.argv[1:]:
        match = _URL.search(word[:2_048])
        if match is not None:
            worst = max(worst, _of_url(match))
    # No address in sight: a variable, a bare host.
    return worst or 76


def _of_url(match: re.Match[str]) -> int:
    scheme, host, port, path = (
        match[1].lower(),
        match[2].lower().removeprefix("www."),
        match[3],
        match[4] or "",
    )
    if _LOCAL_HOST.fullmatch(host):
        return 55
    owner = f"{host}/{path[1:].partition('/')[0].lower()}"
    if host in KNOWN_INSTALLERS or owner in KNOWN_INSTALLERS:
        return 50 if scheme == "https" else _KNOWN
    if _ADDRESS.fullmatch(host) or scheme not in {"http", "https"}:
        return 90
    if port and port not in {"80", "443"}:
        return 86
    return 84 if scheme == "http" else 78


def is_known_installer(text: str) -> bool:
    """True if a text names hosts and all of them are known installers."""
    found = [_of_url(match) for match in _URL.finditer(text[:8_192])]
    bare = [host for host in KNOWN_INSTALLERS if host in text[:8_192]] if not found else []
    return bool(found or bare) and max(found, default=0) <= _KNOWN
