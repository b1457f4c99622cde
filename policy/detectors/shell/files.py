"""Files of the line: what earlier commands wrote, and which they fetched from the network.

`echo 'rm -rf /' > x; sh x` and `curl -o x http://...; chmod +x x; ./x` hide what is run behind a file name. Invariant:
at most `_MOST` files, each text bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.limits import LONGEST_VALUE
from policy.detectors.shell.programs import FETCHERS, SHELLS, is_interpreter

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Command

_MOST: Final = 64
_OUTPUT_OPTIONS: Final = frozenset(
    {"-o", "--output", "-O", "--output-document", "-outfile", "--out", "--output-file", "-destination"}
)
_FOLDER_OPTIONS: Final = frozenset({"-P", "--directory-prefix", "--output-dir"})
_LAST_OPERAND: Final = frozenset({"certutil", "bitsadmin", "lwp-download", "scp", "ftpget"})
_RUNNERS: Final = frozenset(
    {"source", ".", "start-process", "start", "saps", "rundll32", "regsvr32", "msiexec", "mshta"}
)


@dataclass(slots=True)
class Files:
    """What is known of the files of one line."""

    texts: dict[str, str] = field(default_factory=dict)
    fetched: dict[str, Command] = field(default_factory=dict)

    def text_of(self, path: str) -> str | None:
        """Return what the line wrote to a file."""
        return self.texts.get(_key(path))

    def write(self, command: Command, printed: str) -> None:
        """Note what a command writes to files."""
        targets = [
            redirect.target for redirect in command.redirects if redirect.operator.startswith((">", "&>"))
        ]
        if command.name == "tee":
            targets += [word for word in command.argv[1:] if word[:1] != "-"]
        appends = command.name == "tee" and "-a" in command.argv
        appends = appends or any(redirect.operator == ">>" for redirect in command.redirects)
        for target in targets:
            before = (self.text_of(target) or "") if appends else ""
            self.note(target, before + printed)

    def note(self, path: str, text: str) -> None:
        """Note what a file holds."""
        key = _key(path)
        if key in self.texts or len(self.texts) < _MOST:
            self.texts[key] = text[:LONGEST_VALUE]

    def mark(self, command: Command) -> Command:
        """Note what a command fetches; return it with what fetched the file that it runs."""
        if command.name in FETCHERS:
            for target in targets_of(command):
                if len(self.fetched) < _MOST:
                    self.fetched[_key(target)] = command
            return command
        for before in command.piped:
            if before.name in FETCHERS and command.name in {"tee", "dd", "cat", "base64", "gunzip", "xxd"}:
                for redirect in command.redirects:
                    self.fetched[_key(redirect.target)] = before
        if not self.fetched:
            return command
        self._moved(command)
        runs = command.argv[:1]
        if (
            command.name in SHELLS
            or (is_interpreter(command.name) and not command.name.endswith("awk"))
            or command.name in _RUNNERS
        ):
            runs = tuple(word for word in command.argv[1:] if word[:1] != "-")[:1]
        made = tuple(self.fetched[_key(path)] for path in runs if _key(path) in self.fetched)
        return replace(command, after=made) if made else command

    def _moved(self, command: Command) -> None:
        if command.name in {"mv", "cp", "install", "ln"} and len(command.argv) > 2:
            source, target = command.argv[-2], command.argv[-1]
            if _key(source) in self.fetched and len(self.fetched) < _MOST:
                self.fetched[_key(target)] = self.fetched[_key(source)]


def _key(path: str) -> str:
    return path.strip("\"'").removeprefix("./").removeprefix(".\\")


def targets_of(command: Command) -> list[str]:
    """Return the files that a fetching command writes."""
    argv = command.argv
    targets = [redirect.target for redirect in command.redirects if redirect.operator in {">", ">>", ">|"}]
    names_remote = command.name == "wget"
    folder = ""
    for at, word in enumerate(argv[1:], 1):
        if word in _FOLDER_OPTIONS and at + 1 < len(argv):
            folder = argv[at + 1].rstrip("/") + "/"
        target = _option_target(command, at)
        if target is not None:
            targets.append(target)
            names_remote = False
        elif command.name == "curl" and word[:1] == "-" and word[1:2] != "-" and "O" in word:
            names_remote = True
    if names_remote:
        targets += [
            folder + word.rpartition("/")[2].partition("?")[0]
            for word in argv[1:]
            if "/" in word and word[:1] != "-"
        ]
    if command.name in _LAST_OPERAND and len(argv) > 2:
        targets.append(argv[-1])
    return [target for target in targets if target not in {"-", "/dev/null", "", "/dev/stdout"}]


def _option_target(command: Command, at: int) -> str | None:
    """Return the file that the option at a place of the arguments names."""
    argv = command.argv
    word = argv[at]
    option, _, value = word.partition("=")
    if value and option in _OUTPUT_OPTIONS:
        return value
    if at + 1 == len(argv) or (command.name == "curl" and word == "-O"):
        return None
    is_short = word[:1] == "-" and word[1:2] != "-"
    is_output = (
        word.lower() in _OUTPUT_OPTIONS
        or word in _OUTPUT_OPTIONS
        or (is_short and command.name == "curl" and word.endswith("o"))
        or (is_short and command.name == "wget" and word.endswith("O"))
    )
    return argv[at + 1] if is_output else None
