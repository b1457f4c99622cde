"""Download and run: content from the network that becomes a program (T1105, T1059, CWE-494).

Follows pipes, substitutions, variables and files of the same line. How bad it is depends on where it comes from: an
installer that documentation tells everybody to pipe into a shell is MEDIUM, an unknown host HIGH, a bare address
CRITICAL. Does not catch: a file fetched by one command line and run by another, package managers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.shell.flow import distrust, origins, piped
from policy.detectors.shell.programs import SHELLS, is_interpreter, is_python
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_FETCH: Final = frozenset(
    { "curl", "wget", "wget2", "fetch", "aria2c", "lynx", "links", "elinks", "w3m", "http", "https", "xh",
    "curlie", "nc", "ncat", "netcat",
     "ftp", "tftp", "lwp-request", "lwp-download", "get", "iwr", "irm", "invoke-webrequest", "dig", "nslookup", "host", "telnet",
     "axel", "bitsadmin", "certutil", "smbclient", "gsutil", "ftpget", "finger", "whois", "socat"}
)  # fmt: skip
_RUNS_WORDS: Final = frozenset({"eval", "source", ".", "exec", "$()"})
_STDIN_NAMES: Final = frozenset({"-", "/dev/stdin", "/dev/fd/63", "/dev/fd/0", "/proc/self/fd/0"})
_CODE_OPTIONS: Final = ("-c", "-e", "-r", "-m", "-n", "-p", "-M", "-E", "--eval", "--print", "-l")


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what runs content from the network."""
    for command in reading.commands:
        fetchers = _run_by(command)
        if fetchers:
            severity = max(map(distrust, fetchers))
            yield Hit("download-run", severity, "download-run", "runs what it downloads", command)


def _run_by(command: Command) -> list[Command]:
    """Return the commands whose download this one runs."""
    name = command.name
    if command.after and not command.is_remote:
        return list(command.after)
    if _runs_words(command):
        return _fetchers(command.fed)
    if name in SHELLS or name == "cmd" or is_interpreter(name):
        return _read_by(command)
    if name in {"crontab", "at", "batch"} and (not command.argv[1:] or "-" in command.argv):
        return _fetchers(command.piped)
    return []


def _runs_words(command: Command) -> bool:
    """True if words of the command itself are run."""
    if command.name in SHELLS:
        return "-c" in command.argv[:-1]
    return command.name in _RUNS_WORDS or "".join(command.argv[:1]).startswith("$(")


def _read_by(command: Command) -> list[Command]:
    """Return the fetchers behind what a shell or an interpreter reads."""
    if command.prefixes[-1:] == ("xargs",) and command.argv[-1] == "-c":
        return _fetchers(command.piped)
    operands = [word for word in command.argv[1:] if word[:1] != "-" or word == "-"]
    if operands and operands[0] == "/dev/fd/63":
        return _fetchers(command.fed)
    if _reads_program(command, operands):
        return [source for source in piped(command) if _fetches(source)] or _fetchers(command.piped)
    return []


def _reads_program(command: Command, operands: list[str]) -> bool:
    """True if the standard input is the program, not its data."""
    if command.name in {"cmd", "powershell"}:
        return not operands and len(command.argv) == 1
    if command.name in SHELLS:
        return not operands or operands[0] in _STDIN_NAMES or "-s" in command.argv
    if any(word.startswith(_CODE_OPTIONS) for word in command.argv[1:] if word != "-"):
        return False
    if is_python(command.name) or command.name in {
        "perl",
        "ruby",
        "php",
        "node",
        "nodejs",
        "lua",
        "tclsh",
        "pwsh",
    }:
        return not operands or operands[0] in _STDIN_NAMES
    return False


def _fetchers(sources: tuple[Command, ...]) -> list[Command]:
    made = [source for source in sources if _fetches(source)]
    for source in sources[:8]:
        made += [further for further in origins(source) if _fetches(further)]
    return made


def _fetches(command: Command) -> bool:
    return command.name in _FETCH or any("/dev/tcp/" in redirect.target for redirect in command.redirects)
